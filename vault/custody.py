"""The custody log: who did what, when, under which mandate; each entry chained to the last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

from sqlalchemy import Row, func, select

from model.canonical import Json, digest
from model.clock import iso
from vault.records import CustodyEntry
from vault.schema import custody
from vault.session import Session
from vault.text import pack, pack_json, unpack, unpack_json

_PAGE = 1_000
_COLUMNS = tuple(field.name for field in fields(CustodyEntry))


class CustodyLog:
    """Appends to and reads the log of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def append(
        self, action: str, subject: str, details: Mapping[str, Json], mandate: str | None = None
    ) -> CustodyEntry:
        """Add an entry; durable when the operation around it is."""
        session = self._session
        with session.operation():
            entry = CustodyEntry(
                seq=session.heads.custody_seq + 1,
                at=iso(session.clock()),
                who=session.who,
                action=action,
                subject=subject,
                details=dict(details),
                mandate=mandate,
                head=session.heads.capture_chain,
                previous=session.heads.custody_chain,
                chain="",
            )
            entry = replace(entry, chain=entry_chain(entry))
            session.insert(custody, [_to_row(entry)])
            session.heads = replace(session.heads, custody_seq=entry.seq, custody_chain=entry.chain)
            return entry

    def last(self) -> int:
        """The number of the newest entry; 0 where there is none."""
        return self._session.page(select(func.max(custody.c.seq)))[0][0] or 0

    def entries(self, after: int = 0) -> Iterator[CustodyEntry]:
        """Entries by number, read in pages."""
        query = select(custody).order_by(custody.c.seq).limit(_PAGE)
        while rows := self._session.page(query.where(custody.c.seq > after)):
            yield from map(from_row, rows)
            after = rows[-1].seq


def entry_chain(entry: CustodyEntry) -> str:
    """The chain hash that ``entry`` must have."""
    return digest({name: getattr(entry, name) for name in _COLUMNS if name != "chain"})


def _to_row(entry: CustodyEntry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in _COLUMNS} | {
        "who": pack(entry.who),
        "action": pack(entry.action),
        "subject": pack(entry.subject),
        "details": pack_json(entry.details),
    }


def from_row(row: Row[Any]) -> CustodyEntry:
    return CustodyEntry(
        seq=row.seq,
        at=row.at,
        who=unpack(row.who),
        action=unpack(row.action),
        subject=unpack(row.subject),
        details=unpack_json(row.details),
        mandate=row.mandate,
        head=row.head,
        previous=row.previous,
        chain=row.chain,
    )
