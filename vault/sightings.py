"""What became of each listing of a source: its state now, and every change of it with its proof."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
)
from sqlalchemy import update as plain_update

from model.canonical import Json
from vault.bulk import upsert
from vault.session import Session
from vault.text import pack, pack_json, unpack, unpack_json
from vault.visit_tables import sighting_events, sightings

Key = tuple[str, str]
"""Platform and the platform's own id of a listing."""

SOURCE: Key = ("", "")
"""The key of events that concern the source as a whole."""

REMOVED = "removed"
GONE = "gone"
LISTED = "listed"
NO_ANSWER = "no-answer"

_CHUNK = 500
_TEXTS = ("source", "platform", "native_id", "url", "notice")
_NAMES = tuple(column.name for column in sightings.columns)


@dataclass(frozen=True, slots=True)
class Sighting:
    """One listing as it stands.

    ``url`` is its own address at the source's first place, empty where it has none. ``round`` is
    the last round that met it, ``paged`` the last that read its own page, ``asked`` the last that
    asked for that page and got something else: ``outcome`` says what (``gone``, ``suspect``,
    ``failed``) and ``answer`` holds notice or reason, moment and capture, until the round ends.
    Of a removed listing ``outcome`` ``listed`` means that a result row names it again. ``values``
    are the compared fields by kind of reading. ``missed`` counts rounds without it in a row;
    ``notice`` is what a removal, suspicion or absence rests on. Numbers of captures are sealing
    numbers.
    """

    source: str
    platform: str
    native_id: str
    url: str
    first_seen: str
    last_seen: str
    state: str
    since: str
    round: int
    capture: int | None
    values: Mapping[str, Json] = field(default_factory=dict)
    missed: int = 0
    notice: str = ""
    paged: int = 0
    asked: int = 0
    outcome: str = ""
    answer: Mapping[str, Json] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        return self.platform, self.native_id


@dataclass(frozen=True, slots=True)
class SightingEvent:
    """One change of a listing's state, or (``platform`` and ``native_id`` empty) of the source.

    ``detail`` holds what is to be told of it: changes, notice, reason. ``seq`` is 0 until kept.
    """

    source: str
    platform: str
    native_id: str
    at: str
    round: int
    state: str
    before: str
    detail: Mapping[str, Json]
    capture: int | None = None
    seq: int = 0

    @property
    def key(self) -> Key:
        return self.platform, self.native_id


class SightingStore:
    """The listings of one source in one session's vault; any number of them, none in memory."""

    def __init__(self, session: Session, source: str) -> None:
        self._session = session
        self.source = source
        self._mine = sightings.c.source == pack(source)
        self._my_events = sighting_events.c.source == pack(source)

    def at_once(self) -> AbstractContextManager[Connection]:
        """Everything done meanwhile happens as a whole or not at all."""
        return self._session.operation()

    def head(self) -> int:
        """The number of the newest capture, of any source."""
        return self._session.heads.capture_seq

    def known(self, keys: Iterable[Key]) -> dict[Key, Sighting]:
        """Those of ``keys`` that are known."""
        wanted: dict[str, list[str]] = {}
        for platform, native_id in keys:
            wanted.setdefault(platform, []).append(pack(native_id))
        found: dict[Key, Sighting] = {}
        for platform, names in wanted.items():
            here = {"of": pack(self.source), "on": pack(platform)}
            for start in range(0, len(names), _CHUNK):
                part = {"names": names[start : start + _CHUNK]}
                for row in self._session.look(_KNOWN, here | part):
                    sighting = _sighting(row)
                    found[sighting.key] = sighting
        return found

    def named(self, *native_ids: str) -> list[Sighting]:
        """Listings of one of these ids, on whichever platform of the source."""
        wanted = sightings.c.native_id.in_([pack(one) for one in native_ids])
        query = select(sightings).where(self._mine, wanted)
        return [_sighting(row) for row in self._session.look(query.limit(_CHUNK))]

    def at(self, url: str) -> list[Sighting]:
        """Listings whose own address this is; none for an empty one."""
        if not url:
            return []
        here = {"of": pack(self.source), "at": pack(url)}
        rows = self._session.look(_AT, here)
        keys = ((unpack(row.platform), unpack(row.native_id)) for row in rows)
        return list(self.known(keys).values())

    def save(self, changed: Sequence[Sighting], events: Sequence[SightingEvent] = ()) -> None:
        """Keep listings as they now stand, and add what is to be told."""
        if not changed and not events:
            return
        with self._session.operation() as connection:
            if changed:
                connection.execute(_UPSERT, [_row(each) for each in changed])
            for event in events:
                self._session.change(sighting_events, _TELL, _event_row(event))

    def met(self, number: int) -> int:
        """How many listings this round met."""
        return self._count(sightings.c.round == number)

    def met_and_there(self, number: int) -> int:
        """How many listings this round met whose own address was not answered as gone."""
        gone = and_(sightings.c.asked == number, sightings.c.outcome == GONE)
        return self._count(sightings.c.round == number, ~gone)

    def newly_gone(self, number: int) -> int:
        """How many listings' own addresses were answered as gone that were not removed before."""
        gone = (sightings.c.asked == number, sightings.c.outcome == GONE)
        return self._count(*gone, sightings.c.state != REMOVED)

    def _count(self, *conditions: ColumnElement[bool]) -> int:
        query = select(func.count()).select_from(sightings).where(self._mine, *conditions)
        return int(self._session.look(query)[0][0])

    def unmet(self, number: int, since: str = "") -> Iterator[Sighting]:
        """Listings with an address of their own that this round neither met nor asked for.

        None last seen before ``since`` (ISO 8601 UTC).
        Removed ones only 1, 2, 3, 5, 9, 17 … rounds later, or where a result row names them again.
        """
        again = sightings.c.missed.op("&")(sightings.c.missed - 1) == 0
        wanted = or_(sightings.c.state != REMOVED, again, sightings.c.outcome == LISTED)
        yield from self._pages(
            sightings.c.round < number,
            sightings.c.asked < number,
            sightings.c.url != "",
            sightings.c.last_seen >= since,
            wanted,
        )

    def unsettled(self, number: int, since: str = "") -> Iterator[Sighting]:
        """Listings that this round did not meet, or whose own address told something else.

        Of the former none last seen before ``since`` (ISO 8601 UTC).
        """
        unmet = and_(sightings.c.round < number, sightings.c.last_seen >= since)
        yield from self._pages(or_(unmet, sightings.c.asked == number))

    def listings(self, state: str | None = None) -> Iterator[Sighting]:
        """All listings by platform and id, or those in one state."""
        yield from self._pages(*([] if state is None else [sightings.c.state == state]))

    def _pages(self, *conditions: ColumnElement[bool]) -> Iterator[Sighting]:
        """By key, in pieces that may be changed meanwhile."""
        query = select(sightings).where(self._mine, *conditions)
        query = query.order_by(sightings.c.platform, sightings.c.native_id).limit(_CHUNK)
        rows = self._session.look(query)
        while rows:
            yield from map(_sighting, rows)
            last = rows[-1]
            later = or_(
                sightings.c.platform > last.platform,
                and_(sightings.c.platform == last.platform, sightings.c.native_id > last.native_id),
            )
            rows = self._session.look(query.where(later))

    def count_removed(self, number: int) -> None:
        """Count one more round for each listing that was removed before this round."""
        unmet = (self._mine, sightings.c.state == REMOVED, sightings.c.round < number)
        with self._session.operation() as connection:
            later = {"missed": sightings.c.missed + 1}
            connection.execute(plain_update(sightings).where(*unmet).values(later))

    def events(self, key: Key) -> list[SightingEvent]:
        """What happened to one listing (or, for :data:`SOURCE`, to the source), in order."""
        query = self._events(sighting_events.c.platform == pack(key[0])).where(
            sighting_events.c.native_id == pack(key[1])
        )
        return sorted(
            map(_event, self._session.look(query)),
            key=lambda event: (datetime.fromisoformat(event.at), event.seq),
        )

    def all_events(self, *, facts_only: bool = False) -> Iterator[SightingEvent]:
        """All events in the order they were kept, or those that nothing else tells."""
        query = self._events(*([_facts()] if facts_only else [])).limit(_CHUNK)
        after = 0
        while rows := self._session.look(query.where(sighting_events.c.seq > after)):
            yield from map(_event, rows)
            after = rows[-1].seq

    def _events(self, *conditions: ColumnElement[bool]) -> Any:
        query = select(sighting_events).where(self._my_events, *conditions)
        return query.order_by(sighting_events.c.seq)

    def forget_derived(self) -> None:
        """Drop all that captures tell; what nothing else tells stays."""
        with self._session.operation() as connection:
            connection.execute(delete(sightings).where(self._mine))
            connection.execute(delete(sighting_events).where(self._my_events, ~_facts()))


def _facts() -> ColumnElement[bool]:
    """Events that no capture tells: how rounds went, and addresses that did not answer."""
    return or_(sighting_events.c.platform == "", sighting_events.c.state == NO_ANSWER)


def _upsert(table: Table) -> Any:
    added = upsert(table)
    keys = [column.name for column in table.primary_key]
    others = {name: added.excluded[name] for name in _NAMES if name not in keys}
    return added.on_conflict_do_update(index_elements=keys, set_=others)


_UPSERT = _upsert(sightings)
_TELL = insert(sighting_events)
_OF = sightings.c.source == bindparam("of")
# Keys alone: SQLite takes the index for what it holds, for more it goes through the whole source.
_AT = (
    select(sightings.c.platform, sightings.c.native_id)
    .where(_OF, sightings.c.url == bindparam("at"))
    .limit(_CHUNK)
)
_KNOWN = select(sightings).where(
    _OF,
    sightings.c.platform == bindparam("on"),
    sightings.c.native_id.in_(bindparam("names", expanding=True)),
)


def _row(sighting: Sighting) -> dict[str, Any]:
    row = {name: getattr(sighting, name) for name in _NAMES}
    row |= {name: pack(row[name]) for name in _TEXTS}
    return row | {name: pack_json(dict(row[name])) for name in ("values", "answer")}


def _sighting(row: Row[Any]) -> Sighting:
    held = dict(row._mapping)
    held |= {name: unpack(held[name]) for name in _TEXTS}
    return Sighting(**held | {name: unpack_json(held[name]) for name in ("values", "answer")})


def _event_row(event: SightingEvent) -> dict[str, Any]:
    return {
        "source": pack(event.source),
        "platform": pack(event.platform),
        "native_id": pack(event.native_id),
        "at": event.at,
        "round": event.round,
        "state": event.state,
        "before": event.before,
        "detail": pack_json(dict(event.detail)),
        "capture": event.capture,
    }


def _event(row: Row[Any]) -> SightingEvent:
    held = dict(row._mapping)
    held |= {name: unpack(held[name]) for name in ("source", "platform", "native_id")}
    return SightingEvent(**held | {"detail": unpack_json(held["detail"])})
