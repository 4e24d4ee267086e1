"""Rounds of answers lead to the states they should, and to no other; what is told can be proved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

OTHERS = range(2, 12)

Round = Callable[[Any, Any], None]
"""One round of the site; listings 2 to 11 are there in any case."""


def rows(make: Any, *first: str) -> str:
    text: str = make.results(*first, *(make.row(n) for n in OTHERS))
    return text


def row(price: str = "100 EUR", title: str = "") -> Round:
    return lambda site, make: site.round(rows(make, make.row(1, price, title)))


def page(number: int | str = 1, **values: str) -> Round:
    def go(site: Any, make: Any) -> None:
        site.round(rows(make), make.Answer(make.ad(1), make.listing(number, **values)))

    return go


def asked(outcome: str = "finished", *, listed: bool = False, **answer: Any) -> Round:
    """The listing is in no row (or in one), and its own address answers this."""

    def go(site: Any, make: Any) -> None:
        given = {name: value(make) if callable(value) else value for name, value in answer.items()}
        first = [make.row(1)] if listed else []
        site.round(rows(make, *first), make.Answer(make.ad(1), **given), outcome=outcome)

    return go


def missing(outcome: str = "finished") -> Round:
    return lambda site, make: site.round(rows(make), outcome=outcome)


def down(reason: str = "timeout") -> Round:
    def go(site: Any, make: Any) -> None:
        site.round(make.Answer(make.START, reason=reason), outcome=f"failed:{reason}")

    return go


GONE, GONE_410, FORBIDDEN_BY_LAW = asked(status=404), asked(status=410), asked(status=451)
REMOVED = asked(body=lambda make: make.NOTICE)
LOGIN = asked(body=lambda make: make.LOGIN, outcome="stopped:login")
TO_FRONT = asked(status=302, location="/search")
TIMEOUT, BROKEN = asked(reason="timeout"), asked(status=503)

SEQUENCES: dict[str, tuple[list[Round], list[str]]] = {
    "new, then only seen": ([row(), row(), row()], ["new", "seen"]),
    "a row changes its price": ([row(), row("80 EUR")], ["new", "changed"]),
    "changed, then only seen": ([row(), row("80 EUR"), row("80 EUR")], ["new", "changed", "seen"]),
    "a page says more than a row, which is no change": ([row(), page(), row()], ["new", "seen"]),
    "a page changes its text": ([page(), page(text="New.")], ["new", "changed"]),
    "a longer title in a row that was cut off": (
        [row(title="Carving of a…"), row(title="Carving of a heron"), row(title="Carving of…")],
        ["new", "seen"],
    ),
    "a price written in another way": ([row("100 EUR"), row("€ 100.00")], ["new", "seen"]),
    "a price in another currency": ([row("100 EUR"), row("100 USD")], ["new", "changed"]),
    "a price that was not read is no change": ([row(), row(""), row()], ["new", "seen"]),
    "but is compared with the last one": ([row(), row(""), row("80")], ["new", "seen", "changed"]),
    "removed by status": ([row(), GONE], ["new", "removed"]),
    "removed by status 410": ([row(), GONE_410], ["new", "removed"]),
    "withheld for legal reasons": ([row(), FORBIDDEN_BY_LAW], ["new", "removed"]),
    "removed with a notice": ([row(), REMOVED], ["new", "removed"]),
    "removed stays removed": ([row(), GONE, missing(), GONE, down(), TIMEOUT], ["new", "removed"]),
    "back again on its page": ([row(), GONE, page()], ["new", "removed", "back-again"]),
    "back again, then seen": (
        [row(), GONE, page(), page()],
        ["new", "removed", "back-again", "seen"],
    ),
    "back again with another price": (
        [page(), GONE, page(price="80 EUR")],
        ["new", "removed", "back-again"],
    ),
    "rows that lag behind do not bring it back": (
        [row(), GONE, asked(listed=True, status=404)],
        ["new", "removed"],
    ),
    "rows bring it back where its address was not asked": (
        [row(), GONE, row()],
        ["new", "removed", "back-again"],
    ),
    "its own address outranks a row of the same round": (
        [row(), asked(listed=True, status=404)],
        ["new", "seen", "removed"],
    ),
    "not seen": ([row(), missing()], ["new", "not-seen"]),
    "not seen twice is told once": ([row(), missing(), missing()], ["new", "not-seen"]),
    "back after it was not seen": ([row(), missing(), row()], ["new", "not-seen", "back-again"]),
    "not reached is not removed": ([row(), TIMEOUT], ["new", "not-seen"]),
    "an error of the server is not removed": ([row(), BROKEN], ["new", "not-seen"]),
    "an error page is not removed": ([row(), asked(body=lambda m: m.OOPS)], ["new", "not-seen"]),
    "led to the front page is not removed": ([row(), TO_FRONT], ["new", "not-seen"]),
    "a result page at its address is not removed": (
        [row(), asked(body=lambda make: make.results(make.row(2)))],
        ["new", "not-seen"],
    ),
    "a login wall tells nothing": ([row(), LOGIN], ["new"]),
    "a round that ended early tells nothing": ([row(), missing("stopped:budget")], ["new"]),
    "a round that was left tells nothing": ([row(), missing("left")], ["new"]),
    "but what the address said counts": (
        [row(), asked("stopped:budget", status=404)],
        ["new", "removed"],
    ),
    "no listing on its page": (
        [row(), asked(body=lambda make: make.ABOUT)],
        ["new", "parse-suspect"],
    ),
    "an empty page": ([row(), asked(body="")], ["new", "parse-suspect"]),
    "another listing at its address": ([page(), page(77)], ["new", "parse-suspect"]),
    "the same listing under an id of its own": (
        [
            row(),
            asked(body=lambda make: make.listing("SKU-1").replace("Carving SKU-1", "Carving 1")),
        ],
        ["new", "seen"],
    ),
    "seen after suspicion": (
        [row(), asked(body=lambda make: make.ABOUT), row()],
        ["new", "parse-suspect", "seen"],
    ),
    "in a row but its page unreadable": (
        [row(), asked(listed=True, body=lambda make: make.ABOUT)],
        ["new", "seen"],
    ),
    "the source down keeps the last state": ([row(), down(), down(), row()], ["new", "seen"]),
}


@pytest.mark.parametrize("name", SEQUENCES)
def test_a_sequence_of_rounds_gives_these_states(site: Any, make: Any, name: str) -> None:
    rounds, states = SEQUENCES[name]
    for go in rounds:
        go(site, make)
    assert site.told() == states
    assert site.state() == states[-1]
    before = site.everything()
    site.rebuild()
    assert site.everything() == before


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Seen 17 times, 3 minutes ago", "Seen  17 times, 5 minutes ago"),
        ("Views: 1,204. Old tusk.", "Views: 1,377. Old tusk."),
        ("Alter Zahn, eingestellt vor 3 Tagen", "Alter Zahn, eingestellt vor 4 Tagen"),
        ("Heute, 14:20 Uhr eingestellt", "Gestern, 14:20 Uhr eingestellt"),
        ("12 просмотров", "15 просмотров"),
        ("Stoßzahn, 3 Monate alt. 44 Aufrufe", "Stoßzahn, 3 Monate alt. 45 Aufrufe"),
        ("象牙 3天前 浏览 12", "象牙 5天前 浏览 18"),
    ],
)
def test_what_changes_by_itself_is_no_change(site: Any, make: Any, before: str, after: str) -> None:
    page(text=before)(site, make)
    page(text=after)(site, make)
    assert site.told() == ["new", "seen"]


@pytest.mark.parametrize(
    ("before", "after", "states"),
    [
        ("3 hours ago", "26 hours ago", ["new", "seen"]),
        ("today, 14:20", "2026-03-01 14:20", ["new", "seen"]),
        ("2026-03-01 14:20", "2026-03-02 09:00", ["new", "changed"]),
        ("1.3.2026", "yesterday, 3:15", ["new", "seen"]),
    ],
)
def test_times_count_only_where_both_are_told_by_themselves(
    site: Any, make: Any, before: str, after: str, states: list[str]
) -> None:
    page(posted=before)(site, make)
    page(posted=after)(site, make)
    assert site.told() == states


def test_a_change_names_field_before_and_after_and_its_capture(site: Any, make: Any) -> None:
    row()(site, make)
    row("80 EUR")(site, make)
    last = site.events()[-1]
    assert last.detail["changes"] == [{"field": "price", "before": "100 EUR", "after": "80 EUR"}]
    assert site.vault.capture_at(last.capture).url == make.START
    assert last.at == site.vault.capture_at(last.capture).captured_at


def test_a_change_in_a_long_text_is_shown_around_its_place(site: Any, make: Any) -> None:
    page(text="word " * 500 + "tusk")(site, make)
    page(text="word " * 500 + "horn")(site, make)
    (change,) = site.events()[-1].detail["changes"]
    assert change["before"].endswith("word tusk")
    assert change["after"].endswith("word horn")
    assert len(change["before"]) < 300


def test_a_change_far_back_in_a_long_text_is_still_noticed(site: Any, make: Any) -> None:
    page(text="word " * 1_500 + "tusk")(site, make)
    page(text="word " * 1_500 + "horn")(site, make)
    (change,) = site.events()[-1].detail["changes"]
    assert "first 4,000 characters are the same" in change["after"]


def test_a_removal_keeps_status_notice_and_capture(site: Any, make: Any) -> None:
    row()(site, make)
    asked(status=410, body=lambda make: make.NOTICE)(site, make)
    found = site.listing(1)
    assert found.notice == "HTTP 410: This ad was removed by our moderators."
    assert site.events()[-1].detail == {"notice": found.notice}
    assert site.vault.capture_at(found.capture).status == 410


@pytest.mark.parametrize(
    ("go", "reason"),
    [
        (TIMEOUT, "timeout"),
        (BROKEN, "HTTP 503"),
        (TO_FRONT, "its address led to /search"),
        (missing(), "no page named it"),
        (asked(body=lambda make: make.OOPS), "the site showed an error page"),
    ],
)
def test_not_seen_says_why(site: Any, make: Any, go: Round, reason: str) -> None:
    row()(site, make)
    go(site, make)
    assert site.listing(1).notice == reason
    assert site.events()[-1].detail["reason"] == reason


def test_a_redirect_to_a_notice_removes_every_listing_that_is_led_there(
    site: Any, make: Any
) -> None:
    site.round(rows(make, make.row(1), make.row(20)))
    there = make.ad("gone")
    site.round(
        rows(make),
        make.Answer(make.ad(1), status=302, location="/ad/gone"),
        make.Answer(there, make.NOTICE),
        make.Answer(make.ad(20), status=301, location=there),
    )
    assert [site.state(1), site.state(20)] == ["removed", "removed"]
    assert site.listing(20).notice == "This ad was removed by our moderators."
    before = site.everything()
    site.rebuild()
    assert site.everything() == before


def test_listings_without_id_or_address_are_left_out(site: Any, make: Any) -> None:
    site.round("<title>ads</title><ul id=results><li><a></a></li></ul>")
    assert list(site.vault.sightings("ads").listings()) == []
