"""Accounts of Bluesky as records: who they are by DID, what they are called now, what they say.

Lexicon app.bsky.actor.defs (read 2026-11-22). The DID is the account's identity; a handle may be
given up and taken by somebody else.
"""

from __future__ import annotations

from typing import NamedTuple

from collectors.interfaces.answers import Item
from collectors.interfaces.bluesky import ask, names
from collectors.interfaces.found import filled, told, web
from collectors.records import PageRecord
from model.canonical import Json
from model.evidence import Image


class Who(NamedTuple):
    """An account: its DID, and its handle where that leads back to it."""

    did: str
    handle: str

    @property
    def fields(self) -> dict[str, str]:
        """The account as the seller of a record. Without a handle that holds it has its DID only:
        the stand-in that the network shows is the same for thousands."""
        if not self.did:
            return {}
        return filled(
            {
                "seller": self.handle or self.did,
                "seller_id": self.did,
                "seller_url": names.account_page(self.did),
            }
        )


def who(item: Item, expected: str = "") -> Who:
    """The account an object describes; one that is not the expected DID is told, and is nobody.

    A record belongs to the account whose DID its address begins with, whatever stands beside it.
    """
    did = names.did(item.line("did"))
    if expected and did != expected:
        if item:
            item.note(
                "warning", f"the author {did or '?'} is not the account of the record", "author"
            )
        return Who(expected, "")
    return Who(did, names.handle(item.line("handle")))


def profile(item: Item, base: str, locator: str = "") -> PageRecord | None:
    """The profile, whole or as shown beside posts; None, told, where the DID is missing."""
    found = who(item)
    if not found.did:
        item.note("error", "left out: an account without a DID", "did")
        return None
    text = item.text("description")
    website = item.link("website")
    message_me = item.link("associated", "germ", "messageMeUrl")
    return PageRecord(
        kind="profile",
        native_id=found.did,
        locator=locator,
        fields=filled(
            {
                **found.fields,
                "title": item.line("displayName"),
                "text": text,
                "url": names.account_page(found.did),
            }
        ),
        images=_pictures(item),
        links=web((website, message_me, *_addresses(text))),
        extra=told(_extra(item) | {"address": ask.profile(base, found.did)}),
    )


def labels(item: Item) -> list[Json]:
    """What the account, or a service that judges content, put on it as labels."""
    return [
        {"label": one.line("val"), "by": names.did(one.line("src"))}
        for one in item.items("labels")
        if one.line("val") and not one.flag("neg")
    ]


def _extra(item: Item) -> dict[str, Json]:
    return {
        "created_at": item.moment("createdAt"),
        "indexed_at": item.moment("indexedAt"),
        "followers": item.number("followersCount"),
        "follows": item.number("followsCount"),
        "posts": item.number("postsCount"),
        "lists": item.number("associated", "lists"),
        "feeds": item.number("associated", "feedgens"),
        "labeler": item.flag("associated", "labeler"),
        "pinned": item.line("pinnedPost", "uri"),
        "pronouns": item.line("pronouns"),
        "labels": labels(item),
        "verified": item.line("verification", "verifiedStatus"),
        "handle_does_not_hold": item.line("handle").lower() == names.NO_HANDLE,
    }


def _pictures(item: Item) -> tuple[Image, ...]:
    found = ((name, item.link(name)) for name in ("avatar", "banner"))
    return tuple(Image(url, name) for name, url in found if url)


def _addresses(text: str) -> list[str]:
    """Web addresses that stand in a description, where they are written out."""
    words = (word.strip("()<>[]\"'.,;!?…") for word in text.split())
    return [word for word in words if word.startswith(("https://", "http://"))]
