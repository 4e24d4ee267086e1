"""What a file is by its bytes, and a plain word about what it is instead."""

from __future__ import annotations

import gzip

import pytest

from collectors.imports.detect import Unknown, check_format, detect
from model.errors import ConfigurationError


@pytest.mark.parametrize(
    ("head", "name", "wanted"),
    [
        (b"<!DOCTYPE html><html>", "x", "html"),
        (b"\xef\xbb\xbf \n<html><body>", "x.bin", "html"),
        (b"<!-- saved from url=(0014)about:internet -->\n<html>", "x.txt", "html"),
        ("<html><body>".encode("utf-16"), "x", "html"),
        (b"WARC/1.1\r\nWARC-Type: warcinfo\r\n", "x", "warc"),
        (gzip.compress(b"WARC/1.0\r\n" + b"x" * 100, mtime=0), "x.gz", "warc"),
        (b'{"platform": "x"}\n', "x", "listings"),
        (b'[{"platform": "x"}]', "x", "listings"),
        (b"platform,url\nx,y\n", "x", "listings"),
        (b"platform;url\r\nx;y\r\n", "x.txt", "listings"),
        ("platform\turl\nx\ty\n".encode("utf-16"), "x", "listings"),
        (b"title\nTusk\n", "x.csv", "listings"),
        (b"PK\x03\x04rest", "x.html", "zip"),
        (b"Warning: something<br><div><p>page</p></div>", "x.html", "html"),
    ],
)
def test_the_bytes_tell(head: bytes, name: str, wanted: str) -> None:
    assert detect(head, name) == wanted


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b"GIF89a", "picture"),
        (b"<?xml version='1.0'?><feed></feed>", "XML"),
        (gzip.compress(b"platform,url\n", mtime=0), "no WARC"),
        (b"\x1f\x8bbroken", "no WARC"),
        (b"just some words", "plain text"),
        (bytes(range(256)) * 4, "binary"),
        (b"SQLite format 3\x00", "database"),
    ],
)
def test_what_is_not_read_is_named(head: bytes, what: str) -> None:
    with pytest.raises(Unknown, match=what) as caught:
        detect(head, "file")
    assert "listings, html" in str(caught.value)


@pytest.mark.parametrize("told", ["docx", "zip", ""])
def test_formats_that_are_not_read_are_refused_with_those_that_are(told: str) -> None:
    with pytest.raises(ConfigurationError, match="listings, html"):
        check_format(told)


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        (b"\n%PDF-1.7\n", "pdf"),
        (b"<html><body>how to read %PDF-1.7 files", "html"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "picture"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "picture"),
        (b"From: <Saved by Blink>\r\nContent-Type: multipart/related;\r\n", "mhtml"),
        (b'{"log": {"version": "1.2"}}', "har"),
        (b'{"log": "x", "url": "y"}\n', "listings"),
        (b'{\n  "guild": {"id": "1"},\n  "channel": {"id": "2"}}', "discord"),
        (b'{"participants": [{"name": "a"}], "title": "x"}', "listings"),
        (b"window.YTD.tweets.part0 = [", "x"),
        ("[13.02.24, 20:03:11] Ali: a\n[13.02.24, 20:03:12] Ali: b".encode("utf-16"), "whatsapp"),
    ],
)
def test_what_people_hand_in_is_told_from_its_bytes(head: bytes, wanted: str) -> None:
    assert detect(head, "file") == wanted
