"""How politely a source is read: how often, how many a day, when not, how long after trouble."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from collectors.web import rates
from config.settings import Settings
from config.source_conduct import minutes
from config.source_interface import Rate
from config.sources import Source
from model.evidence import Mandate

JITTER = 0.1
"""A delay is this much longer at most, so that requests do not come like clockwork."""

FIRST_BACK_OFF = 1.0
LONGEST_BACK_OFF = 60.0

Random = Callable[[], float]
"""Gives numbers from 0 up to 1."""

_WORTH_KEEPING = timedelta(seconds=5)
"""A host left alone for longer is left alone by a run that is started anew, too."""

_UTC = ZoneInfo("UTC")
_dice = random.SystemRandom().random


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of the day by the clocks of a place; over midnight where the end comes first."""

    begin: int
    end: int
    zone: ZoneInfo

    def holds(self, moment: datetime) -> bool:
        local = moment.astimezone(self.zone)
        now = 60 * local.hour + local.minute
        if self.begin <= self.end:
            return self.begin <= now < self.end
        return now >= self.begin or now < self.end

    def over(self, moment: datetime) -> datetime:
        """The next moment at which the clocks there show the end; where they jump over it, just
        as long after the jump."""
        today = moment.astimezone(self.zone).date()
        at = time(self.end // 60, self.end % 60)
        ends = (
            datetime.combine(today + timedelta(days=days), at.replace(fold=fold), self.zone)
            for days in (0, 1)
            for fold in (0, 1)
        )
        later = [end for end in (e.astimezone(UTC) for e in ends) if end > moment]
        return min(end for end in later if not self.holds(end))


@dataclass(frozen=True, slots=True)
class Limits:
    """What a source, its mandate and the workspace allow; of two limits the stricter one.

    ``delay`` is in seconds between two requests to one host. ``per_day`` counts requests of a
    day in ``zone``.
    """

    delay: float
    concurrency: int = 1
    per_run: int | None = None
    per_day: int | None = None
    zone: ZoneInfo = _UTC
    quiet: tuple[Window, ...] = ()

    def quiet_until(self, moment: datetime) -> datetime | None:
        """When the quiet hours that hold now are over; None where none do."""
        until = moment
        for _ in range(2 * len(self.quiet)):
            ends = [window.over(until) for window in self.quiet if window.holds(until)]
            if not ends:
                break
            until = max(ends)
        return until if until > moment else None

    def day(self, moment: datetime) -> tuple[datetime, datetime]:
        """When this day began in ``zone``, and when the next one does."""
        today = moment.astimezone(self.zone).date()
        begin, end = (
            datetime.combine(today + timedelta(days=days), time(), self.zone).astimezone(UTC)
            for days in (0, 1)
        )
        return begin, end


def limits(source: Source, mandate: Mandate, settings: Settings) -> Limits:
    """The limits for reading ``source`` under ``mandate``."""
    pace, zone = source.pace, ZoneInfo(source.timezone)
    own = settings.collection.delay_seconds if pace.delay_seconds is None else pace.delay_seconds
    days = [n for n in (pace.pages_per_day, mandate.pages_per_day) if n is not None]
    return Limits(
        delay=max(own, mandate.delay_seconds or 0.0),
        concurrency=min(pace.concurrency, mandate.concurrency or pace.concurrency),
        per_run=pace.pages_per_run,
        per_day=min(days, default=None),
        zone=zone,
        quiet=tuple(_windows((pace.quiet_hours, zone), (mandate.quiet_hours, ZoneInfo("UTC")))),
    )


def _windows(*given: tuple[str, ZoneInfo]) -> Iterator[Window]:
    for hours, zone in given:
        if hours:
            begin, end = minutes(hours)
            if begin != end:
                yield Window(begin, end, zone)


def back_off(attempt: int, *, first: float = FIRST_BACK_OFF, dice: Random = _dice) -> float:
    """Seconds before attempt number ``attempt`` + 1: twice as long as before, and up to half less.

    The least of it counts: what gives up after so many attempts waits for so long at any rate.
    """
    most = min(LONGEST_BACK_OFF, first * 2.0 ** min(attempt, 30))
    return most * (1 + dice()) / 2


class Turns:
    """When each host of a source may be asked next; safe to use from several threads.

    ``obeys`` what the headers of answers say about limits; ``rate`` is one obeyed from the first
    request on.
    """

    def __init__(
        self,
        delay: float,
        *,
        obeys: bool = False,
        rate: Rate | None = None,
        dice: Random = _dice,
    ) -> None:
        self._delay = delay
        self._obeys = obeys
        self._rate = rate
        self._dice = dice
        self._meters: dict[str, rates.Meter] = {}
        self._windows: dict[str, rates.Windows] = {}
        self.news = False
        self._mutex = threading.Lock()
        self._asked: dict[str, datetime] = {}
        self._held: dict[str, datetime] = {}
        self._least: dict[str, float] = {}

    def left(self, host: str, now: datetime) -> float:
        """Seconds until ``host`` may be asked."""
        with self._mutex:
            due = self._held.get(host, now)
            delay = max(self._delay, self._least.get(host, 0.0))
            if delay and host in self._asked:
                due = max(due, self._asked[host] + timedelta(seconds=delay))
            left = (due - now).total_seconds()
            if (meter := self._meter(host)) is not None:
                left = max(left, meter.left(now))
            if (windows := self._told(host)) is not None:
                left = max(left, windows.wait(now))
            return left * (1 + JITTER * self._dice()) if left > 0 else 0.0

    def delayed(self, host: str) -> bool:
        """Whether requests to ``host`` have to wait for one another."""
        counts = self.counts
        return bool(counts or self._delay or self._least.get(host) or host in self._held)

    @property
    def counts(self) -> bool:
        """Whether requests are counted, so that each has to ask again after it has waited."""
        return self._obeys or self._rate is not None

    def asked(self, host: str, now: datetime) -> None:
        with self._mutex:
            if (windows := self._told(host)) is not None:
                windows.sent(now)
            if (meter := self._meter(host)) is not None:
                meter.take(now)
            self._asked[host] = max(now, self._asked.get(host, now))
            if host in self._held and self._held[host] <= now:
                del self._held[host]

    def answered(self, host: str, headers: Mapping[str, str], now: datetime) -> None:
        """A request has come to its end; ``headers`` are its answer's, names in lower case."""
        with self._mutex:
            if (windows := self._told(host)) is not None:
                windows.answered(headers, now)
                until = windows.used_up(now)
                self.news = self.news or (until is not None and until - now > _WORTH_KEEPING)

    def went_before(self, host: str, passed: Iterable[tuple[datetime, int]]) -> None:
        """Requests that earlier runs have sent, the oldest first."""
        with self._mutex:
            if (meter := self._meter(host)) is not None:
                meter.replay(passed)

    def _told(self, host: str) -> rates.Windows | None:
        return self._windows.setdefault(host, rates.Windows()) if self._obeys else None

    def _meter(self, host: str) -> rates.Meter | None:
        if self._rate is None:
            return None
        if host not in self._meters:
            self._meters[host] = rates.Meter(self._rate.requests, self._rate.seconds)
        return self._meters[host]

    def hold(self, host: str, until: datetime) -> None:
        """The whole host is left alone until then."""
        with self._mutex:
            self._held[host] = max(until, self._held.get(host, until))

    def at_least(self, host: str, delay: float) -> None:
        """The host's own wish for a delay, such as a Crawl-delay."""
        with self._mutex:
            self._least[host] = delay

    def held(self, now: datetime) -> dict[str, datetime]:
        """Hosts that are to be left alone still, and until when."""
        with self._mutex:
            found = {host: until for host, until in self._held.items() if until > now}
            for host, windows in self._windows.items():
                if (until := windows.used_up(now)) is not None:
                    found[host] = max(until, found.get(host, until))
            return found
