"""What is done about a source that does not answer: wait, another circuit, another mirror, end."""

from __future__ import annotations

from datetime import datetime, timedelta

from collectors.tor import new_identity, tor_status
from collectors.web.network import Fetcher
from collectors.web.pace import Turns, back_off
from collectors.web.run import Run
from collectors.web.workers import LONGEST_WAIT, Job
from model.errors import CollectionError, ConfigurationError, Retry

GIVE_UP_AFTER = 5
"""Times in a row that nothing answers, before the next mirror is tried, or the run ends."""

TOR_PATIENCE = 180.0
_TOR_LOOKS = 2.0
_TOR_WAITS = 5
_TOR_ITSELF = frozenset({"tor-not-running", "tor-not-bootstrapped", "tor-control-unreachable"})
NOTHING_COMES = frozenset(
    {
        *("name-unknown", "host-unreachable", "port-closed", "broken-off", "timeout"),
        *("circuit-broken", "descriptor-missing", "service-unreachable", "service-down"),
    }
)
"""Reasons that tell of the way to a site, or of the whole of it, as likely as of a page."""

_OF_ONE_PAGE = frozenset({"rate-limit"})


class Trouble:
    """Counts failures in a row, and does one thing after the other about them.

    Requests that were under way together when a source went down count as one failure. While
    anything is wrong, one request at a time is sent to see whether it has passed.
    """

    def __init__(self, run: Run, fetcher: Fetcher, turns: Turns) -> None:
        self._run = run
        self._fetcher = fetcher
        self._turns = turns
        self._tor = run.settings.tor if run.source.route == "tor" else None
        self._row = 0
        self._counted = 0
        self._waits = 0
        self.answered = False
        self.tor_is_down = False

    @property
    def now(self) -> bool:
        """Whether the last request failed."""
        return self._row > 0

    @property
    def goes_on(self) -> bool:
        """Whether the last requests failed one after the other."""
        return self._row > 1

    @property
    def mirrors(self) -> int:
        """How many addresses the site has."""
        return len(self._run.site.mirrors.addresses())

    def of_the_page(self, tries: int) -> bool:
        """Whether it is the page that failed so often, and not the mirror that it is asked at.

        Of a site with mirrors the page is asked at the next one first, unless this one has
        answered others meanwhile.
        """
        return self.answered and (self.mirrors == 1 or 0 < self._row < tries)

    def over(self, job: Job) -> None:
        """The site has answered this request as it should."""
        self._row = 0
        self.answered = self.answered or job.address.why != "robots"
        self._run.site.mirrors.answered(job.url)

    def failed(self, job: Job, error: Retry, last: int) -> float:
        """A request failed; seconds to wait before the same is asked again.

        ``last`` is the number of the last request sent so far. Raises the error where the source
        is to be left alone until the next run.
        """
        news = job.number > self._counted
        if news:
            self._row += 1
            self._counted = last
        wait = back_off(self._row) if error.after is None else error.after
        if error.reason in _TOR_ITSELF:
            self.tor_is_down = True
            return wait
        self._turns.hold(job.host, self._run.clock() + timedelta(seconds=wait))
        if news and self._row >= GIVE_UP_AFTER:
            self._elsewhere(job, error)
        elif news and self._row % 2 == 0 and error.reason not in _OF_ONE_PAGE:
            self._other_circuit()
        return wait

    def _elsewhere(self, job: Job, error: Retry) -> None:
        """Go on at the next mirror; where none is left, this run is over."""
        if not self._run.site.mirrors.next(error.reason, asked=job.url):
            raise error
        self._row = 0
        self.answered = False
        self._run.report.mirror = self._run.site.mirrors.current

    def _other_circuit(self) -> None:
        """Let go of the way through Tor, and ask for another one."""
        if self._tor is None:
            return
        try:
            new_identity(self._tor)
        except (ConfigurationError, CollectionError):
            """Without its control port, another SOCKS user alone gives another circuit."""
        self._fetcher.new_circuit()
        self._run.report.circuits += 1

    def wait_for_tor(self) -> None:
        """Wait until tor is back; Retry says why it is not, after some minutes.

        Called while nothing is under way.
        """
        self.tor_is_down = False
        if self._tor is None:
            return
        self._waits += 1
        left = TOR_PATIENCE
        while not self._run.is_ending:
            status = tor_status(self._tor)
            if status.ready or status.reason == "tor-control-unreachable":
                break
            if left <= 0 or self._waits > _TOR_WAITS:
                raise Retry(status.sentence, reason=status.reason, remedy=status.remedy)
            self._run.pause(_TOR_LOOKS)
            left -= _TOR_LOOKS
        self._fetcher.new_circuit()

    def too_long(self, host: str, now: datetime) -> datetime | None:
        """Until when ``host`` is to be left alone, where that is longer than a run waits."""
        until = self._turns.held(now).get(host)
        long = until is not None and (until - now).total_seconds() > LONGEST_WAIT
        return until if long else None
