"""Text folded for matching: words without case and accents, each remembering where it stood."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache
from typing import NamedTuple

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_MARKS = (
    "\u00ad\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0963\u0981-\u09cd"
    "\u200b-\u200d\u2060\ufe0e\ufe0f\ufeff"
)
_ASCII_WORD = re.compile(r"[a-z0-9]+")
_ANY_WORD = re.compile(rf"[{_UNSPACED}]+|(?:(?![{_UNSPACED}_])[\w{_MARKS}])+")
_UNSPACED_START = re.compile(rf"[{_UNSPACED}]")
_DROPPED = re.compile(
    r"[\u00ad\u0300-\u036f\u064b-\u065f\u0670\u200b-\u200d\u2060\ufe0e\ufe0f\ufeff]"
)
_LETTERS = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "ı": "i", "æ": "ae", "œ": "oe", "ħ": "h"})


class Word(NamedTuple):
    """A word of a text: its folded spelling and ``[start, end)`` in code points."""

    folded: str
    start: int
    end: int


@lru_cache(maxsize=1 << 14)
def _fold_character(character: str) -> str:
    decomposed = unicodedata.normalize("NFKD", character.casefold())
    bare = _DROPPED.sub("", decomposed).translate(_LETTERS)
    return unicodedata.normalize("NFC", bare)


@lru_cache(maxsize=1 << 16)
def _fold_short(word: str) -> str:
    return "".join(map(_fold_character, word))


def fold_word(word: str) -> str:
    """One word without case, accents and invisible characters; scripts stay what they are."""
    if word.isascii():
        return word.lower()
    return _fold_short(word) if len(word) <= 64 else "".join(map(_fold_character, word))


def words_of(text: str) -> list[Word]:
    """The words of ``text`` in order; runs of scripts without spaces are one word each."""
    if text.isascii():
        return [
            Word(found[0], found.start(), found.end())
            for found in _ASCII_WORD.finditer(text.lower())
        ]
    return [
        Word(folded, found.start(), found.end())
        for found in _ANY_WORD.finditer(text)
        if (folded := fold_word(found[0]))
    ]


def folded_words(text: str) -> list[str]:
    """The folded words of ``text`` without their places."""
    if text.isascii():
        return _ASCII_WORD.findall(text.lower())
    return [folded for word in _ANY_WORD.findall(text) if (folded := fold_word(word))]


def is_unspaced(folded: str) -> bool:
    """Whether a folded word is of a script that puts no spaces between words."""
    return _UNSPACED_START.match(folded) is not None


class Folded:
    """A text as words, and as the one line in which the vocabulary is looked for.

    In the line every word has a space of its own on either side, so that a pattern with its
    spaces matches whole words only and never takes a neighbour's space away.
    """

    __slots__ = ("line", "offsets", "text", "words")

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = words_of(text)
        self.line = "".join([f" {word.folded} " for word in self.words])
        self.offsets: list[int] = []

    def index_at(self, position: int) -> int:
        """The index of the word that holds ``position`` of the line."""
        if not self.offsets:
            total = 0
            for word in self.words:
                self.offsets.append(total)
                total += len(word.folded) + 2
        return bisect_right(self.offsets, position) - 1

    def span(self, first: int, last: int, start: int, end: int) -> tuple[int, int]:
        """``[start, end)`` of the line, within words ``first`` to ``last``, as ``[start, end)``
        of the text: whole words, but the very characters where a script has no spaces."""
        head, tail = self.words[first], self.words[last]
        begin, finish = head.start, tail.end
        if is_unspaced(head.folded):
            begin += self._inside(head, start - self.offsets[first] - 1)
        if is_unspaced(tail.folded):
            finish = tail.start + self._inside(tail, end - self.offsets[last] - 1)
        return begin, finish

    def _inside(self, word: Word, position: int) -> int:
        """How many characters of the original word make its first ``position`` folded ones."""
        if position <= 0:
            return 0
        if len(word.folded) == word.end - word.start:
            return min(position, word.end - word.start)
        made = 0
        for count, character in enumerate(self.text[word.start : word.end], 1):
            made += len(_fold_character(character))
            if made >= position:
                return count
        return word.end - word.start
