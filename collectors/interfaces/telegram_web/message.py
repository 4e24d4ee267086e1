"""One message of a preview, and the events that a channel tells between its messages.

Markup (class names below ``tgme_widget_message``) as snscrape's ``modules/telegram.py`` and
RSSHub's ``routes/telegram/channel.ts`` read it (both read 2026-11-22).
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin

from collectors import html
from collectors.html import Node
from collectors.interfaces.telegram_names import (
    PEOPLE,
    chat_url,
    message_id,
    message_url,
    peer_id,
    telegram_link,
    username,
)
from collectors.interfaces.telegram_web.addresses import alone
from collectors.interfaces.telegram_web.media import images, media, poll
from collectors.records import PageRecord
from model.canonical import Json
from model.clock import iso
from model.evidence import Issue

_POST = re.compile(r"([A-Za-z][A-Za-z0-9_]{3,31})/([0-9]{1,18})")
_COUNT = re.compile(r"([0-9][0-9.,]{0,15})([KMB]?)", re.I)
_FACTOR = {"": 1, "K": 1_000, "M": 1_000_000, "B": 1_000_000_000}
_SAID = ".tgme_widget_message_text.js-message_text"
_REPLY = ".tgme_widget_message_reply"
_OWN = ".tgme_widget_message_author"
_SIGNED = ".tgme_widget_message_from_author"
_FOOTERS = frozenset({"media_supported_cont", "media_not_supported_cont"})
_FORWARD = ".tgme_widget_message_forwarded_from"


@dataclass(frozen=True, slots=True)
class Event:
    """What happened in a channel beside its messages, as told there in words."""

    number: int
    text: str
    at: str


def place(node: Node) -> tuple[str, int] | None:
    """Channel (lower case) and number of a message; None for what names neither."""
    found = _POST.fullmatch(html.attribute(node, "data-post").strip())
    return (found[1].lower(), int(found[2])) if found else None


def event(node: Node) -> Event | None:
    """What a service message tells; None for an ordinary one."""
    at = place(node)
    if at is None or "service_message" not in html.attribute(node, "class").split():
        return None
    said = html.first(node, ".tgme_widget_message_text, .js-message_text")
    return Event(at[1], html.readable(said or node)[:2_000], moment(node))


def message(node: Node, base: str, locator: str) -> tuple[PageRecord | None, list[Issue]]:
    """The record of a message, None where it names neither channel nor number, and what is odd."""
    at = place(node)
    if at is None:
        shown = html.attribute(node, "data-post")[:60]
        return None, [Issue("error", f"{locator} left out: no message is {shown!r}", locator)]
    name, number = at
    body = _said(node)
    posted = moment(node)
    found = [] if posted else [Issue("warning", f"{locator}: no time", locator, "posted_at")]
    owner = _author(node, name)
    asked = poll(node)
    fields = {
        "text": html.readable(body) if body is not None else _poll_text(asked),
        "url": message_url(name, number),
        "seller": owner.handle,
        "seller_id": _number_of(node) if owner.handle == name else "",
        "seller_url": chat_url(owner.handle),
        "posted_at": posted,
    }
    links = tuple(_links(node, body, base))
    extra: dict[str, Json] = {
        "address": alone(base, name, number),
        "group": name,
        "name": owner.name,
        **_told(node, name, number),
        "mentions": _mentions(links),
        "media": media(node),
        "poll": asked,
    }
    if _not_shown(node, fields["text"]):
        extra["not_shown"] = True
        why = "has something that previews do not show"
        found.append(Issue("note", f"{locator} {why}", locator, "not_shown"))
    record = PageRecord(
        kind="message",
        native_id=message_id(name, number),
        locator=locator,
        fields={key: value for key, value in fields.items() if value},
        images=images(node),
        links=links,
        extra={key: value for key, value in extra.items() if value not in ("", None, [], {})},
    )
    return record, found


def _poll_text(poll: Mapping[str, Json]) -> str:
    """The words of a poll: its question and answers, a line each."""
    lines = [poll.get("question", ""), *(one["text"] for one in poll.get("answers", ()))]
    return "\n".join(filter(None, lines))


@dataclass(frozen=True, slots=True)
class _Author:
    """Who a message is shown as from: a username, where a link tells one, and a name in words."""

    handle: str
    name: str


def _author(node: Node, channel: str) -> _Author:
    """The channel for a channel's own; in a group the person, who may have no username."""
    for person in html.find(node, f"{_OWN} .tgme_widget_message_author_name"):
        if not _inside(person, node, "_reply"):
            return _Author(username(html.attribute(person, "href")), html.line(person))
    return _Author(channel, _line(node, ".tgme_widget_message_owner_name"))


def _told(node: Node, name: str, number: int) -> dict[str, Json]:
    """What stands around the words: who signed, where from, what is answered, how it is liked."""
    views = _line(node, ".tgme_widget_message_views")
    meta = html.first(node, ".tgme_widget_message_meta")
    reply = html.first(node, _REPLY)
    told: dict[str, Json] = {
        "author": _line(node, _SIGNED),
        "forwarded_from": _forwarded(node),
        "via_bot": username(_line(node, ".tgme_widget_message_via_bot")),
        "reactions": _reactions(node),
        "views": count(views),
        "views_as_written": views,
        "edited": (meta is not None and "edited" in html.line(meta).split()) or None,
        "album": _album(node, name, number),
    }
    if reply is not None:
        link = telegram_link(html.attribute(reply, "href"))
        told["reply_to"] = link.value if link and link.kind == "message" else ""
        quoted = html.first(reply, ".js-message_reply_text, .tgme_widget_message_metatext")
        told["reply_text"] = html.readable(quoted) if quoted is not None else ""
    return told


def _said(node: Node) -> Node | None:
    """The message's own words: not those of the message it answers, or of a page it links to."""
    for found in html.find(node, f"{_SAID}, .tgme_widget_message_text"):
        names = html.attribute(found, "class").split()
        if "js-message_reply_text" not in names and not _inside(found, node, "_reply"):
            return found
    return None


def _inside(found: Node, top: Node, ending: str) -> bool:
    """Whether an element between ``found`` and ``top`` is of the class that ends so."""
    parent = found.parent
    while parent is not None and parent != top:
        if f"tgme_widget_message{ending}" in html.attribute(parent, "class").split():
            return True
        parent = parent.parent
    return False


def _links(node: Node, body: Node | None, base: str) -> Iterator[str]:
    """Addresses in the words, of the page shown below them, and of buttons; each once.

    Outward links had every ``&`` written twice over since 2024; hashtags are no links.
    """
    places = [*html.find(body, "a[href]")] if body is not None else []
    places += html.find(
        node, "a.tgme_widget_message_link_preview, a.tgme_widget_message_inline_button"
    )
    seen = set[str]()
    for anchor in places[: html.MAX_LINKS]:
        href = html.attribute(anchor, "href").strip()
        if "onclick" in anchor.attributes:
            href = href.replace("&amp;", "&")
        if not href or href.startswith(("?", "#", "javascript:", "data:")):
            continue
        try:
            address = urljoin(f"{PEOPLE}", href)
        except ValueError:
            address = href
        if address not in seen:
            seen.add(address)
            yield address


def _mentions(links: tuple[str, ...]) -> list[Json]:
    """Usernames that links lead to, and invitations as ``+HASH``, each once."""
    found: dict[str, None] = {}
    for link in filter(None, map(telegram_link, links)):
        if link.kind in ("name", "message") and ":" not in link.value:
            found[link.value.partition("/")[0]] = None
        elif link.kind == "invite":
            found[f"+{link.value}"] = None
    return list(found)


def _forwarded(node: Node) -> dict[str, Json]:
    """The source named, linked where it is public; ``id`` is that of the message there."""
    top = html.first(node, _FORWARD)
    shown = html.first(node, f"{_FORWARD}_name")
    if shown is None and top is None:
        return {}
    source = shown if shown is not None else top
    if source is None:
        return {}
    told: dict[str, Json] = {"name": html.line(source), "url": html.attribute(source, "href")}
    link = telegram_link(str(told["url"]))
    if link is not None and link.kind in ("name", "message"):
        told["id"] = link.value
    told["author"] = _line(node, f"{_FORWARD}_author")
    return {key: value for key, value in told.items() if value}


def _reactions(node: Node) -> dict[str, Json]:
    """How many reacted, by the sign; ``custom:ID`` for a sign of one's own, ``paid`` for stars."""
    found: dict[str, Json] = {}
    for one in html.find(node, ".tgme_reaction"):
        sign = html.first(one, ".emoji, tg-emoji")
        name = html.line(sign) if sign is not None else ""
        if not name and sign is not None and sign.attributes.get("emoji-id"):
            name = f"custom:{html.attribute(sign, 'emoji-id')[:30]}"
        if not name and "tgme_reaction_paid" in html.attribute(one, "class").split():
            name = "paid"
        number = count(html.line(one).removeprefix(name).strip())
        if name and number is not None and len(found) < 100:
            found[name] = number
    return found


def _album(node: Node, name: str, number: int) -> list[Json]:
    """The messages a group of pictures stands for, where it is more than the one shown."""
    found: dict[str, None] = {}
    for anchor in html.find(node, ".js-message_grouped_wrap a[href*=single]"):
        link = telegram_link(html.attribute(anchor, "href"))
        if link is not None and link.kind == "message" and link.value.startswith(f"{name}/"):
            found[link.value] = None
    return list(found) if set(found) - {message_id(name, number)} else []


def _not_shown(node: Node, text: str) -> bool:
    """Whether the preview only says that the app is needed to see it."""
    wraps = html.find(node, ".message_media_not_supported_wrap, .message_media_not_supported")
    return any(not _inside_footer(wrap, node) for wrap in wraps) or (
        not text and html.first(node, ".tgme_widget_message_video_player.not_supported") is not None
    )


def _inside_footer(wrap: Node, top: Node) -> bool:
    """A footer that every other message has, too; it tells nothing."""
    parent = wrap.parent
    while parent is not None and parent != top:
        if not _FOOTERS.isdisjoint(html.attribute(parent, "class").split()):
            return True
        parent = parent.parent
    return False


def moment(node: Node) -> str:
    """When it was written, ISO 8601 UTC; empty where the page does not tell."""
    shown = html.first(node, ".tgme_widget_message_date time[datetime]") or html.first(
        node, "time.time[datetime]"
    )
    return utc(html.attribute(shown, "datetime")) if shown is not None else ""


def utc(text: str) -> str:
    """A time with its zone as ISO 8601 UTC; empty for what is none."""
    try:
        found = datetime.fromisoformat(text.strip())
        return iso(found if found.tzinfo else found.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return ""


def count(text: str) -> int | None:
    """The number that ``12.5K`` stands for, which is rounded; None for none."""
    found = _COUNT.fullmatch("".join(text.split()))
    if found is None:
        return None
    digits = found[1].replace(",", "" if not found[2] else ".")
    try:
        return round(float(digits) * _FACTOR[found[2].upper()])
    except (ValueError, OverflowError):
        return None


def _number_of(node: Node) -> str:
    """The channel's number, which a preview of a channel has in ``data-view``; empty without."""
    text = html.attribute(node, "data-view")[:2_000]
    try:
        told = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        number = told.get("c") if isinstance(told, Mapping) else None
    except (ValueError, RecursionError):
        return ""
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < -number < 10**15:
        return ""
    return peer_id("channel", -number)


def _line(node: Node, selector: str) -> str:
    found = html.first(node, selector)
    return html.line(found) if found is not None else ""
