"""Responses in a WARC file as pieces of evidence, each with its address, date and headers."""

from __future__ import annotations

import re
import zlib
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

_WANTED = (WarcRecordType.response, WarcRecordType.resource, WarcRecordType.revisit)
_END = b"\r\n\r\n"


def warc_pieces(stream: BinaryIO, size: int, name: str) -> Iterator[Piece | Issue]:
    """Every response and resource record; an issue for each that is damaged or is no page.

    A record whose length or digest does not hold is left out, and a file that ends in the
    middle of one is said to: the reading library itself stops there without a word.
    """
    number = last = 0
    try:
        for record in ArchiveIterator(stream, parse_http=False):
            last = record.stream_pos
            if record.record_type in _WANTED:
                number += 1
                yield _piece(record, f"{name}#{number}")
    except (OSError, ValueError, EOFError) as error:
        yield Issue("error", f"{name}: unreadable after record {number}: {error}", name)
        return
    if not _ends_whole(stream, last, size):
        yield Issue("error", f"{name}: cut off or damaged after record {number}", name)
    elif number == 0:
        yield Issue("warning", f"{name}: holds no responses", name)


def _ends_whole(stream: BinaryIO, start: int, size: int) -> bool:
    """Whether the record at ``start`` is complete and the last thing in the file."""
    if size - start > 2 * MAX_RECORD:
        return False
    stream.seek(start)
    tail = stream.read()
    if tail.startswith(b"\x1f\x8b"):
        inflater = zlib.decompressobj(wbits=31)
        try:
            tail = inflater.decompress(tail, 2 * MAX_RECORD)
        except zlib.error:
            return False
        if not inflater.eof or inflater.unused_data.strip(b"\x00"):
            return False
    head, found, rest = tail.partition(_END)
    length = re.search(rb"^content-length:\s*([0-9]{1,18})\s*$", head, re.I | re.M)
    if not found or length is None:
        return False
    content = int(length.group(1))
    return len(rest) >= content + len(_END) and not rest[content:].strip(b"\r\n")


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
        record.is_http = True
        record.parse_http(auto_decode="all")
        http = record.http_headers is not None
    if http:
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
    if moment is None:
        return Issue("error", f"{name}: {url}: has no date, as every record must", name)
    return Piece(
        name=name,
        payload=payload,
        reading={"format": "html", "name": name},
        url=url,
        captured_at=iso(moment),
        status=record.http_headers.status_code if http else None,
        content_type=printable(content_type),
        headers=_headers(record) if http else (),
    )


def _headers(record: WarcRecord) -> tuple[tuple[str, str], ...]:
    return tuple(
        (printable(key), printable(value)) for key, value in record.http_headers.astuples()[:200]
    )
