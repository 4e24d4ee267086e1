"""The frontier of a source: which addresses its open round has met, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from model.errors import EvidenceError
from vault.rounds import Round, RoundStore
from vault.schema import readings
from vault.session import Session
from vault.text import pack, unpack
from vault.visit_tables import frontier, round_counts, rounds
from vault.visits import RequestLog

__all__ = ["Address", "Frontier", "Round"]

WAITING = ""
GIVEN_UP = "given up"
_LONGEST_VALIDATOR = 1_000
_ROUNDS_KEPT = 3
_ADDED_AT_ONCE = 2_000
_TEXTS = ("url", "found_on", "why")


@dataclass(frozen=True, slots=True)
class Address:
    """One address of a round.

    ``url`` is its normal form at the source's first place; mirrors are mapped onto it. ``depth``
    counts links in a row from a start address, ``hops`` redirects in a row, ``attempts`` the
    failed ones in this round. ``why`` is ``start``, ``follow``, ``redirect``, ``recheck``,
    ``media`` or ``robots``. ``etag``, ``last_modified`` and ``capture`` (its number) are of the
    last answer that had content, also from an earlier round.
    """

    url: str
    depth: int = 0
    found_on: str = ""
    why: str = "follow"
    hops: int = 0
    attempts: int = 0
    etag: str = ""
    last_modified: str = ""
    capture: int | None = None


class Frontier:
    """The addresses of one source, kept in the database: any number of them, none in memory.

    Every change is durable when it returns, or at the end of the batch around it. One object
    serves a source's threads: what it has handed out it does not hand out again.
    """

    def __init__(
        self, session: Session, store: RoundStore, requests: RequestLog, source: str
    ) -> None:
        self._session = session
        self._store = store
        self._requests = requests
        self._name = source
        self._source = pack(source)
        self._handed: set[str] = set()
        self._ends: tuple[int, int] | None = None
        found = store.open_round(source)
        self._id = found.id if found else None

    @property
    def round(self) -> Round | None:
        """The open round, as far as it has come; None where none is open."""
        found = self._store.open_round(self._name)
        self._id = found.id if found else None
        return found

    def begin(self, mandate: str, at: str) -> Round:
        """Begin a round in which nothing is waiting yet; EvidenceError where one is open.

        What the last rounds learnt of addresses (validators, capture) is kept for this one.
        """
        with self._session.operation() as connection:
            begun = self._store.begin(connection, self._name, mandate, at)
            self._forget(connection)
            self._requests.forget(connection, self._name, at)
            self._stand_at(begun.id)
            return begun

    def _stand_at(self, number: int | None) -> None:
        self._id, self._ends = number, None
        self._handed.clear()

    def _forget(self, connection: Connection) -> None:
        """Drop addresses that have no capture or that the last rounds did not meet."""
        query = select(rounds.c.id).where(rounds.c.source == self._source)
        last = connection.execute(query.order_by(rounds.c.id.desc()).limit(_ROUNDS_KEPT + 1))
        oldest = min(last.scalars())
        useless = or_(frontier.c.capture.is_(None), frontier.c.round < oldest)
        connection.execute(delete(frontier).where(frontier.c.source == self._source, useless))

    def add(self, addresses: Iterable[Address], *, first: bool = False) -> int:
        """Let addresses wait, each once a round; how many the round had not met yet.

        They come behind all others in the order given, or before all others where ``first``.
        Only ``url``, ``depth``, ``found_on``, ``why`` and ``hops`` are taken over.
        """
        given: dict[str, Address] = {}
        for address in addresses:
            given.setdefault(address.url, address)
        if not given:
            return 0
        with self._session.operation() as connection:
            place = self._places(connection, len(given), first=first)
            rows = [self._row(address, place + n) for n, address in enumerate(given.values())]
            new = 0
            for start in range(0, len(rows), _ADDED_AT_ONCE):
                part = rows[start : start + _ADDED_AT_ONCE]
                new += connection.execute(_ADD, part).rowcount
            self._count(connection, {WAITING: new})
            return new

    def _places(self, connection: Connection, number: int, *, first: bool) -> int:
        """The first of ``number`` positions in a row that are free."""
        low, high = self._ends or self._found_ends(connection)
        place = low - number if first else high + 1
        self._ends = (min(low, place), max(high, place + number - 1))
        return place

    def _found_ends(self, connection: Connection) -> tuple[int, int]:
        query = select(func.min(frontier.c.position), func.max(frontier.c.position))
        low, high = connection.execute(query.where(*self._is_waiting())).one()
        return low or 0, high or 0

    def _row(self, address: Address, position: int) -> dict[str, Any]:
        return {
            "source": self._source,
            "url": pack(address.url),
            "round": self._open(),
            "position": position,
            "depth": address.depth,
            "found_on": pack(address.found_on),
            "why": pack(address.why),
            "hops": address.hops,
        }

    def take(self, n: int, now: str) -> list[Address]:
        """The next addresses, at most ``n``, that may be asked at ``now``; handed out once.

        One that was put off and may be asked again takes its former place in the order.
        """
        if n < 1 or self._id is None:
            return []
        with self._session.steady():
            due = [*self._due("", n), *self._due_again(now, n)]
            due = sorted(due, key=lambda row: row.position)[:n]
            taken = [_address(row) for row in due]
            self._handed |= {address.url for address in taken}
            return taken

    def _due(self, not_before: str, n: int) -> list[Row[Any]]:
        query = select(frontier).where(*self._is_waiting(), frontier.c.not_before == not_before)
        return self._free(query.order_by(frontier.c.position), n)

    def _due_again(self, now: str, n: int) -> list[Row[Any]]:
        put_off = (frontier.c.not_before > "", frontier.c.not_before <= now)
        query = select(frontier).where(*self._is_waiting(), *put_off)
        return self._free(query.order_by(frontier.c.not_before, frontier.c.position), n)

    def _free(self, query: Select[Any], n: int) -> list[Row[Any]]:
        """The first ``n`` rows that are not handed out."""
        rows = self._session.page(query.limit(n + len(self._handed)))
        return [row for row in rows if unpack(row.url) not in self._handed][:n]

    def release(self, url: str) -> None:
        """Put back an address that was handed out and not asked."""
        self._handed.discard(url)

    def answered(
        self,
        url: str,
        *,
        status: int | None,
        capture: int | None,
        etag: str = "",
        last_modified: str = "",
        outcome: str = "read",
        reason: str = "",
    ) -> None:
        """An address of the open round is done with; EvidenceError where it is not waiting.

        Validators are kept with the capture they belong to; those that an answer 304 does not
        name stay as they were.
        """
        learnt: dict[str, Any] = {"status": status, "reason": pack(reason)}
        if capture is not None:
            held = {"etag": _validator(etag), "last_modified": _validator(last_modified)}
            learnt |= {name: text for name, text in held.items() if text or status != 304}
            learnt["capture"] = capture
        with self._session.operation() as connection:
            self._settle(connection, url, {"outcome": pack(outcome) or "read"} | learnt)
            if capture is not None:
                self._count_page(connection, capture)
        self.release(url)

    def give_up(self, url: str, *, reason: str) -> None:
        """An address of the open round is not asked again in it."""
        with self._session.operation() as connection:
            self._settle(connection, url, {"outcome": GIVEN_UP, "reason": pack(reason)})
        self.release(url)

    def _settle(self, connection: Connection, url: str, learnt: dict[str, Any]) -> None:
        self._change(connection, url, learnt)
        self._count(connection, {WAITING: -1, str(learnt["outcome"]): 1})

    def later(self, url: str, *, not_before: str, reason: str) -> None:
        """An attempt failed; the address waits until ``not_before`` (ISO 8601 UTC)."""
        learnt = {"not_before": not_before, "reason": pack(reason)}
        with self._session.operation() as connection:
            self._change(connection, url, learnt | {"attempts": frontier.c.attempts + 1})
        self.release(url)

    def _change(self, connection: Connection, url: str, learnt: dict[str, Any]) -> None:
        here = (frontier.c.source == self._source, frontier.c.url == pack(url))
        waits = (frontier.c.round == self._open(), frontier.c.outcome == WAITING)
        if connection.execute(update(frontier).where(*here, *waits).values(learnt)).rowcount != 1:
            raise EvidenceError(f"{self._name}: {url} does not wait in round {self._id}")

    def _count(self, connection: Connection, changes: Mapping[str, int]) -> None:
        rows = [
            {"round": self._open(), "outcome": outcome, "number": number}
            for outcome, number in changes.items()
            if number
        ]
        if rows:
            connection.execute(_COUNT, rows)

    def _count_page(self, connection: Connection, capture: int) -> None:
        """One page more, and the documents that were read from it."""
        found = select(readings.c.documents).where(readings.c.capture == capture)
        more = {
            "pages": rounds.c.pages + 1,
            "documents": rounds.c.documents + func.coalesce(found.scalar_subquery(), 0),
        }
        connection.execute(update(rounds).where(rounds.c.id == self._open()).values(more))

    def knows(self, url: str) -> bool:
        """Whether the open round has met this address, in whatever state it is."""
        here = (frontier.c.source == self._source, frontier.c.url == pack(url))
        query = select(frontier.c.url).where(*here, frontier.c.round == self._id)
        return bool(self._session.look(query))

    def waiting(self) -> int:
        """How many addresses of the open round are not done with."""
        return self.counts().get("waiting", 0)

    def counts(self) -> Mapping[str, int]:
        """Addresses of the open round by outcome; ``waiting`` for those not done with."""
        query = select(round_counts).where(round_counts.c.round == self._id)
        rows = self._session.look(query.order_by(round_counts.c.outcome))
        return {unpack(row.outcome) or "waiting": row.number for row in rows if row.number}

    def next_due(self) -> str | None:
        """When the next address that is not handed out may be asked; empty for now.

        None where none is waiting.
        """
        with self._session.steady():
            query = select(frontier).where(*self._is_waiting())
            rows = self._free(query.order_by(frontier.c.not_before, frontier.c.position), 1)
            return str(rows[0].not_before) if rows else None

    def asked_since(self, moment: str) -> int:
        """Requests sent to the source since ``moment`` (ISO 8601 UTC), over all rounds.

        Counted by the minute: that of ``moment`` counts whole.
        """
        return self._requests.asked_since(self._name, moment)

    def note_request(self, at: str) -> None:
        """Count one request; kept with the next commit."""
        self._requests.note(self._name, at)

    def close(self, outcome: str, at: str) -> None:
        """End the open round; EvidenceError where there is none."""
        with self._session.operation() as connection:
            self._store.close(connection, self._open(), outcome, at)
            self._stand_at(None)

    def _open(self) -> int:
        if self._id is None:
            raise EvidenceError(f"{self._name}: no round is open", remedy="begin one")
        return self._id

    def _is_waiting(self) -> Sequence[Any]:
        return (frontier.c.round == self._id, frontier.c.outcome == WAITING)


def _adding() -> Any:
    fresh = {"attempts": 0, "not_before": "", "outcome": WAITING, "status": None, "reason": ""}
    added = insert(frontier).values(fresh | {"etag": "", "last_modified": "", "capture": None})
    moved = ("round", "position", "depth", "found_on", "why", "hops", *fresh)
    return added.on_conflict_do_update(
        index_elements=["source", "url"],
        set_={name: added.excluded[name] for name in moved},
        where=frontier.c.round != added.excluded.round,
    )


def _counting() -> Any:
    counted = insert(round_counts)
    return counted.on_conflict_do_update(
        index_elements=["round", "outcome"],
        set_={"number": round_counts.c.number + counted.excluded.number},
    )


_ADD = _adding()
_COUNT = _counting()


def _validator(text: str) -> str:
    """A validator as it can be kept: one too long is dropped, and the page is asked for whole."""
    return pack(text) if len(text) <= _LONGEST_VALIDATOR else ""


def _address(row: Row[Any]) -> Address:
    return Address(
        url=unpack(row.url),
        depth=row.depth,
        found_on=unpack(row.found_on),
        why=unpack(row.why),
        hops=row.hops,
        attempts=row.attempts,
        etag=unpack(row.etag),
        last_modified=unpack(row.last_modified),
        capture=row.capture,
    )
