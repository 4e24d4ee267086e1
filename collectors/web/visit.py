"""One run over one source: threads ask, one thread seals, reads, follows and keeps count.

Everything that belongs to a page (its bytes, documents, further addresses, and that it was
answered) is committed together, several pages at a time. So a run may be killed at any moment:
what was committed is not asked again, and the rest still waits.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from collectors import sightings
from collectors.media.gate import BlockList
from collectors.web.answers import Intake
from collectors.web.conduct import Conduct
from collectors.web.ending import outcome_of_round
from collectors.web.failures import failure
from collectors.web.gate import Gate
from collectors.web.landing import Landing
from collectors.web.lists import list_address
from collectors.web.network import Fetcher
from collectors.web.pace import Limits, Turns
from collectors.web.run import Run, keep_learnt, recall_holds, start_addresses
from collectors.web.trouble import Trouble
from collectors.web.workers import LONGEST_WAIT, Job, Result, Workers, host_of
from model.clock import iso
from model.errors import CollectionError, Retry, SpoorError
from model.evidence import Capture, Document
from vault.frontier import Address

BATCH_PAGES = 64
BATCH_SECONDS = 0.1
"""What is committed together, at most: so much is lost in a crash, and asked for again."""

BATCH_BYTES = 64 << 20
"""Answers that wait to be sealed; where there is more, nothing further is asked for."""

DRAIN_SECONDS = 10.0
"""How long a run that is to end waits for requests under way."""

_LOOKED_AT = 1_000
_RECHECKED_AT_ONCE = 1_000
_STATE_SECONDS = 5.0
_TICK = 0.2


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the source: where it lies in the vault and what was read from it."""

    capture: Capture
    documents: tuple[Document, ...]


class Visit:
    """The reading of one source in one run; :meth:`pages` does it all."""

    def __init__(
        self, run: Run, limits: Limits, fetcher: Fetcher, blocked: BlockList | None = None
    ) -> None:
        self._run = run
        asking = run.asking
        rate = None if asking is None else run.source.interface.rate
        self._turns = Turns(limits.delay, obeys=asking is not None, rate=rate)
        self._trouble = Trouble(run, fetcher, self._turns)
        self._conduct = Conduct(run, limits, self._trouble)
        self._intake = Intake(run)
        self._workers = Workers(
            limits.concurrency,
            fetcher,
            self._turns,
            clock=run.clock,
            pause=run.pause,
            stop=run.stop,
            allowed=self._conduct.is_time,
            blocked=blocked,
            accept="" if asking is None else asking.accept,
        )
        self._ready: deque[Result] = deque()
        self._under_way: dict[int, Job] = {}
        self._given: list[Job] = []
        self._number = 0
        self._gate_asked = False
        self._saved_at = 0.0
        self._unmet: Iterator[str] | None = None

    def pages(self, start: Sequence[str]) -> Iterator[Page]:
        """Every page of the round that is still to be read, from the start addresses on.

        Ends early with Stop where a person is wanted, with Retry where the site does not answer.
        """
        self._open(start)
        try:
            while True:
                self._gather()
                yield from self._advance()
                if not self._under_way and not self._ready and not self._go_on():
                    break
        finally:
            self._wind_up()
        if self._run.end is not None:
            raise self._run.end

    def _gather(self) -> None:
        """Results that came meanwhile; waits for the first one where something is under way."""
        if self._under_way and not self._ready and (found := self._workers.result(_TICK)):
            self._ready.append(found)
        while len(self._ready) < BATCH_PAGES and (found := self._workers.result(0)):
            self._ready.append(found)

    def _advance(self) -> list[Page]:
        """Take in what came and hand out what is next: acknowledged with one commit."""
        run, pages = self._run, list[Page]()
        with run.vault.batch():
            until = time.monotonic() + BATCH_SECONDS
            while self._ready and time.monotonic() < until:
                pages.extend(self._settle(self._ready.popleft()))
            self._hand_out()
            due = pages and time.monotonic() - self._saved_at > _STATE_SECONDS
            if due or self._turns.news:
                self._saved_at = time.monotonic()
                keep_learnt(run, self._turns)
        for job in self._given:
            self._workers.submit(job)
        self._given.clear()
        return pages

    # what comes next
    def _go_on(self) -> bool:
        """Whether there is more to do in this run; waits, with nothing under way, until then."""
        run = self._run
        if run.is_ending:
            return False
        if self._trouble.tor_is_down:
            return self._tor_came_back()
        due = run.frontier.next_due()
        if due is None:
            return self._recheck()
        if run.paused or self._conduct.at_limit:
            return False
        left = (datetime.fromisoformat(due) - run.clock()).total_seconds() if due else 0.0
        if left > LONGEST_WAIT:
            run.take_break(run.why_wait(due), due)
            return False
        if left > 0:
            run.pause(left)
        return not run.is_ending

    def _tor_came_back(self) -> bool:
        try:
            self._trouble.wait_for_tor()
        except Retry as error:
            self._run.stop_for(error)
        return not self._run.is_ending

    def _recheck(self) -> bool:
        """All that was linked is read: known listings not met are asked for, then it is done."""
        if self._unmet is None:
            self._unmet = iter(self._states.unmet())
        with self._run.vault.batch():
            left = [Address(url, why="recheck") for url in islice(self._unmet, _RECHECKED_AT_ONCE)]
            self._run.frontier.add(left)
        self._run.report.finished = not left
        return bool(left)

    def _hand_out(self) -> None:
        """Choose what the workers are to ask next."""
        run = self._run
        for _ in range(_LOOKED_AT):
            blocked = run.is_ending or run.paused or self._gate_asked or self._trouble.tor_is_down
            if blocked or sum(map(_weight, self._ready)) > BATCH_BYTES:
                return
            now = run.clock()
            room = self._conduct.room(now, len(self._under_way))
            taken = run.frontier.take(room, iso(now)) if room > 0 else []
            if not taken:
                return
            for address in taken:
                self._consider(address, now)

    def _consider(self, address: Address, now: datetime) -> None:
        """Hand out an address, unless a rule of ours or of the site speaks against it."""
        run = self._run
        if self._gate_asked or run.paused or self._is_trap(address):
            run.frontier.release(address.url)
            return
        url = run.site.asked_at(address.url)
        if until := self._trouble.too_long(host_of(url), now):
            run.frontier.release(address.url)
            said = f"the site asks to be left alone until {iso(until)}"
            run.take_break(failure("rate-limit", run.source.name, said), iso(until))
        elif run.ledger.overrun(address.url, now):
            full = iso(run.ledger.full_at(now))
            run.frontier.later(address.url, not_before=full, reason="quota", tried=False)
        elif not self._gate.knows(url, now):
            run.frontier.release(address.url)
            self._ask_gate(self._gate.job(url, self._next_number()))
        elif not self._gate.allows(url):
            self._landing.give_up(address, failure("robots", url))
        else:
            valid = address if address.capture is not None else Address(address.url)
            job = Job(address, url, self._next_number(), valid.etag, valid.last_modified)
            run.ledger.take(address.url, now)
            self._give(job, page=True)

    def _is_trap(self, address: Address) -> bool:
        """Whether a rule found since leaves out an address that waits; it is then given up."""
        run = self._run
        plain = run.site.plain(address.url)
        rule = "session" if plain != address.url else run.site.trap(address)
        if not rule:
            return False
        run.report.trap(rule, address.url)
        run.frontier.give_up(address.url, reason=f"trap:{rule}")
        run.site.shapes.done(address.url, address.found_on)
        if rule == "session":
            run.frontier.add([replace(address, url=plain)])
        return True

    def _give(self, job: Job, *, page: bool) -> None:
        """Count a request; the workers get it after the commit."""
        self._conduct.sent(page=page)
        self._under_way[job.number] = job
        self._given.append(job)

    def _ask_gate(self, job: Job) -> None:
        self._gate_asked = True
        self._give(job, page=False)

    def _next_number(self) -> int:
        self._number += 1
        return self._number

    # what came
    def _settle(self, result: Result) -> Iterator[Page]:
        """All that follows from one result."""
        job, error = result.job, result.error
        del self._under_way[job.number]
        if job.address.why == "robots":
            self._take_robots(result)
        elif result.answer is not None:
            taken = self._landing.take(result)
            if taken is not None:
                yield Page(taken.capture, taken.documents)
        elif isinstance(error, CollectionError):
            self._landing.failed(job, error, self._number)
        else:
            self._conduct.not_sent()
            if error is None:
                self._run.ledger.give_back(job.address.url, result.at)
            self._run.frontier.release(job.address.url)
            self._unexpected(error)

    def _unexpected(self, error: BaseException | None) -> None:
        """What a run does not know how to go on from; nothing where a job was only not begun."""
        if isinstance(error, SpoorError):
            self._run.stop_for(error)
        elif error is not None:
            raise error

    def _take_robots(self, result: Result) -> None:
        job, error = result.job, result.error
        self._gate_asked = False
        try:
            if result.answer is not None:
                onward = self._gate.take(result, self._intake, self._next_number())
                if onward is not None:
                    self._ask_gate(onward)
                    return
                self._trouble.over(job)
            elif not isinstance(error, CollectionError):
                self._unexpected(error)
            elif not self._gate.unreachable(job, error):
                raise error
        except Retry as trouble:
            self._landing.put_back(job, trouble, self._number)
            if not self._run.is_ending and not self._trouble.tor_is_down:
                self._robots_again(job)

    def _robots_again(self, job: Job) -> None:
        """Ask once more, unless another mirror is asked by now, or it takes too long."""
        elsewhere = host_of(self._run.site.asked_at(self._run.site.mirrors.first)) != job.host
        if not elsewhere and not self._trouble.too_long(job.host, self._run.clock()):
            self._ask_gate(self._gate.again(job, self._next_number()))

    # begin and end
    def _open(self, start: Sequence[str]) -> None:
        """Go on with the open round, or begin a new one."""
        run = self._run
        begun = run.frontier.round
        with run.vault.batch():
            if begun is None:
                begun = run.frontier.begin(run.mandate.id, run.now)
            if run.asking is not None:
                start = run.asking.begin(run.vault, begun)
            run.frontier.add(start_addresses(run, start))
            if listed := list_address(run):
                run.frontier.add([listed], first=True)
        run.report.round = begun.id
        run.report.mirror = run.site.mirrors.current
        self._gate = Gate(run, self._turns, begun.id)
        self._states = sightings.Sightings(
            run.vault,
            run.source,
            begun.id,
            run.clock,
            address=run.site.key,
            since=run.asking.since if run.asking is not None else "",
        )
        self._landing = Landing(run, self._intake, self._trouble, self._states)
        recall_holds(run, self._turns)

    def _wind_up(self) -> None:
        """Seal what still comes in, let go of the rest, and note where the round stands."""
        run = self._run
        self._workers.close()
        until = time.monotonic() + DRAIN_SECONDS
        while self._ready or (self._under_way and time.monotonic() < until):
            self._gather()
            with run.vault.batch():
                while self._ready:
                    for _ in self._settle(self._ready.popleft()):
                        """Whoever wanted the pages is gone; they are in the vault."""
        with run.vault.batch():
            for job in self._under_way.values():
                run.frontier.release(job.address.url)
            self._under_way.clear()
            keep_learnt(run, self._turns)
            run.report.waiting = run.frontier.waiting()
            run.report.quota = run.ledger.stand(run.clock())
            run.report.round_counts = dict(run.frontier.counts())
            self._close_round()

    def _close_round(self) -> None:
        """End the round where it is read to its end, or has to be read anew."""
        run = self._run
        if outcome := outcome_of_round(run, self._landing):
            self._states.close(outcome)
            run.frontier.close(outcome, run.now)


def _weight(result: Result) -> int:
    return 0 if result.answer is None else len(result.answer.payload)
