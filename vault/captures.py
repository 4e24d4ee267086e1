"""Captures: sealed before anyone parses them, chained, and read back verified."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Select, delete, insert, select

from model.canonical import Json, digest
from model.clock import iso
from model.errors import EvidenceError, PolicyRefusal
from model.evidence import Capture
from vault import revisits
from vault.capture_rows import capture_chain, from_row, select_captures, to_row
from vault.custody import CustodyLog
from vault.files import WarcFolder
from vault.records import CHUNK, Payload, Sealed, Sealing
from vault.schema import captures, instructions, mandates, readings, warc_files
from vault.session import Session
from vault.text import pack, pack_json
from vault.warc import RecordPlan, read_record, record_id, write_warcinfo

MARKER = b"spoor-rehearsal-world"
"""Made-up material carries these bytes."""

_PAGE = 500
_NOTHING = hashlib.sha256(b"").hexdigest()


class CaptureStore:
    """Seals payloads into WARC files and rows, and hands them out again."""

    def __init__(
        self,
        session: Session,
        custody: CustodyLog,
        warc: WarcFolder,
        folder: Path,
        *,
        made_up: bool,
    ) -> None:
        self._session = session
        self._custody = custody
        self._warc = warc
        self._folder = folder
        self._made_up = made_up
        self._announced = session.heads.capture_seq
        self._mandates: set[str] = set()
        session.before_commit.append(self._before_commit)

    def seal(self, sealing: Sealing) -> Sealed:
        """Store the bytes and the row; PolicyRefusal where made-up and real would mix."""
        payload = Payload(sealing.payload)
        first = revisits.original(sealing, payload, self._first(sealing.revisit))
        if first is None:  # else it was looked at when that one was sealed
            self._refuse_mixing(sealing, payload)
        with self._session.operation() as connection:
            self._refuse_unknown_mandate(connection, sealing)
            known = self._same_import(connection, sealing, payload.sha256)
            if known is not None:
                return Sealed(self._instruct(connection, known, sealing), new=False)
            before = self._warc.position()
            try:
                capture = self._write(connection, sealing, payload, first)
            except BaseException:
                self._warc.rewind(before)
                raise
            heads = replace(
                self._session.heads, capture_seq=capture.seq, capture_chain=capture.chain
            )
            self._session.heads = heads
            return Sealed(capture, new=True)

    def _first(self, revisited: Capture | None) -> Capture | None:
        """The capture that holds the bytes ``revisited`` has or stands for."""
        if revisited is None:
            return None
        return self.capture_at(revisited.refers_to or revisited.seq)

    def _write(
        self, connection: Connection, sealing: Sealing, payload: Payload, first: Capture | None
    ) -> Capture:
        heads = self._session.heads
        plan = _plan(sealing, payload.sha256, heads.capture_seq + 1, heads.capture_chain, first)
        new = self._warc.room(plan.date)
        if new is not None:
            row = {"name": new.name, "number": new.number, "created_at": new.created_at}
            place = {"header_length": new.header.length, "header_sha256": new.header.sha256}
            connection.execute(insert(warc_files), row | place)
        member = self._warc.append(plan, payload)
        payload.check()
        capture = Capture(
            seq=heads.capture_seq + 1,
            source=sealing.source,
            url=sealing.url,
            final_url=sealing.final_url,
            status=sealing.status,
            content_type=plan.content_type,
            headers=tuple((name, value) for name, value in sealing.headers),
            captured_at=plan.date,
            sha256=first.sha256 if first else payload.sha256,
            size=first.size if first else payload.size,
            warc_file=self._warc.name(),
            offset=member.offset,
            length=member.length,
            record_id=plan.record_id,
            route=sealing.route,
            collector=sealing.collector,
            mandate=sealing.mandate,
            reading=dict(sealing.reading or (first.reading if first else {})),
            previous=heads.capture_chain,
            chain="",
            member_sha256=member.sha256,
            refers_to=first.seq if first else None,
        )
        capture = replace(capture, chain=capture_chain(capture))
        self._session.insert(captures, [to_row(capture)])
        return capture

    def _refuse_mixing(self, sealing: Sealing, payload: Payload) -> None:
        if (payload.contains(MARKER) or _says_made_up(sealing)) == self._made_up:
            return
        kind, room = ("real", "made-up") if self._made_up else ("made-up", "real")
        with self._session.operation():
            details = {"source": sealing.source, "sha256": payload.sha256, "size": payload.size}
            reason = f"{kind} material in a workspace for {room} material"
            self._custody.append("refused", sealing.url, details | {"reason": reason})
        raise PolicyRefusal(
            f"{sealing.url}: this is {kind} material and the workspace is for {room} material",
            remedy="use a workspace of its own for it: 'spoor init DIR'",
        )

    def _refuse_unknown_mandate(self, connection: Connection, sealing: Sealing) -> None:
        if sealing.mandate is None or sealing.mandate in self._mandates:
            return
        query = select(mandates.c.id).where(mandates.c.id == sealing.mandate)
        if connection.execute(query).first() is None:
            raise PolicyRefusal(
                f"{sealing.url}: no mandate {sealing.mandate!r} is recorded",
                remedy="record it first with 'spoor mandate add'",
            )
        self._mandates.add(sealing.mandate)  # for good: none is ever removed

    def _same_import(self, connection: Connection, sealing: Sealing, sha256: str) -> Capture | None:
        """The capture of the same import, if there is one.

        A file (it has no URL) is the same by its content; a recorded visit to a page by content,
        URL and moment.
        """
        if sealing.route != "import":
            return None
        query = select_captures().where(
            captures.c.sha256 == sha256,
            captures.c.source == pack(sealing.source),
            captures.c.route == "import",
            captures.c.url == pack(sealing.url),
        )
        if sealing.url:
            query = query.where(captures.c.captured_at == utc(sealing.captured_at))
        row = connection.execute(query.order_by(captures.c.seq).limit(1)).first()
        return None if row is None else from_row(row)

    def _instruct(self, connection: Connection, known: Capture, sealing: Sealing) -> Capture:
        """Keep that an import is to be read in another way than when it was first sealed."""
        wanted = dict(sealing.reading)
        if _apart_from_name(wanted) == _apart_from_name(known.reading):
            return known
        connection.execute(delete(instructions).where(instructions.c.capture == known.seq))
        row = {"capture": known.seq, "reading": pack_json(wanted)}
        connection.execute(insert(instructions), row)
        connection.execute(delete(readings).where(readings.c.capture == known.seq))
        details = {"capture": known.seq, "sha256": known.sha256, "reading": wanted}
        self._custody.append("reading changed", known.url, details)
        return replace(known, reading=wanted)

    def _before_commit(self, connection: Connection) -> None:
        """Make the bytes durable, and enter what was sealed into the custody log, once a commit."""
        self._warc.sync()
        heads, first = self._session.heads, self._announced + 1
        if heads.capture_seq < first:
            return
        query = select(captures.c.mandate).where(captures.c.seq >= first).distinct()
        named = sorted(m for m in connection.execute(query).scalars() if m is not None)
        details = {
            "first": first,
            "last": heads.capture_seq,
            "chain": heads.capture_chain,
            "mandates": named,
        }
        subject = f"captures {first} to {heads.capture_seq}"
        self._custody.append("sealed", subject, details, named[0] if len(named) == 1 else None)
        self._announced = heads.capture_seq

    def captures(self, after: int = 0) -> Iterator[Capture]:
        """Captures with a number above ``after``, in the order of sealing, read in pages."""
        yield from self._pages(select_captures(), after)

    def unread(self, reader: str) -> Iterator[Capture]:
        """Captures whose last reading was not by ``reader``."""
        join = (readings.c.capture == captures.c.seq) & (readings.c.reader == reader)
        query = select_captures().join(readings, join, isouter=True)
        yield from self._pages(query.where(readings.c.capture.is_(None)), 0)

    def _pages(self, query: Select[Any], after: int) -> Iterator[Capture]:
        query = query.order_by(captures.c.seq).limit(_PAGE)
        while rows := self._session.page(query.where(captures.c.seq > after)):
            yield from map(from_row, rows)
            after = rows[-1].seq

    def capture(self, sha256: str, source: str | None = None) -> Capture | None:
        """The first capture with this content."""
        query = (
            select_captures().where(captures.c.sha256 == sha256).order_by(captures.c.seq).limit(1)
        )
        if source is not None:
            query = query.where(captures.c.source == pack(source))
        rows = self._session.page(query)
        return from_row(rows[0]) if rows else None

    def capture_at(self, seq: int) -> Capture | None:
        """The capture of this number."""
        rows = self._session.page(select_captures().where(captures.c.seq == seq))
        return from_row(rows[0]) if rows else None

    def payload(self, capture: Capture) -> bytes:
        """The sealed bytes; EvidenceError where they are not what was sealed."""
        return b"".join(self.pieces(capture))

    def pieces(self, capture: Capture) -> Iterator[bytes]:
        """The sealed bytes in pieces of at most 1 MiB; EvidenceError at the end if altered.

        Those of a revisit are in the capture it refers to; its own record is looked at first.
        """
        if capture.refers_to is None:
            yield from self._read(capture, None)
            return
        first = self._referred(capture)
        for _ in self._read(capture, first):
            pass
        yield from self._read(first, None)

    def _read(self, capture: Capture, first: Capture | None) -> Iterator[bytes]:
        place = f"capture {capture.seq} in {capture.warc_file}"
        try:
            with (self._folder / capture.warc_file).open("rb") as file:
                yield from verified(file, capture, first)
        except OSError as error:
            raise EvidenceError(f"{place}: {error.strerror}", remedy=_REMEDY) from error
        except EvidenceError as error:
            raise EvidenceError(f"{place}: {error.message}", remedy=_REMEDY) from error

    def _referred(self, capture: Capture) -> Capture:
        """The capture whose content the revisit ``capture`` stands for."""
        first = self.capture_at(capture.refers_to or 0)
        problem = revisits.wrong(capture, first)
        if first is None or problem:
            raise EvidenceError(f"capture {capture.seq}: {problem}", remedy=_REMEDY)
        return first

    def export(self, capture: Capture, path: Path) -> None:
        """Write a WARC file with this capture's record alone, byte for byte as it stands.

        Before a revisit stands the record of the content it refers to.
        """
        for _ in self.pieces(capture):
            pass
        with path.open("xb") as target:
            fields = {"software": "spoor", "format": "WARC File Format 1.1"}
            write_warcinfo(target, header_file_name(path), capture.captured_at, fields)
            if capture.refers_to is not None:
                self._copy_record(self._referred(capture), target)
            self._copy_record(capture, target)

    def _copy_record(self, capture: Capture, target: IO[bytes]) -> None:
        with (self._folder / capture.warc_file).open("rb") as source:
            source.seek(capture.offset)
            left = capture.length
            while left and (piece := source.read(min(left, CHUNK))):
                left -= target.write(piece)


_REMEDY = "run 'spoor vault verify'; restore the file from a copy"


def verified(file: IO[bytes], capture: Capture, first: Capture | None = None) -> Iterator[bytes]:
    """The payload of ``capture`` in ``file``; EvidenceError where it is not what was sealed.

    A revisit has none; ``first`` is the capture it refers to, None where not to be compared.
    """
    record = read_record(file, capture.offset, capture.length)
    if record.id != capture.record_id:
        raise EvidenceError(f"record {record.id or 'without id'} stands in its place")
    revisits.check_record(record, capture, first)
    content, size = hashlib.sha256(), 0
    for piece in record.payload:
        content.update(piece)
        size += len(piece)
        yield piece
    wanted = (_NOTHING, 0) if capture.refers_to is not None else (capture.sha256, capture.size)
    if (content.hexdigest(), size) != wanted:
        raise EvidenceError("the content is not what was sealed: its SHA-256 differs")


def utc(moment: str) -> str:
    """``moment`` (ISO 8601) in UTC with ``Z``; without offset it is taken as UTC."""
    parsed = datetime.fromisoformat(moment)
    return iso(parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC))


def header_file_name(path: Path) -> str:
    return path.name.encode("ascii", "replace").decode()


def _plan(
    sealing: Sealing, sha256: str, seq: int, previous: str, first: Capture | None
) -> RecordPlan:
    return RecordPlan(
        record_id=record_id(digest([seq, previous, sha256])),
        uri=revisits.target_uri(sealing, first.sha256 if first else sha256),
        date=utc(sealing.captured_at),
        content_type=sealing.content_type or (first.content_type if first else ""),
        extra=(("Spoor-Sequence", str(seq)), ("Spoor-Previous", previous)),
        status=sealing.status,
        http=sealing.headers,
        refers=revisits.reference(first, sealing.status) if first else None,
    )


def _apart_from_name(reading: Any) -> dict[str, Json]:
    return {key: value for key, value in reading.items() if key != "name"}


def _says_made_up(sealing: Sealing) -> bool:
    """An answer too short for a mark, such as an empty list, has it in a header."""
    return any(MARKER.decode() in value for _, value in sealing.headers)
