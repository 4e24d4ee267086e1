"""The words of money: which currency a sign, a word, a magnitude or a place tells."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

import re2

from config.vocabularies import Money
from enrich.goods.lexicon import Found, Lexicon, lowered, word_at, word_before
from enrich.goods.numerals import plain_text
from enrich.goods.patterns import begins

_HAN = re.compile("[\u4e00-\u9fff]")
_KANA = re.compile("[\u3040-\u30ff]")
_CAPITALS_ONLY = frozenset(
    [
        "try",
        "mad",
        "pen",
        "php",
        "cop",
        "ron",
        "sol",
        "dash",
        "lak",
        "sar",
        "mxn",
        "cad",
        "all",
        "top",
        "bam",
        "isk",
        "zar",
        "rm",
    ]
)
"""Codes that are words of some language in small letters."""


class Place(NamedTuple):
    """Where an advert stands: what decides between currencies that share a sign."""

    language: str
    country: str
    currency: str
    is_price: bool = False


class Mark(NamedTuple):
    """A currency as written, in lower case, at ``[start, end)``."""

    word: str
    start: int
    end: int


class MoneyWords:
    """The lists of money.yml, ready to be looked up."""

    def __init__(self, money: Money) -> None:
        self._money = money
        self._codes = _codes(money)
        self._marks: Lexicon[str] = Lexicon(self._codes)
        self._coins = frozenset(one.code for one in money.currencies if one.coin)
        self._magnitudes = {lowered(plain_text(word)): n for word, n in money.magnitudes.items()}
        self._implied = {lowered(plain_text(word)): code for word, code in money.implied.items()}
        self.sizes: Lexicon[int] = Lexicon(money.magnitudes)
        self.sizes_before = _list(money, "before")
        self.cues = _list(money, "cues")
        self.cues_behind = _list(money, "cues_behind")
        self.ranges = frozenset(lowered(plain_text(word)) for word in money.words["ranges"])
        self._behind = frozenset(",.").union(
            *(one.beginnings for one in (self.sizes, self._marks, self.cues_behind))
        )
        self._in_front = frozenset().union(
            *(one.endings for one in (self.sizes_before, self._marks, self.cues))
        )
        self._beside = re2.compile(_beside_numbers(self._codes, money), _roomy())
        self._by_country = {
            country: one.code for one in money.currencies for country in one.countries
        }
        self._by_language = {
            language: one.code for one in money.currencies for language in one.languages
        }

    def speaks_of_money(self, text: str) -> bool:
        """Whether a word of money stands beside a number anywhere: a filter that never misses."""
        return self._beside.search(text) is not None

    def is_beside(self, lower: str, start: int, end: int) -> bool:
        """Whether what stands beside a number may be a word of money."""
        return (
            word_at(lower, end) in self._behind
            or word_before(lower, start) in self._in_front
            or lower[max(0, start - 1) : start] in self._in_front
        )

    def code(self, word: str) -> str:
        """The code of a currency named by itself; empty for none."""
        return self._codes.get(lowered(plain_text(word)), "") if word else ""

    def is_coin(self, code: str) -> bool:
        return code in self._coins

    def magnitude(self, word: str) -> int:
        return self._magnitudes.get(word, self._magnitudes.get(word.rstrip("."), 1)) if word else 1

    def implies(self, word: str, language: str) -> bool:
        """Whether the magnitude tells a currency, by itself or in an advert of that language."""
        bare = word.rstrip(".")
        return bare in self._implied or language in self._money.implied_where.get(bare, ())

    def mark_at(self, text: str, lower: str, start: int) -> Mark | None:
        return self._mark(text, self._marks.at(lower, start))

    def mark_before(self, text: str, lower: str, end: int) -> Mark | None:
        return self._mark(text, self._marks.before(lower, end))

    def _mark(self, text: str, found: Found[str] | None) -> Mark | None:
        """The mark, unless it is an ordinary word in small letters."""
        if found is None:
            return None
        written = text[found.start : found.end]
        if found.word in _CAPITALS_ONLY and not written.isupper():
            attached = text[found.end : found.end + 1].isdigit() and found.word == "rm"
            return Mark(found.word, found.start, found.end) if attached else None
        return Mark(found.word, found.start, found.end)

    def currency(self, mark: Mark, place: Place, text: str) -> str:
        """The code for a mark; where several share it, by what the place tells."""
        word = mark.word.rstrip(".")
        shared = self._money.shared.get(word)
        if shared is None:
            return self._codes.get(mark.word) or self._codes.get(word, "")
        if place.currency and place.currency in {shared.default, *shared.countries.values()}:
            return place.currency
        return (
            shared.countries.get(place.country)
            or shared.languages.get(place.language)
            or (_by_script(text) if word == "¥" else "")
            or shared.default
        )

    def of_place(self, place: Place) -> str:
        return self._by_country.get(place.country) or self._by_language.get(place.language, "")

    def of_magnitude(self, word: str, place: Place) -> str:
        return self.of_place(place) or self._implied.get(word.rstrip("."), "")


def _beside_numbers(codes: Mapping[str, str], money: Money) -> str:
    words = money.words
    behind = begins([*codes, *money.implied, *money.implied_where, *words["cues_behind"]])
    sizes = begins(money.magnitudes)
    before = begins([*codes, *words["cues"], *words["before"]])
    number = r"[\d一二三四五六七八九十百千两兩万萬]"
    front = begins(words["before"])
    return (
        rf"(?i){number}[\s.,=-]{{0,4}}{behind}|{sizes}[\s.]{{0,3}}{begins(codes)}"
        rf"|{before}[\s:.=*]{{0,4}}(?:{front}\s)?{number}|{begins(_number_marks(codes, money))}"
    )


def _number_marks(codes: Mapping[str, str], money: Money) -> list[str]:
    """What may stand behind a number in words: words of money of four letters or more."""
    return [word for word in (*codes, *money.implied) if len(word) >= 4 and word.isalpha()]


def _roomy() -> re2.Options:
    options = re2.Options()
    options.max_mem = 1 << 26
    return options


def _by_script(text: str) -> str:
    if _KANA.search(text):
        return "JPY"
    return "CNY" if _HAN.search(text) else ""


def _list(money: Money, key: str) -> Lexicon[str]:
    return Lexicon({word: word for word in money.words[key]})


def _codes(money: Money) -> dict[str, str]:
    """Sign, word or code, plain and in lower case → code; shared ones stand for their default."""
    found: dict[str, str] = {}
    for sign, shared in money.shared.items():
        found[lowered(plain_text(sign))] = shared.default
    for currency in money.currencies:
        for mark in (*currency.signs, *currency.words, currency.code):
            found.setdefault(lowered(plain_text(mark)), currency.code)
    return found
