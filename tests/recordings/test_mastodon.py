"""Answers that Mastodon servers gave to Mastodon.py, read again, and served to the collector."""

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
from collectors.interfaces.mastodon import INTERFACE
from config.sources import EXAMPLES, Source, load_source
from model.clock import iso, system_clock

from .conftest import Replayed
from .exchanges import Exchange, exchanges
from .rooms import Room, Token, at, opened

pytestmark = pytest.mark.timeout(600)  # the first run on a machine also fetches the package
ASKED = re.compile(
    r"/api/v1/(?:timelines/(?:tag/[^/]+|public|home|list/\d+)|accounts/(?:lookup|\d+(?:/statuses)?)"
    r"|statuses/\d+(?:/context)?|timelines/link)\Z|/api/v2/search\Z"
)
PUBLIC = ("public", "unlisted")


def posts_in(content: Any) -> list[dict[str, Any]]:
    """The posts of an answer as its server wrote them, those passed on as themselves."""
    rows = content if isinstance(content, list) else [content]
    if isinstance(content, dict) and "content" not in content:
        rows = [*content.get("ancestors", ()), *content.get("descendants", ()),
                *content.get("statuses", ())]  # fmt: skip
    return [row.get("reblog") or row for row in rows if "visibility" in row]


@pytest.fixture(scope="module")
def recorded(source_package: Callable[[str], Path]) -> list[Exchange]:
    """Every exchange of an endpoint that is read, and every error whatever it was about."""
    folder = source_package("mastodon-py")
    found = exchanges(folder.glob("tests/cassettes*/*.yaml"))
    return [
        one
        for one in found
        if (one.method == "GET" and ASKED.match(urlsplit(one.url).path)) or one.status >= 400
    ]


@pytest.fixture(scope="module")
def source() -> Source:
    return load_source(EXAMPLES / "mastodon.yml")


def test_every_recorded_answer_is_read_whole(recorded: list[Exchange], source: Source) -> None:
    kinds: Counter[str] = Counter()
    for one in recorded:
        if one.status != 200:
            continue
        reading = INTERFACE.read(one.payload, source, one.url)
        content = json.loads(one.payload)
        expected = {row["uri"]: row for row in posts_in(content) if row["visibility"] in PUBLIC}
        found = {record.native_id: record for record in reading.records if record.kind != "profile"}
        assert set(found) == set(expected), one.url
        for uri, record in found.items():
            row = expected[uri]
            assert record.fields["posted_at"] == row["created_at"][:19] + "Z"
            account = row["account"]
            assert record.fields["seller_id"] == (account.get("uri") or account["url"])
            assert record.kind == ("comment" if row["in_reply_to_id"] else "post")
            kinds[record.kind] += 1
        wrong = [issue for issue in reading.issues if issue.severity != "note"]
        assert wrong == [], one.cassette
        kinds["answers"] += 1
    print(f"\nMastodon.py 2.3.3: {dict(kinds)}")
    assert kinds["answers"] >= 90
    assert kinds["post"] >= 200
    assert kinds["comment"] >= 3


def test_recorded_errors_mean_what_they_say(recorded: list[Exchange]) -> None:
    """A token that was refused is told by the status: the words are in many languages."""
    fates: Counter[tuple[int, str]] = Counter()
    for one in recorded:
        if one.status >= 400:
            error = INTERFACE.trouble(_told(one))
            fates[one.status, error.reason if error else "by its status"] += 1
    print(f"\nMastodon.py 2.3.3: {dict(fates)}")
    assert {status for status, _ in fates} == {400, 401, 403, 404, 422}
    assert {said for (status, said) in fates if status == 404} == {"by its status"}
    assert {said for (status, said) in fates if status in (400, 422)} == {"interface-error"}
    assert (403, "forbidden") in fates


def _told(one: Exchange) -> Told:
    return Told(one.url, one.status, one.payload, one.headers)


@pytest.fixture
def room(tmp_path: Path, replayed: Replayed, source: Source) -> Iterator[Room]:
    replayed.missing = (200, b"[]")
    with opened(tmp_path, replayed, source) as found:
        yield found


def test_the_collector_reads_what_was_recorded(recorded: list[Exchange], room: Room) -> None:
    """Each recorded list, search and account is what one hashtag, word or handle is answered."""
    asked: dict[str, list[str]] = {"tags": [], "words": [], "accounts": []}
    expected: set[str] = set()
    missing = 0
    for number, one in enumerate(recorded):
        path, name = urlsplit(one.url).path, f"n{number}"
        if one.status == 200 and one.payload.lstrip().startswith(b"["):
            asked["tags"].append(name)
            room.server.add([at(f"/api/v1/timelines/tag/{name}?limit=40", one)])
        elif one.status == 200 and path == "/api/v2/search":
            asked["words"].append(name)
            room.server.add([at(f"/api/v2/search?q={name}&limit=40", one)])
        elif path == "/api/v1/accounts/lookup":
            asked["accounts"].append(name)
            missing += one.status == 404
            room.server.add([at(f"/api/v1/accounts/lookup?acct={name}", one)])
            continue
        else:
            continue
        posts = posts_in(json.loads(one.payload))
        expected |= {row["uri"] for row in posts if row["visibility"] in PUBLIC}
    report = room.collect(**{name: tuple(found) for name, found in asked.items()})
    assert report.finished, report.sentence
    assert report.failures == {"gone": missing}
    documents = list(room.vault.documents())
    assert {one.native_id for one in documents if one.kind in ("post", "comment")} == expected
    sealed = sum(1 for _ in room.vault.captures())
    print(f"\n{sealed} answers sealed, {len(expected)} posts expected, difference 0")
    assert list(room.vault.verify()) == []


@pytest.mark.parametrize(
    ("status", "with_token", "reason", "ends"),
    [
        (400, False, "interface-error", False),
        (401, False, "token-missing", True),
        (401, True, "token-refused", True),
        (403, True, "forbidden", False),
        (404, False, "gone", False),
        (422, False, "interface-error", False),
    ],
)
def test_recorded_errors_have_the_right_fate(
    recorded: list[Exchange], room: Room, *, status: int, with_token: bool, reason: str, ends: bool
) -> None:
    """Whatever else was asked for is read all the same, or nothing is lost where a person must."""
    errors = [one for one in recorded if one.status == status]
    good = next(one for one in recorded if one.status == 200 and one.payload.startswith(b'[{"id"'))
    assert errors
    names = [f"n{number}" for number in range(len(errors))]
    room.server.add(
        at(f"/api/v1/timelines/tag/{name}?limit=40", one)
        for name, one in zip(names, errors, strict=True)
    )
    room.server.add([at("/api/v1/timelines/tag/good?limit=40", good)])
    token = Token() if with_token else None
    report = room.collect(access=token, tags=(*names, "good"))
    assert report.reason == reason
    assert report.failed is ends
    assert room.keeps_no_secret()
    if ends:
        assert not report.finished
        assert report.remedy
    else:
        assert report.finished
        assert report.failures == {reason: len(errors)}
        assert any(one.kind == "post" for one in room.vault.documents())


def test_a_limit_is_waited_for_as_the_headers_say(recorded: list[Exchange], room: Room) -> None:
    """Mastodon.py's recordings have no 429: the headers are recorded, the status is the manual's.

    The run pauses until the moment that X-RateLimit-Reset names; the next one goes on from there.
    """
    good = next(one for one in recorded if one.status == 200 and one.payload.startswith(b'[{"id"'))
    assert good.headers["x-ratelimit-limit"] == "300"
    now = system_clock()
    headers = {
        **{name: value for name, value in good.headers.items() if name != "date"},
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": iso(now + timedelta(seconds=200)),
    }
    limit = replace(good, status=429, headers=headers, payload=b'{"error": "Too many requests"}')
    path = "/api/v1/timelines/tag/n?limit=40"
    room.server.add([at(path, limit), at(path, good)])
    report = room.collect(tags=("n",))
    assert (report.paused, report.finished, report.reason) == (True, False, "rate-limit")
    until = datetime.fromisoformat(report.paused_until)
    assert timedelta(seconds=199) < until - now < timedelta(seconds=220)
    again = room.collect(begin=until, tags=("n",))
    assert again.finished, again.sentence
    assert room.server.asked.count(path) == 2
    assert any(one.kind == "post" for one in room.vault.documents())
