"""The one seam for time: code takes a ``Clock`` and never asks the system itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the current moment, timezone-aware, in UTC."""


def system_clock() -> datetime:
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with seconds and a ``Z``, or microseconds where there are any."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
