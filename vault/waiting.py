"""Changes that wait inside a transaction, so that many of one kind are written by one statement."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Executable, Table

from model.errors import EvidenceError
from vault.bulk import insert_rows

_WORD = re.compile(r"\w+")

Marks = Mapping["_Kind", int]
Changes = Mapping["_Kind", Sequence[Any]]


class _Kind(NamedTuple):
    """Changes of one kind; those of a table that others refer to are written first."""

    order: int
    table: Table
    statement: Executable | None


class Waiting:
    """What waits to be written, by kind; all that waits commutes, so only kinds have an order."""

    def __init__(self) -> None:
        self._changes: dict[_Kind, list[Any]] = {}
        self._names: frozenset[str] = frozenset()
        self.size = 0

    def add(self, table: Table, rows: Iterable[Any], statement: Executable | None = None) -> None:
        """Let rows wait: values of all columns in their order, or what ``statement`` takes.

        ``statement`` must change one row for each it is given.
        """
        kind = _Kind(_order(table), table, statement)
        waiting = self._changes.setdefault(kind, [])
        before = len(waiting)
        waiting.extend(rows)
        self.size += len(waiting) - before
        self._names |= _touched_by(table)

    def rows(self, table: Table) -> Sequence[Sequence[Any]]:
        """The new rows of a table that are not written yet."""
        return self._changes.get(_Kind(_order(table), table, None), ())

    def concerns(self, text: str) -> bool:
        """Whether a statement names a table of which something waits, or one that refers to it."""
        return not self._names.isdisjoint(_words(text))

    def marks(self) -> Marks:
        """How much waits now."""
        return {kind: len(waiting) for kind, waiting in self._changes.items()}

    def cut(self, marks: Marks) -> None:
        """Forget what came after ``marks`` were taken; nothing was written since."""
        for kind, waiting in self._changes.items():
            del waiting[marks.get(kind, 0) :]
        self._count()

    def before(self, marks: Marks) -> Changes:
        """What waited when ``marks`` were taken; nothing was written since."""
        return {kind: self._changes[kind][:end] for kind, end in marks.items()}

    def put_back(self, changes: Changes) -> None:
        """Let wait again, before all else, what was written and undone."""
        for kind, former in changes.items():
            self._changes.setdefault(kind, [])[:0] = former
        self._count()

    def write(self, connection: Connection, marks: Marks | None = None) -> None:
        """Write all, or what waited when ``marks`` were taken."""
        for kind in sorted(self._changes, key=lambda kind: kind.order):
            waiting = self._changes[kind]
            end = len(waiting) if marks is None else marks.get(kind, 0)
            part, waiting[:end] = waiting[:end], ()
            if part:
                _write(connection, kind, part)
        self._count()

    def clear(self) -> None:
        """Forget all."""
        self.cut({})

    def _count(self) -> None:
        self._changes = {kind: waiting for kind, waiting in self._changes.items() if waiting}
        self._names = frozenset().union(*(_touched_by(kind.table) for kind in self._changes))
        self.size = sum(map(len, self._changes.values()))


def _write(connection: Connection, kind: _Kind, part: list[Any]) -> None:
    if kind.statement is None:
        insert_rows(connection, kind.table, part)
        return
    changed = connection.execute(kind.statement, part).rowcount
    if changed != len(part):
        raise EvidenceError(f"{kind.table.name}: {changed} rows changed in place of {len(part)}")


@lru_cache(maxsize=64)
def _order(table: Table) -> int:
    return table.metadata.sorted_tables.index(table)


@lru_cache(maxsize=64)
def _touched_by(table: Table) -> frozenset[str]:
    """The table, and those whose rows can only be there with rows of it."""
    others = table.metadata.sorted_tables
    refer = [each for each in others if any(key.column.table is table for key in each.foreign_keys)]
    return frozenset(each.name for each in (table, *refer))


@lru_cache(maxsize=1024)
def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))
