"""What an advert offers, all readers together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from config.vocabularies import Term, Vocabulary
from enrich.goods.claims import Claim, ClaimReader
from enrich.goods.codes import CodeReader, CodeWord
from enrich.goods.context import Advert, read_advert
from enrich.goods.matcher import Matcher
from enrich.goods.prices import Price, PriceReader
from enrich.goods.products import Product, ProductReader
from enrich.goods.quantities import Quantity, QuantityReader
from enrich.goods.relevance import judge
from enrich.goods.taxa import Mention, TaxonReader
from model.facts import Observation, Relevance

RULES = "1"
"""The version of the rules; raised when a rule changes what is read."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """One advert, read."""

    advert: Advert
    mentions: tuple[Mention, ...]
    products: tuple[Product, ...]
    claims: tuple[Claim, ...]
    code_words: tuple[CodeWord, ...]
    quantities: tuple[Quantity, ...]
    prices: tuple[Price, ...]


class Goods:
    """Reads what is offered. Built once from a vocabulary, then pure and fast.

    ``version`` changes with the rules and with the vocabulary.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.version = f"goods/{RULES}:{vocabulary.version}"
        self._states = vocabulary.states
        self._matcher = Matcher(with_abbreviations(vocabulary.terms))
        self._taxa = TaxonReader(vocabulary.taxa)
        self._products = ProductReader(self._taxa)
        self._claims = ClaimReader(vocabulary.dates)
        self._codes = CodeReader(vocabulary.codes)
        self._prices = PriceReader(vocabulary)
        self._quantities = QuantityReader(vocabulary)
        self._last: tuple[Mapping[str, str], Analysis] | None = None

    def read(self, record: Mapping[str, str]) -> list[Observation]:
        """Observations of taxa, products, quantities, prices, claims and code words in ``title``,
        ``text``, ``category`` and ``price``, in the order of field and place."""
        found = self._analyse(record)
        observations = [
            *(self._taxon(record, mention) for mention in found.mentions if mention.is_read),
            *(self._product(record, product) for product in found.products),
            *(quantity.observation(record) for quantity in found.quantities),
            *(price.observation(record) for price in found.prices),
            *(claim.observation(record) for claim in found.claims),
            *(code.observation(record) for code in found.code_words),
        ]
        return sorted(observations, key=lambda one: (one.field, one.start, one.end, one.kind))

    def relevance(self, record: Mapping[str, str], observations: list[Observation]) -> Relevance:
        """What the record is about, by rule; ``observations`` are those read from it."""
        found = self._analyse(record)
        return judge(found.advert, found.mentions, observations)

    def _analyse(self, record: Mapping[str, str]) -> Analysis:
        """The analysis; that of the last record is kept, as reading and judging come together."""
        if self._last is not None and self._last[0] == record:
            return self._last[1]
        advert = read_advert(record, self._matcher)
        mentions = self._taxa.mentions(advert)
        products = self._products.products(advert, mentions)
        prices = self._prices.prices(record, advert)
        analysis = Analysis(
            advert,
            tuple(mentions),
            tuple(products),
            tuple(self._claims.claims(advert, mentions)),
            tuple(self._codes.code_words(advert, mentions)),
            tuple(self._quantities.quantities(advert, mentions, prices)),
            tuple(prices),
        )
        self._last = dict(record), analysis
        return analysis

    def _taxon(self, record: Mapping[str, str], mention: Mention) -> Observation:
        hit, term, taxon = mention.hit, mention.term, mention.taxon
        confidence = {"word": 0.9, "another": 0.7, "live": 0.75}.get(mention.support, 0.85)
        return Observation(
            "taxon",
            taxon.name,
            record[mention.field][hit.start : hit.end],
            mention.field,
            hit.start,
            hit.end,
            confidence,
            f"goods/{RULES}:{term.kind}:{term.language}:{term.written}",
            {
                "rank": taxon.rank,
                "cites": taxon.cites,
                "eu": taxon.eu,
                "name": term.written.strip("*"),
                "language": term.language,
                "relation": mention.relation,
            },
        )

    def _product(self, record: Mapping[str, str], product: Product) -> Observation:
        return Observation(
            "product",
            product.code,
            record[product.field][product.start : product.end],
            product.field,
            product.start,
            product.end,
            product.certainty,
            f"goods/{RULES}:product:{product.why}",
            {"state": self._states[product.code]},
        )


def with_abbreviations(terms: tuple[Term, ...]) -> Iterator[Term]:
    """All terms, and accepted binomials also with their genus as one letter (``P. regius``)."""
    yield from terms
    for term in terms:
        if term.kind == "scientific":
            genus, _, epithet = term.written.partition(" ")
            if len(epithet) >= 5 and " " not in epithet:
                yield term._replace(written=f"{genus[0]}. {epithet}", weak=True)
