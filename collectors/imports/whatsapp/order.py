"""Which number of a date is the day: told by the whole chat, not by one line of it.

A chat is written out in the order of its messages, so the right reading is the one in which no
day is impossible and time hardly ever goes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

Numbers = tuple[str, str, str]

_ORDERS = ("dmy", "mdy", "ymd")
_BUDDHIST = range(2500, 2643)
_PERSIAN = range(1385, 1425)
_YEARS = range(2009, 2100)
"""WhatsApp began in 2009."""


class Order(NamedTuple):
    """The order chosen, whether others fit as well, and how many dates it makes impossible."""

    name: str
    is_sure: bool
    impossible: int = 0


@dataclass(slots=True)
class _Score:
    impossible: int = 0
    back: int = 0
    last: date | None = None


@dataclass(slots=True)
class Evidence:
    """What the dates of a chat say about each order; fed with them one by one."""

    scores: dict[str, _Score] = field(default_factory=lambda: {o: _Score() for o in _ORDERS})
    separators: set[str] = field(default_factory=set)
    noons: bool = False
    count: int = 0

    def add(self, numbers: Numbers, separator: str) -> None:
        """The next date of the chat, where it is another than the one before."""
        self.count += 1
        self.separators.add(separator)
        for order, score in self.scores.items():
            day = day_of(numbers, order)
            if day is None:
                score.impossible += 1
                continue
            if score.last is not None and day < score.last:
                score.back += 1
            score.last = day

    def decide(self, told: str = "", latest: str = "") -> Order:
        """The order that fits best, or that was ``told``.

        ``latest`` is the day on which the chat was saved (ISO 8601): no message is of a later one.
        """
        if told:
            return Order(told, True, self.scores[told].impossible)
        ranks = {order: self._rank(order, latest) for order in _ORDERS}
        best = min(ranks.values())
        likely = [order for order in _ORDERS if ranks[order] == best]
        if len(likely) == 1 or len({self._reading(order) for order in likely}) == 1:
            return Order(likely[0], True, self.scores[likely[0]].impossible)
        chosen = "dmy" if "dmy" in likely else likely[0]
        sure = self.separators <= {"."} and "ymd" not in likely
        return Order(chosen, sure, self.scores[chosen].impossible)

    def _rank(self, order: str, latest: str) -> tuple[int, int, int]:
        score = self.scores[order]
        late = bool(latest and score.last is not None and score.last.isoformat() > latest[:10])
        return score.impossible, score.back, int(late)

    def _reading(self, order: str) -> tuple[int, date | None]:
        return self.count, self.scores[order].last


def day_of(numbers: Sequence[str], order: str) -> date | None:
    """The day that three numbers name in this order; None where there is none.

    A year of four digits shows its own place, whatever the order. Buddhist years (Thailand) and
    Persian ones with their months are turned into Gregorian days.
    """
    first, second, third = numbers
    if len(first) == 4:
        year, month, day = first, second, third
    elif order == "ymd":
        if len(third) == 4 or len(first) < 2:
            return None
        year, month, day = first, second, third
    elif len(third) < 2:
        return None
    else:
        year = third
        day, month = (first, second) if order == "dmy" else (second, first)
    return _gregorian(int(year) + (2000 if len(year) < 3 else 0), int(month), int(day))


def _gregorian(year: int, month: int, day: int) -> date | None:
    if year in _PERSIAN:
        return _from_persian(year, month, day)
    if year in _BUDDHIST:
        year -= 543
    if year not in _YEARS:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _from_persian(year: int, month: int, day: int) -> date | None:
    """A day of the Persian calendar, whose leap years follow a cycle of 33 years."""
    if not (1 <= month <= 12 and 1 <= day <= (31 if month < 7 else 30)):
        return None
    found = _persian_new_year(year) + (month - 1) * 31 - max(0, month - 7) + day - 1
    return date.fromordinal(found) if found < _persian_new_year(year + 1) else None


def _persian_new_year(year: int) -> int:
    """The ordinal of a year's first day; 1 Farvardin 1385 was 21 March 2006."""
    return _FARVARDIN_1385 + _persian_days(year) - _persian_days(1385)


def _persian_days(year: int) -> int:
    cycles, rest = divmod(year + 1595, 33)
    return 365 * (year + 1595) + 8 * cycles + (rest + 3) // 4


_FARVARDIN_1385 = date(2006, 3, 21).toordinal()
