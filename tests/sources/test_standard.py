"""The standard that every source file keeps: its file, its signs, its saved pages, its minima."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from collectors import feeds, html
from collectors.checks import check_conduct, check_page
from collectors.checks.taken import layouts
from collectors.reading import read_page
from config.sources import EXAMPLES, Source, Value

from .conftest import Kept, Shelf


def trees(pages: list[Kept]) -> list[tuple[Kept, html.Tree]]:
    return [(page, html.parse(page.payload)) for page in pages if not feeds.is_feed(page.payload)]


def test_file_loads_and_behaves(place: str, shelf: Shelf) -> None:
    """Selectors are some, the pace is polite, onion addresses are whole, no secret stands in it."""
    found = check_conduct(shelf.source(place), shelf.file(place))
    assert [finding for finding in found if finding.state == "problem"] == []


def test_saved_pages_read_as_they_must(place: str, shelf: Shelf) -> None:
    source = shelf.source(place)
    for page in shelf.pages(place):
        checked = check_page(source, page.name, page.payload, url=page.url, expected=page.expected)
        assert checked.problems == []


def test_examples_say_what_every_page_reads_as() -> None:
    """A worked example has a page of each of its layouts, and of each sign of no content."""
    for file in sorted(EXAMPLES.glob("*.yml")):
        shelf = Shelf({}, {}, None)
        source, pages = shelf.source(str(file)), shelf.pages(str(file))
        assert pages, f"{file.name} has no saved pages"
        assert [page.name for page in pages if page.expected is None] == []
        seen = {page.expected.layout for page in pages if page.expected is not None}
        assert {*source.pages, *source.signs} <= seen, file.name


def test_each_page_is_of_one_layout(asked: str, shelf: Shelf) -> None:
    """The signs of one layout hold, and besides it at most those of a last resort: a plain page."""
    source = shelf.source(asked)
    for page, tree in trees(shelf.pages(asked)):
        found = [name for name in layouts(source, tree, page.url) if name in source.pages]
        other = [name for name in found[1:] if source.pages[name].kind != "page"]
        assert other == [], page.name


def test_a_sign_is_of_one_kind_of_page(place: str, shelf: Shelf) -> None:
    """No page with content shows the signs of none."""
    source = shelf.source(place)
    for page, tree in trees(shelf.pages(place)):
        held = layouts(source, tree, page.url)
        if page.expected is not None and page.expected.kind not in source.signs:
            assert not set(held) & set(source.signs), page.name


def take_off(tree: html.Tree, selectors: Sequence[str]) -> None:
    """Take what the selectors find off a page, again while they do: the next becomes the first."""
    for selector in selectors:
        for _ in range(500):
            found = html.find(tree.root, selector)
            if not found:
                break
            for node in found:
                node.decompose()


def test_rows_that_vanish_are_told(asked: str, shelf: Shelf) -> None:
    """Without its rows a page that must have some is not passed over in silence."""
    source = shelf.source(asked)
    for page, tree in trees(shelf.pages(asked)):
        name = next(iter(layouts(source, tree, page.url)), "")
        if name not in source.pages or not read_page(page.payload, source=source).records:
            continue
        rows = [each for each in source.pages[name].rows if each.at_least]
        for each in rows:
            take_off(tree, each.select)
        reading = read_page((tree.root.html or "").encode(), source=source, url=page.url)
        if rows:
            assert reading.issues or not reading.is_content, page.name


def needed(value: Value) -> bool:
    return not value.optional and value.default is None and value.select is not None


def without(source: Source, page: Kept, field: str, value: Value) -> tuple[str, ...]:
    """The keys of what is said when the places of one field are taken off the page."""
    tree = html.parse(page.payload)
    take_off(tree, value.select or ())
    reading = read_page((tree.root.html or "").encode(), source=source, url=page.url)
    if not reading.is_content:
        return (field,)
    return tuple(issue.key.rpartition(".")[2] or field for issue in reading.issues)


def test_a_field_that_vanishes_is_reported(place: str, shelf: Shelf) -> None:
    source, seen = shelf.source(place), set()
    for page, tree in trees(shelf.pages(place)):
        name = next(iter(layouts(source, tree, page.url)), "")
        if name not in source.pages or name in seen:
            continue
        seen.add(name)
        for field, value in source.pages[name].fields.items():
            if needed(value):
                assert field in without(source, page, field, value), (page.name, field)


@pytest.mark.parametrize("payload", [b"", b"\x00\x01", b"%PDF-1.4", b"<rss>", b"{}", b"<" * 9999])
def test_what_is_no_page_of_the_site_harms_nobody(place: str, shelf: Shelf, payload: bytes) -> None:
    checked = check_page(shelf.source(place), "page", payload)
    assert checked.reading is None or not checked.reading.records or checked.findings
