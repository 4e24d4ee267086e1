"""Whatever rounds and answers come: nothing is removed without a word of it, all can be retold."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectors.sightings.compare import _numbers, changes, same_title

NUMBERS = (1, 2, 3)

SILENT = (
    *("nothing", "row", "cheaper row", "page", "other page", "another", "about", "empty"),
    *("login", "oops", "timeout", "503", "403", "front", "results"),
)
ENDS = (
    *("finished", "finished", "finished", "stopped:budget", "stopped:login"),
    *("failed:timeout", "failed:tor-not-running"),
)

silent = st.sampled_from(SILENT)
telling = st.sampled_from(["404", "410", "notice"])
starts = st.sampled_from(["read", "empty", "timeout", "500", "404", "login"])
ends = st.sampled_from(ENDS)


def rounds(answer: st.SearchStrategy[str]) -> st.SearchStrategy[list[Any]]:
    listings = st.fixed_dictionaries(dict.fromkeys(NUMBERS, answer))
    return st.lists(st.tuples(starts, listings, ends), min_size=1, max_size=6)


def play(site: Any, make: Any, plan: list[Any]) -> None:
    for start, listings, end in plan:
        answers = [opening(make, start, listings)]
        answers += [found for n, how in listings.items() if (found := answer(make, n, how))]
        site.round(*answers, outcome=end)


def opening(make: Any, start: str, listings: dict[int, str]) -> Any:
    if start == "timeout":
        return make.Answer(make.START, reason="timeout")
    if start in ("500", "404"):
        return make.Answer(make.START, "<p>no</p>", int(start))
    if start == "login":
        return make.Answer(make.START, make.LOGIN)
    prices = {"row": "100 EUR", "cheaper row": "80 EUR"}
    shown = {n: prices[how] for n, how in listings.items() if how in prices}
    return make.results(*(make.row(n, price) for n, price in shown.items() if start == "read"))


def answer(make: Any, number: int, how: str) -> Any:
    at = make.ad(number)
    bodies = {
        "page": make.listing(number),
        "other page": make.listing(number, text="New.", price="7 USD"),
        "another": make.listing(number % 3 + 1),
        "about": make.ABOUT,
        "empty": "",
        "login": make.LOGIN,
        "oops": make.OOPS,
        "notice": make.NOTICE,
        "results": make.results(make.row(number % 3 + 1)),
    }
    if how in bodies:
        return make.Answer(at, bodies[how])
    if how == "front":
        return make.Answer(at, status=302, location="/search")
    if how == "timeout":
        return make.Answer(at, reason="timeout")
    return make.Answer(at, "<p>no</p>", int(how)) if how.isdigit() else None


often = settings(max_examples=25, suppress_health_check=list(HealthCheck))


@often
@given(plan=rounds(silent))
def test_nothing_is_removed_unless_the_site_said_so(fresh: Any, make: Any, plan: list[Any]) -> None:
    with fresh() as site:
        play(site, make, plan)
        store = site.vault.sightings("ads")
        assert not list(store.listings("removed"))
        assert "removed" not in {event.state for event in store.all_events()}


@often
@given(plan=rounds(silent | telling))
def test_all_can_be_told_again_from_captures_and_kept_facts(
    fresh: Any, make: Any, plan: list[Any]
) -> None:
    with fresh() as site:
        play(site, make, plan)
        before = site.everything()
        site.rebuild()
        assert site.everything() == before


@often
@given(plan=rounds(silent | telling))
def test_the_history_of_a_listing_has_no_gap_and_ends_in_its_state(
    fresh: Any, make: Any, plan: list[Any]
) -> None:
    with fresh() as site:
        play(site, make, plan)
        for listing in site.vault.sightings("ads").listings():
            told = [e for e in site.events(listing.native_id) if e.state != "no-answer"]
            assert [event.before for event in told] == ["", *(e.state for e in told[:-1])]
            assert told[-1].state == listing.state
            assert told[0].state == "new"
            assert listing.state != "removed" or listing.notice
            assert listing.first_seen <= listing.last_seen


@given(st.text(), st.text())
def test_titles_agree_with_themselves_and_both_ways(one: str, other: str) -> None:
    assert same_title(one, one)
    assert same_title(one, other) == same_title(other, one)


@given(st.dictionaries(st.sampled_from(["title", "text", "price", "seller"]), st.text(min_size=1)))
def test_equal_readings_have_no_changes(values: dict[str, str]) -> None:
    assert changes(values, values) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("Old tusk…", "Old tusk of 1920", True), ("Old…", "New tusk", False), ("…", "x", False)],
)
def test_titles_that_were_cut_off(one: str, other: str, same: bool) -> None:
    assert same_title(one, other) is same


@given(st.text(st.characters() | st.sampled_from("019 ²½\u0663\u96f6\ud800"), max_size=60))
def test_numbers_are_found_in_every_script_as_an_expression_finds_them(text: str) -> None:
    expected = [found.span() for found in re.finditer(r"\d+", text)]
    assert [found.span() for found in _numbers(text)] == expected
