"""Reddit: what is asked for, where a listing ends, and what its errors mean."""

from __future__ import annotations

import json
from typing import Any

import pytest

from collectors.interfaces import Term, Told
from collectors.interfaces.reddit import INTERFACE, MOST_MORE
from config.sources import EXAMPLES, Ask, Source, load_source
from model.errors import Retry, Skip, Stop

BASE = "https://oauth.reddit.com"
SEARCH = f"{BASE}/search?q=tusk&sort=new&type=link&limit=100&raw_json=1"


def source(**ask: Any) -> Source:
    return load_source(EXAMPLES / "reddit.yml").model_copy(update={"ask": Ask(**ask)})


def listing(*posts: dict[str, Any], after: str | None = None) -> bytes:
    children = [{"kind": "t3", "data": post} for post in posts]
    return json.dumps({"kind": "Listing", "data": {"after": after, "children": children}}).encode()


def test_what_is_named_is_asked_for_and_nothing_else() -> None:
    asked = source(groups=("r/Room",), accounts=("u/old_harpoon",), profiles=False)
    assert [*INTERFACE.start(asked, [Term("rhino horn")])] == [
        f"{BASE}/search?q=rhino%20horn&sort=new&type=link&limit=100&raw_json=1",
        f"{BASE}/r/Room/search?q=rhino%20horn&sort=new&type=link&limit=100&restrict_sr=1&raw_json=1",
        f"{BASE}/r/Room/new?limit=100&raw_json=1",
        f"{BASE}/user/old_harpoon/submitted?sort=new&limit=100&raw_json=1",
        f"{BASE}/user/old_harpoon/comments?sort=new&limit=100&raw_json=1",
        f"{BASE}/user/old_harpoon/about?raw_json=1",
    ]
    assert [*INTERFACE.start(source(), [])] == []
    assert INTERFACE.question(SEARCH + "&after=t3_1") == "tusk"
    assert INTERFACE.question(f"{BASE}/r/Room/new?limit=100") == ""


def test_a_listing_ends_with_what_is_older_and_where_the_cursor_stays() -> None:
    quiet = source(profiles=False, threads=False)
    new = {"id": "1a", "created_utc": 1678208640, "author": "a"}
    page = listing(new, after="t3_1a")
    onward = f"{SEARCH}&after=t3_1a"
    assert INTERFACE.read(page, quiet, SEARCH, since="2023-03-01T00:00:00Z").follow == (onward,)
    assert INTERFACE.read(page, quiet, SEARCH, since="2023-03-08T00:00:00Z").follow == ()
    assert INTERFACE.read(page, quiet, onward).follow == ()
    assert INTERFACE.read(listing(after="t3_1a"), quiet, SEARCH).follow == ()


def test_a_record_without_an_id_is_left_out_and_told() -> None:
    reading = INTERFACE.read(listing({"title": "x"}, {"id": "1a"}), source(), SEARCH)
    assert [record.native_id for record in reading.records] == ["t3_1a"]
    assert [issue.severity for issue in reading.issues] == ["error"]


def test_comments_that_are_only_named_are_asked_for_in_pieces_with_an_end() -> None:
    children = [f"c{number:05}" for number in range(100 * MOST_MORE + 500)]
    more = {"kind": "more", "data": {"parent_id": "t3_1a", "children": children, "count": 5_000}}
    deeper = {"kind": "more", "data": {"parent_id": "t1_9z", "children": [], "count": 0}}
    post = {"kind": "t3", "data": {"id": "1a"}}
    answer = [
        {"kind": "Listing", "data": {"children": [post]}},
        {"kind": "Listing", "data": {"children": [more, deeper]}},
    ]
    url = f"{BASE}/comments/1a?sort=new&limit=500&raw_json=1"
    reading = INTERFACE.read(json.dumps(answer).encode(), source(), url)
    pieces = [place for place in reading.follow if "/api/morechildren?" in place]
    assert len(pieces) == MOST_MORE
    assert max(map(len, pieces)) < 2_000
    assert f"{BASE}/comments/1a/_/9z?sort=new&limit=500&raw_json=1" in reading.follow
    assert "2,500 comments are only named" in reading.issues[0].message


@pytest.mark.parametrize(
    ("status", "payload", "headers", "fate", "reason"),
    [
        (200, '{"kind": "Listing"}', {}, None, ""),
        (401, '{"message": "Unauthorized", "error": 401}', {}, Stop, "token-refused"),
        (403, '{"reason": "private", "message": "Forbidden", "error": 403}', {}, Skip, "forbidden"),
        (403, "<html>You've been blocked by network security", {}, Stop, "token-refused"),
        (404, '{"reason": "banned", "message": "Not Found", "error": 404}', {}, Skip, "gone"),
        (409, '{"message": "Conflict", "error": 409}', {}, Skip, "interface-error"),
        (429, '{"message": "Too Many"}', {"x-ratelimit-reset": "58"}, Retry, "rate-limit"),
        (503, "<html>", {}, Retry, "server-error"),
        (200, '{"error": 401, "message": "x"}', {}, Stop, "token-refused"),
        (200, '{"json": {"errors": [["RATELIMIT", "wait", "x"]], "ratelimit": 58}}', {}, Retry,
         "rate-limit"),
        (302, "", {"location": "https://oauth.reddit.com/subreddits/search?q=x"}, Skip, "gone"),
        (302, "", {"location": "https://oauth.reddit.com/r/y/new"}, None, ""),
    ],
)  # fmt: skip
def test_errors(
    status: int, payload: str, headers: dict[str, str], fate: type[Exception] | None, reason: str
) -> None:
    error = INTERFACE.trouble(Told(SEARCH, status, payload.encode(), headers))
    assert (type(error) if error else None) is fate
    assert (error.reason if error else "") == reason
    if isinstance(error, Retry) and reason == "rate-limit":
        assert error.after == 58
