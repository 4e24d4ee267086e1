"""What accounts and posts of the made-up world are called on networks and messengers."""

from __future__ import annotations

import base64
import re
import unicodedata

from app.rehearsal.dice import material
from app.rehearsal.nouns import Person

MASTODON_HOST = "reef.example"
BLUESKY_HOST = "delta.example"
GROUPS = ("Keepers and Collectors", "Antiques Corner", "Birds and Reptiles")
"""Groups on Telegram and WhatsApp, one export each."""


def handle_there(platform: str, wish: str, person: Person) -> str:
    """The name that somebody who wishes to be called ``wish`` has on a platform."""
    if platform == "mastodon":
        return f"{_plain(wish, person, '_')}@{MASTODON_HOST}"
    if platform == "bluesky":
        return f"{_plain(wish, person, '-')}.{BLUESKY_HOST}"
    return number_of(person) if platform == "whatsapp" else wish


def number_of(person: Person) -> str:
    """The number (E.164) that somebody has on WhatsApp: their own, for calls where no other."""
    kinds = {one.value: one.kind for one in person.own}
    chats = [value.partition(":")[2] for value in kinds if value.startswith("whatsapp:")]
    calls = [value for value, kind in kinds.items() if kind == "phone"]
    return next(iter([*chats, *calls]), "")


def native_id(platform: str, handle: str, number: int) -> str:
    """The platform's own id of an account."""
    if platform == "mastodon":
        return f"https://{MASTODON_HOST}/users/{handle.partition('@')[0]}"
    if platform == "bluesky":
        return did(handle)
    return f"user:{number}" if platform == "telegram" else str(number)


def did(handle: str) -> str:
    """An identity of Bluesky (did:plc) that follows from the handle."""
    return "did:plc:" + base64.b32encode(material(15, "did", handle)).decode().lower()


def post_id(platform: str, handle: str, number: int) -> str:
    """The platform's own id of the account's post of this number, by which nobody else has one."""
    raw = int.from_bytes(material(6, "post", platform, handle, number))
    if platform == "mastodon":
        return f"https://{MASTODON_HOST}/users/{handle.partition('@')[0]}/statuses/{raw}"
    if platform == "bluesky":
        key = base64.b32encode(raw.to_bytes(8)).decode().lower().rstrip("=")
        return f"at://{did(handle)}/app.bsky.feed.post/{key}"
    return str(raw)


def group_of(handle: str) -> int:
    """The number of the group in which somebody on a messenger writes."""
    return material(1, "group", handle)[0] % len(GROUPS)


def group_number(place: int) -> int:
    """Telegram's number of a group."""
    return 1_000_000_000 + int.from_bytes(material(3, "telegram group", place))


def _plain(wish: str, person: Person, joint: str) -> str:
    """Small letters and digits; what has none of these has the number of its owner."""
    folded = unicodedata.normalize("NFKD", wish).casefold()
    plain = re.sub(r"[^a-z0-9]+", joint, folded).strip(joint)
    return plain if len(plain) > 2 else f"shop{joint}{person.actor.rpartition('-')[2]}"
