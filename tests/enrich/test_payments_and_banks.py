"""Accounts at banks and payment services."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Values = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("paypal.me/ivoryman", {"payment_handle paypal:ivoryman"}),
        (
            "PayPal: ivory@example.com",
            {"payment_handle paypal:ivory@example.com", "email ivory@example.com"},
        ),
        ("cashapp $ivoryman", {"payment_handle cashapp:$ivoryman"}),
        ("https://cash.app/$ivoryman", {"payment_handle cashapp:$ivoryman"}),
        ("Venmo: @ivory-man7", {"payment_handle venmo:ivory-man7"}),
        (
            "M-Pesa +254 712 345678",
            {"payment_handle mpesa:+254712345678", "phone +254712345678"},
        ),
        (
            "Western Union, receiver name: John Okoro Smith",
            {"payment_handle westernunion:John Okoro Smith"},
        ),
        ("perfect money: U1234567", {"payment_handle perfectmoney:U1234567"}),
        ("we accept paypal, western union and bitcoin", set()),
        ("venmo: available", set()),
        ("paypal accepted. Write to me: ivory@example.com", {"email ivory@example.com"}),
    ],
)  # fmt: skip
def test_payment_handles(values: Values, text: str, wanted: set[str]) -> None:
    assert set(values(text)) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("IBAN DE89 3704 0044 0532 0130 00 BIC COBADEFF", ["DE89370400440532013000"]),
        ("iban: gb82west12345698765432", ["GB82WEST12345698765432"]),
        ("GB82-WEST-1234-5698-7654-32.", ["GB82WEST12345698765432"]),
        ("DE89 3704 0044 0532 0130 01", []),
        ("DE89 3704 0044 0532 0130 0", []),
        ("XX89 3704 0044 0532 0130 00", []),
        ("ADE89370400440532013000", []),
        ("DE89370400440532013000A", []),
    ],
)
def test_bank_accounts(values: Values, text: str, wanted: list[str]) -> None:
    found = [one.partition(" ")[2] for one in values(text) if one.startswith("bank_account")]
    assert found == wanted
