"""The role an identifier stands in: what is a seller's own, and what never is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from model.facts import Observation

Read = Callable[..., list[Observation]]
BTC = "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"
ONION = "duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion"


def role(read: Read, text: str, kind: str) -> str:
    (one,) = [one for one in read(text) if one.kind == kind]
    return str(one.attributes["context"])


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("For more info contact me: ivory@example.com", "email", "contact"),
        ("Bei Interesse melden: ivory@example.com", "email", "contact"),
        ("ivory@example.com", "email", "unknown"),
        ("wickr: ivoryman", "messenger", "contact"),
        ("text or call +12817839236", "phone", "contact"),
        (f"send bitcoins to {BTC}", "wallet", "payment"),
        (f"BTC: {BTC}", "wallet", "payment"),
        (f"{BTC}", "wallet", "unknown"),
        (f"Escrow address: {BTC}", "wallet", "escrow"),
        (f"Send payment to the escrow {BTC}", "wallet", "escrow"),
        (f"your deposit address {BTC}", "wallet", "escrow"),
        (f"multisig 2-of-3 address {BTC}", "wallet", "escrow"),
        (f"{BTC} is the escrow address", "wallet", "escrow"),
        ("IBAN DE89 3704 0044 0532 0130 00", "bank_account", "payment"),
        (f"Official market mirrors: {ONION}", "onion", "boilerplate"),
        (f"visit our shop {ONION}", "onion", "contact"),
        (f"http://{ONION}/vendor/ivoryman is my store", "onion", "boilerplate"),
        (f"our shop http://{ONION}/vendor/ivoryman", "onion", "boilerplate"),
        ("visit our website www.ivory-shop.net", "domain", "contact"),
        ("More information www.grc.com", "domain", "unknown"),
        ("Beware of fake telegram: @ivoryman1", "messenger", "boilerplate"),
        ("telegram: @ivoryman1 is a scammer", "messenger", "boilerplate"),
        ("wickr: ivoryman1 is not me", "messenger", "boilerplate"),
        ("Market support: help@example.com", "email", "boilerplate"),
        ("TO MANY SCAMS, WE ACCEPT ESCROW\nWICKR ID....wolfhon123", "messenger", "contact"),
        ("WE DO FULL ESCROW, PLACE YOUR ORDER\nWhatsapp.....+1 (213)-318-0488", "phone", "contact"),
        ("Contact e-mail for customer support: jet@example.com", "email", "contact"),
        ("paypal.me/ivoryman", "payment_handle", "payment"),
    ],
)  # fmt: skip
def test_roles(read: Read, text: str, kind: str, expected: str) -> None:
    assert role(read, text, kind) == expected
