"""Telegram's names and links, the same for previews, the interface for accounts, and exports.

A native id is that of what a page for people calls it: a public channel or group is its username
in lower case, a message ``username/123``. What has no username is known by its number:
``channel:1234``, ``chat:1234``, ``user:1234``, which nobody can have as a username. Links are those
of core.telegram.org/api/links (read 2026-11-22).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

PLATFORM = "telegram"
PEOPLE = "https://t.me/"
"""Where people open a link."""

HOSTS = frozenset({"t.me", "telegram.me", "telegram.dog"})

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{3,31}")
_HASH = re.compile(r"[A-Za-z0-9_-]{8,64}")
_PEER = re.compile(r"(user|chat|channel):([0-9]{1,19})")
_WRITTEN = re.compile(r"(user|chat|channel)([0-9]{1,19})")
_DIGITS = re.compile(r"[0-9]{1,19}")
_OTHER = frozenset(
    {
        *("addemoji", "addlist", "addstickers", "addtheme", "bg", "boost", "c", "confirmphone"),
        *("contact", "giftcode", "iv", "invoice", "joinchat", "login", "m", "msg", "nft", "proxy"),
        *("s", "setlanguage", "share", "socks", "stargifts", "web"),
    }
)
"""First steps of an address that are no name."""

Kind = Literal["name", "message", "invite", "phone", "folder"]


@dataclass(frozen=True, slots=True)
class TelegramLink:
    """What a link leads to; ``value`` is a name, a native id of a message, a hash or a number."""

    kind: Kind
    value: str


def username(given: str) -> str:
    """The username, in lower case, that ``@name``, ``name`` or a link to it or into it gives.

    Empty for what is none.
    """
    text = given.strip().removeprefix("@")
    if _NAME.fullmatch(text):
        return text.lower()
    link = telegram_link(text)
    if link is None or link.kind not in ("name", "message"):
        return ""
    name = link.value.partition("/")[0]
    return "" if _PEER.fullmatch(name) else name


def telegram_link(url: str) -> TelegramLink | None:
    """What an address of Telegram's names; None for any other address.

    ``t.me/+4912345…`` of digits alone is a telephone number; any other ``t.me/+HASH`` invites.
    """
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    if parts.scheme == "tg":
        return _of_app(host, parts.query)
    if parts.scheme not in ("http", "https"):
        return None
    if host not in HOSTS:
        name, _, own = host.partition(".")
        return TelegramLink("name", name) if own == "t.me" and _NAME.fullmatch(name) else None
    steps = [step for step in unquote(parts.path).split("/") if step]
    if steps and steps[0] == "s":
        steps = steps[1:]
    return _of_path(steps) if steps else None


def _of_path(steps: list[str]) -> TelegramLink | None:
    first, rest = steps[0], steps[1:]
    word = first.lower()
    if first.startswith("+"):
        return _invite(first[1:])
    if word in ("joinchat", "addlist", "c"):
        return _of_word(word, rest)
    if word in _OTHER or not _NAME.fullmatch(first):
        return None
    if rest and all(map(_DIGITS.fullmatch, rest[:2])):  # in a forum: topic, then message
        return TelegramLink("message", message_id(word, int(rest[:2][-1])))
    return TelegramLink("name", word)


def _of_word(word: str, rest: list[str]) -> TelegramLink | None:
    """What stands after a step that is no name."""
    if word == "c":
        return _private(rest)
    if not rest or not _HASH.fullmatch(rest[0]):
        return None
    return _invite(rest[0]) if word == "joinchat" else TelegramLink("folder", rest[0])


def _private(numbers: list[str]) -> TelegramLink | None:
    """A message of a channel known by its number, perhaps with a topic between the two."""
    if len(numbers) not in (2, 3) or not all(map(_DIGITS.fullmatch, numbers)):
        return None
    return TelegramLink(
        "message", message_id(peer_id("channel", int(numbers[0])), int(numbers[-1]))
    )


def _of_app(action: str, query: str) -> TelegramLink | None:
    """``tg://resolve?domain=…``, ``tg://join?invite=…``, ``tg://privatepost?channel=…&post=…``."""
    given = {name: values[0] for name, values in parse_qs(query, max_num_fields=20).items()}
    name, post = given.get("domain", ""), given.get("post", "")
    if action == "resolve" and _NAME.fullmatch(name):
        if _DIGITS.fullmatch(post):
            return TelegramLink("message", f"{name.lower()}/{int(post)}")
        return TelegramLink("name", name.lower())
    if action == "resolve" and _DIGITS.fullmatch(phone := given.get("phone", "").lstrip("+ ")):
        return TelegramLink("phone", f"+{phone}")
    if action == "join":
        return _invite(given.get("invite", ""))
    channel = given.get("channel", "")
    if action == "privatepost" and _DIGITS.fullmatch(channel) and _DIGITS.fullmatch(post):
        return TelegramLink("message", f"channel:{int(channel)}/{int(post)}")
    return None


def _invite(code: str) -> TelegramLink | None:
    code = code.strip()
    if code.isascii() and code.isdigit():
        return TelegramLink("phone", f"+{code}") if 6 < len(code) < 16 else None
    return TelegramLink("invite", code) if _HASH.fullmatch(code) else None


def peer_id(kind: str, number: int) -> str:
    """The native id of a ``user``, ``chat`` or ``channel`` by its number."""
    return f"{kind}:{number}"


def written_peer(text: str) -> str:
    """The native id that Telegram Desktop writes as ``user123``; empty for what is none."""
    found = _WRITTEN.fullmatch(text)
    return peer_id(found[1], int(found[2])) if found else ""


def message_id(chat: str, number: int) -> str:
    """The native id of a message of a chat that is known by its username or number."""
    return f"{chat}/{number}"


def message_url(chat: str, number: int) -> str:
    """The page of a message for people; that of a private chat opens for its members only.

    Empty where the chat is a person or a small group, whose messages have no page.
    """
    if peer := _PEER.fullmatch(chat):
        return f"{PEOPLE}c/{peer[2]}/{number}" if peer[1] == "channel" else ""
    return f"{PEOPLE}{chat}/{number}"


def chat_url(chat: str) -> str:
    """The page of a user, group or channel; empty for what is known by its number alone."""
    return "" if not chat or _PEER.fullmatch(chat) else PEOPLE + chat
