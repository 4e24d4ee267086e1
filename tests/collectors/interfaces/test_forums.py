"""Forums by their JSON: beginnings, what leads on, whose words are whose, what is wrong."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from collectors.interfaces import Term, Told, interface_of
from collectors.interfaces.interface import Interface
from collectors.interfaces.quoted import own_words
from collectors.reading import read_page
from collectors.records import PageReading
from config.saved_pages import saved_pages
from config.sources import EXAMPLES, Source, load_source
from model.errors import CollectionError, Retry, Skip, Stop
from model.evidence import Document

BOX = Term("carved box")
NESTED = '<blockquote data-author="@A">x<blockquote data-author="B">z</blockquote></blockquote>'
FORUMS = ("discourse", "nodebb", "misago")


def example(name: str, **ask: Any) -> Source:
    source = load_source(EXAMPLES / f"{name}.yml")
    return source.model_copy(update={"ask": source.ask.model_copy(update=ask)})


def interface(name: str) -> Interface:
    found = interface_of(name)
    assert found is not None
    return found


def saved(name: str, page: str, **ask: Any) -> PageReading:
    """A saved answer of the worked example, as it is read."""
    source = example(name, **ask)
    kept = next(one for one in saved_pages(source) if one.path.name == page)
    assert kept.expected is not None
    return read_page(kept.path.read_bytes(), source=source, url=kept.expected.url)


def begun(name: str, *terms: Term, **ask: Any) -> list[str]:
    nothing = {"words": (), "tags": (), "accounts": (), "groups": (), "listings": False}
    source = example(name, **{**nothing, "members": False, **ask})
    base = source.start[0]
    return [url.removeprefix(base) for url in interface(name).start(source, terms)]


@pytest.mark.parametrize(
    ("name", "ask", "addresses"),
    [
        ("discourse", {"listings": True}, ["/latest.json"]),
        ("discourse", {"groups": ("sale/17",)}, ["/c/17/show.json", "/c/sale/17.json"]),
        ("discourse", {"groups": ("a/b/31",)}, ["/c/31/show.json", "/c/a/b/31.json"]),
        ("discourse", {"tags": ("é/ü",)}, ["/tag/%C3%A9%2F%C3%BC.json"]),
        (
            "discourse",
            {"accounts": ("a b",)},
            ["/u/a%20b.json", "/user_actions.json?username=a%20b&filter=4%2C5"],
        ),
        ("discourse", {"members": True}, ["/about.json"]),
        ("nodebb", {"listings": True}, ["/api/recent"]),
        (
            "nodebb",
            {"groups": ("5/for-sale",), "members": True},
            ["/api/category/5/for-sale", "/api/categories/5/moderators"],
        ),
        ("nodebb", {"accounts": ("fern",)}, ["/api/user/fern", "/api/user/fern/posts"]),
        ("nodebb", {"tags": ("x",)}, ["/api/tags/x"]),
        (
            "misago",
            {"listings": True, "groups": ("6",)},
            ["/api/threads/", "/api/threads/?category=6"],
        ),
        (
            "misago",
            {"accounts": ("4", "Iris")},
            ["/api/users/4/", "/api/users/4/posts/", "/api/search/users/?q=Iris"],
        ),
    ],
)
def test_a_round_begins_with_what_is_asked_for(
    name: str, ask: dict[str, Any], addresses: Sequence[str]
) -> None:
    assert begun(name, **ask) == addresses


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("discourse", "/search.json?q=carved%20box&page=1"),
        ("nodebb", "/api/search?term=carved%20box&in=titlesposts"),
        ("misago", "/api/search/threads/?q=carved%20box"),
    ],
)
def test_words_are_searched_for_and_told_from_the_address(name: str, address: str) -> None:
    assert begun(name, BOX) == [address]
    assert interface(name).question(f"https://forum.example{address}") == "carved box"
    assert interface(name).question(f"https://forum.example{address}&page=3") == "carved box"
    assert interface(name).question("https://forum.example/latest.json") == ""


OFFERS = {
    "discourse": ("topic.json", "5002", "saltmarsh", "120 EUR, ask at t.me/saltmarsh_box"),
    "nodebb": ("topic.json", "311", "Fernhill", "Masks 80 each"),
    "misago": ("posts.json", "81", "Dahlie", "Shelf, 40 by 90."),
    "phpbb": (
        "topic.html",
        "102",
        "lampwright",
        "Lamp 90 EUR, shell 25.\nWrite to t.me/lampwright_attic",
    ),
    "xenforo": ("thread.html", "9002", "Netmender", "Pair of floats, carved, 140.\nSignal: here"),
    "smf": ("topic.html", "631", "Weir", "Knife, bone handle, 60.\nMail weir@pond.example"),
    "vbulletin": ("thread.html", "701", "Cooper", "Cup of horn, 45.\nICQ 445"),
    "forum": ("thread-with-quote.html", "", "", ""),
}


@pytest.mark.parametrize("name", OFFERS)
def test_a_quoted_offer_is_not_told_as_the_words_of_who_quotes_it(name: str) -> None:
    page, number, of, words = OFFERS[name]
    reading = saved(name, page)
    quoting = [one for one in reading.records if one.extra.get("quotes")]
    assert quoting
    for one in quoting:
        for quote in one.extra["quotes"]:
            assert quote["text"]
            assert quote["text"] not in one.fields["text"]
    if number:
        post = next(one for one in quoting if one.native_id == number)
        first = post.extra["quotes"][0]
        assert (first["of"], first["text"]) == (of, words)
        assert not [link for link in post.links if "t.me" in link or "icq" in link]


@pytest.mark.parametrize("name", ["phpbb", "xenforo", "smf", "vbulletin", "nodebb", "misago"])
def test_a_signature_is_no_part_of_the_offer(name: str) -> None:
    pages = {"nodebb": "topic.json", "misago": "posts.json"}
    reading = saved(name, pages.get(name, OFFERS[name][0]))
    signed = [one for one in reading.records if one.extra.get("signature")]
    assert len(signed) == 1
    assert str(signed[0].extra["signature"]) not in signed[0].fields["text"]


@pytest.mark.parametrize("name", ["phpbb", "smf", "vbulletin"])
def test_a_quote_inside_a_quote_is_that_of_its_own_writer(name: str) -> None:
    reading = saved(name, OFFERS[name][0])
    quotes = next(
        one.extra["quotes"] for one in reading.records if len(one.extra.get("quotes") or ()) > 1
    )
    told = {quote["of"]: quote["text"] for quote in quotes}
    inner = {"phpbb": ("Tern", "Shells are not sold here."), "smf": ("Miller", "Only with papers.")}
    writer, text = inner.get(name, ("Abbot", "No ivory here."))
    assert told[writer] == text
    assert [one for one in told.values() if text in one] == [text]


@pytest.mark.parametrize(
    ("html", "text", "quotes"),
    [
        ("plain <b>bold</b>", "plain bold", []),
        ("<blockquote>x</blockquote>y", "y", [{"of": "", "text": "x"}]),
        (NESTED + "y", "y", [{"of": "A", "text": "x"}, {"of": "B", "text": "z"}]),
        (
            '<aside class="quote" data-username="A"><p>A</p><blockquote>x</blockquote></aside>y',
            "y",
            [{"of": "A", "text": "x"}],
        ),
        ("<blockquote><cite>A wrote:</cite>x</blockquote>", "", [{"of": "A", "text": "x"}]),
        (
            "<p>@a.b said in T:</p><blockquote>x</blockquote>y",
            "@a.b said in T:\ny",
            [{"of": "a.b", "text": "x"}],
        ),
        ("a<br>b\x00\ud800", "a\nb?", []),
        ("<pre>a  b\nc</pre>", "a  b\nc", []),
    ],
)
def test_own_words_and_quotes(html: str, text: str, quotes: list[dict[str, str]]) -> None:
    words = own_words(html, "https://forum.example/")
    assert (words.text, list(words.quotes)) == (text, quotes)


def test_links_and_pictures_of_a_quote_are_not_the_writers() -> None:
    words = own_words(
        '<blockquote><a href="https://a.example">a</a><img src="/a.png"></blockquote>'
        '<a href="https://b.example">b</a><a href="mailto:b@b.example">mail</a><img src="/b.png">'
        '<a href="javascript:x()">c</a><a class="mention" href="/u/c">@c</a>'
        '<aside class="onebox"><a href="https://d.example">Their words</a></aside>',
        "https://forum.example/t/1",
    )
    assert words.links == (
        "https://b.example",
        "https://forum.example/u/c",
        "https://d.example",
        "mailto:b@b.example",
    )
    assert [one.url for one in words.images] == ["https://forum.example/b.png"]
    assert words.mentions == ("c",)
    assert "Their words" not in words.text


def test_many_nested_quotes_take_no_time_worth_telling() -> None:
    words = own_words("<blockquote>x" * 20_000, "https://forum.example/")
    assert len(words.quotes) <= 50


def test_nothing_new_since_ends_a_list_and_leaves_its_topics_closed() -> None:
    source = example("discourse")
    payload = next(one for one in saved_pages(source) if one.path.name == "latest.json")
    read = interface("discourse").read
    url = "https://talk.harbour.example/latest.json"
    for since, wanted in (("2026-11-20T00:00:00Z", True), ("2026-11-21T00:00:00Z", False)):
        follow = read(payload.path.read_bytes(), source, url, since=since).follow
        assert ("https://talk.harbour.example/t/911.json" in follow) is wanted
        assert (f"{url}?page=1" in follow) is wanted
        assert "https://talk.harbour.example/t/3.json" not in follow  # pinned, and two years old


def test_without_threads_only_the_posts_found_are_asked_for() -> None:
    assert saved("discourse", "search.json", threads=False).follow[0] == (
        "https://talk.harbour.example/posts/5011.json"
    )
    assert saved("misago", "threads.json", threads=False).follow == (
        "http://127.0.0.1:8102/api/threads/?start=77",
    )
    assert not [
        one for one in saved("nodebb", "search.json", threads=False).follow if "topic" in one
    ]


@pytest.mark.parametrize(
    ("name", "page"),
    [("discourse", "topic.json"), ("nodebb", "topic.json"), ("misago", "posts.json")],
)
def test_without_profiles_nobody_is_looked_up(name: str, page: str) -> None:
    people = ("/u/", "/api/user/", "/api/users/")
    assert [one for one in saved(name, page).follow if any(each in one for each in people)]
    follow = saved(name, page, profiles=False).follow
    assert not [one for one in follow if any(each in one for each in people)]


@pytest.mark.parametrize("name", FORUMS)
def test_ids_are_the_same_whichever_answer_shows_the_record(name: str) -> None:
    seen: dict[tuple[str, str], set[str]] = {}
    for page in saved_pages(example(name)):
        assert page.expected is not None
        reading = read_page(page.path.read_bytes(), source=example(name), url=page.expected.url)
        for one in reading.records:
            if one.kind in ("thread", "post"):
                seen.setdefault((one.kind, one.native_id), set()).add(page.path.name)
                address = str(one.extra.get("address", ""))
                assert address.startswith(example(name).start[0])
    assert [pages for pages in seen.values() if len(pages) > 1]


def answer(name: str, url: str, status: int, body: Any) -> CollectionError | None:
    return interface(name).trouble(Told(url, status, json.dumps(body).encode()))


def test_discourse_says_what_is_wrong_in_its_own_words() -> None:
    url = "https://talk.harbour.example/t/911.json"
    limit = {
        "errors": ["You’ve performed this action too many times."],
        "error_type": "rate_limit",
        "extras": {"wait_seconds": 18, "time_left": "18 seconds"},
    }
    error = answer("discourse", url, 429, limit)
    assert isinstance(error, Retry)
    assert (error.reason, error.after) == ("rate-limit", 18.0)
    login = {"errors": ["You need to be logged in to do that."], "error_type": "not_logged_in"}
    assert isinstance(error := answer("discourse", url, 403, login), Stop)
    assert error.reason == "login"
    hidden = {"errors": ["You are not permitted."], "error_type": "invalid_access"}
    assert isinstance(error := answer("discourse", url, 403, hidden), Skip)
    assert error.reason == "forbidden"
    gone = {"errors": ["The requested URL could not be found."], "error_type": "not_found"}
    assert (error := answer("discourse", url, 404, gone)) is not None
    assert error.reason == "gone"
    for status, body in ((200, limit), (500, {}), (404, []), (403, {"error_type": ["x"]})):
        assert answer("discourse", url, status, body) is None
    post = "https://talk.harbour.example/posts/5004.json"
    error = answer("discourse", post, 200, {"id": 5004, "user_deleted": True})
    assert error is not None
    assert error.reason == "gone"
    assert answer("discourse", post, 200, {"id": 5004, "user_deleted": False}) is None


def test_nodebb_says_where_it_wants_a_login() -> None:
    url = "https://workbench.example/api/search?term=x"
    for status, body, reason in (
        (401, "not-authorized", "login"),
        (403, {"loggedIn": False, "error": "[[error:no-privileges]]"}, "login"),
        (403, {"loggedIn": True, "error": "[[error:no-privileges]]"}, "forbidden"),
    ):
        error = answer("nodebb", url, status, body)
        assert error is not None
        assert error.reason == reason
    assert answer("nodebb", url, 200, {"posts": []}) is None


def test_an_address_nodebb_names_is_followed_only_on_the_forum() -> None:
    source, read = example("nodebb"), interface("nodebb").read
    here = "https://workbench.example/api/topic/31"
    for given, follow in (
        ("/topic/31/two-masks", ("https://workbench.example/api/topic/31/two-masks",)),
        (
            "/topic/31/two-masks/4?page=2",
            ("https://workbench.example/api/topic/31/two-masks/4?page=2",),
        ),
        ("https://elsewhere.example/topic/31/x", ()),
        ("//elsewhere.example/topic/31/x", ()),
        ("/login", ()),
        ("/topic/31/ x", ()),
    ):
        assert read(json.dumps(given).encode(), source, here).follow == follow


@pytest.mark.parametrize("name", FORUMS)
@pytest.mark.parametrize("payload", [b"", b"<html>", b"null", b"1", b"[[[" * 9999, b"\xff", b"{}"])
def test_what_is_no_answer_of_the_forum_is_skipped(name: str, payload: bytes) -> None:
    with pytest.raises(Skip) as skip:
        interface(name).read(payload, example(name), "https://forum.example/x")
    assert skip.value.reason


def test_a_deleted_post_is_a_notice_and_no_words() -> None:
    for name, page, number in (
        ("discourse", "topic.json", "5004"),
        ("nodebb", "topic.json", "312"),
        ("misago", "posts.json", "82"),
    ):
        one = next(each for each in saved(name, page).records if each.native_id == number)
        assert one.extra["deleted"]
        assert "text" not in one.fields
        assert not one.links


def test_a_topic_with_very_many_posts_is_bounded_and_said() -> None:
    source = example("discourse")
    posts = {
        "posts": [{"id": 1, "post_number": 1, "topic_id": 9}],
        "stream": list(range(1, 60_001)),
    }
    body = {"id": 9, "title": "x", "post_stream": posts}
    url = "https://talk.harbour.example/t/9.json"
    reading = interface("discourse").read(json.dumps(body).encode(), source, url)
    assert len(reading.follow) == 499
    assert [one.message for one in reading.issues] == [
        "60,000 posts; asked for are the first 10,000"
    ]


def test_records_become_documents() -> None:
    """What is read can be kept: every value is one that a document takes."""
    for name in FORUMS:
        for page in saved_pages(example(name)):
            assert page.expected is not None
            reading = read_page(page.path.read_bytes(), source=example(name), url=page.expected.url)
            for one in (*reading.records, *reading.asides):
                json.dumps(one.extra, allow_nan=False)
                Document("0" * 64, name, one.kind, name, one.native_id, one.locator, "", one.fields)
