"""Rounds: complete readings of a source, begun and ended, with what each brought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from model.errors import EvidenceError
from vault.session import Session
from vault.text import pack, unpack
from vault.visit_tables import rounds


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
    """The rounds of one session's vault."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def rounds(self, source: str) -> list[Round]:
        """All rounds of a source, the oldest first."""
        query = select(rounds).where(rounds.c.source == pack(source)).order_by(rounds.c.id)
        return [_round(row) for row in self._session.look(query)]

    def open_round(self, source: str) -> Round | None:
        """The round of a source that has not ended."""
        query = select(rounds).where(rounds.c.source == pack(source), rounds.c.ended_at.is_(None))
        rows = self._session.look(query.order_by(rounds.c.id.desc()).limit(1))
        return _round(rows[0]) if rows else None

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
