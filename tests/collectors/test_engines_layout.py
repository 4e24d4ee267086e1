"""Reading by source file: exactly one place, reported leftovers, rows, asides, recognition."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from collectors.engines.checking import check_selectors
from collectors.reading import PageReading, documents, page_rows, read_page
from config.sources import Source, load_source, shipped_sources
from model.errors import ConfigurationError
from model.evidence import Capture

Load = Callable[[str], Source]

HEAD = """\
name: attic
engine: market
platform: the-attic
currency: EUR
route: clear
start: [https://attic.example/]
follow: [{select: a, url: '/item/\\d+$'}]
signs:
  login: {select: "form.login"}
  captcha: {select: "form.captcha"}
pages:
"""
ITEM = """\
  item:
    kind: listing
    when: {select: h1.item}
    id: {select: .id}
    fields:
      title: {select: h1.item}
      seller: {select: dt, beside: Seller}
      price: {select: .price, as: money}
      text: {select: .words, text: block, optional: true}
    extra:
      state: {select: .state, values: {N: new, U: used}, optional: true}
      stock: {select: .stock, as: integer, optional: true}
      sold: {select: .sold, value: true, default: false}
    rows:
      - {select: .talk, kind: profile, aside: true, inherit: [seller], fields: {text: {}}}
"""
RESULTS = """\
  results:
    kind: results
    when: {select: .results}
    pages: {select: .last, as: integer, optional: true}
    rows:
      select: .offer
      at_least: 2
      id: {select: a, attribute: href, pattern: '/item/(\\d+)'}
      fields:
        title: {select: a}
        url: {select: a, attribute: href}
"""
PAGE = """<h1 class=item>Heron</h1><b class=id>17</b><dl><dt>Seller:</dt><dd> old  magpie </dd></dl>
<i class=price>12.50</i><div class=words>a<br>b</div><p class=state>N</p><a href=/item/18>x</a>
<a href=/item/18#top>x</a><a href=https://elsewhere.example/item/19>y</a><a href=/help>z</a>"""


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def load_text(text: str) -> Source:
        file = tmp_path / "attic.yml"
        file.write_text(HEAD + textwrap.dedent(text) if text[0] != " " else HEAD + text, "utf-8")
        return load_source(file)

    return load_text


def read(source: Source, page: str, url: str = "https://attic.example/item/17") -> PageReading:
    return read_page(page.encode(), source=source, url=url)


def test_a_listing(load: Load) -> None:
    reading = read(load(ITEM), PAGE)
    (record,) = reading.records
    assert (reading.kind, reading.adapter, reading.platform) == ("listing", "attic", "the-attic")
    assert (record.kind, record.native_id, record.locator) == ("listing", "17", "")
    assert record.fields == {
        "title": "Heron",
        "seller": "old magpie",
        "price": "12.50",
        "currency": "EUR",
        "text": "a\nb",
        "url": "https://attic.example/item/17",
    }
    assert record.extra == {"price_as_written": "12.50", "state": "new", "sold": False}
    assert reading.issues == ()
    assert reading.follow == ("https://attic.example/item/18",)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("class=price", "class=cost", "price: not on the page"),
        ("<i class=price>", "<i class=price>9</i><i class=price>", "price: 2 places, not one"),
        ("12.50", "ask me", "price: 'ask me' is no money: no amount"),
        ("<p class=state>N", "<p class=state>X", "state: unknown value 'X'"),
        ("Seller:", "Sailor:", "seller: not on the page"),
        ("<p class=state>N", "<p class=stock>few", "stock: 'few' is no integer: no number"),
    ],
)
def test_what_is_not_as_expected_is_reported_and_left_out(
    load: Load, old: str, new: str, message: str
) -> None:
    reading = read(load(ITEM), PAGE.replace(old, new))
    (issue,) = reading.issues
    assert issue.severity == "warning"
    assert issue.message.startswith(message)
    assert message.split(":", maxsplit=1)[0] not in reading.records[0].fields
    assert reading.records[0].fields["title"] == "Heron"


def test_two_places_that_say_the_same_are_one(load: Load) -> None:
    page = PAGE.replace("<i class=price>", "<i class=price>12.50</i><i class=price>")
    assert read(load(ITEM), page).issues == ()


def test_an_aside_is_a_document_but_no_row(load: Load) -> None:
    reading = read(load(ITEM), PAGE + "<p class=talk>Wickr magpie9</p>")
    (aside,) = reading.asides
    assert aside.fields == {"seller": "old magpie", "text": "Wickr magpie9"}
    assert [row["kind"] for row in page_rows(reading)] == ["listing"]
    capture = Capture(
        *(1, "attic", "u", "u", 200, "text/html", (), "2026-01-01T00:00:00Z", "ab" * 32, 1, "w"),
        *(0, 1, "r", "import", "c", None, {}, "", ""),
    )
    assert [document.kind for document in documents(reading, capture)] == ["listing", "profile"]


def test_rows_too_few_and_none(load: Load) -> None:
    source = load(RESULTS)
    offer = "<div class=offer><a href=/item/{0}>Item {0}</a></div>"
    page = "<div class=results>" + offer.format(1) + offer.format(2) + "<i class=last>7</i></div>"
    reading = read(source, page)
    assert [record.locator for record in reading.records] == ["listing 1", "listing 2"]
    assert [record.native_id for record in reading.records] == ["1", "2"]
    assert reading.records[1].fields["url"] == "https://attic.example/item/2"
    assert (reading.pages, reading.issues) == (7, ())
    reading = read(source, "<div class=results>" + offer.format(1) + "</div>")
    assert "1 found, at least 2 expected" in reading.issues[0].message
    (row,) = page_rows(read(source, "<div class=results></div>"))
    assert row["kind"] == "empty"


def test_signs_come_before_pages(load: Load) -> None:
    assert read(load(ITEM), PAGE + "<form class=login></form>").kind == "login"
    assert read(load(ITEM), PAGE + "<form class=captcha></form>").kind == "captcha"
    assert read(load(ITEM), PAGE + "<a href=/login>Login, captcha</a>").kind == "listing"


def test_a_page_that_no_layout_fits_is_read_by_structure_and_that_is_said(load: Load) -> None:
    page = "<h1>Rules</h1><p>" + "Be kind to each other and to all animals. " * 9
    reading = read(load(ITEM), page)
    assert (reading.kind, reading.adapter, reading.platform) == ("page", "generic", "the-attic")
    assert "no page layout of source attic fits" in reading.issues[-1].message


def test_menus_written_as_flat_lists(load: Load) -> None:
    text = ITEM.replace(
        "    extra:\n",
        "      category: {select: li, trail: 'd(\\d)', many: true, join: ' / '}\n    extra:\n",
    )
    menu = "<li class=d0>A<li class=d1>B<li class=d1>C<li class='d2 selected'>D<li class=d2>E"
    assert read(load(text), PAGE + menu).records[0].fields["category"] == "A / C / D"


def test_wrong_selectors_are_named_with_their_place(load: Load) -> None:
    source = load(ITEM.replace("{select: h1.item}\n    id", '{select: "h1["}\n    id'))
    with pytest.raises(ConfigurationError, match=r"attic.yml:14: pages.item.when.0.select: not a"):
        check_selectors(source)
    with pytest.raises(ConfigurationError, match=r"attic.yml:14: pages.item.when"):
        read(source, PAGE)


def test_shipped_selectors_are_selectors() -> None:
    for source in shipped_sources():
        check_selectors(source)


@pytest.mark.parametrize(
    "page",
    [
        "<title>Empire Market</title><p>News about Empire Market and Dream Market</p>",
        "<div class=viewProduct><div class=tabularDetails><label>Vendor</label></div></div>",
        "<div class=naviHeader></div><div class=content>Dream</div>",
        "<title>Empire Market forum</title><nav id=primary_nav_wrap></nav>",
    ],
)
def test_a_page_is_not_taken_for_a_market_by_a_word_or_a_class(page: str) -> None:
    assert read_page(page.encode()).adapter == "generic"


def test_a_generic_source_files_what_is_recognised_under_its_own_market(
    shared_data: Path,
) -> None:
    page = (shared_data / "darknet/html/dream/listings/listing_1.html").read_bytes()
    saved = Source(name="saved")
    assert read_page(page, source=saved).platform == "dream"
    assert read_page(page, source=Source(name="saved", platform="x")).platform == "x"
    assert read_page(b"<h1>Hello</h1><p>world and all</p>", source=saved).platform == "saved"
