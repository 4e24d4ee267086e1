"""The WARC files of a vault: appended to, rotated, cut back to what was acknowledged."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from vault.records import CHUNK, Payload
from vault.warc import Member, RecordPlan, write_record, write_warcinfo

_NAME = "spoor-{number:05d}.warc.gz"


@dataclass(frozen=True, slots=True)
class NewFile:
    """A WARC file just begun, with the place of its warcinfo record."""

    name: str
    number: int
    created_at: str
    header: Member


class WarcFolder:
    """Appends records to the newest file in ``folder``; a full one is followed by a new one."""

    def __init__(self, folder: Path, *, workspace: str, rotate_bytes: int) -> None:
        self._folder = folder
        self._workspace = workspace
        self._rotate = rotate_bytes
        self._file: IO[bytes] | None = None
        self._end = 0
        self._number = 0
        self._dirty = False

    def resume(self, number: int, end: int) -> None:
        """Go on after byte ``end`` of file ``number``; 0 where there is no file yet."""
        self._number, self._end = number, end

    def room(self, date: str) -> NewFile | None:
        """Begin a new file where there is none or the newest is full."""
        if self._number and self._end < self._rotate:
            return None
        self._close()
        self._number, self._end = self._number + 1, 0
        name = self.name()
        file = self._open("wb")
        fields = {
            "software": "spoor",
            "format": "WARC File Format 1.1",
            "isPartOf": self._workspace,
        }
        header = write_warcinfo(file, name, date, fields)
        self._end = header.length
        sync_folder(self._folder)
        return NewFile(name, self._number, date, header)

    def append(self, plan: RecordPlan, payload: Payload) -> Member:
        """Write a record after the last one; durable after :meth:`sync`."""
        file = self._open("r+b")
        file.seek(self._end)
        self._dirty = True
        member = write_record(file, plan, payload)
        file.flush()
        self._end = member.offset + member.length
        return member

    def name(self) -> str:
        return _NAME.format(number=self._number)

    def position(self) -> tuple[int, int]:
        """Number and end of the newest file."""
        return self._number, self._end

    def rewind(self, position: tuple[int, int]) -> None:
        """Drop what was written after ``position`` and never acknowledged."""
        if position == self.position() and not self._dirty:
            return
        while self._number > position[0]:
            self._close()
            (self._folder / self.name()).unlink(missing_ok=True)
            self._number -= 1
        self._number, self._end = position
        if self._number:
            self._open("r+b").truncate(self._end)

    def sync(self) -> None:
        if self._file is not None and self._dirty:
            self._file.flush()
            os.fsync(self._file.fileno())
        self._dirty = False

    def close(self) -> None:
        self._close()

    def _open(self, mode: str) -> IO[bytes]:
        if self._file is None:
            self._file = (self._folder / self.name()).open(mode)
        return self._file

    def _close(self) -> None:
        self.sync()
        if self._file is not None:
            self._file.close()
        self._file = None


def sync_folder(folder: Path) -> None:
    """Make names created in ``folder`` durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def move_tail(path: Path, end: int, target: Path) -> int:
    """Move what stands after byte ``end`` of ``path`` to ``target``; how many bytes it was."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with path.open("r+b") as source, target.open("xb") as copy:
        source.seek(end)
        moved = 0
        while piece := source.read(CHUNK):
            moved += copy.write(piece)
        copy.flush()
        os.fsync(copy.fileno())
        sync_folder(target.parent)
        source.truncate(end)
        os.fsync(source.fileno())
    return moved
