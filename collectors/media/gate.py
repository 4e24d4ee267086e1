"""The gate every picture passes before anything of it is written: hashed, then compared.

Only the process that decodes has the picture; what is known of one that is on a block list is its
hashes and its address. Nothing here writes, shows or logs a picture.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from collectors.media import media_kind
from collectors.media.decode import frames
from collectors.media.pdq import DISTANCE, QUALITY, Hashes, pdq
from model.canonical import Json
from model.errors import ConfigurationError, Skip

_LINE = re.compile(r"(?:(pdq|sha256|md5):)?((?:[0-9a-f]{32}){1,2})", re.I)
_LENGTHS = {"pdq": 64, "sha256": 64, "md5": 32}


class Blocked(Skip):
    """A picture that is on the block list; ``details`` is all that may be kept of it."""

    def __init__(self, where: str, details: Mapping[str, Json]) -> None:
        super().__init__(
            f"{where}: the picture is on the block list and was not kept: {details['match']}",
            reason="media-blocked",
            remedy="the custody log has its hash and address; report it where the law asks for it",
        )
        self.details = dict(details)


@dataclass(frozen=True, slots=True)
class Picture:
    """What is known of a picture that passed: digests, perceptual hash, size in pixels."""

    sha256: str
    md5: str
    pdq: str
    quality: int
    width: int
    height: int
    frames: int

    @property
    def reading(self) -> dict[str, Json]:
        """How a capture of it says what it holds."""
        return {
            "format": "media",
            "sha256": self.sha256,
            "pdq": self.pdq,
            "quality": self.quality,
            "width": self.width,
            "height": self.height,
            "frames": self.frames,
        }


class BlockList:
    """Hashes of pictures that are never kept: PDQ by likeness, SHA-256 and MD5 by equality.

    Compared with every entry: a million of them take some tenths of a second a picture.
    """

    def __init__(self, name: str, entries: Mapping[tuple[str, str], int]) -> None:
        self._name = name
        self._exact = {key: line for key, line in entries.items() if key[0] != "pdq"}
        near = [(value, line) for (kind, value), line in entries.items() if kind == "pdq"]
        self._lines = [line for _, line in near]
        self._near = _words(value for value, _ in near)

    def __len__(self) -> int:
        return len(self._exact) + len(self._lines)

    def exact(self, sha256: str, md5: str) -> str:
        """Where the list has one of these digests, in words; empty where it does not."""
        for kind, value in (("sha256", sha256), ("md5", md5)):
            if line := self._exact.get((kind, value)):
                return f"{kind}, {self._name}:{line}"
        return ""

    def near(self, found: Hashes) -> str:
        """Where the list has a likeness of the picture in any position; empty where it has none.

        Pictures with too little to see are like too much, so they are compared by digest alone.
        """
        if found.quality < QUALITY or not self._lines:
            return ""
        for value in (found.pdq, *found.turned):
            bits = np.bitwise_count(self._near ^ _words([value])).sum(axis=1)
            at = int(bits.argmin())
            if bits[at] <= DISTANCE:
                return f"PDQ at a distance of {int(bits[at])}, {self._name}:{self._lines[at]}"
        return ""


def load_block_list(path: Path) -> BlockList:
    """The list in a file, a hash a line: ``pdq:``, ``sha256:`` or ``md5:`` and hexadecimal digits.

    Without a kind 64 digits are PDQ and 32 are MD5; ``#`` begins a remark. ConfigurationError
    names file and line; a list that can not be read stops collecting, it is never left out.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{path}: the list of blocked pictures can not be read: {error}",
            remedy="correct collection.blocked_images in spoor.toml",
        ) from error
    entries: dict[tuple[str, str], int] = {}
    for number, line in enumerate(lines, 1):
        if plain := line.partition("#")[0].strip():
            entries.setdefault(_entry(plain, f"{path}:{number}"), number)
    return BlockList(path.name, entries)


def gate(payload: bytes, where: str, blocked: BlockList | None = None) -> Picture:
    """The picture's hashes, computed in memory before anything is written.

    Raises :class:`Blocked` for one on the list, Skip for what can not be decoded and therefore
    not be checked: neither may be kept.
    """
    sha256 = hashlib.sha256(payload).hexdigest()
    md5 = hashlib.md5(payload, usedforsecurity=False).hexdigest()
    if blocked is not None and (match := blocked.exact(sha256, md5)):
        raise Blocked(where, {"address": where, "sha256": sha256, "pdq": "", "match": match})
    if media_kind(payload) != "a picture":
        raise Skip(f"{where}: no picture", reason="media", remedy="only pictures are taken in")
    shown = frames(payload, where)
    hashes: list[Hashes] = []
    for frame in shown:
        luma = np.frombuffer(frame.luma, dtype=np.uint8).reshape(frame.height, frame.width)
        hashes.append(pdq(luma))
        if blocked is not None and (match := blocked.near(hashes[-1])):
            found = {"address": where, "sha256": sha256, "pdq": hashes[-1].pdq, "match": match}
            raise Blocked(where, found)
    first = shown[0]
    return Picture(
        sha256=sha256,
        md5=md5,
        pdq=hashes[0].pdq,
        quality=hashes[0].quality,
        width=first.full_width,
        height=first.full_height,
        frames=len(shown),
    )


def _entry(line: str, place: str) -> tuple[str, str]:
    found = _LINE.fullmatch(line)
    kind = (found[1] or ("pdq" if len(found[2]) == 64 else "md5")).lower() if found else ""
    if found is None or len(found[2]) != _LENGTHS[kind]:
        raise ConfigurationError(
            f"{place}: {line[:80]!r} is no hash of a picture",
            remedy="one a line: pdq:, sha256: or md5: and hexadecimal digits",
        )
    return kind, found[2].lower()


def _words(values: Iterator[str] | list[str]) -> npt.NDArray[np.uint64]:
    """Hashes as rows of four words of 64 bits."""
    raw = b"".join(bytes.fromhex(value) for value in values)
    return np.frombuffer(raw, dtype=np.uint64).reshape(-1, 4)
