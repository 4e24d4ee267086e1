"""An interface read by the engine of rounds, over a real server with cursors, limits and errors."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from itertools import chain, count, repeat

import pytest

from config.settings import Settings, Workspace
from model.evidence import Mandate
from vault.vault import Vault, open_vault

from .conftest import Site, send
from .paged import Network, Post, network_source, put_in, take_out
from .rooms import Room, Timeline

JSON = (("Content-Type", "application/json"),)


@pytest.fixture
def room(workspace: Workspace, settings: Settings, mandate: Mandate) -> Iterator[Room]:
    put_in()
    time = Timeline()
    with open_vault(workspace, clock=time) as vault:
        yield Room(vault, settings, mandate, time)
    take_out()


@pytest.fixture
def network(site: Site) -> Network:
    found = Network()
    site.before = found.answer
    return found


def ids(vault: Vault) -> Counter[str]:
    return Counter(document.native_id for document in vault.documents())


def test_every_page_thread_and_account_is_read_to_its_end(
    site: Site, network: Network, room: Room
) -> None:
    network.fill(400, replies=7)
    report = room.collect(network_source(site))
    assert report.finished
    assert not report.failures
    assert not report.traps
    assert set(ids(room.vault)) == network.records
    assert max(Counter(network.asked).values()) == 1
    assert "/robots.txt" not in network.asked


# circles, broken answers, addresses
def test_a_chain_that_goes_round_in_a_circle_is_ended_and_told(
    site: Site, network: Network, room: Room
) -> None:
    network.fill(8)
    counted = count(1)

    def endless(request: BaseHTTPRequestHandler) -> bool:
        """Always the first page, with a cursor of its own each time."""
        if "/search" not in request.path:
            return False
        found = network.found("/api/search?q=ivory")
        found = dict(found or {}) | {"next": f"/api/search?q=ivory&cursor={next(counted):032x}"}
        send(request, json.dumps(found), headers=JSON)
        return True

    network.guard = endless
    source = network_source(site, traps={"barren": 6})
    report = room.collect(source)
    assert report.finished
    assert report.traps["pagination"] == 1
    assert "/api/search?q=ivory&cursor=" in report.trap_examples["pagination"]
    assert sum("/search" in path for path in network.asked) == 7


def test_two_searches_that_find_the_same_are_both_read_to_their_end(
    site: Site, network: Network, room: Room
) -> None:
    network.fill(200, text="ivory tusk")
    network.posts.append(Post("last", "tusk alone", "u1"))
    source = network_source(
        site, ask={"words": ["ivory", "tusk"], "days": None}, traps={"barren": 3}
    )
    report = room.collect(source)
    assert not report.traps
    assert "last" in ids(room.vault)


def test_an_answer_that_was_cut_off_is_asked_for_again(
    site: Site, network: Network, room: Room
) -> None:
    network.fill(60)
    cut: set[str] = set()

    def guard(request: BaseHTTPRequestHandler) -> bool:
        if "cursor" not in request.path or request.path in cut:
            return False
        cut.add(request.path)
        body = json.dumps(network.found(request.path))
        request.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n")
        request.wfile.write(body[: len(body) // 2].encode())
        request.close_connection = True
        return True

    network.guard = guard
    report = room.collect(network_source(site))
    assert report.finished
    assert not report.failures
    assert set(ids(room.vault)) == network.records


def test_no_answer_that_can_be_read_is_told_with_its_chain(
    site: Site, network: Network, room: Room
) -> None:
    network.fill(60)

    def guard(request: BaseHTTPRequestHandler) -> bool:
        if "cursor" in request.path:
            send(request, "<html><body>hello</body></html>")
        return "cursor" in request.path

    network.guard = guard
    report = room.collect(network_source(site))
    assert report.failures == {"interface-error": 1}
    assert report.reason == "interface-error"


def test_a_source_that_asks_for_nothing_is_told_so(site: Site, room: Room) -> None:
    report = room.collect(network_source(site, ask={}))
    assert report.failed
    assert "names nothing to ask" in report.sentence


def test_a_search_without_answers_is_no_failure(site: Site, network: Network, room: Room) -> None:
    report = room.collect(network_source(site, ask={"words": ["nothing like it"]}))
    assert report.finished
    assert not report.failed


def test_that_it_is_asked_under_its_terms_is_recorded_once_a_round(
    site: Site, network: Network, room: Room
) -> None:
    network.fill(30)
    terms = {"name": "Terms of Oscar", "read_on": "2026-11-22"}
    source = network_source(site, pace={"pages_per_run": 2}, interface={"terms": terms})
    room.collect(source)
    room.collect(source)
    reason = "an interface under its terms: Terms of Oscar"
    assert room.custody("robots") == [{"heeded": False, "reason": reason}]


# keys
class Token:
    """What stands for the keys of a source; ``value`` may be refused by the server."""

    def __init__(self, value: str) -> None:
        self.value = value

    def through(self, ask: object) -> None:
        """It does not log in."""

    def headers(self, url: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.value}"}

    def renew(self, told: object, shown: object) -> bool:
        return False

    def redact(self, data: bytes) -> tuple[bytes, int]:
        return data, 0


def wants_token(*good: str) -> Callable[[BaseHTTPRequestHandler], bool]:
    accepted = {f"Bearer {token}" for token in good}

    def guard(request: BaseHTTPRequestHandler) -> bool:
        if request.headers.get("Authorization") in accepted:
            return False
        send(request, '{"error": "no"}', status=401, headers=JSON)
        return True

    return guard


def test_a_token_revoked_in_mid_round_stops_it_and_a_new_one_goes_on(
    site: Site, network: Network, room: Room
) -> None:
    network.fill(100, replies=2)
    source = network_source(site)
    guards = chain(repeat(wants_token("first"), 20), repeat(wants_token("second")))

    def guard(request: BaseHTTPRequestHandler) -> bool:
        return next(guards)(request)

    network.guard = guard
    report = room.collect(source, access=Token("first"))
    assert (report.reason, report.finished, report.failed) == ("token-refused", False, True)
    assert report.pages == 21
    report = room.collect(source)
    assert report.reason == "token-missing"
    report = room.collect(source, access=Token("second"))
    assert report.finished
    assert not report.failures
    assert set(ids(room.vault)) == network.records
    assert max(ids(room.vault).values()) == 1


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (403, "forbidden"),
        (404, "gone"),
        (410, "gone"),
        (409, "interface-error"),
        (400, "interface-error"),
    ],
)
def test_an_address_refused_for_good_is_told_and_the_rest_goes_on(
    site: Site, network: Network, room: Room, status: int, reason: str
) -> None:
    network.fill(20)

    def guard(request: BaseHTTPRequestHandler) -> bool:
        if request.path.endswith("/accounts/u1"):
            send(request, "{}", status=status, headers=JSON)
            return True
        return False

    network.guard = guard
    report = room.collect(network_source(site))
    assert report.finished
    assert report.failures == {reason: 1}
    assert set(ids(room.vault)) == network.records - {"id-u1"}


# limits
class Limited:
    """A server that counts: so many requests in so many seconds, then 429. It tells by headers."""

    def __init__(self, room: Room, limit: int, seconds: float, *, told: bool = True) -> None:
        self.time = room.time
        self.limit, self.seconds, self.told = limit, seconds, told
        self.left, self.until = limit, room.time.now
        self.overrun = 0

    def guard(self, request: BaseHTTPRequestHandler) -> bool:
        date = format_datetime(self.time.now, usegmt=True)
        request.date_time_string = lambda timestamp=None: date  # type: ignore[method-assign]
        if self.time.now >= self.until:
            self.left, self.until = self.limit, self.time.now + timedelta(seconds=self.seconds)
        if self.left <= 0:
            self.overrun += 1
            send(request, "{}", status=429, headers=JSON)
            return True
        self.left -= 1
        return False

    def headers(self) -> tuple[tuple[str, str], ...]:
        if not self.told:
            return ()
        return (
            ("X-RateLimit-Limit", str(self.limit)),
            ("X-RateLimit-Remaining", str(self.left)),
            ("X-RateLimit-Reset", self.until.isoformat()),
        )


@pytest.mark.parametrize("concurrency", [1, 4])
def test_limits_that_headers_tell_are_never_hit(
    site: Site, network: Network, room: Room, concurrency: int
) -> None:
    network.fill(300, replies=3)
    limited = Limited(room, 20, 60)
    network.guard, network.headers = limited.guard, limited.headers
    report = room.collect(network_source(site, pace={"concurrency": concurrency}))
    assert report.finished
    assert limited.overrun == 0
    assert set(ids(room.vault)) == network.records


def test_a_limit_longer_than_a_run_waits_ends_it_until_then(
    site: Site, network: Network, room: Room
) -> None:
    network.fill(100)
    limited = Limited(room, 15, 3_600)
    network.guard, network.headers = limited.guard, limited.headers
    source, runs = network_source(site), 0
    while not (report := room.collect(source)).finished:
        runs += 1
        assert (report.reason, report.failed) == ("rate-limit", False)
        room.time.now = datetime.fromisoformat(report.paused_until)
    assert runs >= 1
    assert limited.overrun == 0
    assert set(ids(room.vault)) == network.records


def test_the_rate_of_the_source_file_is_obeyed_from_the_first_request_on(
    site: Site, network: Network, room: Room
) -> None:
    network.fill(200)
    limited = Limited(room, 10, 30, told=False)
    network.guard = limited.guard
    rate = {"rate": {"requests": 10, "seconds": 30}}
    source = network_source(site, interface=rate, pace={"concurrency": 4, "pages_per_run": 7})
    while not room.collect(source).finished:
        """Runs that follow one another at once."""
    assert limited.overrun == 0
    assert set(ids(room.vault)) == network.records


# quota
def spent(network: Network, begin: int = 0) -> Counter[str]:
    return Counter("search" if "/search" in path else "units" for path in network.asked[begin:])


QUOTA = {"quota": {"units": {"search": 3, "units": 20}, "timezone": "America/Los_Angeles"}}


@pytest.mark.parametrize("concurrency", [1, 8])
def test_a_quota_is_never_overrun_and_goes_on_at_midnight(
    site: Site, network: Network, room: Room, concurrency: int
) -> None:
    network.fill(60, replies=1)
    pace = {"concurrency": concurrency, "pages_per_run": 6}
    source, midnights, begin = network_source(site, interface=QUOTA, pace=pace), 0, 0
    while not (report := room.collect(source)).finished:
        used = spent(network, begin)
        assert used["search"] <= 3
        assert used["units"] <= 20
        assert report.quota == {
            "search": f"{used['search']} of 3",
            "units": f"{used['units']} of 20",
        }
        if report.paused_until:
            assert report.reason == "quota"
            assert report.paused_until.endswith("T08:00:00Z")
            room.time.now = datetime.fromisoformat(report.paused_until)
            begin, midnights = len(network.asked), midnights + 1
    assert midnights >= 2
    assert set(ids(room.vault)) == network.records


def test_one_budget_used_up_leaves_the_others(site: Site, network: Network, room: Room) -> None:
    network.fill(40)
    quota = {"quota": {"units": {"search": 2, "units": 1_000}}}
    report = room.collect(network_source(site, interface=quota))
    assert spent(network) == {"search": 2, "units": 3}
    assert report.paused_until == "2026-01-02T00:00:00Z"
    assert report.reason == "quota"


def test_what_the_service_says_of_its_quota_counts(
    site: Site, network: Network, room: Room
) -> None:
    network.fill(40)

    def guard(request: BaseHTTPRequestHandler) -> bool:
        if "cursor" in request.path:
            send(request, '{"error": "out"}', headers=JSON)
        return "cursor" in request.path

    network.guard = guard
    quota = {"quota": {"units": {"search": 100, "units": 1_000}}}
    report = room.collect(network_source(site, interface=quota))
    assert spent(network) == {"search": 2, "units": 3}
    assert report.quota["search"] == "100 of 100"
    assert report.paused_until == "2026-01-02T00:00:00Z"
    network.guard = None
    room.time.now = datetime.fromisoformat(report.paused_until)
    assert room.collect(network_source(site, interface=quota)).finished
    assert set(ids(room.vault)) == network.records


# what was asked
def test_what_was_searched_for_and_what_it_brought_is_kept(
    site: Site, network: Network, room: Room
) -> None:
    network.fill(23, text="ivory")
    ask = {"words": ["ivory", "ivory 2", "tusk"], "days": None}
    room.collect(network_source(site, ask=ask))
    found = {one.planned.term: one for one in room.vault.searches("bazaar").searches()}
    assert {term: (one.pages, one.answers) for term, one in found.items()} == {
        "ivory": (5, 23),
        "ivory 2": (1, 4),
        "tusk": (1, 0),
    }
    assert sum(one.new for one in found.values()) == 23
    assert found["ivory"].new >= 20
