"""Hostile text made safe to store and to put into headers, without losing a code point."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

from model.canonical import Json, canonical

_ESCAPED = "\x1b"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]|^\x1b")
_CONTROL = re.compile("[\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff]")
_PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))
_TOKEN = re.compile(r"[^!#$%&'*+.^_`|~0-9A-Za-z-]")


def pack(text: str) -> str:
    """``text`` as a database can hold it: NUL and lone surrogates become ESC + ASCII JSON."""
    return _ESCAPED + json.dumps(text) if _UNSTORABLE.search(text) else text


def unpack(stored: str) -> str:
    """The text that :func:`pack` was given."""
    if not stored.startswith(_ESCAPED):
        return stored
    return str(json.loads(stored[1:]))


def pack_json(value: Json) -> str:
    """Canonical JSON text of ``value``; in ASCII spelling where it holds lone surrogates."""
    text = canonical(value).decode("utf-8", "surrogatepass")
    if text.isascii() or not _UNSTORABLE.search(text):
        return text
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def header_uri(url: str) -> str:
    """``url`` with white space, control characters and lone surrogates percent-encoded."""
    return _CONTROL.sub(lambda found: quote(found.group().encode("utf-8", "surrogatepass")), url)


def header_value(value: str) -> str:
    """``value`` on one line: each control character or lone surrogate becomes a space."""
    return _CONTROL.sub(" ", value).strip()


def ascii_value(value: str) -> str:
    """:func:`header_value` with everything beyond ASCII percent-encoded."""
    clean = header_value(value)
    return clean if clean.isascii() else quote(clean, safe=_PRINTABLE)


def header_name(name: str) -> str:
    """``name`` as an HTTP token: any other character becomes ``_``; never empty."""
    return _TOKEN.sub("_", name) or "_"


def unpack_json(stored: str) -> Json:
    """The value that :func:`pack_json` was given (tuples as lists)."""
    return json.loads(stored)
