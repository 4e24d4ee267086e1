from __future__ import annotations

import hashlib
import io
import uuid
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from model.errors import EvidenceError
from vault.records import CHUNK, Payload
from vault.warc import Member, RecordPlan, read_record, record_id, write_record, write_warcinfo

IMPORTED = RecordPlan("urn:uuid:1", "file:a", "2026-01-01T00:00:00Z", "text/csv")
FETCHED = replace(IMPORTED, uri="http://a/", status=200, http=(("Content-Type", "text/html"),))
WILD = st.text(st.characters(), max_size=40)


def written(plan: RecordPlan, payload: bytes) -> tuple[io.BytesIO, Member]:
    file = io.BytesIO()
    write_warcinfo(file, "a.warc.gz", plan.date, {"software": "spoor"})
    return file, write_record(file, plan, Payload(payload))


def read(file: io.BytesIO, member: Member) -> bytes:
    return b"".join(read_record(file, member.offset, member.length).payload)


@given(st.binary(max_size=3_000), st.booleans())
def test_payload_comes_back(payload: bytes, fetched: bool) -> None:
    file, member = written(FETCHED if fetched else IMPORTED, payload)
    assert read(file, member) == payload
    assert read_record(file, member.offset, member.length).id == "urn:uuid:1"
    assert member.offset + member.length == len(file.getvalue())


@pytest.mark.parametrize("size", [CHUNK - 1, CHUNK, 3 * CHUNK + 5])
@pytest.mark.parametrize("fill", [b"\x00", b"ivory \r\n\r\n"])
def test_payload_over_several_pieces_comes_back(size: int, fill: bytes) -> None:
    payload = (fill * (size // len(fill) + 1))[:size]
    file, member = written(FETCHED, payload)
    pieces = list(read_record(file, member.offset, member.length).payload)
    assert b"".join(pieces) == payload
    assert max(map(len, pieces)) <= CHUNK


@settings(max_examples=60)
@given(
    url=WILD,
    content_type=WILD,
    headers=st.lists(st.tuples(WILD, WILD), max_size=4),
    status=st.integers(100, 599),
    payload=st.binary(max_size=60),
)
def test_other_readers_agree_whatever_a_server_sends(
    url: str, content_type: str, headers: list[tuple[str, str]], status: int, payload: bytes
) -> None:
    """Header injection: no text from outside adds a header, a record or a byte of content."""
    plan = RecordPlan("urn:uuid:1", url, IMPORTED.date, content_type, (), status, tuple(headers))
    for tried in (plan, replace(plan, status=None), replace(plan, uri=f"http://{url}")):
        file, _ = written(tried, payload)
        records = [
            (r.rec_type, r.content_stream().read())
            for r in ArchiveIterator(io.BytesIO(file.getvalue()), check_digests="raise")
        ]
        kind = "response" if tried.uri.startswith("http://") and tried.status else "resource"
        assert [name for name, _ in records] == ["warcinfo", kind]
        assert records[1][1] == payload
        fast = list(FastIterator(io.BytesIO(file.getvalue()), parse_http=True))
        assert len(fast) == 2


def test_fastwarc_reads_payload_and_digests() -> None:
    file, _ = written(FETCHED, b"<html>")
    kinds = []
    for record in FastIterator(io.BytesIO(file.getvalue()), parse_http=True):
        assert record.headers["WARC-Type"] == "warcinfo" or record.verify_payload_digest()
    for record in FastIterator(io.BytesIO(file.getvalue()), parse_http=False):
        assert record.verify_block_digest()
        kinds.append(record.headers["WARC-Type"])
    assert kinds == ["warcinfo", "response"]


def test_injected_header_becomes_part_of_the_value() -> None:
    file, member = written(replace(FETCHED, uri="http://a/\r\nWARC-Type: metadata"), b"x")
    headers = read_record(file, member.offset, member.length).headers
    assert headers["warc-type"] == "response"
    assert headers["warc-target-uri"] == "http://a/%0D%0AWARC-Type:%20metadata"


def test_content_was_decoded_so_its_length_is_stated_anew() -> None:
    given_headers = (("Content-Encoding", "gzip"), ("content-length", "3"))
    file, member = written(replace(FETCHED, http=given_headers), b"<html>")
    text = zlib.decompress(file.getvalue()[member.offset :], 31)
    assert b"X-Archive-Orig-Content-Encoding: gzip\r\n" in text
    assert b"X-Archive-Orig-content-length: 3\r\n" in text
    assert b"\r\nContent-Length: 6\r\n\r\n<html>\r\n\r\n" in text


def test_what_does_not_compress_is_stored() -> None:
    noise = b"".join(hashlib.sha256(bytes([n, 7])).digest() for n in range(250))
    file, member = written(IMPORTED, noise)
    assert noise in file.getvalue()
    assert read(file, member) == noise


@given(data=st.data())
def test_every_flipped_bit_is_noticed(data: st.DataObject) -> None:
    """Unused bits of the compressed stream inflate to the same; the member's digest tells."""
    file, member = written(FETCHED, b"<html>ivory</html>")
    held = bytearray(file.getvalue())
    place = data.draw(st.integers(member.offset, member.offset + member.length - 1))
    held[place] ^= 1 << data.draw(st.integers(0, 7))
    digest = hashlib.sha256(held[member.offset :]).hexdigest()
    try:
        read(io.BytesIO(bytes(held)), member)
    except EvidenceError:
        return
    assert digest != member.sha256


@given(st.binary(max_size=400))
def test_no_bytes_crash_the_reader(held: bytes) -> None:
    for data in (held, b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" + held):
        with pytest.raises(EvidenceError):
            read(io.BytesIO(data), Member(0, len(data), ""))


def test_a_cut_member_is_an_error() -> None:
    file, member = written(IMPORTED, b"tusk" * 1_000)
    for cut in (1, 8, 9, member.length - 11):
        short = io.BytesIO(file.getvalue()[:-cut])
        with pytest.raises(EvidenceError):
            read(short, member)


def test_record_ids_are_uuids() -> None:
    made = record_id("0123456789abcdef" * 4)
    assert uuid.UUID(made.removeprefix("urn:uuid:")).version == 8


def test_payload_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"made by spoor-rehearsal-world")
    from_file, from_memory = Payload(path), Payload(path.read_bytes())
    assert (from_file.size, from_file.sha256) == (from_memory.size, from_memory.sha256)
    assert from_file.contains(b"rehearsal")
    assert from_memory.contains(b"rehearsal")
    assert not from_file.contains(b"tusk")
    path.write_bytes(b"")
    assert not Payload(path).contains(b"x")
    for start in (CHUNK - 12, CHUNK - 1, CHUNK, 2 * CHUNK - 5):
        path.write_bytes(bytes(start) + b"spoor-rehearsal-world" + bytes(50))
        assert Payload(path).contains(b"spoor-rehearsal-world")
        assert not Payload(path).contains(b"spoor-rehearsal-worlds")
