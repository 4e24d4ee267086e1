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

    def pause(self, under_way: int = 0) -> float:
        """Seconds to leave the host alone, with so many requests under way that do not count yet.

        Until the reset where nothing is left but the reserve, a share of that where little is.
        """
        limit = _UNKNOWN_LIMIT if self.limit is None else self.limit
        left = self.remaining - under_way - limit // _RESERVE
        if left < 1:
            return self.reset + _MARGIN
        return self.reset / left if left < limit / _LOW else 0.0


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


def pause(headers: Mapping[str, str], now: datetime, under_way: int = 0) -> float:
    """Seconds to leave the host alone after an answer with these headers."""
    return max((one.pause(under_way) for one in allowances(headers, now)), default=0.0)


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
