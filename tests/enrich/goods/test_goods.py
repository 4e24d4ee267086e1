"""The reader as a whole: published adverts, spans, hostile input, real markets."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.vocabularies import load_vocabulary
from enrich.goods import Goods


def _published(folder: Path, name: str) -> tuple[dict[str, str], dict[str, Any]]:
    lines = (folder / "wildlife_ads" / "two_published_adverts.jsonl").read_text("utf-8")
    adverts = [json.loads(line) for line in lines.splitlines()]
    advert = next(one for one in adverts if one["id"] == name)
    expected = advert.pop("expected")
    return advert, expected


@pytest.mark.parametrize("name", ["fr-1", "de-1"])
def test_published_adverts_come_out_exactly(goods: Goods, shared_data: Path, name: str) -> None:
    advert, expected = _published(shared_data, name)
    found = goods.read(advert)
    values = {
        kind: {one.value for one in found if one.kind == kind}
        for kind in ("taxon", "product", "price", "claim", "code_word")
    }
    assert values["code_word"] == set()
    for kind in ("taxon", "product", "price", "claim"):
        assert values[kind] == set(expected[kind]), kind
    quantities = {(one.value, one.attributes["unit"]) for one in found if one.kind == "quantity"}
    assert quantities == {tuple(pair) for pair in expected["quantity"]}
    for price in (one for one in found if one.kind == "price"):
        for key in {"negotiable", "per"} & set(expected):
            assert price.attributes[key] == expected[key]
    assert goods.relevance(advert, found).label == expected["label"]


TEXTS = st.text(
    alphabet=st.one_of(
        st.characters(),
        st.sampled_from("ivory tusk 象牙 งาช้าง €$£0123456789.,-xé\u0301ßİﬁ🐘\u200b\ud800\n"),
    ),
    max_size=200,
)
WORDS = st.lists(
    st.sampled_from(
        [
            "ivory",
            "tusk",
            "2",
            "no",
            "real",
            "500",
            "€",
            "kg",
            "rhino",
            "horn",
            "macaw",
            "pair",
            "象牙",
            "งาช้าง",
            "défense",
            "d'éléphant",
            "ß",
            "İ",
            "🐘",
            "bébé",
            "ﬁn",
            "1920",
            "antique",
            "cites",
            "cage",
            "with",
            "shipping",
            "1.000,-",
            "EUR",
            "éléphant",
            "2jt",
            "1.8",
        ]
    ),
    max_size=30,
).map(" ".join)


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(title=st.one_of(TEXTS, WORDS), text=st.one_of(TEXTS, WORDS), price=TEXTS)
def test_spans_are_exact(goods: Goods, title: str, text: str, price: str) -> None:
    record = {"title": title, "text": text, "category": title[:20], "price": price}
    found = goods.read(record)
    for one in found:
        assert one.text == record[one.field][one.start : one.end]
        assert one.text
        assert 0 < one.confidence <= 1
        assert one.rule
    verdict = goods.relevance(record, found)
    assert 0 <= verdict.score <= 1


@pytest.mark.parametrize(
    "text",
    [
        "🐘" * 100_000,
        "(" * 50_000 + ")" * 50_000,
        "1," * 100_000,
        "d'" * 50_000,
        "\x00" * 100_000,
        "e\u0301" * 50_000,
        "ivory" + " " * 200_000 + "tusk",
        "no ivory " * 2_000,
        "5 € " * 2_000,
        "象牙" * 2_000,
        "white gold " * 2_000,
        "\ud800ivory " * 2_000,
        "a" * 1_000_000,
    ],
    ids=lambda text: ascii(text[:8]),
)
def test_pathological_texts_are_read(goods: Goods, text: str) -> None:
    record = {"text": text}
    assert all(one.text == text[one.start : one.end] for one in goods.read(record))


def test_same_record_same_reading_on_another_reader(goods: Goods) -> None:
    record = {"title": "2 elephant tusks", "text": "75 cm, 9500 €, antique 1920s"}
    other = Goods(load_vocabulary())
    assert other.version == goods.version
    assert other.read(record) == goods.read(record)


def test_reading_does_not_remember_the_record_before(goods: Goods) -> None:
    record = {"title": "rhino horn"}
    first = goods.read(record)
    goods.read({"title": "nothing"})
    assert goods.read(record) == first
    record["title"] = "nothing"
    assert goods.read(record) == []


def test_real_markets_without_wildlife_give_hardly_any_taxon(
    goods: Goods, shared_data: Path
) -> None:
    """At most 0.1 % of 20,000 darknet listings, which hold no wildlife, name a taxon."""
    with (shared_data / "darknet" / "dwdata_listings_dev.csv").open(encoding="utf-8") as stream:
        rows = [
            {"title": row["title"], "category": row["category"]} for row in csv.DictReader(stream)
        ]
    named = [row for row in rows if any(one.kind == "taxon" for one in goods.read(row))]
    assert len(named) <= len(rows) // 1000, named[:20]
