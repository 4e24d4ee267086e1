"""What an answer holds, decided by its bytes: what a server calls it counts last, if at all."""

from __future__ import annotations

import re
from typing import Literal

from collectors.media import media_kind

Contents = Literal["html", "json", "feed", "xml", "text", "media", "archive", "unknown", "nothing"]

HEAD = 4_096
"""Bytes of the beginning that are looked at."""

_ARCHIVES = (
    *(b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"BZh"),
    *(b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"!<arch>\n", b"MSCF", b"xar!"),
)
_BINARIES = (
    *(b"%PDF-", b"\xd0\xcf\x11\xe0", b"\x7fELF", b"MZ\x90\x00", b"SQLite format 3\x00", b"PAR1"),
    *(b"\xca\xfe\xba\xbe", b"\x00asm", b"wOFF", b"wOF2", b"\x00\x01\x00\x00", b"OTTO", b"\x1bLua"),
)
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_FEED = re.compile(r"<(?:rss|feed|rdf:RDF)[\s>]", re.I)
_HTML = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|meta|div|table|p|script|style|link|a|h[1-6]|ul|ol|"
    r"span|form|br|img|b|i|center|font|main|section|article|nav|header|footer|iframe)\b|<!--",
    re.I,
)
_MARKUP = re.compile(r"<[a-zA-Z!?/]")
_JSON = re.compile(r'(?:\{\s*(?:"|\}|\Z)|\[\s*(?:[\[{"\]0-9-]|true|false|null|\Z))')
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_CONTROLS_OF_TEXT = 0.02
"""A larger share of control characters than this is no text in any encoding."""


def contents(payload: bytes, content_type: str = "") -> Contents:
    """What the bytes hold; ``content_type`` counts for media without a signature only."""
    if not payload:
        return "nothing"
    head = payload[:HEAD]
    if media_kind(head, content_type):
        return "media"
    if head.startswith(_ARCHIVES) or head[257:262] == b"ustar":
        return "archive"
    if head.startswith(_BINARIES):
        return "unknown"
    text = _text(head)
    return "unknown" if text is None else _of_text(text)


def _text(head: bytes) -> str | None:
    """The beginning as text, accents apart; None for what is no text in any encoding."""
    if head.startswith(_MARKS[1:]) or head.count(0) * 3 >= len(head):
        name = "utf-16-be" if head[:1] == b"\xfe" or head[:1] == b"\x00" else "utf-16-le"
        text = head[: len(head) // 2 * 2].decode(name, "replace")
        if text.count("\ufffd") * 50 > len(text):
            return None
    else:
        text = head.decode("latin-1").removeprefix("ï»¿")
    controls = len(_CONTROL.findall(text))
    return None if controls > len(text) * _CONTROLS_OF_TEXT else text.lstrip("\ufeff \t\r\n\f")


def _of_text(text: str) -> Contents:
    if _JSON.match(text):
        return "json"
    if not text.startswith("<") and not _HTML.search(text):
        return "text"
    if _FEED.search(text[:1_000]):
        return "feed"
    if _HTML.search(text):
        return "html"
    return "xml" if text.startswith("<?xml") else ("html" if _MARKUP.match(text) else "text")
