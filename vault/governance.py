"""Mandates and judgements: what people decided, kept for good and entered in the custody log."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, Select, func, insert, select

from model.canonical import digest
from model.clock import iso
from model.errors import ConfigurationError
from model.evidence import Mandate
from model.findings import Judgement
from vault.custody import CustodyLog
from vault.schema import judgements, mandate_ends, mandates
from vault.session import Session
from vault.text import pack, pack_json, unpack, unpack_json

_TEXTS = ("authority", "purpose", "legal_basis", "quiet_hours")
_CONDUCT = {
    "media": False,
    "ignore_robots": False,
    "pages_per_day": None,
    "quiet_hours": "",
    "delay_seconds": None,
    "concurrency": None,
}


class Governance:
    """Mandates and judgements of one session's vault."""

    def __init__(self, session: Session, custody: CustodyLog) -> None:
        self._session = session
        self._custody = custody

    def add_mandate(self, mandate: Mandate) -> None:
        """Record an authorisation; ConfigurationError where its id says something else already."""
        _check(mandate)
        with self._session.operation() as connection:
            held = {one.id: one for one in self.mandates()}.get(mandate.id)
            if held is not None:
                if _granted(held) == _granted(mandate):
                    return
                raise ConfigurationError(
                    f"mandate {mandate.id!r} is recorded with other contents",
                    remedy="a mandate is never changed: end it and add one with another id",
                )
            connection.execute(insert(mandates), _mandate_row(mandate))
            details = {"digest": mandate_digest(mandate)}
            self._custody.append("mandate added", mandate.id, details, mandate.id)
            if mandate.ended_at is not None:
                self._end(mandate.id, mandate.ended_at, "recorded as ended")

    def end_mandate(self, identity: str, why: str) -> None:
        """End an authorisation now; ConfigurationError where there is none, or it has ended."""
        with self._session.operation():
            held = {one.id: one for one in self.mandates()}.get(identity)
            if held is None:
                raise ConfigurationError(
                    f"no mandate {identity!r}", remedy="'spoor mandate list' shows them"
                )
            if held.ended_at is not None:
                raise ConfigurationError(f"mandate {identity!r} ended at {held.ended_at}")
            self._end(identity, iso(self._session.clock()), why)

    def _end(self, identity: str, moment: str, why: str) -> None:
        with self._session.operation() as connection:
            row = {"mandate": identity, "ended_at": moment, "why": pack(why)}
            connection.execute(insert(mandate_ends), row)
            details = {"ended_at": moment, "why": why}
            self._custody.append("mandate ended", identity, details, identity)

    def mandates(self) -> list[Mandate]:
        """All that were ever recorded, by id."""
        return [mandate_from_row(row) for row in self._session.page(select_mandates())]

    def mandate_for(self, source: str) -> Mandate | None:
        """The mandate that covers ``source`` now: one that names it first, then the newest."""
        now = iso(self._session.clock())
        covering = [one for one in self.mandates() if one.covers(source, now)]
        order = sorted(covering, key=lambda one: (source in one.sources, one.valid_from, one.id))
        return order[-1] if order else None

    def add_judgement(self, judgement: Judgement) -> None:
        """Keep a person's verdict for good; the same one again adds nothing."""
        row = {name: pack(value) for name, value in asdict(judgement).items()}
        with self._session.operation() as connection:
            same = [judgements.c[name] == value for name, value in row.items()]
            if connection.execute(select(judgements.c.seq).where(*same)).first() is not None:
                return
            last = connection.execute(select(func.max(judgements.c.seq))).scalar() or 0
            connection.execute(insert(judgements), row | {"seq": last + 1})
            details = {"seq": last + 1, "digest": judgement_digest(judgement)}
            subject = f"{judgement.left} {judgement.verdict} {judgement.right}"
            self._custody.append("judged", subject, details)

    def judgements(self) -> list[Judgement]:
        """In the order they were given."""
        rows = self._session.page(select(judgements).order_by(judgements.c.seq))
        return [judgement_from_row(row) for row in rows]


def _check(mandate: Mandate) -> None:
    """ConfigurationError where id or times hold what no one can type or read."""
    for name in ("id", "valid_from", "valid_until"):
        value = getattr(mandate, name)
        if not value or not value.isprintable():
            raise ConfigurationError(f"mandate: {name}: {value!r} is empty or not printable")


def mandate_digest(mandate: Mandate) -> str:
    """What the custody log keeps of a mandate; its end is an entry of its own."""
    return digest(_granted(mandate))


def judgement_digest(judgement: Judgement) -> str:
    """What the custody log keeps of a judgement."""
    return digest(asdict(judgement))


def _granted(mandate: Mandate) -> dict[str, Any]:
    """What was authorised; conduct left at its default is not named, as before there was any."""
    granted = asdict(mandate)
    del granted["ended_at"]
    return {
        name: value
        for name, value in granted.items()
        if name not in _CONDUCT or value != _CONDUCT[name]
    }


def _mandate_row(mandate: Mandate) -> dict[str, Any]:
    row = asdict(mandate)
    del row["ended_at"]
    row |= {name: pack(row[name]) for name in _TEXTS}
    row |= {"media": int(mandate.media), "ignore_robots": int(mandate.ignore_robots)}
    return row | {"sources": pack_json(mandate.sources)}


def select_mandates() -> Select[Any]:
    query = select(mandates, mandate_ends.c.ended_at)
    return query.join_from(mandates, mandate_ends, isouter=True).order_by(mandates.c.id)


def mandate_from_row(row: Row[Any]) -> Mandate:
    return Mandate(
        id=row.id,
        authority=unpack(row.authority),
        purpose=unpack(row.purpose),
        sources=tuple(unpack_json(row.sources)),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        legal_basis=unpack(row.legal_basis),
        ended_at=row.ended_at,
        media=bool(row.media),
        ignore_robots=bool(row.ignore_robots),
        pages_per_day=row.pages_per_day,
        quiet_hours=unpack(row.quiet_hours),
        delay_seconds=row.delay_seconds,
        concurrency=row.concurrency,
    )


def judgement_from_row(row: Row[Any]) -> Judgement:
    names = ("left", "right", "verdict", "by", "at", "why")
    return Judgement(*(unpack(row._mapping[name]) for name in names))
