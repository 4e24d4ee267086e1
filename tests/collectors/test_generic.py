"""Pages without an adapter: hand-made ones as common software writes them, and the real markets."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from collectors.reading import PageReading, PageRecord, page_rows, read_page

PAGES = Path(__file__).parent / "pages"


class Expected(NamedTuple):
    """Kind of the page, number of records, and fields of the first or a numbered record."""

    kind: str
    records: int
    fields: dict[str, str]
    number: int = 0


EXPECTED = {
    "phpbb_thread": Expected(
        "thread",
        4,
        {
            "title": "Old carved pieces from my grandfather",
            "seller": "harbour_attic",
            "posted_at": "2021-05-02T18:20:11+00:00",
            "text": "Hello all,\nmy grandfather brought two carved tusks home in 1931.\n"
            "Write me at attic@example.org if interested.",
        },
        number=1,
    ),
    "phpbb_forum": Expected(
        "results",
        4,
        {
            "title": "WTB: tortoiseshell comb",
            "seller": "Old Magpie",
            "url": "./viewtopic.php?f=7&t=4705",
            "posted_at": "2021-04-30T10:00:00+00:00",
        },
        number=1,
    ),
    "vbulletin_thread": Expected(
        "thread",
        3,
        {
            "seller": "BorneoTan",
            "text": "I can ship whole skins, 3 to 4 metres.\n"
            "BBM 7C3A0F21 or WhatsApp +62 812-5550-1199.",
        },
        number=1,
    ),
    "discourse_thread": Expected(
        "thread",
        3,
        {
            "title": "Breeding group of star tortoises",
            "seller": "testudo_rik",
            "posted_at": "2023-02-11T09:15:00Z",
            "text": "One male, three females. Papers available.\nSignal only, number by message.",
        },
        number=1,
    ),
    "xenforo_thread": Expected(
        "thread",
        3,
        {"seller": "Larkspur", "text": "Still available?", "posted_at": "2022-09-02T07:30:00+0000"},
        number=2,
    ),
    "smf_thread": Expected(
        "thread",
        3,
        {"seller": "rimba", "text": "Buying dry scales, any quantity, cash in Medan."},
        number=1,
    ),
    "auction_item": Expected(
        "listing",
        1,
        {
            "title": "Antique Carved Bone Snuff Bottle",
            "seller": "jade_lane",
            "price": "89.00",
            "currency": "USD",
            "ships_from": "Shanghai, China",
            "url": "https://bids.example/itm/394857261122",
            "text": "Hand carved, 19th century, height 7 cm. From an old estate.\n"
            "Ships worldwide with tracking.",
        },
    ),
    "auction_search": Expected(
        "results",
        3,
        {
            "title": "Shark jaw 40 cm, teeth complete",
            "price": "$120.00",
            "url": "https://bids.example/itm/100001?hash=1",
        },
    ),
    "classified_item_de": Expected(
        "listing",
        1,
        {
            "title": "Griechische Landschildkröten Nachzucht 2022",
            "price": "120 € VB",
            "seller": "Sabine W.",
            "text": "Verkaufe drei Landschildkröten, Nachzucht 2022, gechippt.\n"
            "Papiere vorhanden. Tel. 0911 5550123",
        },
    ),
    "classified_search_de": Expected(
        "results",
        3,
        {
            "title": "Klaviertasten Elfenbein",
            "price": "1.200 €",
            "url": "/s-anzeige/klaviertasten/2839055555-74-12",
        },
        number=2,
    ),
    "shop_product": Expected(
        "listing",
        1,
        {
            "title": "Snakeskin Belt, Natural",
            "price": "£64.99",
            "text": "Made of python skin, unlined, width 3.5 cm. Sizes 80 to 110.",
        },
    ),
    "shop_category": Expected(
        "results",
        3,
        {
            "title": "Ostrich Belt",
            "price": "£120.00",
            "url": "/catalogue/ostrich-belt_208/",
        },
        number=1,
    ),
    "market_listing": Expected(
        "listing",
        1,
        {
            "title": "Raw horn shavings 10g",
            "seller": "stonecutter",
            "price": "USD 650.00 / 4.27 XMR",
            "ships_from": "South Africa",
            "ships_to": "Worldwide, except USA",
            "category": "Curiosities",
            "text": "Fresh shavings, vacuum packed.\n"
            "No captcha orders, only Session or Wickr: stonecutter88\nI never log in on weekends.",
        },
    ),
    "market_vendor": Expected("profile", 1, {"seller": "stonecutter"}),
    "market_search": Expected(
        "results",
        4,
        {
            "title": "Claw pendant, gold",
            "seller": "lantern",
            "price": "USD 180.00",
            "url": "/listing/88115",
        },
        number=1,
    ),
    "classified_item_th": Expected(
        "listing",
        1,
        {
            "title": "ขายกำไลงาช้างเก่า",
            "price": "12,000 บาท",
            "seller": "ลุงมงคล",
            "category": "ของสะสม",
            "text": "กำไลงาช้างแท้ อายุกว่า 50 ปี วงใน 6 ซม.\nไลน์ lungmongkol",
        },
    ),
    "classified_item_ru": Expected(
        "listing",
        1,
        {
            "title": "Бивень мамонта, 12 кг",
            "price": "85 000 руб.",
            "seller": "severny_veter",
            "text": "Бивень без трещин, фото по запросу. Тел. +7 914 555-01-22",
        },
    ),
    "social_profile": Expected("profile", 1, {"seller": "jungle.pets"}),
    "social_post": Expected(
        "post",
        1,
        {
            "seller": "jungle.pets",
            "text": "Baby cockatoos ready to go, hand fed. WA +62 812 5550 1199",
            "posted_at": "2023-03-04T10:11:12Z",
        },
    ),
}


def read(name: str) -> PageReading:
    return read_page((PAGES / f"{name}.html").read_bytes(), known=())


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_hand_made_pages(name: str) -> None:
    reading, expected = read(name), EXPECTED[name]
    assert (reading.adapter, reading.kind) == ("generic", expected.kind)
    assert len(reading.records) == expected.records
    fields = reading.records[expected.number].fields
    assert {field: fields.get(field) for field in expected.fields} == expected.fields


def test_every_hand_made_page_is_expected() -> None:
    assert {file.stem for file in PAGES.glob("*.html")} == set(EXPECTED)


def number(text: str) -> float | None:
    found = re.search(r"\d[\d.,]*", text)
    return float(found.group().replace(",", "")) if found else None


Both = dict[str, tuple[PageReading, PageReading]]


@pytest.fixture(scope="module")
def both(shared_data: Path) -> Both:
    """The saved markets read by their adapters, and by structure alone."""
    folder = shared_data / "darknet/html"
    files = [*folder.rglob("dream/**/*.html"), *folder.rglob("empire/**/*.html")]
    payloads = {str(file.relative_to(folder)): file.read_bytes() for file in sorted(files)}
    return {
        page: (read_page(payload), read_page(payload, known=()))
        for page, payload in payloads.items()
    }


def test_markets_without_adapters_kinds(both: Both) -> None:
    """58 pages: a ratings tab is feedback on a seller, a front page with offers lists them,
    and a search that found nothing is empty; all others agree."""
    other = Counter(
        (adapter.kind, generic.kind)
        for adapter, generic in both.values()
        if adapter.kind != generic.kind
    )
    assert len(both) == 58
    assert other == {("profile", "feedback"): 4, ("page", "results"): 2, ("results", "empty"): 1}


def test_markets_without_adapters_listings(both: Both) -> None:
    right: Counter[str] = Counter()
    for adapter, generic in both.values():
        if adapter.kind != "listing":
            continue
        theirs, ours = adapter.records[0].fields, generic.records[0].fields
        right["pages"] += 1
        right["seller"] += ours.get("seller") == theirs["seller"]
        right["title"] += ours.get("title") == theirs["title"]
        right["price"] += number(ours.get("price", "")) == float(theirs["price"])
        words = theirs["text"].split()[:20]
        right["text"] += " ".join(words) in " ".join(ours.get("text", "").split())
    assert right == {"pages": 21, "seller": 21, "title": 21, "price": 21, "text": 21}


def test_markets_without_adapters_rows(both: Both) -> None:
    def shown(record: PageRecord) -> tuple[str, str, float | None]:
        fields = record.fields
        price = number(fields.get("price", ""))
        return fields.get("title", ""), fields.get("seller", ""), price

    compared = 0
    for page, (adapter, generic) in both.items():
        if adapter.kind == "results" and adapter.records:
            assert [*map(shown, generic.records)] == [*map(shown, adapter.records)], page
            assert generic.pages == adapter.pages
            compared += len(adapter.records)
    assert compared == 72


def test_markets_without_adapters_handles(both: Both) -> None:
    accounts = 0
    for page, (adapter, generic) in both.items():
        if adapter.kind in ("profile", "feedback"):
            rows = [*adapter.records, *adapter.asides], [*generic.records, *generic.asides]
            theirs, ours = ({row.fields.get("seller") for row in each} for each in rows)
            assert ours == theirs, page
            accounts += 1
    assert accounts == 19


def test_rows_to_print_name_what_the_contract_names() -> None:
    (row,) = page_rows(read("market_listing"))
    assert list(row)[:4] == ["kind", "adapter", "url", "issues"]
    assert (row["kind"], row["adapter"]) == ("listing", "generic")
    assert row["seller"] == "stonecutter"
    (row,) = page_rows(read("market_vendor"))
    assert row["handle"] == "stonecutter"
    rows = list(page_rows(read("market_search")))
    assert {row["pages"] for row in rows} == {9}


def test_an_id_that_only_stands_in_is_not_printed_as_the_markets_own() -> None:
    record = read("market_listing").records[0]
    assert len(record.native_id) == 32
    (row,) = page_rows(read("market_listing"))
    assert "listing_id" not in row
    assert [each.get("listing_id") for each in page_rows(read("market_search"))] == [
        "88112",
        "88115",
        "88120",
        "88121",
    ]


def test_where_a_browser_saved_a_page_from_is_told_and_not_trusted() -> None:
    page = "<!-- saved from url=(0024)http://shop.example/a/17 --><h1>Heron</h1><p>Hello there"
    reading = read_page(page.encode(), known=())
    assert reading.extra == {"saved_from": "http://shop.example/a/17"}
    assert (reading.url, reading.platform) == ("", "")
