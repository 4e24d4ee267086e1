"""Captures as rows: what a table keeps of one, and the chain hash it must have."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sqlalchemy import Row, Select, select

from model.canonical import digest
from model.evidence import Capture
from vault.schema import captures, instructions
from vault.text import pack, pack_json, unpack, unpack_json

_COLUMNS = [field.name for field in fields(Capture)]
_TEXTS = ("source", "url", "final_url", "content_type", "route", "collector")


def capture_chain(capture: Capture) -> str:
    """The chain hash that ``capture`` must have."""
    linked = {name: getattr(capture, name) for name in _COLUMNS if name != "chain"}
    if capture.refers_to is None:
        del linked["refers_to"]  # a capture that is no revisit is chained as before there were any
    return digest(linked)


def select_captures() -> Select[Any]:
    """Captures, each with the reading last asked for, where that was changed."""
    return select(captures, instructions.c.reading.label("instructed")).join_from(
        captures, instructions, isouter=True
    )


def to_row(capture: Capture) -> dict[str, Any]:
    """The row of a capture, by column."""
    row = {name: getattr(capture, name) for name in _COLUMNS}
    for name in _TEXTS:
        row[name] = pack(row[name])
    return row | {"headers": pack_json(capture.headers), "reading": pack_json(capture.reading)}


def from_row(row: Row[Any]) -> Capture:
    """The capture of a row; with the reading last asked for, where it is known."""
    found = row._mapping
    values = {name: found[name] for name in _COLUMNS}
    for name in _TEXTS:
        values[name] = unpack(values[name])
    headers = unpack_json(found["headers"])
    values["headers"] = tuple((name, value) for name, value in headers)
    values["reading"] = unpack_json(found.get("instructed") or found["reading"])
    return Capture(**values)
