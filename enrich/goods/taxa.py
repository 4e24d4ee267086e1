"""Which taxa an advert offers: a name counts by what stands around it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from config.vocabularies import Taxon, Term
from enrich.goods.context import Advert, View, has_cue, hits_with
from enrich.goods.matcher import Hit

KINDS = ("trade-word", "scientific", "synonym", "common")


@dataclass(frozen=True, slots=True)
class Mention:
    """A taxon named in an advert. ``relation`` is offered, wanted, or why it is neither:
    negated, compared, sold, unsupported."""

    hit: Hit
    field: str
    hit_text: str
    term: Term
    taxon: Taxon
    relation: str
    support: str = ""

    @property
    def is_read(self) -> bool:
        return self.relation in {"offered", "wanted"}


class TaxonReader:
    """Reads mentions of taxa; knows the tree, to say what a name used for several supports."""

    def __init__(self, taxa: Mapping[str, Taxon]) -> None:
        self._taxa = taxa

    def mentions(self, advert: Advert) -> list[Mention]:
        """All taxa named, offered or not, in the order of fields and text."""
        found = [
            Mention(
                hit,
                view.field,
                view.text[hit.start : hit.end],
                *named,
                self._relation(advert, view, hit),
            )
            for view in advert.views
            for hit in hits_with(view, "taxon")
            if not hit.values("friend") and (named := self._named(hit.terms, advert.language))
        ]
        firm = [self._firm(advert, mention) for mention in found]
        has_firm = any(mention.is_read for mention in firm if mention.relation != "unsupported")
        return [self._weak(advert, mention, has_firm) for mention in firm]

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
        name = chosen[0].value if len(names) == 1 else self._common(names)
        taxon = self._taxa.get(name)
        if taxon is None or not taxon.cites + taxon.eu:
            return None
        firm = all(term.weak for term in chosen)
        return chosen[0]._replace(weak=firm or len(names) > 1), taxon

    def _common(self, names: Iterable[str]) -> str:
        lines = [self.line(name) for name in sorted(names)]
        return next((taxon for taxon in lines[0] if all(taxon in one for one in lines[1:])), "")

    def _relation(self, advert: Advert, view: View, hit: Hit) -> str:
        if view.cue_before("negation", hit, 3) or view.cue_after("negation_after", hit, 1):
            return "negated"
        if view.cue_before("comparison", hit, 2) or view.cue_after("comparison_after", hit, 0):
            return "compared"
        if view.near("sold", hit, 5):
            return "sold"
        return "wanted" if is_wanted(advert, view, hit) else "offered"

    def _firm(self, advert: Advert, mention: Mention) -> Mention:
        """The mention, unsupported where its word needs other evidence that is not next to it."""
        if not mention.is_read:
            return mention
        term = mention.term
        if term.product or (term.kind != "trade-word" and not term.weak and term.language == "la"):
            return replace(mention, support="word")
        view = advert.view(mention.field)
        if view and (part := part_beside(view, mention.hit)):
            if advert.is_about_drugs and term.weak:
                return replace(mention, relation="unsupported", support="drugs")
            return replace(mention, support=f"part:{part.terms[0].value}")
        if term.weak or advert.is_about_drugs or advert.is_digital:
            return replace(mention, relation="unsupported")
        return replace(mention, support="word")

    def _weak(self, advert: Advert, mention: Mention, has_firm: bool) -> Mention:
        """An unsupported word counts beside a firm one, or in an advert about living animals."""
        if mention.relation != "unsupported" or mention.support == "drugs":
            return mention
        if advert.is_about_drugs or advert.is_digital:
            return mention
        view = advert.view(mention.field)
        relation = "wanted" if view and is_wanted(advert, view, mention.hit) else "offered"
        if has_firm and not advert.has("representation"):
            return replace(mention, relation=relation, support="another")
        if is_live(advert) and not advert.title_cues.get("representation", 0):
            return replace(mention, relation=relation, support="live")
        return mention


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


def part_beside(view: View, hit: Hit, reach: int = 3) -> Hit | None:
    """The nearest word for a part of an animal within ``reach`` words of ``hit``."""
    before = _first_part(view, view.before(hit), hit, reach)
    after = _first_part(view, view.after(hit), hit, reach)
    if before and after:
        return after if view.gap(hit, after) <= view.gap(before, hit) else before
    return after or before


def _first_part(view: View, around: Iterable[Hit], hit: Hit, reach: int) -> Hit | None:
    for found in around:
        left, right = (found, hit) if found.end <= hit.start else (hit, found)
        if view.gap(left, right) > reach or view.is_apart(left, right):
            return None
        if any(term.role == "product" and not term.weak for term in found.terms):
            return found
    return None
