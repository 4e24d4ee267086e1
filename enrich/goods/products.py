"""Which products of the taxa are offered, as CITES trade term codes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from enrich.goods.context import Advert, View, hits_with
from enrich.goods.matcher import Hit
from enrich.goods.taxa import LEATHER_GOODS, Mention, TaxonReader, is_live

KEPT_ALIVE = frozenset(
    [
        "Psittaciformes",
        "Primates",
        "Testudines",
        "Serpentes",
        "Sauria",
        "Falconiformes",
        "Strigiformes",
        "Anura",
        "Caudata",
        "Felidae",
        "Lutrinae",
        "Bucerotidae",
        "Sturnidae",
        "Theraphosidae",
        "Columbiformes",
    ]
)


@dataclass(frozen=True, slots=True)
class Product:
    """A term code with the words that say it; ``certainty`` is 0…1."""

    code: str
    field: str
    start: int
    end: int
    certainty: float
    why: str


class ProductReader:
    """Reads products beside taxa that are offered or wanted; none without such a taxon."""

    def __init__(self, taxa: TaxonReader) -> None:
        self._taxa = taxa

    def products(self, advert: Advert, mentions: list[Mention]) -> list[Product]:
        """The products, one for every place where one is said, in order."""
        read = [mention for mention in mentions if mention.is_read]
        if not read:
            return []
        found = [*self._implied(read), *self._said(advert, read)]
        found += self._ivory(advert, read, {product.code for product in found})
        if not found:
            found += self._alive(advert, read)
        codes = {product.code for product in found}
        if codes & LEATHER_GOODS:
            found = [product for product in found if product.code not in {"LEA", "SKI"}]
        return sorted(set(found), key=lambda one: (one.field, one.start, one.end, one.code))

    def _implied(self, mentions: list[Mention]) -> Iterator[Product]:
        """The product that the taxon's own word says: ``rhino horn``."""
        for mention in mentions:
            if mention.term.product:
                hit = mention.hit
                yield Product(
                    mention.term.product, mention.field, hit.start, hit.end, 0.95, "trade-word"
                )

    def _said(self, advert: Advert, mentions: list[Mention]) -> Iterator[Product]:
        """Words for products: beside a taxon always, elsewhere unless living animals are sold."""
        alive = is_live(advert) and not any(mention.term.product for mention in mentions)
        for view in advert.views:
            taken = {(m.hit.start, m.hit.end) for m in mentions if m.field == view.field}
            for hit in hits_with(view, "product"):
                if (hit.start, hit.end) in taken or _is_denied(view, hit):
                    continue
                term = next(term for term in hit.terms if term.role == "product")
                beside = _is_beside(view, hit, taken, 1 if alive else 4)
                if beside:
                    yield Product(term.value, view.field, hit.start, hit.end, 0.9, "beside")
                elif not alive and not term.weak:
                    yield Product(term.value, view.field, hit.start, hit.end, 0.7, "same-advert")

    def _ivory(self, advert: Advert, mentions: list[Mention], codes: set[str]) -> Iterator[Product]:
        """Ivory whose form no word of a product tells: worked where a word of carving stands."""
        ivory = [mention for mention in mentions if mention.is_ivory]
        if not ivory or codes & {"TUS", "IVC", "IVP", "PKY"}:
            return
        first = ivory[0]
        for view in advert.views:
            if worked := view.cues.get("worked"):
                yield Product("IVC", view.field, worked[0].start, worked[0].end, 0.8, "worked")
                return
        code = "IVP" if advert.has("raw") else "IVC"
        yield Product(code, first.field, first.hit.start, first.hit.end, 0.5, "default")

    def _alive(self, advert: Advert, mentions: list[Mention]) -> Iterator[Product]:
        """A living animal: words of keeping, or a kind of animal that is hardly sold otherwise."""
        cue = next(
            ((view, hits[0]) for view in advert.views if (hits := view.cues.get("live"))), None
        )
        for mention in mentions:
            usual = KEPT_ALIVE.intersection(self._taxa.line(mention.taxon.name))
            if not (usual or is_live(advert)) or mention.is_ivory:
                continue
            if cue:
                view, hit = cue
                yield Product("LIV", view.field, hit.start, hit.end, 0.85, "keeping")
                return
            yield Product("LIV", mention.field, mention.hit.start, mention.hit.end, 0.6, "usual")
            return


def _is_denied(view: View, hit: Hit) -> bool:
    return bool(view.cue_before("negation", hit, 2) or view.cue_after("negation_after", hit, 1))


def _is_beside(view: View, hit: Hit, taxa: set[tuple[int, int]], reach: int) -> bool:
    """Whether one of ``taxa`` stands at most ``reach`` words away in the same clause."""
    for around in (view.before(hit), view.after(hit)):
        for found in around:
            left, right = (found, hit) if found.end <= hit.start else (hit, found)
            if view.gap(left, right) > reach or view.is_apart(left, right):
                break
            if (found.start, found.end) in taxa:
                return True
    return False
