"""What one answer may cost: time, bytes, lines of its head, and how far its body unpacks."""

from __future__ import annotations

import io
import socket
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol, cast

from collectors.web.failures import failure
from config.settings import CollectionSettings

_PATIENCE = 4
"""An answer may take this many times the time-out in all."""
_HEAD_BYTES = 128 << 10
_SLACK = 64 << 10
_SMALL = 256 << 10
"""A body that unpacks to no more than this is no bomb, however well it was packed."""
_AS_THEY_ARE = frozenset(("", "identity", "none", "utf-8", "utf8", "binary", "8bit", "7bit"))
"""Codings that name no packing; the wrong ones among them are common and mean nothing."""


@dataclass(frozen=True, slots=True)
class Limits:
    """``wait`` is how long nothing may come, ``whole`` how long an answer may take, in seconds."""

    wait: float
    whole: float
    max_bytes: int
    max_ratio: float
    max_headers: int

    @classmethod
    def of(cls, settings: CollectionSettings) -> Limits:
        wait = settings.timeout_seconds
        return cls(
            wait, _PATIENCE * wait, settings.max_bytes, settings.max_ratio, settings.max_headers
        )


@dataclass(slots=True)
class Asked:
    """One request under way: when it has to be over, and what came of it so far."""

    where: str
    limits: Limits
    deadline: float = field(init=False)
    reused: bool = True
    wire: Wire | None = None

    def __post_init__(self) -> None:
        self.deadline = time.monotonic() + self.limits.whole

    def patience(self) -> float:
        """Seconds the next step may take; the failure ``timeout`` where none are left."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise failure("timeout", self.where, f"not complete after {self.limits.whole:g} s")
        return min(self.limits.wait, left)

    @property
    def answered(self) -> bool:
        """Whether a byte of an answer has come."""
        return self.wire is not None and self.wire.received > 0

    def body_follows(self) -> None:
        """The head is in: what comes now counts as body, with room for the marks of its chunks."""
        if self.wire is not None:
            self.wire.room = self.wire.received + 2 * self.limits.max_bytes + _SLACK
            self.wire.beyond = "too-large"


class Tap:
    """Stands for a socket where http.client asks one for a file to read from."""

    __slots__ = ("_asked", "_sock")

    def __init__(self, sock: socket.socket, asked: Asked) -> None:
        self._sock = sock
        self._asked = asked

    def makefile(self, _mode: str) -> io.BufferedReader:
        self._asked.wire = Wire(self._sock, self._asked)
        return _Buffered(self._asked.wire)


class Wire(io.RawIOBase):
    """The bytes of one answer as they come, until its time is over or its room is used up.

    Every single read is bounded, so that a server that drips its status line, its headers or its
    body meets the same deadline as one that is silent.
    """

    def __init__(self, sock: socket.socket, asked: Asked) -> None:
        self._sock = sock
        self._raw = cast("io.RawIOBase", sock.makefile("rb", buffering=0))
        self._asked = asked
        self.received = 0
        self.dry = False
        self.room = _HEAD_BYTES
        self.beyond = "too-many-headers"

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        asked = self._asked
        if self.dry:
            return 0
        if self.received >= self.room:
            raise failure(self.beyond, asked.where)
        self._sock.settimeout(asked.patience())
        try:
            count = self._raw.readinto(buffer) or 0
        except TimeoutError as error:
            silent = f"nothing came for {asked.limits.wait:g} s"
            raise failure("timeout", asked.where, silent) from error
        self.received += count
        return count

    def hang_up(self) -> None:
        """End the connection for good: it is not asked again."""
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class _Buffered(io.BufferedReader):
    """Reads ahead; a connection on which more came than the answer says is not used again.

    What is left over would be taken for the beginning of the next answer, of another address.
    """

    def close(self) -> None:
        if not self.closed:
            wire = cast("Wire", self.raw)
            wire.dry = True
            if self.peek(1):
                wire.hang_up()
        super().close()


class _Unpacks(Protocol):
    """``feed`` gives at most ``room`` + 1 unpacked bytes; ``taken`` counts the packed ones used."""

    taken: int

    def feed(self, piece: bytes, room: int) -> bytes: ...
    def complete(self) -> bool: ...


class Body:
    """Puts a body together from its pieces, unpacked, within the limits on size and ratio."""

    def __init__(self, coding: str, limits: Limits, where: str) -> None:
        self._limits = limits
        self._where = where
        self._unpacks = _unpacks(coding, where)
        self._begun = False
        self.size = 0
        self._pieces: list[bytes] = []

    def add(self, piece: bytes) -> None:
        self._begun = True
        if self._unpacks is not None:
            piece = self._unpacked(piece)
        self.size += len(piece)
        if self.size > self._limits.max_bytes:
            raise failure("too-large", self._where, f"more than {self._limits.max_bytes:,} bytes")
        self._pieces.append(piece)

    def head(self, length: int) -> bytes:
        """The first bytes of what has come so far."""
        return b"".join(self._pieces)[:length]

    def whole(self) -> bytes:
        if self._unpacks is not None and self._begun and not self._unpacks.complete():
            raise failure("broken-off", self._where, "the packed body is not complete")
        return b"".join(self._pieces)

    def _unpacked(self, piece: bytes) -> bytes:
        unpacks = cast("_Unpacks", self._unpacks)
        try:
            out = unpacks.feed(piece, self._limits.max_bytes - self.size)
        except (zlib.error, ValueError) as error:
            raise failure("malformed", self._where, "the body is not packed as it says") from error
        total = self.size + len(out)
        if total > max(_SMALL, int(unpacks.taken * self._limits.max_ratio)):
            said = f"{unpacks.taken:,} bytes unpack to more than {total:,}"
            raise failure("packed-bomb", self._where, said)
        return out


def _unpacks(coding: str, where: str) -> _Unpacks | None:
    """What unpacks this Content-Encoding; None where nothing is packed."""
    names = [name.strip().lower().removeprefix("x-") for name in coding.split(",")]
    packed = [name for name in names if name not in _AS_THEY_ARE]
    if not packed:
        return None
    if packed == ["gzip"]:
        return _Zlib(31)
    if packed == ["deflate"]:
        return _Zlib(15)
    if packed == ["br"] and find_spec("brotli") is not None:
        return _Brotli()
    raise failure("packing", where, ", ".join(packed)[:80])


class _Zlib:
    """gzip, of several members too, and deflate with or without its two bytes of header."""

    def __init__(self, bits: int) -> None:
        self._bits = bits
        self._stream = zlib.decompressobj(bits)
        self._begun = False
        self.taken = 0

    def feed(self, piece: bytes, room: int) -> bytes:
        out = b""
        while piece and len(out) <= room:
            out += self._step(piece, room + 1 - len(out))
            if not self._stream.eof:
                break
            piece = self._stream.unused_data
            if self._bits != 31 or not piece.startswith(b"\x1f\x8b"):
                break
            self._stream = zlib.decompressobj(self._bits)
        return out

    def _step(self, piece: bytes, most: int) -> bytes:
        try:
            out = self._stream.decompress(piece, most)
        except zlib.error:
            if self._begun or self._bits != 15:
                raise
            self._bits = -15
            self._stream = zlib.decompressobj(-15)
            out = self._stream.decompress(piece, most)
        self._begun = True
        left = self._stream.unused_data or self._stream.unconsumed_tail
        self.taken += len(piece) - len(left)
        return out

    def complete(self) -> bool:
        return self._stream.eof


class _Brotli:
    """Brotli, where its library is there."""

    def __init__(self) -> None:
        library: Any = import_module("brotli")
        self._stream = library.Decompressor()
        self._error: type[Exception] = library.error
        self.taken = 0

    def feed(self, piece: bytes, room: int) -> bytes:
        process: Callable[..., bytes] = self._stream.process
        self.taken += len(piece)
        out = b""
        try:
            while piece or not self._stream.can_accept_more_data():
                more = process(piece, output_buffer_limit=room + 1 - len(out))
                out += more
                piece = b""
                if len(out) > room or not more:
                    break
        except self._error as error:
            raise ValueError("no brotli") from error
        return out

    def complete(self) -> bool:
        return bool(self._stream.is_finished())
