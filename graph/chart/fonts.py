"""Fonts for many scripts: those installed, in a fixed order; what none can show is said."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from matplotlib import font_manager, ft2font

FAMILIES = (
    "DejaVu Sans",
    "Noto Sans",
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "Noto Sans Thai",
    "Noto Sans Thai Looped",
    "Loma",
    "Garuda",
    "Noto Naskh Arabic",
    "Noto Sans Arabic",
    "Noto Sans Devanagari",
    "Noto Sans Khmer",
    "Noto Sans Lao",
    "Noto Sans Myanmar",
    "Noto Emoji",
    "Symbola",
    "Unifont",
)
"""In this order, as far as installed; the first comes with matplotlib."""

MISSING = "□"


@lru_cache(maxsize=1)
def families() -> tuple[str, ...]:
    """The families of :data:`FAMILIES` that are installed here."""
    known = {entry.name for entry in font_manager.fontManager.ttflist}
    return tuple(family for family in FAMILIES if family in known)


@lru_cache(maxsize=1)
def _signs() -> frozenset[int]:
    found: set[int] = set()
    for family in families():
        path = font_manager.findfont(font_manager.FontProperties(family=[family]))
        found.update(ft2font.FT2Font(path).get_charmap())
    return frozenset(found)


def showable(text: str) -> str:
    """The text with a box in place of every sign that no installed font has."""
    signs = _signs()
    return "".join(sign if ord(sign) in signs or sign == "\n" else MISSING for sign in text)


def missing(texts: Iterable[str]) -> bool:
    """Whether some text holds a sign that no installed font has."""
    return any(showable(text) != text for text in texts)
