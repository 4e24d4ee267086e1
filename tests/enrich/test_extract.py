"""The whole extractor: the contract's two adverts, order, version, purity."""

from __future__ import annotations

import json
from pathlib import Path

from enrich.extract import Extractor, build_extractor

KINDS = {
    *("taxon", "product", "quantity", "price", "phone", "email", "messenger", "wallet"),
    *("bank_account", "payment_handle", "pgp_key", "onion", "domain", "url", "alias", "location"),
    *("ships_from", "ships_to", "claim", "code_word"),
}


def test_the_two_published_adverts(extractor: Extractor, shared_data: Path) -> None:
    lines = (shared_data / "wildlife_ads/two_published_adverts.jsonl").read_text().splitlines()
    for record in map(json.loads, lines):
        expected = record.pop("expected")
        reading = extractor.read(record)
        assert reading.relevance.label == expected["label"]
        for kind in ("taxon", "product", "price", "claim"):
            found = {one.value for one in reading.observations if one.kind == kind}
            assert found == set(expected[kind]), (record["id"], kind)
        assert not [
            one for one in reading.observations if one.kind in {"phone", "email", "messenger"}
        ]


def test_observations_are_sorted_known_and_where_they_say(extractor: Extractor) -> None:
    record = {
        "title": "Elfenbein, 2 Stück",
        "text": "Versand aus Deutschland. WhatsApp +49 1512 3456789, wickr: ivory_77. Preis 500 €",
        "ships_to": "EU",
        "seller": "ivory_77",
        "language": "de",
    }
    found = extractor.read(record).observations
    assert [(one.field, one.start) for one in found] == sorted(
        (one.field, one.start) for one in found
    )
    assert all(record[one.field][one.start : one.end] == one.text for one in found)
    assert {one.kind for one in found} <= KINDS
    wanted = {"wickr:ivory_77", "whatsapp:+4915123456789", "+4915123456789", "DE", "EU"}
    assert wanted <= {one.value for one in found}


def test_reading_twice_gives_the_same(extractor: Extractor) -> None:
    record = {"text": "2 ivory tusks, call +12817839236"}
    assert extractor.read(record) == extractor.read(dict(record))
    assert extractor.version == build_extractor().version


def test_an_empty_record_gives_nothing(extractor: Extractor) -> None:
    assert extractor.read({}).observations == ()
