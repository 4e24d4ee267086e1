"""Members of a ZIP archive from strangers, within limits, never written to disk."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, NamedTuple

from model.errors import ConfigurationError
from model.evidence import Issue

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
    archive: Path | BinaryIO, name: str, limits: Limits = DEFAULT
) -> Iterator[Member | Issue]:
    """Every readable file of the archive in its own order; an issue for each that is refused.

    Refused are names that lead out of the archive, links, encrypted members, archives within,
    and whatever goes beyond the limits; sizes are counted while unpacking, never believed.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            yield from _members(opened, limits)
    except (zipfile.BadZipFile, RuntimeError, OSError, ValueError, EOFError) as error:
        raise ConfigurationError(f"{name}: not a readable ZIP archive: {error}") from error


def _members(opened: zipfile.ZipFile, limits: Limits) -> Iterator[Member | Issue]:
    infos = opened.infolist()
    if len(infos) > limits.members:
        yield _refused("archive", f"holds more than {limits.members:,} files; none was read")
        return
    left = limits.total_bytes
    seen: set[str] = set()
    for info in infos:
        if info.is_dir():
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
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError) as error:
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
