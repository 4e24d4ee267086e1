"""Bluesky's interface: addresses, posts and accounts as read, errors, hostile answers."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from collectors.interfaces.bluesky import INTERFACE, names
from collectors.interfaces.bluesky.posts import posted_at
from collectors.interfaces.interface import Term, Told
from collectors.records import PageReading
from config.sources import EXAMPLES, Source, load_source
from model.canonical import canonical
from model.errors import ConfigurationError, Skip

FOLDER = EXAMPLES / "bluesky"
BASE = "https://bsky.social/xrpc"
SEARCH = f"{BASE}/app.bsky.feed.searchPosts?q=casque&sort=latest&limit=100"
AUTHOR = f"{BASE}/app.bsky.feed.getAuthorFeed?actor=tides.bsky.social&limit=100"
THREAD = f"{BASE}/app.bsky.feed.getPostThread?uri=x&depth=1000&parentHeight=0"
SINGLE = f"{BASE}/app.bsky.feed.getPosts?uris=x"
MORA = "did:plc:exampleaaaaaaaaaaaaaaaaa"


@pytest.fixture(scope="module")
def source() -> Source:
    return load_source(EXAMPLES / "bluesky.yml")


@pytest.fixture
def post() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "search.json").read_bytes())["posts"][0]
    return found


def read(content: object, source: Source, url: str = SEARCH, since: str = "") -> PageReading:
    return INTERFACE.read(json.dumps(content).encode(), source, url, since=since)


def changed(source: Source, **ask: object) -> Source:
    return source.model_copy(update={"ask": source.ask.model_copy(update=ask)})


def methods(reading: PageReading) -> list[str]:
    return [urlsplit(url).path.rpartition(".")[2] for url in reading.follow]


def test_a_round_begins_with_what_is_asked_and_nothing_else(source: Source) -> None:
    terms = [Term("casque & co"), Term("cuerno", origin="taxon")]
    asked = changed(source, accounts=("@Mora.example.com",), tags=("#hornbill",), groups=())
    feed = "filter=posts_with_replies&includePins=false&limit=100"
    assert list(INTERFACE.start(asked, terms)) == [
        f"{BASE}/app.bsky.feed.searchPosts?q=casque%20%26%20co&sort=latest&limit=100",
        f"{BASE}/app.bsky.feed.searchPosts?q=cuerno&sort=latest&limit=100",
        f"{BASE}/app.bsky.feed.searchPosts?q=%23hornbill&sort=latest&limit=100",
        f"{BASE}/app.bsky.feed.getAuthorFeed?actor=mora.example.com&{feed}",
        f"{BASE}/app.bsky.actor.getProfile?actor=mora.example.com",
        f"{BASE}/app.bsky.actor.searchActors?q=casque%20%26%20co&limit=100",
    ]
    only = changed(source, accounts=(), tags=(), groups=(), profiles=False)
    assert list(INTERFACE.start(only, [])) == []


def test_a_source_that_is_only_watched_asks_nothing(source: Source) -> None:
    watched = source.model_copy(update={"start": ("https://jet.example/subscribe",)})
    assert list(INTERFACE.start(watched, [Term("casque")])) == []


def test_lists_and_feeds_by_the_address_of_their_page(source: Source) -> None:
    groups = (
        "https://bsky.app/profile/mora.example.com/feed/carved",
        f"at://{MORA}/{names.LIST}/k",
    )
    asked = changed(source, accounts=(), tags=(), groups=groups, profiles=False)
    found = [urlsplit(url) for url in INTERFACE.start(asked, [])]
    assert [one.path.rpartition(".")[2] for one in found] == [
        *("getFeedGenerator", "getFeed", "getList", "getListFeed"),
    ]
    assert parse_qs(found[0].query)["feed"] == [
        "at://mora.example.com/app.bsky.feed.generator/carved"
    ]


@pytest.mark.parametrize(
    ("key", "given"), [("accounts", "not an account"), ("groups", "https://bsky.app/profile/x")]
)
def test_what_is_no_account_or_group_is_refused(source: Source, key: str, given: str) -> None:
    with pytest.raises(ConfigurationError, match=f"ask.{key}"):
        list(INTERFACE.start(changed(source, **{key: (given,)}), []))


@pytest.mark.parametrize(
    ("written", "account"),
    [
        ("@Name.bsky.social", "name.bsky.social"),
        ("https://bsky.app/profile/name.example", "name.example"),
        (f"https://bsky.app/profile/{MORA}/post/3k", MORA),
        (f"at://{MORA}", MORA),
        ("handle.invalid", ""),
        ("javascript:alert(1)", ""),
        ("https://elsewhere.example/profile/name.example", ""),
    ],
)
def test_accounts_as_people_write_them(written: str, account: str) -> None:
    assert names.account(written) == account


def test_questions_are_told_from_addresses(source: Source) -> None:
    assert INTERFACE.question(f"{SEARCH}&cursor=100") == "casque"
    assert INTERFACE.question(AUTHOR) == ""
    assert INTERFACE.question("http://[bad") == ""


def test_pages_go_on_until_nothing_came_or_all_is_old(source: Source, post: Any) -> None:
    page = {"posts": [post], "cursor": "100"}
    assert "searchPosts" in methods(read(page, source))
    assert "searchPosts" in methods(read(page, source, since="2026-11-20T00:00:00Z"))
    assert "searchPosts" not in methods(read(page, source, since="2026-11-21T00:00:00Z"))
    assert "searchPosts" not in methods(read({"posts": [], "cursor": "100"}, source))
    assert "searchPosts" not in methods(read(page, source, f"{SEARCH}&cursor=100")), "in circles"


def test_a_post_set_back_in_time_does_not_end_the_reading(source: Source, post: Any) -> None:
    """Authors choose createdAt; what the network saw lately is read on from, whatever it says."""
    back = copy.deepcopy(post)
    back["record"]["createdAt"] = "2001-01-01T00:00:00Z"
    reading = read({"posts": [back], "cursor": "100"}, source, since="2026-11-20T00:00:00Z")
    assert "searchPosts" in methods(reading)
    assert reading.records[0].fields["posted_at"] == "2026-11-20T18:04:12Z"
    assert reading.records[0].extra["created_at"] == "2001-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("created", "indexed", "posted"),
    [
        ("2026-11-20T18:00:00Z", "2026-11-20T18:00:05Z", "2026-11-20T18:00:00Z"),
        ("2026-11-20T18:05:00Z", "2026-11-20T18:00:00Z", "2026-11-20T18:05:00Z"),
        ("2027-11-20T18:00:00Z", "2026-11-20T18:00:00Z", "2026-11-20T18:00:00Z"),
        ("1970-01-01T00:00:00Z", "2026-11-20T18:00:00Z", "2026-11-20T18:00:00Z"),
        ("", "2026-11-20T18:00:00Z", "2026-11-20T18:00:00Z"),
        ("2026-11-20T18:00:00Z", "", "2026-11-20T18:00:00Z"),
    ],
)
def test_a_time_that_cannot_be_is_not_believed(created: str, indexed: str, posted: str) -> None:
    assert posted_at(created, indexed) == posted


def test_the_stand_in_for_handles_is_nobodys_name(source: Source, post: Any) -> None:
    """Thousands of accounts show handle.invalid; as a name it would make one person of them."""
    post["author"]["handle"] = "handle.invalid"
    fields = read({"posts": [post]}, source).records[0].fields
    assert fields["seller"] == fields["seller_id"] == MORA


def test_a_post_is_its_repositorys_whatever_stands_beside_it(source: Source, post: Any) -> None:
    post["author"] = {"did": "did:plc:somebodyelsesomebodyel", "handle": "innocent.example"}
    reading = read({"posts": [post]}, source)
    assert reading.records[0].fields["seller"] == reading.records[0].fields["seller_id"] == MORA
    assert any("not the account of the record" in one.message for one in reading.issues)
    assert not any("innocent" in url or "somebodyelse" in url for url in reading.follow)


def test_words_passed_on_are_not_the_words_of_who_passed_them_on(source: Source) -> None:
    page = json.loads((FOLDER / "feed.json").read_bytes())
    *_, repost = read(page, source, AUTHOR).records
    assert repost.fields["seller"] == "tides.bsky.social"
    assert "text" not in repost.fields
    assert repost.links == ()
    assert repost.extra["forwarded_from"]["name"] == "mora.example.com"


def test_profiles_are_shown_aside_only_where_they_are_not_asked_for(
    source: Source, post: Any
) -> None:
    assert read({"posts": [post]}, source).asides == ()
    shown = read({"posts": [post]}, changed(source, profiles=False))
    assert [one.native_id for one in shown.asides] == [MORA]
    assert "getProfile" not in methods(shown)


@pytest.mark.parametrize(
    ("shown", "link", "text"),
    [
        ("a.example/…", "https://a.example/b/c", "see https://a.example/b/c 🦜"),
        ("www.a.example/b...", "https://www.a.example/b/c", "see https://www.a.example/b/c 🦜"),
        ("here", "https://a.example/b", "see here 🦜"),
        ("b.example/…", "https://a.example/b", "see b.example/… 🦜"),
        ("here", "javascript:alert(1)", "see here 🦜"),
    ],
)
def test_shortened_links_are_written_out(
    source: Source, post: Any, shown: str, link: str, text: str
) -> None:
    written = f"see {shown} 🦜"
    start = len(b"see ")
    index = {"byteStart": start, "byteEnd": start + len(shown.encode())}
    feature = {"$type": "app.bsky.richtext.facet#link", "uri": link}
    post["record"] |= {"text": written, "facets": [{"index": index, "features": [feature]}]}
    record = read({"posts": [post]}, source).records[0]
    assert record.fields["text"] == text
    assert record.links == ((link,) if link.startswith("https") else ())


def test_facets_that_lie_change_nothing(source: Source, post: Any) -> None:
    """Outside the text, backwards, through the middle of a character, over one another."""
    link = {"$type": "app.bsky.richtext.facet#link", "uri": "https://a.example/x"}
    places = [(-1, 4), (3, 2), (1, 2), (0, 10**9), (0, 10**30), (0, 4), (2, 6), (None, "x")]
    facets = [
        {"index": {"byteStart": start, "byteEnd": end}, "features": [link]} for start, end in places
    ]
    post["record"] |= {"text": "ééé…", "facets": facets}
    assert read({"posts": [post]}, source).records[0].fields["text"] == "ééé…"


def test_deep_threads_are_read_and_gone_on_with(source: Source, post: Any) -> None:
    node: dict[str, Any] = {"post": renumbered(post, 200) | {"replyCount": 3}}
    for number in reversed(range(200)):
        node = {"post": renumbered(post, number) | {"replyCount": 1}, "replies": [node]}
    reading = read({"thread": node}, source, THREAD)
    assert len(reading.records) == 201
    onward = [url for url in reading.follow if "getPostThread" in url]
    assert len(onward) == 1
    assert "key200" in onward[0], "from where the interface stopped"


def renumbered(post: dict[str, Any], number: int) -> dict[str, Any]:
    return copy.deepcopy(post) | {"uri": f"at://{MORA}/app.bsky.feed.post/key{number}"}


def test_what_is_gone_is_told_by_its_own_address(source: Source, post: Any) -> None:
    gone = read({"posts": []}, source, SINGLE)
    assert (gone.kind, bool(gone.removed)) == ("empty", True)
    there = read({"posts": [post]}, source, SINGLE)
    assert (there.kind, there.removed) == ("post", "")
    broken = read({"posts": None}, source, SINGLE)
    assert not broken.removed, "an answer that says nothing is no proof"


@pytest.mark.parametrize(
    ("status", "error", "message", "reason"),
    [
        (401, "AuthMissing", "Authentication Required", "token-missing"),
        (400, "ExpiredToken", "Token has expired", "token-refused"),
        (400, "InvalidToken", "Bad token scope", "token-refused"),
        (400, "InvalidRequest", "Profile not found", "gone"),
        (400, "InvalidRequest", "Could not find repo: x", "gone"),
        (400, "NotFound", "Post not found: at://x", "gone"),
        (400, "AccountTakedown", "Account has been suspended", "gone"),
        (400, "AccountDeactivated", "Account is deactivated", "gone"),
        (400, "InvalidRequest", "Error: limit must be below 100", "interface-error"),
        (400, "BlockedActor", "Requester has blocked actor", "forbidden"),
        (429, "RateLimitExceeded", "Rate Limit Exceeded", "rate-limit"),
        (502, "UpstreamFailure", "pipe", "server-error"),
        (501, "MethodNotImplemented", "Method Not Implemented", "interface-error"),
    ],
)
def test_errors_have_their_fate(status: int, error: str, message: str, reason: str) -> None:
    payload = json.dumps({"error": error, "message": message}).encode()
    found = INTERFACE.trouble(Told(AUTHOR, status, payload))
    assert found is not None
    assert found.reason == reason


def test_a_closed_search_wants_a_key() -> None:
    """What public.api.bsky.app answers: a page, and no answer of the interface."""
    page = b"<html><h1>403 Forbidden</h1>Request forbidden by administrative rules."
    found = INTERFACE.trouble(Told(SEARCH, 403, page))
    assert found is not None
    assert found.reason == "token-missing"
    assert INTERFACE.trouble(Told(AUTHOR, 403, page)) is None
    assert INTERFACE.trouble(Told(SEARCH, 200, b'{"error": "ExpiredToken"}')) is None


PAGES = sorted(FOLDER.glob("*.json"))
URLS = {
    "search": SEARCH,
    "feed": AUTHOR,
    "thread": THREAD,
    "post": SINGLE,
    "profile": f"{BASE}/app.bsky.actor.getProfile?actor=x",
    "accounts": f"{BASE}/app.bsky.actor.searchActors?q=x",
    "list": f"{BASE}/app.bsky.graph.getList?list=x",
}
JUNK: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, 10**40, 1e300, "", "\x00\x1b[31m", "\ud800", "\u202eevil", [], {}),
    *([[]], [None], [{}], {"": {}}, "javascript:alert(1)", "at://", "x" * 5000, "<b>&amp;</b>"),
    *({"$type": 3}, "9999-99-99T99:99:99Z", "0001-01-01T00:00:00+23:59"),
)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a JSON value: the object or list, and the key."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in list(inner):
        yield value, key
        if isinstance(one, dict | list):
            yield from places(one)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_hostile_answers_are_never_more_than_issues(page: Path, source: Source) -> None:
    """Anything may stand anywhere: what comes out can be kept, and Skip is the only exception."""
    dice, content = Random(page.stem), json.loads(page.read_bytes())
    url = URLS.get(page.stem.partition("-")[0], SEARCH)
    for _ in range(400):
        spoilt = copy.deepcopy(content)
        for _ in range(dice.randint(1, 4)):
            if not spoilt:
                break
            where, key = dice.choice(list(places(spoilt)))
            where[key] = copy.deepcopy(dice.choice(JUNK))
        payload = json.dumps(spoilt).encode("utf-8", "surrogatepass")
        keeps(payload, source, dice.choice((url, "")))


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"null",
        b"[]",
        b"\xff\xfe",
        b'{"posts": [' * 5_000,
        b'{"thread": ' + b'{"replies": [' * 400 + b"]}" * 400 + b"}",
        b'{"posts": [{"uri": ' + b"9" * 5_000 + b"}]}",
        b'{"posts": NaN}',
        b"<html>",
    ],
)
def test_what_is_no_answer_is_skipped_or_empty(payload: bytes, source: Source) -> None:
    for url in URLS.values():
        keeps(payload, source, url)


def keeps(payload: bytes, source: Source, url: str) -> None:
    try:
        reading = INTERFACE.read(payload, source, url)
    except Skip:
        return
    assert reading == INTERFACE.read(payload, source, url)
    for record in (*reading.records, *reading.asides):
        assert record.native_id
        told = [*record.fields.values(), *record.links, *(image.url for image in record.images)]
        canonical([record.extra, told]).decode("utf-8")
        assert all(isinstance(one, str) for one in told)
        pictures = [image.url for image in record.images]
        assert not any(one.startswith("javascript:") for one in (*record.links, *pictures))
        assert record.fields.get("seller") != "handle.invalid"
    assert all(one.startswith("https://bsky.social/") or not url for one in reading.follow)
