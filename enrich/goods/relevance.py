"""What an advert is about, by rule: offer, wanted, mention, drug use, imitation or nothing."""

from __future__ import annotations

from collections.abc import Iterable

from enrich.goods.context import Advert
from enrich.goods.taxa import Mention
from model.facts import Observation, Relevance

_FRIENDS = {
    "colour": "a colour",
    "plant": "a plant",
    "dish": "a dish",
    "brand": "a brand or title",
    "mineral": "a mineral or fossil",
    "drug": "a drug",
    "toy": "a toy or a thing for keeping animals",
    "imitation": "an imitation",
    "mammoth": "mammoth, which is not protected",
    "domestic": "an animal that is not protected",
}


def judge(
    advert: Advert, mentions: Iterable[Mention], observations: Iterable[Observation]
) -> Relevance:
    """The label, how likely protected wildlife is offered, and why."""
    all_mentions = list(mentions)
    kinds: dict[str, list[Observation]] = {}
    for observation in observations:
        kinds.setdefault(observation.kind, []).append(observation)
    friends = sorted(advert.friends)
    reasons = _reasons(advert, all_mentions, kinds, friends)
    if taxa := kinds.get("taxon"):
        return _of_taxa(advert, taxa, kinds, friends, reasons)
    return _without_taxa(advert, all_mentions, kinds, friends, reasons)


def _of_taxa(
    advert: Advert,
    taxa: list[Observation],
    kinds: dict[str, list[Observation]],
    friends: Iterable[str],
    reasons: list[str],
) -> Relevance:
    claims = {claim.value for claim in kinds.get("claim", ())}
    score = max(taxon.confidence for taxon in taxa) * 0.7
    score += 0.1 * bool(kinds.get("product")) + 0.1 * bool(kinds.get("price"))
    score += 0.1 * advert.has("offer") + 0.1 * bool(kinds.get("quantity"))
    score -= 0.15 * min(3, advert.cues.get("representation", 0)) + 0.1 * len(list(friends))
    if advert.is_about_drugs or advert.is_digital:
        score -= 0.3
    if is_news(advert, kinds):
        reasons.append("tells of seizures, crime or conservation, without price or offer")
        return _relevance("mention", min(score, 0.3), reasons)
    if "imitation" in claims:
        score -= 0.3
    if all(taxon.attributes["relation"] == "wanted" for taxon in taxa):
        return _relevance("wanted", score * 0.5, [*reasons, "asked for, not offered"])
    if "imitation" in claims and score < 0.5:
        return _relevance("imitation", score, reasons)
    if not any(kinds.get(kind) for kind in ("price", "product", "quantity")) and not advert.has(
        "offer"
    ):
        return _relevance("mention", min(score, 0.5), [*reasons, "no price, product or offer"])
    return _relevance("offer", score, reasons)


def _without_taxa(
    advert: Advert,
    mentions: list[Mention],
    kinds: dict[str, list[Observation]],
    friends: Iterable[str],
    reasons: list[str],
) -> Relevance:
    claims = {claim.value for claim in kinds.get("claim", ())}
    if "mammoth" in claims and not is_news(advert, kinds):
        return _relevance("offer", 0.1, reasons)
    if "imitation" in claims:
        return _relevance("imitation", 0.05, reasons)
    named = any(map(_is_telling, mentions)) or "drug" in friends
    if named and advert.is_about_drugs:
        return _relevance("drug_use", 0.02, [*reasons, "drugs are sold here"])
    if kinds.get("code_word"):
        return _relevance("offer", 0.4, reasons)
    if any(mention.relation != "unsupported" or _is_telling(mention) for mention in mentions):
        return _relevance("mention", 0.1, reasons)
    return _relevance("irrelevant", 0.01, reasons or ["no protected wildlife named"])


def is_news(advert: Advert, kinds: dict[str, list[Observation]]) -> bool:
    """Whether it tells of crime, law or conservation and asks no price."""
    if kinds.get("price"):
        return False
    return advert.has("news", 2 if advert.has("offer") else 1)


def _is_telling(mention: Mention) -> bool:
    """A word that hardly means anything but the animal or its product."""
    return mention.term.kind == "trade-word" or not mention.term.weak


def _reasons(
    advert: Advert,
    mentions: list[Mention],
    kinds: dict[str, list[Observation]],
    friends: Iterable[str],
) -> list[str]:
    """One sentence for each thing that was weighed, without repeats, in a fixed order."""
    found = []
    for taxon in kinds.get("taxon", ()):
        listing = taxon.attributes["cites"] or taxon.attributes["eu"]
        found.append(f"'{taxon.text}' names {taxon.value} (CITES {listing})")
    found += [
        f"'{mention.hit_text}' is {_why(mention)}" for mention in mentions if not mention.is_read
    ]
    found += [f"'{product.text}' says {product.value}" for product in kinds.get("product", ())]
    found += [f"names {_FRIENDS[kind]}" for kind in friends if kind in _FRIENDS]
    found += [f"claims {claim.value}: '{claim.text}'" for claim in kinds.get("claim", ())]
    found += [f"'{code.text}' may stand for {code.value}" for code in kinds.get("code_word", ())]
    if advert.has("representation"):
        found.append("words of pictures, figures or materials stand beside it")
    return list(dict.fromkeys(found))[:20]


def _why(mention: Mention) -> str:
    return {
        "negated": "denied",
        "compared": "a comparison",
        "sold": "sold already",
        "unsupported": "a word without evidence beside it",
        "mammoth": "of mammoth, which is not protected",
        "fossil": "a fossil",
        "colour": "a colour",
        "depicted": "shown, not sold",
        "drugs": "a name in an advert for drugs",
    }.get(mention.relation, mention.relation)


def _relevance(label: str, score: float, reasons: list[str]) -> Relevance:
    return Relevance(label, round(max(0.01, min(0.99, score)), 2), tuple(reasons))
