"""Which taxa are offered, and what only looks like it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from enrich.goods import Goods
from model.facts import Observation

Read = Callable[..., list[Observation]]

TAXA = [
    ("Kein Elfenbein, nur Harz", "de", []),
    ("no real ivory", "en", []),
    ("Looks like ivory but is resin", "en", []),
    ("Suche Graupapagei", "de", [["Psittacus erithacus", "wanted"]]),
    ("WTB rhino horn", "en", [["Rhinocerotidae", "wanted"]]),
    ("verkaufe Rotrücken-Ara", "de", [["Primolius maracana", "offered"]]),
    ("Rotrückenaras abzugeben", "de", [["Primolius maracana", "offered"]]),
    ("guacamayos azules y amarillos", "es", [["Ara ararauna", "offered"]]),
    ("พลูงาช้าง ต้นใหญ่", "th", []),
    ("Tiger Balm white ointment", "en", []),
    ("Python programming course", "en", []),
    ("ขายงาช้างแท้", "th", [["Elephantidae", "offered"]]),
    ("出售象牙手镯", "zh", [["Elephantidae", "offered"]]),
    ("非象牙 仿制", "zh", []),
    ("象牙白 连衣裙", "zh", []),
    ("Trenggiling hidup dijual", "id", [["Manidae", "offered"]]),
    ("sừng tê giác thật", "vi", [["Rhinocerotidae", "offered"]]),
    ("ngà voi giả", "vi", []),
    ("бивень мамонта", "ru", []),
    ("Bague en ivoire sculpté", "fr", [["Elephantidae", "offered"]]),
    ("crocodile leather handbag", "en", [["Crocodylia", "offered"]]),
    ("croc embossed leather bag", "en", []),
    ("python leather boots", "en", [["Pythonidae", "offered"]]),
    ("bébé tortue d'Hermann", "fr", [["Testudo hermanni", "offered"]]),
    ("SOLD African grey parrot", "en", []),
    ("prodám želvu zelenavou", "cs", [["Testudo hermanni", "offered"]]),
    ("P. regius cb24 hatchlings", "en", [["Python regius", "offered"]]),
    ("Psittacus erithacus for sale", "en", [["Psittacus erithacus", "offered"]]),
    ("Wildleder Tasche Kroko-Prägung", "de", []),
    ("kaplan kemiği satılık", "tr", [["Panthera tigris", "offered"]]),
    ("meno ya tembo yanauzwa", "sw", [["Elephantidae", "offered"]]),
    ("للبيع ببغاء كاسكو", "ar", [["Psittacus erithacus", "offered"]]),
    ("हाथीदांत बिकाऊ", "hi", [["Elephantidae", "offered"]]),
    ("象牙印鑑 売ります", "ja", [["Elephantidae", "offered"]]),
    ("zanne di elefante vendo", "it", [["Elephantidae", "offered"]]),
    ("Neushoornhoorn te koop", "nl", [["Rhinocerotidae", "offered"]]),
    ("Presa de elefante à venda", "pt", [["Elephantidae", "offered"]]),
]


@pytest.mark.parametrize(("text", "language", "expected"), TAXA)
def test_taxa(read: Read, text: str, language: str, expected: list[list[str]]) -> None:
    found = read("taxon", text, language=language)
    assert {(one.value, one.attributes["relation"]) for one in found} == {
        tuple(pair) for pair in expected
    }


FALSE_FRIENDS = [
    "white rhino autoflower seeds, 10 feminized",
    "elephant tranquilizer 10 pills",
    "blue dolphin xtc 200mg mdma",
    "TIGER VPN premium account lifetime",
    "Python script to check combo lists",
    "Jaguar XF 2.0 diesel",
    "Puma shoes size 42",
    "Ninja Turtle pills 100x",
    "Turtle Beach headset refund method",
    "Surfshark VPN account",
    "tiger prawns 1kg frozen",
    "Onitsuka Tiger sneakers",
    "tiger eye bracelet 8mm beads",
    "ivory wedding dress size 38",
    "Shark fin antenna for BMW",
    "faux ivory bangle",
    "vegetable ivory (tagua) beads",
    "horse saddle",
    "Gummibärchen 500 g",
    "ivory coast football shirt",
    "Fossil shark tooth, Miocene, 5 cm",
    "African Elephant Schleich figure toy",
    "Scarlet macaw pressed pills 220mg mdma",
    "Ball python kush 28g weed",
]


@pytest.mark.parametrize("title", FALSE_FRIENDS)
def test_false_friends_are_no_taxa(goods: Goods, title: str) -> None:
    found = goods.read({"title": title})
    assert [one.value for one in found if one.kind == "taxon"] == []


DARK_OFFERS = [
    ("Rhino horn powder 100g, worldwide", "Rhinocerotidae"),
    ("2 elephant tusks raw, 12 kg, escrow accepted", "Elephantidae"),
    ("Tiger bone wine 500ml", "Panthera tigris"),
    ("Pangolin scales 5kg wholesale", "Manidae"),
    ("Real leopard skin from Africa", "Panthera pardus"),
]


@pytest.mark.parametrize(("title", "taxon"), DARK_OFFERS)
def test_offers_on_drug_markets_are_read(goods: Goods, title: str, taxon: str) -> None:
    found = goods.read({"title": title, "category": "Drugs > Other"})
    assert {one.value for one in found if one.kind == "taxon"} == {taxon}


def test_attributes_tell_listing_name_and_language(read: Read) -> None:
    (taxon,) = read("taxon", "Verkaufe Graupapagei", language="de")
    assert taxon.attributes == {
        "rank": "species",
        "cites": "I",
        "eu": "A",
        "name": "Graupapagei",
        "language": "de",
        "relation": "offered",
    }
    assert taxon.rule == "goods/1:trade-word:de:Graupapagei"


def test_mammoth_is_no_elephant_unless_one_is_named(goods: Goods) -> None:
    mammoth = goods.read({"text": "Mammoth ivory carving, real ivory from Siberia"})
    assert [one.value for one in mammoth if one.kind == "taxon"] == []
    assert "mammoth" in {one.value for one in mammoth if one.kind == "claim"}
    both = goods.read({"text": "mammoth tusk and elephant, ivory carvings for sale"})
    assert "Elephantidae" in {one.value for one in both if one.kind == "taxon"}


def test_weak_word_counts_beside_a_part_of_the_animal(read: Read) -> None:
    assert read("taxon", "lion for sale") == []
    assert [one.value for one in read("taxon", "lion claw for sale")] == ["Panthera leo"]


def test_weak_word_counts_where_living_animals_are_sold(read: Read) -> None:
    found = read("taxon", "Hand reared parrot with cage, tame, 2 years old")
    assert [one.value for one in found] == ["Psittaciformes"]
