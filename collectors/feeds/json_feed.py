"""JSON Feed, versions 1 and 1.1."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from collectors import html
from collectors.feeds.entries import MAX_ENTRIES, Entry, Feed, moment, plain, prose, quoting
from model.canonical import Json
from model.errors import Skip
from model.evidence import Image

_VERSION = "jsonfeed.org/version/"


def read(payload: bytes, url: str, zone: str) -> Feed:
    """The feed in these bytes; Skip for what is no JSON Feed after all."""
    try:
        content = json.loads(payload.decode("utf-8-sig"), strict=False)
    except (ValueError, RecursionError) as error:
        raise Skip("a JSON feed that is not well-formed", reason="not-a-page") from error
    if not isinstance(content, dict) or _VERSION not in str(content.get("version")):
        raise Skip("no JSON feed: its version is not told", reason="not-a-page")
    items = content.get("items")
    items = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    author = _author(content)
    entries = tuple(_entry(item, author, url, zone) for item in items[:MAX_ENTRIES])
    following = _text(content, "next_url")
    return Feed(
        title=plain(_text(content, "title")),
        format="json feed",
        entries=entries,
        next_page=html.absolute(url, following) if following else "",
        language=_text(content, "language"),
        notes=_too_many(len(items)),
    )


def _too_many(count: int) -> tuple[str, ...]:
    return (f"{count:,} entries; read are the first {MAX_ENTRIES:,}",) * (count > MAX_ENTRIES)


def _entry(item: Mapping[str, Json], author: str, url: str, zone: str) -> Entry:
    content = _text(item, "content_html") or _text(item, "content_text") or _text(item, "summary")
    written = prose(content, url)
    address = _text(item, "url") or _text(item, "external_url")
    posted = _text(item, "date_published") or _text(item, "date_modified")
    fields = {
        "title": plain(_text(item, "title")),
        "text": written.text,
        "url": html.absolute(url, address) if address else "",
        "seller": _author(item) or author,
        "posted_at": moment(posted, zone) if posted else "",
        "category": " / ".join(_texts(item.get("tags"))),
        "language": _text(item, "language"),
    }
    return Entry(
        fields={name: value for name, value in fields.items() if value},
        given_id=_text(item, "id"),
        images=tuple(dict.fromkeys((*_pictures(item, url), *written.images))),
        links=written.links,
        quoting=quoting(content, url),
    )


def _pictures(item: Mapping[str, Json], url: str) -> Iterator[Image]:
    for key in ("image", "banner_image"):
        if address := _text(item, key):
            yield Image(html.absolute(url, address))
    attached = item.get("attachments")
    for each in attached[:20] if isinstance(attached, list) else ():
        if isinstance(each, dict) and _text(each, "mime_type").startswith("image/"):
            yield Image(html.absolute(url, _text(each, "url")), plain(_text(each, "title")))


def _author(item: Mapping[str, Json]) -> str:
    """The first author's name: a list since version 1.1, one before."""
    named: Any = item.get("authors") or item.get("author")
    first = named[0] if isinstance(named, list) and named else named
    return plain(_text(first, "name")) if isinstance(first, dict) else ""


def _texts(value: Json) -> list[str]:
    return (
        [plain(part) for part in value if isinstance(part, str)] if isinstance(value, list) else []
    )


def _text(item: Mapping[str, Json], key: str) -> str:
    """A plain value as text; ids may be numbers."""
    value = item.get(key)
    return str(value) if isinstance(value, str | int | float) and value is not True else ""
