"""Most productive first, one in five in its turn, every word sooner or later."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.interfaces import Term
from collectors.plans import Effort, choose, next_choices, planned, terms_of
from collectors.plans.choose import SHARE
from config.sources import Source
from vault.vault import open_vault


def terms(number: int) -> list[Term]:
    return [Term(f"w{place:03}", "en") for place in range(number)]


def test_without_a_past_they_come_in_their_order() -> None:
    found = choose(terms(9), [], 4)
    assert [one.term.text for one in found] == ["w000", "w001", "w002", "w003"]
    assert {one.why for one in found} == {"not tried yet"}


def test_what_brought_most_a_request_comes_first() -> None:
    past = [
        Effort(1, "w003", 10, 40),
        Effort(1, "w001", 10, 90),
        Effort(1, "w002", 10, 0),
        Effort(1, "w000", 1, 0),
    ]
    found = choose(terms(10), past, 5)
    assert [one.term.text for one in found] == ["w001", "w003", "w004", "w005", "w006"]
    assert found[0].why == "brought 90 new in 10 requests"
    assert found[0].expected is not None
    assert found[1].expected is not None
    assert found[0].expected > found[1].expected


def test_one_lucky_request_does_not_beat_a_steady_word() -> None:
    past = [Effort(1, "w000", 1, 9), Effort(1, "w001", 50, 400), Effort(1, "w002", 50, 0)]
    assert choose(terms(3), past, 3)[0].term.text == "w001"


def test_what_it_brought_long_ago_counts_less() -> None:
    past = [
        Effort(1, "w000", 10, 90),
        *(Effort(number, "w000", 10, 0) for number in (2, 3, 4)),
        Effort(4, "w001", 10, 40),
    ]
    assert choose(terms(2), past, 5)[0].term.text == "w001"


def test_answers_that_offer_goods_weigh_more() -> None:
    past = [Effort(1, "w000", 10, 100, 200), Effort(1, "w001", 10, 80, 200)]
    assert choose(terms(2), past, 5)[0].term.text == "w000"
    found = choose(terms(2), past, 5, {"w001": 90, "w000": 10})
    assert found[0].term.text == "w001"
    assert choose(terms(2), past, 5, {"w000": 10**6})[0].term.text == "w000"


def test_a_share_is_for_words_in_their_turn() -> None:
    past = [Effort(1, term.text, 5, 50) for term in terms(40)]
    found = choose(terms(100), past, 20)
    assert [one.why for one in found].count("not tried yet") == 20 // SHARE
    assert found[16].term.text == "w040"


@pytest.mark.parametrize("most", [1, 2, 7, 20])
def test_every_word_gets_its_turn(most: int) -> None:
    every, past, asked = terms(30), list[Effort](), Counter[str]()
    for number in range(1, 200):
        for one in choose(every, past, most):
            asked[one.term.text] += 1
            new = 10 if one.term.text in ("w005", "w011") else 0
            past.append(Effort(number, one.term.text, 1, new))
        past = past[-400:]
    assert len(asked) == 30
    if most >= 7:
        assert {word for word, _ in asked.most_common(2)} == {"w005", "w011"}


@given(
    st.lists(
        st.builds(
            Effort,
            st.integers(1, 9),
            st.sampled_from([term.text for term in terms(12)]),
            st.integers(0, 50),
            st.integers(0, 10**9),
        ),
        max_size=40,
    ),
    st.integers(1, 15),
)
def test_any_past_gives_as_many_as_asked_each_once(past: list[Effort], most: int) -> None:
    found = choose(terms(12), past, most)
    texts = [one.term.text for one in found]
    assert len(texts) == len(set(texts)) == min(most, 12)
    assert found == choose(terms(12), list(reversed(past)), most)


def test_the_vault_remembers_what_was_asked(workspace) -> None:
    source = Source(
        name="net",
        engine="mastodon",
        languages=("en",),
        ask={"words": ["ivory"], "plan": {"most": 5}},
    )
    with open_vault(workspace) as vault:
        first = terms_of(vault, source)
        assert len(first) == 5
        assert "ivory" not in [term.text for term in first]
        store = vault.searches("net")
        store.keep_plan(planned(first))
        for number, term in enumerate(first):
            store.asked(1, term.text, "2026-01-02T03:04:05Z", 20, 5 if number == 3 else 0)
        again = next_choices(vault, source)
        assert again[0].term == first[3]
        assert not {one.term.text for one in again[1:]} & {term.text for term in first}
        assert terms_of(vault, Source(name="net", engine="mastodon")) == []
