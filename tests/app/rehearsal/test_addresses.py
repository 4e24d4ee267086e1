"""Made-up addresses and keys pass the checks of independent software."""

from __future__ import annotations

import base64
import hashlib

import bip_utils
import pysequoia
import pytest

from app.rehearsal import World
from app.rehearsal.addresses import bitcoin, ethereum, litecoin, monero, onion
from app.rehearsal.keys import make_key


@pytest.mark.parametrize("number", range(12))
def test_wallets_have_valid_checksums(number: int) -> None:
    btc = bitcoin(number)
    if btc.startswith("bc1"):
        assert len(bip_utils.P2WPKHAddrDecoder.DecodeAddr(btc, hrp="bc")) == 20
    else:
        assert len(bip_utils.P2PKHAddrDecoder.DecodeAddr(btc, net_ver=b"\x00")) == 20
    assert bip_utils.P2PKHAddrDecoder.DecodeAddr(litecoin(number), net_ver=b"\x30")
    assert bip_utils.EthAddrDecoder.DecodeAddr(ethereum(number))
    assert bip_utils.XmrAddrDecoder.DecodeAddr(monero(number), net_ver=b"\x12")


def test_both_kinds_of_bitcoin_addresses_are_made() -> None:
    assert {bitcoin(number)[:1] for number in range(40)} == {"b", "1"}


def test_ethereum_addresses_are_in_mixed_case() -> None:
    address = ethereum("case")
    assert address[2:] != address[2:].lower()


def test_a_damaged_wallet_fails_the_check() -> None:
    address = bitcoin("seed", 3)
    damaged = address[:-1] + ("q" if address[-1] != "q" else "p")
    with pytest.raises(ValueError):
        bip_utils.P2WPKHAddrDecoder.DecodeAddr(damaged, hrp="bc")


@pytest.mark.parametrize("number", range(4))
def test_onions_are_version_3_with_their_checksum(number: int) -> None:
    name = onion(number).removesuffix(".onion")
    raw = base64.b32decode(name.upper())
    key, check, version = raw[:32], raw[32:34], raw[34:]
    assert version == b"\x03"
    assert check == hashlib.sha3_256(b".onion checksum" + key + version).digest()[:2]


@pytest.mark.parametrize("name", ["Veldpost", "老王 古玩", "x" * 180])
def test_keys_parse_with_their_fingerprint_and_a_valid_self_signature(name: str) -> None:
    key = make_key(f"{name} <a@keys.example.org>", 1_700_000_000, name)
    certificate = pysequoia.Cert.from_bytes(key.armoured.encode())
    assert certificate.fingerprint.upper() == key.fingerprint
    assert [str(user) for user in certificate.user_ids] == [key.user_id]


def test_a_key_whose_signature_is_broken_is_refused() -> None:
    key = make_key("Veldpost <a@keys.example.org>", 1_700_000_000, 1)
    packets = bytearray(pysequoia.Cert.from_bytes(key.armoured.encode()).__bytes__())
    packets[-5] ^= 1
    with pytest.raises(RuntimeError):
        _ = pysequoia.Cert.from_bytes(bytes(packets)).user_ids[0]


def test_every_key_of_a_world_parses(world: World) -> None:
    keys = [person.key for person in world.people if person.key]
    keys += [market.key for market in world.markets.values()]
    for key in keys:
        certificate = pysequoia.Cert.from_bytes(key.armoured.encode())
        assert certificate.fingerprint.upper() == key.fingerprint
    assert len({key.fingerprint for key in keys}) == len(keys)
