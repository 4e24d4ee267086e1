"""Saved material goes into the vault: sealed first, then read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from collectors.archives import DEFAULT, Limits
from collectors.imports.column_map import ColumnMap
from collectors.imports.detect import check_format
from collectors.imports.formats import FORMATS
from collectors.imports.pictures import check_pictures, picture_piece
from collectors.imports.pieces import (
    MAX_PAGE,
    File,
    Piece,
    list_files,
    page_piece,
    saved_piece,
    table_piece,
    zip_pieces,
)
from collectors.imports.reading import Reading, store_capture
from collectors.imports.saving import NOTHING_TOLD, Saving
from collectors.imports.warc import warc_pieces
from collectors.media.gate import Blocked, BlockList
from config.sources import Source
from model.clock import Clock, iso, system_clock
from model.errors import ConfigurationError, Skip
from model.evidence import Issue
from vault.records import Sealing
from vault.vault import Vault

COLLECTOR = "imports/1"
KEPT_ISSUES = 1_000
"""Issues a report names one by one; all of them are in the vault."""

_BATCH_BYTES = 64 << 20

Progress = Callable[[str, int], None]
"""Called with the name of the piece at hand and the documents read so far."""


@dataclass(slots=True)
class ImportReport:
    """What an import did. ``documents`` counts those that were not in the vault before."""

    files: int = 0
    captures_new: int = 0
    captures_known: int = 0
    documents: int = 0
    issue_counts: dict[str, int] = field(default_factory=dict)
    issues: list[tuple[str, Issue]] = field(default_factory=list)

    @property
    def has_errors(self) -> bool:
        """Whether a record, a file or a part of one was left out."""
        return self.issue_counts.get("error", 0) > 0

    def add(self, name: str, reading: Reading) -> None:
        for severity, count in reading.counts.items():
            self.issue_counts[severity] = self.issue_counts.get(severity, 0) + count
        room = max(0, KEPT_ISSUES - len(self.issues))
        self.issues.extend((name, issue) for issue in islice(reading.said(), room))

    def say(self, name: str, issue: Issue) -> None:
        found = Reading()
        found.add(issue)
        self.add(name, found)


def import_paths(
    vault: Vault,
    paths: Sequence[Path],
    *,
    source: str | Source,
    format: str | None = None,  # noqa: A002 - the word of the command
    mapping: ColumnMap | None = None,
    mandate: str | None = None,
    progress: Progress | None = None,
    clock: Clock = system_clock,
    limits: Limits = DEFAULT,
    saving: Saving = NOTHING_TOLD,
    blocked: BlockList | None = None,
) -> ImportReport:
    """Seal and read files, folders and archives; what was there already is not added again.

    ConfigurationError, before anything is sealed, where a path is missing, of no known format,
    or a table whose columns do not fit. Whatever else is wrong is an issue in the report.
    ``saving`` is who saved the material, when and how; pictures on the list ``blocked``, alone
    or in an archive, are not kept.
    """
    told = check_format(format) if format else None
    if mapping is not None and told not in (None, "listings"):
        raise ConfigurationError(
            f"a column map is for listings, not for {told}", remedy="leave out --map or --format"
        )
    listed = list_files([Path(path) for path in paths], told)
    _check_tables(listed.files, mapping)
    task = _Task(vault, source, mapping, mandate, progress, clock, limits, saving, blocked)
    for name, issue in listed.issues:
        task.report.say(name, issue)
    for file in listed.files:
        task.file(file)
    task.record(paths)
    return task.report


def _check_tables(files: Iterable[File], mapping: ColumnMap | None) -> None:
    """The headings of every table, before anything is sealed."""
    for file in files:
        if file.format == "listings":
            with file.path.open("rb") as opened:
                table_piece(opened.read(1 << 20), file.name, mapping)


@dataclass(frozen=True, slots=True)
class _Task:
    """One call of :func:`import_paths`."""

    vault: Vault
    source: str | Source
    mapping: ColumnMap | None
    mandate: str | None
    progress: Progress | None
    clock: Clock
    limits: Limits
    saving: Saving
    blocked: BlockList | None
    report: ImportReport = field(default_factory=ImportReport)

    @property
    def source_name(self) -> str:
        return self.source if isinstance(self.source, str) else self.source.name

    def file(self, file: File) -> None:
        """Everything in one file; pieces share a commit up to a number of bytes."""
        self.report.files += 1
        pieces = self._pieces(file)
        more = True
        while more:
            with self.vault.batch():
                more = self._some(pieces, file.name)

    def _some(self, pieces: Iterator[Piece | Issue], name: str) -> bool:
        """Pieces for one commit; whether there may be more."""
        size = 0
        while size <= _BATCH_BYTES:
            try:
                piece = next(pieces, None)
                if isinstance(piece, Piece):
                    piece = self._gated(piece)
            except OSError as error:
                problem = f"{name}: not read to its end: {error.strerror or error}"
                piece = Issue("error", problem, name)
            if piece is None:
                return False
            if isinstance(piece, Issue):
                self.report.say(name, piece)
            else:
                self._piece(piece)
                size += piece.content.size
        return True

    def _gated(self, piece: Piece) -> Piece | Issue:
        """The piece, unless a picture in it may not be kept: that is recorded, and said."""
        try:
            if FORMATS[piece.format].is_picture:
                return picture_piece(piece, self.blocked)
            if self.blocked is not None:
                check_pictures(piece, self.blocked, self.limits)
        except Blocked as error:
            self.vault.record("media-blocked", self.source_name, error.details, self.mandate)
            return Issue("error", error.message, piece.name)
        except Skip as error:
            return Issue("error", f"{piece.name}: left out: {error.message}", piece.name)
        return piece

    def _piece(self, piece: Piece) -> None:
        sealed = self.vault.seal(self._sealing(piece))
        if sealed.new:
            self.report.captures_new += 1
        else:
            self.report.captures_known += 1
        source = None if isinstance(self.source, str) else self.source
        held = piece.payload if isinstance(piece.payload, bytes) else None  # else as it was sealed
        added, reading = store_capture(
            self.vault, sealed.capture, source, payload=held, extra=piece.issues
        )
        self.report.documents += added
        self.report.add(piece.name, reading)
        if self.progress is not None:
            self.progress(piece.name, self.report.documents)

    def _sealing(self, piece: Piece) -> Sealing:
        return Sealing(
            source=self.source_name,
            url=piece.url,
            payload=piece.payload,
            captured_at=piece.captured_at or iso(self.clock()),
            collector=COLLECTOR,
            status=piece.status,
            content_type=piece.content_type,
            headers=piece.headers,
            route="import",
            mandate=self.mandate,
            reading=piece.reading,
        )

    def _pieces(self, file: File) -> Iterator[Piece | Issue]:
        if file.format == "listings":
            yield table_piece(file.path, file.name, self.mapping)
        elif file.format == "zip":
            yield from zip_pieces(file.path, file.name, self.limits, self.saving)
        elif file.format == "warc":
            with file.path.open("rb") as stream:
                yield from warc_pieces(stream, file.path.stat().st_size, file.name)
        elif file.format != "html":
            yield saved_piece(file.path, file.name, file.format, self.saving)
        elif file.path.stat().st_size > MAX_PAGE:
            yield Issue("error", f"{file.name}: larger than {MAX_PAGE:,} bytes", file.name)
        else:
            yield page_piece(file.path, file.name, self.saving)

    def record(self, paths: Sequence[Path]) -> None:
        """Who imported what stands in the custody log, also where nothing was new."""
        report = self.report
        details = {
            "files": [str(path) for path in paths],
            "captures_new": report.captures_new,
            "captures_known": report.captures_known,
            "documents": report.documents,
            "issues": dict(sorted(report.issue_counts.items())),
            "mandate": self.mandate,
            **self.saving.as_reading(),
        }
        self.vault.record("imported", self.source_name, details)
