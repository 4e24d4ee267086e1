"""Answers that Reddit gave to praw, read again, and served to the collector."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from collectors.interfaces.interface import Told
from collectors.interfaces.reddit import INTERFACE
from config.sources import EXAMPLES, Source, load_source
from model.clock import system_clock

from .exchanges import Exchange, exchanges
from .rooms import Room, Token, at, opened

pytestmark = pytest.mark.timeout(600)  # the first run on a machine also fetches the package
ASKED = re.compile(
    r"/(?:r/[^/]+/)?(?:new|hot|top|rising|controversial|best|search|comments)/?\Z"
    r"|/user/[^/]+/(?:submitted|comments|overview|about)/?\Z"
    r"|/comments/[^/]+/(?:_/[^/]+)?\Z|/r/[^/]+/comments/[^/]+/[^/]+/[^/]+/\Z"
    r"|/r/[^/]+/about/(?:moderators/)?\Z|/api/info/\Z|/user/[^/]+/m/[^/]+/(?:new|comments/)\Z"
)
THINGS = ("t1", "t2", "t3", "t5")
ENOUGH = 1_000
WRONG_ID = "t1_MISMATCH"
"""An id that praw's makers wrote into a recording by hand; no id of Reddit has capital letters."""


@pytest.fixture(scope="module")
def recorded(source_package: Callable[[str], Path]) -> list[Exchange]:
    """Every exchange of an endpoint that is read, and every error whatever it was about.

    Answers that begin with the same things are streams asked again and again: one of each.
    """
    found = exchanges(source_package("praw").glob("tests/integration/cassettes/*.json"), is_read)
    different: dict[object, Exchange] = {}
    for one in found:
        path = urlsplit(one.url).path
        if one.status < 400 and not (ASKED.match(path) or "morechildren" in path):
            continue
        key = (path, one.payload[:200]) if one.status < 400 else (one.cassette, len(different))
        different.setdefault(key, one)
    return list(different.values())


def is_read(method: str, url: str) -> bool:
    """Whether an exchange is about Reddit's things at all: not how praw logged in."""
    return "access_token" not in url


@pytest.fixture(scope="module")
def source() -> Source:
    return load_source(EXAMPLES / "reddit.yml")


@pytest.fixture
def room(tmp_path: Path, replayed: Any, source: Source) -> Iterator[Room]:
    replayed.missing = (200, b'{"kind": "Listing", "data": {"after": null, "children": []}}')
    with opened(tmp_path, replayed, source) as found:
        yield found


def things_in(content: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The things of an answer wherever they stand in it; recursion is for tests."""
    if isinstance(content, list):
        for one in content:
            yield from things_in(one)
    elif isinstance(content, dict):
        kind, data = content.get("kind"), content.get("data")
        if kind in THINGS and isinstance(data, dict):
            yield kind, data
            yield from things_in(data.get("replies"))
        elif kind == "Listing" and isinstance(data, dict):
            yield from things_in(data.get("children"))
        elif "json" in content:
            yield from things_in(content["json"].get("data", {}).get("things"))


def id_of(kind: str, data: dict[str, Any]) -> str:
    if kind == "t5":
        return str(data["display_name"]).lower()
    return f"{kind}_{data['id']}"


def told_of(one: Exchange) -> Told:
    return Told(one.url, one.status, one.payload, one.headers)


def in_order(content: Any) -> dict[str, dict[str, Any]]:
    """The things of an answer by their ids."""
    return {id_of(kind, data): data for kind, data in things_in(content)}


def test_every_recorded_answer_is_read_whole(recorded: list[Exchange], source: Source) -> None:
    kinds: Counter[str] = Counter()
    for one in recorded:
        if one.status != 200 or not one.payload.startswith((b"{", b"[")):
            continue
        if INTERFACE.trouble(told_of(one)) is not None:
            continue
        url = one.url.replace("morechildren/", "morechildren")
        reading = INTERFACE.read(one.payload, source, url)
        expected = in_order(json.loads(one.payload))
        found = {record.native_id: record for record in reading.records}
        if "about/moderators" not in url:
            assert set(found) == set(expected) - {WRONG_ID}, one.cassette
        for native_id, record in found.items():
            kinds[record.kind] += 1
            data = expected.get(native_id, {})
            if record.kind not in ("post", "comment"):
                continue
            assert record.fields.get("seller", "[deleted]") == (data["author"] or "[deleted]")
            # what somebody paid for stands in no subreddit
            assert record.extra.get("group", "") == data.get("subreddit", "").lower()
            posted = datetime.fromisoformat(record.fields["posted_at"]).timestamp()
            assert posted == int(data["created_utc"])
        wrong = [issue for issue in reading.issues if "only named" not in issue.message]
        assert len(wrong) == (WRONG_ID in expected), one.cassette
        kinds["answers"] += 1
    print(f"\npraw 8.0.3: {dict(kinds)}")
    assert kinds["answers"] >= 180
    assert kinds["post"] >= 2_000
    assert kinds["comment"] >= 2_000
    assert min(kinds["group"], kinds["profile"]) >= 5


def test_what_was_taken_away_is_told_and_not_repeated(
    recorded: list[Exchange], source: Source
) -> None:
    gone = 0
    for one in recorded:
        if one.status != 200 or b"[deleted]" not in one.payload + one.payload.upper():
            continue
        for record in INTERFACE.read(one.payload, source, one.url).records:
            if record.extra.get("deleted"):
                gone += 1
                assert record.fields.get("text") not in ("[deleted]", "[removed]")
                assert record.fields.get("seller") != "[deleted]"
    print(f"\npraw 8.0.3: {gone} submissions and comments that were taken away")
    assert gone >= 20


def test_recorded_errors_mean_what_they_say(recorded: list[Exchange]) -> None:
    """Of any method: what an answer of that status looks like, no request can change."""
    fates: Counter[tuple[int, str]] = Counter()
    for one in recorded:
        if one.status >= 400:
            error = INTERFACE.trouble(told_of(one))
            assert error is not None, one.cassette
            fates[one.status, error.reason] += 1
    print(f"\npraw 8.0.3: {dict(fates)}")
    assert fates[401, "token-refused"] == 1
    assert fates[403, "forbidden"] == 12
    assert fates[404, "gone"] == 7
    assert fates[409, "interface-error"] == 4
    assert {reason for status, reason in fates if status == 400} == {"interface-error"}
    assert {reason for status, reason in fates if status >= 500} == {"server-error"}


def rows(recorded: list[Exchange]) -> list[Exchange]:
    """Pages of submissions or comments, newest first, whoever asked for them."""
    return [
        one
        for one in recorded
        if one.status == 200 and re.search(r"/(?:new|submitted|comments)/?\?", one.url)
    ]


def test_the_collector_reads_what_was_recorded(recorded: list[Exchange], room: Room) -> None:
    """Each recorded page is what one account or subreddit is answered; the next page is empty."""
    accounts, expected = [], set[str]()
    for number, one in enumerate(rows(recorded)):
        things = in_order(json.loads(one.payload))
        if not set(things) - expected or len(expected) >= ENOUGH:
            continue
        accounts.append(f"n{number}")
        expected |= set(things)
        place = f"/user/n{number}/submitted?sort=new&limit=100&raw_json=1"
        room.server.add([at(place, one)])
    report = room.collect(accounts=tuple(accounts), profiles=False, access=Token())
    assert report.finished, report.sentence
    assert report.failures == {}
    found = [one for one in room.vault.documents() if one.kind in ("post", "comment")]
    assert {one.native_id for one in found} == expected
    asked = Counter(room.server.asked)
    assert max(asked.values()) == 1
    assert room.keeps_no_secret()
    print(f"\n{sum(asked.values())} answers sealed, {len(expected)} things expected, difference 0")
    assert len(expected) >= ENOUGH
    assert list(room.vault.verify()) == []


def test_a_thread_is_read_with_the_comments_it_only_names(
    recorded: list[Exchange], room: Room
) -> None:
    """The page, then what it names, which praw's recordings have as answers to POST."""
    pages = [one for one in recorded if re.match(r"/comments/[^/]+/\?", one.path)]
    more = {
        one.cassette: one
        for one in recorded
        if one.status == 200 and "morechildren" in one.url and b'"things": [{' in one.payload
    }
    page = min((one for one in pages if one.cassette in more), key=lambda one: len(one.payload))
    (submission, *_), rest = json.loads(page.payload), more[page.cassette]
    thread = submission["data"]["children"][0]["data"]
    reading = INTERFACE.read(page.payload, room.source, f"http://recorded{page.path}")
    named = [place for place in reading.follow if "/api/morechildren" in place]
    assert named
    listing = json.dumps(
        {"kind": "Listing", "data": {"children": [submission["data"]["children"][0]]}}
    )
    room.server.add([
        at("/r/room/new?limit=100&raw_json=1", replace(page, payload=listing.encode())),
        at(f"/comments/{thread['id']}?sort=new&limit=500&raw_json=1", page),
        *(at(f"{urlsplit(place).path}?{urlsplit(place).query}", rest) for place in named),
    ])  # fmt: skip
    report = room.collect(groups=("room",), threads=True, profiles=False)
    assert report.finished, report.sentence
    expected = in_order(json.loads(page.payload)) | in_order(json.loads(rest.payload))
    kept = {one.native_id for one in room.vault.documents() if one.kind in ("post", "comment")}
    assert kept == set(expected)
    comments = [one for one in room.vault.documents() if one.kind == "comment"]
    assert {one.extra["thread"] for one in comments} == {f"t3_{thread['id']}"}


@pytest.mark.parametrize(
    ("status", "reason", "ends"),
    [
        (400, "interface-error", False),
        (401, "token-refused", True),
        (403, "forbidden", False),
        (404, "gone", False),
        (409, "interface-error", False),
    ],
)
def test_recorded_errors_have_the_right_fate(
    recorded: list[Exchange], room: Room, *, status: int, reason: str, ends: bool
) -> None:
    """Whatever else was asked for is read all the same, or nothing is lost where a person must."""
    errors = [one for one in recorded if one.status == status]
    good = next(one for one in rows(recorded) if in_order(json.loads(one.payload)))
    names = [f"n{number}" for number in range(len(errors))]
    place = "/user/{}/submitted?sort=new&limit=100&raw_json=1"
    room.server.add(at(place.format(name), one) for name, one in zip(names, errors, strict=True))
    room.server.add([at(place.format("good"), good)])
    report = room.collect(access=Token(), accounts=(*names, "good"), profiles=False)
    assert report.reason == reason
    assert report.failed is ends
    assert room.keeps_no_secret()
    if ends:
        assert not report.finished
        assert report.remedy
        report = room.collect(access=Token(), accounts=("good",), profiles=False)
        assert not report.finished, "what was refused is asked for again"
    else:
        assert report.finished
        assert report.failures == {reason: len(errors)}
        assert any(one.kind in ("post", "comment") for one in room.vault.documents())


def test_a_limit_is_waited_for_as_the_headers_say(recorded: list[Exchange], room: Room) -> None:
    """praw's recordings have no 429: the headers are recorded, the status is the manual's."""
    good = next(
        one
        for one in rows(recorded)
        if "x-ratelimit-reset" in one.headers and in_order(json.loads(one.payload))
    )
    headers = {
        **{name: value for name, value in good.headers.items() if name != "date"},
        "x-ratelimit-remaining": "0.0",
        "x-ratelimit-reset": "200",
    }
    limit = replace(good, status=429, headers=headers, payload=b'{"message": "Too Many Requests"}')
    place = "/user/n/submitted?sort=new&limit=100&raw_json=1"
    room.server.add([at(place, limit), at(place, good)])
    now = system_clock()
    report = room.collect(accounts=("n",), profiles=False, begin=now)
    assert (report.paused, report.finished, report.reason) == (True, False, "rate-limit")
    until = datetime.fromisoformat(report.paused_until)
    assert timedelta(seconds=199) < until - now < timedelta(seconds=220)
    again = room.collect(begin=until, accounts=("n",), profiles=False)
    assert again.finished, again.sentence
    assert room.server.asked.count(place) == 2
    assert any(one.kind in ("post", "comment") for one in room.vault.documents())
