"""Claims, products, code words and the label, each where it is said and nowhere else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from enrich.goods import Goods
from model.facts import Observation

Read = Callable[..., list[Observation]]


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("ivory figure, antique", {"antique"}),
        ("elephant tusk from 1932", {"antique"}),
        ("figurine en ivoire, années 30", {"antique"}),
        ("Elfenbeinfigur, 50er Jahre", {"pre_convention"}),
        ("elephant tusk bought 1968", {"pre_convention"}),
        ("ivory carving, pre-CITES", {"pre_convention"}),
        ("elephant tusk from 1985", set()),
        ("Graupapagei mit Papieren", {"certificate"}),
        ("Graupapagei ohne Papiere", {"no_papers"}),
        ("African grey parrot, no papers", {"no_papers"}),
        ("African grey parrot without any certificate", {"no_papers"}),
        ("Graupapagei, eigene Nachzucht", {"captive_bred"}),
        ("African grey parrot, hand reared", set()),
        ("mammoth ivory pendant", {"mammoth"}),
        ("faux ivory bangle", {"imitation"}),
        ("งาช้าง พ.ศ. 2470", {"antique"}),
        ("1920 counterfeit notes with certificate", set()),
        ("MDMA 1932 pills antique cites certificate", set()),
    ],
)
def test_claims(read: Read, text: str, claims: set[str]) -> None:
    assert {one.value for one in read("claim", text)} == claims


@pytest.mark.parametrize(
    ("text", "products"),
    [
        ("elephant tusk", {"TUS"}),
        ("carved ivory Buddha", {"IVC"}),
        ("ivory bracelet", {"IVC"}),
        ("python leather handbag", {"HAN"}),
        ("crocodile leather, 2 skins", {"LEA", "SKI"}),
        ("rhino horn", {"HOR"}),
        ("tiger teeth and tiger skin", {"TEE", "SKI"}),
        ("pangolin scales 2 kg", {"SCA"}),
        ("African grey parrot with cage", {"LIV"}),
        ("cocaine powder, fish scale", set()),
        ("leather belt", set()),
    ],
)
def test_products(read: Read, text: str, products: set[str]) -> None:
    assert {one.value for one in read("product", text)} == products


def test_product_tells_its_state(read: Read) -> None:
    assert read("product", "raw elephant tusk")[0].attributes == {"state": "raw"}


def test_code_word_needs_its_context(read: Read) -> None:
    (code,) = read("code_word", "white gold, carving from a tusk")
    assert (code.value, code.text) == ("ivory", "white gold")
    assert code.attributes == {"term": "white gold", "language": "en", "origin": "wildscan"}
    assert read("code_word", "18k white gold ring") == []


@pytest.mark.parametrize(
    ("record", "label"),
    [
        ({"title": "Elephant tusk for sale", "price": "$500"}, "offer"),
        ({"title": "WTB rhino horn"}, "wanted"),
        ({"title": "Suche Graupapagei"}, "wanted"),
        ({"text": "Customs seized 20 kg of elephant tusks, two smugglers arrested"}, "mention"),
        ({"title": "White Rhino 5g weed", "category": "Drugs"}, "drug_use"),
        ({"title": "Faux ivory bangle", "price": "5 USD"}, "imitation"),
        ({"title": "Netflix account lifetime"}, "irrelevant"),
        ({"title": "Mammoth ivory tusk", "price": "900 €"}, "offer"),
        ({}, "irrelevant"),
    ],
)
def test_label_with_reasons(goods: Goods, record: dict[str, str], label: str) -> None:
    verdict = goods.relevance(record, goods.read(record))
    assert verdict.label == label
    assert verdict.reasons


def test_mammoth_scores_low_and_an_offer_high(goods: Goods) -> None:
    def score(record: dict[str, str]) -> float:
        return goods.relevance(record, goods.read(record)).score

    assert score({"title": "Mammoth ivory tusk", "price": "900 €"}) < 0.2
    assert score({"title": "Elephant tusk for sale", "price": "900 €"}) > 0.9
