"""The value parsers that source files name."""

from __future__ import annotations

import pytest

from collectors.engines import values
from config.sources import Source, Value, load_source

DREAM = load_source("dream")
GERMAN = Source(name="kiste", currency="EUR", decimal=",", timezone="Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("$50.96", "50.96", "USD"),
        ("USD 1,106.71", "1106.71", "USD"),
        ("฿0.000787", "0.000787", "BTC"),
        ("~ $30", "30", "USD"),
        ("0.00013823 BTC", "0.00013823", "BTC"),
        ("(0.009444 BTC)", "0.009444", "BTC"),
        ("USD + 8.00", "8.00", "USD"),
        ("EUR 108.00", "108.00", "EUR"),
        ("1,399.18", "1399.18", "USD"),
        ("€7.28", "7.28", "EUR"),
        ("45 zł", "45", "PLN"),
        ("12,50 EUR", "12.50", "EUR"),
        ("1,234,567", "1234567", "USD"),
    ],
)
def test_money_on_a_site_with_decimal_points(text: str, amount: str, currency: str) -> None:
    assert values.money(text, DREAM) == (amount, currency, text)


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("1.200 €", "1200", "EUR"),
        ("1.000,- EUR Festpreis", "1000", "EUR"),
        ("12,50", "12.50", "EUR"),
        ("2 500,00 EUR", "2500.00", "EUR"),
        ("1'250.50 CHF", "1250.50", "CHF"),
        ("7.500.000", "7500000", "EUR"),
    ],
)
def test_money_on_a_site_with_decimal_commas(text: str, amount: str, currency: str) -> None:
    assert values.money(text, GERMAN)[:2] == (amount, currency)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("3d", 259_200),
        ("1d 22h", 165_600),
        ("22:58", 82_680),
        ("5 min", 300),
        ("3 weeks ago", 1_814_400),
        ("2 months", 5_184_000),
        ("1 year", 31_536_000),
    ],
)
def test_ages(text: str, seconds: int) -> None:
    assert values.age(text, DREAM) == seconds


@pytest.mark.parametrize("text", ["", "soon", "3 parsecs", "yesterday"])
def test_what_is_no_age(text: str) -> None:
    with pytest.raises(ValueError, match="no "):
        values.age(text, DREAM)


def test_dates_and_moments() -> None:
    day = Value.model_validate({"as": "date", "format": "%d/%m/%Y"})
    assert values.date("28/06/2018", day, DREAM) == "2018-06-28"
    moment = Value.model_validate({"as": "date", "format": "%b %d, %Y %H:%M"})
    assert values.date("Sep 27, 2019 20:49", moment, DREAM) == "2019-09-27T20:49:00Z"
    assert values.date("Sep 27, 2019 20:49", moment, GERMAN) == "2019-09-27T18:49:00Z"
    with pytest.raises(ValueError, match="does not match"):
        values.date("27 September", day, DREAM)


@pytest.mark.parametrize(("text", "truth"), [("Yes", True), ("nein", False), (" ON ", True)])
def test_truth(text: str, truth: bool) -> None:
    assert values.truth(text, DREAM) is truth


def test_what_is_no_number() -> None:
    for parse in (values.number, values.integer, values.money):
        with pytest.raises(ValueError, match="no "):
            parse("none left", DREAM)
    with pytest.raises(ValueError, match="no whole number"):
        values.integer("4.5", DREAM)
    with pytest.raises(ValueError, match="neither yes nor no"):
        values.truth("maybe", DREAM)


def test_lists() -> None:
    assert values.listed("United States, Worldwide", Value()) == ["United States", "Worldwide"]
    slash = Value.model_validate({"separator": r"\s*/\s*"})
    assert values.listed("0.1 BTC / 2 LTC", slash) == ["0.1 BTC", "2 LTC"]
