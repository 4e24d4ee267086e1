"""The robots.txt of each host: asked for once a round, kept a day, the decision recorded."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from collectors.web.answers import REDIRECTS, Intake, answer_of
from collectors.web.failures import of_status
from collectors.web.pace import Turns
from collectors.web.robots import EVERYTHING, Robots, of_answer
from collectors.web.run import Run
from collectors.web.site import Site, top
from collectors.web.workers import Job, Result, host_of
from model.canonical import Json
from model.clock import iso
from model.errors import CollectionError, Retry
from model.evidence import Capture
from vault.frontier import Address

KEPT = timedelta(days=1)
_HOPS = 5
_ATTEMPTS = 3
_CURSOR = "terms recorded"


class Gate:
    """What the hosts of one source want left alone, and whether that is heeded."""

    def __init__(self, run: Run, turns: Turns, round_id: int) -> None:
        self._run = run
        self._turns = turns
        self._round = round_id
        self._rules: dict[str, Robots] = {}
        self.heeded = not (run.source.robots == "ignore" and run.mandate.ignore_robots)
        self._is_free = run.asking is not None and not run.asking.is_preview
        if self._is_free:
            self._record_terms()

    def knows(self, url: str, now: datetime) -> bool:
        """Whether the rules for this address are known, from this run or from one before."""
        site = top(url)
        return self._is_free or site in self._rules or self._recall(site, now)

    def allows(self, url: str) -> bool:
        """Whether this address, whose rules are known, may be asked for."""
        return self._is_free or not self.heeded or self._rules[top(url)].allows(url)

    def job(self, url: str, number: int) -> Job:
        """The request for the rules of this address."""
        target = f"{top(url)}/robots.txt"
        return Job(Address(target, why="robots", found_on=top(url)), target, number)

    def again(self, job: Job, number: int) -> Job:
        """The same request once more."""
        address = replace(job.address, attempts=job.address.attempts + 1)
        return replace(job, address=address, number=number)

    def take(self, result: Result, intake: Intake, number: int) -> Job | None:
        """Seal the answer; the next request where it leads on, else the rules are known.

        Raises Retry where the host has trouble of its own: then nothing may be asked of it.
        """
        answer, address = answer_of(result), result.job.address
        capture = intake.seal(result, {"format": "robots"})
        if answer.status in REDIRECTS and address.hops < _HOPS:
            target = _moved_to(answer.header("Location"), answer.url, self._run.site)
            if target:
                onward = replace(address, url=target, hops=address.hops + 1)
                return Job(onward, target, number)
        error = of_status(answer.status, answer.url, answer.header("Retry-After"), now=result.at)
        if isinstance(error, Retry) and self._insists(result.job):
            raise error
        self._decide(address.found_on, capture, answer.payload)
        return None

    def unreachable(self, job: Job, error: CollectionError) -> bool:
        """Whether to go on without rules that could not be had; that is recorded."""
        if isinstance(error, Retry) and self._insists(job):
            return False
        self._record(job.address.found_on, {"status": None, "reason": error.reason})
        self._rules[job.address.found_on] = EVERYTHING
        return True

    def _insists(self, job: Job) -> bool:
        """RFC 9309, 2.3.1.4: what can not be reached forbids everything, where it is heeded."""
        return self.heeded or job.address.attempts < _ATTEMPTS

    def _decide(self, site: str, capture: Capture, payload: bytes) -> None:
        self._learn(site, capture, payload)
        self._record(site, {"status": capture.status, "sha256": capture.sha256})
        kept = {"at": capture.captured_at, "round": self._round, "capture": capture.seq}
        self._run.vault.keep_cursor(self._run.source.name, f"robots {site}", kept)

    def _recall(self, site: str, now: datetime) -> bool:
        """Take over the rules that were read in this round, no longer than a day ago."""
        kept = self._run.vault.cursor(self._run.source.name, f"robots {site}")
        if not isinstance(kept, dict) or kept.get("round") != self._round:
            return False
        capture = self._run.vault.capture_at(int(kept["capture"]))
        if capture is None or str(kept["at"]) < iso(now - KEPT):
            return False
        self._learn(site, capture, self._run.vault.payload(capture))
        return True

    def _learn(self, site: str, capture: Capture, payload: bytes) -> None:
        agent = self._run.settings.collection.user_agent
        rules = self._rules[site] = of_answer(capture.status or 0, payload, agent)
        if self.heeded and rules.delay:
            self._turns.at_least(host_of(f"{site}/"), rules.delay)

    def _record_terms(self) -> None:
        """An interface is used under its terms, not its robots.txt: recorded once a round."""
        run = self._run
        if run.vault.cursor(run.source.name, _CURSOR) == self._round:
            return
        own = run.source.interface.terms
        reason = f"an interface under its terms: {own.name if own else 'none are named'}"
        details: dict[str, Json] = {"heeded": False, "reason": reason}
        with run.vault.batch():
            run.vault.record("robots", run.source.name, details, run.mandate.id)
            run.vault.keep_cursor(run.source.name, _CURSOR, self._round)

    def _record(self, site: str, seen: dict[str, Json]) -> None:
        """The decision to heed the rules or not goes into the custody log."""
        run = self._run
        details: dict[str, Json] = {"address": f"{site}/robots.txt", "heeded": self.heeded}
        run.vault.record("robots", run.source.name, details | seen, run.mandate.id)


def _moved_to(location: str, base: str, site: Site) -> str:
    """Where a robots.txt that moved stands now, if that is at one of the source's places."""
    try:
        return site.asked_at(site.key(location, base))
    except ValueError:
        return ""
