"""Word lists looked up at a place of a text: forwards from it or backwards, longest first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Generic, NamedTuple, TypeVar

from enrich.goods.numerals import plain_text

_UNSPACED = re.compile("[\u0e00-\u0eff\u2e80-\u9fff\uf900-\ufaff]")
_MARKS = "\u0300-\u036f\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0962\u0963"
_LETTER = re.compile(rf"[^\W\d_]|[{_MARKS}]")
_PHRASE = re.compile(rf"(?:[^\W\d_]|[{_MARKS}])+")
_WORDS = 4
_BLANKS = " \t\n"

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
    return _UNSPACED.match(character) is not None


class Lexicon(Generic[Value]):
    """Words and phrases with their values. Words of scripts with spaces are found whole."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = {lowered(plain_text(word)): value for word, value in values.items()}
        self._longest = max(map(len, self._values), default=0)
        self._other = max(
            (len(word) for word in self._values if not word[0].isalpha() or not word[-1].isalpha()),
            default=0,
        )
        self._unspaced = max(
            (len(word) for word in self._values if is_unspaced(word[0])), default=0
        )

    def at(self, text: str, start: int, blanks: int = 2) -> Found[Value] | None:
        """The longest word at ``start`` or up to ``blanks`` blanks behind it."""
        limit = min(len(text), start + blanks)
        while start < limit and text[start] in _BLANKS:
            start += 1
        if start >= len(text):
            return None
        if is_unspaced(text[start]):
            return self._pieces(text, start, self._unspaced)
        if _LETTER.match(text, start):
            found = self._phrase(text, start)
            return found or (self._pieces(text, start, self._other) if self._other else None)
        return self._pieces(text, start, self._other)

    def before(
        self, text: str, end: int, between: str = " :.=*", reach: int = 4
    ) -> Found[Value] | None:
        """The longest word that ends at ``end`` or a few characters of ``between`` before it."""
        limit = max(0, end - reach)
        while end > limit and text[end - 1] in between:
            found = self._ending(text, end) if text[end - 1] == "." else None
            if found:
                return found
            end -= 1
        return self._ending(text, end) if end > 0 else None

    def _ending(self, text: str, end: int) -> Found[Value] | None:
        if end > 0 and _LETTER.match(text, end - 1) and not is_unspaced(text[end - 1]):
            return self._phrase_before(text, end)
        longest = self._unspaced if end > 0 and is_unspaced(text[end - 1]) else self._other
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
        """The longest phrase of at most four words, blanks and hyphens between them."""
        best: Found[Value] | None = None
        end = start
        for _ in range(_WORDS):
            found = _PHRASE.match(text, end)
            if found is None or found.end() - start > self._longest + 1:
                break
            end = found.end()
            for last in (end, end + 1):
                word = " ".join(text[start:last].split())
                if word in self._values and (last == end or text[end : end + 1] in ".,"):
                    best = Found(word, start, last, self._values[word])
            if text[end : end + 1] not in {" ", "-", "'", "/", "."}:
                break
            end += 1
        return best

    def _phrase_before(self, text: str, end: int) -> Found[Value] | None:
        best: Found[Value] | None = None
        start = end
        for _ in range(_WORDS):
            limit = max(0, end - self._longest - 1)
            while (
                start > limit
                and _LETTER.match(text, start - 1)
                and not is_unspaced(text[start - 1])
            ):
                start -= 1
            word = text[start:end]
            if word in self._values:
                best = Found(word, start, end, self._values[word])
            if start == 0 or text[start - 1] not in " -'/&+." or start <= limit:
                break
            start -= 1
        return best


def lexicon_of(words: Iterable[str]) -> Lexicon[str]:
    """A list whose words stand for themselves."""
    return Lexicon({word: word for word in words})
