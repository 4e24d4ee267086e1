"""What a file is, from its bytes; the name is only a hint where the bytes leave it open."""

from __future__ import annotations

import re
import zlib
from pathlib import Path, PurePath

from collectors.archives import zip_names
from collectors.imports.decoding import find_encoding
from collectors.imports.formats import Beginning, of_word, recognised, words
from model.errors import ConfigurationError

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
    (b"GIF8", "a picture of a kind that is not read"),
    (b"RIFF", "a sound or film"),
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


def detect(head: bytes, name: str) -> str:
    """The format of a file that begins with ``head``; :class:`Unknown` names what it is instead.

    ``zip`` for any archive: what it holds is told by :func:`detect_archive`.
    """
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if head.startswith(b"\x1f\x8b"):
        if _gunzip_head(head).startswith(b"WARC/"):
            return "warc"
        raise _unknown(name, "gzip, but no WARC file inside")
    if head.startswith(b"WARC/"):
        return "warc"
    if known := recognised(Beginning(name, head, _text(head))):
        return known.name
    for magic, what in _MAGIC:
        if head.startswith(magic):
            raise _unknown(name, what)
    return _detect_text(head, name)


def detect_archive(path: Path, name: str) -> str:
    """The format of an archive as a whole; ``zip`` where it only holds files one by one."""
    with zip_names(path, name) as (members, look):
        known = recognised(Beginning(name, b"", "", members, look)) if members else None
    return known.name if known else "zip"


def check_format(told: str) -> str:
    """The format a user named by its word; ConfigurationError with all of them for no such one."""
    known = of_word(told)
    if known is None:
        raise ConfigurationError(
            f"--format {told} is no format of import", remedy=f"supported are {', '.join(words())}"
        )
    return known.name


def _text(head: bytes) -> str:
    """The beginning as characters; empty where it is no text."""
    if not head.strip():
        return ""
    encoding = find_encoding(head[: HEAD - 4]).name
    text = head.decode(encoding, "replace").lstrip("\ufeff \t\r\n\f")
    return "" if len(_CONTROL.findall(text)) > len(text) // 100 else text


def _detect_text(head: bytes, name: str) -> str:
    encoding = find_encoding(head[: HEAD - 4]).name
    text = head.decode(encoding, "replace").lstrip("\ufeff \t\r\n\f")
    suffix = PurePath(name).suffix.lower()
    start = text[:2000]
    if not text:
        raise _unknown(name, "empty")
    if start.startswith(("{", "[")):
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
        remedy=f"supported are {', '.join(words())}; name one with --format if it is one",
    )
