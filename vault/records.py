"""What goes into the vault and comes out of it, besides the nouns of ``model``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import IO, NamedTuple

from model.canonical import Json
from model.errors import EvidenceError
from model.evidence import Capture

GENESIS = "0" * 64
"""The ``previous`` of the first capture and of the first custody entry."""

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Sealing:
    """What is handed in to be sealed.

    ``payload`` is the content as received, or a file with it; ``captured_at`` ISO 8601 with
    offset; ``collector`` names code and version (``imports/1``). ``reading`` says how to read
    the content again (``{"format": "listings", "map": {…}, "adapter": "dream", "name": "…"}``).
    ``revisit`` is an earlier capture of the same page: where the answer is 304, or brings the
    same bytes again, a revisit record refers to it and the bytes are not stored twice.
    """

    source: str
    url: str
    payload: bytes | Path
    captured_at: str
    collector: str
    final_url: str = ""
    status: int | None = None
    content_type: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    route: str = "import"
    mandate: str | None = None
    reading: Mapping[str, Json] = field(default_factory=dict)
    revisit: Capture | None = None


class Sealed(NamedTuple):
    """A capture, and whether it was added now; False where an import was there already."""

    capture: Capture
    new: bool


@dataclass(frozen=True, slots=True)
class CustodyEntry:
    """Who did what, when and under which mandate; a link of the custody log's hash chain.

    ``head`` is the chain hash of the newest capture at that moment. ``chain`` is SHA-256 over
    the canonical JSON of all other fields.
    """

    seq: int
    at: str
    who: str
    action: str
    subject: str
    details: Mapping[str, Json]
    mandate: str | None
    head: str
    previous: str
    chain: str


@dataclass(frozen=True, slots=True)
class Damage:
    """Something in the vault is not what was recorded.

    ``kind`` is one of ``altered``, ``removed``, ``added``, ``swapped``, ``truncated``,
    ``missing`` (a file), ``edited`` (a row), ``database``; ``place`` names file and record, or
    table and row; ``message`` says it in a sentence.
    """

    kind: str
    place: str
    message: str


class Payload:
    """Bytes in memory or in a file, read in pieces; :meth:`check` tells whether it changed."""

    def __init__(self, content: bytes | Path) -> None:
        self._content = content
        self._state = self._now()
        digest = hashlib.sha256()
        self.size = 0
        for piece in self.pieces():
            digest.update(piece)
            self.size += len(piece)
        self.sha256 = digest.hexdigest()

    def open(self) -> IO[bytes]:
        if isinstance(self._content, bytes):
            return BytesIO(self._content)
        return self._content.open("rb")

    def pieces(self) -> Iterator[bytes]:
        with self.open() as file:
            while piece := file.read(CHUNK):
                yield piece

    def check(self) -> None:
        """EvidenceError where the file is no longer the one whose digest was taken."""
        if self._now() != self._state:
            raise EvidenceError(
                f"{self._content!s}: changed while it was being sealed",
                remedy="close the program that writes to it, or work on a copy",
            )

    def _now(self) -> tuple[int, ...]:
        """What changes with a file's content; nothing for bytes in memory."""
        if isinstance(self._content, bytes):
            return ()
        found = self._content.stat()
        return found.st_ino, found.st_size, found.st_mtime_ns

    def sample(self, length: int) -> bytes:
        """Two pieces, from the beginning and the middle, of at most ``length`` bytes together."""
        with self.open() as file:
            first = file.read(length // 2)
            file.seek(max(self.size // 2, len(first)))
            return first + file.read(length // 2)

    def contains(self, marker: bytes) -> bool:
        if isinstance(self._content, bytes):
            return marker in self._content
        tail = b""
        for piece in self.pieces():
            if marker in tail + piece:
                return True
            tail = piece[1 - len(marker) :]
        return False
