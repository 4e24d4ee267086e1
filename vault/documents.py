"""Documents read out of captures: the last reading of a capture is the current one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, fields, replace
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, delete, select, update

from model.canonical import digest
from model.errors import EvidenceError
from model.evidence import Capture, Document, Image, Issue
from vault.capture_rows import from_row as capture_from_row
from vault.custody import CustodyLog
from vault.schema import captures, documents, issues, marks, readings
from vault.session import ASIDE, Session
from vault.statements import StatementStore
from vault.text import pack, pack_json, unpack, unpack_json
from vault.uids import UidSet

_CHUNK = 500
_PART = 20_000
_DOUBLES = 10_000
_HELD = tuple(field.name for field in fields(Document))
_FIXED = tuple(c.name for c in documents.columns if c.name not in ("digest", "current"))
_UID = documents.columns.keys().index("uid")

_FORMER_READING = select(readings).where(readings.c.capture == bindparam("of"))
_FORMER_ISSUE = select(issues.c.position).where(issues.c.capture == bindparam("of")).limit(1)
_CURRENT = select(documents.c.uid, documents.c.payload).where(
    documents.c.uid.in_(bindparam("uids", expanding=True)), documents.c.current == 1
)
_OF_CAPTURE = select(documents.c.uid).where(
    documents.c.capture == bindparam("of"), documents.c.current == 1
)


class DocumentStore:
    """Documents and issues of one session's vault."""

    def __init__(self, session: Session, custody: CustodyLog, statements: StatementStore) -> None:
        self._session = session
        self._custody = custody
        self._statements = statements
        self._last_read = session.heads.capture_seq

    def add(
        self,
        capture: Capture,
        reader: str,
        found: Iterable[Document],
        noticed: Iterable[Issue],
    ) -> int:
        """All documents and issues that ``reader`` (name/version) finds in ``capture``.

        Returns how many were not there before. What an earlier reading of this capture found
        and this one does not is superseded, with its statements. Beyond 20,000 documents a
        reading takes several commits; until the last one the capture counts as unread.
        """
        fresh = self._is_fresh(capture)
        reading = _Reading(self._session, self._statements, capture, reader)
        rest = iter(found)
        while not self._take_part(reading, rest, noticed, fresh=fresh):
            self._session.flush()
        return reading.added

    def _take_part(
        self,
        reading: _Reading,
        rest: Iterator[Document],
        noticed: Iterable[Issue],
        *,
        fresh: bool,
    ) -> bool:
        """What one commit takes of a reading; whether that was the end of it."""
        with self._session.operation() as connection:
            reading.begin(connection)
            part = islice(rest, _PART)
            while chunk := list(islice(part, _CHUNK)):
                reading.take(chunk)
            if reading.in_part == _PART:
                if reading.is_news:
                    self._forget_reading(connection, reading.capture)
                    self._custody.append("read", reading.subject, reading.details(0))
                return False
            gone = 0 if fresh else reading.drop_the_rest()
            problems = [*noticed, *reading.problems]
            changed = self._replace_issues(
                connection, reading.capture, reading.reader, reading.seen, problems, fresh=fresh
            )
            if reading.added or gone or changed:
                self._custody.append("read", reading.subject, reading.details(gone))
            return True

    def _replace_issues(
        self,
        connection: Connection,
        capture: Capture,
        reader: str,
        number: int,
        problems: list[Issue],
        *,
        fresh: bool,
    ) -> bool:
        """Whether this reading's outcome differs from the last one's."""
        outcome = {"reader": reader, "documents": number, "issues": len(problems)}
        row = outcome | {"capture": capture.seq}
        former = None if fresh else self._forget_reading(connection, capture)
        self._session.insert(readings, [row])
        if problems:
            rows = [_issue_row(capture, place, issue) for place, issue in enumerate(problems)]
            self._session.insert(issues, rows)
        return former is None or dict(former._mapping) != row

    def _forget_reading(self, connection: Connection, capture: Capture) -> Row[Any] | None:
        """The last reading of a capture, whose place is made free for another."""
        former = connection.execute(_FORMER_READING, {"of": capture.seq}).first()
        if former is not None:
            connection.execute(delete(readings).where(readings.c.capture == capture.seq))
        if connection.execute(_FORMER_ISSUE, {"of": capture.seq}).first() is not None:
            connection.execute(delete(issues).where(issues.c.capture == capture.seq))
        return former

    def _is_fresh(self, capture: Capture) -> bool:
        """Whether the capture was sealed after the last one that was read, so never read."""
        fresh = capture.seq > self._last_read
        self._last_read = max(self._last_read, capture.seq)
        return fresh

    def read_by(self, capture: Capture) -> str | None:
        """Which reader (name/version) read ``capture`` last; None where none did."""
        query = select(readings.c.reader).where(readings.c.capture == capture.seq)
        rows = self._session.page(query)
        return str(rows[0].reader) if rows else None

    def documents(self, source: str | None = None) -> Iterator[Document]:
        """Current documents in the order they were first read, in pages."""
        query = _select()
        if source is not None:
            query = query.where(documents.c.source == pack(source))
        yield from self._pages(query)

    def document(self, uid: str) -> Document | None:
        rows = self._session.page(_select().where(documents.c.uid == uid))
        return from_row(rows[0]) if rows else None

    def unenriched(self, extractor: str) -> Iterator[Document]:
        """Current documents whose statements are not from ``extractor`` (name/version)."""
        name = extractor.partition("/")[0]
        join = and_(
            marks.c.document == documents.c.uid,
            marks.c.extractor == name,
            marks.c.version == extractor,
        )
        query = _select().join(marks, join, isouter=True)
        yield from self._pages(query.where(marks.c.document.is_(None)))

    def _pages(self, query: Select[Any]) -> Iterator[Document]:
        query, after = query.order_by(documents.c.seq).limit(_CHUNK), 0
        while rows := self._session.page(query.where(documents.c.seq > after)):
            yield from map(from_row, rows)
            after = rows[-1].seq

    def issues(self, source: str | None = None) -> Iterator[tuple[Capture, Issue]]:
        """What the last reading of each capture reported, by capture."""
        query = select(issues.c.capture).distinct().order_by(issues.c.capture)
        for (seq,) in self._session.page(query):
            row = self._session.page(select(captures).where(captures.c.seq == seq))[0]
            capture = capture_from_row(row)
            if source not in (None, capture.source):
                continue
            of = select(issues).where(issues.c.capture == seq).order_by(issues.c.position)
            for found in self._session.page(of):
                yield capture, _issue(found)


class _Reading:
    """One pass of a reader over one capture."""

    def __init__(
        self, session: Session, statements: StatementStore, capture: Capture, reader: str
    ) -> None:
        self._session = session
        self._statements = statements
        self.capture = capture
        self.reader = reader
        self.subject = f"capture {capture.seq}"
        self._uids = UidSet()
        self.problems: list[Issue] = []
        self.added = 0

    def begin(self, connection: Connection) -> None:
        """Begin a part, which one entry of the custody log stands for."""
        self._connection = connection
        self._first = self._session.heads.document_seq + 1
        self._digest = hashlib.sha256()
        self._new = self.in_part = 0

    @property
    def is_news(self) -> bool:
        """Whether this part has added anything."""
        return self._new > 0

    @property
    def seen(self) -> int:
        return len(self._uids)

    def take(self, chunk: list[Document]) -> None:
        """Add what is new or says something else than before."""
        fresh: dict[str, Document] = {}
        for document in chunk:
            uid = self._checked(document)
            if self._uids.add(uid):
                fresh[uid] = document
            else:
                self._add_problem(_double(document))
        self.in_part += len(chunk)
        known = self._current(fresh)
        rows = [self._row(uid, document) for uid, document in fresh.items()]
        rows = [row for row in rows if known.get(row["uid"]) != row["payload"]]
        self._supersede([row["uid"] for row in rows if row["uid"] in known])
        self._insert(rows)

    def _add_problem(self, issue: Issue) -> None:
        if len(self.problems) < _DOUBLES:
            self.problems.append(issue)

    def _checked(self, document: Document) -> str:
        if document.capture_sha256 != self.capture.sha256:
            raise EvidenceError(
                f"document {document.native_id!r} names another capture than number"
                f" {self.capture.seq}, which it is said to come from"
            )
        return document.uid

    def _current(self, fresh: dict[str, Document]) -> dict[str, str]:
        if not fresh:
            return {}
        waiting = {row[_UID] for row in self._session.waiting(documents)}
        options = ASIDE if waiting.isdisjoint(fresh) else {}
        wanted = {"uids": list(fresh)}
        found = self._connection.execute(_CURRENT, wanted, execution_options=options)
        return {row.uid: row.payload for row in found}

    def _row(self, uid: str, document: Document) -> dict[str, Any]:
        return {
            "uid": uid,
            "capture": self.capture.seq,
            "source": pack(document.source),
            "reader": self.reader,
            "kind": pack(document.kind),
            "platform": pack(document.platform),
            "native_id": pack(document.native_id),
            "locator": pack(document.locator),
            "seen_at": pack(document.seen_at),
            "payload": pack_json(_payload(document)),
            "current": 1,
        }

    def _insert(self, rows: list[dict[str, Any]]) -> None:
        if not rows:
            return
        heads = self._session.heads
        for number, row in enumerate(rows, heads.document_seq + 1):
            row["seq"] = number
            row["digest"] = row_digest(row)
            self._digest.update(row["digest"].encode())
        self._session.insert(documents, rows)
        heads = heads.with_current([row["digest"] for row in rows], ())
        self._session.heads = replace(heads, document_seq=heads.document_seq + len(rows))
        self.added += len(rows)
        self._new += len(rows)

    def drop_the_rest(self) -> int:
        """Supersede what earlier readings of this capture found and this one did not."""
        found = self._connection.execute(_OF_CAPTURE, {"of": self.capture.seq}).scalars()
        gone = [uid for uid in found if uid not in self._uids]
        self._supersede(gone)
        return len(gone)

    def _supersede(self, uids: list[str]) -> None:
        for start in range(0, len(uids), _CHUNK):
            part = uids[start : start + _CHUNK]
            here = documents.c.uid.in_(part) & (documents.c.current == 1)
            gone = self._connection.execute(select(documents.c.digest).where(here)).scalars().all()
            self._session.heads = self._session.heads.with_current((), gone)
            self._connection.execute(update(documents).where(here).values(current=0))
            self._connection.execute(delete(marks).where(marks.c.document.in_(part)))
            self._statements.end(self._connection, part, self.reader)

    def details(self, gone: int) -> dict[str, Any]:
        """What the custody log keeps of this reading."""
        return {
            "capture": self.capture.seq,
            "reader": self.reader,
            "found": self.seen,
            "superseded": gone,
            "first": self._first,
            "count": self._new,
            "digest": self._digest.hexdigest(),
            "total": self._session.heads.current_count,
            "sum": self._session.heads.current_sum,
        }


def row_digest(row: Mapping[str, Any]) -> str:
    """SHA-256 over what a document row says for good."""
    return digest([row[name] for name in _FIXED])


def _payload(document: Document) -> dict[str, Any]:
    images = [{"url": image.url, "alt": image.alt} for image in document.images]
    held = {name: getattr(document, name) for name in _HELD}
    return held | {"images": images, "fields": dict(held["fields"]), "extra": dict(held["extra"])}


def from_row(row: Row[Any]) -> Document:
    held = unpack_json(row.payload)
    held["images"] = tuple(Image(**image) for image in held["images"])
    held["links"] = tuple(held["links"])
    return Document(**held)


def _select() -> Select[Any]:
    return select(documents.c.seq, documents.c.payload).where(documents.c.current == 1)


def _double(document: Document) -> Issue:
    return Issue("error", "a second record of the same identity was left out", document.locator)


def _issue_row(capture: Capture, place: int, issue: Issue) -> dict[str, Any]:
    text = {name: pack(value) for name, value in asdict(issue).items()}
    return text | {"capture": capture.seq, "position": place}


def _issue(row: Row[Any]) -> Issue:
    return Issue(unpack(row.severity), unpack(row.message), unpack(row.locator), unpack(row.key))
