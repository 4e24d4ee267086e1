"""Lists and feeds of Bluesky as groups: who made them, what they are, who is in them.

Lexicons app.bsky.graph.defs#listView and app.bsky.feed.defs#generatorView (read 2026-11-22).
"""

from __future__ import annotations

from collections.abc import Iterator

from collectors.interfaces.answers import Item
from collectors.interfaces.bluesky import ask, names
from collectors.interfaces.bluesky.accounts import labels, who
from collectors.interfaces.found import filled, told
from collectors.records import PageRecord
from model.canonical import Json
from model.evidence import Image


def group(answer: Item, base: str, *, members: bool) -> PageRecord | None:
    """The list or feed an answer is about; None, told, where its address is missing."""
    view = answer.item("list") or answer.item("view")
    where = names.place(view.line("uri"))
    if where is None:
        view.note("error", "left out: a list or feed without an address", "uri")
        return None
    title = view.line("name") or view.line("displayName")
    avatar = view.link("avatar")
    is_list = where.collection == names.LIST
    again = (
        ask.method(base, ask.LIST_VIEW, list=where.uri, limit=ask.PAGE)
        if is_list
        else ask.method(base, ask.FEED_VIEW, feed=where.uri)
    )
    return PageRecord(
        kind="group",
        native_id=where.uri,
        locator="",
        fields=filled(
            {
                "title": title,
                "text": view.text("description"),
                "url": where.page,
                **who(view.item("creator"), where.account).fields,
            }
        ),
        images=(Image(avatar),) if avatar else (),
        extra=told(
            {
                "address": again,
                "purpose": view.line("purpose").rpartition("#")[2],
                "size": view.number("listItemCount"),
                "reactions": told({"like": view.number("likeCount")}),
                "indexed_at": view.moment("indexedAt"),
                "labels": labels(view),
                "members": list(_members(answer)) if members and is_list else [],
            }
        ),
    )


def _members(answer: Item) -> Iterator[Json]:
    """Who is in a list, as its maker put them there: it says nothing of what they want."""
    for row in answer.items("items"):
        found = who(row.item("subject"))
        if found.did:
            yield {"handle": found.handle or found.did, "id": found.did, "role": "listed"}
