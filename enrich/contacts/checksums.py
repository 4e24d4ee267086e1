"""Check digits of addresses and account numbers: small, exact, without tables or state."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from functools import cache

from Crypto.Hash import keccak

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
RIPPLE58 = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_CONSTANT, _BECH32M_CONSTANT = 1, 0x2BC830A3
_VALUES = {alphabet: {c: i for i, c in enumerate(alphabet)} for alphabet in (BASE58, RIPPLE58)}
_BECH32_VALUES = {character: index for index, character in enumerate(BECH32)}


def decode_base58(text: str, alphabet: str = BASE58) -> bytes | None:
    """The bytes of a Base58 number with its leading zeros; None for a foreign character."""
    values = _VALUES[alphabet]
    number = 0
    for character in text:
        value = values.get(character)
        if value is None:
            return None
        number = number * 58 + value
    zeros = len(text) - len(text.lstrip(alphabet[0]))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def base58check(text: str, alphabet: str = BASE58) -> bytes | None:
    """Version and payload of a Base58Check string, None unless its checksum holds."""
    raw = decode_base58(text, alphabet)
    if raw is None or len(raw) < 5:
        return None
    body, check = raw[:-4], raw[-4:]
    return body if hashlib.sha256(hashlib.sha256(body).digest()).digest()[:4] == check else None


def keccak256(data: bytes) -> bytes:
    """Keccak-256 as Ethereum and Monero use it (not SHA3-256)."""
    return keccak.new(digest_bits=256, data=data).digest()


def monero(text: str) -> bytes | None:
    """Network byte, keys and payment id of a Monero address, None unless its checksum holds."""
    raw = _monero_base58(text)
    if raw is None or len(raw) < 5:
        return None
    return raw[:-4] if keccak256(raw[:-4])[:4] == raw[-4:] else None


def _monero_base58(text: str) -> bytes | None:
    """Monero's Base58: blocks of 11 characters hold 8 bytes, the last one fewer."""
    sizes = {2: 1, 3: 2, 5: 3, 6: 4, 7: 5, 9: 6, 10: 7, 11: 8}
    out = bytearray()
    for start in range(0, len(text), 11):
        block = text[start : start + 11]
        size = sizes.get(len(block))
        value = decode_base58(block)
        if size is None or value is None:
            return None
        number = int.from_bytes(value, "big")
        if number.bit_length() > 8 * size:
            return None
        out += number.to_bytes(size, "big")
    return bytes(out)


def eip55(address: str) -> bool:
    """Whether ``0x`` and 40 hex digits are of one case, or of the mixed case EIP-55 prescribes."""
    digits = address[2:]
    if digits in {digits.lower(), digits.upper()}:
        return True
    return digits == _eip55_spelling(digits)


def _eip55_spelling(digits: str) -> str:
    marks = keccak256(digits.lower().encode("ascii")).hex()
    pairs = zip(digits.lower(), marks, strict=False)
    return "".join(c.upper() if int(mark, 16) >= 8 else c for c, mark in pairs)


def bech32(text: str) -> tuple[str, list[int], str] | None:
    """Prefix, 5-bit values without checksum, and ``bech32`` or ``bech32m`` (BIP 173, BIP 350).

    Any length: wallets of other coins go beyond Bitcoin's 90 characters.
    """
    if text not in {text.lower(), text.upper()}:
        return None
    prefix, separator, data = text.lower().rpartition("1")
    values = _values(data)
    if not separator or not prefix or values is None or len(values) < 6:
        return None
    spread = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    variant = {_BECH32_CONSTANT: "bech32", _BECH32M_CONSTANT: "bech32m"}.get(
        _bech32_polymod([*spread, *values])
    )
    return (prefix, values[:-6], variant) if variant else None


def _values(data: str) -> list[int] | None:
    values = [_BECH32_VALUES.get(character, -1) for character in data]
    return None if -1 in values else values


def _bech32_polymod(values: Sequence[int]) -> int:
    generators = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(generators):
            check ^= generator if (top >> bit) & 1 else 0
    return check


def regroup(values: Sequence[int]) -> bytes | None:
    """5-bit values as bytes; None where the padding is longer than 4 bits or not zero."""
    number, bits, out = 0, 0, bytearray()
    for value in values:
        number = (number << 5 | value) & 0xFFF
        bits += 5
        if bits >= 8:
            bits -= 8
            out.append(number >> bits & 0xFF)
    padding = number & ((1 << bits) - 1)
    return None if bits >= 5 or padding else bytes(out)


def segwit(text: str, prefixes: Sequence[str]) -> str | None:
    """The prefix of a valid segregated-witness address (BIP 141, 173, 350) of ``prefixes``."""
    decoded = bech32(text)
    if decoded is None or decoded[0] not in prefixes or len(text) > 90 or not decoded[1]:
        return None
    prefix, (version, *rest), variant = decoded
    program = regroup(rest)
    if program is None or not 2 <= len(program) <= 40 or version > 16:
        return None
    if version == 0 and len(program) not in {20, 32}:
        return None
    return prefix if variant == ("bech32" if version == 0 else "bech32m") else None


def cashaddr(text: str, prefix: str) -> bool:
    """Whether the part after ``prefix:`` is a Bitcoin Cash address with a right checksum."""
    values = _values(text.lower()) if text in {text.lower(), text.upper()} else None
    if values is None or len(values) < 42:
        return False
    spread = [ord(c) & 31 for c in prefix] + [0]
    if _cashaddr_polymod([*spread, *values]) != 0:
        return False
    payload = regroup(values[:-8])
    sizes = (20, 24, 28, 32, 40, 48, 56, 64)
    return bool(payload) and payload is not None and len(payload) == 1 + sizes[payload[0] & 7]


def _cashaddr_polymod(values: Sequence[int]) -> int:
    generators = (0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470)
    check = 1
    for value in values:
        top = check >> 35
        check = (check & 0x07FFFFFFFF) << 5 ^ value
        for bit, generator in enumerate(generators):
            check ^= generator if (top >> bit) & 1 else 0
    return check ^ 1


_P = 2**255 - 19
_D = -121665 * pow(121666, _P - 2, _P) % _P


def on_ed25519(key: bytes) -> bool:
    """Whether 32 bytes are a point of edwards25519 (RFC 8032), as every Solana wallet is."""
    number = int.from_bytes(key, "little")
    y = number & ((1 << 255) - 1)
    if y >= _P:
        return False
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    return square == 0 or pow(square, (_P - 1) // 2, _P) == 1


def iban(compact: str) -> bool:
    """Whether ISO 7064 mod 97-10 holds for an IBAN without spaces, in upper case."""
    rotated = compact[4:] + compact[:4]
    return int("".join(str(int(character, 36)) for character in rotated)) % 97 == 1


def onion_v3(label: str) -> bool:
    """Whether 56 base32 characters carry the checksum of a version 3 onion address."""
    try:
        raw = base64.b32decode(label.upper())
    except (binascii.Error, ValueError):
        return False
    if len(raw) != 35 or raw[34] != 3:
        return False
    wanted = hashlib.sha3_256(b".onion checksum" + raw[:32] + raw[34:]).digest()[:2]
    return wanted == raw[32:34]


def tox(digits: str) -> bool:
    """Whether 76 hex digits are a Tox id: key, nospam, and a 2-byte exclusive-or over both."""
    raw = bytes.fromhex(digits)
    even = odd = 0
    for index in range(0, 36, 2):
        even ^= raw[index]
        odd ^= raw[index + 1]
    return raw[36:] == bytes((even, odd))


def crc24(data: bytes) -> int:
    """The checksum of OpenPGP armour (RFC 4880, 6.1)."""
    table = _crc24_table()
    check = 0xB704CE
    for byte in data:
        check = table[(check >> 16) ^ byte] ^ (check << 8 & 0xFFFFFF)
    return check


@cache
def _crc24_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        check = byte << 16
        for _ in range(8):
            check = check << 1 ^ (0x1864CFB if check & 0x800000 else 0)
        table.append(check & 0xFFFFFF)
    return tuple(table)
