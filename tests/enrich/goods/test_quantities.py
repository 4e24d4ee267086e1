"""Each numeral belongs to what it measures."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from model.facts import Observation

Read = Callable[..., list[Observation]]

QUANTITIES = [
    (
        "Paire de défenses d'éléphant 75 cm 9,8 kg",
        "fr",
        [["2", "item"], ["75", "cm"], ["9800", "g"]],
    ),
    ("zwei Rotrückenara 3 Jahre alt", "de", [["2", "item"]]),
    (
        "2 elephant tusks, 1.2 m long, 20 lbs",
        "en",
        [["120", "cm"], ["2", "item"], ["9071.847", "g"]],
    ),
    ("10 x 5 x 3 cm ivory carving", "en", [["10", "cm"], ["3", "cm"], ["5", "cm"]]),
    ("ivory 10-12 cm", "en", [["10", "cm"], ["12", "cm"]]),
    ("African grey parrot 2 years old", "en", []),
    ("3 African grey parrots", "en", [["3", "item"]]),
    ("pair of scarlet macaws", "en", [["2", "item"]]),
    ("2 pairs of scarlet macaws", "en", [["4", "item"]]),
    ("a dozen ivory bangles", "en", [["12", "item"]]),
    ("象牙 2斤", "zh", [["1000", "g"]]),
    ("象牙手镯一对", "zh", [["2", "item"]]),
    ("两只非洲灰鹦鹉", "zh", [["2", "item"]]),
    ("งาช้าง 1 คู่ ยาว 50 ซม. หนัก 3 กก.", "th", [["2", "item"], ["3000", "g"], ["50", "cm"]]),
    ("ngà voi 3 lạng", "vi", [["300", "g"]]),
    ("2 con tê tê, 5kg", "vi", [["2", "item"], ["5000", "g"]]),
    ("1 cặp ngà voi", "vi", [["2", "item"]]),
    ("2 ekor kakatua, umur 3 bulan", "id", [["2", "item"]]),
    ("sepasang burung kakatua", "id", [["2", "item"]]),
    ("бивни слона 2 шт, 15 кг", "ru", [["15000", "g"], ["2", "item"]]),
    ("dos colmillos de elefante de 80 cm", "es", [["2", "item"], ["80", "cm"]]),
    ("2 zanne di elefante 60cm", "it", [["2", "item"], ["60", "cm"]]),
    ("dwa kły słonia 5 kg", "pl", [["2", "item"], ["5000", "g"]]),
    ("dva páry ara ararauna", "cs", [["4", "item"]]),
    ("tres guacamayos rojos", "es", [["3", "item"]]),
    ("5 dag kości słoniowej", "pl", [["50", "g"]]),
    ("rhino horn 2 oz", "en", [["56.699", "g"]]),
    ("ivory score 10/10, 100% real", "en", []),
    ("lot of 5 ivory netsuke", "en", [["5", "item"]]),
    ("Elfenbein um 1920, 250 g", "de", [["250", "g"]]),
    ("pangolin scales 1,250 g", "en", [["1250", "g"]]),
    ("Elfenbein 1,250 kg", "de", [["1250", "g"]]),
    ("jozi ya pembe za ndovu kilo 20", "sw", [["2", "item"], ["20000", "g"]]),
    ("une défense d'éléphant", "fr", []),
    ("4 bébés perroquets gris du Gabon, bagués", "fr", [["4", "item"]]),
    ('ivory tusk 24" long', "en", [["60.96", "cm"]]),
    ("هاتف سبحة عاج 3 قطع", "ar", [["3", "item"]]),
    ("हाथीदांत 2 किलो", "hi", [["2000", "g"]]),
    ("fildişi tespih 2 adet 33 tane", "tr", [["2", "item"], ["33", "item"]]),
    ("x2 ball pythons", "en", [["2", "item"]]),
    ("2x ball python", "en", [["2", "item"]]),
    ("1.2 African grey parrots", "en", []),
    ("Rhino horn carved in 19th century", "en", []),
]


@pytest.mark.parametrize(("text", "language", "expected"), QUANTITIES)
def test_quantities(read: Read, text: str, language: str, expected: list[list[str]]) -> None:
    found = read("quantity", text, language=language)
    assert sorted({(one.value, one.attributes["unit"]) for one in found}) == [
        tuple(pair) for pair in expected
    ]


def test_span_is_the_number_with_its_unit(read: Read) -> None:
    found = read("quantity", "Un poids brut de 9,8 KG.", language="fr")
    assert [(one.text, one.value) for one in found] == [("9,8 KG", "9800")]


def test_price_is_no_quantity(read: Read) -> None:
    assert read("quantity", "ivory tusk 300 pounds sterling", language="en") == []


def test_price_in_front_of_goods_is_no_count(read: Read) -> None:
    assert read("quantity", "ivory, 20 euro bracelets", language="en") == []


def test_phone_number_is_no_quantity(read: Read) -> None:
    assert read("quantity", "ivory bangles, call 0612345678", language="en") == []
