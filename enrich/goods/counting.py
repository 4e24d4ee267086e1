"""One field while its quantities are read: what a number stands in front of."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import Protocol

from config.vocabularies import Measures
from enrich.goods.context import View, has_cue
from enrich.goods.lexicon import is_unspaced
from enrich.goods.matcher import Hit
from enrich.goods.numerals import Numeral, chinese_numerals

_STOP = re.compile(r"[.,;:!?()\n\d•|/+]")
_CODE = frozenset("#№/@$€£¥&_=-.,")
_NO_COUNT = frozenset("/:%°_@-+.")
_LAST_WORD = re.compile(r"([^\W\d_]+)\W{0,3}$")
_MOST_ITEMS = 100_000
_YEARS = range(1500, 2101)


_INCH = re.compile(
    r"\s?in(?:\.|ch)?\s?(?:x|long|tall|wide|high|length|height|diameter|total|[.,;)\n]|$)"
)


def is_inch(text: str, end: int) -> bool:
    """Whether ``in`` behind a number at ``end`` is the unit: a dimension or nothing follows."""
    return _INCH.match(text, end, end + 12) is not None


class Rules:
    """The word lists of measures.yml, ready to be asked."""

    def __init__(self, measures: Measures) -> None:
        words = measures.words
        joints = "|".join(map(re.escape, words["between_series"]))
        self.links = re.compile(
            rf"\s?(?:[a-zа-я]{{1,4}}\.?)?\s?[x×*х]\s?|\s?(?:[a-z]{{1,3}}\s)?(?:{joints})\s?"
        )
        self.before_no_count = frozenset(words["before_no_count"])
        self.plural_pairs = frozenset(words["plural_pairs"])


class Place(Protocol):
    """Something read at ``[start, end)`` of a field."""

    @property
    def field(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


class Field:
    """The text of a view in plain small letters, the prices in it, and its goods."""

    __slots__ = (
        "_goods",
        "_price_ends",
        "_price_starts",
        "_rules",
        "_starts",
        "language",
        "text",
        "view",
    )

    def __init__(
        self,
        rules: Rules,
        view: View,
        language: str,
        prices: list[tuple[int, int]],
        goods: set[tuple[int, int]],
    ) -> None:
        self._rules = rules
        self.view = view
        self.text = view.lower
        self.language = language
        self._price_starts = [start for start, _ in sorted(prices)]
        self._price_ends = [end for _, end in sorted(prices)]
        self._goods = goods
        self._starts = [hit.start for hit in view.hits]

    def numerals(self) -> list[Numeral]:
        found = list(self.view.numerals)
        if self.language in {"zh", "ja"}:
            found += chinese_numerals(self.text)
            found.sort(key=lambda one: one.start)
        return found

    def is_taken(self, start: int, end: int) -> bool:
        """Whether a price stands there; prices do not overlap."""
        place = bisect_right(self._price_starts, start) - 1
        if place >= 0 and self._price_ends[place] > start:
            return True
        following = place + 1
        return following < len(self._price_starts) and self._price_starts[following] < end

    def is_joined(self, end: int, start: int) -> bool:
        """Whether ``x`` or a dash joins two numbers."""
        return start - end <= 8 and self._rules.links.fullmatch(self.text, end, start) is not None

    def is_part_of_number(self, hit: Hit) -> bool:
        """Whether a number word of a script without spaces stands inside a longer number or word:
        those are read as Chinese numerals, or are ordinals."""
        if not is_unspaced(self.text[hit.start]):
            return False
        if self.language in {"zh", "ja"}:
            return True
        return self.text[max(0, hit.start - 1) : hit.start] in {"第", "初"}

    def may_count(self, numeral: Numeral) -> bool:
        """Not a year, nor part of a code, an address, a score, a date or a list number."""
        value = numeral.value
        if value != int(value) or not 0 < value < _MOST_ITEMS or int(value) in _YEARS:
            return False
        before = self.text[max(0, numeral.start - 1) : numeral.start]
        after = self.text[numeral.end : numeral.end + 2]
        if (before in _CODE and before) or (_is_letter(before) and before not in "x×"):
            return False
        if after[:1] in _NO_COUNT and after[1:2].isalnum():
            return False
        if _is_letter(after[:1]) and after[:1] not in "x×":
            return False
        word = re.search(
            r"([^\W\d_]+)\W{0,3}$", self.text[max(0, numeral.start - 16) : numeral.start]
        )
        return word is None or word[1] not in self._rules.before_no_count

    def items(self, start: int, end: int) -> int:
        """How many items one of what a number at ``[start, end)`` counts is; 0 for no goods."""
        before, after = self.text[max(0, start - 1) : start], self.text[end : end + 2]
        if before in {"x", "×"} or after.rstrip() in {"x", "×"}:
            return 1
        return self.items_behind(end) or self._items_after_amount(start)

    def items_behind(self, end: int) -> int:
        """The same by the words behind alone: goods at most three words on in the same clause."""
        place = bisect_left(self._starts, end)
        for hit in self.view.hits[place : place + 5]:
            between = self.text[end : hit.start]
            if len(between) > 60 or len(between.split()) > 3 or _STOP.search(between):
                return 0
            if "number" in hit.entry.by_role:
                return 0
            if has_cue(hit, "pair"):
                return 2
            if has_cue(hit, "dozen"):
                return 12
            if self._is_goods(hit):
                return 1
        return 0

    def _is_goods(self, hit: Hit) -> bool:
        if (hit.start, hit.end) in self._goods or has_cue(hit, "countable"):
            return True
        return bool(self._goods) and "product" in hit.entry.by_role

    def _items_after_amount(self, start: int) -> int:
        """``qty 3``, ``lot of 5``."""
        for hit in self._ahead(start):
            between = self.text[hit.end : start]
            if has_cue(hit, "amount") and len(between) <= 3 and not between.strip(" :=."):
                return 1
        return 0

    def is_one(self, hit: Hit) -> bool:
        """Whether a word for a pair is in the singular and no number stands in front of it."""
        before = self.text[max(0, hit.start - 24) : hit.start]
        words = {term.written.lower().split()[-1] for term in hit.terms}
        if words & self._rules.plural_pairs or re.search(
            r"\d\W{0,2}(?:[^\W\d_]+\W{1,2})?$", before
        ):
            return False
        return not any(
            "number" in found.entry.by_role and self.view.gap(found, hit) <= 1
            for found in self._ahead(hit.start)
        )

    def has_goods_around(self, hit: Hit) -> bool:
        """``a pair of macaws``; ``macaws, breeding pair``; ``象牙手镯一对``."""
        if self.items_behind(hit.end):
            return True
        return any(
            (found.start, found.end) in self._goods and self.view.gap(found, hit) <= 1
            for found in self._ahead(hit.start)
        )

    def _ahead(self, start: int) -> list[Hit]:
        place = bisect_left(self._starts, start)
        return self.view.hits[max(0, place - 2) : place]


def _is_letter(character: str) -> bool:
    """A letter of a script with spaces between words."""
    return character.isalpha() and not is_unspaced(character)
