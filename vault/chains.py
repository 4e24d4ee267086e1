"""Rows compared with what the hash chains and the custody log say they were."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from vault.records import GENESIS, Damage


@dataclass(frozen=True, slots=True)
class Link:
    """A row of a chained table; ``computed`` is the chain hash its contents give, if any."""

    seq: int
    previous: str
    chain: str
    computed: str | None
    name: str


class ChainCheck:
    """Follows one hash chain and remembers where it ended and which rows were edited."""

    def __init__(self, table: str) -> None:
        self.table = table
        self.edited: set[int] = set()
        self.seq = 0
        self.chain = GENESIS

    def follow(self, links: Iterable[Link]) -> Iterator[tuple[Link, list[Damage]]]:
        """Each link with the damage seen at it."""
        for link in links:
            yield link, list(self._at(link))
            self.seq, self.chain = link.seq, link.chain

    def _at(self, link: Link) -> Iterator[Damage]:
        place = f"{self.table} row {link.seq}"
        if link.seq != self.seq + 1:
            yield gap(self.table, self.seq + 1, link.seq - 1)
        elif link.previous != self.chain and link.computed == link.chain:
            self.edited.add(link.seq - 1)
            wrong = f"row {link.seq} does not follow from row {link.seq - 1}: one was replaced"
            yield Damage("edited", place, f"{self.table}: {wrong} ({link.name})")
        if link.computed != link.chain:
            self.edited.add(link.seq)
            yield Damage("edited", place, f"{place} was edited ({link.name})")

    def end(self, seq: int, chain: str) -> Iterator[Damage]:
        """Compare the end with the head that was kept."""
        if self.seq < seq:
            yield gap(self.table, self.seq + 1, seq)
        elif self.seq > seq:
            place = f"{self.table} rows {seq + 1} to {self.seq}"
            yield Damage("added", place, f"{place} were added behind the recorded end")
        elif self.chain != chain and self.seq not in self.edited:
            place = f"{self.table} row {self.seq}"
            yield Damage("edited", place, f"{place}, the last one, was replaced")


def gap(table: str, first: int, last: int) -> Damage:
    """Rows that are gone."""
    rows = f"row {first} is" if first == last else f"rows {first} to {last} are"
    place = f"{table} row {first}" if first == last else f"{table} rows {first} to {last}"
    return Damage("removed", place, f"{table}: {rows} missing")


@dataclass(frozen=True, slots=True)
class Batch:
    """What the custody log says of rows added together: numbers, and digest over their keys."""

    entry: int
    first: int
    count: int
    digest: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a table whose rows are entered into the custody log in batches."""

    seq: int
    key: str
    intact: bool
    name: str


def check_batches(table: str, batches: Iterable[Batch], rows: Iterable[Entry]) -> Iterator[Damage]:
    """Rows that are missing, edited, replaced or too many; both inputs by number."""
    waiting = _Waiting(table, rows)
    for batch in batches:
        yield from waiting.before(batch.first)
        keys = hashlib.sha256()
        known = False
        for seq in range(batch.first, batch.first + batch.count):
            row = waiting.take(seq)
            if row is None:
                known = True
                place = f"{table} row {seq}"
                source = f"it was entered in custody entry {batch.entry}"
                yield Damage("removed", place, f"{place} is missing; {source}")
                continue
            if not row.intact:
                known = True
                place = f"{table} row {seq}"
                yield Damage("edited", place, f"{place} was edited ({row.name})")
            keys.update(row.key.encode())
        if not known and keys.hexdigest() != batch.digest:
            place = f"{table} rows {batch.first} to {batch.first + batch.count - 1}"
            wrong = f"are not those of custody entry {batch.entry}: at least one was replaced"
            yield Damage("edited", place, f"{place} {wrong}")
    yield from waiting.before(None)


class _Waiting:
    """Rows by number, of which those that no batch claims are told of as added."""

    def __init__(self, table: str, rows: Iterable[Entry]) -> None:
        self._table = table
        self._rows = iter(rows)
        self._row = next(self._rows, None)

    def take(self, seq: int) -> Entry | None:
        row = self._row
        if row is None or row.seq != seq:
            return None
        self._row = next(self._rows, None)
        return row

    def before(self, seq: int | None) -> Iterator[Damage]:
        """Pass over the rows up to ``seq`` (all that are left for None)."""
        first = last = None
        while self._row is not None and (seq is None or self._row.seq < seq):
            first = self._row.seq if first is None else first
            last = self._row.seq
            self._row = next(self._rows, None)
        if first is not None:
            place = f"{self._table} row {first}"
            place += f" to {last}" if last != first else ""
            yield Damage("added", place, f"{place}: in no custody entry that can be trusted")
