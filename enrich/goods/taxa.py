"""Which taxa an advert offers: a name counts by what stands around it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from config.vocabularies import Taxon, Term
from enrich.goods.context import Advert, View, has_cue, hits_with
from enrich.goods.matcher import Hit

KINDS = ("trade-word", "scientific", "synonym", "common")
LEATHER_GOODS = frozenset({"HAN", "WAL", "BEL", "SHO", "WAT", "GAR"})
_REPTILES = frozenset({"Crocodylia", "Serpentes", "Sauria", "Testudines"})
_READ = frozenset({"offered", "wanted"})


@dataclass(frozen=True, slots=True)
class Mention:
    """A taxon named in an advert. ``relation`` is offered, wanted, or why it is neither: negated,
    compared, sold, mammoth, fossil, colour, depicted, drugs, unsupported. ``support`` tells what
    bears the name out."""

    hit: Hit
    field: str
    hit_text: str
    term: Term
    taxon: Taxon
    relation: str
    support: str = ""

    @property
    def is_read(self) -> bool:
        return self.relation in _READ

    @property
    def is_ivory(self) -> bool:
        """Whether the word is one for ivory and not for the animal."""
        return self.taxon.name == "Elephantidae" and not self.term.weak


class TaxonReader:
    """Reads mentions of taxa; knows the tree, to say what a name used for several supports."""

    def __init__(self, taxa: Mapping[str, Taxon]) -> None:
        self._taxa = taxa

    def mentions(self, advert: Advert) -> list[Mention]:
        """All taxa named, offered or not, in the order of fields and text."""
        found = [
            (view, Mention(hit, view.field, view.text[hit.start : hit.end], *named, ""))
            for view in advert.views
            for hit in hits_with(view, "taxon")
            if not hit.values("friend") and (named := self._named(hit.terms, advert.language))
        ]
        has_animal = any(m.taxon.name == "Elephantidae" and not m.is_ivory for _, m in found)
        judged = [
            replace(mention, relation=relation, support=support)
            for view, mention in found
            for relation, support in [self._judge(advert, view, mention, has_animal)]
        ]
        firm = any(one.is_read and one.support == "word" and _is_name(one) for one in judged)
        return [
            self._together(advert, view, one, firm)
            for (view, _), one in zip(found, judged, strict=True)
        ]

    def line(self, name: str) -> list[str]:
        """The taxon and all above it, nearest first."""
        found: list[str] = []
        while name and name not in found:
            found.append(name)
            name = self._taxa[name].parent if name in self._taxa else ""
        return found

    def _named(self, terms: Iterable[Term], language: str) -> tuple[Term, Taxon] | None:
        """The term that fits the language best, and its taxon; for several the one above all."""
        taxa = [term for term in terms if term.role == "taxon"]
        spoken = [term for term in taxa if term.language == language] or taxa
        best = min(KINDS.index(term.kind) for term in spoken)
        chosen = [term for term in spoken if KINDS.index(term.kind) == best]
        names = {term.value for term in chosen}
        taxon = self._taxa.get(chosen[0].value if len(names) == 1 else self._common(names))
        if taxon is None or not taxon.cites + taxon.eu:
            return None
        weak = all(term.weak for term in chosen) or len(names) > 1
        return chosen[0]._replace(weak=weak), taxon

    def _common(self, names: Iterable[str]) -> str:
        lines = [self.line(name) for name in sorted(names)]
        return next((taxon for taxon in lines[0] if all(taxon in one for one in lines[1:])), "")

    def _judge(
        self, advert: Advert, view: View, mention: Mention, has_animal: bool
    ) -> tuple[str, str]:
        """The relation of a mention and what supports it."""
        if denied := _denied(view, mention.hit):
            return denied, ""
        if other := _something_else(advert, mention, has_animal):
            return other, ""
        relation = "wanted" if is_wanted(advert, view, mention.hit) else "offered"
        support = self._support(advert, view, mention)
        return (
            (support, "")
            if support in {"drugs", "depicted", "unsupported"}
            else (relation, support)
        )

    def _support(self, advert: Advert, view: View, mention: Mention) -> str:
        """What bears the name out, or the relation where nothing does."""
        term = mention.term
        if term.product and not term.weak:
            return "word"
        off_topic = advert.is_about_drugs or advert.is_digital
        if part := self._part(view, mention):
            if not (off_topic and term.weak):
                return f"part:{part.terms[0].value}"
            return "drugs" if advert.is_about_drugs else "unsupported"
        is_binomial = term.language == "la" and not term.weak
        if off_topic and not is_binomial:
            return "unsupported"
        if advert.title_cues.get("representation") and not mention.is_ivory and not is_live(advert):
            return "depicted"
        genuine = term.language != "la" and view.cue_before("genuine", mention.hit, 0)
        return "word" if genuine or term.product or not term.weak else "unsupported"

    def _part(self, view: View, mention: Mention) -> Hit | None:
        """A part of the animal beside its name; leather goods too for reptiles."""
        goods: frozenset[str] = frozenset()
        if _REPTILES.intersection(self.line(mention.taxon.name)):
            goods = LEATHER_GOODS
        return part_beside(view, mention.hit, mention.term.language == "en", goods)

    def _together(self, advert: Advert, view: View, mention: Mention, has_firm: bool) -> Mention:
        """An unsupported word counts beside a species named, or where living animals are sold."""
        if mention.relation != "unsupported" or advert.is_about_drugs or advert.is_digital:
            return mention
        if advert.title_cues.get("representation"):
            return mention
        relation = "wanted" if is_wanted(advert, view, mention.hit) else "offered"
        if has_firm and not advert.has("representation"):
            return replace(mention, relation=relation, support="another")
        if is_live(advert):
            return replace(mention, relation=relation, support="live")
        return mention


def _is_name(mention: Mention) -> bool:
    """A name of the animal or plant itself, not of a product of it."""
    return not mention.term.product and not mention.is_ivory


def _denied(view: View, hit: Hit) -> str:
    if view.cue_before("negation", hit, 3) or view.cue_after("negation_after", hit, 1):
        return "negated"
    if view.cue_before("comparison", hit, 2) or view.cue_after("comparison_after", hit, 0):
        return "compared"
    return "sold" if view.near("sold", hit, 5) else ""


def _something_else(advert: Advert, mention: Mention, has_animal: bool) -> str:
    """Mammoth for ivory, a fossil, a colour, a machine named after an animal."""
    if mention.is_ivory and advert.has_friend("mammoth") and not has_animal:
        return "mammoth"
    if advert.title_cues.get("fossil") or advert.has("fossil", 4):
        return "fossil"
    if mention.is_ivory and not mention.term.product and not advert.has("worked"):
        return "colour" if advert.has("textile") else ""
    if not mention.is_ivory and advert.title_cues.get("vehicle"):
        return "unsupported"
    return ""


def is_live(advert: Advert) -> bool:
    """Whether living animals are dealt in: words of keeping and breeding."""
    live, wildlife = advert.cues.get("live", 0), advert.cues.get("wildlife", 0)
    return live >= 2 or (live >= 1 and wildlife >= 1) or advert.title_cues.get("live", 0) >= 1


def is_wanted(advert: Advert, view: View, hit: Hit) -> bool:
    """Whether the hit is asked for: in its sentence, or by the title of the advert."""
    for found in view.before(hit):
        if view.in_other_sentence(found, hit) or has_cue(found, "offer"):
            break
        if has_cue(found, "wanted"):
            return True
    return bool(advert.title_cues.get("wanted")) and not advert.title_cues.get("offer")


def part_beside(
    view: View, hit: Hit, is_english: bool, goods: frozenset[str], reach: int = 2
) -> Hit | None:
    """The nearest word for a part of an animal within ``reach`` words of ``hit``. In English a
    part stands behind the animal, or in front of it with ``of``."""
    for found in view.after(hit):
        if view.gap(hit, found) > (3 if goods else reach) or view.is_apart(hit, found):
            break
        if _is_part(found, goods):
            return found
    for found in view.before(hit):
        if view.gap(found, hit) > reach or view.is_apart(found, hit):
            break
        between = view.text[found.end : hit.start].lower()
        linked = (
            not is_english
            or {"of", "from"} & set(between.split())
            or found.values("product") == ("BOD",)
        )
        if _is_part(found, goods) and linked:
            return found
    return None


def _is_part(hit: Hit, goods: frozenset[str]) -> bool:
    return any(
        term.role == "product"
        and not term.weak
        and (term.value in goods or term.value not in LEATHER_GOODS)
        for term in hit.terms
    )
