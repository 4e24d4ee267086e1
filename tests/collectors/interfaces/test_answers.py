"""What has another type than it should is told and left out; what is missing is not told."""

from __future__ import annotations

from typing import Any

import pytest

from collectors.interfaces.answers import MAX_ISSUES, MAX_ITEMS, Item, parsed, read_object
from collectors.interfaces.found import Found, amount, plain, told
from collectors.interfaces.places import address, asked, changed, is_web
from collectors.records import PageRecord
from model.errors import Skip


def messages(item: Item) -> list[str]:
    return [issue.message for issue in item.notes.issues()]


@pytest.mark.parametrize(
    ("value", "text", "is_told"),
    [
        ("a\r\nb\x00", "a\nb", False),
        ("x\ud800y", "x\ufffdy", False),
        (7, "7", False),
        (None, "", False),
        (True, "", True),
        (["x"], "", True),
        ({"x": 1}, "", True),
        (10**60, "", False),
    ],
)
def test_text(value: Any, text: str, is_told: bool) -> None:
    item = Item({"key": value}, "row 1")
    assert item.text("key") == text
    assert bool(messages(item)) is is_told


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        (1678208640, "2023-03-07T17:04:00Z"),
        (1678208640.9, "2023-03-07T17:04:00Z"),
        ("1678208640", "2023-03-07T17:04:00Z"),
        ("2023-03-07T18:04:00+01:00", "2023-03-07T17:04:00Z"),
        ("2023-03-07T17:04:00.000Z", "2023-03-07T17:04:00Z"),
        ("yesterday", ""),
        (float("inf"), ""),
        (10**30, ""),
        (-1, ""),
        ([], ""),
        (True, ""),
    ],
)
def test_moments(value: Any, moment: str) -> None:
    item = Item({"at": value})
    assert item.moment("at") == moment
    assert bool(messages(item)) is not bool(moment)


def test_a_wrong_type_names_its_place_once() -> None:
    item = Item(
        {"a": {"b": 5}, "list": [1, {"x": 2}], "n": "many", "link": "javascript:x"}, "row 3"
    )
    assert item.item("a", "b").value == {}
    assert [one.value for one in item.items("list")] == [{"x": 2}]
    assert item.number("n") is None
    assert item.number("n") is None
    assert item.link("link") == ""
    assert {issue.key for issue in item.notes.issues()} == {"a.b", "list", "n", "link"}
    assert {issue.locator for issue in item.notes.issues()} == {"row 3"}


def test_there_is_an_end_to_lists_and_to_what_is_told() -> None:
    item = Item({"list": [{}] * (MAX_ITEMS + 1), "odd": list(range(10))})
    assert len([*item.items("list")]) == MAX_ITEMS
    for number in range(MAX_ISSUES * 2):
        item.note("warning", f"thing {number}")
    issues = item.notes.issues()
    assert len(issues) == MAX_ISSUES + 1
    assert issues[-1].message == f"{MAX_ISSUES + 1} more of this kind"


@pytest.mark.parametrize("payload", [b"", b"{", b"[" * 100_000, b"\xff", b"9" * 5_000])
def test_no_json_is_skipped(payload: bytes) -> None:
    with pytest.raises(Skip):
        parsed(payload)


def test_only_an_object_is_an_object() -> None:
    assert read_object(b'\xef\xbb\xbf{"a": 1}').number("a") == 1
    with pytest.raises(Skip, match="a list in place"):
        read_object(b"[1]")


def test_addresses() -> None:
    place = address("https://x.example/v1/", "/a b", q="tooth & claw", n=5)
    assert place == "https://x.example/v1/a b?q=tooth%20%26%20claw&n=5"
    assert asked(place, "q") == "tooth & claw"
    assert changed(place, n=6, more="y").endswith("?q=tooth%20%26%20claw&n=6&more=y")
    assert asked("http://[", "q") == ""
    assert [is_web(each) for each in ("https://a.example", "ftp://a", "http://a b", "x")] == [
        *(True, False, False, False)
    ]


def test_small_things() -> None:
    assert amount("12.50") == "12.50"
    assert amount("12,50") == ""
    assert told({"a": 0, "b": "", "c": [], "d": False, "e": None, "f": "x"}) == {"a": 0, "f": "x"}
    assert plain("<p>a<br>b <a href='https://x.example'>c</a></p>") == (
        "a\nb c",
        ("https://x.example",),
    )


def test_the_last_record_by_time_ends_a_list_not_what_is_pinned_on_top() -> None:
    found = Found()
    for number, day in enumerate(("2020-01-01", "2023-03-07", "2023-03-06")):
        found.add(PageRecord("post", str(number), "", {"posted_at": f"{day}T00:00:00Z"}))
    assert not found.is_older("2023-03-01T00:00:00Z")
    assert found.is_older("2023-03-06T12:00:00Z")
    assert not found.is_older("")
