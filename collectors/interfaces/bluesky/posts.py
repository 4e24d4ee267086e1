"""Posts of Bluesky as records, from views of the interface and from records of repositories.

Lexicons app.bsky.feed.post, app.bsky.feed.defs and app.bsky.embed (read 2026-11-22).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from collectors.interfaces.answers import Item
from collectors.interfaces.bluesky import ask, names
from collectors.interfaces.bluesky.accounts import Who, labels, who
from collectors.interfaces.bluesky.text import written
from collectors.interfaces.found import filled, told, web
from collectors.records import PageRecord
from model.canonical import Json
from model.evidence import Image

_BEGINNING = "2022-01-01T00:00:00Z"
"""Before this nobody posted there: an earlier time is one that was brought along."""

_AHEAD = timedelta(minutes=10)
_LANGUAGE = re.compile(r"([a-z]{2})(?:-[A-Za-z0-9-]{1,35})?")
_COUNTS = {
    "like": "likeCount",
    "repost": "repostCount",
    "reply": "replyCount",
    "quote": "quoteCount",
    "bookmark": "bookmarkCount",
}


@dataclass(frozen=True, slots=True)
class Post:
    """One post: its record, and what its conversation needs to be found."""

    record: PageRecord
    uri: str
    author: Who
    root: str
    replies: int
    indexed_at: str


def of_view(view: Item, base: str, locator: str = "") -> Post | None:
    """The post that a view (app.bsky.feed.defs#postView) shows; None, told, without its address."""
    where = names.place(view.line("uri"))
    if where is None or where.collection != names.POST:
        view.note("error", "left out: a post without an address of its own", "uri")
        return None
    record = view.item("record")
    indexed = view.moment("indexedAt")
    found = of_record(
        where,
        record,
        author=who(view.item("author"), where.account),
        base=base,
        locator=locator,
        indexed_at=indexed,
        images=tuple(_images(view.item("embed"))),
        extra={
            "cid": view.line("cid"),
            "reactions": _counts(view),
            "labels": labels(view),
            "video": view.link("embed", "playlist") or view.link("embed", "media", "playlist"),
            "quotes": _quotes(view.item("embed")),
        },
    )
    return Post(
        found,
        where.uri,
        who(view.item("author"), where.account),
        _answered(record, "root"),
        view.number("replyCount") or 0,
        indexed,
    )


def of_record(
    where: names.Place,
    record: Item,
    *,
    author: Who,
    base: str,
    locator: str = "",
    indexed_at: str = "",
    images: tuple[Image, ...] = (),
    extra: Mapping[str, Json] | None = None,
) -> PageRecord:
    """A post as its author's repository holds it, with what else is known of it."""
    words = written(record)
    langs = record.texts("langs")
    root, parent = _answered(record, "root"), _answered(record, "parent")
    created = record.moment("createdAt")
    card = _card(record.item("embed"))
    language = next((found[1] for one in langs if (found := _LANGUAGE.fullmatch(one))), "")
    return PageRecord(
        kind="comment" if parent or root else "post",
        native_id=where.uri,
        locator=locator,
        fields=filled(
            {
                "text": words.text,
                "url": where.page,
                **author.fields,
                "posted_at": posted_at(created, indexed_at),
                "language": language,
            }
        ),
        images=images,
        links=web((*words.links, str(card.get("url", "")))),
        extra=told(
            {
                "address": ask.one_post(base, where.uri),
                "reply_to": parent,
                "thread": root or parent,
                "created_at": created,
                "indexed_at": indexed_at,
                "languages": list(langs) if len(langs) > 1 else [],
                "tags": list(dict.fromkeys((*words.tags, *record.texts("tags")))),
                "mentions": list(words.mentions),
                "mentioned_ids": list(words.mentioned),
                "card": card,
                "own_labels": [one.line("val") for one in record.items("labels", "values")],
                "blobs": list(_blobs(record.item("embed"))),
                **(extra or {}),
            }
        ),
    )


def repost(item: Item, post: Post, base: str, locator: str = "") -> PageRecord | None:
    """That somebody passed a post on: a record of theirs, without the words, which are not theirs.

    None where the feed does not say by what record of whose.
    """
    reason = item.item("reason")
    where = names.place(reason.line("uri"))
    by = who(reason.item("by"), where.account if where else "")
    if where is None or not by.did:
        return None
    at = reason.moment("indexedAt")
    source = filled({"name": post.author.handle, "id": post.uri})
    return PageRecord(
        kind="post",
        native_id=where.uri,
        locator=locator,
        fields=filled({**by.fields, "url": post.record.fields["url"], "posted_at": at}),
        extra={"forwarded_from": source | {"url": post.record.fields["url"]}},
    )


def posted_at(created: str, indexed: str) -> str:
    """When it was posted: as its author's program says, unless that cannot be.

    ``createdAt`` is what a program wrote, ``indexedAt`` when the network first saw it. A time after
    that, or before there was a network, is not believed; both are kept beside.
    """
    if not created or not indexed:
        return created or indexed
    ahead = datetime.fromisoformat(created) - datetime.fromisoformat(indexed)
    return indexed if ahead > _AHEAD or created < _BEGINNING else created


def _answered(record: Item, which: str) -> str:
    found = names.place(record.line("reply", which, "uri"))
    return found.uri if found else ""


def _counts(view: Item) -> dict[str, Json]:
    counted = {name: view.number(key) for name, key in _COUNTS.items()}
    return {name: number for name, number in counted.items() if number is not None}


def _images(embed: Item) -> Iterator[Image]:
    """Pictures of a view's embed, at full size; of a film its still."""
    for one in (embed, embed.item("media")):
        for image in (*one.items("images"), *one.items("items")):
            if url := image.link("fullsize") or image.link("thumb"):
                yield Image(url, image.line("alt"))
        if one.at("playlist") and (url := one.link("thumbnail")):
            yield Image(url, one.line("alt"))


def _blobs(embed: Item) -> Iterator[Json]:
    """Pictures and films of a record, by the digest (CID) that the network knows them by."""
    for one in (embed, embed.item("media")):
        for image in (*one.items("images"), *one.items("items")):
            if cid := image.line("image", "ref", "$link"):
                yield filled({"cid": cid, "alt": image.line("alt")})
        if cid := one.line("video", "ref", "$link"):
            yield filled({"cid": cid, "alt": one.line("alt")})


def _card(embed: Item) -> dict[str, str]:
    """The page that a post shows as a card, in the words of that page."""
    card = embed.item("external") or embed.item("media", "external")
    url = card.link("uri") if card else ""
    if not url:
        return {}
    found = {"url": url, "title": card.line("title"), "description": card.text("description")}
    return filled(found)


def _quotes(embed: Item) -> dict[str, Json]:
    """The record a post shows inside: whose it is and where, not its words."""
    shown = embed.item("record")
    inner = shown if shown.at("uri") else shown.item("record")
    where = names.place(inner.line("uri"))
    if where is None:
        return {}
    author = who(inner.item("author") or inner.item("creator"), where.account)
    gone = [state for state in ("notFound", "blocked", "detached") if inner.flag(state)]
    said = {"id": where.uri, "url": where.page, "name": author.handle, "state": " ".join(gone)}
    return told(said)
