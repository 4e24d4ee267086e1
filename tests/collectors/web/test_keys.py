"""Addresses that lead to the same page are one address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.web.keys import Learner, looks_random, without_sessions

HEX = "0123456789abcdef0123456789abcdef"
AT = "http://a.example"


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        (f"{AT}/i/1?PHPSESSID=abc", f"{AT}/i/1"),
        (f"{AT}/i/1?x=1&PhpSessId=abc&y=2", f"{AT}/i/1?x=1&y=2"),
        (f"{AT}/list;jsessionid=0A1B?page=2", f"{AT}/list?page=2"),
        (f"{AT}/list;JSESSIONID=0A1B/more", f"{AT}/list/more"),
        (f"{AT}/(S(lit3py55t21z5v55vlm25s55))/orders.aspx", f"{AT}/orders.aspx"),
        (f"{AT}/view.php?sid={HEX}&t=3", f"{AT}/view.php?t=3"),
        (f"{AT}/?s={HEX}", f"{AT}/"),
        # Sections, searches and products are called so, too.
        (f"{AT}/list?sid=12", f"{AT}/list?sid=12"),
        (f"{AT}/?s=ivory+tusk", f"{AT}/?s=ivory+tusk"),
        (f"{AT}/?s=aaaa", f"{AT}/?s=aaaa"),
        (f"{AT}/item(1)/x;colour=red", f"{AT}/item(1)/x;colour=red"),
        (f"{AT}/?b=2&a=1&&c", f"{AT}/?b=2&a=1&&c"),
    ],
)
def test_session_ids_are_left_out_and_nothing_else(url: str, wanted: str) -> None:
    assert without_sessions(url) == wanted
    assert without_sessions(wanted) == wanted


def test_named_parameters_are_left_out() -> None:
    assert without_sessions(f"{AT}/i?ref=7&id=3", ("ref",)) == f"{AT}/i?id=3"


@given(st.text("abc=&;?/()", max_size=40))
def test_leaving_out_twice_leaves_out_no_more(tail: str) -> None:
    once = without_sessions(f"{AT}/{tail}", ("a",))
    assert without_sessions(once, ("a",)) == once


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("x7Kq93bTz0aP", True),
        (HEX, True),
        ("12345678901234", False),
        ("carved-ivory-tusk", False),
        ("page2", False),
        ("short1a2", False),
    ],
)
def test_what_looks_random(value: str, wanted: bool) -> None:
    assert looks_random(value) == wanted


def token(number: int) -> str:
    return f"q{number:02}w9Kx7Zp40{number:02}"


def test_a_parameter_that_changes_nothing_is_found_out() -> None:
    learner = Learner()
    found = []
    for item in range(3):
        for visit in range(2):
            url = f"{AT}/i/{item}?v={token(10 * item + visit)}"
            found.append(learner.page(url, b"content %d" % item))
    assert found == ["", "", "", "", "", "v"]
    assert learner.dropped == ["v"]
    assert Learner(learner.state()).dropped == ["v"]


def test_a_parameter_that_changes_the_page_once_is_never_left_out() -> None:
    learner = Learner()
    learner.page(f"{AT}/i?v={token(1)}", b"one")
    learner.page(f"{AT}/i?v={token(2)}", b"two")
    for item in range(20):
        for visit in range(2):
            learner.page(f"{AT}/i/{item}?v={token(visit)}", b"same")
    assert learner.dropped == []


def test_numbers_and_words_are_never_taken_for_sessions() -> None:
    learner = Learner()
    for number in range(50):
        learner.page(f"{AT}/list?page={number}", b"nothing found")
        learner.page(f"{AT}/list?name={'ivory' * (number + 1)}", b"nothing found")
    assert learner.dropped == []


def test_the_memory_of_pages_is_bounded() -> None:
    learner = Learner()
    for number in range(5_000):
        learner.page(f"{AT}/i/{number}?v={token(number)}", b"")
    assert len(learner._seen) == 2_000
