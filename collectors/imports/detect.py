"""What a file is, from its bytes; the name is only a hint where the bytes leave it open."""

from __future__ import annotations

import re
import zlib
from pathlib import PurePath
from typing import Literal

from collectors.imports.decoding import find_encoding
from model.errors import ConfigurationError

Format = Literal["listings", "html", "warc", "zip"]
SUPPORTED: tuple[Format, ...] = ("listings", "html", "warc")
LATER = frozenset(("mhtml", "har"))
HEAD = 64 << 10
"""Bytes of the beginning that are looked at."""

_HTML = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|meta|div|table|p|script|link|a|h[1-6])\b|<!--", re.I
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_HTML_NAMES = frozenset((".html", ".htm", ".xhtml", ".php", ".asp", ".aspx"))
_TABLE_NAMES = frozenset((".csv", ".tsv", ".tab", ".jsonl", ".ndjson", ".json"))
_MAGIC = (
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"RIFF", "a picture, sound or film"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
    (b"SQLite format 3\x00", "a database"),
    (b"PAR1", "a Parquet table"),
)


class Unknown(ConfigurationError):
    """The bytes are of no format that is read here; the message says what they seem to be."""


def detect(head: bytes, name: str) -> Format:
    """The format of a file that begins with ``head``; :class:`Unknown` names what it is instead."""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if head.startswith(b"\x1f\x8b"):
        if _gunzip_head(head).startswith(b"WARC/"):
            return "warc"
        raise _unknown(name, "gzip, but no WARC file inside")
    if head.startswith(b"WARC/"):
        return "warc"
    for magic, what in _MAGIC:
        if head.startswith(magic):
            raise _unknown(name, what)
    return _detect_text(head, name)


def check_format(told: str) -> Format:
    """A format named by the user; refuses unknown ones and those that are not read yet."""
    for known in SUPPORTED:
        if told == known:
            return known
    why = "is not read by this version" if told in LATER else "is no format of import"
    raise ConfigurationError(
        f"--format {told} {why}", remedy=f"supported are {', '.join(SUPPORTED)}"
    )


def _detect_text(head: bytes, name: str) -> Format:
    encoding = find_encoding(head[: HEAD - 4]).name
    text = head.decode(encoding, "replace").lstrip("\ufeff \t\r\n\f")
    suffix = PurePath(name).suffix.lower()
    start = text[:2000]
    if not text:
        raise _unknown(name, "empty")
    if re.match(r"(?:mime-version:|from: <saved by )", start, re.I):
        raise _unknown(name, "MHTML, which is not read by this version")
    if start.startswith(("{", "[")):
        if re.search(r'^\{\s*"log"\s*:\s*\{', start):
            raise _unknown(name, "HAR, which is not read by this version")
        return "listings"
    if start.startswith("<"):
        if start.startswith("<?xml") and not _HTML.search(text):
            raise _unknown(name, "XML")
        return "html"
    if len(_CONTROL.findall(text)) > len(text) // 100:
        raise _unknown(name, "binary")
    if suffix in _TABLE_NAMES:
        return "listings"
    if suffix in _HTML_NAMES or len(_HTML.findall(text[:HEAD])) >= 3:
        return "html"
    if re.match(r"[^\n\r]*[,;\t|][^\n\r]*[\r\n]", text):
        return "listings"
    raise _unknown(name, "plain text or binary")


def _gunzip_head(head: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(head, 4096)
    except zlib.error:
        return b""


def _unknown(name: str, what: str) -> Unknown:
    return Unknown(
        f"{name}: not imported: {what}",
        remedy=f"supported are {', '.join(SUPPORTED)}; name one with --format if it is one",
    )
