"""Nodes and relationships as they go into the graph: values only, no engine."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from graph.schema import Property, Value
from model.canonical import canonical

MAX_INDEXED = 300
"""Characters of an indexed text; longer keys do not fit the engines' index pages."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Node:
    """A node: its label, uid and other properties."""

    label: str
    uid: str
    properties: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class End:
    """One end of a relationship."""

    label: str
    uid: str


@dataclass(frozen=True, slots=True)
class Edge:
    """A relationship; there is at most one of each type between two nodes."""

    type: str
    start: End
    end: End
    properties: Mapping[str, Value]


def storable(text: str) -> str:
    """``text`` as both engines keep it: no NUL, no lone surrogates (both become U+FFFD)."""
    if text.isascii() and "\x00" not in text:
        return text
    return _UNSTORABLE.sub("\ufffd", text)


def value_of(prop: Property, raw: object) -> Value | None:
    """``raw`` as a value of ``prop``; None for nothing, or for no number where one is wanted."""
    if raw is None or raw in ("", [], ()):
        return None
    if prop.type == "texts":
        return [storable(_text(one)) for one in (raw if isinstance(raw, list | tuple) else [raw])]
    if prop.type == "text":
        return storable(_text(raw))
    return _number(raw, whole=prop.type == "integer")


def _text(raw: object) -> str:
    return raw if isinstance(raw, str) else canonical(raw).decode("utf-8", "replace")


def _number(raw: object, *, whole: bool) -> float | int | None:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        return None
    try:
        number = float(raw)
    except (ValueError, OverflowError):
        return None
    if not math.isfinite(number):
        return None
    if whole:
        return int(number) if abs(number) < 2**53 else None
    return number
