"""Listing states are kept with the captures' transaction, streamed, and told apart from facts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from model.errors import EvidenceError
from vault.sightings import SOURCE, Sighting, SightingEvent
from vault.vault import Vault, open_vault

AT = "2026-01-02T03:04:05Z"


def sighting(number: int | str = 1, **fields: object) -> Sighting:
    found = Sighting(
        source="market",
        platform="market",
        native_id=str(number),
        url=f"http://market.onion/{number}",
        first_seen=AT,
        last_seen=AT,
        state="new",
        since=AT,
        round=1,
        capture=None,
    )
    return replace(found, **fields)  # type: ignore[arg-type]


def event(state: str, number: int | str = 1, **fields: object) -> SightingEvent:
    found = SightingEvent("market", "market", str(number), AT, 1, state, "", {})
    return replace(found, **fields)  # type: ignore[arg-type]


def test_a_listing_comes_back_as_it_was_kept_and_is_replaced(vault: Vault) -> None:
    store = vault.sightings("market")
    values = {"row": {"title": "nul \0 and half \ud800"}}
    first = sighting("\x1b1\ud801", values=values, notice="\0", answer={"at": AT})
    store.save([first], [event("new", "\x1b1\ud801", detail={"notice": "\ud800"})])
    assert list(store.known([first.key]).values()) == [first]
    assert store.at(first.url) == [first]
    store.save([replace(first, state="seen", round=2)])
    assert list(store.listings()) == [replace(first, state="seen", round=2)]
    assert store.events(first.key)[0].detail == {"notice": "\ud800"}


def test_sources_and_platforms_do_not_mix(vault: Vault) -> None:
    vault.sightings("market").save([sighting(1), sighting(1, platform="other")])
    vault.sightings("forum").save([sighting(1, source="forum")])
    assert len(list(vault.sightings("market").listings())) == 2
    assert list(vault.sightings("forum").known([("market", "1"), ("x", "1")])) == [("market", "1")]
    assert vault.sightings("forum").at("http://market.onion/2") == []
    assert vault.sightings("forum").at("") == []


def test_any_number_is_streamed_and_may_change_on_the_way(vault: Vault) -> None:
    store = vault.sightings("market")
    with vault.batch():
        store.save([sighting(n) for n in range(1_203)])
        for found in store.unmet(2):
            store.save([replace(found, round=2)])
    assert list(store.unmet(2)) == []
    assert store.met(2) == 1_203
    assert len(store.known([("market", str(n)) for n in range(2_000)])) == 1_203


@pytest.mark.parametrize(
    ("fields", "asked"),
    [
        ({}, True),
        ({"round": 2}, False),
        ({"asked": 2}, False),
        ({"url": ""}, False),
        ({"state": "removed", "missed": 0}, True),
        ({"state": "removed", "missed": 3}, False),
        ({"state": "removed", "missed": 4}, True),
        ({"state": "removed", "missed": 3, "outcome": "listed"}, True),
        ({"state": "not-seen", "missed": 3}, True),
    ],
)
def test_which_listings_a_round_asks_for_by_themselves(
    vault: Vault, fields: dict[str, object], asked: bool
) -> None:
    store = vault.sightings("market")
    store.save([sighting(**fields)])
    assert bool(list(store.unmet(2))) is asked


def test_counts_of_a_round(vault: Vault) -> None:
    store = vault.sightings("market")
    gone = {"asked": 2, "outcome": "gone"}
    store.save(
        [
            sighting(1, round=2),
            sighting(2, round=2, **gone),
            sighting(3, **gone),
            sighting(4, state="removed", **gone),
            sighting(5),
        ]
    )
    assert (store.met(2), store.met_and_there(2), store.newly_gone(2)) == (2, 1, 2)
    assert {found.native_id for found in store.unsettled(2)} == {"2", "3", "4", "5"}
    store.count_removed(2)
    assert [found.missed for found in store.listings("removed")] == [1]


def test_events_are_told_in_the_order_of_what_happened(vault: Vault) -> None:
    store = vault.sightings("market")
    store.save([], [event("removed", at="2026-01-02T03:04:06Z")])
    store.save([], [event("new", at="2026-01-02T03:04:05.5Z"), event("seen", 2)])
    assert [told.state for told in store.events(("market", "1"))] == ["new", "removed"]


def test_what_captures_tell_is_forgotten_and_the_rest_is_kept(vault: Vault) -> None:
    store = vault.sightings("market")
    of_source = {"platform": "", "native_id": ""}
    store.save([sighting()], [event("new"), event("no-answer"), event("x", **of_source)])
    vault.sightings("forum").save([sighting(source="forum")], [event("new", source="forum")])
    store.forget_derived()
    assert [told.state for told in store.all_events()] == ["no-answer", "x"]
    assert [told.state for told in store.all_events(facts_only=True)] == ["no-answer", "x"]
    assert [told.state for told in store.events(SOURCE)] == ["x"]
    assert list(store.listings()) == []
    assert len(list(vault.sightings("forum").listings())) == 1


def test_what_is_done_at_once_is_done_whole_or_not_at_all(vault: Vault) -> None:
    store = vault.sightings("market")
    store.save([sighting(1)])

    def begin_anew() -> None:
        with store.at_once():
            store.forget_derived()
            store.save([sighting(2)])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        begin_anew()
    assert [found.native_id for found in store.listings()] == ["1"]


def test_a_reader_sees_listings_and_can_not_change_them(vault: Vault, workspace: object) -> None:
    vault.sightings("market").save([sighting()])
    with open_vault(workspace, write=False) as reading:  # type: ignore[arg-type]
        store = reading.sightings("market")
        assert [found.key for found in store.listings()] == [("market", "1")]
        with pytest.raises(EvidenceError, match="reading only"):
            store.save([sighting(2)])


def test_looking_up_an_address_costs_the_same_among_few_listings_and_many(vault: Vault) -> None:
    store = vault.sightings("market")
    with vault.batch(), store.at_once() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        steps = []

        def work(url: str) -> int:
            steps.clear()
            driver.set_progress_handler(lambda: steps.append(1), 10)
            assert len(store.at(url)) == (url == sighting(1).url)
            driver.set_progress_handler(None, 0)
            return len(steps)

        store.save([sighting(number) for number in range(20)])
        few = [work(sighting(1).url), work("http://market.onion/none")]
        store.save([sighting(number) for number in range(20, 1_000)])
        assert [work(sighting(1).url), work("http://market.onion/none")] == few


def test_what_an_undone_operation_told_is_forgotten_and_what_others_told_stays(
    vault: Vault,
) -> None:
    store = vault.sightings("market")

    def undone() -> None:
        with store.at_once():
            store.save([sighting(2)], [event("new", 2)])
            assert len(store.events(("market", "2"))) == 1
            store.save([sighting(3)], [event("new", 3)])
            raise ValueError("undo")

    with vault.batch():
        store.save([sighting(1)], [event("new", 1)])
        with pytest.raises(ValueError, match="undo"):
            undone()
        store.save([sighting(4)], [event("new", 4)])
    assert [told.native_id for told in store.all_events()] == ["1", "4"]
    assert [listing.native_id for listing in store.listings()] == ["1", "4"]
