"""JSON answers of interfaces, read strictly: what has another type than its manual says is told.

Everything in an answer is somebody else's writing: nothing here raises but Skip for what is no
JSON at all, and nothing is believed to be of a type before it was looked at.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from collectors import text as strings
from collectors.interfaces.places import is_web
from model.canonical import Json
from model.errors import Skip
from model.evidence import Issue

MAX_BYTES = 32_000_000
MAX_TEXT = 200_000
MAX_ITEMS = 5_000
MAX_ISSUES = 100

Step = str | int

_SURROGATE = re.compile(r"[\ud800-\udfff]")
_DIGITS = re.compile(r"-?[0-9]{1,18}")
_LATEST = 253_402_300_799  # the last second of the year 9999


class Notes:
    """What could not be taken at its word, the first MAX_ISSUES of it, and how much more."""

    def __init__(self) -> None:
        self._found: dict[Issue, None] = {}
        self._more = 0

    def add(self, severity: str, message: str, where: str = "", key: str = "") -> None:
        issue = Issue(severity, message, where, key)
        if len(self._found) < MAX_ISSUES:
            self._found[issue] = None
        else:
            self._more += issue not in self._found

    def issues(self) -> tuple[Issue, ...]:
        more = Issue("warning", f"{self._more:,} more of this kind", key="answer")
        return (*self._found, *((more,) if self._more else ()))


@dataclass(frozen=True, slots=True)
class Item:
    """One object of an answer; ``where`` is its place, ``notes`` take what is not as it should be.

    What is missing or null reads as empty, and is not told: most fields come only where they
    apply.
    """

    value: Mapping[str, Json] = field(default_factory=dict)
    where: str = ""
    notes: Notes = field(default_factory=Notes)

    def __bool__(self) -> bool:
        return bool(self.value)

    def at(self, *way: Step) -> Json:
        """The value at the end of a way of keys and places in lists; None where it breaks off."""
        here: Json = self.value
        for step in way:
            if isinstance(step, str) and isinstance(here, Mapping):
                here = here.get(step)
            elif isinstance(step, int) and isinstance(here, list) and step < len(here):
                here = here[step]
            else:
                return None
        return here

    def text(self, *way: Step) -> str:
        """Text with its line breaks; numbers as they were written."""
        found = self.at(*way)
        if isinstance(found, str):
            return strings.block(_clean(found))
        if found is None or (isinstance(found, int | float) and not isinstance(found, bool)):
            return "" if found is None else _digits(found)
        self._odd(way, found, "text")
        return ""

    def line(self, *way: Step) -> str:
        """Text on one line."""
        return strings.line(self.text(*way))[:MAX_TEXT]

    def number(self, *way: Step) -> int | None:
        """A whole number, also where it is written as text."""
        found = self.at(*way)
        if isinstance(found, str) and _DIGITS.fullmatch(found):
            return int(found)
        if isinstance(found, float) and math.isfinite(found) and abs(found) < 2**53:
            return int(found)
        if isinstance(found, int) and not isinstance(found, bool) and abs(found) < 2**63:
            return found
        if found is not None and found != "":
            self._odd(way, found, "whole number")
        return None

    def flag(self, *way: Step) -> bool:
        """True, or 1 where an interface says it so."""
        found = self.at(*way)
        if not (found is None or isinstance(found, bool) or found in (0, 1)):
            self._odd(way, found, "yes or no")
            return False
        return bool(found)

    def moment(self, *way: Step) -> str:
        """A time, in seconds since 1970 or in ISO 8601, as ISO 8601 in UTC; else empty."""
        found = self.at(*way)
        said = _moment(found)
        if not said and found not in (None, "", False, 0):
            self._odd(way, found, "time")
        return said

    def link(self, *way: Step) -> str:
        """An http or https address; anything else is told and left out."""
        found = self.text(*way).strip()
        if not found or is_web(found):
            return found
        self.notes.add("warning", f"no web address: {found[:60]!r}", self.where, _key(way))
        return ""

    def item(self, *way: Step) -> Item:
        """The object there, empty where there is none."""
        found = self.at(*way)
        if isinstance(found, Mapping):
            return Item(found, self.where, self.notes)
        if found not in (None, "", []):  # PHP writes an empty object as an empty list
            self._odd(way, found, "object")
        return Item({}, self.where, self.notes)

    def items(self, *way: Step) -> Iterator[Item]:
        """The objects of a list, at most MAX_ITEMS; what is no object is told."""
        for found in self._list(way):
            if isinstance(found, Mapping):
                yield Item(found, self.where, self.notes)
            else:
                self._odd(way, found, "object")

    def texts(self, *way: Step) -> tuple[str, ...]:
        """The texts and numbers of a list, each on one line, empty ones left out."""
        found = []
        for one in self._list(way):
            if isinstance(one, str | int) and not isinstance(one, bool):
                found.append(strings.line(_clean(one if isinstance(one, str) else _digits(one))))
            else:
                self._odd(way, one, "text")
        return tuple(filter(None, found))

    def here(self, where: str) -> Item:
        """The same object at a place of another name."""
        return Item(self.value, where, self.notes)

    def note(self, severity: str, message: str, key: str = "") -> None:
        self.notes.add(severity, message, self.where, key)

    def _list(self, way: tuple[Step, ...]) -> Sequence[Json]:
        found = self.at(*way)
        if isinstance(found, list):
            if len(found) > MAX_ITEMS:
                said = f"{len(found):,} entries; read are the first {MAX_ITEMS:,}"
                self.note("warning", said, _key(way))
            return found[:MAX_ITEMS]
        if found not in (None, "", {}):
            self._odd(way, found, "list")
        return ()

    def _odd(self, way: tuple[Step, ...], found: Json, wanted: str) -> None:
        said = f"{_key(way)}: {_kind(found)} in place of a {wanted}"
        self.notes.add("warning", said, self.where, _key(way))


def parsed(payload: bytes) -> Json:
    """The JSON value of an answer; Skip for what is none, nested too deep, or too large."""
    if len(payload) > MAX_BYTES:
        message = f"{len(payload):,} bytes are more than an answer may have ({MAX_BYTES:,})"
        raise Skip(message, reason="too-large")
    try:
        return json.loads(payload.decode("utf-8-sig"), strict=False, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Skip("no answer of the interface: no JSON", reason="not-a-page") from error


def read_object(payload: bytes) -> Item:
    """The answer as one object; Skip for what is no JSON, or no object."""
    found = parsed(payload)
    if not isinstance(found, Mapping):
        said = f"no answer of the interface: {_kind(found)} in place of an object"
        raise Skip(said, reason="not-a-page")
    return Item(found)


def told_object(payload: bytes) -> Item:
    """The answer as one object where it is one, for reading errors: else an empty one."""
    try:
        return read_object(payload)
    except Skip:
        return Item()


def _clean(text: str) -> str:
    """No control characters, no lone surrogates, breaks as \\n, at most MAX_TEXT characters."""
    text = text[:MAX_TEXT].replace("\r\n", "\n").replace("\r", "\n")
    text, _ = strings.without_control_characters(text)
    return _SURROGATE.sub("�", text)


def _digits(number: int | float) -> str:
    """A number as text; empty for one that no field of any interface has."""
    if isinstance(number, float):
        return repr(number) if math.isfinite(number) else ""
    return str(number) if abs(number) < 10**40 else ""


def _moment(found: Json) -> str:
    if isinstance(found, str) and not _DIGITS.fullmatch(found):
        try:
            moment = datetime.fromisoformat(found[:40])
            aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return _iso(aware.astimezone(UTC))
        except (ValueError, OverflowError):
            return ""
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return ""
    if isinstance(found, float) and not math.isfinite(found):
        return ""
    seconds = int(found)
    return _iso(datetime.fromtimestamp(seconds, UTC)) if 0 < seconds <= _LATEST else ""


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _no_number(_written: str) -> None:
    """NaN and Infinity are no JSON, and nothing here is one of them."""


def _key(way: tuple[Step, ...]) -> str:
    return ".".join(map(str, way))


def _kind(found: Json) -> str:
    names: tuple[tuple[Any, str], ...] = (
        (bool, "yes or no"),
        (str, "text"),
        (int | float, "a number"),
        (list, "a list"),
        (Mapping, "an object"),
    )
    return next((name for kind, name in names if isinstance(found, kind)), "nothing")
