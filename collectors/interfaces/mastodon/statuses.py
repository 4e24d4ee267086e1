"""One post of Mastodon's interface as a record (entity Status)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from collectors.interfaces.answers import Item
from collectors.interfaces.found import filled, told, web
from collectors.interfaces.mastodon.accounts import handle, native_id
from collectors.interfaces.mastodon.addresses import host_of, status_at
from collectors.interfaces.mastodon.words import read_markup
from collectors.records import PageRecord
from model.canonical import Json
from model.evidence import Image

SHOWN_TO_ALL = frozenset({"public", "unlisted"})
"""Visibilities that are kept; ``private`` and ``direct`` were meant for some people only."""


def original(status: Item) -> Item:
    """The post itself where somebody passed it on, which makes it nobody else's."""
    return status.item("reblog").here(status.where) or status


def is_public(status: Item) -> bool:
    return status.line("visibility") in SHOWN_TO_ALL


def status_id(status: Item) -> str:
    """The post's id in ActivityPub, the same on every instance; else its page."""
    return status.line("uri") or status.line("url")


def record(status: Item, base: str, known: Mapping[str, str]) -> PageRecord | None:
    """The post; None, which is said, for one without id.

    ``known`` gives the ids of posts by the instance's numbers, as far as the answer tells.
    """
    uri = status_id(status)
    if not uri:
        status.note("error", "left out: a post without an id", "uri")
        return None
    account, answered = status.item("account"), status.line("in_reply_to_id")
    words = read_markup(status.text("content"), base)
    options = [one.line("title") for one in status.items("poll", "options")]
    fields = {
        "title": status.line("spoiler_text"),
        "text": "\n".join(filter(None, (words.text, *(f"- {one}" for one in options)))),
        "url": status.link("url") or status.link("uri"),
        "seller": handle(account, base),
        "seller_id": native_id(account, base) if account else "",
        "seller_url": account.link("url"),
        "posted_at": status.moment("created_at"),
        "language": status.line("language")[:10],
    }
    pictures, others = _media(status)
    extra = _extra(status, base) | told(
        {
            "media": others,
            "reply_to": known.get(answered),
            "reply_to_address": status_at(base, answered) if answered and base else "",
        }
    )
    kind = "comment" if answered else "post"
    return PageRecord(kind, uri, status.where, filled(fields), pictures, words.links, extra)


def passed_on(found: PageRecord, by: Item, base: str) -> PageRecord:
    """The post with who passed it on, and when."""
    account = by.item("account")
    boost = filled(
        {
            "name": handle(account, base),
            "id": native_id(account, base),
            "at": by.moment("created_at"),
        }
    )
    return replace(found, extra={**found.extra, "boosted_by": [boost]})


def _media(status: Item) -> tuple[tuple[Image, ...], list[dict[str, str]]]:
    """Pictures with their description, and what else is attached; nothing is fetched."""
    pictures: list[Image] = []
    others: list[dict[str, str]] = []
    for one in status.items("media_attachments"):
        url, alt = one.line("url") or one.line("remote_url"), one.text("description")
        if not web((url,)):
            continue
        if one.line("type") in ("image", ""):
            pictures.append(Image(url, alt))
        else:
            others.append(filled({"type": one.line("type"), "url": url, "description": alt}))
    return tuple(pictures), others


def _extra(status: Item, base: str) -> dict[str, Json]:
    number = status.line("id")
    quoted = status.item("quote", "quoted_status")
    return told(
        {
            "address": status_at(base, number) if number and base else "",
            "edited_at": status.moment("edited_at"),
            "reactions": _reactions(status),
            "mentions": [_mention(one, base) for one in status.items("mentions")],
            "tags": [one.line("name") for one in status.items("tags")],
            "visibility": status.line("visibility"),
            "sensitive": status.flag("sensitive"),
            "quotes": status_id(quoted),
            "poll": _poll(status.item("poll")),
            "application": status.line("application", "name"),
        }
    )


def _mention(person: Item, base: str) -> str:
    name = person.line("acct") or person.line("username")
    return name if not name or "@" in name else f"{name}@{host_of(person.line('url'), base)}"


def _reactions(status: Item) -> dict[str, Json]:
    """How many, by kind; pictograms where the server counts them (Pleroma, Akkoma)."""
    counts = {
        "favourites": status.number("favourites_count"),
        "boosts": status.number("reblogs_count"),
        "replies": status.number("replies_count"),
        "quotes": status.number("quotes_count"),
    }
    for one in status.items("pleroma", "emoji_reactions"):
        counts[one.line("name")[:100]] = one.number("count")
    return {name: number for name, number in counts.items() if name and number}


def _poll(poll: Item) -> Json:
    options: list[Json] = [
        told({"title": one.line("title"), "votes": one.number("votes_count")})
        for one in poll.items("options")
    ]
    return told({"options": options, "ends": poll.moment("expires_at")}) if options else None
