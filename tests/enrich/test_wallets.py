"""Addresses in text: all valid ones of the contract's coins, no invalid one."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from enrich.contacts.view import Taken, View
from enrich.contacts.wallets import read_wallets

COINS = {
    **dict.fromkeys(["bitcoin", "btc"], "btc"),
    **dict.fromkeys(["litecoin", "ltc"], "ltc"),
    **dict.fromkeys(["ethereum", "eth"], "eth"),
    **dict.fromkeys(["monero", "xmr"], "xmr"),
    **dict.fromkeys(["bitcoincash", "bch"], "bch"),
    **dict.fromkeys(["dogecoin", "doge"], "doge"),
    **dict.fromkeys(["solana", "sol"], "sol"),
    **dict.fromkeys(["ripple", "xrp"], "xrp"),
    "dash": "dash",
    "zcash": "zec",
    "zec": "zec",
    "trx": "trx",
}


def wallets(text: str) -> list[str]:
    view = View.of("text", text)
    found = list(read_wallets(view, Taken()))
    return [one.value for one in found]


def rows(shared_data: Path) -> list[dict[str, str]]:
    path = shared_data / "vectors/crypto_addresses_multicoin_dev.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines) if row["currency"] in COINS]


def test_every_valid_address_is_found(shared_data: Path) -> None:
    valid = [row for row in rows(shared_data) if row["valid"] == "1"]
    assert len(valid) > 50
    for row in valid:
        coin = COINS[row["currency"]]
        value = row["address"].removeprefix("bitcoincash:")
        found = wallets(f"{row['currency']}: {row['address']}\nthanks")
        assert [one.casefold() for one in found] == [f"{coin}:{value}".casefold()], row


def test_no_invalid_address_is_taken(shared_data: Path) -> None:
    invalid = [row for row in rows(shared_data) if row["valid"] == "0"]
    assert len(invalid) > 8
    for row in invalid:
        coin = COINS[row["currency"]]
        for text in (row["address"], f"{row['currency']} address {row['address']}"):
            assert not any(one.startswith(f"{coin}:") for one in wallets(text)), row


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (
            "pay to bitcoin:1BoatSLRHtKNngkdXEeobR76b53LETtpyT?amount=1",
            ["btc:1BoatSLRHtKNngkdXEeobR76b53LETtpyT"],
        ),
        ("BCH 1BoatSLRHtKNngkdXEeobR76b53LETtpyT", ["bch:1BoatSLRHtKNngkdXEeobR76b53LETtpyT"]),
        ("1BoatSLRHtKNngkdXEeobR76b53LETtpyU", []),
        ("x1BoatSLRHtKNngkdXEeobR76b53LETtpyT", []),
        (
            "https://blockchain.info/address/1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
            ["btc:1BoatSLRHtKNngkdXEeobR76b53LETtpyT"],
        ),
        (
            "0x52908400098527886E0F7030069857D2E4169EE7",
            ["eth:0x52908400098527886E0F7030069857D2E4169EE7"],
        ),
        ("0x52908400098527886E0F7030069857D2E4169Ee7", []),
        ("0x" + "0" * 40, []),
        ("sol 833XorXTTx5iya5B3Tr6iqEs9GbRuvVfwyLCP2vpdz", []),
        ("A" * 5000, []),
        (
            "addr1qx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzer3n0d3vllmyqwsx5wktcd8cc3sq835lu7drv2xwl2wywfgse35a3x",
            [
                "ada:addr1qx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzer3n0d3vllmyqwsx5wktcd8cc3sq835lu7drv2xwl2wywfgse35a3x"
            ],
        ),
    ],
)
def test_wallets_in_text(text: str, values: list[str]) -> None:
    assert wallets(text) == values


def test_an_address_in_words_of_another_coin_keeps_its_own() -> None:
    text = "LTC LTpYZG19YmfvY2bBDYtCKpunVRw7nVgRHW or BTC 12KYrjTdVGjFMtaxERSk3gphreJ5US8aUP"
    assert wallets(text) == [
        "ltc:LTpYZG19YmfvY2bBDYtCKpunVRw7nVgRHW",
        "btc:12KYrjTdVGjFMtaxERSk3gphreJ5US8aUP",
    ]
