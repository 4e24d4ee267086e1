"""Collection of a whole site from a real server: order, limits, breaks, refusals, memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler

import pytest

from collectors.web import collect_source, source_state
from collectors.web.report import CollectReport
from config.settings import Settings, Workspace
from config.sources import Source
from model.clock import Clock
from model.errors import PolicyRefusal
from model.evidence import Mandate
from vault.vault import Vault, open_vault

from .conftest import Site, listing, redirect, results, send, source


class Room:
    """A vault with a mandate, and the way to collect into it without waiting."""

    def __init__(self, vault: Vault, settings: Settings, clock: Clock) -> None:
        self.vault = vault
        self.settings = settings
        self.clock = clock
        self.pauses: list[float] = []

    def collect(self, source: Source) -> CollectReport:
        return collect_source(
            self.vault, source, self.settings, clock=self.clock, pause=self.pauses.append
        )

    def titles(self) -> list[str]:
        return [document.fields["title"] for document in self.vault.documents()]

    def custody(self, action: str) -> list[dict[str, object]]:
        return [dict(entry.details) for entry in self.vault.custody() if entry.action == action]


@pytest.fixture
def room(
    workspace: Workspace, settings: Settings, mandate: Mandate, clock: Clock
) -> Iterator[Room]:
    with open_vault(workspace, clock=clock) as vault:
        vault.add_mandate(mandate)
        yield Room(vault, settings, clock)


def market(site: Site) -> None:
    """Two result pages and four listings, linked crosswise and in a circle."""
    site.pages |= {
        "/": results("/i/1", "/i/2", "/?page=2", "/#top", "http://other.example/"),
        "/?page=2": results("/i/3", "/i/4", "/", "/i/1"),
        **{f"/i/{number}": listing(number, "/", f"/i/{number % 4 + 1}") for number in range(1, 5)},
    }


def test_a_whole_site_each_page_once(site: Site, room: Room) -> None:
    market(site)
    report = room.collect(source(site))
    assert report.finished
    assert not report.failed
    assert (report.pages, report.documents) == (6, 4)
    assert sorted(room.titles()) == ["Item 1", "Item 2", "Item 3", "Item 4"]
    assert site.asked[0] == "/robots.txt"
    assert sorted(site.asked[1:]) == sorted(site.pages)
    state = source_state(room.vault, "bazaar")
    assert state["last_success"]["documents"] == 4
    assert "last_failure" not in state


def test_every_answer_is_sealed_with_its_mandate_and_route(site: Site, room: Room) -> None:
    market(site)
    site.pages["/"] = results("/i/1", "/gone")
    room.collect(source(site))
    captures = {capture.url: capture for capture in room.vault.captures()}
    assert set(captures) == {site.url + path for path in site.asked}
    assert captures[f"{site.url}/gone"].status == 404
    assert captures[f"{site.url}/robots.txt"].reading == {"format": "robots"}
    for capture in captures.values():
        assert (capture.route, capture.mandate, capture.collector) == ("clear", "m1", "web/2")
        assert room.vault.payload(capture)


def test_a_second_visit_sees_every_page_again(site: Site, room: Room) -> None:
    market(site)
    first = room.collect(source(site))
    second = room.collect(source(site))
    assert (first.pages, second.pages) == (6, 6)
    assert len(list(room.vault.documents())) == 8


def test_a_missing_page_is_told_and_the_rest_is_read(site: Site, room: Room) -> None:
    market(site)
    site.pages["/"] = results("/gone", "/i/1")
    report = room.collect(source(site))
    assert report.finished
    assert report.failures == {"gone": 1}
    assert "/gone: the site says that the page is gone: HTTP 404" in report.sentence
    assert source_state(room.vault, "bazaar")["last_failure"]["reason"] == "gone"


def test_redirects_within_the_site_are_followed_and_sealed(site: Site, room: Room) -> None:
    site.pages = {"/": redirect("/home"), "/home": results("/i/1", "/old"), "/i/1": listing(1)}
    site.pages["/old"] = redirect("/i/1")
    report = room.collect(source(site))
    assert report.finished
    assert report.failures == {}
    assert room.titles() == ["Item 1"]
    assert [c.status for c in room.vault.captures()] == [404, 302, 200, 200, 302]


def test_a_redirect_to_another_place_is_not_followed(site: Site, room: Room) -> None:
    site.pages = {
        "/": results("/i/1", "/away", "/metadata"),
        "/i/1": listing(1),
        "/away": redirect("http://127.0.0.1:1/admin"),
        "/metadata": redirect("http://169.254.169.254/latest/meta-data/"),
    }
    report = room.collect(source(site))
    assert report.failures == {"redirect-elsewhere": 2}
    assert "169.254.169.254" in report.sentence


def test_redirects_that_go_in_circles_or_on_and_on_end(site: Site, room: Room) -> None:
    site.pages = {"/": results("/i/1", "/a", "/n/0"), "/i/1": listing(1)}
    site.pages |= {"/a": redirect("/b"), "/b": redirect("/a"), "/self": redirect("/self")}
    site.pages |= {f"/n/{n}": redirect(f"/n/{n + 1}") for n in range(50)}
    report = room.collect(source(site))
    assert report.finished
    assert report.failures == {"redirects": 1}
    assert len([path for path in site.asked if path.startswith("/n/")]) == 11


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("<html><body><form><input type='password' name='p'></form></body></html>", "login"),
        ("<html><body><img class='captcha' src='c.png'></body></html>", "captcha"),
        ("<html><head><title>Please wait</title></head><body>...</body></html>", "queue"),
    ],
)
def test_a_page_for_people_stops_the_source(page: str, reason: str, site: Site, room: Room) -> None:
    market(site)
    site.pages["/"] = results("/i/1", "/account", "/i/2")
    site.pages["/account"] = page
    report = room.collect(source(site))
    assert report.failed
    assert report.reason == reason
    assert report.remedy
    assert report.waiting >= 1
    assert "/i/2" not in site.asked
    assert source_state(room.vault, "bazaar")["last_failure"]["reason"] == reason
    site.pages["/account"] = listing(9)
    again = room.collect(source(site))
    assert again.finished
    assert site.asked.count("/i/1") == 1
    assert sorted(room.titles()) == ["Item 1", "Item 2", "Item 3", "Item 4", "Item 9"]


def test_a_run_that_was_broken_off_goes_on_where_it_was(
    site: Site, workspace: Workspace, settings: Settings, mandate: Mandate, clock: Clock
) -> None:
    market(site)
    asked: list[str] = []
    for broken_after in range(1, 7):
        site.asked.clear()
        with open_vault(workspace, clock=clock) as vault:
            vault.add_mandate(mandate)
            room = Room(vault, settings, clock)
            limited = source(site, pace={"pages_per_run": broken_after})
            report = collect_source(vault, limited, settings, clock=clock, pause=room.pauses.append)
            asked += site.asked
            assert report.finished == (broken_after == 6)
        with open_vault(workspace, clock=clock) as vault:
            room = Room(vault, settings, clock)
            report = room.collect(source(site))
            assert report.finished
        pages = [path for path in site.asked if path != "/robots.txt"]
        if broken_after < 6:
            assert sorted(pages) == sorted(site.pages)


def test_a_break_after_a_redirect_does_not_lose_its_target(site: Site, room: Room) -> None:
    site.pages = {"/": redirect("/home"), "/home": results("/i/1"), "/i/1": listing(1)}
    report = room.collect(source(site, pace={"pages_per_run": 1}))
    assert (report.pages, report.waiting, report.finished) == (1, 1, False)
    assert room.collect(source(site)).finished
    assert [path for path in site.asked if path != "/robots.txt"] == ["/", "/home", "/i/1"]
    assert room.titles() == ["Item 1"]


def test_a_crash_in_mid_page_loses_and_doubles_nothing(site: Site, room: Room) -> None:
    market(site)

    class Crash(BaseException):
        pass

    def crash(report: CollectReport) -> None:
        if report.documents == 2:
            raise Crash

    with pytest.raises(Crash):
        collect_source(
            room.vault,
            source(site),
            room.settings,
            clock=room.clock,
            pause=room.pauses.append,
            progress=crash,
        )
    report = room.collect(source(site))
    assert report.finished
    assert sorted(path for path in site.asked if path != "/robots.txt") == sorted(site.pages)
    assert sorted(room.titles()) == ["Item 1", "Item 2", "Item 3", "Item 4"]


def test_without_a_mandate_nothing_is_asked_and_it_is_recorded(
    site: Site, workspace: Workspace, settings: Settings, mandate: Mandate, clock: Clock
) -> None:
    market(site)
    with open_vault(workspace, clock=clock) as vault:
        vault.add_mandate(replace(mandate, sources=("another",)))
        room = Room(vault, settings, clock)
        with pytest.raises(PolicyRefusal, match="no mandate in force covers"):
            room.collect(source(site))
        assert site.asked == []
        assert "no mandate" in str(room.custody("refused"))
        assert source_state(vault, "bazaar")["last_failure"]["reason"] == "refused"


def test_a_mandate_that_ends_in_mid_run_ends_the_run(
    site: Site, workspace: Workspace, settings: Settings, mandate: Mandate, clock: Clock
) -> None:
    market(site)
    with open_vault(workspace, clock=clock) as vault:
        vault.add_mandate(replace(mandate, valid_until="2026-01-01T00:00:25Z"))
        room = Room(vault, settings, clock)
        with pytest.raises(PolicyRefusal, match="ended while"):
            room.collect(source(site))
        assert 0 < len(site.asked) < 7


def test_robots_are_heeded_and_the_decision_recorded(site: Site, room: Room) -> None:
    market(site)
    site.pages["/robots.txt"] = "User-agent: *\nDisallow: /i/2\n"
    report = room.collect(source(site))
    assert report.failures == {"robots": 1}
    assert "/i/2" not in site.asked
    (entry,) = room.custody("robots")
    assert (entry["heeded"], entry["status"]) == (True, 200)
    assert entry["sha256"]


def test_robots_are_left_alone_where_source_and_mandate_say_so(
    site: Site, workspace: Workspace, settings: Settings, mandate: Mandate, clock: Clock
) -> None:
    market(site)
    site.pages["/robots.txt"] = "User-agent: *\nDisallow: /\n"
    with open_vault(workspace, clock=clock) as vault:
        vault.add_mandate(replace(mandate, ignore_robots=True))
        room = Room(vault, settings, clock)
        report = room.collect(source(site, robots="ignore"))
        assert report.documents == 4
        assert site.asked[0] == "/robots.txt"
        (entry,) = room.custody("robots")
        assert (entry["heeded"], entry["status"]) == (False, 200)
        assert entry["sha256"]


def test_passing_trouble_is_tried_again_with_patience(site: Site, room: Room) -> None:
    market(site)
    answers = iter([503, 429])

    def moody(request: BaseHTTPRequestHandler) -> None:
        status = next(answers, 200)
        again = (("Retry-After", "70"),) if status == 429 else ()
        send(request, listing(1), status=status, headers=again)

    site.pages["/i/1"] = moody
    report = room.collect(source(site, pace={"delay_seconds": 3}))
    assert report.failures == {}
    assert (report.retries, report.finished) == (2, True)
    assert site.asked.count("/i/1") == 3
    assert any(60 < pause <= 77 for pause in room.pauses), "the whole host is left alone"
    statuses = [c.status for c in room.vault.captures() if c.url.endswith("/i/1")]
    assert statuses == [503, 429, 200]


def test_a_site_that_is_down_is_given_up_loudly(site: Site, room: Room) -> None:
    site.pages["/robots.txt"] = ""
    site.pages["/"] = lambda request: send(request, "down", status=500)
    report = room.collect(source(site))
    assert report.failed
    assert report.reason == "server-error"
    assert site.asked == ["/robots.txt", "/", "/", "/", "/", "/"]
    assert not report.finished
    assert source_state(room.vault, "bazaar")["last_failure"]["reason"] == "server-error"
    assert "last_success" not in source_state(room.vault, "bazaar")
    assert [one.outcome for one in room.vault.rounds("bazaar")] == ["failed:server-error"]


def test_the_delay_between_requests_is_kept(site: Site, room: Room) -> None:
    market(site)
    room.collect(source(site, pace={"delay_seconds": 30}))
    assert len(room.pauses) == 6
    assert all(0 < pause <= 33 for pause in room.pauses)


def test_a_run_ends_after_its_number_of_pages(site: Site, room: Room) -> None:
    site.pages = {f"/?page={n}": results(f"/?page={n + 1}", f"/i/{n}") for n in range(100)}
    site.pages |= {"/": results("/?page=0")} | {f"/i/{n}": listing(n) for n in range(100)}
    report = room.collect(source(site, pace={"pages_per_run": 10}))
    assert report.pages == 10
    assert not report.finished
    assert report.waiting > 0


def test_a_site_without_a_single_record_has_failed(site: Site, room: Room) -> None:
    site.pages = {"/": results("/?page=2"), "/?page=2": results("/")}
    report = room.collect(source(site))
    assert report.failed
    assert report.reason == "empty"


def test_pictures_are_never_sealed(site: Site, room: Room) -> None:
    site.pages = {"/": results("/i/1", "/tusk.jpg"), "/i/1": listing(1)}
    jpeg = b"\xff\xd8\xff\xe0" + bytes(50)
    site.pages["/tusk.jpg"] = lambda request: send(request, jpeg)
    report = room.collect(source(site))
    assert report.failures == {"media": 1}
    assert jpeg not in [room.vault.payload(capture) for capture in room.vault.captures()]


def test_a_tor_source_without_tor_is_never_read_in_the_clear(site: Site, room: Room) -> None:
    market(site)
    tor = {"socks": "127.0.0.1:1", "control": "127.0.0.1:1"}
    room.settings = Settings.model_validate(room.settings.model_dump() | {"tor": tor})
    report = room.collect(source(site, route="tor"))
    assert report.failed
    assert report.reason == "tor-not-running"
    assert report.remedy
    assert site.asked == []
