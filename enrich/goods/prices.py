"""Prices: an amount beside a currency, or beside a word that makes it one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from config.vocabularies import Vocabulary
from enrich.goods.context import Advert, View
from enrich.goods.lexicon import Found, is_unspaced, lowered
from enrich.goods.money import Mark, MoneyWords, Place
from enrich.goods.numerals import Numeral, chinese_numerals, numerals, plain_text
from enrich.goods.surroundings import Surroundings
from model.facts import Observation

_TOO_MUCH = Decimal(10) ** 15
_DASH = re.compile(r",-{1,2}|\.-{1,2}|,=")
_MORE = re.compile(r"(\d{1,3})(?![\d.,]*\d)")
_ONLY_BEFORE_MONEY = frozenset({"m", "mil", "bin", "cr", "mille", "mila", "million", "grand"})
_HALF = " rưỡi"
_CHINESE_MONEY = ("万", "萬", "元", "块", "円", "千")


@dataclass(frozen=True, slots=True)
class Price:
    """Money asked or bid at ``[start, end)`` of a field; ``high`` ends a range from ``amount``."""

    field: str
    start: int
    end: int
    amount: Decimal
    currency: str
    is_coin: bool
    per: str
    negotiable: bool | None
    confidence: float
    why: str
    high: Decimal | None = None

    def observation(self, record: Mapping[str, str]) -> Observation:
        attributes: dict[str, object] = {
            "amount": float(self.amount),
            "currency": self.currency,
            "per": self.per,
        }
        if self.high is not None:
            attributes |= {"low": float(self.amount), "high": float(self.high)}
        if self.negotiable is not None:
            attributes["negotiable"] = self.negotiable
        return Observation(
            "price",
            f"{written(self.amount, self.is_coin)} {self.currency}",
            record[self.field][self.start : self.end],
            self.field,
            self.start,
            self.end,
            self.confidence,
            f"prices/1:{self.why}",
            attributes,
        )


def written(amount: Decimal, is_coin: bool) -> str:
    """Two decimals for money of states, as many as there are for coins; never an exponent."""
    if not is_coin:
        return f"{amount:.2f}"
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class Candidate(NamedTuple):
    """A numeral with what stands around it at ``[start, end)``."""

    numeral: Numeral
    start: int
    end: int
    mark: Mark | None
    magnitude: int
    magnitude_word: str
    has_cue: bool

    @property
    def amount(self) -> Decimal:
        return self.numeral.value * self.magnitude


class PriceReader:
    """Reads prices by the habits told in money.yml."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._words = MoneyWords(vocabulary.money)
        self._around = Surroundings(vocabulary)

    def prices(self, record: Mapping[str, str], advert: Advert) -> list[Price]:
        """The prices of the ``price`` field, then those in title and text."""
        currency = self._words.code(record.get("currency", "").strip())
        place = Place(advert.language, advert.country, currency)
        found: list[Price] = []
        if text := record.get("price"):
            plain = plain_text(text)
            here = place._replace(is_price=True)
            found += self._read("price", plain, lowered(plain), list(numerals(plain)), here)
        for view in advert.views:
            if view.field != "category" and self._words.speaks_of_money(view.plain):
                numbers = self._numbers(view, advert.language)
                found += self._read(view.field, view.plain, view.lower, numbers, place)
        if not found:
            return []
        negotiable = self._around.negotiable(
            " ".join(record.get(name, "") for name in ("price", "title", "text"))
        )
        return [replace(price, negotiable=negotiable) for price in found]

    def _read(
        self, name: str, text: str, lower: str, numbers: Iterable[Numeral], place: Place
    ) -> list[Price]:
        found: list[Price] = []
        last: Candidate | None = None
        for one, high in self._joined(lower, self._candidates(text, lower, numbers)):
            code = self._currency(one, high, lower, place)
            candidate, code = (one, code) if code else self._elliptical(one, last, lower, found)
            if not code or not 0 < candidate.amount < _TOO_MUCH:
                continue
            last = high or candidate
            if not self._around.is_other(lower, candidate.start, last.end):
                found.append(self._price(name, lower, candidate, high, code))
        return found

    def _price(
        self, name: str, text: str, candidate: Candidate, high: Candidate | None, code: str
    ) -> Price:
        is_coin = self._words.is_coin(code)
        end = high.end if high else candidate.end
        amount, upper = _amount(candidate, is_coin), _amount(high, is_coin) if high else None
        if high and high.magnitude > 1 == candidate.magnitude:
            amount *= high.magnitude if candidate.numeral.value <= high.numeral.value else 1
        mark = candidate.mark or (high.mark if high else None)
        return Price(
            name,
            candidate.start,
            end,
            amount,
            code,
            is_coin,
            self._around.per(text, candidate.start, end),
            None,
            0.95 if mark else 0.8,
            mark.word
            if mark
            else candidate.magnitude_word or ("field" if name == "price" else "cue"),
            upper,
        )

    def _numbers(self, view: View, language: str) -> list[Numeral]:
        """Numbers in digits, in Chinese characters, and in words before a magnitude or currency."""
        text, lower = view.plain, view.lower
        more: list[Numeral] = []
        if any(sign in text for sign in _CHINESE_MONEY):
            more += chinese_numerals(text)
        for hit, value in view.numbers():
            size = self._words.sizes.at(lower, hit.end)
            told = size is not None and self._words.implies(size.word, language)
            if told or self._words.mark_at(text, lower, size.end if size else hit.end):
                more.append(Numeral(value, hit.start, hit.end, "", is_word=True))
        if not more:
            return view.numerals
        return sorted([*view.numerals, *more], key=lambda one: one.start)

    def _candidates(self, text: str, lower: str, numbers: Iterable[Numeral]) -> Iterator[Candidate]:
        taken = 0
        for numeral in numbers:
            if numeral.start >= taken:
                candidate = self._candidate(text, lower, numeral, taken)
                taken = candidate.end
                yield candidate

    def _candidate(self, text: str, lower: str, numeral: Numeral, taken: int) -> Candidate:
        """A number with the currency, magnitude and words of pricing on either side."""
        if not self._words.is_beside(lower, numeral.start, numeral.end):
            return Candidate(numeral, numeral.start, numeral.end, None, 1, "", False)
        start, mark, cue, word = self._in_front(text, lower, numeral.start, taken)
        dash = _DASH.match(lower, numeral.end)
        end, value = dash.end() if dash else numeral.end, numeral.value
        size = self._words.sizes.at(lower, end, 1)
        if size and self._is_size(text, lower, size, mark is not None):
            word, (value, end) = size.word, self._with_fraction(text, lower, numeral, size.end)
        money = self._words.mark_at(text, lower, end)
        if money and _is_ours(lower, money, mark):
            mark, end = money, money.end
        cue = cue or self._words.cues_behind.at(lower, end) is not None
        magnitude = self._words.magnitude(word)
        return Candidate(numeral._replace(value=value), start, end, mark, magnitude, word, cue)

    def _is_size(self, text: str, lower: str, size: Found[int], is_money: bool) -> bool:
        """A magnitude: no letter goes on behind it; a word that means more only beside money."""
        if self._words.mark_at(text, lower, size.end):
            return True
        follows = text[size.end : size.end + 1]
        if follows.isalpha() and not is_unspaced(follows):
            return False
        return is_money or size.word.rstrip(".") not in _ONLY_BEFORE_MONEY

    def _with_fraction(
        self, text: str, lower: str, numeral: Numeral, end: int
    ) -> tuple[Decimal, int]:
        """``2tr5`` and ``2 triệu rưỡi`` are two and a half million: the value and where it ends."""
        value = numeral.value
        more = _MORE.match(lower, end)
        is_whole = value == int(value) and not numeral.is_word
        if more and is_whole and not self._words.mark_at(text, lower, end):
            return value + Decimal(more[1]) / 10 ** len(more[1]), more.end()
        if lower.startswith(_HALF, end):
            return value + Decimal("0.5"), end + len(_HALF)
        return value, end

    def _in_front(
        self, text: str, lower: str, start: int, taken: int
    ) -> tuple[int, Mark | None, bool, str]:
        """Where the price begins, its currency, whether a word of pricing or a magnitude leads."""
        word = ""
        size = self._words.sizes_before.before(lower, start, " ", 1)
        if size and size.start >= taken:
            start, word = size.start, size.word
        mark = self._words.mark_before(text, lower, start)
        if mark and mark.start >= taken:
            return mark.start, mark, self._has_cue(lower, mark.start), word
        return start, None, self._has_cue(lower, start), word

    def _has_cue(self, lower: str, start: int) -> bool:
        return self._words.cues.before(lower, start) is not None

    def _joined(
        self, text: str, candidates: Iterable[Candidate]
    ) -> Iterator[tuple[Candidate, Candidate | None]]:
        """Candidates, two as one where they make a range."""
        waiting: Candidate | None = None
        for candidate in candidates:
            if waiting is not None:
                if self._is_range(text, waiting, candidate):
                    yield waiting, candidate
                    waiting = None
                    continue
                yield waiting, None
            waiting = candidate
        if waiting is not None:
            yield waiting, None

    def _is_range(self, text: str, low: Candidate, high: Candidate) -> bool:
        if not (low.mark or high.mark or low.magnitude_word or high.magnitude_word):
            return False
        between = text[low.end : high.start].strip()
        if high.start - low.end > 12 or between not in self._words.ranges:
            return False
        if low.mark and high.mark and low.mark.word != high.mark.word:
            return False
        return low.numeral.value * min(low.magnitude, high.magnitude) < high.amount

    def _currency(
        self, candidate: Candidate, high: Candidate | None, text: str, place: Place
    ) -> str:
        """The ISO 4217 code or coin; empty for a number that is no price."""
        mark = candidate.mark or (high.mark if high else None)
        if mark:
            return self._words.currency(mark, place, text)
        word = candidate.magnitude_word or (high.magnitude_word if high else "")
        if place.is_price or self._words.implies(word, place.language):
            return place.currency or self._words.of_magnitude(word, place)
        if candidate.has_cue and not self._around.is_measure(text, candidate.end):
            return place.currency or self._words.of_place(place)
        return ""

    def _elliptical(
        self, candidate: Candidate, last: Candidate | None, text: str, found: list[Price]
    ) -> tuple[Candidate, str]:
        """``hen 1.8`` behind ``cock 2jt``: the magnitude and the currency go on."""
        if last is None or last.magnitude < 1000 or candidate.magnitude > 1 or not found:
            return candidate, ""
        between, value = text[last.end : candidate.start], candidate.numeral.value
        fits = value * 20 > last.numeral.value and value < last.numeral.value * 20
        if not fits or len(between) > 30 or re.search(r"[\n\d]", between):
            return candidate, ""
        if candidate.numeral.is_word or self._around.is_measure(text, candidate.end):
            return candidate, ""
        return candidate._replace(magnitude=last.magnitude), found[-1].currency


def _amount(candidate: Candidate, is_coin: bool) -> Decimal:
    """``1.234`` of a coin, or before a magnitude, is no thousand."""
    numeral = candidate.numeral
    if numeral.groups and (is_coin or candidate.magnitude > 1):
        return Decimal(numeral.written.replace(",", ".")) * candidate.magnitude
    return candidate.amount


def _is_ours(text: str, behind: Mark, front: Mark | None) -> bool:
    """Whether the currency behind belongs to this number and not to the next."""
    if front is not None:
        return front.word.endswith("$") and behind.word.isalpha()
    if behind.word[-1].isalpha():
        return True
    return not (text[behind.end : behind.end + 1].isdigit() and text[behind.start - 1].isspace())
