"""What an importer finds in a file: pieces of evidence about to be sealed, and what is amiss."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from collectors.archives import Limits, printable, zip_members, zip_names
from collectors.imports.column_map import ColumnMap
from collectors.imports.content import Content, of_bytes, of_file
from collectors.imports.csv_rows import read_heading
from collectors.imports.decoding import find_encoding
from collectors.imports.detect import HEAD, Unknown, detect, detect_archive
from collectors.imports.formats import FORMATS
from collectors.imports.listings import our_name
from collectors.imports.saving import NOTHING_TOLD, Saving
from model.canonical import Json
from model.errors import ConfigurationError
from model.evidence import Issue

MAX_PAGE = 256 << 20
"""Bytes of one saved page, pictures inside it counted."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes to be sealed as one capture, and what the file told about where they come from.

    ``reading`` says how to read them again. ``captured_at`` is empty where the file does not
    tell when they were captured.
    """

    name: str
    payload: bytes | Path
    reading: Mapping[str, Json]
    url: str = ""
    captured_at: str = ""
    status: int | None = None
    content_type: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    issues: tuple[Issue, ...] = ()

    @property
    def content(self) -> Content:
        """The payload as readers take it."""
        if isinstance(self.payload, bytes):
            return of_bytes(self.payload)
        return of_file(self.payload)

    @property
    def format(self) -> str:
        return str(self.reading["format"])


@dataclass(frozen=True, slots=True)
class File:
    """A file to import: its place on disk, the name it goes by, and what is in it."""

    path: Path
    name: str
    format: str


@dataclass(frozen=True, slots=True)
class Listed:
    """The files found under the given paths, and those passed over with the reason."""

    files: list[File] = field(default_factory=list)
    issues: list[tuple[str, Issue]] = field(default_factory=list)


def list_files(paths: list[Path], told: str | None) -> Listed:
    """Every file to import, folders in order of their names and without following links.

    A file that is named must be of a known format, or ConfigurationError says what it is. From
    folders only pages and WARC files are taken (or what ``told`` says); the rest is noted.
    """
    listed = Listed()
    for path in paths:
        if path.is_dir():
            _list_folder(path, told, listed)
        else:
            name = printable(path.name)
            listed.files.append(File(path, name, _format(path, name, told)))
    return listed


def handed_in(paths: list[Path], told: str | None) -> Iterator[str]:
    """The names of files, also inside of archives, that somebody saved or was given."""
    for file in list_files(paths, told).files:
        if file.format == "zip":
            with zip_names(file.path, file.name) as (members, look):
                yield from (f"{file.name}!{one}" for one in members if _is_handed(look(one), one))
        elif file.format in FORMATS and FORMATS[file.format].handed_in:
            yield file.name


def _is_handed(head: bytes, name: str) -> bool:
    try:
        found = detect(head, name)
    except Unknown:
        return False
    return found in FORMATS and FORMATS[found].handed_in


def _list_folder(folder: Path, told: str | None, listed: Listed) -> None:
    for path, name in _walk(folder, listed):
        if path.is_symlink():
            listed.issues.append(_passed_over(name, "a link"))
        elif path.is_file():
            _list_file(path, name, told, listed)


def _list_file(path: Path, name: str, told: str | None, listed: Listed) -> None:
    try:
        found = _seen(path, name)
    except Unknown as error:
        listed.issues.append(_passed_over(name, error.message.removeprefix(f"{name}: ")))
    except ConfigurationError as error:
        listed.issues.append((name, Issue("error", f"{name}: left out: {error.message}", name)))
    else:
        if found in (told, "zip") or (told is None and found != "listings"):
            listed.files.append(File(path, name, found))
        else:
            listed.issues.append(_passed_over(name, f"{found}, which was not asked for"))


def _walk(folder: Path, listed: Listed) -> Iterator[tuple[Path, str]]:
    """Everything below a folder by name, links unfollowed; what cannot be opened is an error."""

    def unreadable(error: OSError) -> None:
        name = printable(str(error.filename))
        listed.issues.append((name, Issue("error", f"{name}: left out: {error.strerror}", name)))

    for root, folders, files in os.walk(folder, onerror=unreadable):
        links = [name for name in folders if (Path(root) / name).is_symlink()]
        folders.sort()
        for name in sorted((*files, *links)):
            path = Path(root) / name
            yield path, printable(str(path.relative_to(folder)))


def _passed_over(name: str, why: str) -> tuple[str, Issue]:
    return name, Issue("note", f"{name}: passed over: {why}", name)


def _format(path: Path, name: str, told: str | None) -> str:
    """The format of a file that was named: what the bytes say, unless they leave it to the user."""
    try:
        found = _seen(path, name)
    except Unknown:
        if told in (None, "warc") or FORMATS[told].is_picture:
            raise
        return told
    if told is None or found in (told, "zip"):
        return found
    if found == "listings" or any({found, told} <= alike for alike in _ALIKE):
        return told
    raise ConfigurationError(
        f"{name}: is {found}, not {told}", remedy=f"give --format {found}, or leave it out"
    )


_ALIKE = (frozenset(("html", "listings")), frozenset(("facebook", "instagram")))
"""Formats of which a person may know better than the bytes tell; any JSON may be a table."""


def _seen(path: Path, name: str) -> str:
    """What the bytes of a file say, of an archive also what is inside."""
    found = detect(_head(path), name)
    return detect_archive(path, name) if found == "zip" else found


def _head(path: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise ConfigurationError(f"{path}: not a file")
        with path.open("rb") as file:
            return file.read(HEAD)
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror or error}") from error


def table_piece(payload: bytes | Path, name: str, column_map: ColumnMap | None) -> Piece:
    """A whole listing table as one piece; ConfigurationError where its columns do not fit."""
    told = column_map.encoding if column_map else None
    content = of_bytes(payload) if isinstance(payload, bytes) else of_file(payload)
    try:
        encoding = find_encoding(content, told)
    except LookupError as error:
        raise ConfigurationError(f"column map: encoding: no encoding {told!r}") from error
    reading: dict[str, Json] = {"format": "listings", "name": name, "encoding": encoding.name}
    issues = encoding.issues
    if column_map is not None:
        reading["map"] = column_map.as_json()
    if _is_json(content.head(4096), encoding.name):
        return Piece(name, payload, {**reading, "table": "json"}, issues=issues)
    heading = read_heading(content, encoding.name, column_map.delimiter if column_map else None)
    if not heading.columns:
        raise ConfigurationError(f"{name}: no headings", remedy="the first row names the columns")
    if column_map is not None:
        column_map.check_columns(heading.columns, name)
    else:
        _check_plain(heading.columns, name)
    reading |= {"table": "csv", "delimiter": heading.delimiter}
    return Piece(name, payload, reading, issues=(*issues, *heading.issues))


def _check_plain(columns: tuple[str, ...], name: str) -> None:
    """Without a map one column must identify the rows, or every one of them would be refused."""
    if not {our_name(column) for column in columns} & {"listing_id", "url", "seller", "seller_id"}:
        shown = ", ".join(repr(column[:60]) for column in columns[:40])
        raise ConfigurationError(
            f"{name}: no column is named listing_id or url; its columns are {shown}",
            remedy="name them with --map FILE",
        )


def _is_json(head: bytes, encoding: str) -> bool:
    start = head.decode(encoding, "replace").lstrip("\ufeff \t\r\n")
    return start.startswith(("{", "["))


def page_piece(payload: bytes | Path, name: str, saving: Saving = NOTHING_TOLD) -> Piece:
    reading = {"format": "html", "name": name, **saving.as_reading()}
    return Piece(name, payload, reading, captured_at=saving.at, content_type="text/html")


def saved_piece(payload: bytes | Path, name: str, format: str, saving: Saving) -> Piece:  # noqa: A002
    """A file that a person handed in, with what was told about it."""
    reading = {"format": format, "name": name, **saving.as_reading()}
    return Piece(name, payload, reading, captured_at=saving.at)


def zip_pieces(path: Path, name: str, limits: Limits, saving: Saving) -> Iterator[Piece | Issue]:
    """The saved files in an archive; others are noted, hostile ones are errors."""
    for member in zip_members(path, name, limits):
        if isinstance(member, Issue):
            yield member
            continue
        full = f"{name}!{member.name}"
        try:
            found = detect(member.payload[:HEAD], full)
        except Unknown as error:
            yield Issue("note", error.message, full)
            continue
        if found == "html":
            yield page_piece(member.payload, full, saving)
        elif found in FORMATS and FORMATS[found].handed_in:
            yield saved_piece(member.payload, full, found, saving)
        else:
            yield Issue("note", f"{full}: passed over: {found} inside an archive", full)
