"""A collector is one function: pages come sealed, resumable and polite; documents come out.

Most sources are read page by page; engines that are read in another way name their collector here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from importlib import import_module
from pathlib import Path

from collectors import sightings
from collectors.interfaces import Term
from collectors.media.gate import BlockList, load_block_list
from collectors.mirrors import CURSOR, Mirrors
from collectors.tor import require_tor
from collectors.web.access import Access
from collectors.web.failures import failure
from collectors.web.interfaces import Asking, asking, since, terms
from collectors.web.network import Fetcher
from collectors.web.pace import limits
from collectors.web.quota import Ledger
from collectors.web.report import CollectReport, keep_state
from collectors.web.run import Run
from collectors.web.site import Site
from collectors.web.visit import Page, Visit
from collectors.web.workers import Pause
from config.settings import Settings, TorSettings
from config.sources import Source
from model.canonical import Json
from model.clock import Clock, iso, system_clock
from model.errors import CollectionError, PolicyRefusal
from model.evidence import Document, Mandate
from vault.vault import Vault

_LOOKS = 0.2


@dataclass(slots=True)
class Context:
    """What a collector of one source works with; :meth:`pages` does the rest.

    ``pause`` waits, in seconds; ``stop``, once set, ends the run as soon as what is under way is
    sealed. ``report`` is filled on the way. ``with_session`` tells that a person's cookies are in
    use, ``access`` is what is shown to an interface.
    """

    vault: Vault
    source: Source
    settings: Settings
    mandate: Mandate
    fetcher: Fetcher
    report: CollectReport
    clock: Clock = system_clock
    stop: threading.Event = field(default_factory=threading.Event)
    pause: Pause | None = None
    with_session: bool = False
    access: Access | None = None

    @property
    def since(self) -> str:
        """When what the round wants begins (ISO 8601 UTC); empty for all there is."""
        begun = self.vault.frontier(self.source.name).round
        return since(self.source, begun.begun_at if begun else iso(self.clock()))

    @property
    def terms(self) -> tuple[Term, ...]:
        """What is searched for: words as given, and those that the source's plan chooses."""
        return terms(self.vault, self.source, self.vault.frontier(self.source.name).round)

    def pages(self, *start: str) -> Iterator[Page]:
        """Every page once, from these addresses (the source's own by default) along its rules.

        Ends early with Stop where a person is wanted, or Retry where the site does not answer.
        """
        asking = self._asking()
        run = Run(
            self.vault,
            self.source,
            self.settings,
            self.mandate,
            self._site(),
            self.report,
            clock=self.clock,
            pause=self.pause or self._wait,
            stop=self.stop,
            frontier=self.vault.frontier(self.source.name),
            ledger=Ledger(self.vault, self.source, asking),
            with_session=self.with_session,
            asking=asking,
        )
        pace = limits(self.source, self.mandate, self.settings)
        visit = Visit(run, pace, self.fetcher, self._blocked())
        yield from visit.pages(start or self.source.start)

    def _asking(self) -> Asking | None:
        return asking(self.source, with_access=self.access is not None)

    def _blocked(self) -> BlockList | None:
        """The hashes of pictures never to be kept, where pictures are to be fetched."""
        named = self.settings.collection.blocked_images
        wanted = self.source.media and self.mandate.media
        return load_block_list(Path(named)) if wanted and named else None

    def _site(self) -> Site:
        """The source's addresses, with what the open round has learnt of its traps."""
        kept = self.cursor("traps")
        state = dict(kept) if isinstance(kept, dict) else {}
        if self.vault.frontier(self.source.name).round is None:
            state.pop("shapes", None)
            state.pop("chains", None)
        mirrors = Mirrors(self.source, state=self.cursor(CURSOR), clock=self.clock)
        return Site(self.source, mirrors, state)

    def leave_round(self) -> None:
        """End the open round as it is, so that the next pages are those of a new one."""
        frontier = self.vault.frontier(self.source.name)
        if (begun := frontier.round) is not None:
            with self.vault.batch():
                address = self._site().key if self.source.start else str
                states = sightings.Sightings(
                    self.vault, self.source, begun.id, self.clock, address=address
                )
                states.close("stopped:left")
                frontier.close("stopped:left", iso(self.clock()))

    def _wait(self, seconds: float) -> None:
        self.stop.wait(seconds)

    def cursor(self, name: str) -> Json | None:
        """What the collector kept of this source under ``name``; None at first."""
        return self.vault.cursor(self.source.name, name)

    def keep_cursor(self, name: str, value: Json) -> None:
        """Keep ``value`` for the next run; durable with the batch around it."""
        self.vault.keep_cursor(self.source.name, name, value)


Collector = Callable[[Context], Iterator[Document]]

_OWN_WAY: Mapping[str, str] = {"telegram": "collectors.telegram"}
"""Engine → module whose ``collect`` reads it, in place of pages."""

_WATCHED: Mapping[str, str] = {"bluesky": "collectors.watching.jetstream"}
"""Engine → module whose ``collect`` watches it, where ``ask.watch`` says so."""


def collect(context: Context) -> Iterator[Document]:
    """Every document of one source, by each of the ways it is read.

    What one of them runs into does not keep the next from being gone; it is raised at the end.
    """
    trouble: CollectionError | None = None
    for collector in _collectors(context.source):
        try:
            yield from collector(context)
        except CollectionError as error:
            trouble = trouble or error
    if trouble is not None:
        raise trouble


def _collectors(source: Source) -> Iterator[Collector]:
    ask, engine = source.ask, source.engine
    watched = _WATCHED.get(engine, "") if ask.watch else ""
    if own := _OWN_WAY.get(engine):
        yield import_module(own).collect
    elif not watched or ask.more_than_watch:
        yield _pages
    if watched:
        yield import_module(watched).collect


def _pages(context: Context) -> Iterator[Document]:
    for page in context.pages():
        yield from page.documents


def collect_source(
    vault: Vault,
    source: Source,
    settings: Settings,
    *,
    clock: Clock = system_clock,
    pause: Pause | None = None,
    progress: Callable[[CollectReport], None] | None = None,
    stop: threading.Event | None = None,
    fresh: bool = False,
    tor: TorSettings | None = None,
    cookies: CookieJar | None = None,
    access: Access | None = None,
) -> CollectReport:
    """Read one source to its end, its limit or its trouble, and remember how it went.

    ``stop``, once set, ends the run soon and orderly, as does Ctrl-C. ``fresh`` begins a new
    round where one is open. ``tor`` is the tor that runs, where it is not that of the settings;
    ``cookies`` are those a person handed in, ``access`` is shown to an interface. PolicyRefusal,
    with a custody entry, where no mandate covers the source or it leads outside.
    """
    report = CollectReport(source.name, iso(clock()))
    settings = settings if tor is None else settings.model_copy(update={"tor": tor})
    try:
        mandate = _mandate(vault, source)
        report.mandate = mandate.id
        if not source.start and source.engine not in _OWN_WAY:
            raise failure("bad-address", source.name, "the source file has no start address")
        if source.route == "tor":
            require_tor(settings.tor)
        if source.is_interface and not source.ask.anything:
            raise failure("bad-address", source.name, "the source's `ask` names nothing to ask")
        with Fetcher(source, settings, cookies=cookies, access=access) as fetcher:
            context = Context(vault, source, settings, mandate, fetcher, report, clock)
            context.pause = pause
            context.stop = stop or context.stop
            context.with_session = cookies is not None
            context.access = access
            if fresh:
                context.leave_round()
            _exhaust(context, progress or (lambda _: None))
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
    """Run the collector; where Ctrl-C could hit it in mid-page, in a thread of its own."""

    def run() -> None:
        for _ in collect(context):
            progress(context.report)

    if threading.current_thread() is threading.main_thread():
        _shielded(run, context.stop)
    else:
        run()


def _shielded(run: Callable[[], None], stop: threading.Event) -> None:
    """Run in another thread; KeyboardInterrupt is raised here once that has ended orderly."""
    with ThreadPoolExecutor(1, thread_name_prefix="spoor-collect") as pool:
        future = pool.submit(run)
        try:
            while not wait((future,), _LOOKS).done:
                continue
        except BaseException:
            stop.set()
            raise
    future.result()


def _mandate(vault: Vault, source: Source) -> Mandate:
    mandate = vault.mandate_for(source.name)
    if mandate is None:
        raise PolicyRefusal(
            "no mandate in force covers this source",
            remedy=f"record one with 'spoor mandate add --source {source.name} …'",
        )
    return mandate
