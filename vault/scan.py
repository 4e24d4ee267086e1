"""A damaged WARC file looked through for what is still there, and where."""

from __future__ import annotations

import hashlib
import mmap
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vault.records import CHUNK
from vault.warc import MEMBER_START, parse_head

_HEAD = 1 << 16


@dataclass(frozen=True, slots=True)
class Found:
    """A whole gzip member with a WARC record in it."""

    offset: int
    length: int
    sha256: str
    record_id: str
    kind: str
    sequence: str


@dataclass(frozen=True, slots=True)
class Hole:
    """Bytes between ``start`` and ``end`` that are no whole record."""

    start: int
    end: int


def scan(path: Path, lengths: dict[int, int]) -> Iterator[Found | Hole]:
    """Every whole record of the file and every hole between, front to back.

    ``lengths`` tells at which offsets members of which length were sealed: after a damaged one
    the next is looked for where it should stand, and only then by its first bytes. The search
    gives up, and calls the rest a hole, once it has read four times the file's size in vain.
    """
    if path.stat().st_size == 0:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        yield from _walk(view, lengths)


def _walk(view: mmap.mmap, lengths: dict[int, int]) -> Iterator[Found | Hole]:
    position = hole = 0
    budget = 4 * len(view)
    while position < len(view):
        found, read = _member(view, position)
        if found is not None:
            if hole < position:
                yield Hole(hole, position)
            yield found
            position = hole = found.offset + found.length
            continue
        budget -= read
        position = _next(view, position, lengths) if budget > 0 else len(view)
    if hole < len(view):
        yield Hole(hole, len(view))


def _next(view: mmap.mmap, position: int, lengths: dict[int, int]) -> int:
    """Where a member may begin after the damaged one at ``position``."""
    expected = position + lengths.get(position, 0)
    if position < expected <= len(view) and (
        expected == len(view) or view[expected : expected + len(MEMBER_START)] == MEMBER_START
    ):
        return expected
    following = view.find(MEMBER_START, position + 1)
    return following if following >= 0 else len(view)


def _member(view: mmap.mmap, offset: int) -> tuple[Found | None, int]:
    """The record whose member begins at ``offset``, and how many bytes were read to tell."""
    if view[offset : offset + len(MEMBER_START)] != MEMBER_START:
        return None, len(MEMBER_START)
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    position, head, crc, size = offset + len(MEMBER_START), b"", 0, 0
    data = b""
    while not inflater.eof:
        if not data:
            data = view[position : position + CHUNK]
            position += len(data)
            if not data:
                return None, position - offset
        try:
            piece = inflater.decompress(data, CHUNK)
        except zlib.error:
            return None, position - offset
        data = inflater.unconsumed_tail
        crc, size = zlib.crc32(piece, crc), size + len(piece)
        head += piece[: max(0, _HEAD - len(head))]
        if not b"WARC/1.1\r\n".startswith(head[:10]):
            return None, position - offset
    end = position - len(inflater.unused_data)
    trailer = struct.pack("<II", crc, size & 0xFFFFFFFF)
    if view[end : end + 8] != trailer:
        return None, position - offset
    return _found(view, offset, end + 8 - offset, head), position - offset


def _found(view: mmap.mmap, offset: int, length: int, head: bytes) -> Found:
    digest = hashlib.sha256()
    for start in range(offset, offset + length, CHUNK):
        digest.update(view[start : min(start + CHUNK, offset + length)])
    headers = parse_head(head.partition(b"\r\n\r\n")[0])
    return Found(
        offset,
        length,
        digest.hexdigest(),
        headers.get("warc-record-id", "").strip("<>"),
        headers.get("warc-type", ""),
        headers.get("spoor-sequence", ""),
    )
