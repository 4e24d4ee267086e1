"""One entry of a feed, whatever format it stood in, and the texts and dates in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from collectors import html
from collectors import text as strings
from collectors.interfaces.quoted import Words, own_words
from model.canonical import Json
from model.errors import Skip
from model.evidence import Image

MAX_BYTES = 8_000_000
MAX_ENTRIES = 5_000
MAX_TEXT = 200_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: public text fields, its own id, pictures, links in its text, and the rest."""

    fields: Mapping[str, str]
    given_id: str = ""
    images: tuple[Image, ...] = ()
    links: tuple[str, ...] = ()
    extra: Mapping[str, Json] = field(default_factory=dict)
    quoting: Words | None = None
    """The text once more where it quotes, quotes apart: a post's own words, not an advert's."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as read: its title, language and format, its entries, and the page after it."""

    title: str
    format: str
    entries: tuple[Entry, ...]
    next_page: str = ""
    language: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prose:
    """The readable text of a piece of HTML, with the links and pictures in it."""

    text: str
    links: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()


def prose(content: str, url: str) -> Prose:
    """Text of an entry, given plainly or as HTML; plain text without a tag passes through."""
    content = content[:MAX_TEXT]
    if "<" not in content and "&" not in content:
        return Prose(strings.block(content))
    try:
        body = html.parse(content.encode("utf-8", "replace"), "text/html; charset=utf-8").body
    except Skip:
        return Prose(strings.block(content))
    pictures = html.images(html.find(body, "img")[:20], url)
    return Prose(html.readable(body), html.links(body, url), pictures)


def quoting(content: str, url: str) -> Words | None:
    """The words of an entry with its quotes told apart; None where it quotes nobody."""
    if "<blockquote" not in content[:MAX_TEXT].lower():
        return None
    return own_words(content[:MAX_TEXT], url)


def plain(content: str) -> str:
    """A title or name on one line, its markup taken off."""
    content = content[:5_000]
    if "<" in content or "&" in content:
        content = prose(content, "").text
    return strings.line(content)[:1_000]


def moment(written: str, zone: str) -> str:
    """A date of a feed in ISO 8601, UTC; as written where it is none that is known.

    A time without a zone is of the source's own; a day stays a day.
    """
    written = strings.line(written)[:100]
    found = _rfc_822(written) or _iso(written)
    if found is None:
        return written
    if len(written) <= 10 and found.time() == datetime.min.time():
        return found.date().isoformat()
    if found.tzinfo is None:
        found = found.replace(tzinfo=ZoneInfo(zone))
    try:
        return found.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    except OverflowError:
        return written


def _rfc_822(written: str) -> datetime | None:
    try:
        return parsedate_to_datetime(written)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _iso(written: str) -> datetime | None:
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        return None
