"""Prices as people write them on pages: found, not interpreted; they stay as written."""

from __future__ import annotations

import re
from functools import lru_cache

from config.page_words import page_words

_AMOUNT = r"\d{1,3}(?:[.,'’٬\s]\d{3})*(?:[.,٫]\d{1,12})?|\d{1,12}(?:[.,٫]\d{1,20})?"
_RAND = r"(?<![^\W_])R\s?(?:\d{1,3}(?:[ ,]\d{3})+|\d{3,7}|\d{1,4}\.\d\d)(?![^\W_])"
"""A lone R before an amount that looks like money: R 1,200, R300, R 45.00."""


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A price with its currency: before or after the amount."""
    words = page_words()
    signs = sorted(words.currency_signs, key=len, reverse=True)
    plain = [sign for sign in signs if not sign[-1].isalpha() or len(sign) == 1]
    marks = "|".join(re.escape(sign) for sign in plain)
    named = {*words.currencies, *(set(signs) - set(plain))}
    codes = "|".join(re.escape(name) for name in sorted(named, key=lambda name: (-len(name), name)))
    times = "|".join(re.escape(word) for word in sorted(words.magnitudes, key=len, reverse=True))
    before = rf"(?:(?<![^\W\d])(?:{codes})\.?|{marks})[\s:+]{{0,3}}(?:{_AMOUNT})"
    many = rf"(?:,-|,–|\.-|\s?(?:{times}))?"
    after = rf"(?<![\d.,])(?:{_AMOUNT}){many}\s{{0,2}}(?:(?:{codes})(?![^\W\d])|{marks})"
    return re.compile(f"{before}|{after}|(?-i:{_RAND})", re.IGNORECASE), re.compile(r"\d")


def has_price(text: str) -> bool:
    """Whether a short text holds an amount with a currency."""
    price, digit = _patterns()
    return bool(digit.search(text)) and bool(price.search(text))


def first_price(text: str) -> str:
    """The first amount with its currency, as written; empty where there is none."""
    found = _patterns()[0].search(text)
    return found.group().strip() if found else ""
