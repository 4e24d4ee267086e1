"""The threads that ask: each request in its host's turn, its answer or its failure handed back."""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from collectors.media.gate import BlockList, Picture, gate
from collectors.web.addresses import place
from collectors.web.network import Answer, Fetcher
from collectors.web.pace import Turns
from model.clock import Clock
from model.errors import SpoorError
from vault.frontier import Address

Pause = Callable[[float], None]

LONGEST_WAIT = 120.0
"""Seconds that a run waits for a host; where it has to wait longer, the run ends instead."""

_ASKS_AGAIN = 5
"""Times that a thread waits for its turn, where answers to others may put it off meanwhile."""

_PICTURES = "image/*"


@dataclass(frozen=True, slots=True)
class Job:
    """One request to be sent: the address of the round, where it is really asked, and how."""

    address: Address
    url: str
    number: int
    etag: str = ""
    last_modified: str = ""

    @property
    def host(self) -> str:
        return host_of(self.url)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a job. Without answer and error it was not asked.

    ``picture`` is what is known of one that may be kept.
    """

    job: Job
    at: datetime
    answer: Answer | None = None
    error: BaseException | None = None
    picture: Picture | None = None


class Workers:
    """A number of threads that ask through one Fetcher; none of them touches the vault.

    ``allowed`` tells right before a request whether it may be sent at that moment; ``accept`` is
    the kind of answer asked for, where it is not a page.
    """

    def __init__(
        self,
        number: int,
        fetcher: Fetcher,
        turns: Turns,
        *,
        clock: Clock,
        pause: Pause,
        stop: threading.Event,
        allowed: Callable[[datetime], bool],
        blocked: BlockList | None = None,
        accept: str = "",
    ) -> None:
        self._number = number
        self._fetcher = fetcher
        self._turns = turns
        self._clock = clock
        self._pause = pause
        self._stop = stop
        self._allowed = allowed
        self._blocked = blocked
        self._accept = accept
        self._closed = threading.Event()
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[Result] = queue.SimpleQueue()
        self._hosts: dict[str, threading.Lock] = {}
        self._threads: list[threading.Thread] = []

    def submit(self, job: Job) -> None:
        self._hosts.setdefault(job.host, threading.Lock())
        self._jobs.put(job)
        if len(self._threads) < self._number:
            thread = threading.Thread(target=self._work, name="spoor-fetch", daemon=True)
            self._threads.append(thread)
            thread.start()

    def result(self, seconds: float) -> Result | None:
        """The next result; None where none came in so many seconds, or with 0 if none is there."""
        try:
            return self._results.get(timeout=seconds) if seconds else self._results.get_nowait()
        except queue.Empty:
            return None

    def close(self) -> None:
        """Jobs not begun come back unasked; what is under way may still end."""
        self._closed.set()
        for _ in self._threads:
            self._jobs.put(None)

    def join(self, seconds: float) -> None:
        for thread in self._threads:
            thread.join(seconds)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            result: Result | None = None
            try:
                result = self._done(job)
            finally:  # whatever happens here, the thread that reads gets to know it
                lost = Result(job, self._clock(), error=sys.exception())
                self._results.put(lost if result is None else result)

    def _done(self, job: Job) -> Result:
        try:
            if not self._may_ask(job.host):
                return Result(job, self._clock())
            return self._picture(job) if job.address.why == "media" else self._page(job)
        except SpoorError as error:
            return Result(job, self._clock(), error=error)

    def _page(self, job: Job) -> Result:
        accept = "" if job.address.why == "robots" else self._accept
        answer = self._heard(job, accept)
        return Result(job, self._clock(), answer)

    def _picture(self, job: Job) -> Result:
        """A picture is looked at before anything of it is written."""
        answer = self._heard(job, _PICTURES)
        seen = gate(answer.payload, job.url, self._blocked) if answer.status == 200 else None
        if seen is None and answer.status != 304:
            answer = replace(answer, payload=b"")
        return Result(job, self._clock(), answer, picture=seen)

    def _heard(self, job: Job, accept: str) -> Answer:
        """The answer; what it tells of limits counts for the next request of any thread."""
        headers: Mapping[str, str] = {}
        try:
            answer = self._fetcher.get(
                job.url, etag=job.etag, last_modified=job.last_modified, accept=accept
            )
            headers = answer.told.headers if self._turns.counts else {}
            return answer
        finally:
            self._turns.answered(job.host, headers, self._clock())

    def _may_ask(self, host: str) -> bool:
        """Wait for the host's turn; False where that would take too long, or time is up by then."""
        if not self._turns.delayed(host):
            return self._goes(host)
        with self._hosts[host]:
            now = self._clock()
            held = self._turns.held(now).get(host, now)
            too_long = (held - now).total_seconds() > LONGEST_WAIT
            if self._ending or too_long or not self._allowed(now):
                return False
            for _ in range(_ASKS_AGAIN if self._turns.counts else 1):
                if not (left := self._turns.left(host, now)):
                    break
                if left > LONGEST_WAIT and self._turns.counts:
                    self._turns.hold(host, now + timedelta(seconds=left))
                    return False
                self._pause(left)
                now = self._clock()
            late = self._turns.counts and self._turns.left(host, now) > 0
            return not late and self._goes(host)

    def _goes(self, host: str) -> bool:
        """Whether the request is sent now; if so, it is noted for the host's next turn."""
        now = self._clock()
        if self._ending or not self._allowed(now):
            return False
        self._turns.asked(host, now)
        return True

    @property
    def _ending(self) -> bool:
        return self._stop.is_set() or self._closed.is_set()


def host_of(url: str) -> str:
    """What requests wait for one another by: host and port of a normal address."""
    host, port = place(url)
    return f"{host}:{port}"
