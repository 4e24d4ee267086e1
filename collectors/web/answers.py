"""An answer becomes evidence: sealed first, then read, and judged by what was read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from collectors.imports.reading import READER, Reading, stream_documents
from collectors.reading import read_page
from collectors.records import PageReading
from collectors.web.failures import failure, of_status
from collectors.web.report import CollectReport
from collectors.web.workers import Result
from config.sources import Source
from model.canonical import Json
from model.clock import iso
from model.errors import CollectionError, Skip
from model.evidence import Capture, Document, Mandate
from vault.records import Sealing
from vault.vault import Vault

COLLECTOR = "web/2"
REDIRECTS = frozenset((301, 302, 303, 307, 308))
FOR_PEOPLE = frozenset(("login", "captcha", "queue"))
_GONE = frozenset((404, 410))
_CHANGED = ("fits; read by structure", "layout has changed", "has the layout changed?")


@dataclass(frozen=True, slots=True)
class Taken:
    """An answer in the vault: its capture, what was read, and what is wrong with it, if anything.

    ``outcome`` is a word for the frontier and the listing states: ``read``, ``unchanged``,
    ``gone``, ``removed``, ``suspect``, ``redirect`` or ``failed``.
    """

    capture: Capture
    outcome: str
    documents: tuple[Document, ...] = ()
    reading: PageReading | None = None
    error: CollectionError | None = None

    @property
    def odd(self) -> bool:
        """Whether the page does not fit the source file any more."""
        return self.reading is not None and _is_odd(self.reading)


class Intake:
    """Seals and reads the answers of one run. Every method is called inside a vault's turn."""

    def __init__(
        self,
        vault: Vault,
        source: Source,
        mandate: Mandate,
        report: CollectReport,
        *,
        with_session: bool,
    ) -> None:
        self._vault = vault
        self._source = source
        self._mandate = mandate
        self._report = report
        self._with_session = with_session

    def seal(
        self, result: Result, reading: Mapping[str, Json], earlier: Capture | None = None
    ) -> Capture:
        """Seal an answer before anyone parses it; ``earlier`` is what the page was before."""
        answer = result.answer
        if answer is None:
            raise ValueError("there is no answer to seal")
        sealing = Sealing(
            source=self._source.name,
            url=answer.url,
            final_url=answer.url,
            payload=answer.payload,
            captured_at=iso(result.at),
            collector=COLLECTOR,
            status=answer.status,
            content_type=answer.header("Content-Type"),
            headers=answer.headers,
            route=self._source.route,
            mandate=self._mandate.id,
            reading=reading,
            revisit=earlier,
        )
        return self._vault.seal(sealing).capture

    def take(self, result: Result) -> Taken:
        """Seal and read the answer to a page."""
        answer, address = result.answer, result.job.address
        if answer is None:
            raise ValueError("there is no answer to take in")
        earlier = None if address.capture is None else self._vault.capture_at(address.capture)
        capture = self.seal(result, {"format": "html"}, self._revisited(result, earlier))
        self._report.pages += 1
        if capture.refers_to is not None:
            self._report.unchanged += 1
            payload = answer.payload or self._vault.payload(capture)
            return self._read(capture, payload, "unchanged")
        if answer.status in REDIRECTS:
            return Taken(capture, "redirect")
        if answer.status < 400:
            return self._read(capture, answer.payload, "read")
        wait = answer.header("Retry-After")
        kind = self._kind(answer.payload, capture)
        error = of_status(answer.status, capture.url, wait, page_kind=kind, now=result.at)
        self._vault.add_documents(capture, READER, ())
        return Taken(capture, "gone" if answer.status in _GONE else "failed", error=error)

    def _revisited(self, result: Result, earlier: Capture | None) -> Capture | None:
        """The earlier capture, where this answer says or shows that the page is the same."""
        answer = result.answer
        if answer is None or earlier is None or answer.status not in (200, 304):
            return None
        if answer.status == 304:
            return earlier
        same = hashlib.sha256(answer.payload).hexdigest() == earlier.sha256
        return earlier if same else None

    def _read(self, capture: Capture, payload: bytes, outcome: str) -> Taken:
        """Read what was sealed; a page that is no content is told by what it is."""
        notes = Reading()
        found = tuple(stream_documents(payload, _as_page(capture), self._source, notes))
        added = self._vault.add_documents(capture, READER, found, notes.said())
        self._report.documents += added
        self._report.issue_counts.update(notes.counts)
        page = notes.page
        if page is None:
            return Taken(capture, outcome if found else "suspect", found)
        if error := self._wants_person(page, capture.url):
            return Taken(capture, "suspect", found, page, error)
        if page.removed:
            return Taken(capture, "removed", found, page)
        if not page.is_content or _is_odd(page):
            outcome = "suspect"
        return Taken(capture, outcome, found, page)

    def _wants_person(self, page: PageReading, url: str) -> CollectionError | None:
        if page.kind in FOR_PEOPLE:
            over = page.kind == "login" and self._with_session
            return failure("session-expired" if over else page.kind, url)
        if self._with_session and page.session is False:
            return failure(
                "session-expired", url, "the page has none of the source's session signs"
            )
        return None

    def _kind(self, payload: bytes, capture: Capture) -> str:
        """What the reader takes an error's page for: a CAPTCHA comes with any status."""
        if capture.status in _GONE or not payload.strip():
            return ""
        try:
            page = read_page(
                payload,
                source=self._source,
                url=capture.url,
                content_type=capture.content_type,
            )
        except Skip:
            return ""
        return page.kind


def _as_page(capture: Capture) -> Capture:
    return capture


def _is_odd(page: PageReading) -> bool:
    return any(issue.message.endswith(_CHANGED) for issue in page.issues)
