"""A keyword plan in rounds: the same terms until a round ends, then those that brought most."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from config.settings import Settings, Workspace
from config.sources import Source
from model.evidence import Mandate
from vault.vault import open_vault

from .conftest import Site
from .paged import Network, network_source, put_in, take_out
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
    return found


def planned(site: Site, **more: object) -> Source:
    ask = {"plan": {"languages": ["nl"], "most": 10}, "threads": False, "profiles": False}
    return network_source(site, ask={**ask, "days": None}, **more)


def searched(network: Network) -> list[str]:
    """The terms asked for so far, in order, each once."""
    found = (parse_qs(urlsplit(path).query).get("q", [""])[0] for path in network.asked)
    return [term for term in dict.fromkeys(found) if term]


def test_a_round_asks_the_same_over_many_runs(site: Site, network: Network, room: Room) -> None:
    network.fill(12, text="ivoor")
    source = planned(site, pace={"pages_per_run": 3})
    runs = 0
    while not (report := room.collect(source)).finished:
        runs += 1
        assert runs < 20
        assert report.round == 1
    assert runs >= 3
    terms = searched(network)
    assert len(terms) == 10
    assert "ivoor" in terms
    store = room.vault.searches("bazaar")
    assert {one.planned.term for one in store.searches()} == set(terms)
    assert [one.term for one in store.plan()] == terms
    [ivory] = [one for one in store.searches() if one.planned.term == "ivoor"]
    assert (ivory.pages, ivory.answers, ivory.new) == (3, 12, 12)
    assert (ivory.planned.language, ivory.planned.taxon) == ("nl", "Elephantidae")
    read = sum(1 for path in network.asked if "q=" in path)
    assert sum(one.pages for one in store.searches()) == read


def test_the_next_round_begins_with_what_brought_most(
    site: Site, network: Network, room: Room
) -> None:
    network.fill(12, text="ivoor")
    source = planned(site)
    assert room.collect(source).finished
    first = searched(network)
    network.asked.clear()
    network.fill(4, text="ivoor en meer")
    assert room.collect(source).finished
    second = searched(network)
    assert second[0] == "ivoor"
    assert len(second) == 10
    assert not set(second[1:]) & set(first)


def test_a_word_added_meanwhile_is_asked_in_the_open_round(
    site: Site, network: Network, room: Room
) -> None:
    network.fill(12, text="ivoor")
    room.collect(planned(site, pace={"pages_per_run": 2}))
    kept = [one.term for one in room.vault.searches("bazaar").plan()]
    more = planned(site)
    ask = more.ask.model_copy(update={"words": ("slagtandje",)})
    assert room.collect(more.model_copy(update={"ask": ask})).finished
    assert set(searched(network)) == {*kept, "slagtandje"}
    origins = {
        one.planned.term: one.planned.origin for one in room.vault.searches("bazaar").searches()
    }
    assert origins["slagtandje"] == "given"
