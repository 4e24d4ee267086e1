"""A collector is one function: pages come sealed, resumable and polite; documents come out.

The frontier is not stored: a run that was interrupted reads again what it had sealed, from the
vault, and goes on with the addresses that stand there and were not asked for yet.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from collectors.imports.reading import READER, Reading, stream_documents
from collectors.media import media_kind
from collectors.tor import require_tor
from collectors.web.addresses import normal, place, places
from collectors.web.failures import failure, of_status
from collectors.web.frontier import Frontier
from collectors.web.network import Answer, Fetcher
from collectors.web.report import CollectReport, keep_state
from collectors.web.robots import EVERYTHING, Robots, of_answer
from config.settings import Settings
from config.sources import Source
from model.clock import Clock, iso, system_clock
from model.errors import CollectionError, PolicyRefusal, Retry, Stop
from model.evidence import Capture, Document, Mandate
from vault.records import Sealing
from vault.vault import Vault

COLLECTOR = "web/1"
MAX_PAGES = 10_000
"""Pages of one run where the source gives no number: endless paging ends here."""

ATTEMPTS = 3
_ROBOTS_HOPS = 5
GIVE_UP_AFTER = 5
"""Pages in a row that fail before the source is left alone until the next run."""

_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_LONGEST_PAUSE = 60.0

Pause = Callable[[float], None]


class Page(NamedTuple):
    """One page of the source: where it lies in the vault and what was read from it."""

    capture: Capture
    documents: tuple[Document, ...]


@dataclass(slots=True)
class Context:
    """What a collector of one source works with; :meth:`pages` does the rest.

    ``pause`` waits, in seconds. ``report`` is filled on the way.
    """

    vault: Vault
    source: Source
    settings: Settings
    mandate: Mandate
    fetcher: Fetcher
    report: CollectReport
    clock: Clock = system_clock
    pause: Pause = time.sleep
    robots: dict[str, Robots] = field(default_factory=dict)
    last_request: datetime | None = None
    run_begun: bool = False

    def pages(self) -> Iterator[Page]:
        """Every page of the source once, from the start addresses along its follow rules.

        Ends early with Stop where a person is wanted, or Retry where the site does not answer.
        """
        frontier = self._frontier()
        try:
            yield from self._walk(frontier)
        finally:
            self.report.waiting = len(frontier)
        self.report.finished = not self.report.waiting

    def _walk(self, frontier: Frontier) -> Iterator[Page]:
        in_a_row = 0
        limit = self.source.pace.pages_per_run or MAX_PAGES
        while self.report.pages < limit and (url := frontier.next()) is not None:
            try:
                page = self._page(url, frontier)
            except Stop:
                raise
            except CollectionError as error:
                frontier.done(url)
                self.report.note(error, ends=False)
                in_a_row = 0 if error.reason == "robots" else in_a_row + 1
                nothing_yet = isinstance(error, Retry) and not self.report.documents
                if in_a_row >= GIVE_UP_AFTER or nothing_yet:
                    raise
                continue
            in_a_row = 0
            if page is not None:
                yield page

    def _page(self, url: str, frontier: Frontier) -> Page | None:
        """Ask for one page, seal it, read it; None for an answer that only leads on."""
        if not self._allowed_by_robots(url):
            raise failure("robots", url)
        answer, capture = self._patiently(url, "html")
        frontier.done(url)
        if answer.status in _REDIRECTS:
            reason = frontier.redirect(url, answer.header("Location"))
            if reason:
                raise failure(reason, url, answer.header("Location")[:200])
            return None
        page, reading = self._read(capture, answer.payload)
        if error := of_status(answer.status, url, answer.header("Retry-After")):
            raise error
        self._follow(frontier, capture, reading)
        return page

    def _read(self, capture: Capture, payload: bytes) -> tuple[Page, Reading]:
        reading = Reading()
        found = tuple(stream_documents(payload, capture, self.source, reading))
        added = self.vault.add_documents(capture, READER, found, reading.said())
        self.report.documents += added
        self.report.issue_counts.update(reading.counts)
        return Page(capture, found), reading

    def _follow(self, frontier: Frontier, capture: Capture, reading: Reading) -> None:
        """Go on to what the page leads to; Stop where it wants a person instead."""
        if reading.page is None:
            return
        if reading.page.kind in ("login", "captcha", "queue"):
            raise failure(reading.page.kind, capture.url)
        frontier.add(reading.page.follow, capture.url)

    def _frontier(self) -> Frontier:
        """A new frontier, or that of a run that was interrupted, rebuilt from its captures."""
        frontier = Frontier(self.source.start, places(self.source.start))
        state = self.vault.get(_key(self.source))
        if isinstance(state, dict) and state.get("open"):
            for capture in self.vault.captures(after=int(state["after"])):
                if capture.source == self.source.name and capture.route != "import":
                    self._remember(frontier, capture)
            self.run_begun = True
        return frontier

    def _remember(self, frontier: Frontier, capture: Capture) -> None:
        """What a sealed page of this run says of the frontier.

        A page that wanted a person, or was to be tried again, does not count as answered.
        """
        if capture.reading.get("format") != "html":
            return
        if capture.status in _REDIRECTS:
            frontier.done(capture.url)
            location = next((v for k, v in capture.headers if k.lower() == "location"), "")
            frontier.redirect(capture.url, location)
            return
        if isinstance(of_status(capture.status or 200, capture.url), Retry):
            return
        page, reading = self._read(capture, self.vault.payload(capture))
        try:
            self._follow(frontier, page.capture, reading)
        except Stop:
            return
        frontier.done(capture.url)

    def _allowed_by_robots(self, url: str) -> bool:
        parts = urlsplit(url)
        site = urlunsplit((parts.scheme, parts.netloc, "", "", ""))
        if site not in self.robots:
            self.robots[site] = self._robots(site)
        return self.robots[site].allows(url)

    def _robots(self, site: str) -> Robots:
        """The site's rules; the decision to heed them or not goes into the custody log."""
        heeded = self.source.robots == "obey"
        details = {"address": f"{site}/robots.txt", "heeded": heeded, "status": None}
        robots = EVERYTHING
        if heeded:
            answer, capture = self._patiently(f"{site}/robots.txt", "robots")
            for _ in range(_ROBOTS_HOPS):
                target = self._robots_moved_to(answer)
                if not target:
                    break
                answer, capture = self._patiently(target, "robots")
            agent = self.settings.collection.user_agent
            robots = of_answer(answer.status, answer.payload, agent)
            details |= {"status": answer.status, "sha256": capture.sha256}
        self.vault.record("robots", self.source.name, details, self.mandate.id)
        return robots

    def _robots_moved_to(self, answer: Answer) -> str:
        """Where a robots.txt that moved stands now, if that is at one of the source's places."""
        if answer.status not in _REDIRECTS:
            return ""
        try:
            target = normal(answer.header("Location"), answer.url)
        except ValueError:
            return ""
        return target if place(target) in places(self.source.start) else ""

    def _patiently(self, url: str, kind: str) -> tuple[Answer, Capture]:
        """The answer to a request, sealed, after the pause due; tried again where that may help."""
        attempt = 0
        while True:
            attempt += 1
            self._wait_turn()
            try:
                answer = self.fetcher.get(url)
            except Retry as trouble:
                if attempt == ATTEMPTS:
                    raise
                self._back_off(trouble, attempt)
                continue
            if media := media_kind(answer.payload, answer.header("Content-Type")):
                raise failure("media", url, media)
            capture = self._seal(answer, kind)
            error = of_status(answer.status, url, answer.header("Retry-After"))
            if not isinstance(error, Retry) or attempt == ATTEMPTS:
                return answer, capture
            self._back_off(error, attempt)

    def _back_off(self, error: Retry, attempt: int) -> None:
        """Wait as long as the server asked for, else twice as long as the time before."""
        wait = error.after if error.after is not None else self._delay * 2**attempt
        self.pause(min(wait, _LONGEST_PAUSE))

    @property
    def _delay(self) -> float:
        own = self.source.pace.delay_seconds
        return self.settings.collection.delay_seconds if own is None else own

    def _wait_turn(self) -> None:
        """Keep the delay between two requests, and to the time the mandate gives."""
        now = self.clock()
        if not self.mandate.covers(self.source.name, iso(now)):
            raise PolicyRefusal(
                f"mandate {self.mandate.id} ended while {self.source.name} was read"
            )
        if self.last_request is not None:
            left = self._delay - (now - self.last_request).total_seconds()
            if left > 0:
                self.pause(left)
        self.last_request = self.clock()

    def _seal(self, answer: Answer, kind: str) -> Capture:
        """Seal an answer; with the first one of a run it is noted where the run begins."""
        sealing = Sealing(
            source=self.source.name,
            url=answer.url,
            final_url=answer.url,
            payload=answer.payload,
            captured_at=iso(self.clock()),
            collector=COLLECTOR,
            status=answer.status,
            content_type=answer.header("Content-Type"),
            headers=answer.headers,
            route=self.fetcher.route,
            mandate=self.mandate.id,
            reading={"format": kind},
        )
        with self.vault.batch():
            capture = self.vault.seal(sealing).capture
            if not self.run_begun:
                self.vault.put(_key(self.source), {"open": True, "after": capture.seq - 1})
                self.run_begun = True
        self.report.pages += kind == "html"
        return capture


def collect(context: Context) -> Iterator[Document]:
    """Every document of one source, page by page."""
    for page in context.pages():
        yield from page.documents


def collect_source(
    vault: Vault,
    source: Source,
    settings: Settings,
    *,
    clock: Clock = system_clock,
    pause: Pause = time.sleep,
    progress: Callable[[CollectReport], None] | None = None,
) -> CollectReport:
    """Read one source to its end, its limit or its trouble, and remember how it went.

    PolicyRefusal, with a custody entry, where no mandate covers the source or it leads outside.
    """
    report = CollectReport(source.name, iso(clock()))
    try:
        mandate = _mandate(vault, source)
        report.mandate = mandate.id
        if source.route == "tor":
            require_tor(settings.tor)
        with Fetcher(source, settings) as fetcher:
            _exhaust(
                Context(vault, source, settings, mandate, fetcher, report, clock, pause),
                progress or (lambda _: None),
            )
    except CollectionError as error:
        report.note(error, ends=True)
    except PolicyRefusal as error:
        report.refused = True
        report.note(error, ends=True)
        vault.record("refused", source.name, {"reason": error.message}, report.mandate or None)
        keep_state(vault, report, iso(clock()))
        raise
    keep_state(vault, report, iso(clock()))
    return report


def _exhaust(context: Context, progress: Callable[[CollectReport], None]) -> None:
    """Run the collector; a source that was read to its end without a single record has failed."""
    source, report = context.source, context.report
    if not source.start:
        raise failure("bad-address", source.name, "the source file has no start address")
    found = False
    for _ in collect(context):
        found = True
        progress(report)
    if report.finished:
        context.vault.put(_key(source), {"open": False})
        if not found:
            raise failure("empty", source.name, f"{report.pages} pages were read")


def _mandate(vault: Vault, source: Source) -> Mandate:
    mandate = vault.mandate_for(source.name)
    if mandate is None:
        raise PolicyRefusal(
            f"{source.name}: no mandate in force covers this source",
            remedy=f"record one with 'spoor mandate add --sources {source.name} …'",
        )
    return mandate


def _key(source: Source) -> str:
    return f"collect:{source.name}"
