"""Two hundred mutated and invented inputs per importer: a clear error or a result, never more."""

from __future__ import annotations

import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.archives import Limits, zip_members
from collectors.imports.column_map import ColumnMap, load_map
from collectors.imports.detect import HEAD, detect
from collectors.imports.pieces import page_piece, table_piece
from collectors.imports.reading import Reading, stream_documents
from collectors.imports.warc import warc_pieces
from model.canonical import Json, canonical
from model.errors import SpoorError
from model.evidence import Capture, Document, Issue

ROUNDS = 200
LIMITS = Limits(member_bytes=1 << 20, total_bytes=4 << 20, members=100)
NASTY = (
    *(b"\x00", b'"', b"'", b"\r", b"\n", b"\\", b"{", b"[", b"}", b"]", b",", b";", b"\t"),
    *(b"<", b">", b"</", b"<!--", b"]]>", b"&#x110000;", b"&#0;", b"\xff\xfe", b"\xef\xbb\xbf"),
    *(b"\xed\xa0\x80", b"\xc0\x80", b"\xe2\x80\xae", b"1e999", b"NaN", b"\\ud800", b"\\u0000"),
    *(b"[" * 5_000, b'{"a":' * 3_000, b"<div>" * 3_000, b'"' * 999, b"," * 999, b"9" * 5_000),
    *(b"Content-Length: 99999999999\r\n", b"WARC/1.1\r\n", b"PK\x03\x04", b"\x1f\x8b\x08"),
)


def mutated(original: bytes, number: int) -> bytes:
    """The original with one to six cuts, doublings, flips and insertions; the same every time."""
    dice = random.Random(number)
    raw = bytearray(original)
    for _ in range(dice.randint(1, 6)):
        at, end = sorted((dice.randint(0, len(raw)), dice.randint(0, len(raw))))
        match dice.randrange(6):
            case 0:
                raw[at:at] = dice.choice(NASTY)
            case 1:
                del raw[at : min(end, at + 4_000)]
            case 2:
                raw[at:at] = raw[at : min(end, at + 4_000)]
            case 3:
                raw[at : at + 8] = dice.randbytes(8)
            case 4:
                del raw[end:]
            case _:
                raw = raw.replace(b"\n", dice.choice((b"\r", b"\r\n", b"\n\n", b"\x00\n")))
    return bytes(raw)


def capture(reading: object) -> Capture:
    values: dict[str, Json] = {field.name: "" for field in fields(Capture)}
    values |= {"sha256": "a" * 64, "source": "fuzz", "captured_at": "2026-01-01T00:00:00Z"}
    return Capture(**values | {"headers": (), "reading": reading, "status": None})


def check(documents: list[Document], issues: list[Issue]) -> None:
    """What came out can be stored, exported and shown."""
    for document in documents:
        assert document.native_id
        assert document.platform
        assert document.seen_at.endswith("Z")
        canonical([document.uid, dict(document.fields), dict(document.extra)]).decode("utf-8")
        assert "\x00" not in str(dict(document.fields))
    for issue in issues:
        assert issue.severity in ("note", "warning", "error")
        assert issue.message


def read_table(raw: bytes, column_map: ColumnMap | None) -> int:
    piece = table_piece(raw, "fuzz.csv", column_map)
    reading = Reading()
    documents = list(stream_documents(raw, capture(piece.reading), None, reading))
    check(documents, [*piece.issues, *reading.said()])
    return len(documents)


def read_page_bytes(raw: bytes, _: ColumnMap | None = None) -> int:
    reading = Reading()
    reads = stream_documents(raw, capture(page_piece(raw, "fuzz.html").reading), None, reading)
    documents = list(reads)
    check(documents, list(reading.said()))
    return len(documents)


def read_warc(raw: bytes, _: ColumnMap | None = None) -> int:
    found = list(warc_pieces(io.BytesIO(raw), len(raw), "fuzz.warc"))
    check([], [item for item in found if isinstance(item, Issue)])
    pages = [item.payload for item in found if not isinstance(item, Issue)]
    for page in pages:
        read_page_bytes(page)
    return len(pages)


def read_zip(raw: bytes, _: ColumnMap | None = None) -> int:
    found = list(zip_members(io.BytesIO(raw), "fuzz.zip", LIMITS))
    check([], [item for item in found if isinstance(item, Issue)])
    pages = [item.payload for item in found if not isinstance(item, Issue)]
    for page in pages:
        read_page_bytes(page)
    return len(pages)


def outcome(read: Callable[[bytes, ColumnMap | None], int], raw: bytes, *options: ColumnMap) -> int:
    """How many records or pages; -1 for a clear error. Anything else falls through and fails."""
    with suppress(SpoorError):
        detect(raw[:HEAD], "fuzz")
    with suppress(SpoorError):
        return read(raw, options[0] if options else None)
    return -1


def tables(folder: Path) -> Iterator[tuple[bytes, ColumnMap]]:
    for name, file in (
        ("agora", "agora_2014_01_vendor_listings_dev.csv"),
        ("agartha", "cryptomarketstudy_agartha_dev.csv"),
        ("dwdata", "dwdata_listings_dev.csv"),
    ):
        yield (folder / "darknet" / file).read_bytes()[:20_000], load_map(name)


def test_mutated_real_csv(shared_data: Path) -> None:
    originals = list(tables(shared_data))
    results = [
        outcome(read_table, mutated(originals[number % 3][0], number), originals[number % 3][1])
        for number in range(ROUNDS)
    ]
    assert sum(found > 0 for found in results) > ROUNDS // 2


def test_mutated_real_json_lines(shared_data: Path) -> None:
    original = (shared_data / "wildlife_ads" / "two_published_adverts.jsonl").read_bytes() * 3
    results = [outcome(read_table, mutated(original, number)) for number in range(ROUNDS)]
    assert sum(found > 0 for found in results) > ROUNDS // 2


def test_mutated_json_array(shared_data: Path) -> None:
    path = shared_data / "wildlife_ads" / "thai_listings_kaidee_facebook_dev.json"
    original = path.read_bytes()[:20_000]
    for number in range(ROUNDS):
        outcome(read_table, mutated(original, number))


@pytest.mark.parametrize("market", ["dream", "empire"])
def test_mutated_real_pages(shared_data: Path, market: str) -> None:
    folder = shared_data / "darknet" / "html" / market
    pages = [path.read_bytes()[:60_000] for path in sorted(folder.rglob("*.html"))]
    for number in range(ROUNDS // 2):
        outcome(read_page_bytes, mutated(pages[number % len(pages)], number))


@pytest.mark.parametrize("packed", [True, False])
def test_mutated_warc(packed: bool) -> None:
    body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><body>tusk</body></html>"
    record = (
        b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: http://x.example/1\r\n"
        b"WARC-Date: 2020-01-02T03:04:05Z\r\nContent-Type: application/http\r\n"
        b"Content-Length: %d\r\n\r\n%s\r\n\r\n" % (len(body), body)
    )
    original = b"".join(gzip.compress(record, mtime=0) if packed else record for _ in range(3))
    assert read_warc(original) == 3
    for number in range(ROUNDS):
        outcome(read_warc, mutated(original, number))


def test_mutated_zip() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as opened:
        for number in range(4):
            page = f"<html><body><h1>Tusk {number}</h1><p>{'word ' * 99}</p></body></html>"
            opened.writestr(f"{number}.html", page)
    assert read_zip(target.getvalue()) == 4
    for number in range(ROUNDS):
        outcome(read_zip, mutated(target.getvalue(), number))


TEXT = st.text(st.characters(), max_size=40)
CELLS = st.lists(TEXT, min_size=1, max_size=5)


@settings(max_examples=ROUNDS, deadline=None)
@given(st.lists(CELLS, max_size=6), st.sampled_from([",", ";", "\t", "|"]), st.booleans())
def test_invented_csv(table: list[list[str]], delimiter: str, wide: bool) -> None:
    lines = [f"platform{delimiter}listing_id{delimiter}title", *map(delimiter.join, table)]
    raw = "\n".join(lines).encode("utf-16" if wide else "utf-8", "surrogatepass")
    outcome(read_table, raw)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=ROUNDS, deadline=None)
@given(st.lists(st.dictionaries(TEXT | st.sampled_from(["platform", "url"]), VALUES), max_size=5))
def test_invented_json_lines(table: list[dict[str, object]]) -> None:
    raw = "\n".join(json.dumps(row) for row in table).encode()
    outcome(read_table, raw)


@settings(max_examples=ROUNDS, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([read_table, read_page_bytes, read_warc, read_zip]))
def test_invented_bytes(raw: bytes, read: Callable[[bytes, ColumnMap | None], int]) -> None:
    outcome(read, raw)
