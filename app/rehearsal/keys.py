"""OpenPGP public keys that follow from a seed: RFC 4880 packets, EdDSA as in RFC 9580.

They are real enough to parse, with right fingerprints and valid self-signatures; whoever reads
this file can make their secret parts too, so they protect nothing.
"""

from __future__ import annotations

import base64
import hashlib
import textwrap
from dataclasses import dataclass

from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa

from app.rehearsal.curve import point, secret

_EDDSA, _SHA256 = 22, 8
_ED25519 = bytes.fromhex("092b06010401da470f01")
"""Length and object identifier of the curve."""
_BLOCK = "PGP PUBLIC KEY BLOCK"
_CRC_START, _CRC_GENERATOR = 0xB704CE, 0x1864CFB


@dataclass(frozen=True, slots=True)
class Key:
    """One armoured public key; ``fingerprint`` is 40 upper-case hexadecimal digits."""

    fingerprint: str
    user_id: str
    armoured: str


def make_key(user_id: str, created: int, *names: object) -> Key:
    """The key of ``names``; ``created`` is in seconds since 1970."""
    public = b"\x40" + point("pgp", *names)
    body = b"\x04" + created.to_bytes(4) + bytes([_EDDSA]) + _ED25519 + _mpi(public)
    framed = b"\x99" + len(body).to_bytes(2) + body
    fingerprint = hashlib.sha1(framed, usedforsecurity=False).digest()
    name = user_id.encode()
    signature = _self_signature(secret("pgp", *names), framed, name, created, fingerprint)
    packets = _packet(6, body) + _packet(13, name) + _packet(2, signature)
    return Key(fingerprint.hex().upper(), user_id, _armour(packets))


def _self_signature(
    signer: ECC.EccKey, framed: bytes, name: bytes, created: int, fingerprint: bytes
) -> bytes:
    """Positive certification of the user id, with key flags certify and sign."""
    hashed = (
        _subpacket(2, created.to_bytes(4))
        + _subpacket(27, b"\x03")
        + _subpacket(33, b"\x04" + fingerprint)
    )
    head = bytes([4, 0x13, _EDDSA, _SHA256]) + len(hashed).to_bytes(2) + hashed
    trailer = b"\x04\xff" + len(head).to_bytes(4)
    digest = hashlib.sha256(
        framed + b"\xb4" + len(name).to_bytes(4) + name + head + trailer
    ).digest()
    signed = eddsa.new(signer, "rfc8032").sign(digest)
    unhashed = _subpacket(16, fingerprint[-8:])
    return (
        head
        + len(unhashed).to_bytes(2)
        + unhashed
        + digest[:2]
        + _mpi(signed[:32])
        + _mpi(signed[32:])
    )


def _mpi(data: bytes) -> bytes:
    stripped = data.lstrip(b"\x00")
    return int.from_bytes(stripped).bit_length().to_bytes(2) + stripped


def _subpacket(kind: int, data: bytes) -> bytes:
    return bytes([len(data) + 1, kind]) + data


def _packet(tag: int, body: bytes) -> bytes:
    size = len(body)
    if size < 192:
        return bytes([0xC0 | tag, size]) + body
    return bytes([0xC0 | tag, 192 + ((size - 192) >> 8), (size - 192) & 0xFF]) + body


def _armour(packets: bytes) -> str:
    lines = textwrap.wrap(base64.b64encode(packets).decode(), 64)
    check = base64.b64encode(_crc24(packets).to_bytes(3)).decode()
    lines = [f"-----BEGIN {_BLOCK}-----", "", *lines, f"={check}", f"-----END {_BLOCK}-----"]
    return "\n".join(lines)


def _crc24(data: bytes) -> int:
    value = _CRC_START
    for byte in data:
        value ^= byte << 16
        for _ in range(8):
            value <<= 1
            if value & 0x1000000:
                value ^= _CRC_GENERATOR
    return value & 0xFFFFFF
