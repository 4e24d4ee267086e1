"""A sealed capture as documents: read the same way on import, after fetching, and once more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from urllib.parse import urlsplit

from collectors.imports.column_map import PLAIN, parse_map
from collectors.imports.csv_rows import csv_rows, read_heading
from collectors.imports.json_rows import json_rows
from collectors.imports.listings import Table, read_rows
from collectors.media import media_kind
from collectors.mirrors import Mirrors
from collectors.reading import VERSION, PageReading, documents, read_page
from config.sources import Source
from model.errors import Skip
from model.evidence import Capture, Document, Issue
from vault.vault import Vault

READER = f"imports/1 {VERSION}"
"""Name and version under which readings are kept; a newer version reads every capture again."""

_NO_DOCUMENTS = frozenset({"robots", "media", "mirror-list"})

MAX_ISSUES = 10_000
MAX_ALIKE = 20
"""Issues of one capture kept one by one, and warnings or notes about one field; all are counted."""


@dataclass(slots=True)
class Reading:
    """What one reading of a capture found, filled while it runs.

    ``page`` is the page's reading where the capture holds one; ``counts`` are all issues by
    severity, ``issues`` those that are kept one by one.
    """

    page: PageReading | None = None
    issues: list[Issue] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    alike: Counter[str] = field(default_factory=Counter)

    def add(self, *issues: Issue) -> None:
        for issue in issues:
            self.counts[issue.severity] += 1
            about = issue.key if issue.severity != "error" else ""
            if about:
                self.alike[about] += 1
            if self.alike[about] <= MAX_ALIKE and len(self.issues) < MAX_ISSUES:
                self.issues.append(issue)

    def said(self) -> Iterator[Issue]:
        """The issues, when asked for: that is after the documents were read."""
        yield from self.issues
        for about, number in sorted(self.alike.items()):
            if number > MAX_ALIKE:
                more = f"{number - MAX_ALIKE:,} more rows have the same to say about {about}"
                yield Issue("note", more, key=about)
        if len(self.issues) == MAX_ISSUES:
            yield Issue("error", f"only the first {MAX_ISSUES:,} issues are kept one by one")


def read_capture(
    vault: Vault, capture: Capture, source: Source | None = None
) -> tuple[list[Document], list[Issue]]:
    """Everything in one capture, from the vault alone; EvidenceError where it was altered."""
    reading = Reading()
    found = list(stream_documents(vault.payload(capture), capture, source, reading))
    return found, list(reading.said())


def store_capture(
    vault: Vault,
    capture: Capture,
    source: Source | None = None,
    *,
    payload: bytes | None = None,
    extra: Sequence[Issue] = (),
) -> tuple[int, Reading]:
    """Read one capture and keep its documents and issues; how many documents were not there yet.

    ``payload`` saves reading the sealed bytes once more; ``extra`` are issues found before.
    """
    reading = Reading()
    reading.add(*extra)
    content = vault.payload(capture) if payload is None else payload
    found = stream_documents(content, capture, source, reading)
    added = vault.add_documents(capture, READER, found, reading.said())
    return added, reading


def stream_documents(
    payload: bytes, capture: Capture, source: Source | None, reading: Reading
) -> Iterator[Document]:
    """Documents one by one; what there is to say goes into ``reading`` on the way."""
    if capture.reading.get("format") == "listings":
        return _listings(payload, capture, source, reading)
    if capture.reading.get("format") in _NO_DOCUMENTS:
        return iter(())
    return _page(payload, capture, source, reading)


def _listings(
    payload: bytes, capture: Capture, source: Source | None, reading: Reading
) -> Iterator[Document]:
    """Rows of a table by the map and the encoding that the seal keeps."""
    how = capture.reading
    column_map = parse_map(how["map"], f"of capture {capture.seq}") if how.get("map") else PLAIN
    encoding = str(how.get("encoding", "utf-8"))
    if how.get("table") == "json":
        rows = json_rows(payload, encoding)
    else:
        heading = read_heading(payload, encoding, how.get("delimiter"))
        rows = csv_rows(payload, encoding, heading)
    table = Table(capture, source.filed_under if source else "", column_map)
    for item in read_rows(rows, table):
        if isinstance(item, Document):
            yield item
        else:
            reading.add(item)


def _page(
    payload: bytes, capture: Capture, source: Source | None, reading: Reading
) -> Iterator[Document]:
    """The records of a page; none of an answer that is no page, which is said."""
    why = _no_page(payload, capture)
    if why:
        reading.add(Issue("note", f"{_name(capture)}: not read: {why}"))
        return
    url = capture.final_url or capture.url
    try:
        page = read_page(payload, source=source, url=url, content_type=capture.content_type)
    except Skip as error:
        reading.add(Issue("error", f"{_name(capture)}: left out: {error.message}"))
        return
    reading.page = page
    reading.add(*page.issues)
    if not page.is_content:
        reading.add(Issue("note", f"{_name(capture)}: {page.kind} page, no content"))
    mirrors = _mirrors(capture, source)
    for document in documents(page, capture):
        yield _at_first_place(_identified(document, capture), mirrors)


def _no_page(payload: bytes, capture: Capture) -> str:
    is_unchanged = capture.status == 304 and capture.refers_to is not None
    if capture.status is not None and not 200 <= capture.status < 300 and not is_unchanged:
        return f"the server answered {capture.status}"
    if not payload.strip():
        return "empty"
    return media_kind(payload, capture.content_type)


def _identified(document: Document, capture: Capture) -> Document:
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
