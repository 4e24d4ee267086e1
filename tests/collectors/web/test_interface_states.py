"""What becomes of posts and accounts of an interface: edits, deletions, notices, the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from collectors.mirrors import Mirrors
from collectors.sightings import rebuild
from collectors.web.site import Site as Places
from config.settings import Settings, Workspace
from config.sources import Source
from model.evidence import Mandate
from vault.vault import Vault, open_vault

from .conftest import Site, send
from .paged import Network, Post, network_source, put_in, take_out
from .rooms import Room, Timeline


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
    found.fill(40, replies=2)
    return found


def states(vault: Vault) -> dict[str, str]:
    return {one.native_id: one.state for one in vault.sightings("bazaar").listings()}


def changed(vault: Vault, name: str) -> list[dict[str, Any]]:
    (one,) = vault.sightings("bazaar").named(name)
    events = vault.sightings("bazaar").events(one.key)
    return [change for event in events for change in event.detail.get("changes", ())]


def rebuilt(room: Room, source: Source) -> None:
    """All states told again from the captures alone."""
    mirrors = Mirrors(source, clock=room.time)
    rebuild(room.vault, source, clock=room.time, address=Places(source, mirrors).key)


def test_edits_and_deletions_are_noticed_on_the_second_run(
    site: Site, network: Network, room: Room
) -> None:
    source = network_source(site)
    assert room.collect(source).finished
    assert set(states(room.vault).values()) == {"new"}
    network.post("p3").text = "ivory 3, now 50 EUR"
    network.post("p3").edited_at = "2026-01-02T10:00:00Z"
    network.post("p5").text = "sold"  # no search finds it any more
    network.posts = [one for one in network.posts if one.id not in ("p7", "p8r1")]
    network.bios["u1"] = "Write me on Telegram: @other"
    room.time.pause(86_400)
    asked = len(network.asked)
    assert room.collect(source).finished
    now = states(room.vault)
    assert now["post:p3"] == now["post:p5"] == now["profile:id-u1"] == "changed"
    assert now["post:p7"] == now["post:p8r1"] == "removed"
    assert sum(state != "seen" for state in now.values()) == 5
    fields = [one["field"] for one in changed(room.vault, "post:p3")]
    assert fields == ["text", "edited_at"]
    assert changed(room.vault, "post:p5")[0]["after"] == "sold"
    assert changed(room.vault, "profile:id-u1")[0]["field"] == "text"
    alone = [path for path in network.asked[asked:] if path.count("/") == 3 and "p" in path]
    assert {path for path in alone if "/posts/" in path} == {
        "/api/posts/p5",
        "/api/posts/p7",
        "/api/posts/p8r1",
    }


def test_all_is_told_the_same_again_from_the_captures(
    site: Site, network: Network, room: Room
) -> None:
    source = network_source(site)
    room.collect(source)
    network.post("p3").text = "ivory 3, now 50 EUR"
    network.post("p4").deleted = True
    network.posts = [one for one in network.posts if one.id != "p7"]
    del network.bios["u2"]
    room.time.pause(86_400)
    room.collect(source)
    before = list(room.vault.sightings("bazaar").listings())
    assert states(room.vault)["profile:id-u2"] == "removed"
    rebuilt(room, source)
    assert list(room.vault.sightings("bazaar").listings()) == before


def test_what_is_shown_as_deleted_is_removed(site: Site, network: Network, room: Room) -> None:
    source = network_source(site)
    room.collect(source)
    network.post("p4").deleted = True
    network.posts.append(Post("p99", "ivory, long gone", "u1", deleted=True))
    room.collect(source)
    now = states(room.vault)
    assert now["post:p4"] == "removed"
    assert "post:p99" not in now
    (one,) = room.vault.sightings("bazaar").named("post:p4")
    assert one.notice == "shown as deleted"
    network.post("p4").deleted = False
    room.collect(source)
    room.collect(source)
    assert states(room.vault)["post:p4"] in ("back-again", "seen")


def gone_for(name: str) -> Callable[[BaseHTTPRequestHandler], bool]:
    def answer(request: BaseHTTPRequestHandler) -> bool:
        if name not in request.path:
            return False
        send(request, "{}", status=403, headers=(("Content-Type", "application/json"),))
        return True

    return answer


def test_what_is_only_kept_from_us_is_not_taken_for_removed(
    site: Site, network: Network, room: Room
) -> None:
    source = network_source(site)
    room.collect(source)
    network.guard = gone_for("/accounts/u2")
    report = room.collect(source)
    assert report.finished
    assert report.failures["forbidden"] == 1
    (one,) = room.vault.sightings("bazaar").named("profile:id-u2")
    assert (one.state, one.notice) == ("not-seen", "forbidden")


def test_what_lies_before_the_window_is_left_as_it_stands(
    site: Site, network: Network, room: Room
) -> None:
    source = network_source(site, ask={"words": ["ivory"], "days": 30, "threads": False})
    for post in network.posts[:20]:
        post.at = "2025-12-20T10:00:00Z"
    for post in network.posts[20:]:
        post.at = "2025-12-10T10:00:00Z"
    assert room.collect(source).finished
    known = states(room.vault)
    room.time.now += timedelta(days=15)  # what is of 10 December is out of the window by now
    gone = {one.id for one in network.posts if one.id in ("p1", "p30")}
    network.posts = [one for one in network.posts if one.id not in gone]
    asked = len(network.asked)
    assert room.collect(source).finished
    now = states(room.vault)
    assert now["post:p1"] == "removed"
    assert now["post:p30"] == known["post:p30"] == "new"
    assert "not-seen" not in now.values()
    assert not [path for path in network.asked[asked:] if path == "/api/posts/p30"]


def test_the_same_window_holds_for_all_runs_of_a_round(
    site: Site, network: Network, room: Room
) -> None:
    ask = {"words": ["ivory"], "days": 10, "threads": False}
    source = network_source(site, ask=ask, pace={"pages_per_run": 1})
    for number, post in enumerate(network.posts):
        post.at = f"2025-12-{31 - number // 4:02d}T10:00:00Z"
    while not room.collect(source).finished:
        room.time.now += timedelta(days=1)
    (bound,) = {str(one.reading["since"]) for one in room.vault.captures()}
    assert bound.startswith("2025-12-22T12:00:00")
    old = [one for one in room.vault.documents() if one.fields.get("posted_at", "9") < "2025-12-20"]
    assert not old


def test_a_post_and_an_account_of_one_id_are_two(site: Site, network: Network, room: Room) -> None:
    network.posts.append(Post("id-u1", "ivory", "u1"))
    source = network_source(site)
    room.collect(source)
    assert {"post:id-u1", "profile:id-u1"} <= set(states(room.vault))
