"""Places: fields and phrases, many languages, and words that only look like places."""

from __future__ import annotations

import pytest

from enrich.places import PlaceReader


def said(places: PlaceReader, text: str) -> set[str]:
    found = places.read({"text": text}, ["text"])
    assert all(text[one.start : one.end] == one.text for one in found)
    return {f"{one.kind} {one.value}" for one in found}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("ships from Germany", {"ships_from DE"}),
        ("SHIPS DAILY FROM USA to EU and UK", {"ships_from US", "ships_to EU", "ships_to GB"}),
        ("Versand aus Deutschland, nur nach Österreich", {"ships_from DE"}),
        ("Versand nach Österreich und in die Schweiz", {"ships_to AT", "ships_to CH"}),
        ("EU only", {"ships_to EU"}),
        ("Us-Us domestic only", {"ships_from US", "ships_to US"}),
        ("US-UK SHIPPING 2 DAYS", {"ships_from US", "ships_to GB"}),
        ("US-WW SHIPPING", {"ships_from US", "ships_to WORLD"}),
        ("SHIP TO ALL STATES IN THE USA AND WORLDWIDE.", {"ships_to US", "ships_to WORLD"}),
        ("we ship worldwide", {"ships_to WORLD"}),
        ("envíos a toda España", {"ships_to ES"}),
        ("J'envoie en Belgique", {"ships_to BE"}),
        ("expédié depuis la France", {"ships_from FR"}),
        ("отправка из России", {"ships_from RU"}),
        ("Доставка по всей России", {"ships_to RU"}),
        ("Abholung in 10115 Berlin, Deutschland", {"location DE"}),
        ("based in Prince Edward Island", set()),
        ("all location, Overnight delivery", set()),
        ("Located in a barn. Turkey feathers too", set()),
        ("发货地：中国", {"ships_from CN"}),
        ("gửi từ Việt Nam", {"ships_from VN"}),
        ("located in South Africa", {"location ZA"}),
        ("Abholung in Deutschland", {"location DE"}),
        ("Orders are posted from our branches in USA,UK", {"ships_from US", "ships_from GB"}),
        ("I do not ship to Norway", set()),
        ("NO SHIPPING TO ROMANIA  ESTONIA or FINLAND", set()),
        ("no international shipping, we ship to us", set()),
        ("CONTACT US ONLY VIA WICKR", set()),
        ("MESSAGE US", set()),
        ("YOU CAN ONLY FIND", set()),
        ("from turkey feathers", set()),
        ("Chile, Peru and Jordan", set()),
        ("ship it in a box", set()),
    ],
)  # fmt: skip
def test_phrases(places: PlaceReader, text: str, wanted: set[str]) -> None:
    assert said(places, text) == wanted


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("US", ["US"]),
        ("usa", ["US"]),
        ("UK", ["GB"]),
        ("United Kingdom", ["GB"]),
        ("Pays-Bas", ["NL"]),
        ("เยอรมนี", ["DE"]),
        ("Wolrdwide", ["WORLD"]),
        ("European Union", ["EU"]),
        ("United States, Canada & EU", ["US", "CA", "EU"]),
        ("Worldwide except US", ["WORLD"]),
        ("Korea North", ["KP"]),
        ("Hibbing, Minnesota, United States", ["US"]),
        ("Torland", []),
        ("undeclared", []),
        ("NA", []),
        ("", []),
    ],
)
def test_fields(places: PlaceReader, written: str, codes: list[str]) -> None:
    found = places.read({"ships_from": written}, [])
    assert [one.value for one in found] == codes
    assert all(one.kind == "ships_from" and one.attributes["place"] == one.text for one in found)


def test_regions_for_telephone_numbers(places: PlaceReader) -> None:
    assert places.regions({"country": "DE", "language": "de"}) == ("DE",)
    assert places.regions({"ships_from": "Thailand", "language": "th"}) == ("TH",)
    assert places.regions({"ships_from": "Worldwide", "language": "en"}) == ()
    assert places.regions({"language": "vi-VN"}) == ("VN",)
