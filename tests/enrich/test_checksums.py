"""Check digits against published vectors and against an independent library."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bip_utils import (
    Base58Decoder,
    Base58Encoder,
    Base58XmrEncoder,
    BchBech32Encoder,
    EthAddrEncoder,
    SegwitBech32Encoder,
    SolAddrEncoder,
    XmrAddrEncoder,
)
from bip_utils.ecc import (
    Ed25519MoneroPrivateKey,
    Ed25519PrivateKey,
    Secp256k1PrivateKey,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from enrich.contacts import checksums

KEYS = st.binary(min_size=32, max_size=32)


def test_base58_of_bitcoinlib(shared_data: Path) -> None:
    vectors = json.loads((shared_data / "vectors/bitcoinlib_base58_encode_decode.json").read_text())
    for hexadecimal, text in vectors:
        assert checksums.decode_base58(text) == bytes.fromhex(hexadecimal)


def test_addresses_of_signed_messages_are_valid(shared_data: Path) -> None:
    vectors = json.loads((shared_data / "vectors/bitcoinlib_signmessage.json").read_text())
    assert len(vectors) > 50
    for vector in vectors:
        assert checksums.base58check(vector["address"]) is not None


@given(st.binary(max_size=80))
def test_base58_agrees_with_an_independent_library(data: bytes) -> None:
    assert checksums.decode_base58(Base58Encoder.Encode(data)) == data
    text = Base58Encoder.CheckEncode(data)
    assert (checksums.base58check(text) or b"") == (data if len(data) else b"")
    assert Base58Decoder.CheckDecode(text) == data


@given(st.binary(min_size=21, max_size=21), st.integers(0, 20), st.integers(1, 57))
def test_one_wrong_character_is_noticed(data: bytes, at: int, shift: int) -> None:
    text = Base58Encoder.CheckEncode(data)
    wrong = checksums.BASE58[(checksums.BASE58.index(text[at]) + shift) % 58]
    assert checksums.base58check(text[:at] + wrong + text[at + 1 :]) is None


@given(st.integers(0, 16), st.sampled_from([20, 32]), st.randoms(use_true_random=False))
def test_segwit_agrees(version: int, size: int, random: object) -> None:
    program = random.randbytes(size)  # type: ignore[attr-defined]
    address = SegwitBech32Encoder.Encode("bc", version, program)
    assert checksums.segwit(address, ("bc",)) == "bc"
    assert checksums.segwit(address.upper(), ("bc",)) == "bc"
    assert checksums.segwit(address, ("tb",)) is None
    broken = address[:-1] + ("q" if address[-1] != "q" else "p")
    assert checksums.segwit(broken, ("bc",)) is None


@pytest.mark.parametrize(
    ("address", "valid"),
    [
        ("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", True),
        ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", True),
        ("tb1qqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesrxh6hy", True),
        ("bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4", False),
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh", False),
        ("BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P", False),
        ("bc1zw508d6qejxtdg4y5r3zarvaryvqyzf3du", False),
        ("tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3pjxtptv", False),
        ("bc1gmk9yu", False),
    ],
)
def test_segwit_vectors_of_bip_350(address: str, valid: bool) -> None:
    assert (checksums.segwit(address, ("bc", "tb")) is not None) is valid


@given(st.binary(min_size=20, max_size=20), st.sampled_from([b"\x00", b"\x08"]))
def test_cashaddr_agrees(payload: bytes, version: bytes) -> None:
    address = BchBech32Encoder.Encode("bitcoincash", version, payload).partition(":")[2]
    assert checksums.cashaddr(address, "bitcoincash")
    assert not checksums.cashaddr(address, "bchtest")
    assert not checksums.cashaddr(
        address[:-1] + ("q" if address[-1] != "q" else "p"), "bitcoincash"
    )


@settings(max_examples=25)
@given(KEYS)
def test_eip55_agrees(key: bytes) -> None:
    if not Secp256k1PrivateKey.IsValidBytes(key):
        return
    address = EthAddrEncoder.EncodeKey(Secp256k1PrivateKey.FromBytes(key).PublicKey())
    assert checksums.eip55(address)
    assert checksums.eip55(address.lower())
    assert not checksums.eip55("0x" + address[2:].swapcase())


@settings(max_examples=15, deadline=None)
@given(KEYS, KEYS)
def test_monero_agrees(spend: bytes, view: bytes) -> None:
    keys = [b"\x01" + key[1:31] + b"\x00" for key in (spend, view)]
    if any(not Ed25519MoneroPrivateKey.IsValidBytes(key) for key in keys):
        return
    public = [Ed25519MoneroPrivateKey.FromBytes(key).PublicKey() for key in keys]
    address = XmrAddrEncoder.EncodeKey(public[0], pub_vkey=public[1], net_ver=b"\x12")
    body = checksums.monero(address)
    assert body is not None
    assert body[0] == 18
    assert checksums.monero(address[:-1] + ("1" if address[-1] != "1" else "2")) is None


@given(st.binary(min_size=1, max_size=80))
def test_monero_blocks_agree(data: bytes) -> None:
    assert checksums._monero_base58(Base58XmrEncoder.Encode(data)) == data


@settings(max_examples=25)
@given(KEYS)
def test_solana_keys_are_curve_points(key: bytes) -> None:
    address = SolAddrEncoder.EncodeKey(Ed25519PrivateKey.FromBytes(key).PublicKey())
    raw = checksums.decode_base58(address)
    assert raw is not None
    assert checksums.on_ed25519(raw)


def test_about_half_of_all_numbers_are_no_curve_points() -> None:
    points = sum(checksums.on_ed25519(checksums.keccak256(bytes([n]))) for n in range(200))
    assert 60 < points < 140


def test_keccak_is_not_sha3() -> None:
    empty = "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    assert checksums.keccak256(b"").hex() == empty


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("GB82WEST12345698765432", True),
        ("DE89370400440532013000", True),
        ("MT84MALT011000012345MTLCAST001S", True),
        ("DE89370400440532013001", False),
        ("GB82WEST12345698765423", False),
    ],
)
def test_iban(number: str, valid: bool) -> None:
    assert checksums.iban(number) is valid


def test_tox_checksum() -> None:
    raw = bytes(range(36))
    even, odd = 0, 0
    for index in range(0, 36, 2):
        even, odd = even ^ raw[index], odd ^ raw[index + 1]
    good = (raw + bytes((even, odd))).hex()
    assert checksums.tox(good)
    assert not checksums.tox(good[:-1] + ("0" if good[-1] != "0" else "1"))


def test_crc24_of_openpgp() -> None:
    assert checksums.crc24(b"") == 0xB704CE
    assert checksums.crc24(b"123456789") == 0x21CF02
