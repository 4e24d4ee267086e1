"""What is kept of a stream, where it goes on, and that nothing comes twice."""

from __future__ import annotations

import json

from collectors.watching.events import Event, event
from collectors.watching.tray import REWIND_US, Tray

DID = "did:plc:exampleaaaaaaaaaaaaaaaaa"
START = 1_795_197_851_482_000
NEVER = START * 2


def told(number: int, what: str = "create", key: str = "") -> Event:
    commit = {
        "rev": f"rev{number}",
        "operation": what,
        "collection": "app.bsky.feed.post",
        "rkey": key or f"key{number}",
        "record": {"text": "x"},
    }
    row = {"did": DID, "time_us": START + number * 1_000_000, "kind": "commit", "commit": commit}
    return event(json.dumps(row).encode())


def test_a_rewind_brings_nothing_twice() -> None:
    first = Tray()
    for number in range(20):
        first.went_by(told(number), NEVER)
        first.keep(b"x", told(number), if_known=False)
    later = Tray.of(json.loads(json.dumps(first.cursor())))
    assert later.begin == START + 19 * 1_000_000 - REWIND_US
    for number in range(14, 24):
        later.went_by(told(number), NEVER)
        later.keep(b"x", told(number), if_known=False)
    assert [one.event.key for one in later.frames] == ["key20", "key21", "key22", "key23"]


def test_what_is_remembered_does_not_grow() -> None:
    tray = Tray()
    for number in range(1_000):
        tray.went_by(told(number), NEVER)
        tray.keep(b"x", told(number), if_known=False)
        tray = tray.emptied()
    assert len(tray.recent) <= 2 * REWIND_US // 1_000_000 + 1


def test_a_deletion_of_what_waits_beside_it_is_kept() -> None:
    tray = Tray()
    tray.keep(b"1", told(1), if_known=False)
    tray.keep(b"2", told(2, "delete", "key1"), if_known=True)
    tray.keep(b"3", told(3, "delete", "other"), if_known=True)
    tray.keep(b"4", told(4, "delete", "known"), if_known=True)
    known = frozenset({f"at://{DID}/app.bsky.feed.post/known"})
    assert [one.frame for one in tray.wanted(known)] == [b"1", b"2", b"4"]
    assert len(tray.doubtful()) == 3


def test_the_future_is_not_gone_on_from() -> None:
    """A server that tells of next year would make us miss all until then."""
    tray = Tray()
    tray.went_by(told(1), NEVER)
    tray.went_by(told(10**6), START + 60_000_000)
    assert tray.time_us == START + 1_000_000
    assert tray.seen == 2


def test_a_spoilt_cursor_begins_anew() -> None:
    for kept in (None, [], "x", {"time_us": "1"}, {"recent": [1]}, {"time_us": None}):
        assert Tray.of(kept).begin == 0
