"""Where the site is out of order, what it says of its listings is not believed."""

from __future__ import annotations

from typing import Any

import pytest

MANY = range(1, 13)


def full(make: Any) -> str:
    text: str = make.results(*(make.row(n) for n in MANY))
    return text


def states(site: Any) -> set[str]:
    return {site.state(n) for n in MANY}


def test_404_for_everything_is_a_suspicion_until_a_later_round_finds_the_same(
    site: Any, make: Any
) -> None:
    site.round(full(make))
    site.round(make.results(), *make.gone(*MANY))
    assert states(site) == {"parse-suspect"}
    assert "HTTP 404, but so for 12 listings in one round" in site.listing(1).notice
    site.round(make.results(), *make.gone(*MANY))
    assert states(site) == {"removed"}
    assert site.told() == ["new", "parse-suspect", "removed"]
    before = site.everything()
    site.rebuild()
    assert site.everything() == before


def test_404_for_everything_an_hour_later_confirms_nothing(site: Any, make: Any) -> None:
    site.round(full(make))
    site.round(make.results(), *make.gone(*MANY))
    site.clock.next_day = lambda: None
    site.round(make.results(), *make.gone(*MANY))
    assert states(site) == {"parse-suspect"}


def test_a_soft_outage_that_passes_leaves_nothing_removed(site: Any, make: Any) -> None:
    site.round(full(make))
    site.round(make.results(), *make.gone(*MANY))
    assert states(site) == {"parse-suspect"}
    site.round(full(make))
    assert states(site) == {"seen"}
    assert "removed" not in site.told()


def test_listing_pages_that_all_fail_while_rows_are_there_are_a_suspicion(
    site: Any, make: Any
) -> None:
    site.round(full(make))
    site.round(full(make), *make.gone(*MANY))
    assert states(site) == {"parse-suspect"}


@pytest.mark.parametrize("number", [1, 4, 5])
def test_fewer_than_those_that_are_there_are_believed_at_once(
    site: Any, make: Any, number: int
) -> None:
    site.round(full(make))
    rest = make.results(*(make.row(n) for n in MANY if n > number))
    site.round(rest, *make.gone(*range(1, number + 1)))
    assert states(site) == {"removed", "seen"}


@pytest.mark.parametrize("status", [404, 500, 503])
def test_404_where_the_front_page_fails_too_means_the_source_is_down(
    site: Any, make: Any, status: int
) -> None:
    site.round(full(make))
    site.round(make.Answer(make.START, "<h1>no</h1>", status), *make.gone(1, 2))
    assert states(site) == {"new"}
    events = site.vault.sightings("ads").events(("", ""))
    assert [e.detail["reason"] for e in events if e.state == "source-down"] == [f"HTTP {status}"]
    before = site.everything()
    site.rebuild()
    assert site.everything() == before


@pytest.mark.parametrize(
    ("outcome", "down"),
    [
        ("failed:timeout", True),
        ("failed:service-down", True),
        ("failed:server-error", True),
        ("failed:tor-not-running", False),
        ("failed:circuit-broken", False),
        ("stopped:clock-wrong", False),
        ("stopped:login", False),
        ("stopped:layout-changed", False),
        ("failed:budget", False),
        ("finished", False),
    ],
)
def test_only_trouble_of_the_source_makes_it_down(
    site: Any, make: Any, outcome: str, down: bool
) -> None:
    site.round(full(make), outcome=outcome)
    assert bool(site.vault.cursor("ads", "sightings")["down"]) is down


def test_a_source_is_down_once_and_up_with_the_next_page(site: Any, make: Any) -> None:
    site.round(full(make))
    for _ in range(3):
        site.round(make.Answer(make.START, reason="timeout"), outcome="failed:timeout")
    site.round(full(make))
    events = site.vault.sightings("ads").events(("", ""))
    told = [event.state for event in events if event.state.startswith("source-")]
    assert told == ["source-down", "source-up"]
    assert states(site) == {"seen"}


def test_a_run_may_say_that_the_source_is_down_while_its_round_goes_on(
    site: Any, make: Any
) -> None:
    sightings = site.round(full(make), outcome="")
    sightings.down("login")
    assert not site.vault.cursor("ads", "sightings")["down"]
    sightings.down("service-unreachable")
    assert site.vault.cursor("ads", "sightings")["down"]
    site.answer(site.sightings(), make.Answer(make.START, full(make)))
    assert not site.vault.cursor("ads", "sightings")["down"]


def test_a_login_wall_instead_of_the_site_tells_nothing(site: Any, make: Any) -> None:
    site.round(full(make))
    answers = [make.Answer(make.ad(n), make.LOGIN) for n in MANY]
    site.round(make.Answer(make.START, make.LOGIN), *answers, outcome="finished")
    assert states(site) == {"new"}
    assert not site.vault.cursor("ads", "sightings")["down"]


def test_a_round_that_read_no_listing_at_all_is_a_suspicion(site: Any, make: Any) -> None:
    site.source = site.source.model_copy(update={"recheck": False})
    site.round(full(make))
    site.round(make.results())
    assert states(site) == {"parse-suspect"}
    assert site.listing(1).notice == "the round read no listing at all"


def test_pages_that_no_longer_fit_the_source_file_are_a_suspicion(site: Any, make: Any) -> None:
    site.round(full(make), make.Answer(make.ad(1), make.listing(1)))
    other = "<title>ads</title><div class=v2><h2>Carving 1</h2><b>100 EUR</b></div>"
    rest = make.results(*(make.row(n) for n in MANY if n > 1))
    site.round(rest, make.Answer(make.ad(1), other))
    assert site.state(1) == "parse-suspect"


def test_known_listings_that_were_not_met_are_asked_for_again(site: Any, make: Any) -> None:
    site.round(full(make))
    sightings = site.round(make.results(make.row(2)), outcome="")
    assert set(sightings.unmet()) == {make.ad(n) for n in MANY if n != 2}
    site.answer(sightings, make.Answer(make.ad(3), reason="timeout"))
    assert make.ad(3) not in set(sightings.unmet())


def test_addresses_that_are_the_sources_no_longer_are_not_asked_for(site: Any, make: Any) -> None:
    site.round(full(make))
    sightings = site.round(make.results(make.row(2)), outcome="")

    def elsewhere(url: str) -> str:
        raise ValueError("at another place")

    sightings._address = elsewhere
    assert list(sightings.unmet()) == []


def test_nothing_is_asked_again_where_the_source_says_so(site: Any, make: Any) -> None:
    site.source = site.source.model_copy(update={"recheck": False})
    site.round(full(make))
    assert list(site.round(make.results(), outcome="").unmet()) == []


def test_removed_listings_are_asked_for_ever_more_seldom(site: Any, make: Any) -> None:
    site.round(make.results(make.row(1), make.row(2)))
    site.round(make.results(make.row(2)), *make.gone(1))
    asked = []
    for number in range(1, 18):
        sightings = site.round(make.results(make.row(2)), outcome="")
        if make.ad(1) in set(sightings.unmet()):
            asked.append(number)
            site.answer(sightings, *make.gone(1))
        sightings.close("finished")
    assert asked == [1, 2, 3, 5, 9, 17]
    assert site.told(1) == ["new", "removed"]
