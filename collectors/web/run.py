"""What the parts of one run over one source share."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from collectors.mirrors import CURSOR
from collectors.web.failures import failure
from collectors.web.interfaces import Asking
from collectors.web.pace import Turns
from collectors.web.quota import Ledger
from collectors.web.report import CollectReport
from collectors.web.site import Site
from collectors.web.workers import Pause, host_of
from config.settings import Settings
from config.sources import Source
from model.clock import Clock, iso
from model.errors import CollectionError, SpoorError
from model.evidence import Mandate
from vault.frontier import Address, Frontier
from vault.vault import Vault


@dataclass(slots=True)
class Run:
    """One run: what it works with, and how it ends.

    ``end`` is the first error that ends it, ``paused`` that its time is up; either way what is
    under way is still sealed. ``stop`` is set from outside. ``with_session`` tells that cookies a
    person handed in are in use, ``asking`` is the interface that is asked in place of a site, and
    ``ledger`` keeps what its quota has left.
    """

    vault: Vault
    source: Source
    settings: Settings
    mandate: Mandate
    site: Site
    report: CollectReport
    clock: Clock
    pause: Pause
    stop: threading.Event
    frontier: Frontier
    ledger: Ledger
    with_session: bool = False
    asking: Asking | None = None
    end: SpoorError | None = None
    paused: bool = False

    @property
    def is_ending(self) -> bool:
        return self.end is not None or self.stop.is_set()

    @property
    def now(self) -> str:
        return iso(self.clock())

    def stop_for(self, error: SpoorError) -> None:
        """Nothing more is asked; the run ends with the first error when all under way is in."""
        self.end = self.end or error

    def why_wait(self, due: str) -> CollectionError:
        """Why nothing may be asked until then: the next day's units, or the site's own wish."""
        if self.asking is not None and due == iso(self.ledger.full_at(self.clock())):
            return failure("quota", self.source.name, f"it goes on at {due}")
        return failure("rate-limit", self.source.name, f"until {due}")

    def take_break(self, error: CollectionError, until: str) -> None:
        """Nothing more is asked until then; nothing has failed."""
        self.paused = True
        self.report.pause(error, until)


def start_addresses(run: Run, start: Iterable[str]) -> Iterator[Address]:
    """Where the round begins; of an interface, what is no address of its own is told and left."""
    for url in start:
        try:
            yield Address(run.site.key(url), why="start")
        except ValueError as problem:
            if run.asking is None:
                raise
            run.report.note(failure("bad-address", url[:200], str(problem)), ends=False)


def keep_learnt(run: Run, turns: Turns) -> None:
    """Keep what was learnt of traps, mirrors, and hosts that want to be left alone."""
    name = run.source.name
    turns.news = False
    held = {host: iso(until) for host, until in turns.held(run.clock()).items()}
    run.vault.keep_cursor(name, "traps", run.site.state())
    run.vault.keep_cursor(name, CURSOR, run.site.mirrors.state())
    run.vault.keep_cursor(name, "holds", held)


def recall_holds(run: Run, turns: Turns) -> None:
    """Hosts that asked to be left alone are left alone by the next run, too.

    What earlier runs asked counts for an interface's own rate, which is one for all its hosts.
    """
    kept = run.vault.cursor(run.source.name, "holds")
    for host, until in (kept if isinstance(kept, dict) else {}).items():
        turns.hold(str(host), datetime.fromisoformat(str(until)))
    if (rate := run.source.interface.rate) is not None and run.asking is not None:
        now = run.clock()
        asked = run.frontier.asked_by_minute(iso(now - timedelta(seconds=rate.seconds)))
        ends = [(min(now, at + timedelta(minutes=1)), number) for at, number in asked]
        for host in dict.fromkeys(host_of(run.site.key(url)) for url in run.source.start):
            turns.went_before(host, ends)
