"""Made-up wallet and onion addresses with right checksums: nobody holds a key to any of them.

Sources: BIP 13, BIP 173, EIP-55, the Monero standard address and Tor's rend-spec-v3.
"""

from __future__ import annotations

import base64
import hashlib

from Crypto.Hash import keccak

from app.rehearsal.curve import point
from app.rehearsal.dice import material

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_MONERO_SIZES = {8: 11, 5: 7}
"""Bytes of a block → characters it takes in Monero's base 58."""


def bitcoin(*names: object) -> str:
    """A mainnet address: three in four pay to a witness key hash, the rest to a key hash."""
    payload = material(20, "btc", *names)
    return _segwit("bc", payload) if payload[0] % 4 else _base58check(b"\x00" + payload)


def litecoin(*names: object) -> str:
    return _base58check(b"\x30" + material(20, "ltc", *names))


def ethereum(*names: object) -> str:
    """A mixed-case address as EIP-55 writes it."""
    plain = material(20, "eth", *names).hex()
    marks = _keccak(plain.encode()).hex()
    pairs = zip(plain, marks, strict=False)
    return "0x" + "".join(sign.upper() if int(mark, 16) > 7 else sign for sign, mark in pairs)


def monero(*names: object) -> str:
    """A standard mainnet address over two points that lie on the curve."""
    payload = b"\x12" + point("spend", *names) + point("view", *names)
    return _monero_base58(payload + _keccak(payload)[:4])


def onion(*names: object) -> str:
    """A version 3 address of 56 characters and ``.onion``."""
    key = point("onion", *names)
    check = hashlib.sha3_256(b".onion checksum" + key + b"\x03").digest()[:2]
    return base64.b32encode(key + check + b"\x03").decode().lower() + ".onion"


def _keccak(data: bytes) -> bytes:
    return keccak.new(digest_bits=256, data=data).digest()


def _base58check(payload: bytes) -> str:
    check = hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    whole = payload + check
    zeros = len(whole) - len(whole.lstrip(b"\x00"))
    return "1" * zeros + _digits(int.from_bytes(whole)).lstrip("1")


def _digits(number: int) -> str:
    text = ""
    while number:
        number, rest = divmod(number, 58)
        text = _BASE58[rest] + text
    return text


def _monero_base58(data: bytes) -> str:
    blocks = (data[start : start + 8] for start in range(0, len(data), 8))
    return "".join(
        _digits(int.from_bytes(block)).rjust(_MONERO_SIZES[len(block)], "1") for block in blocks
    )


def _segwit(prefix: str, program: bytes) -> str:
    bits = "".join(f"{byte:08b}" for byte in program)
    words = [0, *(int(bits[start : start + 5], 2) for start in range(0, len(bits), 5))]
    expanded = [ord(sign) >> 5 for sign in prefix] + [0] + [ord(sign) & 31 for sign in prefix]
    check = _polymod([*expanded, *words, 0, 0, 0, 0, 0, 0]) ^ 1
    words += [(check >> 5 * (5 - place)) & 31 for place in range(6)]
    return prefix + "1" + "".join(_BECH32[word] for word in words)


def _polymod(words: list[int]) -> int:
    value = 1
    for word in words:
        top = value >> 25
        value = (value & 0x1FFFFFF) << 5 ^ word
        for place, generator in enumerate(_BECH32_GENERATOR):
            value ^= generator if (top >> place) & 1 else 0
    return value
