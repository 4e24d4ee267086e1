"""Numbers as people write them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrich.goods.numerals import numerals, plain_text, read_chinese, read_digits


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1.000", "1000"),
        ("1,200.50", "1200.50"),
        ("1.200,50", "1200.50"),
        ("9 500", "9500"),
        ("12 000,50", "12000.50"),
        ("0.035", "0.035"),
        ("0,125", "0.125"),
        ("2,00,000", "200000"),
        ("1,20,000.50", "120000.50"),
        ("1'500", "1500"),
        ("1.234.567,89", "1234567.89"),
        ("6.673e-05", "0.00006673"),
        ("7,5", "7.5"),
    ],
)
def test_read_digits(written: str, value: str) -> None:
    read = read_digits(written)
    assert read is not None
    assert read[0] == Decimal(value)


@pytest.mark.parametrize("written", ["1.2.3", "12.05.2019", "1,2,3", "9" * 16])
def test_dates_versions_and_endless_digits_are_no_numbers(written: str) -> None:
    assert read_digits(written) is None


@pytest.mark.parametrize(
    ("written", "value"),
    [("五", 5), ("十二", 12), ("三千五", 3500), ("三百零五", 305), ("一百五", 150), ("两千", 2000)],
)
def test_read_chinese(written: str, value: int) -> None:
    assert read_chinese(written) == value


def test_one_five_is_no_chinese_number() -> None:
    assert read_chinese("一五") is None


def test_digits_of_any_script() -> None:
    found = [numeral.value for numeral in numerals(plain_text("٣٥٠٠ १२ ๙ １０"))]
    assert found == [Decimal(3500), Decimal(12), Decimal(9), Decimal(10)]


@given(st.integers(0, 10**12))
def test_grouping_of_any_country_gives_the_same_number(number: int) -> None:
    for mark in ",.' ":
        written = f"{number:,}".replace(",", mark)
        assert [numeral.value for numeral in numerals(written)] == [number]


@given(st.text(alphabet="0123456789.,' '٬٫e-", max_size=40))
def test_any_mixture_of_digits_and_marks_is_read_or_left(text: str) -> None:
    for numeral in numerals(text):
        assert text[numeral.start : numeral.end] == numeral.written
        assert numeral.value >= 0
