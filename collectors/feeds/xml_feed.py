"""RSS of all versions and Atom, read by feedparser behind a wall.

feedparser opens what looks like an address or a file name, so it only ever gets a stream. What a
document declares (entities, a DOCTYPE) is taken out before; size and number of tags are bounded,
for the time it takes grows with both.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from typing import Any

from collectors import html
from collectors.decoding import decode
from collectors.feeds.entries import MAX_ENTRIES, Entry, Feed, moment, plain, prose, quoting
from model.canonical import Json
from model.errors import Skip
from model.evidence import Image, Issue

MAX_TAGS = 300_000
_DECLARATION = re.compile(r"<\?xml[^>]{0,400}\?>")
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]{0,2000}(?:\[[^\]]{0,200000}\]\s{0,100})?>", re.I)
_BROKEN = (ValueError, TypeError, LookupError, AttributeError, AssertionError, RecursionError)
_SHOP_FIELDS = ("condition", "availability", "brand", "gtin", "mpn")


def read(payload: bytes, url: str, zone: str) -> tuple[Feed, tuple[Issue, ...]]:
    """The feed in these bytes and what its encoding had to say; Skip where it can not be read."""
    decoded = decode(payload, "")
    text = _tamed(decoded.text)
    parsed = _parsed(text)
    entries = parsed.get("entries") or []
    if not parsed.get("version") and not entries:
        raise Skip("no feed: neither RSS nor Atom inside", reason="not-a-page")
    about = parsed.get("feed") or {}
    notes = []
    if parsed.get("bozo"):
        notes.append("not well-formed; read as far as it goes")
    if len(entries) > MAX_ENTRIES:
        notes.append(f"{len(entries):,} entries; read are the first {MAX_ENTRIES:,}")
    feed = Feed(
        title=plain(_text(about, "title")),
        format=str(parsed.get("version") or "feed"),
        entries=tuple(_entry(each, about, url, zone) for each in entries[:MAX_ENTRIES]),
        next_page=_next(about, url),
        language=_text(about, "language"),
        notes=tuple(notes),
    )
    return feed, decoded.issues


def _tamed(text: str) -> str:
    """The document without declarations; Skip for more tags than any feed has."""
    if text.count("<") > MAX_TAGS:
        raise Skip(f"a feed of more than {MAX_TAGS:,} tags", reason="too-large")
    text = _DECLARATION.sub("", text, count=1)
    while "<!ENTITY" in text[:400_000] or "<!DOCTYPE" in text[:10_000]:
        shorter = _DOCTYPE.sub("", text, count=1)
        if shorter == text:
            return text.replace("<!ENTITY", "<!--").replace("<!DOCTYPE", "<!--")
        text = shorter
    return text


def _parsed(text: str) -> Mapping[str, Any]:
    import feedparser  # noqa: PLC0415 - a tenth of a second that only feeds need

    try:
        found: Mapping[str, Any] = feedparser.parse(
            io.BytesIO(text.encode("utf-8", "replace")),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except _BROKEN as error:
        raise Skip("a feed that can not be read", reason="not-a-page") from error
    return found


def _entry(item: Mapping[str, Any], about: Mapping[str, Any], url: str, zone: str) -> Entry:
    content = _content(item)
    written = prose(content, url)
    address = _text(item, "link") or _text(item, "g_link")
    posted = _text(item, "published") or _text(item, "updated") or _text(item, "created")
    price = _text(item, "g_sale_price") or _text(item, "g_price")
    fields = {
        "title": plain(_text(item, "title") or _text(item, "g_title")),
        "text": written.text,
        "url": html.absolute(url, address) if address else "",
        "seller": _author(item) or _author(about),
        "posted_at": moment(posted, zone) if posted else "",
        "category": " / ".join(_tags(item)) or plain(_text(item, "g_product_type")),
        "price": plain(price),
    }
    images = dict.fromkeys((*_pictures(item, url), *written.images))
    return Entry(
        fields={name: value for name, value in fields.items() if value},
        given_id=_text(item, "g_id") or _text(item, "id"),
        images=tuple(images),
        links=written.links,
        extra=_extra(item),
        quoting=quoting(content, url),
    )


def _content(item: Mapping[str, Any]) -> str:
    """The fullest text of an entry: its content where there is some, else its summary."""
    parts = item.get("content")
    texts = [_text(part, "value") for part in parts] if isinstance(parts, list) else []
    texts += [_text(item, "summary"), _text(item, "g_description"), _text(item, "description")]
    return max(texts, key=len)


def _author(item: Mapping[str, Any]) -> str:
    """Who wrote it: the name where name and address are told apart, else as written."""
    detail = item.get("author_detail")
    name = _text(detail, "name") if isinstance(detail, Mapping) else ""
    return plain(name or _text(item, "author"))


def _tags(item: Mapping[str, Any]) -> list[str]:
    tags = item.get("tags")
    named = [_text(tag, "label") or _text(tag, "term") for tag in tags or () if tag]
    return [plain(name) for name in dict.fromkeys(named) if name][:20]


def _pictures(item: Mapping[str, Any], url: str) -> Iterator[Image]:
    """Pictures named beside the text: enclosures, media elements, those of shop feeds."""
    for each in _objects(item, "links"):
        if _text(each, "rel") == "enclosure" and _text(each, "type").startswith("image/"):
            yield Image(html.absolute(url, _text(each, "href")))
    for each in (*_objects(item, "media_content"), *_objects(item, "media_thumbnail")):
        kind = _text(each, "medium") or _text(each, "type") or "image"
        if _text(each, "url") and kind.startswith("image"):
            yield Image(html.absolute(url, _text(each, "url")))
    for key in ("g_image_link", "g_additional_image_link"):
        if address := _text(item, key):
            yield Image(html.absolute(url, address))


def _objects(item: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = item.get(key)
    return (
        [each for each in found[:50] if isinstance(each, Mapping)]
        if isinstance(found, list)
        else []
    )


def _extra(item: Mapping[str, Any]) -> dict[str, Json]:
    """What a shop's feed tells beyond the public fields, and who comments where."""
    told = {name: plain(_text(item, f"g_{name}")) for name in _SHOP_FIELDS}
    if comments := _text(item, "comments"):
        told["comments"] = comments[:2_000]
    return {name: value for name, value in told.items() if value}


def _next(about: Mapping[str, Any], url: str) -> str:
    """The next page of a paged feed (RFC 5005): a link with ``rel="next"``."""
    for each in _objects(about, "links"):
        if _text(each, "rel") == "next" and _text(each, "href"):
            return html.absolute(url, _text(each, "href"))
    return ""


def _text(item: Mapping[str, Any], key: str) -> str:
    value = item.get(key)
    return value.strip() if isinstance(value, str) else ""
