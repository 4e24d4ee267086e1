"""The content of a capture as readers take it: whole, or piece by piece as often as wanted."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from vault.records import CHUNK

_IN_MEMORY = 16 << 20


class Content:
    """The bytes of one capture; ``size`` of them. What is large is never held as a whole.

    ``pieces`` is called each time the content is read from its beginning.
    """

    def __init__(self, size: int, pieces: Callable[[], Iterable[bytes]]) -> None:
        self.size = size
        self._pieces = pieces

    def pieces(self) -> Iterator[bytes]:
        """The content from its beginning, in pieces."""
        yield from self._pieces()

    def whole(self) -> bytes:
        """The whole content: for what is bounded, such as a page."""
        found = list(self._pieces())
        return found[0] if len(found) == 1 else b"".join(found)

    def head(self, length: int) -> bytes:
        """At most ``length`` bytes of the beginning."""
        with self.open() as stream:
            return stream.read(length)

    def open(self) -> io.BufferedReader:
        """A binary stream from the beginning, which cannot be wound back."""
        return io.BufferedReader(_Stream(self.pieces()), CHUNK)

    @contextmanager
    def seekable(self) -> Iterator[IO[bytes]]:
        """A binary file in which any place can be read; beyond 16 MiB it is a temporary one."""
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
            for piece in self.pieces():
                file.write(piece)
            file.seek(0)
            yield file


class _Stream(io.RawIOBase):
    """Pieces as a raw stream."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size


def of_bytes(payload: bytes) -> Content:
    """Bytes at hand as content."""
    return Content(len(payload), lambda: (payload,))


def of_file(path: Path) -> Content:
    """A file on disk as content; it must not change meanwhile."""

    def pieces() -> Iterator[bytes]:
        with path.open("rb") as file:
            while piece := file.read(CHUNK):
                yield piece

    return Content(path.stat().st_size, pieces)


def as_content(payload: bytes | Content) -> Content:
    return of_bytes(payload) if isinstance(payload, bytes) else payload
