"""What comments do: price questions, answers in private, and the words that only look like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.talk_words import load_talk_words
from enrich.talk import LONGEST, Talk

TALK = Talk(load_talk_words())


@pytest.mark.parametrize(
    ("text", "moves"),
    [
        ("Price?", ["asks_price"]),
        ("@bob price pls", ["asks_price"]),
        ("how much for the pair?", ["asks_price"]),
        ("what’s the price", ["asks_price"]),
        ("还有吗？多少钱", ["asks_price", "asks_availability"]),
        ("เท่าไหร่คะ", ["asks_price"]),
        ("Giá?", ["asks_price"]),
        ("сколько?", ["asks_price"]),
        ("PM", ["answers_private"]),
        ("pm me for details", ["answers_private"]),
        ("ib em nhé", ["answers_private"]),
        ("PM sent!", ["asks_private"]),
        ("Ist verkauft", ["sold"]),
        ("SOLD", ["sold"]),
    ],
)
def test_moves(text: str, moves: list[str]) -> None:
    assert list(TALK.moves(text)) == moves


@pytest.mark.parametrize(
    "text",
    [
        "the price of freedom",
        "priceless",
        "what a prize",
        "at 3 pm we meet",
        "he sold his soul",
        "Inboxes are full",
        "",
        " ",
        "price " * 100,
    ],
)
def test_words_that_only_look_like_it(text: str) -> None:
    assert TALK.moves(text) == ()


@given(st.text(max_size=2 * LONGEST))
def test_any_text_is_read(text: str) -> None:
    assert isinstance(TALK.moves(text), tuple)
