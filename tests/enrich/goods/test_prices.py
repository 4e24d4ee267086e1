"""Prices as people in many countries write them."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from enrich.goods import Goods
from enrich.goods.prices import written
from model.facts import Observation

Read = Callable[..., list[Observation]]

PRICES = [
    ("1.000,- EUR Festpreis", "de", "DE", ["1000.00 EUR"]),
    ("9 500 €", "fr", "FR", ["9500.00 EUR"]),
    ("Asking $1,200.50 obo", "en", "US", ["1200.50 USD"]),
    ("price 0.035 BTC", "en", "", ["0.035 BTC"]),
    ("jual kakatua 2jt nego", "id", "ID", ["2000000.00 IDR"]),
    ("harga 500rb/ekor", "id", "ID", ["500000.00 IDR"]),
    ("jantan 2jt betina 1.8", "id", "ID", ["2000000.00 IDR", "1800000.00 IDR"]),
    ("cock 2jt hen 1.8", "id", "ID", ["2000000.00 IDR", "1800000.00 IDR"]),
    ("giá 1.5 triệu", "vi", "VN", ["1500000.00 VND"]),
    ("giá 2tr5 còn thương lượng", "vi", "VN", ["2500000.00 VND"]),
    ("bán 500k", "vi", "VN", ["500000.00 VND"]),
    ("售价3万元", "zh", "CN", ["30000.00 CNY"]),
    ("1万5一只", "zh", "CN", ["15000.00 CNY"]),
    ("三千五百元", "zh", "CN", ["3500.00 CNY"]),
    ("ราคา 3,500 บาท", "th", "TH", ["3500.00 THB"]),
    ("฿25,000", "th", "TH", ["25000.00 THB"]),
    ("คู่ละ 2 หมื่น", "th", "TH", ["20000.00 THB"]),
    ("Rs 2 lakh negotiable", "en", "IN", ["200000.00 INR"]),
    ("₹1,20,000", "hi", "IN", ["120000.00 INR"]),
    ("कीमत 50 हजार रुपये", "hi", "IN", ["50000.00 INR"]),
    ("prix 200 à 300 €", "fr", "FR", ["200.00 EUR"]),
    ("$1k-$5k", "en", "", ["1000.00 USD"]),
    ("10-20 USD", "en", "", ["10.00 USD"]),
    ("up to 500 €", "en", "", ["500.00 EUR"]),
    ("VB 1200", "de", "DE", ["1200.00 EUR"]),
    ("1200 VHB", "de", "DE", ["1200.00 EUR"]),
    ("50.000 Ft", "hu", "HU", ["50000.00 HUF"]),
    ("2 500 zł", "pl", "PL", ["2500.00 PLN"]),
    ("cena 12 000 Kč", "cs", "CZ", ["12000.00 CZK"]),
    ("цена 150 тыс. руб.", "ru", "RU", ["150000.00 RUB"]),
    ("25 000 рублей", "ru", "RU", ["25000.00 RUB"]),
    ("15.000 TL", "tr", "TR", ["15000.00 TRY"]),
    ("bei TSh 500,000", "sw", "TZ", ["500000.00 TZS"]),
    ("bei laki 3", "sw", "TZ", ["300000.00 TZS"]),
    ("elfu 50", "sw", "TZ", ["50000.00 TZS"]),
    ("السعر ٣٥٠٠ ريال", "ar", "SA", ["3500.00 SAR"]),
    ("150.000円", "ja", "JP", ["150000.00 JPY"]),
    ("15万円 即決", "ja", "JP", ["150000.00 JPY"]),
    ("R$ 1.500,00", "pt", "BR", ["1500.00 BRL"]),
    ("1 500 euros + 20 € frais de port", "fr", "FR", ["1500.00 EUR"]),
    ("€ 450,- excl. verzendkosten € 25", "nl", "NL", ["450.00 EUR"]),
    ("Preis 300 € statt 450 €", "de", "DE", ["300.00 EUR"]),
    ("was $500 now $350", "en", "US", ["350.00 USD"]),
    ("Macaw $1200, cage $150 extra", "en", "US", ["1200.00 USD"]),
    ("Mit Käfig 1200 €", "de", "DE", ["1200.00 EUR"]),
    ("Deposit $200, price $2000", "en", "US", ["2000.00 USD"]),
    ("seized ivory worth $2 million", "en", "US", []),
    ("fined £5,000", "en", "GB", []),
    ("RM2500", "ms", "MY", ["2500.00 MYR"]),
    ("RM 1.2k", "ms", "MY", ["1200.00 MYR"]),
    ("800 usd per kg", "en", "", ["800.00 USD"]),
    ("$100/piece", "en", "", ["100.00 USD"]),
    ("500 €/Stück", "de", "DE", ["500.00 EUR"]),
    ("2000元/斤", "zh", "CN", ["2000.00 CNY"]),
    ("5000 грн", "uk", "UA", ["5000.00 UAH"]),
    ("dos mil euros", "es", "ES", ["2000.00 EUR"]),
    ("hai triệu", "vi", "VN", ["2000000.00 VND"]),
    ("cinquanta euro", "it", "IT", ["50.00 EUR"]),
    ("1.234,56 €", "de", "DE", ["1234.56 EUR"]),
    ("$ 15,000 pesos", "es", "MX", ["15000.00 MXN"]),
    ("KSh 50,000", "sw", "KE", ["50000.00 KES"]),
    ("4500 kr", "sv", "SE", ["4500.00 SEK"]),
    ("1,5 jt", "id", "ID", ["1500000.00 IDR"]),
    ("Rp 1.500.000", "id", "ID", ["1500000.00 IDR"]),
    ("1 BTC", "en", "", ["1 BTC"]),
    ("0.5 XMR or 0.003 btc", "en", "", ["0.5 XMR", "0.003 BTC"]),
    ("250 000 FCFA", "fr", "CM", ["250000.00 XAF"]),
    ("A$300", "en", "AU", ["300.00 AUD"]),
    ("$300", "en", "AU", ["300.00 AUD"]),
    ("1 500 000 đ", "vi", "VN", ["1500000.00 VND"]),
    ("3 triệu rưỡi", "vi", "VN", ["3500000.00 VND"]),
    ("9500€", "fr", "FR", ["9500.00 EUR"]),
    ("€9.500", "nl", "NL", ["9500.00 EUR"]),
    ("CHF 1'250.-", "de", "CH", ["1250.00 CHF"]),
    ("$2.5m", "en", "US", ["2500000.00 USD"]),
    ("GBP 45", "en", "GB", ["45.00 GBP"]),
    ("75 cm 9,8 kg année 1920", "fr", "FR", []),
    ("call 0612345678", "en", "", []),
    ("5 animals for 300 euro each", "en", "", ["300.00 EUR"]),
    ("Postage £5", "en", "GB", []),
    ("£120 posted", "en", "GB", ["120.00 GBP"]),
    ("£120 plus postage", "en", "GB", ["120.00 GBP"]),
    ("送料1000円 価格5000円", "ja", "JP", ["5000.00 JPY"]),
    ("运费20元", "zh", "CN", []),
    ("ค่าส่ง 100 บาท", "th", "TH", []),
    ("ongkir 50rb", "id", "ID", []),
    ("denda Rp 100 juta", "id", "ID", []),
    ("mỗi con 3tr", "vi", "VN", ["3000000.00 VND"]),
]


@pytest.mark.parametrize(("text", "language", "country", "expected"), PRICES)
def test_price_in_running_text(
    read: Read, text: str, language: str, country: str, expected: list[str]
) -> None:
    found = read("price", text, language=language, country=country)
    assert [price.value for price in found] == expected


def test_range_has_both_ends_and_counts_at_the_lower(read: Read) -> None:
    (price,) = read("price", "prix de 200 à 300 € pièce", language="fr")
    assert price.text == "200 à 300 €"
    assert price.attributes == {
        "amount": 200.0,
        "currency": "EUR",
        "per": "item",
        "low": 200.0,
        "high": 300.0,
    }


@pytest.mark.parametrize(
    ("text", "per"),
    [
        ("800 usd per kg", "kg"),
        ("$100/piece", "item"),
        ("500 €/Stück", "item"),
        ("2000元/斤", "jin"),
        ("5 animals for 300 euro each", "item"),
        ("คู่ละ 20,000 บาท", "pair"),
        ("€ 900 das Paar", "pair"),
        ("1.000,- EUR Festpreis", "lot"),
    ],
)
def test_what_the_price_is_for(read: Read, text: str, per: str) -> None:
    (price,) = read("price", text)
    assert price.attributes["per"] == per


@pytest.mark.parametrize(
    ("text", "negotiable"),
    [
        ("1200 € VB", True),
        ("$500 obo", True),
        ("2jt nego", True),
        ("1.000,- EUR Festpreis", False),
        ("$500 firm", False),
        ("harga pas 2jt", False),
    ],
)
def test_negotiable_or_not(read: Read, text: str, negotiable: bool) -> None:
    assert read("price", text)[0].attributes["negotiable"] is negotiable


def test_nothing_about_negotiation_says_nothing(read: Read) -> None:
    assert "negotiable" not in read("price", "500 €")[0].attributes


def test_bare_number_in_the_price_field_takes_the_currency_field(goods: Goods) -> None:
    (price,) = goods.read({"price": "6.673e-05", "currency": "BTC"})
    assert (price.value, price.text, price.field) == ("0.00006673 BTC", "6.673e-05", "price")


def test_bare_number_without_any_currency_is_no_price(goods: Goods) -> None:
    assert goods.read({"price": "100"}) == []


def test_currency_field_decides_what_a_shared_sign_means(read: Read) -> None:
    assert read("price", "$300", currency="CAD")[0].value == "300.00 CAD"


def test_amounts_are_written_without_exponent() -> None:
    assert written(Decimal("1E-7"), True) == "0.0000001"
    assert written(Decimal("1.500"), True) == "1.5"
    assert written(Decimal("1E+6"), False) == "1000000.00"


def test_every_price_of_the_real_markets_is_read(goods: Goods, shared_data: Path) -> None:
    """An independent parse of the formats that leave no doubt, over 20,000 listings."""
    pattern = re.compile(r"(?:([A-Z]{3}) |(\$))?([\d,]+(?:\.\d+)?)(?: ([A-Z]{3}))?")
    checked = 0
    with (shared_data / "darknet" / "dwdata_listings_dev.csv").open(encoding="utf-8") as stream:
        raw = {row["price_raw"] for row in csv.DictReader(stream)}
    for price in sorted(raw):
        found = pattern.fullmatch(price)
        if not found or not (found[1] or found[2] or found[4]):
            continue
        amount = Decimal(found[3].replace(",", ""))
        if amount:
            code = found[1] or found[4] or "USD"
            assert [one.value for one in goods.read({"price": price})] == [f"{amount:.2f} {code}"]
            checked += 1
    assert checked > 1000


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("agora_2014_01_vendor_listings_dev.csv", "price_btc"),
        ("grams_alphabay_2015_dev.csv", "price"),
    ],
)
def test_every_bitcoin_price_of_the_real_markets_is_read(
    goods: Goods, shared_data: Path, name: str, column: str
) -> None:
    with (shared_data / "darknet" / name).open(encoding="utf-8") as stream:
        prices = {row[column] for row in csv.DictReader(stream)}
    for price in sorted(prices):
        if float(price) > 0:
            (found,) = goods.read({"price": price, "currency": "BTC"})
            assert found.attributes["amount"] == float(price)
            assert found.attributes["currency"] == "BTC"
