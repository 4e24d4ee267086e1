"""Reading without an end ends by rule, and what only looks like it goes on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.web.traps import MAX_LENGTH, RULES, Shapes, marks, repeats, shape
from model.evidence import Document

AT = "http://a.example"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/cal/2026/01/31", "/cal/1999/12/1"),
        ("/list?page=2", "/list?page=300"),
        ("/archive/january-2026", "/archive/december-1987"),
        ("/t/0123abcd4567", "/t/deadbeef0000"),
        ("/t/3f2504e0-4f89-11d3-9a0c-0305e82c3301", "/t/3f2504e0-4f89-11d3-9a0c-0305e82c3302"),
    ],
)
def test_what_counts_on_has_one_shape(one: str, other: str) -> None:
    assert shape(AT + one) == shape(AT + other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/list?page=2", "/item?page=2"),
        ("/c/ivory", "/c/horn"),
        ("/marching", "/mayfly"),
        ("/c/facade", "/c/decade"),
        ("/i/1", "/i/1/2"),
    ],
)
def test_what_differs_in_words_has_not(one: str, other: str) -> None:
    assert shape(AT + one) != shape(AT + other)


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/a/b/a/b/a/b", True),
        ("/x/a/a/a/y", True),
        ("/a/b/c/a/b/c/a/b/c/d", True),
        ("/a/b/a/b", False),
        ("/11/11/11", False),
        ("/2026/11/11/11-11", False),
        ("/" + "/".join(map(str, range(41))), True),
        ("/" + "/".join(map(str, range(40))), False),
        ("/", False),
    ],
)
def test_paths_that_repeat_themselves(path: str, wanted: bool) -> None:
    assert repeats(AT + path) == wanted


@given(st.text("ab/", max_size=MAX_LENGTH))
def test_any_path_is_looked_through(path: str) -> None:
    assert repeats(f"{AT}/{path}") in (True, False)


def document(
    native_id: str, *, kind: str = "listing", locator: str = "", text: str = ""
) -> Document:
    return Document("f" * 64, "s", kind, "s", native_id, locator, "now", {"text": text})


def test_a_record_with_a_page_of_its_own_is_another_than_the_row_that_led_there() -> None:
    assert marks([document("7")]) != marks([document("7", locator="listing 3")])
    assert marks([document("7", locator="row 1")]) == marks([document("7", locator="row 9")])


def test_pages_known_by_their_address_are_told_apart_by_their_words_without_numbers() -> None:
    first = document(f"{AT}/cal/1", kind="page", text="Events on 1 May: none")
    second = document(f"{AT}/cal/2", kind="page", text="Events on 2 May: none")
    other = document(f"{AT}/cal/3", kind="page", text="Events on 3 May: a fair")
    assert marks([first]) == marks([second]) != marks([other])


Site = Callable[[str], tuple[list[str], list[str]]]
"""Path → records and links."""


def crawl(site: Site, *, limit: int = 10, most: int = 3_000) -> tuple[list[str], Shapes]:
    """Breadth first from /, as the engine does, without a network."""
    shapes = Shapes(limit)
    waiting: deque[tuple[str, str]] = deque([(f"{AT}/", "")])
    known, asked = {f"{AT}/"}, list[str]()
    while waiting and len(asked) < most:
        url, found_on = waiting.popleft()
        if shapes.exhausted(url):
            shapes.done(url, found_on)
            continue
        asked.append(url.removeprefix(AT))
        records, links = site(url.removeprefix(AT))
        new = [AT + link for link in links if AT + link not in known]
        new = [link for link in new if not shapes.exhausted(link)]
        known |= set(new)
        waiting.extend((link, url) for link in new)
        shapes.page(url, found_on, marks(map(document, records)), new)
    return asked, shapes


def number_in(path: str) -> int:
    return int(path.rpartition("/")[2] or 0)


def test_a_calendar_without_an_end_ends() -> None:
    def calendar(path: str) -> tuple[list[str], list[str]]:
        if path == "/":
            return [], ["/month/1", "/i/1"]
        if path.startswith("/i/"):
            return [path], []
        month = number_in(path.partition("/day")[0])
        if "/day" in path:
            return [], [f"/month/{month}"]
        return [], [f"/month/{month + 1}", *(f"/month/{month}/day/{day}" for day in range(28))]

    asked, _ = crawl(calendar)
    assert "/i/1" in asked
    assert len(asked) < 600


def test_pages_of_results_that_repeat_the_last_one_end() -> None:
    def results(path: str) -> tuple[list[str], list[str]]:
        page = number_in(path)
        return [f"row {min(page, 5)}"], [f"/page/{page + 1}"]

    asked, shapes = crawl(results)
    assert len(asked) == 1 + 5 + 10
    assert shapes.exhausted(f"{AT}/page/99")


def test_many_pages_of_links_before_the_first_record_are_read() -> None:
    """All result pages are linked from the first, so they come before any listing."""

    def pager(path: str) -> tuple[list[str], list[str]]:
        if path == "/":
            return [], [f"/page/{page}" for page in range(60)]
        if path.startswith("/page/"):
            first = 5 * number_in(path)
            return [], [f"/i/{first + more}" for more in range(5)]
        return [path], []

    asked, _ = crawl(pager)
    assert len(asked) == 1 + 60 + 300


def test_three_floors_of_links_before_the_first_record_are_read() -> None:
    def floors(path: str) -> tuple[list[str], list[str]]:
        if path == "/":
            return [], [f"/c/{one}" for one in range(40)]
        if path.startswith("/c/"):
            return [], [f"/page/{40 * number_in(path) + one}" for one in range(3)]
        if path.startswith("/page/"):
            return [], [f"/i/{100 * number_in(path)}"]
        return [path], []

    asked, _ = crawl(floors)
    assert len(asked) == 1 + 40 + 120 + 120


def test_a_long_site_whose_every_page_has_something_new_is_read_to_its_end() -> None:
    def chain(path: str) -> tuple[list[str], list[str]]:
        page = number_in(path)
        return [f"record {page}"], [f"/page/{page + 1}"] if page < 999 else []

    asked, _ = crawl(chain)
    assert len(asked) == 1_000


@pytest.mark.parametrize("broken_after", [3, 17, 40])
def test_what_was_learnt_goes_on_in_the_next_run(broken_after: int) -> None:
    shapes = Shapes(50)
    for page in range(60):
        if page == broken_after:
            shapes = Shapes(50, shapes.state())
        assert shapes.exhausted(f"{AT}/page/1") == (page > 50)
        shapes.page(f"{AT}/page/{page}", "", marks([document("same")]), ())


def paths() -> Iterator[str]:
    yield from (f"{AT}/{'x' * (number % 200)}/{number}y{number}" for number in range(5_000))


def test_the_memory_is_bounded() -> None:
    shapes = Shapes(5)
    for number, url in enumerate(paths()):
        shapes.page(url, f"{AT}/from/z{number}", marks([document(str(number))]), ())
    assert len(shapes._shapes) <= 1_000
    state = shapes.state()
    assert len(state["shapes"]) <= 200
    assert len(state["marks"]) <= 2_000


def test_every_rule_says_what_it_is() -> None:
    assert set(RULES) == {"length", "depth", "repeats", "pagination", "session", "total"}
