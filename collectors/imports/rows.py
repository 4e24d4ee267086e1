"""One row of a table: its place, its values as written, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from model.canonical import Json
from model.evidence import Issue


class Row(NamedTuple):
    """``locator`` is ``row 17``: the number a spreadsheet shows, or that of the line in JSON Lines.

    ``values`` is empty where the row was left out, and the issues say why.
    """

    locator: str
    values: Mapping[str, Json]
    issues: tuple[Issue, ...] = ()


def bad_row(number: int, why: str, *, severity: str = "error") -> Row:
    """A row that does not go in, and the reason."""
    locator = f"row {number}"
    return Row(locator, {}, (Issue(severity, f"{locator} left out: {why}", locator),))
