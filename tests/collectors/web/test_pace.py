"""Delays, budgets, quiet hours and back-off, on clocks that are made to stand where they should."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.web.pace import (
    LONGEST_BACK_OFF,
    Limits,
    Turns,
    Window,
    back_off,
    limits,
)
from config.settings import CollectionSettings, Settings
from config.source_conduct import minutes
from config.sources import Source
from model.evidence import Mandate

BRUSSELS = ZoneInfo("Europe/Brussels")
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def window(hours: str, zone: ZoneInfo = BRUSSELS) -> Window:
    return Window(*minutes(hours), zone)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def source(**pace: object) -> Source:
    return Source.model_validate(
        {
            "name": "s",
            "route": "clear",
            "start": ["http://s.example/"],
            "timezone": "Europe/Brussels",
            "pace": pace,
        }
    )


def mandate(**more: object) -> Mandate:
    given = {"id": "m", "authority": "a", "purpose": "p", "sources": ("*",)}
    return Mandate(**(given | {"valid_from": "", "valid_until": "9"} | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("hours", "moment", "until"),
    [
        ("22:00-06:00", "2026-01-01T20:59:59", None),
        ("22:00-06:00", "2026-01-01T21:00:00", "2026-01-02T05:00:00"),
        ("22:00-06:00", "2026-01-02T04:59:59", "2026-01-02T05:00:00"),
        ("22:00-06:00", "2026-01-02T05:00:00", None),
        ("12:00-14:00", "2026-07-01T10:30:00", "2026-07-01T12:00:00"),
        ("12:00-14:00", "2026-01-01T10:30:00", None),
        # Clocks go forward at 02:00 on 29 March 2026, back at 03:00 on 25 October.
        ("01:00-05:00", "2026-03-29T00:30:00", "2026-03-29T03:00:00"),
        ("01:00-05:00", "2026-10-24T23:30:00", "2026-10-25T04:00:00"),
        ("22:00-02:30", "2026-03-28T23:00:00", "2026-03-29T01:30:00"),
        ("22:00-02:30", "2026-10-24T23:00:00", "2026-10-25T00:30:00"),
        ("22:00-02:30", "2026-10-25T01:10:00", "2026-10-25T01:30:00"),
    ],
)
def test_quiet_hours_by_the_clocks_there(hours: str, moment: str, until: str | None) -> None:
    found = Limits(0, quiet=(window(hours),)).quiet_until(at(moment))
    assert found == (None if until is None else at(until))


@given(
    st.integers(0, 1439),
    st.integers(0, 1439),
    st.integers(0, 366 * 86_400),
)
def test_quiet_hours_end_after_they_begin_and_are_over_then(
    begin: int, end: int, second: int
) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=second)
    quiet = Window(begin, end, BRUSSELS)
    until = Limits(0, quiet=(quiet,)).quiet_until(now)
    assert (until is not None) == quiet.holds(now)
    if until is not None:
        assert now < until <= now + timedelta(hours=26)
        assert not quiet.holds(until)


def test_quiet_hours_of_source_and_mandate_join() -> None:
    found = limits(
        source(quiet_hours="22:00-06:00"), mandate(quiet_hours="05:00-09:00"), Settings()
    )
    assert found.quiet_until(at("2026-01-01T22:00:00")) == at("2026-01-02T09:00:00")


def test_hours_that_end_as_they_begin_are_none() -> None:
    assert limits(source(quiet_hours="06:00-06:00"), mandate(), Settings()).quiet == ()


def test_the_slower_of_source_and_mandate_holds() -> None:
    hasty = {"delay_seconds": 1, "concurrency": 8}
    found = limits(source(**hasty), mandate(delay_seconds=5.0, concurrency=2), Settings())
    assert (found.delay, found.concurrency) == (5.0, 2)
    found = limits(source(**hasty), mandate(delay_seconds=0.5, concurrency=20), Settings())
    assert (found.delay, found.concurrency) == (1, 8)


@pytest.mark.parametrize(
    ("own", "granted", "wanted"), [(None, None, None), (5, None, 5), (None, 7, 7), (5, 7, 5)]
)
def test_the_stricter_budget_holds(
    own: int | None, granted: int | None, wanted: int | None
) -> None:
    given = {} if own is None else {"pages_per_day": own}
    found = limits(source(**given), mandate(pages_per_day=granted), Settings())
    assert found.per_day == wanted


def test_the_day_is_that_of_the_source() -> None:
    found = limits(source(), mandate(), Settings())
    assert found.day(at("2026-01-01T22:59:59")) == (
        at("2025-12-31T23:00:00"),
        at("2026-01-01T23:00:00"),
    )
    assert found.day(at("2026-01-01T23:00:00"))[0] == at("2026-01-01T23:00:00")
    begin, end = found.day(at("2026-03-29T12:00:00"))
    assert end - begin == timedelta(hours=23)


def test_the_workspace_fills_the_delay_that_the_source_does_not_give() -> None:
    settings = Settings(collection=CollectionSettings(delay_seconds=7))
    assert limits(source(), mandate(), settings).delay == 7
    assert limits(source(delay_seconds=0), mandate(), settings).delay == 0


def test_back_off_grows_up_to_a_bound_with_half_of_it_by_chance() -> None:
    assert [back_off(n, dice=lambda: 1.0) for n in range(5)] == [1, 2, 4, 8, 16]
    assert back_off(1_000, dice=lambda: 1.0) == LONGEST_BACK_OFF
    assert back_off(9, dice=lambda: 0.0) == LONGEST_BACK_OFF / 2
    assert len({back_off(6) for _ in range(20)}) > 15


def test_requests_to_one_host_keep_their_distance_and_hosts_do_not_wait_for_each_other() -> None:
    turns = Turns(10.0, dice=lambda: 0.5)
    assert turns.left("a:80", NOON) == 0
    turns.asked("a:80", NOON)
    assert turns.left("a:80", NOON + timedelta(seconds=4)) == pytest.approx(6 * 1.05)
    assert turns.left("a:80", NOON + timedelta(seconds=10)) == 0
    assert turns.left("b:80", NOON) == 0


def test_a_host_can_be_held_and_a_longer_hold_stands() -> None:
    turns = Turns(0, dice=lambda: 0.0)
    assert not turns.delayed("a:80")
    turns.hold("a:80", NOON + timedelta(seconds=60))
    turns.hold("a:80", NOON + timedelta(seconds=20))
    assert turns.delayed("a:80")
    assert turns.left("a:80", NOON) == 60
    assert turns.held(NOON) == {"a:80": NOON + timedelta(seconds=60)}
    turns.asked("a:80", NOON + timedelta(seconds=61))
    assert not turns.delayed("a:80")


def test_a_crawl_delay_is_the_least_and_never_shortens_our_own() -> None:
    turns = Turns(2.0, dice=lambda: 0.0)
    turns.at_least("a:80", 30.0)
    turns.at_least("b:80", 1.0)
    for host in ("a:80", "b:80"):
        turns.asked(host, NOON)
    assert (turns.left("a:80", NOON), turns.left("b:80", NOON)) == (30.0, 2.0)
