"""OpenPGP keys in text: armoured blocks, also damaged ones, and fingerprints written out."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import pysequoia.packet

from enrich.contacts.checksums import crc24
from enrich.contacts.patterns import Match, Pattern, compiled
from enrich.contacts.view import Found, Taken, View
from model.canonical import Json
from model.clock import iso

RULE = "pgp/1"
MAX_KEY_CHARACTERS = 400_000
_EDGE = compiled(
    r"(?i)-{2,10} ?(BEGIN|END) PGP (PUBLIC KEY BLOCK|MESSAGE|SIGNED MESSAGE|SIGNATURE"
    r"|PRIVATE KEY BLOCK)[^-\n]{0,40}-{2,10}"
)
_HEX = compiled(r"(?i)(?:0x)?(?:[0-9A-F]{4}[ :]{0,3}){9}[0-9A-F]{4}")
_HEX_PAIRS = compiled(r"(?i)(?:[0-9A-F]{2}[ :]){19}[0-9A-F]{2}")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{4}")
_ENTITIES = {"&#43;": "+", "&#x2b;": "+", "&#x2B;": "+", "&#47;": "/", "&#61;": "=", "&#10;": "\n"}


class Block(NamedTuple):
    """An armoured block: what it holds, and where it stands with and without its edges."""

    kind: str
    start: int
    end: int
    body_start: int
    body_end: int


class Key(NamedTuple):
    """A primary key: upper-case hexadecimal fingerprint, long key id, names, time it was made."""

    fingerprint: str
    key_id: str
    user_ids: tuple[str, ...]
    created: str | None


def find_blocks(text: str) -> list[Block]:
    """Armoured blocks in order; a block whose end is missing is left out."""
    blocks: list[Block] = []
    opened: dict[str, Match] = {}
    for edge in _EDGE.finditer(text):
        which, kind = edge.group(1).upper(), edge.group(2).upper()
        if which == "BEGIN":
            opened[kind] = edge
        elif begin := opened.pop(kind, None):
            blocks.append(Block(kind, begin.start(), edge.end(), begin.end(), edge.start()))
    return sorted(blocks, key=lambda block: block.start)


def read_keys(view: View, blocks: Sequence[Block]) -> Iterator[Found]:
    """One finding for each primary key of each public key block, over the whole block."""
    for block in blocks:
        if block.kind != "PUBLIC KEY BLOCK":
            continue
        body = view.plain[
            block.body_start : min(block.body_end, block.body_start + MAX_KEY_CHARACTERS)
        ]
        for key in parse_armour(body):
            attributes = {
                "key_id": key.key_id,
                "user_ids": list(key.user_ids),
                "created": key.created,
            }
            yield Found(
                "pgp_key",
                key.fingerprint,
                block.start,
                block.end,
                1.0,
                f"{RULE}:armour",
                attributes,
            )


def read_fingerprints(view: View, taken: Taken, cues: Pattern) -> Iterator[Found]:
    """Forty hexadecimal digits with a word of keys before them; never part of a longer number."""
    for pattern in (_HEX, _HEX_PAIRS):
        for match in pattern.finditer(view.plain):
            start, end = match.span()
            if _inside(view.plain, start, end) or taken.touches(start, end):
                continue
            if not cues.search(view.plain[max(0, start - 80) : start]):
                continue
            written = match.group()
            digits = re.sub(r"[ :]", "", written.removeprefix("0x").removeprefix("0X")).upper()
            attributes: dict[str, Json] = {
                "key_id": digits[-16:],
                "user_ids": [],
                "created": None,
            }
            yield Found("pgp_key", digits, start, end, 0.9, f"{RULE}:fingerprint", attributes)


def _inside(text: str, start: int, end: int) -> bool:
    return (start > 0 and text[start - 1].isalnum()) or text[end : end + 1].isalnum()


def parse_armour(body: str) -> list[Key]:
    """The primary keys between an armour's edges, whatever became of its line ends.

    Headers may stand on the line of the data, lines may be indented or joined. The checksum
    must hold where there is one; without one the first packet must be a public key.
    """
    for entity, character in _ENTITIES.items():
        body = body.replace(entity, character)
    words = body.replace("\\n", "\n").split()
    starts = [at for at, word in enumerate(words[:60]) if _opens_key(word)]
    for first in starts[:4]:
        raw = _decode(words[first:])
        if raw is not None and (keys := _keys(raw)):
            return keys
    return []


def _opens_key(word: str) -> bool:
    """Whether Base64 starting here would begin with a public key packet (tag 6)."""
    if not _BASE64.match(word[:4]):
        return False
    first = base64.b64decode(word[:4])[:1]
    tag = first[0] if first else 0
    return (tag & 0xC0 == 0xC0 and tag & 0x3F == 6) or (tag & 0xC0 == 0x80 and tag >> 2 & 0xF == 6)


def _decode(words: Sequence[str]) -> bytes | None:
    """The bytes of joined Base64 words; None unless they and the armour checksum are right."""
    check = ""
    data: list[str] = []
    for word in words:
        if word.startswith("=") and len(word) == 5:
            check = word[1:]
            break
        data.append(word)
    joined = "".join(data)
    if not check and len(joined) > 5 and joined[-5] == "=":
        joined, check = joined[:-5], joined[-4:]
    try:
        raw = base64.b64decode(joined, validate=True)
        wanted = base64.b64decode(check, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if not check or crc24(raw).to_bytes(3, "big") == wanted else None


def _keys(raw: bytes) -> list[Key]:
    try:
        packets = list(pysequoia.packet.PacketPile.from_bytes(raw))
    except (RuntimeError, ValueError, TypeError, OSError):
        return []
    keys: list[Key] = []
    for packet in packets:
        tag = str(packet.tag).rpartition(".")[2]
        if tag == "PublicKey" and packet.fingerprint:
            keys.append(_key(packet.fingerprint.upper(), packet.key_created))
        elif tag == "UserID" and keys and packet.user_id:
            last = keys[-1]
            keys[-1] = last._replace(user_ids=(*last.user_ids, str(packet.user_id)))
    return keys


def _key(fingerprint: str, created: datetime | None) -> Key:
    key_id = fingerprint[-16:] if len(fingerprint) == 40 else fingerprint[:16]
    return Key(fingerprint, key_id, (), iso(created) if created else None)
