"""The whole vault checked: files, chains, custody log, documents, statements, judgements."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from model.evidence import Capture
from model.identity import Entity
from vault import anchors, revisits, sqlite
from vault.capture_rows import capture_chain
from vault.capture_rows import from_row as capture_from_row
from vault.chains import Batch, ChainCheck, Entry, Link, check_batches
from vault.custody import entry_chain
from vault.custody import from_row as entry_from_row
from vault.diagnosis import FilePlan
from vault.documents import row_digest
from vault.filecheck import check_file
from vault.governance import (
    judgement_digest,
    judgement_from_row,
    mandate_digest,
    mandate_from_row,
    select_mandates,
)
from vault.opening import recorded_ends
from vault.records import CustodyEntry, Damage
from vault.schema import (
    PROTECTED,
    captures,
    custody,
    documents,
    entities,
    heads,
    instructions,
    judgements,
    mandate_ends,
    standing,
    statements,
    warc_files,
)
from vault.session import added_up
from vault.statements import standing_key, stored_id
from vault.text import pack_json, unpack_json

Progress = Callable[[int, int], None]
"""Called with the bytes of WARC files checked so far, and those to check."""


class Verification:
    """One check of everything, over one moment of the database; nothing is changed."""

    def __init__(
        self,
        connection: Connection,
        folder: Path,
        warc: Path,
        *,
        growing: Callable[[int], bool],
        progress: Progress | None,
    ) -> None:
        self._connection = connection
        self._folder = folder
        self._warc = warc
        self._progress = progress or (lambda done, total: None)
        self._heads = connection.execute(select(heads)).one()
        self._growing = partial(growing, self._heads.custody_seq)
        self._done = self._total = 0
        self._captures = ChainCheck("captures")
        self._custody = ChainCheck("custody")

    def damages(self) -> Iterator[Damage]:
        """Everything that is not as it was recorded, each thing named."""
        for message in sqlite.self_check(self._connection, PROTECTED):
            yield Damage("database", "database", message)
        yield from self._check_custody()
        yield from self._check_captures()
        yield from self._check_files()
        yield from self._check_documents()
        yield from self._check_statements()
        yield from self._check_current()
        yield from self._check_decisions()

    def _stream(self, query: Select[Any]) -> Iterator[Row[Any]]:
        streaming = self._connection.execution_options(yield_per=500)
        yield from streaming.execute(query)

    # chains
    def _check_custody(self) -> Iterator[Damage]:
        rows = self._stream(select(custody).order_by(custody.c.seq))
        for _, damages in self._custody.follow(_custody_link(row) for row in rows):
            yield from damages
        yield from self._custody.end(self._heads.custody_seq, self._heads.custody_chain)
        yield from self._check_anchors()

    def _check_anchors(self) -> Iterator[Damage]:
        """Compare the heads noted beside the database when sessions ended."""
        for number, anchor in enumerate(anchors.read(self._folder), 1):
            place = f"{anchors.FILE} line {number}"
            if anchor is None:
                yield Damage("edited", place, f"{place} is no note of heads")
                continue
            for table, seq, chain in (
                (captures, anchor.capture_seq, anchor.capture_chain),
                (custody, anchor.custody_seq, anchor.custody_chain),
            ):
                query = select(table.c.chain).where(table.c.seq == seq)
                if seq and self._connection.execute(query).scalar() != chain:
                    message = f"{table.name} row {seq} is not the one noted at {anchor.at}"
                    yield Damage("edited", place, f"{message} in {anchors.FILE}")

    def _check_captures(self) -> Iterator[Damage]:
        sealed = {entry.details["last"]: entry for entry in self._entries("sealed")}
        rows = self._stream(select(captures).order_by(captures.c.seq))
        for link, damages in self._captures.follow(_capture_link(row) for row in rows):
            yield from damages
            entry = sealed.pop(link.seq, None)
            if entry is not None and entry.details["chain"] != link.chain and not damages:
                self._captures.edited.add(link.seq)
                place = f"captures row {link.seq}"
                message = f"{place} is not the one of custody entry {entry.seq}"
                yield Damage("edited", place, message)
        yield from self._captures.end(self._heads.capture_seq, self._heads.capture_chain)
        yield from self._check_revisits()

    def _check_revisits(self) -> Iterator[Damage]:
        """Compare each revisit with the capture whose content it stands for."""
        query = select(captures).where(captures.c.refers_to.is_not(None))
        for row in self._stream(query.order_by(captures.c.seq)):
            if {row.seq, row.refers_to} & self._captures.edited:
                continue
            revisit, first = capture_from_row(row), self._capture_at(row.refers_to)
            if problem := revisits.wrong(revisit, first):
                place = f"captures row {row.seq}"
                kind = "edited" if first else "removed"
                yield Damage(kind, place, f"{place}, a revisit: {problem}")

    def _capture_at(self, seq: int | None) -> Capture | None:
        row = self._connection.execute(select(captures).where(captures.c.seq == seq)).first()
        return capture_from_row(row) if row else None

    def _trusted_original(self, capture: Capture) -> Capture | None:
        """The capture that a revisit refers to, unless its row is missing or was edited."""
        if capture.refers_to is None or capture.refers_to in self._captures.edited:
            return None
        return self._capture_at(capture.refers_to)

    # files
    def _check_files(self) -> Iterator[Damage]:
        plans = self._plans()
        known = {plan.name for plan in plans}
        for path in sorted(self._warc.iterdir()) if self._warc.is_dir() else ():
            if path.name not in known and not self._growing():
                message = f"{path.name} is a file that no row names"
                yield Damage("added", path.name, message)
        self._total = sum(plan.end for plan in plans)
        for plan in plans:
            yield from check_file(
                self._warc,
                plan,
                partial(self._captures_in, plan.name),
                self._captures.edited,
                original=self._trusted_original,
                growing=self._growing if plan is plans[-1] else _never,
                advance=self._advance,
            )

    def _advance(self, length: int) -> None:
        self._done += length
        self._progress(self._done, self._total)

    def _plans(self) -> list[FilePlan]:
        rows = self._connection.execute(select(warc_files).order_by(warc_files.c.number)).all()
        ends = recorded_ends(self._connection)
        return [FilePlan(r.name, r.header_length, r.header_sha256, ends[r.name]) for r in rows]

    def _captures_in(self, name: str) -> Iterator[Capture]:
        query = select(captures).where(captures.c.warc_file == name).order_by(captures.c.offset)
        for row in self._stream(query):
            if row.seq not in self._captures.edited:
                yield capture_from_row(row)

    # rows entered in batches
    def _entries(self, *actions: str) -> Iterator[CustodyEntry]:
        """Custody entries of these actions that were not edited."""
        query = select(custody).where(custody.c.action.in_(actions)).order_by(custody.c.seq)
        for row in self._stream(query):
            if row.seq not in self._custody.edited:
                yield entry_from_row(row)

    def _batches(self, action: str) -> Iterator[Batch]:
        for entry in self._entries(action):
            told = entry.details
            yield Batch(entry.seq, told["first"], told["count"], told["digest"])

    def _check_documents(self) -> Iterator[Damage]:
        rows = self._stream(select(documents).order_by(documents.c.seq))
        yield from check_batches("documents", self._batches("read"), map(_document_entry, rows))

    def _check_statements(self) -> Iterator[Damage]:
        rows = self._stream(select(statements).order_by(statements.c.seq))
        yield from check_batches("statements", self._batches("stated"), map(_statement_entry, rows))
        for row in self._stream(select(entities).order_by(entities.c.uid)):
            if not _is_intact_entity(row):
                place = f"entities row {row.uid}"
                yield Damage("edited", place, f"{place} was edited ({row.label} {row.key[:100]})")

    def _check_current(self) -> Iterator[Damage]:
        """Compare which documents are current and which statements stand."""
        query = select(documents.c.digest).where(documents.c.current == 1)
        found = added_up(0, "0", (row.digest for row in self._stream(query)), ())
        kept = (self._heads.current_count, self._heads.current_sum)
        yield from self._compare_sums("documents", "are current", found, kept, ("read",))
        query = select(standing.c.extractor, standing.c.statement).where(standing.c.ended.is_(None))
        keys = (standing_key(row.extractor, row.statement) for row in self._stream(query))
        kept = (self._heads.standing_count, self._heads.standing_sum)
        stand = added_up(0, "0", keys, ())
        yield from self._compare_sums("statements", "stand", stand, kept, ("stated", "ended"))

    def _compare_sums(
        self,
        table: str,
        verb: str,
        found: tuple[int, str],
        kept: tuple[int, str],
        actions: tuple[str, ...],
    ) -> Iterator[Damage]:
        entered = kept
        for entry in self._entries(*actions):
            entered = (entry.details["total"], entry.details["sum"])
        if found == kept == entered:
            return
        message = f"which {table} {verb} was changed: {found[0]} {verb}, {entered[0]} were entered"
        yield Damage("edited", table, message)

    # what people decided
    def _check_decisions(self) -> Iterator[Damage]:
        rows = self._stream(select(judgements))
        given = {str(row.seq): judgement_digest(judgement_from_row(row)) for row in rows}
        told = {str(e.details["seq"]): e.details["digest"] for e in self._entries("judged")}
        yield from _compare("judgements", given, told)
        rows = self._stream(select_mandates())
        granted = {row.id: mandate_digest(mandate_from_row(row)) for row in rows}
        told = {e.subject: e.details["digest"] for e in self._entries("mandate added")}
        yield from _compare("mandates", granted, told)
        rows = self._stream(select(mandate_ends))
        ended = {row.mandate: row.ended_at for row in rows}
        told = {e.subject: e.details["ended_at"] for e in self._entries("mandate ended")}
        yield from _compare("mandate_ends", ended, told)
        rows = self._stream(select(instructions))
        asked = {str(row.capture): row.reading for row in rows}
        changes = self._entries("reading changed")
        told = {str(e.details["capture"]): pack_json(e.details["reading"]) for e in changes}
        yield from _compare("instructions", asked, told)


def _never() -> bool:
    return False


def _compare(table: str, found: Mapping[str, str], told: Mapping[str, str]) -> Iterator[Damage]:
    """Rows by key, against what the custody log tells of them."""
    for key in sorted(found.keys() | told.keys()):
        place = f"{table} row {key}"
        if key not in found:
            yield Damage("removed", place, f"{place} is missing")
        elif key not in told:
            yield Damage("added", place, f"{place}: in no custody entry that can be trusted")
        elif found[key] != told[key]:
            yield Damage("edited", place, f"{place} was edited")


def _custody_link(row: Row[Any]) -> Link:
    return _link(row, f"{row.action} {row.subject[:80]}", lambda: entry_chain(entry_from_row(row)))


def _capture_link(row: Row[Any]) -> Link:
    name = f"{row.source} {row.url[:80]}"
    return _link(row, name, lambda: capture_chain(capture_from_row(row)))


def _link(row: Row[Any], name: str, chain: Callable[[], str]) -> Link:
    return Link(row.seq, row.previous, row.chain, _computed(chain), name)


def _computed(recipe: Callable[[], str]) -> str | None:
    """What the recipe gives; None where an edited row can not even be read."""
    try:
        return recipe()
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _document_entry(row: Row[Any]) -> Entry:
    found = _computed(lambda: row_digest(dict(row._mapping)))
    name = f"{row.platform} {row.native_id[:80]}"
    return Entry(row.seq, row.digest, found == row.digest, name)


def _statement_entry(row: Row[Any]) -> Entry:
    found = _computed(lambda: stored_id(row))
    return Entry(row.seq, row.id, found == row.id, f"{row.subject} {row.predicate} {row.id}")


def _is_intact_entity(row: Row[Any]) -> bool:
    uid = _computed(lambda: Entity(row.label, tuple(unpack_json(row.key))).uid)
    return bool(uid == row.uid)
