"""Who is who in an answer: numbers, usernames and names of the chats and accounts it came with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from collectors.interfaces.telegram_names import peer_id, username
from model.canonical import Json

Object = Mapping[str, Json]

_KINDS: Mapping[str, str] = {
    "User": "user",
    "UserFull": "user",
    "UserEmpty": "user",
    "Chat": "chat",
    "ChatFull": "chat",
    "ChatForbidden": "chat",
    "Channel": "channel",
    "ChannelFull": "channel",
    "ChannelForbidden": "channel",
}
_PEERS: Mapping[str, tuple[str, str]] = {
    "PeerUser": ("user", "user_id"),
    "PeerChat": ("chat", "chat_id"),
    "PeerChannel": ("channel", "channel_id"),
}


@dataclass(frozen=True, slots=True)
class Names:
    """The chats and accounts of one answer by native id (``user:1``)."""

    users: Mapping[str, Object]
    chats: Mapping[str, Object]

    def chat(self, peer: str) -> str:
        """What a chat is known by: its username in lower case, else its number."""
        return self.handle(peer) or peer

    def handle(self, peer: str) -> str:
        """The username in lower case; empty where there is none."""
        one = self.users.get(peer) or self.chats.get(peer) or {}
        return next(self.all_of(one), "")

    def shown(self, peer: str) -> str:
        """The name as shown to people: first and last, or a chat's title."""
        one = self.users.get(peer) or self.chats.get(peer) or {}
        names = (text_of(one.get(key)) for key in ("first_name", "last_name", "title"))
        return " ".join(filter(None, names))[:500]

    def all_of(self, one: Object) -> Iterator[str]:
        """Every active username, the one that is shown first, each once."""
        given = [text_of(one.get("username"))]
        more = one.get("usernames")
        rows = more[:50] if isinstance(more, list) else []
        active = (row for row in rows if isinstance(row, dict) and row.get("active"))
        given += [text_of(row.get("username")) for row in active]
        yield from dict.fromkeys(name for name in map(username, given) if name)


def names_of(users: Mapping[str, Object], chats: Mapping[str, Object]) -> Names:
    return Names(users, chats)


def peer_of(one: Object) -> str:
    """The native id of a chat or account object; empty for what is none."""
    kind, given = _KINDS.get(text_of(one.get("_"))), number(one.get("id"))
    return peer_id(kind, given) if kind and given is not None and given > 0 else ""


def peer_named(given: Json) -> str:
    """The native id that a ``PeerUser``, ``PeerChat`` or ``PeerChannel`` names; else empty."""
    if not isinstance(given, dict):
        return ""
    kind, key = _PEERS.get(text_of(given.get("_")), ("", ""))
    found = number(given.get(key)) if kind else None
    return peer_id(kind, found) if found is not None and found > 0 else ""


def number(given: Json) -> int | None:
    """A whole number of at most 64 bits; None for anything else."""
    if not isinstance(given, int) or isinstance(given, bool) or abs(given) >= 1 << 63:
        return None
    return given


def text_of(given: Json) -> str:
    return given if isinstance(given, str) else ""


def flag(one: Object, name: str) -> bool:
    return one.get(name) is True
