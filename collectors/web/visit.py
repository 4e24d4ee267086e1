"""One run over one source: threads ask, one thread seals, reads, follows and keeps count.

Everything that belongs to a page (its bytes, documents, further addresses, and that it was
answered) is written in one turn of the vault, several pages at a time. So a run may be killed at
any moment: what was committed is not asked again, and the rest still waits.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from collectors.web import traps
from collectors.web.answers import Intake, Taken
from collectors.web.failures import failure
from collectors.web.gate import Gate
from collectors.web.network import Fetcher
from collectors.web.pace import Limits, Turns, limits
from collectors.web.report import CollectReport
from collectors.web.site import Site
from collectors.web.trouble import Trouble
from collectors.web.workers import LONGEST_WAIT, Job, Pause, Result, Workers, host_of
from config.settings import Settings
from config.sources import Source
from model.clock import Clock, iso
from model.errors import (
    CollectionError,
    EvidenceError,
    PolicyRefusal,
    Retry,
    Skip,
    SpoorError,
    Stop,
)
from model.evidence import Capture, Document, Mandate
from vault.frontier import Address, Frontier
from vault.vault import Vault

ATTEMPTS = 3
"""Failed attempts in one round after which an address is given up."""

MAX_HOPS = 10
"""Redirects in a row."""

ODD_PAGES = 8
"""Pages in a row that do not fit the source file, after which its layout has changed."""

BATCH_PAGES = 64
BATCH_SECONDS = 0.1
"""What is committed together, at most: so much is lost in a crash, and asked for again."""

DRAIN_SECONDS = 10.0
"""How long a run that is to end waits for requests under way."""

_LOOKED_AT_ONCE = 1_000
_REMEMBERED = 20_000
_STATE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the source: where it lies in the vault and what was read from it."""

    capture: Capture
    documents: tuple[Document, ...]


class Visit:
    """The reading of one source in one run; :meth:`pages` does it all."""

    def __init__(
        self,
        vault: Vault,
        source: Source,
        settings: Settings,
        *,
        mandate: Mandate,
        fetcher: Fetcher,
        report: CollectReport,
        site: Site,
        clock: Clock,
        pause: Pause,
        stop: threading.Event,
        with_session: bool = False,
    ) -> None:
        self._vault = vault
        self._source = source
        self._mandate = mandate
        self._report = report
        self._site = site
        self._clock = clock
        self._pause = pause
        self._stop = stop
        self._limits: Limits = limits(source, mandate, settings)
        self._turns = Turns(self._limits.delay)
        self._workers = Workers(
            self._limits.concurrency, fetcher, self._turns, clock=clock, pause=pause, stop=stop
        )
        tor = settings.tor if source.route == "tor" else None
        self._trouble = Trouble(
            fetcher,
            site.mirrors,
            self._turns,
            tor,
            report,
            clock=clock,
            pause=pause,
            ending=lambda: self._is_ending,
        )
        self._intake = Intake(vault, source, mandate, report, with_session=with_session)
        self._frontier: Frontier = vault.frontier(source.name)
        self._gate: Gate
        self._settings = settings
        self._ready: deque[Result] = deque()
        self._under_way: dict[int, Job] = {}
        self._given: list[Job] = []
        self._number = 0
        self._asked = 0
        self._day: tuple[datetime, datetime] | None = None
        self._left_today: int | None = None
        self._odd = 0
        self._fit = False
        self._known: OrderedDict[str, None] = OrderedDict()
        self._origins: dict[str, list[str]] = {}
        self._end: SpoorError | None = None
        self._paused = False
        self._gate_asked = False
        self._saved_at = 0.0

    # the loop
    def pages(self, start: Sequence[str]) -> Iterator[Page]:
        """Every page of the round that is still to be read, from the start addresses on.

        Ends early with Stop where a person is wanted, with Retry where the site does not answer.
        """
        self._open(start)
        try:
            while True:
                self._gather(0.2)
                read = self._turn()
                yield from read
                if not self._under_way and not self._ready and not self._go_on():
                    break
        finally:
            self._wind_up()
        if self._end is not None:
            raise self._end

    def _gather(self, seconds: float) -> None:
        """Results that came meanwhile; waits for the first one where something is under way."""
        if self._under_way and not self._ready and (found := self._workers.result(seconds)):
            self._ready.append(found)
        while len(self._ready) < BATCH_PAGES and (found := self._workers.result(0)):
            self._ready.append(found)

    def _turn(self) -> list[Page]:
        """Take in what came and hand out what is next: one commit, then it is acknowledged."""
        began = time.monotonic()
        pages: list[Page] = []
        with self._vault.turn():
            while self._ready and time.monotonic() - began < BATCH_SECONDS:
                page = self._settle(self._ready.popleft())
                if page is not None:
                    pages.append(page)
            self._hand_out()
            self._save(pages=bool(pages))
        for job in self._given:
            self._workers.submit(job)
        self._given.clear()
        return pages

    @property
    def _is_ending(self) -> bool:
        return self._end is not None or self._stop.is_set()

    def _go_on(self) -> bool:
        """Whether there is more to do in this run; waits, with nothing under way, until then."""
        if self._is_ending:
            return False
        if self._trouble.tor_is_down:
            return self._tor_came_back()
        due = self._frontier.next_due()
        if due is None:
            return self._more_to_check()
        if self._paused or self._at_limit:
            return False
        left = _seconds(due, self._clock()) if due else 0.0
        if left > LONGEST_WAIT:
            self._take_break(failure("rate-limit", self._source.name), due)
            return False
        if left > 0:
            self._pause(left)
        return not self._is_ending

    def _tor_came_back(self) -> bool:
        try:
            self._trouble.wait_for_tor()
        except Retry as error:
            self._end = error
        return not self._is_ending

    def _more_to_check(self) -> bool:
        """Nothing waits: the round is read to its end."""
        self._report.finished = True
        return False

    # begin and end
    def _open(self, start: Sequence[str]) -> None:
        """Go on with the open round, or begin a new one."""
        begun = self._frontier.round
        with self._vault.turn():
            if begun is None:
                begun = self._frontier.begin(self._mandate.id, iso(self._clock()))
            keys = [self._site.key(url) for url in start]
            self._frontier.add(Address(key, why="start") for key in keys)
        self._report.round = begun.id
        self._report.mirror = self._site.mirrors.current
        self._gate = Gate(
            self._vault,
            self._source,
            self._settings,
            mandate=self._mandate,
            turns=self._turns,
            round_id=begun.id,
        )
        self._recall_holds()

    def _wind_up(self) -> None:
        """Seal what still comes in, let go of the rest, and note where the round stands."""
        self._workers.close()
        until = time.monotonic() + DRAIN_SECONDS
        while self._under_way and time.monotonic() < until:
            self._gather(0.2)
            with self._vault.turn():
                while self._ready:
                    self._settle(self._ready.popleft())
        with self._vault.turn():
            for job in self._under_way.values():
                self._frontier.release(job.address.url)
            self._under_way.clear()
            self._keep_state()
            self._report.waiting = self._frontier.waiting()
            self._report.round_counts = dict(self._frontier.counts())
            self._close_round()
        self._workers.join(0.2)

    def _close_round(self) -> None:
        """End the round where it is read to its end, or has to be read anew."""
        report, outcome = self._report, ""
        if report.finished and self._end is None:
            outcome = "finished"
            if not self._found_anything():
                self._end = failure("empty", self._source.name, f"{report.pages} pages were read")
                outcome = "stopped:empty"
        elif isinstance(self._end, CollectionError) and self._is_over(self._end):
            fate = "stopped" if isinstance(self._end, Stop) else "failed"
            outcome = f"{fate}:{self._end.reason}"
        if outcome:
            self._frontier.close(outcome, iso(self._clock()))

    def _is_over(self, error: CollectionError) -> bool:
        """Whether nothing is lost where the next run begins a new round instead."""
        if error.reason == "layout-changed":
            return True
        round_ = self._frontier.round
        return isinstance(error, Retry) and round_ is not None and not round_.pages

    def _found_anything(self) -> bool:
        round_ = self._frontier.round
        return round_ is None or round_.documents > 0

    def _save(self, *, pages: bool) -> None:
        """Keep what was learnt of traps, now and then."""
        now = time.monotonic()
        if pages and now - self._saved_at > _STATE_SECONDS:
            self._saved_at = now
            self._keep_state()

    def _keep_state(self) -> None:
        name = self._source.name
        self._vault.keep_cursor(name, "traps", self._site.state())
        self._vault.keep_cursor(name, "mirrors", self._site.mirrors.state())
        held = self._turns.held(self._clock())
        self._vault.keep_cursor(name, "holds", {host: iso(until) for host, until in held.items()})

    def _recall_holds(self) -> None:
        """Hosts that asked to be left alone are left alone by the next run, too."""
        kept = self._vault.cursor(self._source.name, "holds")
        for host, until in (kept if isinstance(kept, dict) else {}).items():
            self._turns.hold(str(host), datetime.fromisoformat(str(until)))

    # handing out
    @property
    def _at_limit(self) -> bool:
        return self._limits.per_run is not None and self._asked >= self._limits.per_run

    def _hand_out(self) -> None:
        """Give the workers what they may ask for next; called inside a turn."""
        for _ in range(_LOOKED_AT_ONCE):
            now = self._clock()
            room = self._room(now)
            if room < 1:
                return
            taken = self._frontier.take(room, iso(now))
            if not taken:
                return
            for address in taken:
                self._consider(address, now)

    def _room(self, now: datetime) -> int:
        """How many requests may be sent now."""
        if self._is_ending or self._paused or self._gate_asked or self._trouble.tor_is_down:
            return 0
        many = self._limits.concurrency
        at_once = 1 if self._trouble.now or many == 1 else 2 * many
        room = at_once - len(self._under_way)
        if self._limits.per_run is not None:
            room = min(room, self._limits.per_run - self._asked)
        if room < 1 or not self._may_ask_at(now):
            return 0
        return min(room, room if self._left_today is None else self._left_today)

    def _may_ask_at(self, now: datetime) -> bool:
        """Whether mandate, hours and budget let anything be asked; if not, the run ends."""
        if not self._mandate.covers(self._source.name, iso(now)):
            self._end = PolicyRefusal(
                f"mandate {self._mandate.id} ended while {self._source.name} was read"
            )
            return False
        if until := self._limits.quiet_until(now):
            self._take_break(failure("quiet-hours", self._source.name), iso(until))
            return False
        if self._limits.per_day is None:
            return True
        if self._day is None or now >= self._day[1]:
            self._day = self._limits.day(now)
            asked = self._frontier.asked_since(iso(self._day[0]))
            self._left_today = max(0, self._limits.per_day - asked)
        if self._left_today == 0:
            self._take_break(failure("budget", self._source.name), iso(self._day[1]))
            return False
        return True

    def _take_break(self, error: CollectionError, until: str) -> None:
        """The run ends as soon as what is under way is in; nothing has failed."""
        self._paused = True
        self._report.pause(error, until)

    def _consider(self, address: Address, now: datetime) -> None:
        """Hand out an address, unless a rule of ours or of the site speaks against it."""
        plain = self._site.plain(address.url)
        if plain != address.url:
            self._replace(address, plain)
            return
        if rule := self._site.trap(address):
            self._report.trap(rule, address.url)
            self._frontier.give_up(address.url, reason=f"trap:{rule}")
            self._site.shapes.done(address.url, address.found_on)
            return
        url = self._site.asked_at(address.url)
        if until := self._trouble.too_long(host_of(url), now):
            self._frontier.release(address.url)
            self._take_break(failure("rate-limit", self._source.name), iso(until))
            return
        if self._gate_asked or not self._gate.knows(url, now):
            self._frontier.release(address.url)
            if not self._gate_asked:
                self._gate_asked = True
                self._give(self._gate.job(url, self._next_number()))
            return
        if not self._gate.allows(url):
            self._give_up(address, failure("robots", url))
            return
        self._asked += 1
        self._give(
            Job(address, url, self._next_number(), address.etag, address.last_modified)
            if address.capture is not None
            else Job(address, url, self._next_number())
        )

    def _give(self, job: Job) -> None:
        """Count a request before it is sent, and hand it to the workers after the commit."""
        self._frontier.note_request(iso(self._clock()))
        if self._left_today is not None:
            self._left_today -= 1
        self._under_way[job.number] = job
        self._given.append(job)

    def _next_number(self) -> int:
        self._number += 1
        return self._number

    def _replace(self, address: Address, plain: str) -> None:
        """An address with a parameter that was found to change nothing becomes one without."""
        self._report.trap("session", address.url)
        self._frontier.give_up(address.url, reason="trap:session")
        self._frontier.add([replace(address, url=plain)])

    # taking in
    def _settle(self, result: Result) -> Page | None:
        """All that follows from one result; called inside a turn."""
        job = result.job
        del self._under_way[job.number]
        if isinstance(result.error, EvidenceError):
            raise result.error
        if result.error is not None and not isinstance(result.error, SpoorError):
            raise result.error
        if job.address.why == "robots":
            self._take_robots(result)
            return None
        if result.answer is None and result.error is None:
            self._not_asked(job)
        elif isinstance(result.error, CollectionError):
            self._failed(job, result.error)
        elif result.error is not None:
            self._frontier.release(job.address.url)
            self._stop_for(result.error)
        else:
            return self._take(result)
        return None

    def _not_asked(self, job: Job) -> None:
        self._asked -= 1
        self._frontier.release(job.address.url)

    def _stop_for(self, error: SpoorError | None) -> None:
        """The run ends with the first error of its kind, when all under way is in."""
        self._end = self._end or error

    def _take_robots(self, result: Result) -> None:
        job, error = result.job, result.error
        self._gate_asked = False
        if result.answer is None and error is None:
            return
        try:
            if isinstance(error, CollectionError):
                if self._gate.unreachable(job, error):
                    return
                raise error
            if isinstance(error, SpoorError):
                self._stop_for(error)
                return
            number = self._next_number()
            onward = self._gate.take(result, self._intake, self._site, number)
            if onward is not None:
                self._gate_asked = True
                self._give(onward)
        except Retry as trouble:
            self._robots_again(job, trouble)
        except CollectionError as other:
            self._stop_for(other)

    def _robots_again(self, job: Job, error: Retry) -> None:
        self._put_back(job, error)
        if not self._is_ending:
            self._gate_asked = True
            self._give(self._gate.again(job, self._next_number()))

    def _put_back(self, job: Job, error: Retry) -> float:
        """What a failed attempt means for the source; seconds to wait with the same address."""
        self._report.retries += 1
        try:
            return self._trouble.failed(job, error, self._number)
        except Retry as too_often:
            self._stop_for(too_often)
            return 0.0

    def _failed(self, job: Job, error: CollectionError) -> None:
        """No answer, or one that is none: the address waits, is given up, or a person is wanted."""
        address = job.address
        if isinstance(error, Stop):
            self._frontier.release(address.url)
            self._reopen(address)
            self._stop_for(error)
        elif isinstance(error, Retry):
            wait = self._put_back(job, error)
            tries = address.attempts + 1
            if tries >= ATTEMPTS and (self._trouble.answered or tries >= 3 * ATTEMPTS):
                self._give_up(address, error)
            else:
                again = iso(self._clock() + timedelta(seconds=wait))
                self._frontier.later(address.url, not_before=again, reason=error.reason)
        else:
            self._give_up(address, error)

    def _give_up(self, address: Address, error: CollectionError) -> None:
        self._frontier.give_up(address.url, reason=error.reason)
        self._site.shapes.done(address.url, address.found_on)
        self._report.note(error, ends=False)

    def _reopen(self, address: Address) -> None:
        """Addresses that led to where a person is wanted are asked again, too."""
        for url in self._origins.pop(address.url, ()):
            self._frontier.reopen(url)  # type: ignore[attr-defined]

    def _take(self, result: Result) -> Page | None:
        """Take in an answer: seal, read, follow, and note that the address is answered."""
        job = result.job
        taken = self._intake.take(result)
        if isinstance(taken.error, Retry | Stop):
            self._failed(job, taken.error)
            return None
        self._trouble.over(job)
        if taken.outcome == "redirect":
            self._redirect(job, taken.capture)
            return None
        if isinstance(taken.error, Skip):
            self._answered(job, taken)
            self._site.shapes.done(job.address.url, job.address.found_on)
            self._report.note(taken.error, ends=False)
            return None
        self._answered(job, taken)
        self._follow(job, taken)
        self._judge(job, taken)
        return Page(taken.capture, taken.documents)

    def _answered(self, job: Job, taken: Taken) -> None:
        capture = taken.capture
        headers = {name.lower(): value for name, value in capture.headers}
        keep = taken.outcome in ("read", "unchanged", "suspect", "removed")
        self._frontier.answered(
            job.address.url,
            status=capture.status,
            capture=capture.seq if keep else None,
            etag=headers.get("etag", "") if keep else "",
            last_modified=headers.get("last-modified", "") if keep else "",
            outcome=taken.outcome,
            reason=taken.error.reason if taken.error else "",
        )

    def _redirect(self, job: Job, capture: Capture) -> None:
        """Put a redirect's target before all others; failures are told where it is not followed."""
        address = job.address
        location = next((v for k, v in capture.headers if k.lower() == "location"), "")
        error: CollectionError | None = None
        target = ""
        try:
            target = self._site.key(location, capture.url)
        except ValueError as problem:
            elsewhere = "another place" in str(problem)
            reason = "redirect-elsewhere" if elsewhere else "bad-address"
            error = failure(reason, capture.url, location[:200])
        if target and (address.hops >= MAX_HOPS or target == address.url):
            error = failure("redirects", capture.url, location[:200])
        self._answered(job, Taken(capture, "redirect", error=error))
        self._site.shapes.done(address.url, address.found_on)
        if error is not None:
            self._report.note(error, ends=False)
            return
        onward = Address(target, address.depth, address.url, "redirect", hops=address.hops + 1)
        if len(self._origins) < _LOOKED_AT_ONCE:
            self._origins.setdefault(target, []).append(address.url)
        self._frontier.add([onward], first=True)

    def _follow(self, job: Job, taken: Taken) -> None:
        """Let the addresses wait that the page leads to."""
        address, page = job.address, taken.reading
        led_to: list[Address] = []
        for key in self._site.keys(page.follow if page else (), taken.capture.url):
            if key in self._known:
                self._known.move_to_end(key)
                continue
            onward = Address(key, address.depth + 1, address.url)
            if rule := self._site.trap(onward):
                self._report.trap(rule, key)
            else:
                led_to.append(onward)
        new = self._frontier.add(led_to) if led_to else 0
        self._remember(one.url for one in led_to)
        records = traps.marks(taken.documents)
        others = islice((one.url for one in led_to), new)
        self._site.shapes.page(address.url, address.found_on, records, others)
        if records:
            content = b"".join(sorted(records))
            if self._site.learner.page(address.url, content):
                self._report.trap("session", address.url)
                self._known.clear()

    def _remember(self, keys: Iterator[str]) -> None:
        """Addresses met lately, so that a menu on every page costs nothing."""
        for key in keys:
            self._known[key] = None
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)

    def _judge(self, job: Job, taken: Taken) -> None:
        """Pages in a row that do not fit the source file want a person."""
        if taken.odd:
            self._odd += 1
        elif taken.reading is not None and taken.reading.is_content:
            self._odd = 0
            self._fit = True
        if self._odd >= ODD_PAGES:
            self._stop_for(failure("layout-changed", job.url, f"{self._odd} pages in a row"))


def _seconds(moment: str, now: datetime) -> float:
    return (datetime.fromisoformat(moment) - now).total_seconds()
