"""WARC files of others: addresses, dates, unpacking; what is damaged is said, record by record."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import uuid

import pytest

from collectors.imports.pieces import Piece
from collectors.imports.warc import warc_pieces
from model.evidence import Issue

PAGE = b"<html><body>An elephant's tusk</body></html>"
OTHER = b"<html><body>Another page</body></html>"


def record(kind: str, url: str, block: bytes, *more: str) -> bytes:
    """One WARC record, spelt out."""
    digest = base64.b32encode(hashlib.sha1(block).digest()).decode()
    head = [
        "WARC/1.1",
        f"WARC-Type: {kind}",
        f"WARC-Target-URI: {url}",
        "WARC-Date: 2020-01-02T03:04:05Z",
        f"WARC-Record-ID: <urn:uuid:{uuid.UUID(int=len(block))}>",
        f"WARC-Block-Digest: sha1:{digest}",
        f"Content-Length: {len(block)}",
        *more,
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def response(
    url: str, body: bytes, *headers: str, status: str = "200 OK", packed: bool = False
) -> bytes:
    head = "\r\n".join([f"HTTP/1.1 {status}", *headers]).encode()
    kind = "Content-Type: application/http; msgtype=response"
    raw = record("response", url, head + b"\r\n\r\n" + body, kind)
    return gzip.compress(raw, mtime=0) if packed else raw


def warc(*, packed: bool) -> bytes:
    html = "Content-Type: text/html; charset=utf-8"
    return response("http://x.example/1", PAGE, html, packed=packed) + response(
        "http://x.example/2", OTHER, html, status="404 Not Found", packed=packed
    )


def read(raw: bytes) -> tuple[list[Piece], list[Issue]]:
    found = list(warc_pieces(io.BytesIO(raw), len(raw), "x.warc"))
    pieces = [item for item in found if isinstance(item, Piece)]
    return pieces, [item for item in found if isinstance(item, Issue)]


@pytest.mark.parametrize("packed", [True, False])
def test_every_response_with_address_date_status_and_headers(packed: bool) -> None:
    pieces, issues = read(warc(packed=packed))
    assert issues == []
    first, second = pieces
    assert (first.url, first.captured_at, first.status) == (
        "http://x.example/1",
        "2020-01-02T03:04:05Z",
        200,
    )
    assert first.payload == PAGE
    assert first.headers == (("Content-Type", "text/html; charset=utf-8"),)
    assert second.status == 404


def test_packed_and_chunked_content_is_unpacked() -> None:
    chunked = b"5\r\n<html\r\n2\r\n>x\r\n0\r\n\r\n"
    raw = response("http://x.example/1", gzip.compress(PAGE), "Content-Encoding: gzip")
    raw += response("http://x.example/2", chunked, "Transfer-Encoding: chunked")
    pieces, issues = read(raw)
    assert issues == []
    assert [piece.payload for piece in pieces] == [PAGE, b"<html>x"]


def test_a_bomb_in_a_record_is_refused() -> None:
    bomb = gzip.compress(b"\x00" * (70 << 20))
    raw = response("http://x.example/1", bomb, "Content-Encoding: gzip")
    pieces, issues = read(raw + response("http://x.example/2", PAGE))
    assert [piece.payload for piece in pieces] == [PAGE]
    assert "unpacks to more than" in issues[0].message


def test_a_resource_is_taken_and_a_revisit_noted() -> None:
    raw = record("resource", "http://x.example/r", PAGE, "Content-Type: text/html")
    pieces, issues = read(raw + record("revisit", "http://x.example/1", b""))
    assert [(piece.url, piece.status) for piece in pieces] == [("http://x.example/r", None)]
    assert [issue.severity for issue in issues] == ["note"]


def test_a_record_without_a_date_is_no_evidence() -> None:
    raw = response("http://x.example/1", PAGE).replace(b"WARC-Date", b"WARC-Dote")
    pieces, issues = read(raw)
    assert pieces == []
    assert "no date" in issues[0].message


def test_pictures_stay_outside() -> None:
    jpeg = b"\xff\xd8\xff\xe0" + bytes(100)
    pieces, issues = read(response("http://x.example/1.jpg", jpeg, "Content-Type: text/html"))
    assert pieces == []
    assert "a picture is not taken in" in issues[0].message


def test_an_altered_record_is_left_out_and_the_next_one_taken() -> None:
    raw = warc(packed=False).replace(b"elephant", b"elephanT")
    pieces, issues = read(raw)
    assert [piece.payload for piece in pieces] == [OTHER]
    assert "digest does not match" in issues[0].message


@pytest.mark.parametrize("packed", [True, False])
def test_a_file_cut_short_says_so_wherever_it_is_cut(packed: bool) -> None:
    raw = warc(packed=packed)
    whole = {piece.payload for piece in read(raw)[0]}
    silent = []
    for end in range(1, len(raw) - 4, 7):
        pieces, issues = read(raw[:end])
        assert {piece.payload for piece in pieces} <= whole
        if len(pieces) < 2 and not any(issue.severity != "note" for issue in issues):
            silent.append(end)
    assert silent == []


@pytest.mark.parametrize("packed", [True, False])
def test_rubbish_in_the_middle_is_said(packed: bool) -> None:
    raw = warc(packed=packed)
    middle = raw.rfind(b"\x1f\x8b\x08") if packed else raw.rfind(b"WARC/1")
    pieces, issues = read(raw[:middle] + b"\x00rubbish" * 20 + raw[middle:])
    assert pieces[0].payload == PAGE
    if len(pieces) < 2:
        assert any(issue.severity == "error" for issue in issues)


@pytest.mark.parametrize(
    "raw",
    [
        b"WARC/1.1\r\nWARC-Type: response\r\nContent-Length: 99999999999\r\n\r\nabc",
        b"WARC/1.1\r\nWARC-Type: response\r\nContent-Length: -5\r\n\r\nabc",
        b"WARC/1.1\r\nWARC-Type: response\r\n\r\n",
        b"WARC/1.1\r\n" + b"X" * 100_000,
        b"WARC/1.1\r\n",
        b"\x1f\x8b\x08\x00",
    ],
)
def test_records_that_lie_about_themselves(raw: bytes) -> None:
    pieces, issues = read(raw)
    assert pieces == []
    assert issues
