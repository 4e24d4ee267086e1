"""How many requests a source was sent, for its daily budget, and where its cursors stand."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select

from model.canonical import Json
from model.clock import iso
from vault.bulk import upsert
from vault.session import Session
from vault.text import pack, pack_json, unpack_json
from vault.visit_tables import cursors, requests

_KEPT = timedelta(days=3)
_MINUTE = len("2026-01-01T00:00")


class RequestLog:
    """Requests by source and minute; those noted are kept with the next commit."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._noted: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()
        session.before_commit.append(self._keep)

    def note(self, source: str, at: str) -> None:
        """Count one request, sent at ``at`` (ISO 8601 UTC)."""
        with self._lock:
            self._noted[pack(source), at[:_MINUTE]] += 1

    def asked_since(self, source: str, moment: str) -> int:
        """Requests since the minute of ``moment``."""
        first, key = moment[:_MINUTE], pack(source)
        query = select(func.sum(requests.c.number))
        with self._session.steady():
            query = query.where(requests.c.source == key, requests.c.minute >= first)
            kept = self._session.page(query)[0][0] or 0
            with self._lock:
                return int(kept) + sum(
                    number
                    for (name, minute), number in self._noted.items()
                    if name == key and minute >= first
                )

    def by_minute(self, source: str, moment: str) -> list[tuple[datetime, int]]:
        """Requests since the minute of ``moment``, each minute with its number, in order."""
        first, key = moment[:_MINUTE], pack(source)
        query = select(requests.c.minute, requests.c.number)
        with self._session.steady():
            query = query.where(requests.c.source == key, requests.c.minute >= first)
            found = Counter({row.minute: row.number for row in self._session.page(query)})
            with self._lock:
                for (name, minute), number in self._noted.items():
                    if name == key and minute >= first:
                        found[minute] += number
        minutes = sorted(found.items())
        return [(datetime.fromisoformat(f"{at}:00+00:00"), number) for at, number in minutes]

    def settle(self) -> None:
        """Keep what was noted since the last commit, where the vault takes anything."""
        if self._noted and self._session.is_sound:
            with self._session.operation():
                """The commit at its end keeps it."""

    def forget(self, connection: Connection, source: str, now: str) -> None:
        """Drop what lies days back."""
        limit = iso(datetime.fromisoformat(now) - _KEPT)[:_MINUTE]
        old = (requests.c.source == pack(source), requests.c.minute < limit)
        connection.execute(delete(requests).where(*old))

    def _keep(self, connection: Connection) -> None:
        with self._lock:
            noted, self._noted = self._noted, Counter()
        if not noted:
            return
        added = upsert(requests)
        added = added.on_conflict_do_update(
            index_elements=["source", "minute"],
            set_={"number": requests.c.number + added.excluded.number},
        )
        rows = [{"source": s, "minute": m, "number": number} for (s, m), number in noted.items()]
        connection.execute(added, rows)


class Cursors:
    """Small values by source and name: where a feed was read up to."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, source: str, name: str) -> Json | None:
        """What is kept under ``name``; None where nothing is."""
        here = (cursors.c.source == pack(source), cursors.c.name == pack(name))
        rows = self._session.look(select(cursors.c.value).where(*here))
        return unpack_json(rows[0].value) if rows else None

    def keep(self, source: str, name: str, value: Json) -> None:
        """Keep ``value``; what was there is replaced."""
        row = {"source": pack(source), "name": pack(name), "value": pack_json(value)}
        added = upsert(cursors)
        added = added.on_conflict_do_update(
            index_elements=["source", "name"], set_={"value": added.excluded.value}
        )
        with self._session.operation() as connection:
            connection.execute(added, row)
