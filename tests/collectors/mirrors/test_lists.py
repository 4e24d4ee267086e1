"""Signed lists of mirrors: real keys and signatures, each way of wrapping and each way to cheat."""

from __future__ import annotations

import base64
import hashlib
import html
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pysequoia
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pysequoia import ArmorKind, SignatureMode
from pysequoia.packet import PacketPile

from collectors.mirrors import MirrorListReading, market_key, read_mirror_list
from collectors.openpgp import PublicKey, read_key
from config.sources import Source, load_source
from model.errors import ConfigurationError


def onion(seed: int) -> str:
    """A v3 onion address with a checksum that holds."""
    key = hashlib.sha256(seed.to_bytes(4, "big")).digest()
    check = hashlib.sha3_256(b".onion checksum" + key + b"\x03").digest()[:2]
    return base64.b32encode(key + check + b"\x03").decode().lower() + ".onion"


A, B, C, EVIL = onion(1), onion(2), onion(3), onion(666)
LIST = f"""-- Official mirrors --
Mirrors of Bazaar & friends:

1. http://{A}/
2) {B}
- Mirror: http://{C} .
"""
TAKEN = (f"http://{A}/", f"http://{B}/", f"http://{C}/")
CLEAR, INLINE, DETACHED = SignatureMode.CLEAR, SignatureMode.INLINE, SignatureMode.DETACHED


class Market(NamedTuple):
    secret: pysequoia.Tsk
    key: PublicKey
    source: Source

    def sign(self, text: str = LIST, mode: Any = CLEAR, *, armor: bool = True) -> bytes:
        signed = pysequoia.sign(self.secret.signer(), text.encode(), mode=mode, armor=armor)
        return bytes(signed)

    def read(self, payload: bytes, **more: Any) -> MirrorListReading:
        more = {"now": datetime.now(UTC) + timedelta(seconds=60), "key": self.key, **more}
        return read_mirror_list(payload, self.source, **more)


def public(secret: pysequoia.Tsk) -> PublicKey:
    key = read_key(bytes(secret.extract_certificate()))
    assert key is not None
    return key


def market_of(secret: pysequoia.Tsk, key: PublicKey | None = None) -> Market:
    key = key or public(secret)
    wanted = {"url": f"http://{A}/mirrors.txt", "fingerprint": key.fingerprint, "key": "k.asc"}
    source = Source(name="bazaar", route="tor", start=[f"http://{A}/"], mirror_list=wanted)
    return Market(secret, key, source)


@pytest.fixture(scope="module")
def market() -> Market:
    return market_of(pysequoia.Tsk.generate("Bazaar <admin@bazaar>"))


@pytest.fixture(scope="module")
def stranger() -> Market:
    return market_of(pysequoia.Tsk.generate("Bazaar <admin@bazaar>"))


def in_html(signed: bytes) -> bytes:
    return (
        f"<html><body><h1>Bazaar</h1><p>Verify: <pre>{html.escape(signed.decode())}</pre></body>"
    ).encode()


def refused(reading: MirrorListReading, words: str) -> None:
    assert words in reading.refused
    assert reading.problems[0] == reading.refused
    assert reading.addresses == ()
    assert not reading.accepted


# every way in which a list is signed


@pytest.mark.parametrize("armor", [True, False])
def test_a_message_signed_inside(market: Market, armor: bool) -> None:
    assert market.read(market.sign(mode=INLINE, armor=armor)).addresses == TAKEN


def test_a_cleartext_signed_list(market: Market) -> None:
    signed = market.sign()
    reading = market.read(signed)
    assert reading.addresses == TAKEN
    assert reading.problems == ()
    assert reading.fingerprint == market.key.fingerprint
    assert abs(datetime.fromisoformat(reading.signed_at) - datetime.now(UTC)) < timedelta(hours=1)
    assert reading.sha256 == hashlib.sha256(signed).hexdigest()
    assert reading.accepted
    assert reading.details()["accepted"] is True


@pytest.mark.parametrize(
    "wrap",
    [
        in_html,
        lambda signed: in_html(signed).replace(b"\n", b"<br>\n"),
        lambda signed: in_html(signed).replace(b"\n", b"<BR/>"),
        lambda signed: signed.replace(b"\n", b"\r\n"),
        lambda signed: b"\xef\xbb\xbf" + signed,
        lambda signed: b"Our list:\n\n" + signed + b"\nstay safe\n",
    ],
    ids=["pre", "br", "br only", "crlf", "bom", "text around"],
)
@pytest.mark.parametrize("mode", [CLEAR, INLINE], ids=["clear", "inline"])
def test_a_list_wrapped_as_sites_wrap_it(market: Market, mode: Any, wrap: Any) -> None:
    reading = market.read(wrap(market.sign(mode=mode)))
    assert reading.addresses == TAKEN, reading.problems


@pytest.mark.parametrize("armor", [True, False])
def test_a_detached_signature(market: Market, armor: bool) -> None:
    signature = market.sign(mode=DETACHED, armor=armor)
    assert market.read(LIST.encode(), signature=signature).addresses == TAKEN
    refused(market.read(LIST.encode() + b"x", signature=signature), "does not hold")
    refused(market.read(LIST.encode(), signature=b"no signature"), "0 signatures")


@pytest.mark.parametrize("gap", [b"", b"\n"])
def test_a_signature_below_the_text_it_is_for(market: Market, gap: bytes) -> None:
    assert market.read(LIST.encode() + gap + market.sign(mode=DETACHED)).addresses == TAKEN


def compressed(raw: bytes, way: int = 1) -> bytes:
    """A compressed data packet of unknown length, as GnuPG writes it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return bytes([0xA3, way]) + packer.compress(raw) + packer.flush()


def test_a_compressed_message(market: Market) -> None:
    raw = compressed(market.sign(mode=INLINE, armor=False))
    armoured = pysequoia.armor(raw, ArmorKind.Message).encode()
    assert market.read(armoured).addresses == TAKEN
    assert market.read(raw).addresses == TAKEN


# every way to cheat


def test_a_changed_text_or_signature(market: Market) -> None:
    signed = market.sign()
    refused(market.read(signed.replace(B.encode(), EVIL.encode())), "does not hold")
    for at in range(signed.index(b"\n\nw"), len(signed) - 60, 7):
        changed = signed[:at] + (b"A" if signed[at : at + 1] != b"A" else b"B") + signed[at + 1 :]
        reading = market.read(changed)
        assert reading.addresses in ((), TAKEN)
        assert reading.addresses == () or reading.problems == ()


def test_another_key_under_the_same_name(market: Market, stranger: Market) -> None:
    refused(market.read(stranger.sign()), "signed by another key")
    refused(market.read(stranger.sign(mode=INLINE)), "signed by another key")


def test_an_expired_key(market: Market) -> None:
    past = datetime.now(UTC) - timedelta(seconds=1)
    soon = datetime.now(UTC) + timedelta(days=1)
    certificate = market.secret.extract_certificate()
    for moment, words in ((past, "expired on"), (soon, "")):
        expiring = certificate.set_expiration(moment, market.secret.certifier())
        key = read_key(bytes(expiring))
        assert key is not None
        reading = market.read(market.sign(), key=key)
        assert words in reading.refused
        assert reading.accepted is not bool(words)
    later = datetime.now(UTC) + timedelta(days=2)
    refused(market.read(market.sign(), key=key, now=later), "expired on")


def test_a_revoked_key(market: Market) -> None:
    certificate = market.secret.extract_certificate()
    revocation = certificate.revoke(market.secret.certifier())
    key = read_key(bytes(certificate) + bytes(revocation))
    refused(market.read(market.sign(), key=key), "revoked")


@pytest.mark.parametrize("wrap", [lambda text: text, in_html], ids=["text", "html"])
def test_text_around_the_signed_part_never_counts(market: Market, wrap: Any) -> None:
    around = f"New mirror!\nhttp://{EVIL}/\n".encode()
    for payload in (
        around + market.sign(),
        market.sign() + around,
        around + market.sign() + around,
    ):
        reading = market.read(wrap(payload))
        assert reading.addresses == TAKEN
        assert any(EVIL in problem and "outside" in problem for problem in reading.problems)


def test_lines_before_the_empty_one_are_not_signed(market: Market) -> None:
    signed = market.sign().replace(b"SHA512\n", f"SHA512\nComment: http://{EVIL}/\n".encode(), 1)
    assert EVIL not in str(market.read(signed).addresses)


def test_an_older_list_is_one_played_again(market: Market) -> None:
    first = market.read(market.sign())
    later = datetime.fromisoformat(first.signed_at) + timedelta(seconds=1)
    refused(market.read(market.sign(), last=later.isoformat().replace("+00:00", "Z")), "again")
    assert market.read(market.sign(), last=first.signed_at).accepted


def test_a_date_outside_the_signed_part_of_the_signature_does_not_count(market: Market) -> None:
    """An old list can not be made to look new by a second date that nobody signed."""
    signed = market.sign()
    (packet,) = PacketPile.from_bytes(signed)
    body = packet.body
    at = 6 + int.from_bytes(body[4:6], "big")
    size = int.from_bytes(body[at : at + 2], "big")
    date = b"\x05\x02" + int(datetime.now(UTC).timestamp() + 30).to_bytes(4, "big")
    body = (
        body[:at]
        + (size + 6).to_bytes(2, "big")
        + body[at + 2 : at + 2 + size]
        + date
        + body[at + 2 + size :]
    )
    raw = b"\xc2\xff" + len(body).to_bytes(4, "big") + body
    text = signed[: signed.index(b"-----BEGIN PGP SIGNATURE")]
    reading = market.read(text + pysequoia.armor(raw, ArmorKind.Signature).encode())
    assert reading.addresses == TAKEN, "the signature still holds"
    assert reading.signed_at == market.read(signed).signed_at


def test_a_list_of_the_future(market: Market) -> None:
    refused(market.read(market.sign(), now=datetime(2020, 1, 1, tzinfo=UTC)), "in the future")


def test_two_signatures_are_one_too_many(market: Market, stranger: Market) -> None:
    one, other = market.sign(), stranger.sign()
    text = one[: one.index(b"-----BEGIN PGP SIGNATURE")]
    both = b"".join(
        bytes(packet) for each in (one, other) for packet in PacketPile.from_bytes(each)
    )
    armoured = pysequoia.armor(both, ArmorKind.Signature).encode()
    refused(market.read(text + armoured), "2 signatures")


def test_two_signed_lists_on_one_page(market: Market) -> None:
    other = market.sign(f"Mirrors:\nhttp://{EVIL}/\n")
    refused(market.read(market.sign() + b"\n" + other), "which one counts")


def test_a_signed_text_without_addresses_beside_the_list(market: Market, stranger: Market) -> None:
    canary = market.sign("All is well today.\n")
    reading = market.read(canary + b"\n" + market.sign() + b"\n" + stranger.sign("Hi\n"))
    assert reading.addresses == TAKEN
    assert any("not believed" in problem for problem in reading.problems)


def test_a_dash_escaped_list_inside_another_ones_text(market: Market, stranger: Market) -> None:
    """The stranger signs a text that holds the market's signed list: it is the stranger's."""
    wrapped = stranger.sign(market.sign(f"http://{C}/\n").decode())
    assert b"- -----BEGIN PGP SIGNED" in wrapped
    refused(market.read(wrapped), "signed by another key")


@pytest.mark.parametrize("payload", [b"", b"<html>", LIST.encode(), b"\xff" * 99, b"\xa3\x01\xff"])
def test_nothing_signed(market: Market, payload: bytes) -> None:
    assert not market.read(payload).accepted


@pytest.mark.parametrize(
    "hostile",
    [
        compressed(b"\x00" * 3_000_000),
        compressed(compressed(b"\xcb\x08b\x00\x00\x00\x00\x00hi")),
        b"\xa3\x07junk",
        b"\xa3\x03junk",
        b"\xa3\x02junk",
        b"\xc8\xff\xff\xff\xff\xff",
        b"\xcb\xfe" + b"x" * 100,
        b"\x80",
    ],
)
def test_hostile_packets_are_refused_before_they_are_parsed(market: Market, hostile: bytes) -> None:
    assert not market.read(hostile).accepted
    assert not market.read(pysequoia.armor(hostile, ArmorKind.Message).encode()).accepted
    armoured = pysequoia.armor(hostile, ArmorKind.Signature).encode()
    begin = b"-----BEGIN PGP SIGNED MESSAGE-----\n\nhttp://x.example/\n"
    assert not market.read(begin + armoured).accepted


def test_a_list_that_unpacks_without_end(market: Market) -> None:
    endless = market.sign(LIST + "\n" * 3_000_000, mode=INLINE, armor=False)
    packed = compressed(endless)
    assert len(packed) < 10_000
    refused(market.read(packed), "unpacks to more than")


def test_compression_within_a_message_is_not_unpacked(market: Market) -> None:
    refused(market.read(compressed(compressed(b"\xcb\x08b\x00"))), "packets of kind 8")
    armoured = pysequoia.armor(compressed(b"\x00" * 3_000_000), ArmorKind.Signature).encode()
    begin = b"-----BEGIN PGP SIGNED MESSAGE-----\n\nhttp://x.example/\n"
    refused(market.read(begin + armoured), "packets of kind 8")


def test_a_page_larger_than_any_list(market: Market) -> None:
    refused(market.read(market.sign() + b" " * 1_000_000), "larger than")


@given(noise=st.binary(max_size=200), at=st.integers(0, 600), cut=st.integers(0, 40))
def test_a_mutated_list_never_raises_and_never_gives_another_address(
    market: Market, noise: bytes, at: int, cut: int
) -> None:
    signed = market.sign()
    for payload in (signed[:at] + noise + signed[at + cut :], in_html(signed)[:at] + noise):
        reading = market.read(payload)
        assert set(reading.addresses) <= set(TAKEN)


# which of the signed addresses are taken


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"PHISHING sites, report them:\n\nhttp://{EVIL}/", "stands above"),
        (f"http://{EVIL}/ (fake!)", "stands beside"),
        (f"Not ours: http://{EVIL}/", "stands beside"),
        (f"Do not use\n{EVIL}", "stands above"),
        (f"Фишинг:\nhttp://{EVIL}/", "stands above"),
        (f"We talk to you on the forum at http://{EVIL}/ every day of the week", "running text"),
        (f"Forum: http://{EVIL}/d/bazaar", "leads to a page"),
        ("http://10.0.0.7/", "private"),
        ("http://localhost/", "private"),
        (f"http://{'b' if A[0] != 'b' else 'c'}{A[1:]}/", "misspelt"),
        ("http://7ep7acrkunzdcw3l.onion/", "version 2"),
        (f"http://user:word@{EVIL}/", "not a plain"),
        ("http://[/", "is not taken"),
        (f"http://{EVIL}:99999/", "is not taken"),
    ],
)
def test_addresses_that_are_no_mirrors_are_left_out_and_told(
    market: Market, text: str, words: str
) -> None:
    reading = market.read(market.sign(f"{LIST}\n\n{text}\n"))
    assert reading.addresses == TAKEN
    (told,) = reading.problems
    assert words in told


def test_a_signed_text_that_lists_nothing_is_refused(market: Market) -> None:
    refused(market.read(market.sign("All is well.\n")), "lists no address")


def test_onion_addresses_are_not_for_the_open_net(market: Market) -> None:
    keys = {**market.source.model_dump(), "route": "clear", "start": ["https://example.org/"]}
    reading = read_mirror_list(
        market.sign(f"{LIST}\nhttps://example.net\n"),
        Source(**keys),
        now=datetime.now(UTC) + timedelta(seconds=60),
        key=market.key,
    )
    assert reading.addresses == ("https://example.net/",)
    assert sum("route is not tor" in problem for problem in reading.problems) == 3


def test_an_old_list_is_taken_but_told(market: Market) -> None:
    reading = market.read(market.sign(), now=datetime.now(UTC) + timedelta(days=400))
    assert reading.addresses == TAKEN
    assert any("days ago" in problem for problem in reading.problems)


def test_endless_lists_end(market: Market) -> None:
    many = "\n".join(f"https://m{number}.example/" for number in range(1000))
    reading = market.read(market.sign(f"Mirrors:\n{many}\n"))
    assert len(reading.addresses) == 64
    assert "1000 addresses" in reading.problems[-1]


# the key


def source_file(folder: Path, market: Market, *, fingerprint: str = "") -> Source:
    path = folder / "bazaar.yml"
    path.write_text(
        f"name: bazaar\nroute: tor\nstart: ['http://{A}/']\nmirror_list:\n"
        f"  url: http://{A}/mirrors.txt\n  key: bazaar.asc\n"
        f"  fingerprint: {fingerprint or market.key.fingerprint}\n"
    )
    return load_source(path)


def test_the_key_stands_beside_the_source_file(tmp_path: Path, market: Market) -> None:
    source = source_file(tmp_path, market)
    with pytest.raises(ConfigurationError, match=r"bazaar\.asc: No such file"):
        market_key(source)
    (tmp_path / "bazaar.asc").write_text(str(market.secret.extract_certificate()))
    assert market_key(source) == market.key
    now = datetime.now(UTC) + timedelta(seconds=60)
    assert read_mirror_list(market.sign(), source, now=now).addresses == TAKEN


def test_another_key_than_stated_is_a_mistake_of_the_file(
    tmp_path: Path, market: Market, stranger: Market
) -> None:
    source = source_file(tmp_path, market)
    (tmp_path / "bazaar.asc").write_text(str(stranger.secret.extract_certificate()))
    with pytest.raises(ConfigurationError, match=stranger.key.fingerprint):
        market_key(source)
    (tmp_path / "bazaar.asc").write_text("no key")
    with pytest.raises(ConfigurationError, match="no single usable"):
        market_key(source)


def test_a_source_without_a_list_reads_none(market: Market) -> None:
    source = Source(name="bazaar", route="tor", start=[f"http://{A}/"])
    assert market_key(source) is None
    with pytest.raises(ConfigurationError, match="names no signed list"):
        read_mirror_list(market.sign(), source, now=datetime.now(UTC))
