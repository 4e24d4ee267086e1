"""Tables and pages as readers of formats: the rows of a listing table, the records of a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from urllib.parse import urlsplit

from collectors.contents import HEAD, contents
from collectors.imports.column_map import PLAIN, parse_map
from collectors.imports.content import Content
from collectors.imports.csv_rows import csv_rows, read_heading
from collectors.imports.formats import Found
from collectors.imports.json_rows import json_rows
from collectors.imports.listings import Table, read_rows
from collectors.interfaces import interface_of
from collectors.media import media_kind
from collectors.mirrors import Mirrors
from collectors.reading import documents, read_page
from config.sources import Source
from model.evidence import Capture, Document, Issue

_LARGE = 1 << 20
_EMBEDDED = re.compile(
    rb"(data:[a-z]{2,20}/[a-z0-9.+-]{1,60}[^,\"']{0,60};base64,)[A-Za-z0-9+/=]+", re.I
)
_OPEN = re.compile(rb";base64,[A-Za-z0-9+/=]*\Z", re.I)
_REST = re.compile(rb"\A[A-Za-z0-9+/=]+")


def listings(content: Content, capture: Capture, source: Source | None) -> Iterator[Found]:
    """Rows of a table by the map and the encoding that the seal keeps."""
    how = capture.reading
    column_map = parse_map(how["map"], f"of capture {capture.seq}") if how.get("map") else PLAIN
    encoding = str(how.get("encoding", "utf-8"))
    if how.get("table") == "json":
        rows = json_rows(content, encoding)
    else:
        heading = read_heading(content, encoding, how.get("delimiter"))
        rows = csv_rows(content, encoding, heading)
    yield from read_rows(rows, Table(capture, source.filed_under if source else "", column_map))


def page(content: Content, capture: Capture, source: Source | None) -> Iterator[Found]:
    """The records of a page; none of an answer that is no page, which is said."""
    payload = _words(content) if capture.route == "import" else content.whole()
    if capture.route == "import" and contents(payload[:HEAD]) == "html":
        source = _as_site(source)
    if why := _no_page(payload, capture):
        yield Issue("note", f"{_name(capture)}: not read: {why}")
        return
    url = capture.final_url or capture.url
    since = str(capture.reading.get("since", ""))
    found = read_page(
        payload, source=source, url=url, content_type=capture.content_type, since=since
    )
    yield found
    yield from found.issues
    if not found.is_content:
        yield Issue("note", f"{_name(capture)}: {found.kind} page, no content")
    mirrors = _mirrors(capture, source)
    for document in documents(found, capture):
        yield _at_first_place(identified(document, capture), mirrors)


def _words(content: Content) -> bytes:
    """A saved page without the pictures and fonts that were written into it as base64."""
    if content.size < _LARGE:
        return content.whole()
    kept: list[bytes] = []
    inside = False
    for piece in content.pieces():
        rest = _REST.sub(b"", piece, count=1) if inside else piece
        inside = (inside and not rest) or _OPEN.search(rest) is not None
        kept.append(_EMBEDDED.sub(rb"\1", rest))
    return b"".join(kept)


def _as_site(source: Source | None) -> Source | None:
    """A source that is read by its interface, as one whose pages are saved."""
    if source is None or interface_of(source.engine) is None:
        return source
    return source.model_copy(update={"engine": "generic"})


def _no_page(payload: bytes, capture: Capture) -> str:
    is_unchanged = capture.status == 304 and capture.refers_to is not None
    if capture.status is not None and not 200 <= capture.status < 300 and not is_unchanged:
        return f"the server answered {capture.status}"
    if not payload.strip():
        return "empty"
    return media_kind(payload, capture.content_type)


def identified(document: Document, capture: Capture) -> Document:
    """A record without identity is known by the content it came from and its place there."""
    if document.native_id:
        return document
    place = chain((capture.sha256[:32],), filter(None, (document.locator,)))
    return replace(document, native_id="#".join(place))


def _mirrors(capture: Capture, source: Source | None) -> Mirrors | None:
    """The addresses of a source whose page was read at another than the first of them."""
    if source is None or not source.start or capture.route == "import":
        return None
    asked, first = urlsplit(capture.url), urlsplit(source.start[0])
    if asked.netloc.lower() == first.netloc.lower():
        return None
    return Mirrors(source, (f"{asked.scheme}://{asked.netloc}/",))


def _at_first_place(document: Document, mirrors: Mirrors | None) -> Document:
    """A record known by its address is the same one on every mirror."""
    if mirrors is None or document.native_id != document.fields.get("url"):
        return document
    if not mirrors.belongs(document.native_id):
        return document
    return replace(document, native_id=mirrors.canonical(document.native_id))


def _name(capture: Capture) -> str:
    return str(capture.url or capture.reading.get("name") or f"capture {capture.seq}")
