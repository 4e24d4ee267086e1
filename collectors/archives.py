"""Members of a ZIP archive from strangers, within limits, never written to disk."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

from model.errors import ConfigurationError, Skip
from model.evidence import Issue

_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, RuntimeError),
    ValueError,
)
_ENCRYPTED = 0x1
_KIND_MASK, _SYMLINK = 0o170000, 0o120000


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of one member and of all together once unpacked, members, and times compressed."""

    member_bytes: int = 64 << 20
    total_bytes: int = 4 << 30
    members: int = 200_000
    ratio: int = 200


DEFAULT = Limits()


class Member(NamedTuple):
    """A file of the archive: its name as written there, and its bytes."""

    name: str
    payload: bytes


def zip_members(
    archive: Path | IO[bytes],
    name: str,
    limits: Limits = DEFAULT,
    wanted: Callable[[str], bool] | None = None,
) -> Iterator[Member | Issue]:
    """Every readable file of the archive in its own order; an issue for each that is refused.

    Members that are not ``wanted`` are passed over without being opened.
    Refused are names that lead out of the archive, links, encrypted members, archives within,
    and whatever goes beyond the limits; sizes are counted while unpacking, never believed.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            yield from _members(opened, limits, wanted)
    except (zipfile.BadZipFile, RuntimeError, OSError, ValueError, EOFError) as error:
        raise ConfigurationError(f"{name}: not a readable ZIP archive: {error}") from error


def member_pieces(archive: Path | IO[bytes], member: str, limit: int) -> Iterator[bytes]:
    """A member's content in pieces, for one that is too large to be held.

    Skip where it is damaged or goes beyond ``limit`` bytes or 1,000 times its compressed size.
    """
    size = 0
    try:
        with zipfile.ZipFile(archive) as opened:
            info = opened.getinfo(member)
            allowed = min(limit, 1_000 * max(info.compress_size, 4096))
            with opened.open(info) as stream:
                while piece := stream.read(1 << 20):
                    size += len(piece)
                    if size > allowed:
                        raise Skip(f"{printable(member)}: unpacks to more than {allowed:,} bytes")
                    yield piece
    except (KeyError, *_DAMAGE) as error:
        raise Skip(f"{printable(member)}: damaged: {error}") from error


_LOOKS_KEPT = 512
HEAD = 64 << 10
"""Bytes of a member's beginning that are looked at."""


@contextmanager
def zip_names(
    archive: Path | IO[bytes], name: str, limits: Limits = DEFAULT
) -> Iterator[tuple[tuple[str, ...], Callable[[str], bytes]]]:
    """The names of an archive's readable files, and a way to look at the beginning of one.

    No names where there are more than the limits allow. ConfigurationError where it is no archive.
    """
    with _opened(archive, name) as opened:
        infos = opened.infolist()
        few = infos if len(infos) <= limits.members else []
        readable = {one.filename: one for one in few if not (one.is_dir() or _why_not(one, limits))}

        @lru_cache(_LOOKS_KEPT)
        def look(member: str) -> bytes:
            try:
                with opened.open(readable[member]) as stream:
                    return stream.read(HEAD)
            except _DAMAGE:
                return b""

        yield tuple(readable), look


@contextmanager
def _opened(archive: Path | IO[bytes], name: str) -> Iterator[zipfile.ZipFile]:
    try:
        opened = zipfile.ZipFile(archive)
    except (zipfile.BadZipFile, RuntimeError, OSError, ValueError, EOFError) as error:
        raise ConfigurationError(f"{name}: not a readable ZIP archive: {error}") from error
    with opened:
        yield opened


def _members(
    opened: zipfile.ZipFile, limits: Limits, wanted: Callable[[str], bool] | None
) -> Iterator[Member | Issue]:
    infos = opened.infolist()
    if len(infos) > limits.members:
        yield _refused("archive", f"holds more than {limits.members:,} files; none was read")
        return
    left = limits.total_bytes
    seen: set[str] = set()
    for info in infos:
        if info.is_dir() or not (wanted is None or wanted(info.filename)):
            continue
        shown = printable(info.filename)
        why = "stands twice in the archive" if info.filename in seen else _why_not(info, limits)
        seen.add(info.filename)
        if why:
            yield _refused(shown, why)
            continue
        if left <= 0:
            yield _refused(shown, f"the archive unpacks to more than {limits.total_bytes:,} bytes")
            return
        allowed = min(limits.member_bytes, limits.ratio * max(info.compress_size, 4096))
        found = _unpacked(opened, info, shown, allowed)
        left -= allowed if isinstance(found, Issue) else len(found.payload)
        yield found


def _unpacked(
    opened: zipfile.ZipFile, info: zipfile.ZipInfo, shown: str, allowed: int
) -> Member | Issue:
    try:
        with opened.open(info) as stream:
            payload = stream.read(allowed + 1)
    except _DAMAGE as error:
        return _refused(shown, f"damaged: {error}")
    if len(payload) > allowed:
        return _refused(shown, f"unpacks to more than {allowed:,} bytes")
    if payload.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _refused(shown, "an archive within the archive")
    return Member(shown, payload)


def _why_not(info: zipfile.ZipInfo, limits: Limits) -> str:
    path = PurePosixPath(info.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in str(path)[:2]:
        return "its name leads out of the archive"
    if (info.external_attr >> 16) & _KIND_MASK == _SYMLINK:
        return "a link"
    if info.flag_bits & _ENCRYPTED:
        return "encrypted"
    if info.file_size > limits.member_bytes:
        return f"larger than {limits.member_bytes:,} bytes"
    return ""


def printable(name: str) -> str:
    """A name as it may be shown in a terminal and kept in a record: no control characters."""
    safe = name.encode("utf-8", "replace").decode("utf-8")
    return "".join(char if char.isprintable() else "\ufffd" for char in safe)[:500]


def _refused(name: str, why: str) -> Issue:
    return Issue("error", f"{name}: left out: {why}", name)
