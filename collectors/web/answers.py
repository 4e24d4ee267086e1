"""An answer becomes evidence: sealed first, then read, and judged by what was read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from collectors.imports.reading import READER, Reading, stream_documents
from collectors.reading import read_page
from collectors.records import PageReading
from collectors.web.failures import failure, of_status
from collectors.web.interfaces import FORMAT, Asking
from collectors.web.network import Answer
from collectors.web.run import Run
from collectors.web.workers import Result
from model.canonical import Json
from model.clock import iso
from model.errors import CollectionError, Skip
from model.evidence import Capture, Document
from vault.records import Sealing

COLLECTOR = "web/2"
REDIRECTS = frozenset((301, 302, 303, 307, 308))
FOR_PEOPLE = frozenset(("login", "captcha", "queue"))
_GONE = frozenset((404, 410))
_CHANGED = ("fits; read by structure", "layout has changed", "has the layout changed?")


@dataclass(frozen=True, slots=True)
class Taken:
    """An answer in the vault: its capture, what was read, and what is wrong with it, if anything.

    ``outcome`` is the frontier's word: ``read``, ``unchanged``, ``gone``, ``removed``,
    ``suspect``, ``redirect`` or ``failed``.
    """

    capture: Capture
    outcome: str
    documents: tuple[Document, ...] = ()
    reading: PageReading | None = None
    error: CollectionError | None = None

    @property
    def has_content(self) -> bool:
        """Whether the capture may stand for the page in later rounds."""
        return self.outcome in ("read", "unchanged", "removed", "suspect")

    @property
    def odd(self) -> bool:
        """Whether the page does not fit the source file any more."""
        return self.reading is not None and _is_odd(self.reading)


class Intake:
    """Seals and reads the answers of one run. Every method is called inside a batch."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def seal(
        self, result: Result, reading: Mapping[str, Json], earlier: Capture | None = None
    ) -> Capture:
        """Seal an answer before anyone parses it; ``earlier`` is what the page was before."""
        answer, run = answer_of(result), self._run
        sealing = Sealing(
            source=run.source.name,
            url=answer.url,
            final_url=answer.url,
            payload=answer.payload,
            captured_at=iso(result.at),
            collector=COLLECTOR,
            status=answer.status,
            content_type=answer.header("Content-Type"),
            headers=answer.headers,
            route=run.source.route,
            mandate=run.mandate.id,
            reading={**reading, "redacted": answer.redacted} if answer.redacted else reading,
            revisit=earlier,
        )
        return run.vault.seal(sealing).capture

    def earlier(self, result: Result) -> Capture | None:
        """The capture the vault has of the page, where this answer brings no other content."""
        answer, number = answer_of(result), result.job.address.capture
        if number is None or answer.status not in (200, 304):
            return None
        earlier = self._run.vault.capture_at(number)
        if earlier is None or answer.status == 304:
            return earlier
        same = hashlib.sha256(answer.payload).hexdigest() == earlier.sha256
        return earlier if same else None

    def take(self, result: Result) -> Taken:
        """Seal and read the answer to a page."""
        answer, report = answer_of(result), self._run.report
        capture = self.seal(result, self._page_format(), self.earlier(result))
        report.pages += 1
        if self._run.asking is not None:
            return self._of_interface(self._run.asking, result, capture)
        if capture.refers_to is not None:
            report.unchanged += 1
            payload = answer.payload or self._run.vault.payload(capture)
            return self._read(capture, payload, "unchanged")
        if answer.status in REDIRECTS:
            return Taken(capture, "redirect")
        if answer.status < 400:
            return self._read(capture, answer.payload, "read")
        wait, kind = answer.header("Retry-After"), self._kind(answer.payload, capture)
        error = of_status(answer.status, capture.url, wait, page_kind=kind, now=result.at)
        if error is not None and kind == "login":
            error = self._login(capture.url)
        return Taken(capture, "gone" if answer.status in _GONE else "failed", error=error)

    def _page_format(self) -> dict[str, Json]:
        """How what comes is read; all that its reader must know."""
        asking = self._run.asking
        return {"format": "html"} if asking is None else {"format": FORMAT, "since": asking.since}

    def _of_interface(self, asking: Asking, result: Result, capture: Capture) -> Taken:
        """Read an interface's answer, unless it says in its own words what is wrong."""
        answer, report = answer_of(result), self._run.report
        if error := asking.trouble(answer, result.at):
            return Taken(capture, "gone" if error.reason == "gone" else "failed", error=error)
        if capture.refers_to is not None:
            report.unchanged += 1
            payload = answer.payload or self._run.vault.payload(capture)
            return self._understood(self._read(capture, payload, "unchanged"), payload)
        if answer.status in REDIRECTS:
            return Taken(capture, "redirect")
        return self._understood(self._read(capture, answer.payload, "read"), answer.payload)

    def _understood(self, taken: Taken, payload: bytes) -> Taken:
        """What was read; an answer that its reader could make nothing of breaks off its chain."""
        if taken.reading is not None:
            return taken
        if payload.strip() and not payload.rstrip().endswith((b"}", b"]", b">")):
            error = failure("broken-off", taken.capture.url, "the answer is not complete")
        else:
            error = failure("interface-error", taken.capture.url, "no answer that can be read")
        return replace(taken, outcome="failed", error=error)

    def take_picture(self, result: Result) -> Taken:
        """Seal a picture that has passed the gate; what is none was never written."""
        answer, picture = answer_of(result), result.picture
        earlier = self.earlier(result)
        if picture is not None or (answer.status == 304 and earlier is not None):
            reading = {} if picture is None else picture.reading
            capture = self.seal(result, reading, earlier)
            self._run.vault.add_documents(capture, READER, ())
            self._run.report.media += 1
            return Taken(capture, "unchanged" if capture.refers_to else "read")
        capture = self.seal(result, {"format": "media"})
        wait = answer.header("Retry-After")
        error = of_status(answer.status, capture.url, wait, now=result.at)
        gone = answer.status in _GONE
        return Taken(capture, "gone" if gone else "failed", error=error or _no_picture(answer))

    def _read(self, capture: Capture, payload: bytes, outcome: str) -> Taken:
        """Read what was sealed; a page that is no content is told by what it is."""
        notes, report = Reading(), self._run.report
        found = tuple(stream_documents(payload, capture, self._run.source, notes))
        report.documents += self._run.vault.add_documents(capture, READER, found, notes.said())
        report.issue_counts.update(notes.counts)
        page = notes.page
        if page is None:
            return Taken(capture, outcome if found else "suspect", found)
        if error := self._wants_person(page, capture.url):
            return Taken(capture, "suspect", found, page, error)
        if page.removed:
            outcome = "removed"
        elif not page.is_content or _is_odd(page):
            outcome = "suspect"
        return Taken(capture, outcome, found, page)

    def _wants_person(self, page: PageReading, url: str) -> CollectionError | None:
        if page.kind == "login":
            return self._login(url)
        if page.kind in FOR_PEOPLE:
            return failure(page.kind, url)
        if self._run.with_session and page.session is False and page.is_content:
            return failure("session-expired", url, "none of the source's session signs holds")
        return None

    def _login(self, url: str) -> CollectionError:
        """A login page in spite of a person's cookies says that their time is over."""
        return failure("session-expired" if self._run.with_session else "login", url)

    def _kind(self, payload: bytes, capture: Capture) -> str:
        """What the reader takes an error's page for: a CAPTCHA comes with any status."""
        if capture.status in _GONE or not payload.strip():
            return ""
        try:
            page = read_page(
                payload,
                source=self._run.source,
                url=capture.url,
                content_type=capture.content_type,
            )
        except Skip:
            return ""
        return page.kind


def answer_of(result: Result) -> Answer:
    """The answer of a result that has one."""
    if result.answer is None:
        raise ValueError(f"{result.job.url}: there is no answer to take in")
    return result.answer


def _is_odd(page: PageReading) -> bool:
    return any(issue.message.endswith(_CHANGED) for issue in page.issues)


def _no_picture(answer: Answer) -> CollectionError:
    return failure("http-status", answer.url, f"HTTP {answer.status} in place of a picture")
