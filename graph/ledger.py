"""What the graph holds, kept beside it: one row an element with its digest, in SQLite.

The ledger never knows less than the graph: what is about to be written is noted as unfinished
(no digest) first, so that an interrupted load is made whole by the next. It is derived state and
may be thrown away with the graph.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from graph.elements import Edge, Node

_LAYOUT = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS element (
  kind TEXT NOT NULL, start TEXT NOT NULL, end TEXT NOT NULL,
  start_label TEXT NOT NULL, end_label TEXT NOT NULL, digest BLOB,
  PRIMARY KEY (kind, start, end)
) STRICT, WITHOUT ROWID;
"""
_STAGING = """
CREATE TEMP TABLE fresh (
  kind TEXT NOT NULL, start TEXT NOT NULL, end TEXT NOT NULL,
  start_label TEXT NOT NULL, end_label TEXT NOT NULL, digest BLOB NOT NULL, properties TEXT,
  PRIMARY KEY (kind, start, end)
) STRICT, WITHOUT ROWID;
"""
_STAGE = """
INSERT INTO fresh VALUES (?1, ?2, ?3, ?4, ?5, ?6, CASE WHEN EXISTS (
  SELECT 1 FROM element WHERE kind = ?1 AND start = ?2 AND end = ?3 AND digest = ?6
) THEN NULL ELSE ?7 END)
"""
_GROUPS = """
SELECT DISTINCT kind, start_label, end_label FROM fresh WHERE properties IS NOT NULL
ORDER BY end_label <> '', kind, start_label, end_label
"""
_GONE = """
FROM element WHERE NOT EXISTS (
  SELECT 1 FROM fresh
  WHERE fresh.kind = element.kind AND fresh.start = element.start AND fresh.end = element.end)
"""
_CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Group:
    """Elements written by one statement: nodes of a label (no ends), or a type and its ends."""

    kind: str
    start_label: str
    end_label: str

    @property
    def is_node(self) -> bool:
        return not self.end_label


class Ledger:
    """The ledger in ``path``; a context manager. Nodes have their label as kind and no end.

    A file that is no database any more is thrown away: the graph is then loaded afresh.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._database = _opened(path)
        except sqlite3.DatabaseError:
            for spoilt in path.parent.glob(f"{path.name}*"):
                spoilt.unlink()
            self._database = _opened(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._database.close()

    def get(self, key: str) -> str:
        """What is kept under ``key``; empty where nothing is."""
        row = self._database.execute("SELECT value FROM meta WHERE key = ?", [key]).fetchone()
        return str(row[0]) if row else ""

    def put(self, key: str, value: str) -> None:
        self._database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", [key, value])

    def clear(self) -> None:
        """Forget everything: the graph is empty."""
        self._database.executescript("DELETE FROM element; DELETE FROM meta;")

    def counts(self) -> dict[str, int]:
        """Elements per label and relationship type."""
        query = "SELECT kind, count(*) FROM element GROUP BY kind ORDER BY kind"
        return {str(kind): int(number) for kind, number in self._database.execute(query)}

    def stage(self, elements: Iterable[Node | Edge]) -> None:
        """Take in the whole of what the graph shall hold; sqlite3.IntegrityError for a repeat."""
        self._database.execute("DROP TABLE IF EXISTS temp.fresh")
        self._database.executescript(_STAGING)
        rows = map(_row, elements)
        while chunk := list(islice(rows, _CHUNK)):
            self._database.execute("BEGIN")
            self._database.executemany(_STAGE, chunk)
            self._database.execute("COMMIT")

    def announce(self) -> int:
        """Note everything new or changed as unfinished; how many there are."""
        self._database.execute(
            "INSERT OR REPLACE INTO element SELECT kind, start, end, start_label, end_label, NULL "
            "FROM fresh WHERE properties IS NOT NULL"
        )
        query = "SELECT count(*) FROM fresh WHERE properties IS NOT NULL"
        return int(self._database.execute(query).fetchone()[0])

    def groups(self) -> list[Group]:
        """What is to be written, nodes first."""
        return [Group(*row) for row in self._database.execute(_GROUPS)]

    def pending(self, group: Group) -> Iterator[tuple[str, str, str]]:
        """Start, end and properties (JSON) of a group's elements, sorted by the uids."""
        query = (
            "SELECT start, end, properties FROM fresh WHERE properties IS NOT NULL AND kind = ? "
            "AND start_label = ? AND end_label = ? ORDER BY start, end"
        )
        yield from self._database.execute(query, [group.kind, group.start_label, group.end_label])

    def written(self, group: Group) -> None:
        """The group is in the graph."""
        self._database.execute(
            "UPDATE element SET digest = (SELECT digest FROM fresh WHERE fresh.kind = element.kind "
            "AND fresh.start = element.start AND fresh.end = element.end) "
            "WHERE digest IS NULL AND kind = ? AND start_label = ? AND end_label = ?",
            [group.kind, group.start_label, group.end_label],
        )

    def gone(self) -> dict[Group, list[tuple[str, str]]]:
        """What the graph holds and shall not: relationships first, then nodes, by group."""
        query = f"SELECT kind, start_label, end_label, start, end {_GONE} ORDER BY end_label = ''"
        found: dict[Group, list[tuple[str, str]]] = {}
        for kind, start_label, end_label, start, end in self._database.execute(query):
            found.setdefault(Group(kind, start_label, end_label), []).append((start, end))
        return found

    def removed(self) -> None:
        """What was gone is no longer in the graph."""
        self._database.execute(f"DELETE {_GONE}")


def _opened(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.executescript(_LAYOUT)
    except sqlite3.DatabaseError:
        database.close()
        raise
    return database


def _row(element: Node | Edge) -> tuple[Any, ...]:
    properties = json.dumps(dict(element.properties), ensure_ascii=False, sort_keys=True)
    digest = hashlib.blake2b(properties.encode("utf-8"), digest_size=16).digest()
    if isinstance(element, Node):
        return element.label, element.uid, "", element.label, "", digest, properties
    start, end = element.start, element.end
    return element.type, start.uid, end.uid, start.label, end.label, digest, properties
