"""Statements: appended once, never changed; which ones stand is kept beside them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, exists, select, update

from model.canonical import digest
from model.errors import EvidenceError
from model.facts import Grades, Statement
from model.identity import Entity
from vault.bulk import insert_rows
from vault.custody import CustodyLog
from vault.schema import documents, entities, marks, standing, statements
from vault.session import Session
from vault.text import pack, pack_json, unpack, unpack_json

_DOCUMENTS = 2_000
_STATEMENTS = 10_000
_KNOWN_ENTITIES = 200_000

Item = tuple[str, Sequence[Statement]]


class StatementStore:
    """Statements of one session's vault."""

    def __init__(self, session: Session, custody: CustodyLog) -> None:
        self._session = session
        self._custody = custody
        self._known: set[str] = set()

    def add(self, extractor: str, items: Iterable[Item]) -> int:
        """All statements that ``extractor`` (name/version) makes of each document.

        What another version of the same extractor stated of that document and this one does
        not stands no longer. Returns how many statements were not in the vault before. Large
        inputs are committed in parts, so that a crash costs little.
        """
        added = 0
        for chunk in _chunks(items):
            try:
                added += self._add_chunk(extractor, chunk)
            except BaseException:
                self._known.clear()  # the entities of this chunk are not there after all
                raise
        return added

    def _add_chunk(self, extractor: str, chunk: dict[str, dict[str, Statement]]) -> int:
        with self._session.operation() as connection:
            _refuse_unknown(connection, chunk)
            fresh = self._append(connection, chunk)
            first = self._session.heads.statement_seq - len(fresh) + 1
            changes = _Standings(connection, extractor, chunk)
            changes.apply()
            _mark(connection, extractor, list(chunk))
            heads = self._session.heads.with_standing(changes.begun, changes.ended)
            self._session.heads = heads
            if fresh or changes.begun or changes.ended:
                self._custody.append(
                    "stated",
                    f"{len(chunk)} documents",
                    {"extractor": extractor, "first": first, "count": len(fresh)}
                    | {"digest": digest_of(fresh)}
                    | self._standing_details(len(changes.ended)),
                )
            return len(fresh)

    def end(self, connection: Connection, uids: Collection[str], by: str) -> None:
        """Let nothing stand that was stated of these documents; ``by`` tells on whose account."""
        current = (standing.c.document.in_(uids)) & standing.c.ended.is_(None)
        query = select(standing.c.extractor, standing.c.statement).where(current)
        ended = [standing_key(row.extractor, row.statement) for row in connection.execute(query)]
        if not ended:
            return
        connection.execute(update(standing).where(current).values(ended=by))
        self._session.heads = self._session.heads.with_standing((), ended)
        subject = f"statements of {len(uids)} documents"
        self._custody.append("ended", subject, {"by": by} | self._standing_details(len(ended)))

    def _append(self, connection: Connection, chunk: dict[str, dict[str, Statement]]) -> list[str]:
        """Insert what is not there yet, sorted (kinder to the indexes); the ids in that order."""
        said = {key: one for made in chunk.values() for key, one in made.items()}
        there = _present(connection, statements.c.id, said)
        fresh = {key: said[key] for key in sorted(said.keys() - there)}
        if not fresh:
            return []
        self._add_entities(connection, fresh.values())
        seq = self._session.heads.statement_seq
        rows = (_to_row(seq + n, key, one) for n, (key, one) in enumerate(fresh.items(), 1))
        insert_rows(connection, statements, rows)
        self._session.heads = replace(self._session.heads, statement_seq=seq + len(fresh))
        return list(fresh)

    def _add_entities(self, connection: Connection, said: Iterable[Statement]) -> None:
        named: dict[str, Entity] = {}
        for one in said:
            named[one.subject.uid] = one.subject
            if one.object is not None:
                named[one.object.uid] = one.object
        unknown = {uid: entity for uid, entity in named.items() if uid not in self._known}
        there = _present(connection, entities.c.uid, unknown)
        rows = (
            (uid, entity.label, pack_json(entity.key))
            for uid, entity in unknown.items()
            if uid not in there
        )
        insert_rows(connection, entities, rows)
        if len(self._known) > _KNOWN_ENTITIES:
            self._known.clear()
        self._known |= unknown.keys()

    def _standing_details(self, ended: int) -> dict[str, Any]:
        heads = self._session.heads
        return {"ended": ended, "total": heads.standing_count, "sum": heads.standing_sum}

    def statements(self, predicates: Collection[str] | None = None) -> Iterator[Statement]:
        """Those that stand, by subject, predicate, object and id; one moment, streamed."""
        query = (
            _select()
            .where(_stands())
            .order_by(
                statements.c.subject,
                statements.c.predicate,
                statements.c.object.nulls_first(),
                statements.c.id,
            )
        )
        if predicates is not None:
            query = query.where(statements.c.predicate.in_(sorted(predicates)))
        with self._session.snapshot() as connection:
            streaming = connection.execution_options(yield_per=1_000)
            for row in streaming.execute(query):
                yield from_row(row)

    def statement(self, identity: str) -> Statement | None:
        """One statement, standing or superseded."""
        rows = self._session.page(_select().where(statements.c.id == identity))
        return from_row(rows[0]) if rows else None

    def stands(self, identity: str) -> bool:
        """Whether some extractor's latest version still states it."""
        query = select(statements.c.seq).where(statements.c.id == identity, _stands())
        return bool(self._session.page(query))

    def digest(self) -> str:
        """Equal for equal sets of standing statements; costs nothing."""
        heads = self._session.read_heads()
        return digest([heads.standing_count, heads.standing_sum])


class _Standings:
    """What an extractor's new word changes about which statements stand."""

    def __init__(
        self, connection: Connection, extractor: str, chunk: dict[str, dict[str, Statement]]
    ) -> None:
        self._connection = connection
        self._extractor = extractor
        self._name = extractor.partition("/")[0]
        self._wanted = {key: uid for uid, made in chunk.items() for key in made}
        query = select(standing.c.statement, standing.c.version, standing.c.ended).where(
            standing.c.document.in_(chunk), standing.c.extractor == self._name
        )
        rows = connection.execute(query).all()
        self._there = {row.statement: row for row in rows}

    def apply(self) -> None:
        new = sorted(self._wanted.keys() - self._there.keys())
        back = [k for k in self._wanted if k in self._there and self._there[k].ended is not None]
        gone = [k for k, r in self._there.items() if r.ended is None and k not in self._wanted]
        rows = ((key, self._name, self._extractor, self._wanted[key], None) for key in new)
        insert_rows(self._connection, standing, rows)
        self._update(back, {"version": self._extractor, "ended": None})
        self._update(gone, {"ended": self._extractor})
        self.begun = [standing_key(self._name, key) for key in (*new, *back)]
        self.ended = [standing_key(self._name, key) for key in gone]

    def _update(self, keys: list[str], values: dict[str, Any]) -> None:
        for start in range(0, len(keys), _STATEMENTS):
            part = keys[start : start + _STATEMENTS]
            here = standing.c.statement.in_(part) & (standing.c.extractor == self._name)
            self._connection.execute(update(standing).where(here).values(values))


def standing_key(extractor: str, identity: str) -> str:
    """What is added up of a standing statement."""
    return f"{extractor} {identity}"


def digest_of(ids: Iterable[str]) -> str:
    """SHA-256 over statement ids in the order of their numbers."""
    return hashlib.sha256("".join(ids).encode()).hexdigest()


def _chunks(items: Iterable[Item]) -> Iterator[dict[str, dict[str, Statement]]]:
    chunk: dict[str, dict[str, Statement]] = {}
    size = 0
    for uid, made in items:
        if uid in chunk or len(chunk) >= _DOCUMENTS or size >= _STATEMENTS:
            yield chunk
            chunk, size = {}, 0
        chunk[uid] = {one.id: one for one in made}
        size += len(made)
    if chunk:
        yield chunk


def _refuse_unknown(connection: Connection, chunk: dict[str, dict[str, Statement]]) -> None:
    query = select(documents.c.uid).where(documents.c.uid.in_(chunk), documents.c.current == 1)
    there = set(connection.execute(query).scalars())
    for uid, made in chunk.items():
        if uid not in there:
            raise EvidenceError(f"statements of a document the vault does not hold: {uid}")
        for one in made.values():
            if one.document != uid:
                raise EvidenceError(f"a statement of document {one.document} given for {uid}")


def _present(connection: Connection, column: Any, keys: Collection[str]) -> set[str]:
    wanted, there = list(keys), set[str]()
    for start in range(0, len(wanted), _STATEMENTS):
        query = select(column).where(column.in_(wanted[start : start + _STATEMENTS]))
        there.update(connection.execute(query).scalars())
    return there


def _mark(connection: Connection, extractor: str, uids: list[str]) -> None:
    name = extractor.partition("/")[0]
    here = marks.c.document.in_(uids) & (marks.c.extractor == name)
    connection.execute(delete(marks).where(here))
    insert_rows(connection, marks, [(uid, name, extractor) for uid in uids])


def _stands() -> Any:
    here = (standing.c.statement == statements.c.id) & standing.c.ended.is_(None)
    return exists().where(here)


_subjects = entities.alias("subjects")
_objects = entities.alias("objects")


def _select() -> Select[Any]:
    return (
        select(
            statements,
            _subjects.c.label.label("subject_label"),
            _subjects.c.key.label("subject_key"),
            _objects.c.label.label("object_label"),
            _objects.c.key.label("object_key"),
        )
        .join(_subjects, _subjects.c.uid == statements.c.subject)
        .join(_objects, _objects.c.uid == statements.c.object, isouter=True)
    )


@lru_cache(maxsize=1 << 15)
def _entity(label: str, key: str) -> Entity:
    return Entity(label, tuple(json.loads(key)))


def _to_row(seq: int, key: str, one: Statement) -> tuple[Any, ...]:
    return (
        seq,
        key,
        one.subject.uid,
        one.predicate,
        one.object.uid if one.object is not None else None,
        pack_json(dict(one.attributes)),
        one.capture_sha256,
        pack(one.source),
        one.document,
        pack(one.rule),
        pack(one.first_seen),
        pack(one.last_seen),
        float(one.confidence),
        one.grades.reliability,
        one.grades.credibility,
        one.tlp,
    )


def from_row(row: Row[Any]) -> Statement:
    target = None if row.object_label is None else _entity(row.object_label, row.object_key)
    return _statement(row, _entity(row.subject_label, row.subject_key), target)


def _statement(row: Row[Any], subject: Entity, target: Entity | None) -> Statement:
    return Statement(
        subject=subject,
        predicate=row.predicate,
        object=target,
        attributes=unpack_json(row.attributes),
        capture_sha256=row.capture_sha256,
        source=unpack(row.source),
        document=row.document,
        rule=unpack(row.rule),
        first_seen=unpack(row.first_seen),
        last_seen=unpack(row.last_seen),
        confidence=row.confidence,
        grades=_grades(row.reliability, row.credibility),
        tlp=row.tlp,
    )


def stored_id(row: Row[Any]) -> str:
    """The id that a row's contents give, whatever its entities say of themselves."""
    target = None if row.object is None else _Named(row.object)
    return _statement(row, _Named(row.subject), target).id


class _Named(Entity):
    """An entity of which only the uid is known."""

    def __init__(self, uid: str) -> None:
        object.__setattr__(self, "label", "")
        object.__setattr__(self, "key", (uid,))

    @property
    def uid(self) -> str:
        return self.key[0]


@lru_cache(maxsize=64)
def _grades(reliability: str, credibility: int) -> Grades:
    return Grades(reliability, credibility)
