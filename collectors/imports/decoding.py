"""Which character encoding a payload is in, and its lines as text, without holding it twice."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from typing import NamedTuple

from collectors.decoding import likeliest, nearly_utf8
from model.evidence import Issue

MAX_LINE = 8 << 20
"""Characters of one line that are read; what goes beyond is skipped and said."""

_BOMS = (  # the four-byte marks first: the UTF-32 one begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHUNK = 1 << 20


class Encoding(NamedTuple):
    """A codec name, whether every byte fits it, and what there is to say about the choice."""

    name: str
    exact: bool
    issues: tuple[Issue, ...] = ()


class Line(NamedTuple):
    """One line with its ending; ``whole`` is false where it went beyond :data:`MAX_LINE`."""

    number: int
    text: str
    whole: bool


def find_encoding(payload: bytes, told: str | None = None) -> Encoding:
    """The encoding told, else of the byte order mark, else UTF-8, else the likeliest, and said.

    Bytes that do not fit become U+FFFD when read. LookupError where ``told`` is no encoding.
    """
    if told:
        return _checked(payload, codecs.lookup(told).name)
    for mark, name in _BOMS:
        if payload.startswith(mark):
            return _checked(payload, name)
    if _fits(payload, "utf-8"):
        return Encoding("utf-8", exact=True)
    if nearly_utf8(payload[:_CHUNK]):
        return _checked(payload, "utf-8")
    name = likeliest(payload)
    found = _checked(payload, name)
    note = Issue("note", f"not UTF-8; read as {name}, which is the likeliest", key="encoding")
    return found._replace(issues=(note, *found.issues))


def open_text(payload: bytes, encoding: str) -> io.TextIOWrapper:
    """The payload as a text stream that keeps line endings as they are."""
    return io.TextIOWrapper(io.BytesIO(payload), encoding, errors="replace", newline="")


def read_lines(stream: io.TextIOBase) -> Iterator[Line]:
    """Lines with their numbers from 1; an overlong one is cut and its rest passed over."""
    number = 0
    while text := stream.readline(MAX_LINE):
        number += 1
        whole = len(text) < MAX_LINE or text.endswith(("\n", "\r"))
        if not whole:
            _skip_line(stream)
        yield Line(number, text, whole)


def _skip_line(stream: io.TextIOBase) -> None:
    while rest := stream.readline(_CHUNK):
        if rest.endswith(("\n", "\r")):
            return


def _checked(payload: bytes, name: str) -> Encoding:
    if _fits(payload, name):
        return Encoding(name, exact=True)
    message = f"some bytes are not {name}; they are read as the replacement character"
    return Encoding(name, exact=False, issues=(Issue("warning", message, key="encoding"),))


def _fits(payload: bytes, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    view = memoryview(payload)
    try:
        for start in range(0, len(payload), _CHUNK):
            decoder.decode(bytes(view[start : start + _CHUNK]))
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True
