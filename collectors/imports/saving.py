"""What a person tells about material handed in: who saved it, when, how, and how to read it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from model.canonical import Json
from model.clock import iso
from model.errors import ConfigurationError

DateOrder = Literal["dmy", "mdy", "ymd"]
DATE_ORDERS: tuple[DateOrder, ...] = ("dmy", "mdy", "ymd")

_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])([0-9]{1,2})(?::?([0-9]{2}))?", re.I)
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Saving:
    """Who saved the material, when (ISO 8601 UTC), how, and what else there is to note.

    ``timezone`` is that of the device whose times it shows, by its name in the tz database or as
    an offset; ``date_order`` settles which of a date's numbers is the day.
    """

    by: str = ""
    at: str = ""
    how: str = ""
    note: str = ""
    timezone: str = ""
    date_order: str = ""

    @property
    def is_told(self) -> bool:
        """Whether it is known who saved the material, when and how."""
        return bool(self.by and self.at and self.how)

    @property
    def missing(self) -> tuple[str, ...]:
        """The options that tell what is not known yet."""
        told = {"--saved-by": self.by, "--saved-at": self.at, "--saved-how": self.how}
        return tuple(option for option, value in told.items() if not value)

    def as_reading(self) -> dict[str, Json]:
        """What a capture's seal keeps of it; empty where nothing was told."""
        saved = {"by": self.by, "at": self.at, "how": self.how, "note": self.note}
        kept: dict[str, Json] = {key: value for key, value in saved.items() if value}
        how = {"timezone": self.timezone, "date_order": self.date_order}
        return ({"saved": kept} if kept else {}) | {k: value for k, value in how.items() if value}


NOTHING_TOLD = Saving()


def saving(
    by: str | None,
    at: str | None,
    how: str | None,
    note: str | None = None,
    *,
    timezone: str | None = None,
    date_order: str | None = None,
    now: datetime,
) -> Saving:
    """What was told, checked; ConfigurationError names the option that is wrong.

    A moment without an offset is taken in ``timezone``, else in UTC.
    """
    zone = zone_of(timezone or "")
    if date_order and date_order not in DATE_ORDERS:
        raise ConfigurationError(
            f"--date-order {date_order}: is none of {', '.join(DATE_ORDERS)}",
            remedy="dmy for 31/12/2026, mdy for 12/31/2026, ymd for 2026/12/31",
        )
    return Saving(
        by=_plain(by, "--saved-by"),
        at=_moment(at, zone, now) if at else "",
        how=_plain(how, "--saved-how"),
        note=_plain(note, "--note"),
        timezone=timezone or "",
        date_order=date_order or "",
    )


def zone_of(name: str) -> tzinfo:
    """The time zone of this name or offset (``Asia/Bangkok``, ``+07:00``); UTC for none."""
    if not name or name.upper() in ("UTC", "Z"):
        return UTC
    if offset := _OFFSET.fullmatch(name):
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        if minutes <= 14 * 60 and int(offset[3] or 0) < 60:
            return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
    try:
        return ZoneInfo(name)
    except (LookupError, OSError, ValueError) as error:
        raise ConfigurationError(
            f"--timezone {name[:60]}: no such time zone",
            remedy="give a name such as Asia/Bangkok, or an offset such as +07:00",
        ) from error


def _plain(value: str | None, option: str) -> str:
    """Text in one line, as it can be kept and shown."""
    text = " ".join((value or "").split())
    if len(text) > _LONGEST or any(not char.isprintable() for char in text):
        raise ConfigurationError(
            f"{option}: longer than {_LONGEST:,} characters, or not printable",
            remedy="give a short sentence",
        )
    return text


def _moment(value: str, zone: tzinfo, now: datetime) -> str:
    try:
        found = datetime.fromisoformat(value.strip())
        moment = (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ConfigurationError(
            f"--saved-at {value[:60]}: is no date and time",
            remedy="give it as 2026-11-22T14:30, with +07:00 or --timezone where it is not UTC",
        ) from error
    if moment > now + timedelta(days=1):
        raise ConfigurationError(
            f"--saved-at {value[:60]}: lies in the future", remedy="look at day and month"
        )
    return iso(moment)
