"""What headers say about limits, in the ways services say it, and the meter that obeys a rate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.web.rates import LONGEST, Meter, Windows, allowances, wait

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
EPOCH = int(NOW.timestamp())


@pytest.mark.parametrize(
    ("headers", "remaining", "reset", "limit"),
    [
        (  # Mastodon, docs.joinmastodon.org/api/rate-limits
            {
                "x-ratelimit-limit": "300",
                "x-ratelimit-remaining": "12",
                "x-ratelimit-reset": "2026-01-01T12:05:00.000000Z",
            },
            12,
            300,
            300,
        ),
        (  # GitHub and many others: the moment as an epoch
            {
                "x-ratelimit-limit": "60",
                "x-ratelimit-remaining": "0",
                "x-ratelimit-reset": str(EPOCH + 90),
            },
            0,
            90,
            60,
        ),
        (  # Reddit: what is left may have a fraction, the reset is in seconds
            {"x-ratelimit-remaining": "598.0", "x-ratelimit-reset": "44"},
            598,
            44,
            None,
        ),
        (  # Bluesky
            {
                "ratelimit-limit": "3000",
                "ratelimit-remaining": "2999",
                "ratelimit-reset": str(EPOCH + 300),
                "ratelimit-policy": "3000;w=300",
            },
            2999,
            300,
            3000,
        ),
        (  # draft-ietf-httpapi-ratelimit-headers-10
            {"ratelimit-policy": '"default";q=100;w=60', "ratelimit": '"default";r=50;t=30'},
            50,
            30,
            100,
        ),
        (  # draft-ietf-httpapi-ratelimit-headers-07
            {"ratelimit": "limit=100, remaining=5, reset=7"},
            5,
            7,
            100,
        ),
    ],
)
def test_each_family_of_headers_tells_the_same(
    headers: dict[str, str], remaining: float, reset: float, limit: float | None
) -> None:
    (found,) = allowances(headers, NOW)
    assert (found.remaining, found.reset, found.limit) == (remaining, reset, limit)


def test_a_moment_is_told_by_the_clock_of_the_server() -> None:
    date = "Thu, 01 Jan 2026 12:10:00 GMT"
    told = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(EPOCH + 630), "date": date}
    (found,) = allowances(told, NOW)
    assert found.reset == 30


def told(remaining: int, limit: int = 300, reset: int = 100) -> dict[str, str]:
    return {
        "x-ratelimit-limit": str(limit),
        "x-ratelimit-remaining": str(remaining),
        "x-ratelimit-reset": str(reset),
    }


def waits(*headers: dict[str, str], under_way: int = 0) -> float:
    """Seconds to wait after these answers, with so many requests under way."""
    windows = Windows()
    for _ in range(len(headers) + under_way):
        windows.sent(NOW)
    for one in headers:
        windows.answered(one, NOW)
    return windows.wait(NOW)


def test_a_host_is_left_alone_until_the_reset_where_nothing_but_the_reserve_is_left() -> None:
    assert waits(told(300)) == 0
    assert 1 < waits(told(56)) < 3
    assert waits(told(6)) >= 100
    assert waits(told(9)) < 100 <= waits(told(9), under_way=3)


def test_what_was_sent_since_counts_against_what_is_left() -> None:
    windows = Windows()
    windows.sent(NOW)
    windows.answered(told(3, limit=10, reset=30), NOW)
    now, sent = NOW, 0
    while now < NOW + timedelta(seconds=30):
        if wait := windows.wait(now):
            now += timedelta(seconds=wait)
            continue
        windows.sent(now)
        sent += 1
    assert sent == 3
    assert windows.wait(now) > 0  # the reset has passed: one answer has to tell what is left
    for _ in range(3):
        windows.answered({}, now)
    assert windows.wait(now) == 0


def test_of_answers_in_another_order_the_least_counts() -> None:
    assert waits(told(0), told(40), told(20)) >= 100


def test_the_tightest_of_several_limits_counts() -> None:
    headers = {"ratelimit": '"burst";r=0;t=5, "day";r=900;t=40000', "x-ratelimit-remaining": "70"}
    assert 5 <= waits(headers) < 10
    assert wait(headers, NOW) == waits(headers)


text = st.text(max_size=30) | st.from_regex(r"[0-9]{1,40}(\.[0-9]{1,40})?", fullmatch=True)
names = ("limit", "remaining", "reset", "reset-after")


@given(
    st.dictionaries(
        st.sampled_from(
            [
                *(f"{family}{name}" for family in ("x-ratelimit-", "ratelimit-") for name in names),
                *("ratelimit", "ratelimit-policy", "date"),
            ]
        ),
        text,
    )
)
def test_no_header_breaks_anything_or_lets_us_wait_for_ever(headers: dict[str, str]) -> None:
    assert 0 <= waits(headers, headers) <= LONGEST + 1
    assert (wait(headers, NOW) or 0) <= LONGEST + 1


@given(
    st.integers(1, 400),
    st.floats(0.5, 1000),
    st.lists(st.floats(0, 30), min_size=1, max_size=300),
)
def test_no_window_of_a_meter_sees_more_than_its_number(
    requests: int, seconds: float, waits: list[float]
) -> None:
    meter, now, passed = Meter(requests, seconds), NOW, list[datetime]()
    for idle in waits:
        now += timedelta(seconds=max(idle, meter.left(now)))
        now += timedelta(microseconds=1)
        assert meter.left(now) <= 0.001
        meter.take(now)
        passed.append(now)
    window = timedelta(seconds=seconds * 0.999)
    for number, begin in enumerate(passed):
        assert sum(1 for one in passed[number:] if one < begin + window) <= requests


def test_what_went_before_counts() -> None:
    meter = Meter(100, 100)
    meter.replay([(NOW - timedelta(seconds=50), 90)])
    assert 30 < meter.left(NOW) < 60
