"""Small things that every reader does with strings."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+")
_SPACE_BEFORE_BREAK = re.compile(r"[ \t]+\n")
_MANY_BREAKS = re.compile(r"\n{3,}")


def words(text: str) -> frozenset[str]:
    """The words of a text as a set: tables of names are written that way."""
    return frozenset(text.split())


def line(text: str) -> str:
    """On one line, white space single, none at the ends."""
    return " ".join(text.split())


def block(text: str) -> str:
    """With its line breaks, no space before them, at most one empty line, none at the ends."""
    return _MANY_BREAKS.sub("\n\n", _SPACE_BEFORE_BREAK.sub("\n", text)).strip()


def without_control_characters(text: str) -> tuple[str, int]:
    """The text without NUL and its kin (tabs and breaks stay), and how many places had them."""
    return _CONTROL_CHARACTERS.subn("", text)


def finder(expression: str) -> Callable[[str], bool]:
    """Whether a short text has a pattern, letter case aside; answers are kept, for class names
    repeat from element to element and from page to page."""
    search = re.compile(expression, re.IGNORECASE).search

    @lru_cache(maxsize=8192)
    def find(text: str) -> bool:
        return search(text) is not None

    return find
