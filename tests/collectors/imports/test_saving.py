"""Who saved material, when and how: checked where it is told, kept where it was."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from collectors.imports.saving import NOTHING_TOLD, saving, zone_of
from model.errors import ConfigurationError

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "zone", "wanted"),
    [
        ("2026-11-20T08:00", None, "2026-11-20T08:00:00Z"),
        ("2026-11-20", None, "2026-11-20T00:00:00Z"),
        ("2026-11-20T08:00", "Asia/Bangkok", "2026-11-20T01:00:00Z"),
        ("2026-11-20T08:00+02:00", "Asia/Bangkok", "2026-11-20T06:00:00Z"),
        ("2026-11-20 08:00", "-03:30", "2026-11-20T11:30:00Z"),
    ],
)
def test_moments(at: str, zone: str | None, wanted: str) -> None:
    assert saving("A", at, "by hand", timezone=zone, now=NOW).at == wanted


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"at": "yesterday"}, "--saved-at"),
        ({"at": "2027-01-01"}, "future"),
        ({"by": "\x1b[31m"}, "--saved-by"),
        ({"how": "x" * 3_000}, "--saved-how"),
        ({"timezone": "Mars/Olympus"}, "--timezone"),
        ({"timezone": "../../etc/passwd"}, "--timezone"),
        ({"timezone": "+99:00"}, "--timezone"),
        ({"date_order": "ydm"}, "--date-order"),
    ],
)
def test_what_is_wrong_is_named(options: dict[str, str], word: str) -> None:
    told = {"by": "A", "at": "2026-11-20", "how": "x"} | options
    more = {key: told.pop(key) for key in ("timezone", "date_order") if key in told}
    with pytest.raises(ConfigurationError, match=word):
        saving(told["by"], told["at"], told["how"], now=NOW, **more)


def test_what_was_not_told_is_not_made_up() -> None:
    assert NOTHING_TOLD.as_reading() == {}
    some = saving("A", None, None, timezone="UTC", now=NOW)
    assert some.missing == ("--saved-at", "--saved-how")
    assert not some.is_told
    assert some.as_reading() == {"saved": {"by": "A"}, "timezone": "UTC"}


def test_zones() -> None:
    assert zone_of("") is UTC
    assert zone_of("UTC+7").utcoffset(NOW) == zone_of("+07:00").utcoffset(NOW)
