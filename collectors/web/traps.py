"""What ends reading without an end: rules over addresses, and over what pages of a shape bring."""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from model.evidence import Document

MAX_LENGTH = 1_000
MAX_SEGMENTS = 40
MAX_ADDRESSES = 2_000_000
"""Addresses of one round, whatever they are."""

RULES: Mapping[str, str] = {
    "length": f"addresses longer than {MAX_LENGTH:,} characters",
    "depth": "addresses more links away from a start than traps.depth",
    "repeats": "addresses whose path repeats itself",
    "pagination": "pages of one shape (dates and numbers apart) in a row without a new record",
    "session": "addresses that differ only in a parameter that changes nothing",
    "total": f"more than {MAX_ADDRESSES:,} addresses in one round",
}
"""Rule → what it leaves out."""

_SHAPES = 1_000
_SHAPES_KEPT = 200
_MARKS = 50_000
_MARKS_KEPT = 2_000

_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december"
    "|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
)
_VARYING = re.compile(
    r"(?P<hex>(?<![0-9A-Za-z])(?=[0-9a-f-]*[0-9])[0-9a-f][0-9a-f-]{7,}(?![0-9A-Za-z]))"
    rf"|(?P<month>(?<![a-z])(?:{_MONTHS})(?![a-z]))|(?P<digits>[0-9]+)",
    re.I,
)
_DIGITS = re.compile(r"[0-9]+")


def shape(url: str) -> str:
    """Path and query with what counts on replaced: numbers, dates, long hexadecimal."""
    parts = urlsplit(url)
    text = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return _VARYING.sub(lambda found: {"digits": "0"}.get(str(found.lastgroup), "x"), text[:300])


def repeats(url: str) -> bool:
    """Whether a part of the path follows itself three times: ``/a/b/a/b/a/b``.

    A single number may stand there three times, as in the date ``/11/11/11``.
    """
    segments = [segment for segment in urlsplit(url).path.split("/") if segment]
    if len(segments) > MAX_SEGMENTS:
        return True
    for size in range(1, len(segments) // 3 + 1):
        for start in range(len(segments) - 3 * size + 1):
            part = segments[start : start + size]
            if size == 1 and part[0].isdigit():
                continue
            if segments[start : start + 3 * size] == part * 3:
                return True
    return False


def marks(documents: Iterable[Document]) -> frozenset[bytes]:
    """What tells the records of a page from those of other pages: identity, else the text.

    A record with a page to itself is another than the row that led there. Numbers in a text
    that stands for an identity do not count, so that an empty calendar is like the next one.
    """
    found = (_mark(document) for document in documents)
    return frozenset(hashlib.blake2b(text, digest_size=8).digest() for text in found)


def _mark(document: Document) -> bytes:
    fields = document.fields
    given = document.native_id
    made_up = given.startswith(document.capture_sha256[:32])
    if made_up or document.kind == "page" or not given:
        words = " ".join(fields.get(name, "") for name in ("seller", "title", "text"))
        given = _DIGITS.sub("0", words)
    own = "row" if document.locator else "own"
    text = f"{document.kind} {document.platform} {own} {given}"
    return text.encode("utf-8", "surrogatepass")


@dataclass(slots=True)
class _Shape:
    """Pages of one shape: barren ones in a row, barren ones in a row that they led to, and how
    many they led to that are not read yet. ``parent`` is the shape that led here first."""

    own: int = 0
    led: int = 0
    pending: int = 0
    parent: str = ""

    def dry(self, limit: int) -> bool:
        """Whether nothing more is hoped for from the pages it led to."""
        return self.pending == 0 or self.led >= limit


class Shapes:
    """Which shapes of addresses bring nothing new any more. Its memory is bounded."""

    def __init__(self, limit: int, state: Mapping[str, Any] | None = None) -> None:
        self._limit = limit
        self._shapes: OrderedDict[str, _Shape] = OrderedDict()
        self._recent: dict[bytes, None] = {}
        self._older: dict[bytes, None] = {}
        state = state or {}
        for row in state.get("shapes", ()):
            name, own, led, pending, parent = row
            self._shapes[str(name)] = _Shape(int(own), int(led), int(pending), str(parent))
        for mark in state.get("marks", ()):
            self._recent[bytes.fromhex(str(mark))] = None

    def state(self) -> dict[str, Any]:
        """What a later run needs to go on from here."""
        kept = [(name, one) for name, one in self._shapes.items() if one.own or one.pending]
        rows = [[n, s.own, s.led, s.pending, s.parent] for n, s in kept[-_SHAPES_KEPT:]]
        recent = [*self._older, *self._recent][-_MARKS_KEPT:]
        return {"shapes": rows, "marks": [mark.hex() for mark in recent]}

    def page(
        self, url: str, found_on: str, records: frozenset[bytes], led_to: Iterable[str]
    ) -> None:
        """A page was read that had these records and led to these addresses for the first time."""
        name, parent = shape(url), shape(found_on) if found_on else ""
        here = self._of(name)
        if parent and parent != name and not here.parent:
            here.parent = parent
        self.done(url, found_on)
        here.pending += sum(1 for address in led_to if shape(address) != name)
        if self._new(records):
            self._fruitful(name, parent)
            return
        here.own += 1
        if parent and parent != name:
            self._of(parent).led += 1

    def done(self, url: str, found_on: str) -> None:
        """An address was asked, whatever came of it."""
        if found_on and (parent := shape(found_on)) != shape(url):
            above = self._of(parent)
            above.pending = max(0, above.pending - 1)

    def exhausted(self, url: str) -> bool:
        """Whether pages of this shape are left alone from now on."""
        name = shape(url)
        here = self._shapes.get(name)
        if here is None or here.own < self._limit or not here.dry(self._limit):
            return False
        below = (one for one in self._shapes.values() if one.parent == name)
        return all(one.dry(self._limit) for one in below)

    def _of(self, name: str) -> _Shape:
        found = self._shapes.pop(name, None) or _Shape()
        self._shapes[name] = found
        if len(self._shapes) > _SHAPES:
            self._shapes.popitem(last=False)
        return found

    def _fruitful(self, name: str, parent: str) -> None:
        """A new record is to the credit of the shapes that led to it, too."""
        self._of(name).own = 0
        for _ in range(5):
            if not parent or parent == name:
                return
            above = self._of(parent)
            above.own = above.led = 0
            name, parent = parent, above.parent

    def _new(self, records: frozenset[bytes]) -> bool:
        new = [mark for mark in records if mark not in self._recent and mark not in self._older]
        self._recent.update(dict.fromkeys(new))
        if len(self._recent) > _MARKS:
            self._older, self._recent = self._recent, {}
        return bool(new)
