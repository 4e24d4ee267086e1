"""How often an interface may be asked: by what its answers' headers say, and by its own rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST = 86_400.0
"""Seconds; no header lets us wait for more."""

_FAMILIES = ("x-ratelimit-", "ratelimit-", "x-rate-limit-")
_NUMBER = re.compile(r"\s*([0-9]{1,15}(?:\.[0-9]{1,9})?)\s*(?:[,;].*)?", re.S)
_PART = re.compile(r"(?:^|[;,\s])(q|w|r|t|limit|remaining|reset)=([0-9]{1,15})")
_EPOCH = 1_000_000_000
_MILLISECONDS = 1_000_000_000_000
_MARGIN = 1.0
"""Seconds after the moment named, for clocks that count whole ones."""

_UNKNOWN_RESET = 60.0
_UNKNOWN_LIMIT = 200.0
_LOW = 4
"""From this part of the limit on, what is left is spread over the time that is left."""

_SAME = timedelta(seconds=5)
"""Moments of a reset that differ by less are those of one window."""

_GLANCE = 0.05
"""Seconds between two looks whether a request under way was answered."""

_RESERVE = 50
"""One in so many requests is left to whoever else uses the same key."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What an answer says is left: ``remaining`` requests until ``reset`` seconds from now.

    ``limit`` is how many there are in all; None where it is not told.
    """

    remaining: float
    reset: float
    limit: float | None = None

    def left(self, under_way: int = 0) -> float:
        """What we may ask for, with so many requests under way that do not count there yet."""
        return self.remaining - under_way - self._all // _RESERVE

    def interval(self, under_way: int = 0) -> float:
        """Seconds between two requests, where little is left; 0 where there is plenty."""
        left = self.left(under_way)
        return self.reset / left if 1 <= left < self._all / _LOW else 0.0

    @property
    def _all(self) -> float:
        return _UNKNOWN_LIMIT if self.limit is None else self.limit


def allowances(headers: Mapping[str, str], now: datetime) -> Iterator[Allowance]:
    """Every allowance that an answer tells of; names of headers in lower case.

    X-RateLimit-* (reset as a moment, or seconds from now), RateLimit-* of Bluesky and older IETF
    drafts, ``RateLimit: "default";r=50;t=30`` of draft-ietf-httpapi-ratelimit-headers.
    """
    clock = _date(headers.get("date", "")) or now
    for family in _FAMILIES:
        remaining = _number(headers.get(f"{family}remaining", ""))
        if remaining is not None:
            limit = _number(headers.get(f"{family}limit", ""))
            yield Allowance(remaining, _reset(headers, family, clock), limit)
    policies = headers.get("ratelimit-policy", "")
    limits = [float(number) for name, number in _PART.findall(policies) if name == "q"]
    for position, item in enumerate(_items(headers.get("ratelimit", ""))):
        parts = dict(_PART.findall(item))
        remaining = _number(parts.get("r", "") or parts.get("remaining", ""))
        if remaining is None:
            continue
        limit = _number(parts.get("limit", ""))
        if limit is None and position < len(limits):
            limit = limits[position]
        reset = _number(parts.get("t", "") or parts.get("reset", ""))
        yield Allowance(remaining, _UNKNOWN_RESET if reset is None else min(reset, LONGEST), limit)


def wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds until a host that refuses for its limit may be asked again; None where not told."""
    told = [one for one in allowances(headers, now) if one.remaining < 1]
    return max((one.reset + _MARGIN for one in told), default=None)


def _items(text: str) -> list[str]:
    """The items of a RateLimit header; the oldest draft's three parts are one item."""
    return [text] if "remaining=" in text else [item for item in text.split(",") if item]


def _number(text: str) -> float | None:
    found = _NUMBER.fullmatch(text)
    return None if found is None else float(found.group(1))


def _reset(headers: Mapping[str, str], family: str, clock: datetime) -> float:
    """Seconds until the reset, told as a moment (epoch, ISO 8601, HTTP date) or as seconds."""
    text = headers.get(f"{family}reset", "").strip()
    number = _number(headers.get(f"{family}reset-after", "") or text)
    if number is None:
        moment = _moment(text)
        seconds = _UNKNOWN_RESET if moment is None else (moment - clock).total_seconds()
    elif number >= _EPOCH:
        seconds = number / (1_000 if number >= _MILLISECONDS else 1) - clock.timestamp()
    else:
        seconds = number
    return min(max(seconds, 0.0), LONGEST)


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return _date(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _date(text: str) -> datetime | None:
    """An HTTP date; None for anything else."""
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@dataclass(slots=True)
class Window:
    """One allowance as it is used up: ``left`` requests until ``until``, the next at ``due``."""

    left: float
    until: datetime
    interval: float
    due: datetime


@dataclass(slots=True)
class Windows:
    """The allowances that one host has told of last; what was sent since counts against them.

    Answers may come in another order than they were given: within a window the least that was
    told counts. What comes after a window is not known before a single request was answered.
    """

    _windows: dict[int, Window] = field(default_factory=dict)
    _under_way: int = 0
    _unknown: bool = False

    def sent(self, now: datetime) -> None:
        self._under_way += 1
        for window in self._windows.values():
            window.left -= 1
            window.due = now + timedelta(seconds=window.interval)

    def answered(self, headers: Mapping[str, str], now: datetime) -> None:
        """An answer, or none (without headers), to a request that was sent."""
        self._under_way -= 1
        told = list(allowances(headers, now))
        self._unknown = self._unknown and not told
        for position, one in enumerate(told):
            self._windows[position] = self._seen(self._windows.get(position), one, now)

    def _seen(self, before: Window | None, told: Allowance, now: datetime) -> Window:
        left, interval = told.left(self._under_way), told.interval(self._under_way)
        until = now + timedelta(seconds=told.reset + _MARGIN)
        if before is not None and now < before.until and until < before.until + _SAME:
            left, until = min(left, before.left), max(until, before.until)
        return Window(left, until, interval, now + timedelta(seconds=interval))

    def wait(self, now: datetime) -> float:
        """Seconds until a request may be sent."""
        over = [position for position, one in self._windows.items() if one.until <= now]
        for position in over:
            del self._windows[position]
            self._unknown = True
        if self._unknown and self._under_way > 0:
            return _GLANCE
        due = (one.until if one.left < 1 else one.due for one in self._windows.values())
        return max(0.0, max(((one - now).total_seconds() for one in due), default=0.0))

    def used_up(self, now: datetime) -> datetime | None:
        """Until when nothing is left; None where something is."""
        found = (one.until for one in self._windows.values() if one.left < 1 and one.until > now)
        return max(found, default=None)


@dataclass(slots=True)
class Meter:
    """Lets at most ``requests`` pass in any ``seconds``: a few at once, the rest evenly spread.

    The generic cell rate algorithm (ATM Forum, Traffic Management 4.0, 4.4.2), with a part of
    the requests kept back, so that what is delayed on the way does not overrun the limit either.
    """

    requests: int
    seconds: float
    _due: datetime | None = field(default=None, init=False)

    @property
    def _burst(self) -> int:
        return self.requests // 10

    @property
    def _interval(self) -> timedelta:
        kept_back = self._burst + (1 if self.requests > 2 else 0)
        return timedelta(seconds=self.seconds / max(1, self.requests - kept_back))

    def left(self, now: datetime) -> float:
        """Seconds until the next request may pass."""
        if self._due is None:
            return 0.0
        return max(0.0, (self._due - self._burst * self._interval - now).total_seconds())

    def take(self, now: datetime, number: int = 1) -> None:
        """Note requests that pass now, or passed then."""
        self._due = max(now, self._due or now) + number * self._interval

    def replay(self, passed: Iterable[tuple[datetime, int]]) -> None:
        """Note what passed before, the oldest first."""
        for moment, number in passed:
            self.take(moment, number)
