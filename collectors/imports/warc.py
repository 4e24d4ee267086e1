"""Responses in a WARC file as pieces of evidence, each with its address, date and headers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from collectors.archives import printable
from collectors.imports.listings import parse_time
from collectors.imports.pieces import Piece
from collectors.media import media_kind
from model.clock import iso
from model.evidence import Issue

MAX_RECORD = 64 << 20
"""Bytes of one record, packed and unpacked."""

_WANTED = WarcRecordType.response | WarcRecordType.resource | WarcRecordType.revisit


def warc_pieces(stream: BinaryIO, size: int, name: str) -> Iterator[Piece | Issue]:
    """Every response and resource record; an issue for each that is damaged or is no page.

    A record whose length or digest does not hold is left out, and a file that ends in the
    middle is said to: the reading library itself stops without a word.
    """
    number = 0
    try:
        for record in ArchiveIterator(stream, record_types=_WANTED, parse_http=False):
            number += 1
            yield _piece(record, f"{name}#{number}")
    except (OSError, ValueError, EOFError) as error:
        yield Issue("error", f"{name}: unreadable after record {number}: {error}", name)
        return
    if stream.tell() < size:
        left = f"{size - stream.tell():,} bytes were not read"
        yield Issue("error", f"{name}: damaged after record {number}: {left}", name)
    elif number == 0:
        yield Issue("warning", f"{name}: holds no responses", name)


def _piece(record: WarcRecord, name: str) -> Piece | Issue:
    url = printable(record.headers.get("WARC-Target-URI") or "").strip("<>")
    if record.record_type == WarcRecordType.revisit:
        return Issue("note", f"{name}: {url}: unchanged since an earlier visit; no content", name)
    if record.content_length > MAX_RECORD:
        return Issue("error", f"{name}: {url}: larger than {MAX_RECORD:,} bytes", name)
    declared = record.headers.get("Content-Length")
    try:
        record.freeze()
        if str(record.content_length) != (declared or "").strip():
            found = f"{record.content_length} of {declared} bytes"
            return Issue("error", f"{name}: {url}: cut off: {found}", name)
        if record.headers.get("WARC-Block-Digest") and not record.verify_block_digest():
            return Issue("error", f"{name}: {url}: its digest does not match", name)
        return _response(record, url, name)
    except (OSError, ValueError, EOFError) as error:
        return Issue("error", f"{name}: {url}: damaged: {error}", name)


def _response(record: WarcRecord, url: str, name: str) -> Piece | Issue:
    """A record as a piece with its content unpacked; pictures and films stay outside."""
    http = record.record_type == WarcRecordType.response
    if http:
        record.parse_http(auto_decode="all")
        content_type = record.http_content_type or ""
    else:
        content_type = record.headers.get("Content-Type") or ""
    payload = record.reader.read(MAX_RECORD + 1)
    if len(payload) > MAX_RECORD:
        return Issue("error", f"{name}: {url}: unpacks to more than {MAX_RECORD:,} bytes", name)
    media = media_kind(payload, content_type)
    if media:
        return Issue("note", f"{name}: {url}: {media} is not taken in", name)
    moment = parse_time(record.headers.get("WARC-Date") or "")
    undated = Issue("warning", f"{name}: no date; that of the import is taken", name)
    return Piece(
        name=name,
        payload=payload,
        reading={"format": "html", "name": name},
        url=url,
        captured_at=iso(moment) if moment else "",
        status=record.http_headers.status_code if http else None,
        content_type=printable(content_type),
        headers=_headers(record) if http else (),
        issues=() if moment else (undated,),
    )


def _headers(record: WarcRecord) -> tuple[tuple[str, str], ...]:
    return tuple(
        (printable(key), printable(value)) for key, value in record.http_headers.astuples()[:200]
    )
