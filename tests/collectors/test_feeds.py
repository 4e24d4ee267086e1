"""Feeds of every kind, as they are served and as nobody should serve them."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors import feeds
from collectors.feeds import xml_feed
from collectors.feeds.entries import MAX_BYTES, moment
from collectors.feeds.xml_feed import MAX_TAGS
from collectors.reading import PageReading, read_page
from config.sources import Source
from model.errors import Skip

HERE = "https://board.example/feed"
ITEM = "<item><title>One</title><link>/ad/4711</link><description>Text</description></item>"


def rss(inside: str = ITEM, *, before: str = "", version: str = "2.0") -> bytes:
    return f'{before}<rss version="{version}"><channel>{inside}</channel></rss>'.encode()


def source(**more: object) -> Source:
    return Source.model_validate(
        {"name": "board", "engine": "feed", "route": "clear", "start": [HERE], **more}
    )


def read(payload: bytes, **more: object) -> PageReading:
    return read_page(payload, source=source(**more), url=HERE, content_type="text/html")


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A port of this machine that a reader could be lured to."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        found.setblocking(False)
        yield found


def nobody_came(listener: socket.socket) -> bool:
    try:
        listener.accept()
    except BlockingIOError:
        return True
    return False


def test_a_post_unless_the_source_says_listing() -> None:
    (record,) = read(rss()).records
    assert (record.kind, record.native_id) == ("post", "4711")
    (record,) = read(rss(), feed={"entries": "listing"}).records
    assert record.kind == "listing"
    assert dict(record.fields) == {
        "title": "One",
        "text": "Text",
        "url": "https://board.example/ad/4711",
    }


def test_entries_are_followed_where_the_source_says_so_and_on_its_own_hosts() -> None:
    away = "<item><title>Two</title><link>https://other.example/2</link></item>"
    assert read(rss(ITEM + away)).follow == ()
    assert read(rss(ITEM + away), feed={"follow": True}).follow == (
        "https://board.example/ad/4711",
    )


def test_an_entry_has_the_id_that_its_page_has() -> None:
    item = "<item><title>One</title><guid>tag:x</guid><link>/ad/4711-one/x</link></item>"
    assert read(rss(item)).records[0].native_id == "tag:x"
    followed = read(rss(item), feed={"follow": True}).records[0].native_id
    assert followed == "https://board.example/ad/4711-one/x"
    told = read(rss(item), feed={"follow": True, "id": r"/ad/(\d+)"}).records[0]
    assert told.native_id == "4711"


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("rss 0.91", rss(version="0.91", before='<?xml version="1.0"?>\n')),
        ("rss 0.92 with doctype", rss(version="0.92", before='<!DOCTYPE rss SYSTEM "rss.dtd">')),
        ("comment and style first", rss(before="<!-- c --><?xml-stylesheet href='x'?>")),
        ("byte order mark", b"\xef\xbb\xbf" + rss()),
        ("utf-16", ('<?xml version="1.0" encoding="utf-16"?>' + rss().decode()).encode("utf-16")),
        (
            "rss 1.0",
            (
                b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
                b'xmlns="http://purl.org/rss/1.0/"><item><title>One</title><link>/ad/4711</link>'
                b"<description>Text</description></item></rdf:RDF>"
            ),
        ),
        (
            "atom",
            (
                b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>One</title>'
                b'<link href="/ad/4711"/><summary>Text</summary></entry></feed>'
            ),
        ),
        (
            "json",
            (
                b' {"version": "https:\\/\\/jsonfeed.org\\/version\\/1", "items": '
                b'[{"id": "x", "url": "/ad/4711", "title": "One", "content_text": "Text"}]}'
            ),
        ),
    ],
)
def test_formats_are_known_by_their_bytes(name: str, payload: bytes) -> None:
    assert feeds.is_feed(payload), name
    (record,) = read(payload).records
    assert record.fields["title"] == "One"
    assert record.fields["text"] == "Text"
    assert record.fields["url"] == "https://board.example/ad/4711"


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"<html><body><rss></body></html>",
        b"<!DOCTYPE html><html><head><title>rss</title></head></html>",
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b'{"items": []}',
        b"[1, 2]",
        b"http://board.example/feed.xml",
        b"/etc/passwd",
    ],
)
def test_what_is_no_feed(payload: bytes) -> None:
    assert not feeds.is_feed(payload)


def test_html_in_entries_becomes_readable_text() -> None:
    item = (
        "<item><title>Ivory &amp;amp; horn</title><link>/ad/1</link><description><![CDATA[<p>One "
        "<b>two</b><br>three<script>alert(1)</script><img src='/p.jpg'>"
        "<a href='/u/bob'>bob</a></p>]]></description></item>"
    )
    (record,) = read(rss(item)).records
    assert record.fields["title"] == "Ivory & horn"
    assert record.fields["text"] == "One two\nthreebob"
    assert [image.url for image in record.images] == ["https://board.example/p.jpg"]
    assert record.links == ("https://board.example/u/bob",)


def test_what_shops_tell() -> None:
    item = (
        "<item><g:id>77</g:id><title>Belt</title><link>/p/77</link><g:price>25.00 USD</g:price>"
        "<g:image_link>/p/77.jpg</g:image_link><g:availability>in stock</g:availability></item>"
    )
    payload = rss(item).replace(b"<rss ", b'<rss xmlns:g="http://base.google.com/ns/1.0" ')
    (record,) = read(payload, feed={"entries": "listing"}).records
    assert (record.native_id, record.fields["price"]) == ("77", "25.00 USD")
    assert record.extra == {"availability": "in stock"}
    assert [image.url for image in record.images] == ["https://board.example/p/77.jpg"]


@pytest.mark.parametrize(
    ("written", "zone", "expected"),
    [
        ("Mon, 01 Jun 2020 10:00:00 +0200", "UTC", "2020-06-01T08:00:00Z"),
        ("Mon, 01 Jun 2020 10:00:00 GMT", "Europe/Berlin", "2020-06-01T10:00:00Z"),
        ("2020-06-01T10:00:00Z", "Europe/Berlin", "2020-06-01T10:00:00Z"),
        ("2020-06-01T10:00:00", "Europe/Berlin", "2020-06-01T08:00:00Z"),
        ("2020-06-01", "Europe/Berlin", "2020-06-01"),
        ("yesterday", "UTC", "yesterday"),
        ("0001-01-01T00:00:00+10:00", "UTC", "0001-01-01T00:00:00+10:00"),
    ],
)
def test_dates(written: str, zone: str, expected: str) -> None:
    assert moment(written, zone) == expected


LAUGHS = "".join(
    f'<!ENTITY a{n} "{"&a" + str(n - 1) + ";" if n else "lol"}{f"&a{n - 1};" * 9 if n else ""}">'
    for n in range(10)
)


def test_entities_are_neither_blown_up_nor_fetched(listener: socket.socket) -> None:
    lure = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
    outside = f'<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y SYSTEM "{lure}">'
    before = f"<!DOCTYPE rss [{LAUGHS}{outside}]>"
    (record,) = read(rss("<item><title>a &a9; &x; &y; b</title></item>", before=before)).records
    assert len(record.fields["title"]) < 40
    assert "root:" not in record.fields["title"]
    assert nobody_came(listener)


def test_entities_hidden_from_the_pattern_are_taken_out_too() -> None:
    before = f'<!DOCTYPE rss [<!-- ]> -->{LAUGHS}<!ENTITY y "]"> ]>'
    payload = rss("<item><title>a &a9; b</title></item>", before=before)
    try:
        records = read(payload).records
    except Skip:
        return
    assert sum(len(str(dict(record.fields))) for record in records) < 10_000


@pytest.mark.parametrize(
    "payload",
    [
        rss("x" * MAX_BYTES),
        rss("<x>" * (MAX_TAGS + 1)),
        b'{"version": "https://jsonfeed.org/version/1", "items": [',
        b'{"version": "https://jsonfeed.org/version/1", "items": ' + b"[" * 100_000,
    ],
    ids=["too many bytes", "too many tags", "cut json", "deep json"],
)
def test_what_can_not_be_read_is_skipped_with_a_reason(payload: bytes) -> None:
    with pytest.raises(Skip):
        read(payload)


def test_a_feed_without_entries_is_empty() -> None:
    for payload in (rss(""), b'<rss version="2.0"></nothing>'):
        reading = read(payload)
        assert (reading.kind, reading.records, reading.is_content) == ("empty", (), False)


def test_json_of_the_wrong_types_is_read_as_far_as_it_goes() -> None:
    items = [
        None,
        {"id": 5, "title": ["x"], "content_text": "Text", "authors": "me", "tags": {"a": 1}},
        {"id": True, "url": 7, "attachments": [None, {"mime_type": "image/png", "url": 3}]},
        {"title": "T", "date_published": "soon", "author": {"name": "anna"}, "image": "i.png"},
    ]
    content = {"version": "https://jsonfeed.org/version/1.1", "items": items, "authors": [1]}
    reading = read(json.dumps(content).encode())
    assert [record.fields.get("text") or record.fields["title"] for record in reading.records] == [
        "Text",
        "T",
    ]
    assert reading.records[1].fields["seller"] == "anna"


def test_an_address_as_content_is_not_fetched(listener: socket.socket) -> None:
    lure = f"http://127.0.0.1:{listener.getsockname()[1]}/feed.xml".encode()
    for content in (lure, b"/etc/passwd", rss(f"<item><title>{lure.decode()}</title></item>")):
        assert "root:" not in str(read(content))
    with pytest.raises(Skip):
        xml_feed.read(lure, HERE, "UTC")
    assert nobody_came(listener)


MUTANTS = (
    rss(ITEM * 3, before='<?xml version="1.0" encoding="utf-8"?>'),
    (
        b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title type="html">&lt;b&gt;x</title>'
        b'<link href="/1"/><updated>2020-01-01T00:00:00Z</updated><author><name>a</name></author>'
        b'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">t</div></content></entry>'
        b"</feed>"
    ),
    b'{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "title": "x"}]}',
)


@settings(max_examples=150)
@given(st.data())
def test_mutated_feeds_are_read_or_skipped(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from(MUTANTS)))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(raw) - 1))
        piece = data.draw(st.binary(max_size=6) | st.sampled_from((b"<!--", b"]]>", b"<!DOCTYPE")))
        raw[at : at + data.draw(st.integers(0, 12))] = piece
        if not raw:
            return
    with suppress(Skip):
        read(bytes(raw), feed={"entries": "listing", "follow": True})


@pytest.mark.parametrize(
    ("entries", "text"), [("post", "Price?"), ("listing", "Cup of horn, 45.\nPrice?")]
)
def test_a_post_that_quotes_has_its_own_words_only(entries: str, text: str) -> None:
    """What a forum's feed shows as quoted was said by somebody else; an advert's is its own."""
    written = (
        '<blockquote data-author="Cooper"><a href="https://icq.example/4">Cup of horn, 45.</a>'
        "</blockquote>Price?"
    )
    items = [{"id": "7", "url": "https://board.example/p/7", "content_html": written}]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Forum", "items": items}
    (one,) = read(json.dumps(feed).encode(), feed={"entries": entries}).records
    assert one.fields["text"] == text
    if entries == "post":
        assert one.extra["quotes"] == [{"of": "Cooper", "text": "Cup of horn, 45."}]
        assert not one.links
