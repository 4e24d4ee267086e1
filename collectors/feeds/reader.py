"""A feed as a page: its entries are rows, listings or posts as the source says."""

from __future__ import annotations

import re

from collectors import html
from collectors.engines.places import taken
from collectors.feeds import json_feed, xml_feed
from collectors.feeds.entries import MAX_BYTES, Entry, Feed
from collectors.generic.results import number_in
from collectors.records import PageReading, PageRecord, native_id
from config.sources import Feed as How
from config.sources import Source
from model.errors import Skip
from model.evidence import Issue

ADAPTER = "feed"
_HOW = How()

_HEAD = 8_192
_XML_ROOT = re.compile(
    r"\s*(?:<\?[^>]{0,500}\?>\s*|<!--(?:[^-]|-(?!->)){0,4000}-->\s*"
    r"|<!DOCTYPE[^>\[]{0,500}(?:\[[^\]]{0,8000}\]?\s{0,50})?>?\s*)*+"
    r"<(?:rss[\s>]|(?:[\w-]{1,20}:)?feed\s[^>]{0,4000}(?:/Atom|/atom/)"
    r"|(?:[\w-]{1,20}:)?RDF\s[^>]{0,4000}(?:purl\.org/rss|my\.netscape\.com/rdf))",
    re.IGNORECASE,
)
_JSON_ROOT = re.compile(rb"\s*\{")
_JSON_VERSION = b"jsonfeed.org/version/"


def is_feed(payload: bytes) -> bool:
    """Whether the bytes are a feed, whatever content type the server gave them."""
    head = payload[:_HEAD].removeprefix(b"\xef\xbb\xbf")
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"<\x00" in head[:8] or b"\x00<" in head[:8]:
        head = head.replace(b"\x00", b"").lstrip(b"\xff\xfe")
    if _XML_ROOT.match(head.decode("latin-1")):
        return True
    if not _JSON_ROOT.match(head):
        return False
    plain = head.replace(b"\\/", b"/") + payload[-_HEAD:].replace(b"\\/", b"/")
    return _JSON_VERSION in plain


def read(payload: bytes, source: Source | None, url: str) -> PageReading:
    """The feed's entries as records; Skip for one that is too large or can not be read."""
    if len(payload) > MAX_BYTES:
        message = f"{len(payload):,} bytes are more than a feed may have ({MAX_BYTES:,})"
        raise Skip(message, reason="too-large")
    zone = "UTC" if source is None else source.timezone
    issues: tuple[Issue, ...] = ()
    if _JSON_ROOT.match(payload.removeprefix(b"\xef\xbb\xbf")):
        feed = json_feed.read(payload, url, zone)
    else:
        feed, issues = xml_feed.read(payload, url, zone)
    records = _records(feed, _HOW if source is None else source.feed)
    return PageReading(
        kind="results" if records else "empty",
        adapter=ADAPTER,
        url=url,
        platform=html.host(url).removeprefix("www."),
        records=records,
        issues=(*issues, *(Issue("note", note, key="feed") for note in feed.notes)),
        follow=_follow(feed, source),
        title=feed.title,
        encoding="utf-8",
        extra={"format": feed.format},
    )


def _records(feed: Feed, how: How) -> tuple[PageRecord, ...]:
    """One record an entry that says anything."""
    told = [each for each in feed.entries if each.fields.get("title") or each.fields.get("text")]
    return tuple(_record(entry, how, number, feed) for number, entry in enumerate(told, 1))


def _record(entry: Entry, how: How, number: int, feed: Feed) -> PageRecord:
    fields, links, images, extra = dict(entry.fields), entry.links, entry.images, entry.extra
    if entry.quoting is not None and how.entries == "post":  # what it quotes others have said
        fields["text"], links = entry.quoting.text, entry.quoting.links
        images = entry.quoting.images
        extra = {**extra, "quotes": list(entry.quoting.quotes)}
    if feed.language and "language" not in fields:
        fields["language"] = feed.language[:2].lower()
    return PageRecord(
        kind=how.entries,
        native_id=native_id(how.entries, _own_id(entry, how), fields),
        locator=f"{how.entries} {number}",
        fields=fields,
        images=images,
        links=links,
        extra=extra,
    )


def _own_id(entry: Entry, how: How) -> str:
    """What the entry's own page would be known by: by the pattern, its id, its number.

    An id that is only the address again, as most are, gives way to the number in it, as does any
    where the pages are read too, for they do not show it.
    """
    address = entry.fields.get("url", "")
    if how.id is not None:
        return str(taken(address, how.id) or "")
    if entry.given_id and not html.host(entry.given_id) and not how.follow:
        return entry.given_id
    return number_in(address) or address or entry.given_id


def _follow(feed: Feed, source: Source | None) -> tuple[str, ...]:
    """The next page of the feed, and the pages of its entries where the source says so."""
    found = dict.fromkeys([feed.next_page] if feed.next_page else [])
    if source is not None and source.feed.follow:
        found |= dict.fromkeys(each.fields["url"] for each in feed.entries if "url" in each.fields)
    return tuple(found)
