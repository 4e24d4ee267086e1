"""Rows as documents: required fields, maps, times, prices, and text that any store can hold."""

from __future__ import annotations

from dataclasses import fields

import pytest

from collectors.imports.column_map import PLAIN, ColumnMap, parse_map
from collectors.imports.json_rows import Written
from collectors.imports.listings import Table, parse_time, read_row
from collectors.imports.rows import Row
from model.canonical import Json
from model.evidence import Capture, Document, Image, Issue

SEEN = "2026-01-02T03:04:05Z"


def capture() -> Capture:
    values: dict[str, Json] = {field.name: "" for field in fields(Capture)}
    values |= {"sha256": "a" * 64, "source": "test", "captured_at": SEEN, "headers": ()}
    return Capture(**values)


def read(
    values: dict[str, Json], column_map: ColumnMap = PLAIN, platform: str = ""
) -> tuple[Document | None, tuple[Issue, ...]]:
    return read_row(Row("row 7", values), Table(capture(), platform, column_map))


def document(values: dict[str, Json], column_map: ColumnMap = PLAIN) -> Document:
    found, _ = read({"platform": "Agora", "listing_id": "1"} | values, column_map)
    assert found is not None
    return found


def test_a_row_with_every_field() -> None:
    values = {
        "platform": "Agora",
        "listing_id": "17",
        "url": "http://x.example/17",
        "seller": " eve ",
        "title": "Tusk",
        "price": "9 500 €",
        "collected_at": "2020-01-02T03:04:05+02:00",
        "posted_at": "2019-12-31",
        "language": "fr",
        "images": ["a.jpg", {"url": "b.jpg", "alt": "the tusk"}],
        "views": Written("12"),
    }
    found, issues = read(values)
    assert found is not None
    assert issues == ()
    assert (found.platform, found.native_id, found.kind) == ("agora", "17", "listing")
    assert found.locator == "row 7"
    assert found.seen_at == "2020-01-02T01:04:05Z"
    assert found.handle == "eve"
    assert found.images == (Image("a.jpg"), Image("b.jpg", "the tusk"))
    assert found.extra == {"views": 12}
    assert found.fields["price"] == "9 500 €"


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"listing_id": "1"}, "no platform"),
        ({"platform": "x"}, "neither listing_id nor url"),
        ({"platform": " ", "url": "u"}, "no platform"),
        ({"platform": "x", "listing_id": "1", "kind": "advert"}, "kind 'advert'"),
        ({"platform": "x", "kind": "profile"}, "a profile of nobody"),
    ],
)
def test_what_a_row_lacks_is_told(values: dict[str, Json], why: str) -> None:
    found, issues = read(values)
    assert found is None
    assert issues[-1].severity == "error"
    assert issues[-1].locator == "row 7"
    assert why in issues[-1].message


def test_the_address_or_the_handle_identifies_a_row_without_id() -> None:
    found, _ = read({"platform": "x", "url": "http://x.example/1"})
    assert found is not None
    assert found.native_id == "http://x.example/1"
    profile, _ = read({"platform": "x", "kind": "Profile", "handle": "eve", "text": "about"})
    assert profile is not None
    assert (profile.kind, profile.native_id, profile.handle) == ("profile", "eve", "eve")


def test_the_source_gives_the_platform_where_the_row_does_not() -> None:
    found, _ = read({"listing_id": "1"}, platform="Dream")
    assert found is not None
    assert found.platform == "dream"


def test_headings_are_ours_in_any_case_and_spacing() -> None:
    found, _ = read({"Platform": "x", "Listing ID": "1", "Ships-From": "DE", "Colour": "white"})
    assert found is not None
    assert found.fields == {"ships_from": "DE"}
    assert found.extra == {"Colour": "white"}


def test_a_seller_may_be_missing() -> None:
    assert document({"seller": ""}).handle is None


def test_a_map_joins_hashes_empties_and_ignores() -> None:
    column_map = parse_map(
        {
            "constants": {"platform": "grams", "currency": "BTC"},
            "columns": {
                "listing_id": {"hash": ["vendor", "name"]},
                "seller": "vendor",
                "title": "name",
                "text": {"columns": ["name", "more"], "join": " | "},
                "price": "cost",
                "collected_at": "added",
                "ships_from": "from",
            },
            "ignore": {"guess": "guessed"},
            "empty": {"from": ["NA"]},
            "timestamps": {"collected_at": "unix"},
        },
        "test",
    )
    row = {"vendor": "eve", "name": "n", "more": "m", "cost": "0.1", "added": "1451355301"}
    found, issues = read(row | {"from": "NA", "guess": "1Abc", "title": "theirs"}, column_map)
    assert found is not None
    assert issues == ()
    assert found.fields["text"] == "n | m"
    assert found.fields["currency"] == "BTC"
    assert found.seen_at == "2015-12-29T02:15:01Z"
    assert "ships_from" not in found.fields
    assert found.extra == {"title": "theirs"}
    again, _ = read(row, column_map)
    other, _ = read(row | {"name": "o"}, column_map)
    assert again is not None
    assert other is not None
    assert found.native_id == again.native_id != other.native_id


def test_a_step_into_an_inner_object() -> None:
    column_map = parse_map({"columns": {"seller": "user.name"}}, "test")
    assert document({"user": {"name": "eve"}}, column_map).handle == "eve"


@pytest.mark.parametrize("price", ["12", "12.50", "1 000", Written("7")])
def test_a_bare_price_wants_a_currency(price: str) -> None:
    values = {"platform": "x", "listing_id": "1", "price": price}
    assert [issue.key for issue in read(values)[1]] == ["price"]
    assert read(values | {"currency": "EUR"})[1] == ()


@pytest.mark.parametrize("value", ["yesterday", "2020-13-01", "12/31/2019", "9999999999999"])
def test_a_date_that_is_none_is_kept_as_written_and_noted(value: str) -> None:
    found, issues = read({"platform": "x", "listing_id": "1", "collected_at": value})
    assert found is not None
    assert found.fields["collected_at"] == value
    assert found.seen_at == SEEN
    assert [issue.severity for issue in issues] == ["note"]


def test_a_row_from_the_future_is_dated_by_the_import() -> None:
    found, issues = read({"platform": "x", "listing_id": "1", "collected_at": "2030-01-01"})
    assert found is not None
    assert found.seen_at == SEEN
    assert issues[0].severity == "warning"


def test_text_no_store_could_hold_is_mended_and_told() -> None:
    found, issues = read(
        {"platform": "x", "listing_id": "1", "title": "a\x00b\ud800c", "é\x00": "\udfff"}
    )
    assert found is not None
    assert found.fields["title"] == "a\ufffdb\ufffdc"
    assert found.extra == {"é\ufffd": "\ufffd"}
    assert issues[0].key == "title"


def test_a_value_that_is_no_text_stays_with_the_rest() -> None:
    found, issues = read({"platform": "x", "listing_id": "1", "title": ["a"], "price": True})
    assert found is not None
    assert "title" not in found.fields
    assert found.extra == {"title": ["a"], "price": True}
    assert {issue.severity for issue in issues} == {"warning"}


@pytest.mark.parametrize(
    ("value", "images"),
    [
        ("a.jpg|b c.jpg", ["a.jpg", "b c.jpg"]),
        (
            "http://x.example/1.jpg, https://x.example/2.jpg",
            ["http://x.example/1.jpg", "https://x.example/2.jpg"],
        ),
        ('["a.jpg", "b.jpg"]', ["a.jpg", "b.jpg"]),
        ("[broken", ["[broken"]),
        ("", []),
    ],
)
def test_images_in_one_cell(value: str, images: list[str]) -> None:
    assert [image.url for image in document({"images": value}).images] == images


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00+14:00", "2020-01-01T00:00:00+99:00", ""])
def test_times_at_the_edge_do_no_harm(value: str) -> None:
    assert parse_time(value) is None
