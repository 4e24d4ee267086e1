"""A sealed capture as documents: read the same way on import, after fetching, and once more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from collectors.imports.content import Content, of_bytes
from collectors.imports.formats import format_of
from collectors.reading import VERSION, PageReading
from config.sources import Source
from model.errors import Skip
from model.evidence import Capture, Document, Issue
from vault.vault import Vault

READER = f"imports/1 {VERSION}"
"""Name and version under which readings are kept; a newer version reads every capture again."""

_AT_ONCE = 16 << 20
"""Bytes of a capture that are held as a whole; a larger one is read piece by piece."""

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
    found = list(stream_documents(sealed_content(vault, capture), capture, source, reading))
    return found, list(reading.said())


def sealed_content(vault: Vault, capture: Capture) -> Content:
    """What was sealed; EvidenceError where it was altered, before any of it is handed out."""
    if capture.size <= _AT_ONCE:
        return of_bytes(vault.payload(capture))
    for _ in vault.pieces(capture):
        pass
    return Content(capture.size, lambda: vault.pieces(capture))


def store_capture(
    vault: Vault,
    capture: Capture,
    source: Source | None = None,
    *,
    payload: bytes | Content | None = None,
    extra: Sequence[Issue] = (),
) -> tuple[int, Reading]:
    """Read one capture and keep its documents and issues; how many documents were not there yet.

    ``payload`` saves reading the sealed bytes once more; ``extra`` are issues found before.
    """
    reading = Reading()
    reading.add(*extra)
    content = sealed_content(vault, capture) if payload is None else payload
    found = stream_documents(content, capture, source, reading)
    if format_of(capture).grows:
        found = vault.unheld(capture, found)
    added = vault.add_documents(capture, READER, found, reading.said())
    return added, reading


def stream_documents(
    content: bytes | Content, capture: Capture, source: Source | None, reading: Reading
) -> Iterator[Document]:
    """Documents one by one; what there is to say goes into ``reading`` on the way."""
    held = of_bytes(content) if isinstance(content, bytes) else content
    try:
        for found in format_of(capture).reader(held, capture, source):
            if isinstance(found, Document):
                yield _chosen(found, capture)
            elif isinstance(found, Issue):
                reading.add(found)
            else:
                reading.page = found
    except Skip as error:
        reading.add(Issue("error", f"{name_of(capture)}: left out: {error.message}"))


def _chosen(document: Document, capture: Capture) -> Document:
    """A page that somebody saved for what it says, and that no layout describes, says so."""
    if document.kind != "page" or not capture.reading.get("saved"):
        return document
    return replace(document, extra={**document.extra, "handed_in": True})


def name_of(capture: Capture) -> str:
    """What a capture is called where something is said of it."""
    return str(capture.url or capture.reading.get("name") or f"capture {capture.seq}")
