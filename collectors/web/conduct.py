"""How many requests may be sent now: mandate, hours, budget, and how the site is faring."""

from __future__ import annotations

from datetime import datetime

from collectors.web.failures import failure
from collectors.web.pace import Limits
from collectors.web.run import Run
from collectors.web.trouble import Trouble
from model.clock import iso
from model.errors import PolicyRefusal


class Conduct:
    """Keeps a run within what was allowed; ends it, or lets it pause, where that is used up."""

    def __init__(self, run: Run, limits: Limits, trouble: Trouble) -> None:
        self._run = run
        self._limits = limits
        self._trouble = trouble
        self._asked = 0
        self._tomorrow: datetime | None = None
        self._left_today: int | None = None

    @property
    def at_limit(self) -> bool:
        """Whether this run has asked for as many pages as it may."""
        return self._limits.per_run is not None and self._asked >= self._limits.per_run

    def room(self, now: datetime, under_way: int) -> int:
        """How many more requests may be sent now."""
        many = self._limits.concurrency
        # Of an interface the first answer tells how much it allows, so that one goes alone.
        # Twice as many as are asked at once, so that no thread waits for pages to be read.
        ahead = 1 if many == 1 or self._limits.delay else 2
        unknown = self._run.asking is not None and not self._trouble.answered
        at_once = 1 if self._trouble.now or unknown else ahead * many
        room = at_once - under_way
        if self._limits.per_run is not None:
            room = min(room, self._limits.per_run - self._asked)
        if room < 1 or not self._allowed(now):
            return 0
        return room if self._left_today is None else min(room, self._left_today)

    def is_time(self, now: datetime) -> bool:
        """Whether mandate and hours allow a request at this moment; for any thread."""
        covered = self._run.mandate.covers(self._run.source.name, iso(now))
        return covered and self._limits.quiet_until(now) is None

    def sent(self, *, page: bool) -> None:
        """A request is about to be sent; it is counted with the commit before."""
        self._run.frontier.note_request(self._run.now)
        self._asked += page
        if self._left_today is not None:
            self._left_today -= 1

    def not_sent(self) -> None:
        """A page that was to be asked for was not; for the day it counts all the same."""
        self._asked -= 1

    def _allowed(self, now: datetime) -> bool:
        run = self._run
        if not run.mandate.covers(run.source.name, iso(now)):
            run.stop_for(
                PolicyRefusal(f"mandate {run.mandate.id} ended while {run.source.name} was read")
            )
            return False
        if until := self._limits.quiet_until(now):
            run.take_break(
                failure("quiet-hours", run.source.name, f"until {iso(until)}"), iso(until)
            )
            return False
        return self._within_budget(now)

    def _within_budget(self, now: datetime) -> bool:
        run, most = self._run, self._limits.per_day
        if most is None:
            return True
        if self._tomorrow is None or now >= self._tomorrow:
            today, self._tomorrow = self._limits.day(now)
            self._left_today = max(0, most - run.frontier.asked_since(iso(today)))
        if self._left_today:
            return True
        until = iso(self._tomorrow)
        said = f"{most} a day; it goes on at {until}"
        run.take_break(failure("budget", run.source.name, said), until)
        return False
