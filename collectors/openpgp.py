"""OpenPGP signatures on what a site publishes: who signed which bytes, and when.

The cryptography is Sequoia's. Here only the signed parts of a page are found, and what could do
harm is refused before it is parsed: compressed data that grows without end, more than one
signature, anything but signed text. Only what Sequoia gives back as signed is ever returned.
"""

from __future__ import annotations

import base64
import binascii
import bz2
import html
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pysequoia
from pysequoia.packet import PacketPile

from model.errors import ConfigurationError

MAX_BYTES = 1_000_000
"""Of a page that is searched, and of a message unpacked; lists of addresses have a few thousand."""

_MAX_BLOCKS = 8
_BODY = rb"((?:(?!-----)[^\n]*\n)*+)"
_END_SIGNATURE = rb"-----BEGIN PGP SIGNATURE-----[ \t]*\r?\n" + _BODY + rb"-----END PGP SIGNATURE"
_CLEAR = re.compile(
    rb"(?<!-)(?<!- )"
    rb"(-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\r?\n(?:(?!-----BEGIN PGP )[^\n]*\n)*+)"
    + _END_SIGNATURE
)
_MESSAGE = re.compile(
    rb"(?<!-)(?<!- )-----BEGIN PGP MESSAGE-----[ \t]*\r?\n" + _BODY + rb"-----END PGP MESSAGE"
)
_SIGNATURE = re.compile(rb"(?<!-)(?<!- )" + _END_SIGNATURE)
_KEY = re.compile(
    rb"-----BEGIN PGP PUBLIC KEY BLOCK-----[ \t]*\r?\n"
    + _BODY
    + rb"-----END PGP PUBLIC KEY BLOCK-----"
)
_BREAK = re.compile(r"<br[ \t]*/?>(?:\r?\n)?", re.I)
_TAG = re.compile(r"<[/!a-zA-Z][^<>]*+>")
_SIG, _ONE_PASS, _COMPRESSED, _MARKER, _LITERAL = 2, 4, 8, 10, 11
_TROUBLE = (RuntimeError, ValueError, TypeError, OSError)


class BadSignature(ValueError):
    """Why a signed part is not believed, in words.

    ``signer`` is the fingerprint or id of another key that the signature says it is from.
    """

    def __init__(self, message: str, *, signer: str = "") -> None:
        super().__init__(message)
        self.signer = signer


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that signatures are checked by; ``fingerprint`` of the primary key, upper case."""

    fingerprint: str
    names: tuple[str, ...]
    expires: datetime | None
    revoked: bool
    armour: bytes


@dataclass(frozen=True, slots=True)
class Signed:
    """Text exactly as the key signed it, and when the signature says it was made."""

    text: str
    signed_at: datetime
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a page that claims to be signed: its bytes in the ways a page may wrap them.

    ``kind`` is ``clear`` (cleartext framework), ``message`` (signed inside) or ``detached``.
    ``forms`` are pairs of text and signature (armour body), of which one has to hold.
    """

    kind: str
    forms: tuple[tuple[bytes, bytes], ...]


def load_key(path: Path, fingerprint: str) -> PublicKey:
    """The key in this file; ConfigurationError where it is another than stated, or no key."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"{path}: {error.strerror or error}",
            remedy="put the site's armoured public key there",
        ) from error
    key = read_key(raw) if len(raw) <= MAX_BYTES else None
    if key is None:
        raise ConfigurationError(
            f"{path}: holds no single usable OpenPGP public key",
            remedy="export one key, armoured; keys bound by SHA-1 or MD5 only are not believed",
        )
    if key.fingerprint != fingerprint:
        raise ConfigurationError(
            f"{path}: holds key {key.fingerprint}, but the source file names {fingerprint}",
            remedy="find out which one is the site's own, from more than one place",
        )
    return key


def read_key(raw: bytes) -> PublicKey | None:
    """The one key in these bytes, armoured or not; None where there is none, or several."""
    try:
        cert = pysequoia.Cert.from_bytes(raw)
        names = tuple(str(name) for name in cert.user_ids)
        expires, revoked = cert.expiration, bool(cert.is_revoked)
    except _TROUBLE:
        return None
    return PublicKey(cert.fingerprint.upper(), names, expires, revoked, bytes(cert))


def keys_on_page(payload: bytes) -> Iterator[PublicKey]:
    """The public keys whose armour stands on a page, the first eight."""
    if b"PGP PUBLIC KEY BLOCK" not in payload or len(payload) > MAX_BYTES:
        return
    for found, _ in zip(_KEY.finditer(_plain(payload)), range(_MAX_BLOCKS), strict=False):
        if key := read_key(found.group()):
            yield key


def blocks(payload: bytes, signature: bytes = b"") -> Iterator[Block]:
    """The parts of a page that claim to be signed, the first eight; with ``signature`` all of it.

    A signature block with no message of its own counts for everything before it.
    """
    if signature:
        yield Block("detached", ((payload, _armour_body(signature)),))
        return
    if payload[:1] >= b"\x80" and not payload.startswith((b"\xef\xbb\xbf", b"\xff\xfe")):
        yield Block("message", ((b"", payload),))
        return
    forms = tuple(dict.fromkeys((payload, _plain(payload), _plain(payload, breaks=True))))
    yield from _armoured("clear", [list(_clear(form)) for form in forms])
    yield from _armoured("message", [[(b"", body) for body in _bodies(form)] for form in forms])
    if b"-----BEGIN PGP SIGNED MESSAGE-----" not in payload:
        yield from _armoured("detached", [list(_trailing(form)) for form in forms])


def verify(block: Block, key: PublicKey, now: datetime) -> Signed:
    """What this key signed in the block; BadSignature says why there is nothing to believe.

    ``now`` decides whether the key has expired and whether the signature comes from the future;
    Sequoia holds both to the clock of this machine as well.
    """
    if key.revoked:
        raise BadSignature(f"key {key.fingerprint} was revoked")
    if key.expires is not None and key.expires <= now:
        raise BadSignature(f"key {key.fingerprint} expired on {key.expires:%Y-%m-%d}")
    problem = BadSignature("the signature does not hold for the text")
    for text, signature in block.forms:
        try:
            found = _verified(block.kind, text, signature, key)
        except BadSignature as error:
            problem = error
            continue
        if found.signed_at > now:
            raise BadSignature(f"signed in the future, on {found.signed_at:%Y-%m-%d %H:%M} UTC")
        return found
    raise problem


def _verified(kind: str, text: bytes, signature: bytes, key: PublicKey) -> Signed:
    raw = signature if kind == "message" and signature[:1] >= b"\x80" else _dearmoured(signature)
    if kind == "message":
        raw = _unpacked(raw)
    packets = list(_packets(raw))
    allowed = {_SIG, _ONE_PASS, _MARKER, _LITERAL} if kind == "message" else {_SIG}
    if others := {tag for tag, _ in packets} - allowed:
        raise BadSignature(f"holds more than a signature (packets of kind {min(others)})")
    signatures = sum(tag == _SIG for tag, _ in packets)
    if signatures != 1:
        raise BadSignature(f"carries {signatures} signatures, not one")
    made = _signature(raw)
    content, by = _asked(kind, text, raw, key)
    if key.fingerprint not in by:
        raise BadSignature(f"is not signed by key {key.fingerprint}")
    return Signed(content.decode("utf-8", "replace"), made, key.fingerprint)


def _asked(kind: str, text: bytes, raw: bytes, key: PublicKey) -> tuple[bytes, set[str]]:
    """Sequoia's answer: the signed bytes, and the fingerprints of certificates that signed."""
    cert = pysequoia.Cert.from_bytes(key.armour)
    armour = pysequoia.armor(raw, pysequoia.ArmorKind.Signature).encode("ascii")
    try:
        if kind == "detached":
            made = pysequoia.Sig.from_bytes(armour)
            answer = pysequoia.verify(bytes=text, store=lambda _: [cert], signature=made)
            content = text
        else:
            signed = raw if kind == "message" else text + armour
            answer = pysequoia.verify(bytes=signed, store=lambda _: [cert])
            content = answer.bytes or b""
    except _TROUBLE as error:
        raise _unfit(raw, key) from error
    return content, {str(one.certificate).upper() for one in answer.valid_sigs}


def _unfit(raw: bytes, key: PublicKey) -> BadSignature:
    """Why a signature did not hold: another key's, or not over this text."""
    own = {key.fingerprint}
    for packet in PacketPile.from_bytes(key.armour):
        own.add(str(packet.fingerprint or "").upper())
    for packet in PacketPile.from_bytes(raw):
        by = str(packet.issuer_fingerprint or packet.issuer_key_id or "").upper()
        if by and not any(mine.endswith(by) for mine in own):
            return BadSignature(
                f"is signed by another key, {by}, not by {key.fingerprint}", signer=by
            )
    return BadSignature("the signature does not hold for the text")


def _signature(raw: bytes) -> datetime:
    """When the one signature among these packets was made, as it itself has signed."""
    try:
        for packet in PacketPile.from_bytes(raw):
            if packet.signature_created is not None:
                made: datetime = packet.signature_created
                return made
    except _TROUBLE as error:
        raise BadSignature("is damaged") from error
    raise BadSignature("does not say when it was signed")


def _plain(payload: bytes, *, breaks: bool = False) -> bytes:
    """The page without tags and with its entities resolved, as a browser would copy it."""
    text = payload.decode("utf-8", "surrogateescape")
    text = _TAG.sub("", _BREAK.sub("\n", text) if breaks else text)
    return html.unescape(text).encode("utf-8", "surrogateescape")


def _clear(form: bytes) -> Iterator[tuple[bytes, bytes]]:
    for found in _CLEAR.finditer(form):
        yield found.group(1), found.group(2)


def _bodies(form: bytes) -> Iterator[bytes]:
    for found in _MESSAGE.finditer(form):
        yield found.group(1)


def _trailing(form: bytes) -> Iterator[tuple[bytes, bytes]]:
    found = _SIGNATURE.search(form)
    if found is not None:
        before = form[: found.start()]
        yield before, found.group(1)
        if before.endswith(b"\n"):
            yield before.removesuffix(b"\n").removesuffix(b"\r"), found.group(1)


def _armoured(kind: str, found: list[list[tuple[bytes, bytes]]]) -> Iterator[Block]:
    """One block for each place; where the forms of a page disagree on how many, each for itself."""
    if kind == "detached":
        if forms := [pair for each in found for pair in each]:
            yield Block(kind, tuple(dict.fromkeys(forms)))
        return
    most = max(map(len, found), default=0)
    for at in range(min(most, _MAX_BLOCKS)):
        yield Block(kind, tuple(dict.fromkeys(each[at] for each in found if len(each) == most)))


def _armour_body(signature: bytes) -> bytes:
    found = _SIGNATURE.search(_plain(signature[:MAX_BYTES]).replace(b"\r\n", b"\n") + b"\n")
    if found is not None:
        return found.group(1)
    return base64.b64encode(signature[:MAX_BYTES]) if signature[:1] >= b"\x80" else b""


def _dearmoured(body: bytes) -> bytes:
    """The bytes between an armour's edges; its headers end at the first empty line."""
    lines = [line.strip() for line in body.splitlines()]
    if b"" in lines and any(b":" in line for line in lines[: lines.index(b"")]):
        lines = lines[lines.index(b"") + 1 :]
    try:
        return base64.b64decode(b"".join(x for x in lines if x[:1] != b"="), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadSignature("its armour is damaged") from error


def _unpacked(raw: bytes) -> bytes:
    """A message out of its compression, where it is compressed as a whole, and not too large."""
    first = next(_packets(raw), None)
    if first is None or first[0] != _COMPRESSED:
        return raw
    way, data = first[1][:1], first[1][1:]
    try:
        if way in (b"\x01", b"\x02"):
            raw = zlib.decompressobj(-15 if way == b"\x01" else 15).decompress(data, MAX_BYTES + 1)
        elif way == b"\x03":
            raw = bz2.BZ2Decompressor().decompress(data, MAX_BYTES + 1)
        else:
            raise BadSignature("is compressed in an unknown way")
    except (zlib.error, OSError, ValueError) as error:
        raise BadSignature("its compression is damaged") from error
    if len(raw) > MAX_BYTES:
        raise BadSignature(f"unpacks to more than {MAX_BYTES:,} bytes")
    return raw


def _packets(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and body of each packet (RFC 9580, 4.2); BadSignature for what is none."""
    at = 0
    while at < len(raw):
        head = raw[at]
        if head < 0x80:
            raise BadSignature("is damaged: no OpenPGP packet")
        if head & 0x40:
            body, at = _new_body(raw, at + 1)
            yield head & 0x3F, body
            continue
        size = (1, 2, 4, 0)[head & 3]
        length = int.from_bytes(raw[at + 1 : at + 1 + size], "big") if size else len(raw)
        at += 1 + size
        yield head >> 2 & 0xF, raw[at : at + length]
        at += length


def _new_body(raw: bytes, at: int) -> tuple[bytes, int]:
    """A body with lengths of the new format, its parts joined, and where it ends."""
    parts: list[bytes] = []
    while at < len(raw):
        first = raw[at]
        if first < 192:
            length, at = first, at + 1
        elif first < 224:
            length, at = ((first - 192) << 8) + int.from_bytes(raw[at + 1 : at + 2]) + 192, at + 2
        elif first == 255:
            length, at = int.from_bytes(raw[at + 1 : at + 5], "big"), at + 5
        else:
            length, at = 1 << (first & 0x1F), at + 1
        parts.append(raw[at : at + length])
        at += length
        if not 224 <= first < 255:
            break
    return b"".join(parts), at
