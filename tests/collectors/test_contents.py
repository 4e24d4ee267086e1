"""What bytes hold, whatever a server calls them."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.contents import contents


def zipped() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a.html", "<html>")
    return made.getvalue()


def tarred() -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"))
    return made.getvalue()


@pytest.mark.parametrize(
    ("payload", "wanted"),
    [
        (b"<!DOCTYPE html><html>", "html"),
        (b"  \r\n<HTML><body>", "html"),
        (b"<!-- x --><div>", "html"),
        (b"Warning: mysql in /var/www<br />\n<html>", "html"),
        (b"\xef\xbb\xbf<html>", "html"),
        ("<html><p>Слоновая кость</p>".encode("cp1251"), "html"),
        ("<html><p>象牙</p>".encode("gb18030"), "html"),
        ("\ufeff<html><p>слон</p>".encode("utf-16-le"), "html"),
        ("<html><p>ivory</p>".encode("utf-16-be"), "html"),
        (b'{"items": []}', "json"),
        (b'[{"a": 1}]', "json"),
        (b"[tusk] for sale", "text"),
        (b'<?xml version="1.0"?><rss version="2.0">', "feed"),
        (b'<?xml version="1.0"?>\n<feed xmlns="http://www.w3.org/2005/Atom">', "feed"),
        (b'<?xml version="1.0"?><urlset>', "xml"),
        (b"User-agent: *\nDisallow: /", "text"),
        (b"-----BEGIN PGP SIGNED MESSAGE-----", "text"),
        ("слон".encode(), "text"),
        (b"", "nothing"),
        (b"\x89PNG\r\n\x1a\n", "media"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "media"),
        (b"%PDF-1.7", "unknown"),
        (b"\x7fELF\x02\x01\x01", "unknown"),
        (bytes(range(256)) * 4, "unknown"),
        (zipped(), "archive"),
        (tarred(), "archive"),
        (gzip.compress(b"x", mtime=0), "archive"),
        (bz2.compress(b"x"), "archive"),
        (lzma.compress(b"x"), "archive"),
    ],
)
def test_bytes_decide(payload: bytes, wanted: str) -> None:
    for declared in ("", "text/html", "application/octet-stream"):
        assert contents(payload, declared) == wanted


def test_a_declared_picture_counts_where_the_bytes_say_nothing() -> None:
    assert contents(b"\x01\x02rubbish", "image/x-canon-crw") == "media"
    assert contents(b"<html>", "image/png") == "html"


def test_real_pages_are_pages(shared_data: Path) -> None:
    pages = sorted((shared_data / "darknet/html").rglob("*.html"))
    assert pages
    assert {contents(page.read_bytes()) for page in pages} == {"html"}


@given(st.binary(max_size=600), st.text(max_size=30))
def test_anything_is_something(payload: bytes, declared: str) -> None:
    assert contents(payload, declared)
