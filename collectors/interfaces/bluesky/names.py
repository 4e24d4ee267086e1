"""What things are called on Bluesky: at-uris of records, DIDs and handles of accounts.

AT Protocol specifications (atproto.com/specs/at-uri-scheme, /did, /handle, read 2026-11-22).
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

POST, PROFILE = "app.bsky.feed.post", "app.bsky.actor.profile"
FEED, LIST = "app.bsky.feed.generator", "app.bsky.graph.list"

NO_HANDLE = "handle.invalid"
"""What the network shows of every account whose handle does not lead back to it: nobody's name."""

_DID = re.compile(r"did:[a-z]{1,32}:[A-Za-z0-9._:%-]{1,400}")
_HANDLE = re.compile(r"(?=.{3,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*")
_URI = re.compile(
    rf"at://({_DID.pattern})/([A-Za-z][A-Za-z0-9.-]{{1,316}})/([\w.~:-]{{1,512}})", re.A
)
_APP = ("bsky.app", "www.bsky.app", "main.bsky.dev")
_GROUPS = {"feed": FEED, "lists": LIST}


class Place(NamedTuple):
    """Where a record lies: the account's DID (or handle), the collection, and the record's key."""

    account: str
    collection: str
    key: str

    @property
    def uri(self) -> str:
        return f"at://{self.account}/{self.collection}/{self.key}"

    @property
    def page(self) -> str:
        """The page for people; of other things than posts, feeds and lists the account's."""
        ways = {POST: "post", FEED: "feed", LIST: "lists"}
        way = ways.get(self.collection)
        return (
            f"{account_page(self.account)}/{way}/{self.key}" if way else account_page(self.account)
        )


def place(uri: str) -> Place | None:
    """The place that an at-uri with a DID names; None for anything else."""
    found = _URI.fullmatch(uri)
    return Place(*found.groups()) if found else None


def account_page(account: str) -> str:
    return f"https://bsky.app/profile/{account}"


def did(text: str) -> str:
    """The text where it is a DID, else empty."""
    return text if _DID.fullmatch(text) else ""


def handle(text: str) -> str:
    """A handle in lower case; empty for what is none, or stands for a handle that does not hold."""
    plain = text.lower()
    return plain if _HANDLE.fullmatch(plain) and plain != NO_HANDLE else ""


def account(written: str) -> str:
    """DID or handle of an account as a person writes it: @handle, DID, or its page's address."""
    text = written.strip().removeprefix("at://")
    steps = _steps(text)
    if len(steps) >= 2 and steps[0] == "profile":
        text = steps[1]
    text = text.removeprefix("@").strip("/")
    return did(text) or handle(text)


def group(written: str) -> str:
    """The at-uri of a list or feed as a person writes it: as such, or its page's address."""
    text = written.strip()
    steps = _steps(text)
    if len(steps) == 4 and steps[0] == "profile" and steps[2] in _GROUPS:
        text = f"at://{steps[1]}/{_GROUPS[steps[2]]}/{steps[3]}"
    owner, _, rest = text.removeprefix("at://").partition("/")
    collection, _, key = rest.partition("/")
    if not text.startswith("at://") or collection not in _GROUPS.values():
        return ""
    named = did(owner) or handle(owner)
    return (
        f"at://{named}/{collection}/{key}"
        if named and re.fullmatch(r"[\w.~:-]{1,512}", key)
        else ""
    )


def _steps(address: str) -> list[str]:
    """The steps of the path of a page of the app; none for any other address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return []
    if parts.scheme not in ("http", "https") or parts.netloc.lower() not in _APP:
        return []
    return [unquote(step) for step in parts.path.split("/") if step]
