"""The words a keyword plan may search for: what the vocabulary gives for taxa, products, languages.

What is not searched for alone: weak words (``tiger`` is a beer, a balm and a brand), false friends
and words of products that are made of anything (``horn``, ``skin``). They are searched for as
pairs of taxon and product, where the language has no word of the trade for that pair.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from collectors.interfaces.interface import Term
from config.sources import Plan
from config.vocabularies import Vocabulary, families, load_vocabulary
from model.errors import ConfigurationError

ALONE = frozenset({"TUS", "IVP"})
"""Products whose own words name nothing but parts of protected animals: tusks, pieces of ivory."""

WEIGHTS: Mapping[str, float] = {"word": 6.0, "code": 2.0, "pair": 2.0, "name": 1.0}
"""How words of the trade, code words, pairs, and names of taxa are mixed, where none was tried."""

SCIENTIFIC = "la"
SHORTEST = 2

IVORY = frozenset({"CAR", "IVC", "IVP", "PKY", "TUS"})
"""What is made of an elephant that its words of the trade without a product (``ivory``) name."""

_HEAD_FIRST = frozenset({"ar", "es", "fr", "id", "it", "ms", "pt", "ro", "sw", "th", "vi"})
_NO_SPACES = frozenset({"ja", "th", "zh"})
_ABOVE = frozenset({"subspecies", "species", "genus", "subfamily", "family"})


class Found(NamedTuple):
    """A term with what it is mixed by: its kind, a key of :data:`WEIGHTS`, and its place there."""

    term: Term
    kind: str


def words_of(plan: Plan, languages: Sequence[str]) -> tuple[Term, ...]:
    """Every term of a plan, each once, in the order in which they are tried first.

    ``languages`` are those of the plan, else of the source; all that the trade's words are known
    in where there are none. ConfigurationError for a taxon or product the vocabulary lacks.
    """
    return _words_of(plan, tuple(languages))


@lru_cache(maxsize=16)
def _words_of(plan: Plan, languages: tuple[str, ...]) -> tuple[Term, ...]:
    vocabulary = load_vocabulary()
    _check(plan, vocabulary)
    spoken = tuple(dict.fromkeys(languages)) or known_languages(vocabulary)
    made = _Maker(plan, vocabulary, spoken)
    return tuple(_each_once(_mixed(made.all(), spoken), made.friends))


def known_languages(vocabulary: Vocabulary) -> tuple[str, ...]:
    """The languages the trade's words are known in, those with most words first."""
    counts: dict[str, int] = {}
    for word in vocabulary.terms:
        if word.kind in ("trade-word", "code") and not word.weak:
            counts[word.language] = counts.get(word.language, 0) + 1
    return tuple(sorted(counts, key=lambda language: (-counts[language], language)))


def folded(text: str) -> str:
    """What two spellings of one word have in common."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


class _Maker:
    """Makes the terms of one plan."""

    def __init__(self, plan: Plan, vocabulary: Vocabulary, languages: Collection[str]) -> None:
        self._plan = plan
        self._vocabulary = vocabulary
        self._languages = frozenset(languages)
        self._wanted = _wanted(plan.taxa, vocabulary)
        traded = [word for word in vocabulary.terms if word.kind == "trade-word"]
        self._trade = [word for word in traded if self._is_wanted(word.value)]
        self._taxa = tuple(dict.fromkeys(word.value for word in self._trade))
        self.friends = frozenset(
            (folded(word.written.strip("*")), word.language)
            for word in vocabulary.terms
            if word.role == "friend"
        )

    def all(self) -> Iterator[Found]:
        yield from (Found(term, "word") for term in _in_turn(self._of_the_trade(), _taxon))
        if self._plan.code_words:
            yield from (Found(term, "code") for term in self._code_words())
        yield from (Found(term, "pair") for term in _in_turn(self._pairs(), _taxon))
        yield from (Found(term, "name") for term in _in_turn(self._names(), _taxon))

    def _is_wanted(self, taxon: str) -> bool:
        return not self._plan.taxa or taxon in self._wanted

    def _takes(self, product: str, taxon: str) -> bool:
        """Whether the plan wants this product; a word that names none is for animals, or ivory."""
        if not self._plan.products:
            return True
        meant = {product} if product else IVORY if taxon == "Elephantidae" else {"LIV"}
        return not meant.isdisjoint(self._plan.products)

    def _of_the_trade(self) -> Iterator[Term]:
        """Words that name goods by themselves: ``ivory``, ``tijgervel``, ``tusk``."""
        for word in self._trade:
            if (
                word.language in self._languages
                and not word.weak
                and self._takes(word.product, word.value)
            ):
                origin = "both" if word.product else "taxon"
                yield _term(word.written, word.language, word.value, word.product, origin)
        if self._plan.taxa and "Elephantidae" not in self._wanted:
            return
        for word in self._vocabulary.terms:
            alone = word.role == "product" and word.value in ALONE and not word.weak
            if alone and word.language in self._languages and self._takes(word.value, ""):
                yield _term(word.written, word.language, "", word.value, "product")

    def _code_words(self) -> Iterator[Term]:
        """Code words beside a word that bears them out; alone only where it is no other word."""
        for code in self._vocabulary.codes:
            taxon, product = self._meaning(code.meaning)
            fits = self._is_wanted(taxon) and self._takes(product, taxon)
            if code.language not in self._languages or not fits:
                continue
            beside = code.context[0] if code.context else ""
            joined = f"{code.term} {beside}".strip()
            yield _term(joined, code.language, taxon, product, "code word")
            if code.language not in _NO_SPACES and " " not in code.term:
                yield _term(code.term, code.language, taxon, product, "code word")

    def _meaning(self, meaning: str) -> tuple[str, str]:
        """The taxon and product that a code word's meaning stands for."""
        for word in self._vocabulary.terms:
            if word.role == "taxon" and word.language == "en" and word.written == meaning:
                return word.value, word.product
        first, _, rest = meaning.rpartition(" ")
        return self._meaning(first) if first and rest else ("", "")

    def _pairs(self) -> Iterator[Term]:
        """Taxon and product where the language has no word of the trade for both in one."""
        traded = {(word.value, word.product) for word in self._trade if word.product}
        said = {(w.value, w.product, w.language) for w in self._trade if w.product and not w.weak}
        names, goods = self._short_names(), self._short_goods()
        for taxon, product in sorted(traded, key=lambda pair: (self._taxa.index(pair[0]), pair[1])):
            if not self._takes(product, taxon):
                continue
            for language in sorted(self._languages):
                name, good = names.get((taxon, language)), goods.get((product, language))
                if name and good and (taxon, product, language) not in said:
                    yield Term(_paired(name, good, language), language, taxon, product, "both")

    def _short_names(self) -> dict[tuple[str, str], str]:
        """What an animal is called, by taxon and language: weak words first, ``ivory`` last."""
        found: dict[tuple[str, str], str] = {}
        known = set(self._taxa)
        plain = [w for w in self._vocabulary.terms if w.kind == "common" and w.value in known]
        trade = sorted((w for w in self._trade if not w.product), key=lambda word: not word.weak)
        weak = sum(word.weak for word in trade)
        for word in (*trade[:weak], *plain, *trade[weak:]):
            if word.language in self._languages and "*" not in word.written:
                found.setdefault((word.value, word.language), word.written)
        return found

    def _short_goods(self) -> dict[tuple[str, str], str]:
        """What a product is called for short, by product and language."""
        found: dict[tuple[str, str], str] = {}
        for word in self._vocabulary.terms:
            plain = word.role == "product" and "*" not in word.written
            if plain and word.language in self._languages:
                found.setdefault((word.value, word.language), word.written)
        return found

    def _names(self) -> Iterator[Term]:
        """Names of taxa that are traded, or that the plan names, common and scientific."""
        if not self._takes("", ""):
            return
        chosen = self._wanted if self._plan.taxa else frozenset(self._taxa)
        for word in self._vocabulary.terms:
            if word.role != "taxon" or word.weak or word.value not in chosen:
                continue
            common = word.kind == "common" and word.language in self._languages
            binomial = word.kind == "scientific" and " " in word.written
            if common or binomial:
                language = SCIENTIFIC if binomial else word.language
                yield _term(word.written, language, word.value, "", "taxon")


def _term(written: str, language: str, taxon: str, product: str, origin: str) -> Term:
    return Term(written.strip("*~ "), language, taxon, product, origin)


def _taxon(term: Term) -> Hashable:
    return term.language, term.taxon


def _in_turn(terms: Iterable[Term], key: Callable[[Term], Hashable]) -> list[Term]:
    """One of each key in turn, so that one taxon's many words do not stand before all others."""
    seen: dict[Hashable, int] = {}
    turns: list[tuple[int, int, Term]] = []
    for place, term in enumerate(terms):
        turn = seen.get(key(term), 0)
        seen[key(term)] = turn + 1
        turns.append((turn, place, term))
    return [term for *_, term in sorted(turns, key=lambda each: each[:2])]


def _mixed(found: Iterable[Found], languages: Sequence[str]) -> Iterator[Term]:
    """All languages alike, and within each the kinds by their weights."""
    seen: dict[tuple[str, str], int] = {}
    order = {language: place for place, language in enumerate(languages)}
    places: list[tuple[float, int, int, Term]] = []
    for number, (term, kind) in enumerate(found):
        place = seen.get((term.language, kind), 0)
        seen[term.language, kind] = place + 1
        spoken = order.get(term.language, len(order))
        places.append(((place + 0.5) / WEIGHTS[kind], spoken, number, term))
    for *_, term in sorted(places, key=lambda each: each[:3]):
        yield term


def _each_once(terms: Iterable[Term], friends: frozenset[tuple[str, str]]) -> Iterator[Term]:
    seen: set[str] = set()
    for term in terms:
        text = folded(term.text)
        if text in seen or len(text) < SHORTEST or (text, term.language) in friends:
            continue
        seen.add(text)
        yield term


def _paired(taxon: str, product: str, language: str) -> str:
    if language in _NO_SPACES:
        return f"{product}{taxon}" if language in _HEAD_FIRST else f"{taxon}{product}"
    return f"{product} {taxon}" if language in _HEAD_FIRST else f"{taxon} {product}"


def _wanted(names: Sequence[str], vocabulary: Vocabulary) -> frozenset[str]:
    """The taxa named, all below them, and the genus and family above.

    A word of the trade seldom tells the species: who looks for African elephants wants ``ivory``.
    """
    if not names:
        return frozenset()
    named, above = set(names), {up for name in names for up in _line(name, vocabulary)}
    below = {taxon for taxon in vocabulary.taxa if named & set(_line(taxon, vocabulary))}
    near = {up for up in above if up in vocabulary.taxa and vocabulary.taxa[up].rank in _ABOVE}
    return frozenset(below | near)


def _line(taxon: str, vocabulary: Vocabulary) -> list[str]:
    """The taxon and all it belongs to."""
    found: list[str] = []
    while taxon and taxon not in found:
        found.append(taxon)
        known = vocabulary.taxa.get(taxon)
        taxon = (known.parent if known else "") or families().get(taxon, "")
    return found


def _check(plan: Plan, vocabulary: Vocabulary) -> None:
    for name in plan.taxa:
        if name not in vocabulary.taxa:
            raise ConfigurationError(
                f"ask.plan.taxa: '{name}' is no accepted name of the vocabulary",
                remedy="names are those of the Checklist of CITES species, such as Panthera tigris",
            )
    for code in plan.products:
        if code not in vocabulary.states:
            raise ConfigurationError(f"ask.plan.products: '{code}' is no term code of CITES trade")
