"""What a command prints: data on standard output, messages and progress on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from model.progress import Progress, silent

CONTROL = {code: f"\\x{code:02x}" for code in (*range(9), *range(11, 32), *range(127, 160))}
"""Control characters as escapes: collected text must not drive the terminal."""


def tame(value: object) -> str:
    """``value`` as one line of text that can not move the cursor, colour or ring a bell."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(tame(item) for item in value)
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, sort_keys=True).translate(CONTROL)
    return str(value).translate(CONTROL).replace("\n", " ").replace("\t", " ")


def say(message: str) -> None:
    """A message for the person at the terminal (standard error)."""
    print(message.translate(CONTROL), file=sys.stderr, flush=True)


def data(line: str) -> None:
    """A line of data (standard output)."""
    print(line)


def json_line(row: Mapping[str, Any]) -> None:
    data(json.dumps(row, ensure_ascii=False, default=str))


def rows(items: Iterable[Mapping[str, Any]], *, as_json: bool, columns: Sequence[str] = ()) -> int:
    """Print rows as JSON Lines or as a table; returns how many there were.

    ``columns`` orders and limits the table; without it the first row's keys are taken.
    """
    if as_json:
        count = 0
        for item in items:
            json_line(item)
            count += 1
        return count
    listed = list(items)
    if listed:
        _table(listed, list(columns) or list(listed[0]))
    return len(listed)


def _table(items: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    if not sys.stdout.isatty():
        data("\t".join(columns))
        for item in items:
            data("\t".join(tame(item.get(column)) for column in columns))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for item in items:
        table.add_row(*(Text(tame(item.get(column))) for column in columns))
    Console().print(table)


def progress() -> Progress:
    """A progress callback: a live line at a terminal, silence where output is captured."""
    if not sys.stderr.isatty():
        return silent

    def show(what: str, done: int, total: int | None) -> None:
        of = f"/{total}" if total else ""
        end = "\n" if total and done >= total else ""
        print(f"\r\x1b[K{what}: {done}{of}", end=end, file=sys.stderr, flush=True)

    return show
