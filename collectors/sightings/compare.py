"""What of a listing is compared between two readings, and what counts as a change.

Only readings of the same kind are compared (its own page with its own page, a result row with a
result row), and only fields that both have: a field that was not read is no change. What changes
by itself does not count: white space, views and the like, times told from now.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from collectors.engines import values
from config.page_words import page_words
from config.sources import Source
from model.canonical import Json, short_digest
from model.evidence import Document

PAGE, ROW, ASIDE = "page", "row", "aside"
"""Kinds of reading: the listing's own page, a row of results, on the side of another page."""

_IN_ROWS = ("title", "price", "seller")
_ON_PAGES = (
    *("title", "text", "price", "seller", "seller_id", "category", "language", "country"),
    *("ships_from", "ships_to", "posted_at"),
)
_COMPARED = 20_000
_KEPT = 4_000
_SHOWN = 200
_BEFORE_IT = 60
_REACH = 80
"""Further from a number than this nothing counts as told by it."""

_NUMBER = re.compile(r"\d+")
_ZEROS = re.compile(rb"00*")
_AS_ZERO = bytes(ord("0") if chr(byte).isdecimal() else byte for byte in range(256))
_DATE = re.compile(r"(?:19|20)\d\d|\d{1,2}[./-]\d{1,2}[./-]\d\d")
_CUT_OFF = (" …", "…", " ...", "...")


def values_of(document: Document, part: str, source: Source) -> dict[str, str]:
    """The compared fields of a listing as read; ``part`` is the kind of reading."""
    fields, found = document.fields, {}
    for name in _ON_PAGES if part == PAGE else _IN_ROWS:
        if text := " ".join(fields.get(name, "").split()):
            found[name] = text
    if "price" in found:
        found["price"] = _price(found["price"], fields.get("currency", ""), source)
    if "posted_at" in found and not _is_moment(found["posted_at"]):
        del found["posted_at"]
    if "text" in found:
        compared = found["text"][:_COMPARED].rstrip()
        steady = _without_moving(compared)
        if steady is not compared:
            steady = " ".join(steady.split())
        found |= {"text": steady[:_KEPT], "text_digest": short_digest(steady)}
    return found


def changes(before: Mapping[str, Json], now: Mapping[str, str]) -> list[dict[str, str]]:
    """Each field that both readings have and that differs: its name, before and after."""
    return list(_changes(before, now))


def _changes(before: Mapping[str, Json], now: Mapping[str, str]) -> Iterator[dict[str, str]]:
    for name, after in now.items():
        was = str(before.get(name, ""))
        if not was or was == after or name == "text_digest":
            continue
        if not _SAME.get(name, _never)(was, after):
            yield {"field": name} | _excerpts(was, after)
    both = "text" in now and before.get("text") == now["text"]
    if both and before.get("text_digest") != now.get("text_digest"):
        after_what = f"the first {_KEPT:,} characters are the same, what follows is not"
        yield {"field": "text", "before": "", "after": after_what}


def same_title(one: str, other: str) -> bool:
    """Whether two titles are the same, one perhaps cut off."""
    if one == other:
        return True
    for long, short in ((one, other), (other, one)):
        for end in _CUT_OFF:
            stem = short.removesuffix(end)
            if stem and stem != short and long.startswith(stem):
                return True
    return False


def _same_price(one: str, other: str) -> bool:
    """Equal amounts, where one of them lacks a currency."""
    amount, _, currency = one.partition(" ")
    other_amount, _, other_currency = other.partition(" ")
    return amount == other_amount and not (currency and other_currency)


def _never(_one: str, _other: str) -> bool:
    return False


_SAME = {"title": same_title, "price": _same_price}


def _price(text: str, currency: str, source: Source) -> str:
    """``80 EUR``, however it was written; the words where no amount can be read."""
    try:
        money = values.money(text[:_SHOWN], source)
        amount = Decimal(money.amount).normalize()
    except (ValueError, InvalidOperation):
        return text
    return f"{amount:f} {currency or money.currency}".strip()


def _is_moment(text: str) -> bool:
    """Whether a time is told by itself, not from now (``3 hours ago``, ``today, 14:20``)."""
    return bool(_DATE.search(text)) and not _moving().search(text)


@lru_cache(maxsize=1)
def _moving() -> re.Pattern[str]:
    """What changes by itself in a text: times told from now, and counters."""
    words = page_words()
    ago, today, counters = map(_any_of, (words.ago, words.today, words.counters))
    count, letters = r"(?<!\d)\d[\d.,'\s]{0,12}", r"[^\W\d_]"
    return re.compile(
        rf"\b(?:{ago})\s\d{{1,4}}\s?{letters}{{1,12}}"
        rf"|(?<!\d)\d{{1,4}}\s?{letters}{{1,12}}\.?\s(?:{ago})\b"
        r"|(?<!\d)\d{1,4}\s?[\u4e00-\u9fff]{1,3}前"
        rf"|\b(?:{today})\W{{0,3}}(?:{letters}{{1,3}}\s)?\d{{1,2}}[:.]\d\d"
        rf"|\b(?:{counters})\s?[:：]?\s?{count}|{count}(?:{counters})\b",
        re.IGNORECASE,
    )


def _without_moving(text: str) -> str:
    """The text without what changes by itself, which always holds a number; itself if without."""
    out, at = list[str](), 0
    for begin, end in _near_numbers(text):
        out += [text[at:begin], _moving().sub(" ", text[begin:end])]
        at = end
    return "".join([*out, text[at:]]) if out else text


def _near_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Where numbers stand, with the words around; looking there alone saves most of the time."""
    begin, end = 0, -1
    for number in _numbers(text):
        low = text.rfind(" ", 0, max(0, number.start() - _REACH)) + 1
        high = text.find(" ", number.end() + _REACH)
        if end >= low:
            end = len(text) if high < 0 else high
            continue
        if end >= 0:
            yield begin, end
        begin, end = low, len(text) if high < 0 else high
    if end >= 0:
        yield begin, end


def _numbers(text: str) -> Iterator[re.Match[str]] | Iterator[re.Match[bytes]]:
    """Where numbers stand; most texts are searched as bytes, one a letter: that is quicker."""
    try:
        letters = text.encode("latin-1")
    except UnicodeEncodeError:
        return _NUMBER.finditer(text)
    return _ZEROS.finditer(letters.translate(_AS_ZERO))


def _any_of(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _excerpts(was: str, after: str) -> dict[str, str]:
    """Both texts, long ones from a little before where they begin to differ."""
    if max(len(was), len(after)) <= _SHOWN:
        return {"before": was, "after": after}
    pairs = zip(was, after, strict=False)
    differs = next((place for place, (a, b) in enumerate(pairs) if a != b), None)
    start = max(0, (min(len(was), len(after)) if differs is None else differs) - _BEFORE_IT)
    return {"before": _cut(was, start), "after": _cut(after, start)}


def _cut(text: str, start: int) -> str:
    piece = text[start : start + _SHOWN]
    return f"{'…' if start else ''}{piece}{'…' if start + _SHOWN < len(text) else ''}"
