"""Pages that were printed into a PDF: the words of each page and the links on it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from collectors.imports.content import Content
from collectors.imports.formats import Beginning, Found
from collectors.imports.loose import items_of, object_of, text_of, without_nothing
from collectors.pdf_text import MAX_BYTES, pages
from config.sources import Source
from model.canonical import Json
from model.errors import Skip
from model.evidence import Capture, Document, Issue

_ADDRESS = re.compile(r"https?://[^\s<>\"']{3,2000}")


def is_pdf(beginning: Beginning) -> bool:
    """The signature at the beginning; a page may well have it among its first words."""
    return beginning.data.lstrip(b"\xef\xbb\xbf\x00 \t\r\n").startswith(b"%PDF-")


def read(content: Content, capture: Capture, source: Source | None) -> Iterator[Found]:
    """One record a page; a page without words is a picture of something, which is said."""
    if content.size > MAX_BYTES:
        raise Skip(f"larger than {MAX_BYTES:,} bytes")
    about: dict[str, Json] = {}
    empty = 0
    try:
        for row in pages(content.whole()):
            told = object_of(row)
            if "page" not in told:
                about = {key: text_of(value) for key, value in told.items()}
                continue
            document = _page(told, about, capture, source)
            empty += not document.fields.get("text")
            yield document
    except Skip as error:
        yield Issue("error", error.message)
    if empty:
        yield Issue("warning", f"{empty} pages hold no text: nothing is read out of pictures")


def _page(row: object, about: dict[str, Json], capture: Capture, source: Source | None) -> Document:
    told = object_of(row)
    number, text = text_of(told.get("page")), text_of(told.get("text")).strip()
    links = [text_of(one) for one in items_of(told.get("links"))]
    links = [one for one in links if _ADDRESS.fullmatch(one)]
    fields = {"title": text_of(about.get("title")), "text": text, "url": _printed(text)}
    return Document(
        capture_sha256=capture.sha256,
        source=capture.source,
        kind="page",
        platform=source.filed_under if source else capture.source,
        native_id=f"{capture.sha256[:32]}#page {number}",
        locator=f"page {number}",
        seen_at=capture.captured_at,
        fields={key: value for key, value in fields.items() if value},
        links=tuple(dict.fromkeys(links)),
        extra=without_nothing({"document": without_nothing(about)}),
    )


def _printed(text: str) -> str:
    """The address that browsers print at the foot or head of a page: a line of its own."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for line in (*lines[-2:], *lines[:2]):
        found = _ADDRESS.match(line)
        if found and re.fullmatch(r"\s*(?:[0-9]+ ?/ ?[0-9]+)?", line[found.end() :]):
            return found[0]
    return ""
