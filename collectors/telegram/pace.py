"""How much of Telegram a run may ask, and when: limits of source, mandate and Telegram itself."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from collectors.web.failures import failure
from collectors.web.pace import limits
from collectors.web.workers import LONGEST_WAIT
from model.clock import iso
from model.errors import CollectionError, PolicyRefusal

if TYPE_CHECKING:
    from collectors.web.collect import Context


class Pace:
    """Counts the requests of a run and of the day, and waits between them."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._limits = limits(context.source, context.mandate, context.settings)
        self._frontier = context.vault.frontier(context.source.name)
        self._asked = 0

    def may_ask(self, now: datetime, held: str) -> bool:
        """Whether something may be asked now; waits for what is soon over, else the run pauses."""
        context = self._context
        if not context.mandate.covers(context.source.name, iso(now)):
            raise PolicyRefusal(f"mandate {context.mandate.id} ended while it was collected under")
        most = self._limits.per_run
        if most is not None and self._asked >= most:
            return False
        if held and held > iso(now):
            return self.wait_until(held)
        if until := self._limits.quiet_until(now):
            return self._break("quiet-hours", iso(until))
        if self._limits.per_day is not None:
            today, tomorrow = self._limits.day(now)
            if self._frontier.asked_since(iso(today)) >= self._limits.per_day:
                return self._break("budget", iso(tomorrow))
        return True

    def wait_until(self, due: str) -> bool:
        """Wait until then; False, and the run pauses, where that is not soon."""
        left = (datetime.fromisoformat(due) - self._context.clock()).total_seconds()
        if left > LONGEST_WAIT:
            return self._break("rate-limit", due)
        if left > 0:
            self._pause(left)
        return True

    def count(self, now: datetime) -> None:
        """A request is about to be sent."""
        self._asked += 1
        with self._context.vault.batch():
            self._frontier.note_request(iso(now))

    def rest(self) -> None:
        """The pause between two requests."""
        if self._limits.delay:
            self._pause(self._limits.delay)

    def _pause(self, seconds: float) -> None:
        pause = self._context.pause or self._context.stop.wait
        pause(seconds)

    def _break(self, reason: str, until: str) -> bool:
        error: CollectionError = failure(reason, self._context.source.name, f"until {until}")
        self._context.report.pause(error, until)
        return False
