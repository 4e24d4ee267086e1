"""Word lists looked up at a place of a text: forwards from it or backwards, longest first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Generic, NamedTuple, TypeVar

from enrich.goods.numerals import plain_text

_UNSPACED_RANGES = "\u0e00-\u0eff\u2e80-\u9fff\uf900-\ufaff"
_UNSPACED = re.compile(f"[{_UNSPACED_RANGES}]")
_MARKS = "\u0300-\u036f\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0962\u0963"
_LETTER = re.compile(rf"[^\W\d_]|[{_MARKS}]")
_WORD = re.compile(rf"(?:(?![{_UNSPACED_RANGES}])[^\W\d_]|[{_MARKS}])+")
_JOINTS = frozenset(" -'/&+.")
_BLANKS = frozenset(" \t\n")
_LONGEST_WORD = 40

Value = TypeVar("Value")


class Found(NamedTuple, Generic[Value]):
    """A word of the list at ``[start, end)`` and what it stands for."""

    word: str
    start: int
    end: int
    value: Value


def lowered(text: str) -> str:
    """``text`` in lower case with as many code points."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(one if len(one := c.lower()) == 1 else c for c in text)


def is_unspaced(character: str) -> bool:
    """Whether the character is of a script that puts no spaces between words."""
    return character > "\u0dff" and _UNSPACED.match(character) is not None


class Lexicon(Generic[Value]):
    """Words and phrases with their values. Words of scripts with spaces are found whole."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = {lowered(plain_text(word)): value for word, value in values.items()}
        words = list(self._values)
        phrases = [word for word in words if _LETTER.match(word) and not is_unspaced(word[0])]
        self._first = _counts(phrases, 0)
        self._last = _counts(phrases, -1)
        other = [word for word in words if not (word[0].isalpha() and word[-1].isalpha())]
        self._other = max(map(len, other), default=0)
        self._other_first = frozenset(word[0] for word in other)
        self._other_last = frozenset(word[-1] for word in other)
        unspaced = [word for word in words if is_unspaced(word[0])]
        self._unspaced = max(map(len, unspaced), default=0)
        self._unspaced_first = frozenset(word[0] for word in unspaced)
        self._unspaced_last = frozenset(word[-1] for word in unspaced)

    @property
    def beginnings(self) -> frozenset[str]:
        """First words, and first characters of what is no word: what ``at`` begins with."""
        return frozenset(self._first) | self._other_first | self._unspaced_first

    @property
    def endings(self) -> frozenset[str]:
        """Last words, and last characters of what is no word: what ``before`` ends with."""
        return frozenset(self._last) | self._other_last | self._unspaced_last

    def at(self, text: str, start: int, blanks: int = 2) -> Found[Value] | None:
        """The longest word at ``start`` or up to ``blanks`` blanks behind it."""
        size = len(text)
        limit = min(size, start + blanks)
        while start < limit and text[start] in _BLANKS:
            start += 1
        if start >= size:
            return None
        first = text[start]
        if first in self._unspaced_first:
            return self._pieces(text, start, self._unspaced)
        found = self._phrase(text, start)
        if found is None and first in self._other_first:
            return self._pieces(text, start, self._other)
        return found

    def before(
        self, text: str, end: int, between: str = " :.=*", reach: int = 4
    ) -> Found[Value] | None:
        """The longest word that ends at ``end`` or a few characters of ``between`` before it."""
        limit = max(0, end - reach)
        while end > limit and text[end - 1] in between:
            if text[end - 1] == "." and (found := self._ending(text, end)):
                return found
            end -= 1
        return self._ending(text, end) if end > 0 else None

    def _ending(self, text: str, end: int) -> Found[Value] | None:
        last = text[end - 1]
        if last in self._unspaced_last:
            return self._tail(text, end, self._unspaced)
        if last in self._other_last and (found := self._tail(text, end, self._other)):
            return found
        return self._phrase_before(text, end)

    def _tail(self, text: str, end: int, longest: int) -> Found[Value] | None:
        for length in range(min(longest, end), 0, -1):
            word = text[end - length : end]
            if word in self._values and self._is_whole(text, end - length):
                return Found(word, end - length, end, self._values[word])
        return None

    def _is_whole(self, text: str, start: int) -> bool:
        """No letter goes on in front of a word that begins with one."""
        first = text[start]
        if start == 0 or is_unspaced(first) or not first.isalpha():
            return True
        return not text[start - 1].isalpha() or is_unspaced(text[start - 1])

    def _pieces(self, text: str, start: int, longest: int) -> Found[Value] | None:
        for length in range(min(longest, len(text) - start), 0, -1):
            word = text[start : start + length]
            if word in self._values and (not word[-1].isalpha() or is_unspaced(word[-1])):
                return Found(word, start, start + length, self._values[word])
        return None

    def _phrase(self, text: str, start: int) -> Found[Value] | None:
        """The longest phrase at ``start``, one blank or mark between its words."""
        found = _WORD.match(text, start)
        if found is None or (most := self._first.get(found[0])) is None:
            return None
        best: Found[Value] | None = None
        for _ in range(most):
            end = found.end()
            word = text[start:end]
            if word in self._values:
                best = Found(word, start, end, self._values[word])
            if text[end : end + 1] not in _JOINTS or not (found := _WORD.match(text, end + 1)):
                break
        return best

    def _phrase_before(self, text: str, end: int) -> Found[Value] | None:
        """The longest phrase that ends at ``end``."""
        start = _word_start(text, end)
        if start == end or (most := self._last.get(text[start:end])) is None:
            return None
        best: Found[Value] | None = None
        for _ in range(most):
            word = text[start:end]
            if word in self._values:
                best = Found(word, start, end, self._values[word])
            if start == 0 or text[start - 1] not in _JOINTS:
                break
            start = _word_start(text, start - 1)
        return best


def _counts(phrases: Iterable[str], place: int) -> dict[str, int]:
    """First or last word of the phrases → the most words that a phrase with it has."""
    found: dict[str, int] = {}
    for phrase in phrases:
        words = _WORD.findall(phrase)
        found[words[place]] = max(found.get(words[place], 1), len(words))
    return found


def _word_start(text: str, end: int) -> int:
    """Where the word begins that ends at ``end``; at most 40 letters are looked at."""
    start = end
    limit = max(0, end - _LONGEST_WORD)
    while start > limit and _LETTER.match(text, start - 1) and not is_unspaced(text[start - 1]):
        start -= 1
    return start


def word_at(text: str, start: int) -> str:
    """The word at ``start`` or up to two blanks behind it, else the character there."""
    for _ in range(2):
        start += text[start : start + 1] in _BLANKS
    found = _WORD.match(text, start)
    return found[0] if found else text[start : start + 1]


def word_before(text: str, end: int, between: str = " :.=*") -> str:
    """The word that ends at ``end`` or a few characters of ``between`` before it."""
    limit = max(0, end - 4)
    while end > limit and text[end - 1] in between:
        end -= 1
    return text[_word_start(text, end) : end] or text[max(0, end - 1) : end]


def lexicon_of(words: Iterable[str]) -> Lexicon[str]:
    """A list whose words stand for themselves."""
    return Lexicon({word: word for word in words})
