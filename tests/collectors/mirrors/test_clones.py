"""Pages that imitate a site, told by address, by signed list and by key; with real saved pages."""

from __future__ import annotations

import base64
import hashlib
import html
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pysequoia
import pytest
from pysequoia import SignatureMode

from collectors.mirrors import Mirrors, clone_signs, looks_like, read_mirror_list
from collectors.openpgp import PublicKey, keys_on_page, read_key
from config.sources import Source, load_source


def onion(seed: int) -> str:
    """A v3 onion address with a checksum that holds."""
    key = hashlib.sha256(seed.to_bytes(4, "big")).digest()
    check = hashlib.sha3_256(b".onion checksum" + key + b"\x03").digest()[:2]
    return base64.b32encode(key + check + b"\x03").decode().lower() + ".onion"


A, B, CLONE = onion(1), onion(2), onion(3)
SECRET = pysequoia.Tsk.generate("Dream Market <admin@dream>")
OTHER = pysequoia.Tsk.generate("DREAM  market <support@elsewhere>")
VENDOR = pysequoia.Tsk.generate("CHEFRAMSAY <chef@example>")


def public(secret: pysequoia.Tsk) -> PublicKey:
    key = read_key(bytes(secret.extract_certificate()))
    assert key is not None
    return key


KEY = public(SECRET)


def dream() -> Source:
    """The shipped source of a real market, as if it still stood, at two addresses."""
    keys = load_source("dream").model_dump(by_alias=True, exclude_defaults=True)
    wanted = {"url": f"http://{A}/mirrors.txt", "fingerprint": KEY.fingerprint, "key": "k.asc"}
    live = {"route": "tor", "start": [f"http://{A}/"], "mirrors": [f"http://{B}/"]}
    return Source.model_validate({**keys, **live, "mirror_list": wanted})


SOURCE = dream()


def signed(text: str) -> bytes:
    return bytes(pysequoia.sign(SECRET.signer(), text.encode(), mode=SignatureMode.CLEAR))


def page_with(secret: pysequoia.Tsk) -> bytes:
    armour = html.escape(str(secret.extract_certificate()))
    return f"<html><body><h1>Key</h1><pre>{armour}</pre></body></html>".encode()


@pytest.fixture
def main_page(shared_data: Path) -> bytes:
    return (shared_data / "darknet/html/dream/main_page/main_page_0.html").read_bytes()


def test_a_page_of_the_market_at_its_own_addresses_is_no_clone(main_page: bytes) -> None:
    mirrors = Mirrors(SOURCE)
    for host in (A, B):
        url = f"http://{host}/"
        here = looks_like(SOURCE, main_page, url=url)
        assert here
        assert clone_signs(SOURCE, mirrors, url, main_page, recognised=here, key=KEY) == ()


def test_the_same_page_at_another_address_is_one(main_page: bytes) -> None:
    url = f"http://{CLONE}/"
    here = looks_like(SOURCE, main_page, url=url)
    (sign,) = clone_signs(SOURCE, Mirrors(SOURCE), url, main_page, recognised=here, key=KEY)
    assert url in sign
    assert "shows itself as Dream Market" in sign


def test_another_site_at_another_address_is_none(shared_data: Path) -> None:
    page = shared_data / "darknet/html/empire/login_page/saved_empire_login_page_0.html"
    payload, url = page.read_bytes(), f"http://{CLONE}/"
    here = looks_like(SOURCE, payload, url=url)
    assert clone_signs(SOURCE, Mirrors(SOURCE), url, payload, recognised=here, key=KEY) == ()
    assert not looks_like(SOURCE, b"\x89PNG\r\n\x1a\n" + b"\x00" * 100)


def test_an_address_of_the_verified_list_is_the_sites_own(main_page: bytes) -> None:
    now = datetime.now(UTC) + timedelta(minutes=1)
    payload = signed(f"Mirrors:\nhttp://{A}/\nhttp://{CLONE}/\n")
    reading = read_mirror_list(payload, SOURCE, now=now, key=KEY)
    mirrors = Mirrors(SOURCE)
    mirrors.take(reading, served_from=f"http://{A}/mirrors.txt")
    url = f"http://{CLONE}/"
    assert clone_signs(SOURCE, mirrors, url, main_page, recognised=True, reading=reading) == ()


def test_a_list_served_from_a_host_that_it_does_not_name() -> None:
    now = datetime.now(UTC) + timedelta(minutes=1)
    payload = signed(f"Mirrors:\nhttp://{A}/\n")
    reading = read_mirror_list(payload, SOURCE, now=now, key=KEY)
    mirrors = Mirrors(SOURCE)
    assert clone_signs(SOURCE, mirrors, f"http://{A}/mirrors.txt", payload, reading=reading) == ()
    (sign,) = clone_signs(SOURCE, mirrors, f"http://{B}/mirrors.txt", payload, reading=reading)
    assert f"does not name {B}" in sign
    signs = clone_signs(SOURCE, mirrors, f"http://{CLONE}/mirrors.txt", payload, reading=reading)
    assert len(signs) == 2
    assert "no known address" in signs[0]


def test_a_list_signed_by_another_key_where_the_sites_own_should_be() -> None:
    text = f"Mirrors:\nhttp://{CLONE}/\n".encode()
    payload = bytes(pysequoia.sign(OTHER.signer(), text, mode=SignatureMode.CLEAR))
    reading = read_mirror_list(payload, SOURCE, now=datetime.now(UTC), key=KEY)
    assert reading.signed_by
    url = f"http://{B}/mirrors.txt"
    (sign,) = clone_signs(SOURCE, Mirrors(SOURCE), url, payload, reading=reading)
    assert reading.signed_by in sign
    assert KEY.fingerprint in sign


def test_a_forged_list_says_nothing_about_the_page_it_stands_on() -> None:
    """Who can not sign as the market can not make its pages look like clones either."""
    text = f"Mirrors:\nhttp://{CLONE}/\n".encode()
    payload = bytes(pysequoia.sign(OTHER.signer(), text, mode=SignatureMode.CLEAR))
    reading = read_mirror_list(payload, SOURCE, now=datetime.now(UTC), key=KEY)
    assert not reading.accepted
    assert clone_signs(SOURCE, Mirrors(SOURCE), f"http://{A}/x", payload, reading=reading) == ()


def test_another_key_in_the_sites_own_name() -> None:
    url, mirrors = f"http://{B}/pgp", Mirrors(SOURCE)
    assert clone_signs(SOURCE, mirrors, url, page_with(SECRET), key=KEY) == ()
    (sign,) = clone_signs(SOURCE, mirrors, url, page_with(OTHER), key=KEY)
    assert public(OTHER).fingerprint in sign
    assert KEY.fingerprint in sign
    assert "'dream market'" in sign


def test_another_key_where_the_list_should_be() -> None:
    url = f"http://{B}/mirrors.txt"
    (sign,) = clone_signs(SOURCE, Mirrors(SOURCE), url, page_with(VENDOR), key=KEY)
    assert "where its signed list should be" in sign


def test_keys_of_users_are_theirs() -> None:
    url, mirrors = f"http://{B}/vendor", Mirrors(SOURCE)
    assert clone_signs(SOURCE, mirrors, url, page_with(VENDOR), key=KEY) == ()
    assert clone_signs(SOURCE, mirrors, url, page_with(OTHER), key=KEY, by_users=True) == ()


def test_real_pages_with_keys_of_vendors_are_no_clones(shared_data: Path) -> None:
    pages = sorted((shared_data / "darknet/html/dream/sellers").glob("*.html"))
    payloads = [page.read_bytes() for page in pages]
    assert sum(bool(list(keys_on_page(payload))) for payload in payloads) == 6
    for payload in payloads:
        url = f"http://{A}/contactMember"
        assert clone_signs(SOURCE, Mirrors(SOURCE), url, payload, recognised=True, key=KEY) == ()
