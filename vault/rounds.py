"""Rounds: complete readings of a source, begun and ended, with what each brought."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, insert, select, update

from model.errors import EvidenceError
from vault.bulk import upsert
from vault.schema import readings
from vault.session import Session
from vault.text import pack, unpack
from vault.visit_tables import round_counts, rounds


@dataclass(frozen=True, slots=True)
class Round:
    """One reading of a source, over as many runs as it takes; times are ISO 8601 UTC.

    ``outcome`` is empty while the round is open, then ``finished``, ``stopped:<reason>`` or
    ``failed:<reason>``. ``pages`` counts answers that were sealed, ``documents`` what was read
    from them.
    """

    id: int
    source: str
    mandate: str
    begun_at: str
    ended_at: str | None
    outcome: str
    pages: int
    documents: int


class RoundStore:
    """The rounds of one session's vault; what is counted is written once a commit."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.holders: dict[str, object] = {}
        """By source, the frontier that took addresses last, where no other changed any since."""
        self._counted: Counter[tuple[int, str]] = Counter()
        self._pages: dict[int, list[int]] = {}
        session.before_commit.append(self._write)

    def rounds(self, source: str) -> list[Round]:
        """All rounds of a source, the oldest first."""
        query = select(rounds).where(rounds.c.source == pack(source)).order_by(rounds.c.id)
        return [_round(row) for row in self._look(query)]

    def open_round(self, source: str) -> Round | None:
        """The round of a source that has not ended."""
        query = select(rounds).where(rounds.c.source == pack(source), rounds.c.ended_at.is_(None))
        rows = self._look(query.order_by(rounds.c.id.desc()).limit(1))
        return _round(rows[0]) if rows else None

    def counts(self, number: int) -> dict[str, int]:
        """Addresses of a round by outcome."""
        query = select(round_counts).where(round_counts.c.round == number)
        rows = self._look(query.order_by(round_counts.c.outcome))
        return {unpack(row.outcome): row.number for row in rows}

    def count(self, number: int, changes: Mapping[str, int]) -> None:
        """Add to how many addresses of a round have an outcome; inside an operation."""
        for outcome, change in changes.items():
            self._counted[number, outcome] += change

    def count_page(self, number: int, capture: int) -> None:
        """One page more, and the documents that were read from it; inside an operation."""
        self._pages.setdefault(number, []).append(capture)

    def _look(self, query: Select[Any]) -> Sequence[Row[Any]]:
        with self._session.steady():
            if self._counted or self._pages:
                with self._session.operation() as connection:
                    self._write(connection)
            return self._session.page(query)

    def _write(self, connection: Connection) -> None:
        """Write what was counted, in the transaction of what it counts."""
        counted, self._counted = self._counted, Counter()
        pages, self._pages = self._pages, {}
        rows = [
            {"round": number, "outcome": outcome, "number": change}
            for (number, outcome), change in counted.items()
            if change
        ]
        if rows:
            connection.execute(_COUNT, rows)
        for number, read in pages.items():
            connection.execute(_COUNT_PAGES, {"of": number, "more": len(read), "read": read})

    def begin(self, connection: Connection, source: str, mandate: str, at: str) -> Round:
        """Add a round; EvidenceError where one of the source is open."""
        is_open = (rounds.c.source == pack(source), rounds.c.ended_at.is_(None))
        found = connection.execute(select(rounds.c.id).where(*is_open)).scalar()
        if found is not None:
            raise EvidenceError(f"{source}: round {found} is open", remedy="close it first")
        last = connection.execute(select(func.max(rounds.c.id))).scalar() or 0
        row = {"id": last + 1, "source": pack(source), "mandate": pack(mandate), "begun_at": at}
        connection.execute(insert(rounds), row | {"outcome": "", "pages": 0, "documents": 0})
        return Round(last + 1, source, mandate, at, None, "", 0, 0)

    def close(self, connection: Connection, number: int, outcome: str, at: str) -> None:
        """End a round; EvidenceError where it has ended."""
        here = (rounds.c.id == number, rounds.c.ended_at.is_(None))
        ended = {"outcome": pack(outcome), "ended_at": at}
        if connection.execute(update(rounds).where(*here).values(ended)).rowcount != 1:
            raise EvidenceError(f"round {number} has ended already")


def _counting() -> Any:
    counted = upsert(round_counts)
    return counted.on_conflict_do_update(
        index_elements=["round", "outcome"],
        set_={"number": round_counts.c.number + counted.excluded.number},
    )


def _counting_pages() -> Any:
    found = select(func.sum(readings.c.documents)).where(
        readings.c.capture.in_(bindparam("read", expanding=True))
    )
    more = {
        "pages": rounds.c.pages + bindparam("more"),
        "documents": rounds.c.documents + func.coalesce(found.scalar_subquery(), 0),
    }
    return update(rounds).where(rounds.c.id == bindparam("of")).values(more)


_COUNT = _counting()
_COUNT_PAGES = _counting_pages()


def _round(row: Row[Any]) -> Round:
    return Round(
        row.id,
        unpack(row.source),
        unpack(row.mandate),
        row.begun_at,
        row.ended_at,
        unpack(row.outcome),
        row.pages,
        row.documents,
    )
