"""The ledger of an interface's quota: what was taken today, kept before a request is sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from collectors.web.interfaces import Asking
from config.sources import Source
from model.canonical import Json
from vault.vault import Vault

_CURSOR = "quota"


class Ledger:
    """Units taken from each budget of a source's interface on the day at hand.

    The day is that of the quota's zone. What is taken is kept with the batch in which a request is
    handed out, so that no kill loses it; a unit may be counted that was not spent, never the
    other way round. For the thread that hands out.
    """

    def __init__(self, vault: Vault, source: Source, asking: Asking | None) -> None:
        quota = source.interface.quota
        self._vault = vault
        self._source = source.name
        self._cost = None if asking is None else asking.interface.cost
        self._units: Mapping[str, int] = quota.units if quota and asking else {}
        self._zone = ZoneInfo(quota.timezone if quota else "UTC")
        self._day, self._used = _kept(vault.cursor(source.name, _CURSOR))

    def overrun(self, url: str, now: datetime) -> str:
        """The budget that asking for this address would overrun; empty where none."""
        self._turn_to(now)
        for name, units in self._costs(url).items():
            if self._used.get(name, 0) + units > self._units[name]:
                return name
        return ""

    def take(self, url: str, now: datetime) -> None:
        """Take what asking for this address costs."""
        self._turn_to(now)
        self._change(self._costs(url), 1)

    def give_back(self, url: str, now: datetime) -> None:
        """Give back what was taken for a request that was never sent."""
        day = self._day
        self._turn_to(now)
        if day == self._day:
            self._change(self._costs(url), -1)

    def is_used_up(self, url: str, now: datetime) -> bool:
        """Note that the service has no units left for this address; False without a budget."""
        self._turn_to(now)
        costs = self._costs(url)
        self._used |= {name: self._units[name] for name in costs}
        self._change(dict.fromkeys(costs, 0))
        return bool(costs)

    def full_at(self, now: datetime) -> datetime:
        """When the budgets are full again: the next midnight of their zone."""
        today = now.astimezone(self._zone).date()
        midnight = datetime.combine(today + timedelta(days=1), time(), self._zone)
        return midnight.astimezone(UTC)

    def of(self, name: str) -> int:
        """How many units a day there are in this budget."""
        return self._units[name]

    def stand(self, now: datetime) -> dict[str, Json]:
        """Of each budget how much of it is used: ``{"search": "7 of 100"}``."""
        self._turn_to(now)
        return {name: f"{self._used.get(name, 0)} of {most}" for name, most in self._units.items()}

    def _costs(self, url: str) -> dict[str, int]:
        found = {} if self._cost is None or not self._units else self._cost(url)
        return {name: units for name, units in found.items() if name in self._units and units > 0}

    def _turn_to(self, now: datetime) -> None:
        """Begin a new day where it is one; a clock that was set back does not."""
        today = now.astimezone(self._zone).date().isoformat()
        if today > self._day:
            self._day, self._used = today, {}

    def _change(self, costs: Mapping[str, int], sign: int = 1) -> None:
        for name, units in costs.items():
            self._used[name] = max(0, self._used.get(name, 0) + sign * units)
        if costs:
            row: dict[str, Json] = {"day": self._day, "used": dict(self._used)}
            self._vault.keep_cursor(self._source, _CURSOR, row)


def quota_stand(vault: Vault, source: Source, now: datetime) -> dict[str, Json]:
    """What of each budget of a source's interface is used today; empty without budgets."""
    quota = source.interface.quota
    if quota is None:
        return {}
    day, used = _kept(vault.cursor(source.name, _CURSOR))
    today = now.astimezone(ZoneInfo(quota.timezone)).date().isoformat()
    used = {} if today > day else used
    return {name: f"{used.get(name, 0)} of {most}" for name, most in quota.units.items()}


def _kept(row: Json | None) -> tuple[str, dict[str, int]]:
    if not isinstance(row, dict):
        return date.min.isoformat(), {}
    return str(row["day"]), {str(name): int(units) for name, units in row["used"].items()}
