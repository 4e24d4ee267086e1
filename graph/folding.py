"""Text as the search compares it: words in small letters without accents, one space before each.

Both sides are folded alike, so that both engines find the same by plain comparison: a word of a
script with spaces is found by its beginning, one of Chinese, Japanese, Thai, Lao, Khmer or Burmese
anywhere, because nobody marks where words begin there.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache

MAX_FOLDED = 8_000
"""Characters kept of a folded text: below what Neo4j's text index takes (32,766 bytes)."""

_ACCENTS = re.compile("[\u0300-\u036f]+")
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff]"
)


_ASCII_WORDS = re.compile("[a-z0-9]+")


@cache
def _words() -> re.Pattern[str]:
    """Letters, digits and the marks that belong to them (Python's ``\\w`` has no marks)."""
    codes = range(0x370, sys.maxunicode)
    marks = "".join(chr(code) for code in codes if unicodedata.category(chr(code))[0] == "M")
    return re.compile(f"[\\w{marks}]+")


def fold_words(text: str) -> list[str]:
    """The words of ``text`` as compared; linear time."""
    if text.isascii():
        return _ASCII_WORDS.findall(text.lower())
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    return _words().findall(unicodedata.normalize("NFKC", plain).casefold().replace("_", " "))


def folded(*texts: str) -> str:
    """What is stored with a node: its words, each after one space, at most MAX_FOLDED long."""
    words = [word for text in texts for word in fold_words(text)]
    return f" {' '.join(words)}"[:MAX_FOLDED] if words else ""


def needles(words: str) -> list[str]:
    """What must all occur in a stored text for it to be found."""
    found = dict.fromkeys(fold_words(words))
    return [word if _UNSPACED.search(word) else f" {word}" for word in found]
