"""Events of a Matrix room as messages: edited, withdrawn, answered, counted.

What a message says now is what its newest valid edit says. Who may edit is checked by the server,
which puts the edit beside the message (``unsigned.m.relations.m.replace``), or here, where both
stand on one page: the sender must be the same. An edit alone is never taken for somebody's words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from collectors import html
from collectors import text as strings
from collectors.interfaces.answers import Item
from collectors.interfaces.found import filled, told, web
from collectors.interfaces.matrix.addresses import event_at, page_of
from collectors.interfaces.matrix.rooms import moment_of
from collectors.records import PageRecord
from model.canonical import Json
from model.errors import Skip
from model.evidence import Image

MESSAGES = frozenset({"m.room.message", "m.sticker"})
_TO_PERSON = re.compile(r"https://matrix\.to/#/(?:@|%40)", re.I)
_ADDRESS = re.compile(r"https?://[^\s<>\"'\u3000-\u303f]+")
_LATER = ".,;:!?)]}'"


def relation(event: Item) -> tuple[str, str]:
    """How an event relates to which other: ``m.replace``, ``m.annotation``, ``m.thread``."""
    found = event.item("content", "m.relates_to")
    return found.line("rel_type"), found.line("event_id")


def replaced(event: Item) -> str:
    """The message whose edit this is; empty for none."""
    kind, other = relation(event)
    return other if kind == "m.replace" else ""


def message(event: Item, room_id: str, base: str, edit: Item | None = None) -> PageRecord | None:
    """One message; ``edit`` is the newest valid one on the same page.

    None, which is said, for one without id.
    """
    event_id, sender = event.line("event_id"), event.line("sender")
    room_id = event.line("room_id") or room_id
    if not event_id or not sender:
        event.note("error", "left out: a message without id or sender", "event_id")
        return None
    newest = _newest(event, edit)
    content = newest.item("content", "m.new_content") if newest else event.item("content")
    content = content or event.item("content")
    said = _said(content)
    fields = {
        "text": said.text,
        "url": page_of(room_id, event_id),
        "seller": sender,
        "seller_id": sender,
        "seller_url": page_of(sender),
        "posted_at": moment_of(event),
    }
    pictures, media = _media(content)
    extra = _extra(event, room_id, base) | told(
        {
            "edited_at": moment_of(newest) if newest else "",
            "former": _said(event.item("content")).text if newest else "",
            "mentions": list(content.texts("m.mentions", "user_ids")) or list(said.people),
            "media": media,
            "type": "" if content.line("msgtype") == "m.text" else content.line("msgtype"),
            "location": content.line("geo_uri"),
        }
    )
    return PageRecord("message", event_id, event.where, filled(fields), pictures, said.links, extra)


def _newest(event: Item, edit: Item | None) -> Item | None:
    """The edit that counts: the server's word before what is on the page."""
    beside = event.item("unsigned", "m.relations", "m.replace")
    if beside.item("content", "m.new_content") and _same_sender(event, beside):
        return beside
    if edit is not None and edit.item("content", "m.new_content") and _same_sender(event, edit):
        return edit
    return None


def _same_sender(event: Item, edit: Item) -> bool:
    return event.line("sender") == edit.line("sender") != ""


class _Said:
    """What a content says: text, links, and who is named in it."""

    def __init__(self, text: str, links: tuple[str, ...], people: tuple[str, ...]) -> None:
        self.text, self.links, self.people = text, links, people


def _said(content: Item) -> _Said:
    """The formatted text, which is what people see, else the plain one; quotes of others out."""
    body = content.text("body")
    plain = _without_quote(body) if content.item("m.relates_to", "m.in_reply_to") else body
    markup = content.text("formatted_body")
    if content.line("format") == "org.matrix.custom.html" and markup:
        try:
            tree = html.parse(markup.encode(), "text/html; charset=utf-8").body
        except Skip:
            return _Said(plain, _named_in(plain), ())
        for quote in html.find(tree, "mx-reply"):
            quote.decompose()
        targets = [html.attribute(one, "href") for one in html.find(tree, "a[href]")[:500]]
        links = web(one for one in targets if not one.startswith("https://matrix.to/#/"))
        people = tuple(_person(one) for one in targets if _TO_PERSON.match(one))
        if text := html.readable(tree):
            return _Said(text, links or _named_in(text), people)
    return _Said(plain, _named_in(plain), ())


def _person(address: str) -> str:
    name = address.partition("/#/")[2].partition("?")[0]
    return strings.line(name.replace("%40", "@").replace("%3A", ":").replace("%3a", ":"))[:255]


def _named_in(text: str) -> tuple[str, ...]:
    """Web addresses written in plain text."""
    return web(one.rstrip(_LATER) for one in _ADDRESS.findall(text)[:200])


def _without_quote(body: str) -> str:
    """The text of an answer without the quote that clients put before it (spec, rich replies)."""
    lines = body.split("\n")
    count = 0
    while count < len(lines) and lines[count].startswith(">"):
        count += 1
    return strings.block("\n".join(lines[count:])) if count else body


def _media(content: Item) -> tuple[tuple[Image, ...], list[dict[str, str]]]:
    """A picture, or what else is attached, by its address in Matrix; nothing is fetched."""
    url = content.line("url") or content.line("file", "url")
    kind = content.line("msgtype")
    if not url.startswith("mxc://"):
        return (), []
    if kind in ("m.image", ""):
        return (Image(url, content.line("body")),), []
    name = content.line("filename") or content.line("body")
    return (), [
        filled({"type": kind, "url": url, "name": name, "mime": content.line("info", "mimetype")})
    ]


def _extra(event: Item, room_id: str, base: str) -> dict[str, Json]:
    event_id = event.line("event_id")
    kind, other = relation(event)
    relates = event.item("content", "m.relates_to")
    is_thread = kind == "m.thread"
    fallback = is_thread and relates.flag("is_falling_back")
    answered = "" if fallback else relates.line("m.in_reply_to", "event_id")
    return told(
        {
            "address": event_at(base, room_id, event_id) if base and room_id else "",
            "group": room_id,
            "reply_to": answered,
            "thread": other if is_thread else "",
            "deleted": _withdrawn(event),
        }
    )


def _withdrawn(event: Item) -> dict[str, str]:
    """When, by whom and why a message was withdrawn; empty while it stands."""
    because = event.item("unsigned", "redacted_because")
    if not because:
        return {}
    found = {
        "at": moment_of(because),
        "by": because.line("sender"),
        "why": because.line("content", "reason"),
    }
    return filled(found)


def with_reactions(record: PageRecord, counts: Mapping[str, int]) -> PageRecord:
    """The message with how often each sign was put under it, as far as the page tells."""
    return replace(record, extra={**record.extra, "reactions": dict(counts)}) if counts else record
