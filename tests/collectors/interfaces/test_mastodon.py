"""Mastodon's interface: addresses, posts and accounts as read, errors, hostile answers."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from collectors.interfaces.interface import Term, Told
from collectors.interfaces.mastodon import INTERFACE
from collectors.records import PageReading
from config.sources import EXAMPLES, Source, load_source
from model.canonical import canonical
from model.errors import Skip

FOLDER = EXAMPLES / "mastodon"
BASE = "https://reef.example"
TAG = f"{BASE}/api/v1/timelines/tag/hornbill?limit=40"


@pytest.fixture(scope="module")
def source() -> Source:
    return load_source(EXAMPLES / "mastodon.yml")


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FOLDER / "tag.json").read_bytes())
    return found


def read(content: object, source: Source, url: str = TAG, since: str = "") -> PageReading:
    return INTERFACE.read(json.dumps(content).encode(), source, url, since=since)


def changed(source: Source, **ask: object) -> Source:
    return source.model_copy(update={"ask": source.ask.model_copy(update=ask)})


def test_a_round_begins_with_what_is_asked_and_nothing_else(source: Source) -> None:
    asked = changed(source, groups=("club@other.example", "42"), listings=True)
    accounts = f"{BASE}/api/v1/accounts"
    assert list(INTERFACE.start(asked, [Term("casque & co")])) == [
        f"{BASE}/api/v2/search?q=casque%20%26%20co&limit=40",
        TAG,
        f"{accounts}/lookup?acct=mora",
        f"{accounts}/lookup?acct=tides%40other.example",
        f"{accounts}/lookup?acct=club%40other.example",
        f"{accounts}/42",
        f"{accounts}/42/statuses?limit=40",
        f"{BASE}/api/v1/timelines/public?local=true&limit=40",
    ]


def test_an_account_is_found_by_the_address_of_its_page(source: Source) -> None:
    asked = changed(source, accounts=("https://other.example/@tides",), tags=())
    (address,) = INTERFACE.start(asked, ())
    assert address.endswith("/lookup?acct=tides%40other.example")


@pytest.mark.parametrize(
    ("url", "word"),
    [
        (TAG + "&max_id=4", "#hornbill"),
        (f"{BASE}/api/v1/timelines/tag/%E8%B1%A1%E7%89%99", "#象牙"),
        (f"{BASE}/api/v2/search?q=raw%20horn&type=statuses&offset=40", "raw horn"),
        (f"{BASE}/api/v1/statuses/4", ""),
    ],
)
def test_the_words_of_an_address_are_known_on_every_page(url: str, word: str) -> None:
    assert INTERFACE.question(url) == word


def test_what_somebody_passes_on_stays_its_authors(source: Source, rows: list[Any]) -> None:
    boost = {
        **rows[1],
        "id": "7",
        "uri": "https://other.example/boost/7",
        "reblog": rows[0],
        "created_at": "2026-11-21T00:00:00.000Z",
    }
    (record,) = read([boost], source).records
    assert record.native_id == rows[0]["uri"]
    assert record.fields["seller"] == "mora@reef.example"
    assert record.extra["boosted_by"] == [
        {
            "name": "tides@other.example",
            "id": "https://other.example/users/tides",
            "at": "2026-11-21T00:00:00Z",
        }
    ]


def test_pictures_come_with_their_description_and_nothing_else_is_a_picture(
    source: Source, rows: list[Any]
) -> None:
    first = read(rows, source).records[0]
    assert [(image.url, image.alt) for image in first.images] == [
        ("https://files.reef.example/m/9.jpg", "two casques on a cloth")
    ]
    assert first.extra["media"] == [{"type": "video", "url": "https://files.reef.example/m/10.mp4"}]
    assert first.links == ("https://pictures.example/album/casques-2026",)


def test_private_posts_are_left_out_and_said(source: Source, rows: list[Any]) -> None:
    reading = read(rows, source)
    assert "followers only" not in repr(reading.records)
    assert [issue.severity for issue in reading.issues] == ["note"]


def test_the_next_page_begins_below_the_last_post_until_nothing_comes(
    source: Source, rows: list[Any]
) -> None:
    assert f"{TAG}&max_id={rows[-1]['id']}" in read(rows, source).follow
    assert read([], source, TAG + "&max_id=1").follow == ()


def test_a_server_that_repeats_the_list_does_not_lead_on_for_ever(
    source: Source, rows: list[Any]
) -> None:
    reading = read(rows, source, f"{TAG}&max_id={rows[-1]['id']}")
    assert (reading.kind, reading.records, reading.follow) == ("empty", (), ())


def test_reading_ends_where_what_is_wanted_ends(source: Source, rows: list[Any]) -> None:
    def leads_on(since: str) -> bool:
        return any("max_id" in url for url in read(rows, source, since=since).follow)

    assert leads_on("2026-11-17T00:00:00Z")
    assert not leads_on("2026-11-21T00:00:00Z")
    false_date = [*rows[:2], {**rows[2], "created_at": "1970-01-01T00:00:00.000Z"}]
    assert any("max_id" in url for url in read(false_date, source, since="2026-11-01").follow)


def test_a_thread_is_read_from_its_beginning_and_as_deep_as_it_goes(
    source: Source, rows: list[Any]
) -> None:
    def post(number: int, answers: int | None, replies: int) -> dict[str, Any]:
        uri = f"https://reef.example/p/{number}"
        return {
            **rows[0],
            "id": str(number),
            "uri": uri,
            "in_reply_to_id": answers and str(answers),
            "replies_count": replies,
        }

    url = f"{BASE}/api/v1/statuses/1/context?of=https%3A%2F%2Freef.example%2Fp%2F1"
    answer = {"ancestors": [], "descendants": [post(2, 1, 1), post(3, 2, 0), post(4, 1, 5)]}
    reading = read(answer, source, url)
    assert [record.extra["reply_to"] for record in reading.records] == [
        f"https://reef.example/p/{number}" for number in (1, 2, 1)
    ]
    assert {record.extra["thread"] for record in reading.records} == {"https://reef.example/p/1"}
    assert reading.follow == (
        f"{BASE}/api/v1/statuses/4/context?of=https%3A%2F%2Freef.example%2Fp%2F4",
    )


def test_threads_and_profiles_are_read_only_where_wanted(source: Source, rows: list[Any]) -> None:
    reading = read(rows, changed(source, threads=False, profiles=False))
    assert reading.asides == ()
    assert not [url for url in reading.follow if "context" in url]


@pytest.mark.parametrize(
    ("status", "content", "reason"),
    [
        (401, '{"error": "This method requires an authenticated user"}', "token-missing"),
        (422, '{"error": "This method requires an authenticated user"}', "token-missing"),
        (401, '{"error": "This API requires an authenticated user"}', "token-missing"),
        (401, '{"error": "Search queries pagination is not supported without authentication"}',
         "token-missing"),
        (401, '{"error": "The access token is invalid"}', ""),
        (403, '{"error": "The access token was revoked"}', "token-refused"),
        (403, '{"error": "This action is outside the authorized scopes"}', "forbidden"),
        (422, '{"error": "Validation failed"}', "interface-error"),
        (404, '{"error": "Record not found"}', ""),
        (429, '{"error": "Too many requests"}', ""),
        (503, '{"error": "Remote data could not be fetched"}', ""),
        (200, '{"error": "Record not found"}', "gone"),
        (200, '{"error": "something else"}', "interface-error"),
        (200, "<html>Please wait</html>", "interface-error"),
        (200, "[]", ""),
    ],
)  # fmt: skip
def test_errors_by_the_interfaces_own_words(status: int, content: str, reason: str) -> None:
    """Empty: the status tells, and whoever asked knows whether a token was shown."""
    error = INTERFACE.trouble(Told(TAG, status, content.encode()))
    assert (error.reason if error else "") == reason


def saved() -> Iterator[tuple[str, Any]]:
    for path in sorted(Path(FOLDER).glob("*.json")):
        yield path.stem, json.loads(path.read_bytes())


HOSTILE: tuple[Any, ...] = (
    None, True, -1, 10**400, 1e308, float("inf"), "", "\ud800\x00\u202e", "javascript:alert(1)",
    "9" * 5000, "2026-13-45", "<a href='//[::'><b>" * 50, [], {}, [[]], [None], {"a": {}},
    "x" * 9000,
    "0001-01-01T00:00:00+23:59", "http://[", "https://\ud800.example/",
)  # fmt: skip


def mutated(dice: Random, value: Any) -> Any:
    """The same with some values replaced by what nobody expects there."""
    if dice.random() < 0.04:
        return copy.deepcopy(dice.choice(HOSTILE))
    if isinstance(value, dict):
        return {name: mutated(dice, one) for name, one in value.items() if dice.random() > 0.02}
    if isinstance(value, list):
        return [mutated(dice, one) for one in value]
    return value


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(("name", "content"), list(saved()), ids=[name for name, _ in saved()])
def test_no_answer_brings_the_reader_down(
    source: Source, seed: int, name: str, content: Any
) -> None:
    dice = Random(f"{name} {seed}")
    for _ in range(25):
        payload = json.dumps(mutated(dice, content)).encode()
        for url in (TAG, f"{BASE}/api/v1/statuses/5/context?of=x", ""):
            try:
                reading = INTERFACE.read(payload, source, url, since="2026-11-19T00:00:00Z")
            except Skip:
                continue
            for record in (*reading.records, *reading.asides):
                assert record.native_id
                canonical(dict(record.extra)).decode("utf-8")
                assert all(isinstance(text, str) for text in record.fields.values())
                "".join(record.fields.values()).encode("utf-8")
        INTERFACE.trouble(Told(TAG, dice.choice((200, 401, 422)), payload))


@pytest.mark.parametrize("payload", [b"", b"\xff\xfe", b"[" * 100_000, b"5", b'"x"', b"{}", b"nul"])
def test_what_is_no_answer_is_skipped(source: Source, payload: bytes) -> None:
    with pytest.raises(Skip):
        INTERFACE.read(payload, source, TAG)
