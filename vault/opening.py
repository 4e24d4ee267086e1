"""Opening a vault: folders, schema, lock, and the repair of what a crash left unfinished."""

from __future__ import annotations

import getpass
import os
import platform
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from sqlalchemy import Connection, Engine, func, insert, select

from model.clock import Clock
from model.errors import EvidenceError
from vault import sqlite
from vault.files import move_tail
from vault.migrate import check_revision, revision, upgrade
from vault.records import GENESIS
from vault.schema import HEAD, PROTECTED, captures, custody, heads, metadata, warc_files
from vault.session import Heads, Session, explained
from vault.warc import SUFFIX

DATABASE = "vault.db"
LOCK = "writer.lock"
WARC = "warc"
REPAIRED = "repaired"


@dataclass(frozen=True, slots=True)
class Repair:
    """Bytes that a crash left behind a file's last acknowledged record, and where they are now."""

    file: str
    end: int
    moved: int
    kept: str

    def sentence(self) -> str:
        return (
            f"{self.file}: {self.moved} bytes after the last acknowledged record (byte {self.end})"
            f" were left by an interrupted write; they were moved to {self.kept}"
        )


def user_at_host() -> str:
    """The account this process runs under, and the machine: ``name@host``."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = f"uid {os.getuid()}"
    return f"{name}@{platform.node()}"


def reading_session(folder: Path, clock: Clock, who: str) -> Session:
    """A session that can only read; of nothing where there is no database yet."""
    engine = _existing(folder / DATABASE) or _nothing_yet()
    session = Session(writer=None, reader=engine, clock=clock, who=who)
    session.start_from(session.read_heads())
    return session


def _existing(path: Path) -> Engine | None:
    """The database for reading; None where there is none, or its first writer is just beginning."""
    if not path.is_file():
        return None
    engine = sqlite.reading_engine(path)
    with explained(str(path)), engine.connect() as connection:
        empty = revision(connection) is None
        if not empty:
            check_revision(connection, path)
    if empty:
        engine.dispose()
        return None
    return engine


def _nothing_yet() -> Engine:
    """A database like that of a vault to which nothing was written."""
    engine = sqlite.empty_engine()
    with engine.begin() as connection:
        metadata.create_all(connection)
        sqlite.protect(connection, PROTECTED)
        first_heads(connection)
    return engine


def writing_session(folder: Path, clock: Clock, who: str) -> tuple[Session, str | None]:
    """The session of the one writer, and the schema revision that it found (None: no tables)."""
    path = folder / DATABASE
    engine = sqlite.writing_engine(path)
    with explained(str(path)), engine.begin() as connection:
        former = revision(connection)
        prepare(connection, path)
        found = read_heads(connection)
        check_heads(connection, found)
    session = Session(writer=engine, reader=sqlite.reading_engine(path), clock=clock, who=who)
    session.start_from(found)
    return session, former


def acknowledged_ends(session: Session) -> dict[str, int]:
    """WARC file → first byte after its last acknowledged record, in the order of the files."""
    with session.snapshot() as connection:
        return recorded_ends(connection)


def prepare(connection: Connection, place: Path) -> None:
    """Make or upgrade the tables, inside the connection's transaction."""
    if (revision(connection) or "") < HEAD:
        upgrade(connection)
    check_revision(connection, place)
    first_heads(connection)


def first_heads(connection: Connection) -> None:
    """Make the row of heads where there is none yet."""
    if connection.execute(select(heads.c.id)).first() is None:
        connection.execute(insert(heads), {"id": 1} | asdict(Heads()))


def read_heads(connection: Connection) -> Heads:
    """Where the tables stood at the last commit."""
    row = connection.execute(select(heads)).one()
    return Heads(**{field.name: row._mapping[field.name] for field in fields(Heads)})


def check_heads(connection: Connection, found: Heads) -> None:
    """EvidenceError where a chained table does not end where it was recorded to end."""
    for table, number, chain in (
        (captures, found.capture_seq, found.capture_chain),
        (custody, found.custody_seq, found.custody_chain),
    ):
        query = select(table.c.seq, table.c.chain).order_by(table.c.seq.desc()).limit(1)
        last = connection.execute(query).first()
        if (tuple(last) if last else (0, GENESIS)) != (number, chain):
            raise EvidenceError(
                f"{table.name}: the last row is not the one that was recorded as the last",
                remedy="run 'spoor vault verify'; restore the vault from a copy",
            )


def recorded_ends(connection: Connection) -> dict[str, int]:
    """WARC file → first byte after its last acknowledged record, in the order of the files."""
    ends = func.max(captures.c.offset + captures.c.length)
    query = (
        select(warc_files.c.name, warc_files.c.header_length, ends.label("end"))
        .join(captures, captures.c.warc_file == warc_files.c.name, isouter=True)
        .group_by(warc_files.c.name, warc_files.c.header_length, warc_files.c.number)
        .order_by(warc_files.c.number)
    )
    return {row.name: row.end or row.header_length for row in connection.execute(query)}


def repair_tails(vault: Path, ends: dict[str, int], stamp: str) -> None:
    """Move what stands after the acknowledged ends out of the files, and whole unknown files.

    EvidenceError where a file is missing or shorter than what was acknowledged.
    """
    folder = vault / WARC
    for name, end in ends.items():
        path = folder / name
        size = path.stat().st_size if path.is_file() else -1
        if size < end:
            wrong = "is missing" if size < 0 else f"has {size} bytes where {end} were sealed"
            raise EvidenceError(
                f"{path} {wrong}",
                remedy="run 'spoor vault verify'; restore the file from a copy",
            )
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        end = ends.get(path.name, 0)
        if path.stat().st_size > end or path.name not in ends:
            move_tail(path, end, _free_name(vault / REPAIRED, f"{path.name}.{stamp}.tail"))
            if end == 0:
                path.unlink()


def repairs(vault: Path, ends: dict[str, int], known: Callable[[], set[str]]) -> Iterator[Repair]:
    """Tails that were moved and are not ``known`` to the custody log yet.

    Those of an opening that was itself interrupted are among them.
    """
    kept = sorted(path for path in (vault / REPAIRED).glob("*.tail*"))
    told = known() if kept else set()
    for path in kept:
        name = str(path.relative_to(vault))
        if name not in told:
            file = path.name.partition(SUFFIX)[0] + SUFFIX
            yield Repair(file, ends.get(file, 0), path.stat().st_size, name)


def _free_name(folder: Path, name: str) -> Path:
    path, number = folder / name, 1
    while path.exists():
        number += 1
        path = folder / f"{name}.{number}"
    return path
