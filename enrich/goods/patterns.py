"""Word lists as regular expressions for RE2.

Words of scripts with spaces are whole words; words of scripts without may stand anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from enrich.goods.lexicon import is_unspaced

EDGE = r"[\x00-@\[-`{-\x7f\x80-\xbf\x{2000}-\x{206f}\x{3000}-\x{303f}\x{ff00}-\x{ff0f}]"
"""For RE2, what is no letter: all the ASCII and the usual punctuation that stand beside words."""
_LETTER = re.compile(r"[^\W\d_]")


def begins(words: Iterable[str]) -> str:
    """The words for RE2 wherever they stand: a filter that never misses."""
    return "(?:" + "|".join(map(_spaces, _longest_first(words))) + ")"


def whole(words: Iterable[str]) -> str:
    """The words for RE2, bounded on both sides; a match holds the characters beside."""
    spaced, unspaced = _split(words)
    parts = []
    if spaced:
        parts.append(rf"(?:^|{EDGE})(?:{'|'.join(map(_spaces, spaced))})(?:{EDGE}|$)")
    if unspaced:
        parts.append("|".join(map(_spaces, unspaced)))
    return "(?i)" + "|".join(parts)


def _longest_first(words: Iterable[str]) -> list[str]:
    return sorted({word.lower() for word in words}, key=lambda one: (-len(one), one))


def _split(words: Iterable[str]) -> tuple[list[str], list[str]]:
    spaced: list[str] = []
    unspaced: list[str] = []
    for word in _longest_first(words):
        bounded = _LETTER.match(word[0]) and not is_unspaced(word[0])
        (spaced if bounded else unspaced).append(word)
    return spaced, unspaced


def _spaces(word: str) -> str:
    return re.escape(word).replace(r"\ ", r"\s{1,2}")
