"""Rounds over a real server: revisits, budgets, breaks, redirects, mirrors, threads, trouble."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.cookiejar import CookieJar
from http.server import BaseHTTPRequestHandler

import pytest

from collectors.web import CollectReport
from config.settings import Settings, Workspace
from model.evidence import Mandate
from vault.vault import open_vault

from .conftest import Site, listing, redirect, results, send, source
from .rooms import BEGUN, Room, Timeline

LOGIN = "<html><body><form><input type='password' name='p'></form></body></html>"


@pytest.fixture
def room(workspace: Workspace, settings: Settings, mandate: Mandate) -> Iterator[Room]:
    time = Timeline()
    with open_vault(workspace, clock=time) as vault:
        yield Room(vault, settings, mandate, time)


def market(site: Site, listings: int = 4) -> None:
    site.pages |= {"/": results(*(f"/i/{number}" for number in range(1, listings + 1)))}
    site.pages |= {f"/i/{number}": listing(number) for number in range(1, listings + 1)}


def pages_of(site: Site) -> list[str]:
    return [path for path in site.asked if path != "/robots.txt"]


def tagged(body: str, tag: str, seen: list[str]) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(request: BaseHTTPRequestHandler) -> None:
        given = request.headers.get("If-None-Match", "")
        seen.append(given)
        if given == tag:
            send(request, b"", status=304, headers=(("ETag", tag),))
        else:
            send(request, body, headers=(("ETag", tag),))

    return answer


# revisits
def test_a_page_with_a_validator_is_asked_for_with_it_and_not_stored_twice(
    site: Site, room: Room
) -> None:
    market(site, 1)
    seen: list[str] = []
    site.pages["/i/1"] = tagged(listing(1), '"v1"', seen)
    first, second = room.collect(source(site)), room.collect(source(site))
    assert seen == ["", '"v1"']
    assert (first.unchanged, second.unchanged) == (0, 2)
    assert (first.documents, second.documents) == (1, 1)
    captures = [capture for capture in room.vault.captures() if capture.url.endswith("/i/1")]
    assert [capture.status for capture in captures] == [200, 304]
    assert captures[1].refers_to == captures[0].seq
    assert room.vault.payload(captures[1]) == listing(1).encode()
    assert len({document.seen_at for document in room.vault.documents()}) == 2
    assert list(room.vault.verify()) == []


def test_the_same_bytes_again_are_a_revisit_and_other_bytes_are_not(site: Site, room: Room) -> None:
    market(site, 2)
    room.collect(source(site))
    site.pages["/i/2"] = listing(22)
    report = room.collect(source(site))
    assert report.unchanged == 2
    new = [capture for capture in room.vault.captures() if capture.refers_to is None]
    assert [capture.url for capture in new].count(f"{site.url}/i/2") == 2
    assert sorted(room.titles()) == ["Item 1", "Item 1", "Item 2", "Item 22"]


def test_a_revisit_of_a_revisit_refers_to_the_content(site: Site, room: Room) -> None:
    market(site, 1)
    for _ in range(3):
        room.collect(source(site))
    captures = [capture for capture in room.vault.captures() if capture.url.endswith("/i/1")]
    assert [capture.refers_to for capture in captures] == [None, captures[0].seq, captures[0].seq]
    assert list(room.vault.verify()) == []


# conduct
def test_a_daily_budget_ends_the_run_and_the_next_day_goes_on(site: Site, room: Room) -> None:
    market(site, 8)
    found = source(site, pace={"pages_per_day": 4})
    first = room.collect(found)
    assert len(site.asked) == 4, "robots.txt is a request, too"
    assert (first.paused, first.failed, first.reason) == (True, False, "budget")
    assert first.paused_until == "2026-01-02T00:00:00Z"
    assert "2026-01-02" in first.sentence
    assert room.collect(found).pages == 0
    assert len(site.asked) == 4
    for _ in range(2):
        room.time.now += timedelta(days=1)
        report = room.collect(found)
    assert report.finished
    assert sorted(pages_of(site)) == sorted(site.pages)


def test_the_mandate_can_be_stricter(site: Site, room: Room) -> None:
    market(site, 8)
    room.grant(pages_per_day=2)
    room.collect(source(site, pace={"pages_per_day": 4, "concurrency": 8}))
    assert len(site.asked) == 2


@pytest.mark.parametrize("whose", ["source", "mandate"])
def test_nothing_is_asked_in_quiet_hours(whose: str, site: Site, room: Room) -> None:
    market(site, 2)
    more: dict[str, object] = {}
    if whose == "source":
        more = {"timezone": "Asia/Tokyo", "pace": {"quiet_hours": "21:00-23:00"}}
    else:
        room.grant(quiet_hours="11:30-14:00")
    report = room.collect(source(site, **more))
    assert site.asked == []
    assert (report.paused, report.reason) == (True, "quiet-hours")
    assert report.paused_until == "2026-01-01T14:00:00Z"
    room.time.now = BEGUN + timedelta(hours=2)
    assert room.collect(source(site, **more)).finished


def test_a_host_that_asks_for_hours_is_left_alone_by_the_next_run_too(
    site: Site, room: Room
) -> None:
    market(site, 3)
    date = "Thu, 01 Jan 2026 15:00:00 GMT"
    site.pages["/i/2"] = lambda request: send(
        request, "later", status=503, headers=(("Retry-After", date),)
    )
    report = room.collect(source(site))
    assert (report.paused, report.failed, report.reason) == (True, False, "rate-limit")
    assert report.paused_until.startswith("2026-01-01T15:00")
    asked = len(site.asked)
    room.time.now = BEGUN + timedelta(hours=1)
    assert room.collect(source(site)).paused
    assert len(site.asked) == asked
    site.pages["/i/2"] = listing(2)
    room.time.now = BEGUN + timedelta(hours=4)
    assert room.collect(source(site)).finished
    assert sorted(room.titles()) == ["Item 1", "Item 2", "Item 3"]


@pytest.mark.parametrize("rule", ["obey", "ignore"])
def test_robots_are_heeded_where_source_and_mandate_do_not_agree(
    rule: str, site: Site, room: Room
) -> None:
    market(site, 4)
    site.pages["/robots.txt"] = "User-agent: *\nDisallow: /i/\n"
    room.grant(ignore_robots=rule == "obey")
    report = room.collect(source(site, robots=rule))
    assert report.failures == {"robots": 4}
    assert pages_of(site) == ["/"]
    assert [entry["heeded"] for entry in room.custody("robots")] == [True]


def test_a_crawl_delay_is_kept(site: Site, room: Room) -> None:
    market(site, 3)
    site.pages["/robots.txt"] = "User-agent: *\nCrawl-delay: 20\n"
    room.collect(source(site))
    assert len(room.time.pauses) == 4
    assert all(19 < pause <= 22 for pause in room.time.pauses)


def test_a_long_delay_is_waited_out(site: Site, room: Room) -> None:
    market(site, 2)
    site.pages["/robots.txt"] = "User-agent: *\nCrawl-delay: 400\n"
    assert room.collect(source(site, pace={"concurrency": 2})).finished
    assert all(399 < pause <= 440 for pause in room.time.pauses)


def test_hours_are_looked_at_right_before_each_request(site: Site, room: Room) -> None:
    market(site, 20)
    pace = {"delay_seconds": 600, "concurrency": 8, "quiet_hours": "13:00-15:00"}
    report = room.collect(source(site, pace=pace))
    assert (report.paused, report.reason) == (True, "quiet-hours")
    assert len(site.asked) <= 6
    assert len(room.time.pauses) <= 8, "an hour holds six delays, and each is looked at once"
    room.time.now = BEGUN + timedelta(hours=4)
    room.collect(source(site, pace=pace | {"delay_seconds": 0}))
    assert sorted(pages_of(site)) == sorted(site.pages)


def test_robots_are_asked_for_once_a_round(site: Site, room: Room) -> None:
    market(site, 5)
    while not room.collect(source(site, pace={"pages_per_run": 2})).finished:
        assert site.asked.count("/robots.txt") == 1
    room.collect(source(site))
    assert site.asked.count("/robots.txt") == 2
    site.asked.clear()
    room.collect(source(site, pace={"pages_per_run": 2}))
    room.time.now += timedelta(days=1, hours=1)
    room.collect(source(site))
    assert site.asked.count("/robots.txt") == 2, "rules are kept for a day at most"


# threads and breaks
def web(site: Site, pages: int) -> None:
    """Pages that link to each other crosswise, so that each is found many times."""
    for number in range(pages):
        links = {(number * 7 + step) % pages for step in (1, 3, 11)} | {number // 2}
        site.pages[f"/i/{number}"] = listing(number, *(f"/i/{each}" for each in sorted(links)))
    site.pages["/"] = results("/i/0")


def test_many_threads_ask_for_each_page_once(site: Site, room: Room) -> None:
    web(site, 150)
    report = room.collect(source(site, pace={"concurrency": 16}))
    assert (report.finished, report.pages, report.documents) == (True, 151, 150)
    assert set(Counter(pages_of(site)).values()) == {1}
    assert sorted(pages_of(site)) == sorted(site.pages)
    assert list(room.vault.verify()) == []


def test_a_run_that_is_told_to_stop_seals_what_is_under_way(site: Site, room: Room) -> None:
    web(site, 80)
    runs = 0
    finished = False
    while not finished:
        runs += 1
        stop = threading.Event()

        def enough(report: CollectReport, stop: threading.Event = stop) -> None:
            if report.pages >= 15:
                stop.set()

        report = room.collect(source(site, pace={"concurrency": 8}), stop=stop, progress=enough)
        assert not report.failed
        finished = report.finished
    assert runs > 2
    assert set(Counter(pages_of(site)).values()) == {1}
    assert sorted(pages_of(site)) == sorted(site.pages)


def test_a_fresh_round_leaves_the_open_one(site: Site, room: Room) -> None:
    market(site, 4)
    room.collect(source(site, pace={"pages_per_run": 3}))
    report = room.collect(source(site), fresh=True)
    assert (report.finished, report.pages) == (True, 5)
    outcomes = [one.outcome for one in room.vault.rounds("bazaar")]
    assert outcomes == ["stopped:left", "finished"]


# people are wanted
def test_a_listing_that_led_to_a_login_page_is_asked_for_again(site: Site, room: Room) -> None:
    market(site, 3)
    site.pages["/i/2"] = redirect("/login")
    site.pages["/login"] = LOGIN
    report = room.collect(source(site))
    assert (report.failed, report.reason) == (True, "login")
    site.pages["/i/2"] = listing(2)
    site.pages["/login"] = results()
    assert room.collect(source(site)).finished
    assert sorted(room.titles()) == ["Item 1", "Item 2", "Item 3"]
    assert site.asked.count("/i/1") == 1


@pytest.mark.parametrize("status", [403, 429, 503])
def test_a_captcha_is_one_under_any_status(status: int, site: Site, room: Room) -> None:
    market(site, 2)
    page = "<html><body><img class='captcha' src='c.png'></body></html>"
    site.pages["/i/1"] = lambda request: send(request, page, status=status)
    report = room.collect(source(site))
    assert (report.failed, report.reason) == (True, "captcha")


def test_a_session_that_is_over_wants_a_person(site: Site, room: Room) -> None:
    market(site, 3)
    site.pages["/"] = results("/i/1", "/i/2").replace("<ul", "<a id='logout'>out</a><ul")
    found = source(site, session={"select": "#logout"})
    assert room.collect(found).finished, "without a session its signs do not count"
    report = room.collect(found, cookies=CookieJar(), fresh=True)
    assert (report.failed, report.reason) == (True, "session-expired")
    assert report.waiting >= 1


def test_a_login_page_in_spite_of_cookies_says_that_the_session_is_over(
    site: Site, room: Room
) -> None:
    site.pages["/"] = LOGIN
    assert room.collect(source(site), cookies=CookieJar()).reason == "session-expired"


def test_a_changed_layout_wants_a_person_and_is_read_anew(site: Site, room: Room) -> None:
    market(site, 30)
    new = "<html><body><h2>Item</h2><p>Something else altogether stands here now.</p></body></html>"
    site.pages |= {f"/i/{number}": new for number in range(1, 31)}
    report = room.collect(source(site))
    assert (report.failed, report.reason) == (True, "layout-changed")
    assert len(pages_of(site)) < 20
    market(site, 30)
    again = room.collect(source(site))
    assert (again.finished, again.pages) == (True, 31)


def test_one_page_that_does_not_fit_is_an_issue_and_no_more(site: Site, room: Room) -> None:
    market(site, 6)
    site.pages["/i/3"] = (
        "<html><body><p>About us: we are a market, and this is no listing.</p></body></html>"
    )
    report = room.collect(source(site))
    assert report.finished
    assert report.issue_counts["warning"] >= 1


# trouble
def closed_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_a_mirror_takes_over_and_pages_count_once(site: Site, room: Room) -> None:
    market(site, 3)
    dead = f"http://127.0.0.1:{closed_port()}/"
    found = source(site, start=[dead], mirrors=[f"{site.url}/"])
    report = room.collect(found)
    assert report.finished
    assert report.mirror == f"{site.url}/"
    assert sorted(room.titles()) == ["Item 1", "Item 2", "Item 3"]
    pages = [c for c in room.vault.captures() if c.reading["format"] == "html"]
    assert all(capture.url.startswith(site.url) for capture in pages)
    asked = len(site.asked)
    site.asked.clear()
    assert room.collect(found).finished
    assert len(site.asked) == asked, "the mirror that answered last is asked first"


def test_a_page_is_the_same_on_every_mirror(site: Site, room: Room) -> None:
    market(site, 2)
    site.pages["/"] = results("/i/1", f"http://localhost:{site.port}/i/1", "/i/2")
    report = room.collect(source(site, mirrors=[f"http://localhost:{site.port}/"]))
    assert (report.finished, report.pages) == (True, 3)


def test_a_record_known_by_its_address_is_the_same_on_every_mirror(site: Site, room: Room) -> None:
    link = {"select": "a", "attribute": "href", "as": "url"}
    rows = {"select": "li", "kind": "listing", "fields": {"title": {"select": "a"}, "url": link}}
    layout = {"results": {"kind": "results", "when": {"select": "ul"}, "rows": rows}}
    dead = f"http://127.0.0.1:{closed_port()}"
    site.pages["/"] = results("/i/1")
    found = source(site, start=[f"{dead}/"], mirrors=[f"{site.url}/"], pages=layout, follow=[])
    room.collect(found)
    documents = list(room.vault.documents())
    assert [one.native_id for one in documents] == [f"{dead}/i/1"]
    assert [one.fields["url"] for one in documents] == [f"{site.url}/i/1"], "as it was seen"


def test_when_no_mirror_answers_the_run_ends(site: Site, room: Room) -> None:
    ports = [closed_port(), closed_port()]
    found = source(
        site, start=[f"http://127.0.0.1:{ports[0]}/"], mirrors=[f"http://127.0.0.1:{ports[1]}/"]
    )
    report = room.collect(found)
    assert (report.failed, report.reason) == (True, "port-closed")
    assert not report.finished
    assert sum(room.time.pauses) < 600


def test_a_server_that_is_gone_for_a_while_costs_nothing(site: Site, room: Room) -> None:
    web(site, 60)
    left = iter(range(40))
    lock = threading.Lock()

    def flaky(request: BaseHTTPRequestHandler) -> bool:
        with lock:
            gone = len(site.asked) > 20 and room.time.now < BEGUN + timedelta(seconds=10)
            gone = gone and next(left, None) is not None
        if gone:
            request.connection.shutdown(socket.SHUT_RDWR)
            request.close_connection = True
        return gone

    site.before = flaky
    report = room.collect(source(site, pace={"concurrency": 8}))
    assert report.finished, report.sentence
    assert report.retries > 0
    assert report.failures == {}
    assert report.documents == 60
    assert set(Counter(pages_of(site)).values()) == {1}


def test_a_page_that_never_answers_is_given_up_and_the_rest_is_read(site: Site, room: Room) -> None:
    market(site, 4)
    site.pages["/i/2"] = lambda request: send(request, "broken", status=500)
    report = room.collect(source(site))
    assert report.finished
    assert report.failures == {"server-error": 1}
    assert site.asked.count("/i/2") == 3
    assert report.round_counts["given up"] == 1


# traps
def test_a_calendar_ends_and_the_report_says_by_which_rule(site: Site, room: Room) -> None:
    market(site, 3)
    site.pages["/"] = results("/i/1", "/i/2", "/i/3", "/cal/2026/1")

    def calendar(request: BaseHTTPRequestHandler) -> None:
        if request.path.startswith("/cal/"):
            _, _, year, month = request.path.split("/")
            months = 12 * int(year) + int(month)
            site.pages[request.path] = results(f"/cal/{months // 12}/{months % 12 + 1}")

    site.before = calendar
    report = room.collect(source(site, traps={"barren": 7}))
    assert report.finished
    assert set(report.traps) == {"pagination"}
    assert "/cal/" in report.trap_examples["pagination"]
    assert len([path for path in site.asked if path.startswith("/cal/")]) == 7
    assert sorted(room.titles()) == ["Item 1", "Item 2", "Item 3"]


def test_session_ids_in_addresses_make_no_new_pages(site: Site, room: Room) -> None:
    market(site, 3)
    number = iter(range(10_000))

    def with_ids(request: BaseHTTPRequestHandler) -> None:
        request.path = request.path.partition("?")[0]
        body = results(*(f"/i/{n}?PHPSESSID={next(number)}" for n in (1, 2, 3)))
        site.pages["/"] = body

    site.before = with_ids
    report = room.collect(source(site))
    assert (report.finished, report.pages) == (True, 4)


def test_an_unknown_session_parameter_is_found_out(site: Site, room: Room) -> None:
    number = iter(range(100_000))

    def links(*paths: str) -> list[str]:
        return [f"{path}?k7={next(number):06}abcdefXY" for path in paths]

    def with_ids(request: BaseHTTPRequestHandler) -> None:
        request.path = request.path.partition("?")[0]
        site.pages["/"] = results(*links("/i/1", "/i/2", "/i/3"))
        for n in (1, 2, 3):
            site.pages[f"/i/{n}"] = listing(n, *links("/i/1", "/i/2", "/i/3"))

    site.before = with_ids
    report = room.collect(source(site, traps={"barren": 1_000}))
    assert report.finished
    assert report.traps["session"] > 0
    assert "k7=" in report.trap_examples["session"]
    assert report.pages < 40


def test_paths_that_grow_and_depth_end(site: Site, room: Room) -> None:
    def growing(request: BaseHTTPRequestHandler) -> None:
        if request.path.startswith("/a"):
            site.pages[request.path] = results(f"{request.path}/b/a")
        if request.path.startswith("/deep/"):
            number = int(request.path.rpartition("/")[2])
            site.pages[request.path] = listing(number, f"/deep/{number + 1}")

    site.pages["/"] = results("/a", "/deep/1", "/" + "x" * 1_500)
    site.before = growing
    report = room.collect(source(site, traps={"depth": 6}))
    assert report.finished
    assert report.traps == {"repeats": 1, "depth": 1, "length": 1}


# listings that are not linked any more
def test_listings_not_met_are_asked_for_by_themselves(site: Site, room: Room) -> None:
    market(site, 4)
    room.collect(source(site))
    site.pages["/"] = results("/i/1")
    del site.pages["/i/4"]
    site.asked.clear()
    room.time.now += timedelta(days=1)
    report = room.collect(source(site))
    assert report.finished
    assert sorted(pages_of(site)) == ["/", "/i/1", "/i/2", "/i/3", "/i/4"]
    states = {one.native_id: one.state for one in room.vault.sightings("bazaar").listings()}
    assert states == {"1": "seen", "2": "seen", "3": "seen", "4": "removed"}


def test_a_source_that_does_not_answer_removes_nothing(site: Site, room: Room) -> None:
    market(site, 3)
    room.collect(source(site))
    site.pages = {"/": lambda request: send(request, "down", status=500)}
    room.time.now += timedelta(days=1)
    assert room.collect(source(site)).failed
    states = {one.state for one in room.vault.sightings("bazaar").listings()}
    assert "removed" not in states
    assert "not-seen" not in states
