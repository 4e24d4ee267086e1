"""The frontier of a source: which addresses its open round has met, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, Update, delete, func, or_, select, update

from model.errors import EvidenceError
from vault.frontier_rows import ADD, PUT_OFF, SETTLE, WAITING, Address, from_row, to_row, validator
from vault.rounds import Round, RoundStore
from vault.session import Session
from vault.text import pack, unpack
from vault.visit_tables import frontier, rounds
from vault.visits import RequestLog

__all__ = ["Address", "Frontier", "Round"]

GIVEN_UP = "given up"
_NOT_MODIFIED = 304
_ROUNDS_KEPT = 3
_ADDED_AT_ONCE = 2_000


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
        self._surely_waiting: set[str] = set()
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
            self._is_alone()
            begun = self._store.begin(connection, self._name, mandate, at)
            self._forget(connection)
            self._requests.forget(connection, self._name, at)
            self._stand_at(begun.id)
            return begun

    def _stand_at(self, number: int | None) -> None:
        self._id, self._ends = number, None
        self._handed.clear()
        self._surely_waiting.clear()

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
            self._is_alone()
            place = self._places(connection, len(given), first=first)
            here = {"source": self._source, "round": self._open()}
            rows = [
                here | to_row(address) | {"position": place + n}
                for n, address in enumerate(given.values())
            ]
            new = 0
            for start in range(0, len(rows), _ADDED_AT_ONCE):
                part = rows[start : start + _ADDED_AT_ONCE]
                new += connection.execute(ADD, part).rowcount
            self._store.count(self._open(), {WAITING: new})
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

    def take(self, n: int, now: str) -> list[Address]:
        """The next addresses, at most ``n``, that may be asked at ``now``; handed out once.

        One that was put off and may be asked again takes its former place in the order.
        """
        if n < 1 or self._id is None:
            return []
        with self._session.steady():
            due = [*self._due("", n), *self._due_again(now, n)]
            due = sorted(due, key=lambda row: row.position)[:n]
            taken = [from_row(row) for row in due]
            if not self._is_alone():
                self._surely_waiting.clear()
                self._store.holders[self._source] = self
            urls = {address.url for address in taken}
            self._handed |= urls
            self._surely_waiting |= urls
            return taken

    def _is_alone(self) -> bool:
        """Whether no other object has changed the source's addresses since this one took some.

        Asked before every change; where the answer is no, no other one is alone any more either.
        """
        alone = self._store.holders.get(self._source) is self
        if not alone:
            self._store.holders.pop(self._source, None)
        return alone

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
        self._surely_waiting.discard(url)

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
        held: dict[str, str | None] = {
            "new_etag": validator(etag),
            "new_last_modified": validator(last_modified),
        }
        if capture is None:
            held = dict.fromkeys(held)
        elif status == _NOT_MODIFIED:
            held = {name: text or None for name, text in held.items()}
        learnt = held | {"new_outcome": pack(outcome) or "read", "new_reason": pack(reason)}
        self._settle(url, learnt | {"new_status": status, "new_capture": capture})

    def give_up(self, url: str, *, reason: str) -> None:
        """An address of the open round is not asked again in it."""
        learnt = dict.fromkeys(("new_status", "new_etag", "new_last_modified", "new_capture"))
        self._settle(url, learnt | {"new_outcome": GIVEN_UP, "new_reason": pack(reason)})

    def _settle(self, url: str, learnt: dict[str, Any]) -> None:
        with self._session.operation() as connection:
            if self._is_alone() and url in self._surely_waiting:
                self._session.change(frontier, SETTLE, self._here(url) | learnt)
            else:
                self._change(connection, SETTLE, url, learnt)
            self._store.count(self._open(), {WAITING: -1, learnt["new_outcome"]: 1})
            if learnt["new_capture"] is not None:
                self._store.count_page(self._open(), learnt["new_capture"])
        self.release(url)

    def later(self, url: str, *, not_before: str, reason: str, tried: bool = True) -> None:
        """The address waits until ``not_before`` (ISO 8601 UTC); an attempt has failed, or was
        not made where it was not ``tried``."""
        learnt = {"new_not_before": not_before, "new_reason": pack(reason), "more": int(tried)}
        with self._session.operation() as connection:
            self._change(connection, PUT_OFF, url, learnt)
        self.release(url)

    def reopen(self, url: str) -> bool:
        """Let an address that was answered in this round wait again, before all others.

        For one that led to what wanted a person. False where the round has not answered it.
        """
        here = (frontier.c.source == self._source, frontier.c.url == pack(url))
        answered = (frontier.c.round == self._open(), frontier.c.outcome != WAITING)
        with self._session.operation() as connection:
            query = select(frontier.c.outcome).where(*here, *answered)
            outcome = connection.execute(query).scalar()
            if outcome is None:
                return False
            place = self._places(connection, 1, first=True)
            again = {"outcome": WAITING, "not_before": "", "position": place}
            connection.execute(update(frontier).where(*here).values(again))
            self._store.count(self._open(), {WAITING: 1, outcome: -1})
            return True

    def _change(
        self, connection: Connection, change: Update, url: str, learnt: dict[str, Any]
    ) -> None:
        if connection.execute(change, self._here(url) | learnt).rowcount != 1:
            raise EvidenceError(f"{self._name}: {url} does not wait in round {self._id}")

    def _here(self, url: str) -> dict[str, Any]:
        return {"of": self._source, "at": pack(url), "within": self._open()}

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
        found = {} if self._id is None else self._store.counts(self._id)
        return {outcome or "waiting": number for outcome, number in found.items() if number}

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

    def asked_by_minute(self, moment: str) -> list[tuple[datetime, int]]:
        """Requests sent since ``moment`` by the minute in which they were sent, in order."""
        return self._requests.by_minute(self._name, moment)

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
