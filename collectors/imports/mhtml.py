"""Pages that a browser saved as one file of many parts (MHTML): the main part is read.

RFC 2557: ``multipart/related``, whose parts name their address in ``Content-Location`` and may be
referred to by ``Content-ID``. Chromium writes ``Snapshot-Content-Location`` for the page's own.
"""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC
from email.header import decode_header, make_header
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from collectors.archives import printable
from collectors.imports.content import Content, of_bytes
from collectors.imports.formats import Beginning, Found
from collectors.imports.sealed import page
from config.sources import Source
from model.clock import iso
from model.errors import Skip
from model.evidence import Capture, Issue

MAX_BYTES = 256 << 20
MAX_PARTS = 5_000

_START = re.compile(r"(?:from: ?<?saved by|mime-version:|snapshot-content-location:)", re.I)
_KIND = re.compile(r"^content-type:\s*multipart/related", re.I | re.M)
_FOLD = re.compile(rb"\r?\n[ \t]+")
_PARAMETER = re.compile(r";\s*([A-Za-z-]{1,40})\s*=\s*(?:\"([^\"]{0,400})\"|([^\s;\"]{1,400}))")


class Part(NamedTuple):
    """One part: its headers by name in lower case, and its content as it stands there."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def kind(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def location(self) -> str:
        return printable(self.headers.get("content-location", "").strip())

    @property
    def decoded(self) -> bytes:
        """The content as it was before it was made fit for mail."""
        coding = self.headers.get("content-transfer-encoding", "").strip().lower()
        if coding == "quoted-printable":
            return quopri.decodestring(self.body)
        if coding == "base64":
            try:
                return binascii.a2b_base64(self.body)
            except binascii.Error:
                return b""
        return self.body


def is_mhtml(beginning: Beginning) -> bool:
    """Headers as of mail that tell of parts which belong together."""
    text = beginning.text[:8_000]
    return _START.match(text) is not None and _KIND.search(text) is not None


def read(content: Content, capture: Capture, source: Source | None) -> Iterator[Found]:
    """The page as it was shown: its records, at its own address and of the moment it was saved."""
    if content.size > MAX_BYTES:
        raise Skip(f"larger than {MAX_BYTES:,} bytes")
    headers, parts = split(content.whole())
    main = _main(headers, parts)
    if main is None:
        raise Skip("MHTML without a page inside")
    address = main.location or printable(headers.get("snapshot-content-location", "").strip())
    frames = sum(part.kind == "text/html" for part in parts) - 1
    if frames > 0:
        yield Issue("note", f"{frames} frames inside the page are sealed with it and not read")
    yield from page(of_bytes(main.decoded), _inner(capture, headers, main, address), source)


def split(payload: bytes) -> tuple[Mapping[str, str], list[Part]]:
    """The headers and the parts between the boundary; what is no part is left out."""
    head, _, body = _cut(payload)
    headers = _headers(head)
    boundary = _parameters(headers.get("content-type", "")).get("boundary", "")
    if not boundary:
        raise Skip("MHTML that does not say where its parts begin")
    pieces = body.split(b"--" + boundary.encode("latin-1", "replace"), MAX_PARTS)
    found = []
    for piece in pieces[1:]:
        if piece.startswith(b"--"):
            break
        inner, divided, content = _cut(piece.lstrip(b"\r\n"))
        if divided:
            found.append(Part(_headers(inner), content.removesuffix(b"\n").removesuffix(b"\r")))
    return headers, found


def _main(headers: Mapping[str, str], parts: list[Part]) -> Part | None:
    """The part named by ``start``, else that of the snapshot's address, else the first page."""
    pages = [part for part in parts if part.kind in ("text/html", "application/xhtml+xml")]
    start = _parameters(headers.get("content-type", "")).get("start", "")
    told = headers.get("snapshot-content-location", "").strip()
    for part in pages:
        if start and part.headers.get("content-id", "").strip() == start:
            return part
    named = (part for part in pages if told and part.location == told)
    return next(named, pages[0] if pages else None)


def _inner(capture: Capture, headers: Mapping[str, str], main: Part, address: str) -> Capture:
    """The capture as the page inside of it: same content, the page's own address and moment."""
    web = address if address.startswith(("http://", "https://")) else ""
    moment = _moment(headers.get("date", "")) or capture.captured_at
    kind = printable(main.headers.get("content-type", ""))
    return replace(
        capture, url=web, final_url="", status=None, content_type=kind, captured_at=moment
    )


def _moment(date: str) -> str:
    try:
        found = parsedate_to_datetime(date)
        return iso(found if found.tzinfo else found.replace(tzinfo=UTC)) if date else ""
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""


def _cut(payload: bytes) -> tuple[bytes, bytes, bytes]:
    """Headers, the empty line after them, and the rest."""
    crlf, bare = payload.find(b"\r\n\r\n"), payload.find(b"\n\n")
    if crlf >= 0 and (bare < 0 or crlf < bare):
        return payload[:crlf], b"\r\n\r\n", payload[crlf + 4 :]
    return payload.partition(b"\n\n")


def _headers(head: bytes) -> dict[str, str]:
    """Headers by name in lower case, folded lines joined; the first of a name counts."""
    found: dict[str, str] = {}
    for line in _FOLD.sub(b" ", head[: 1 << 16]).splitlines()[:200]:
        name, colon, value = line.decode("utf-8", "replace").partition(":")
        if colon:
            found.setdefault(name.strip().lower(), _words(value.strip()))
    return found


def _words(value: str) -> str:
    """A value with its encoded words decoded (``=?utf-8?Q?…?=``)."""
    if "=?" not in value:
        return value
    try:
        return str(make_header(decode_header(value)))
    except (ValueError, LookupError, binascii.Error):
        return value


def _parameters(value: str) -> dict[str, str]:
    return {name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(value)}
