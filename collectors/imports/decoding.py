"""Which character encoding a payload is in, and its lines as text, without holding it twice."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from typing import NamedTuple

from collectors.decoding import likeliest, nearly_utf8
from collectors.imports.content import Content, as_content
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
_SAMPLE = 16 << 20


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


def find_encoding(payload: bytes | Content, told: str | None = None) -> Encoding:
    """The encoding told, else of the byte order mark, else UTF-8, else the likeliest, and said.

    Bytes that do not fit become U+FFFD when read. LookupError where ``told`` is no encoding.
    """
    content = as_content(payload)
    if told:
        return _checked(content, codecs.lookup(told).name)
    head = content.head(_CHUNK)
    for mark, name in _BOMS:
        if head.startswith(mark):
            return _checked(content, name)
    if _fits(content, "utf-8"):
        return Encoding("utf-8", exact=True)
    if nearly_utf8(head):
        return _checked(content, "utf-8")
    name = likeliest(content.head(_SAMPLE))
    found = _checked(content, name)
    note = Issue("note", f"not UTF-8; read as {name}, which is the likeliest", key="encoding")
    return found._replace(issues=(note, *found.issues))


def open_text(payload: bytes | Content, encoding: str) -> io.TextIOWrapper:
    """The payload as a text stream that keeps line endings as they are."""
    stream = as_content(payload).open()
    return io.TextIOWrapper(stream, encoding, errors="replace", newline="")


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


def _checked(content: Content, name: str) -> Encoding:
    if _fits(content, name):
        return Encoding(name, exact=True)
    message = f"some bytes are not {name}; they are read as the replacement character"
    return Encoding(name, exact=False, issues=(Issue("warning", message, key="encoding"),))


def _fits(content: Content, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        for piece in content.pieces():
            view = memoryview(piece)
            for start in range(0, len(piece), _CHUNK):
                decoder.decode(bytes(view[start : start + _CHUNK]))
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True
