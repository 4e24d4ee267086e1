"""Chats and accounts found by their names: what Telegram wants to be told of each to be asked.

A username is looked up once and then remembered, for Telegram allows few look-ups a day. What is
remembered is worth nothing without the account's session.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from telethon.tl import TLObject, TLRequest, types
from telethon.tl.functions import contacts, messages

from collectors.telegram.requests import input_peer
from collectors.web.failures import failure
from model.canonical import Json

Ask = Callable[[TLRequest, str], TLObject]

_PAGES_OF_DIALOGS = 10


class Chats:
    """Input peers by name (``durov``, ``channel:1``), as far as they are known."""

    def __init__(self, kept: Json) -> None:
        rows = kept if isinstance(kept, dict) else {}
        self._known = {str(name): str(peer) for name, peer in rows.items()}

    def state(self) -> dict[str, Json]:
        return dict(self._known)

    def known(self, name: str) -> TLObject | None:
        written = self._known.get(name)
        return None if written is None else input_peer(written)

    def forget(self, name: str) -> None:
        """Look it up again next time: what was remembered is not taken any more."""
        self._known.pop(name, None)

    def find(self, ask: Ask, name: str) -> tuple[TLObject, TLObject]:
        """The input peer, and the answer that told it; CollectionError where there is none.

        A chat known by its number alone is looked for among those the account is a member of.
        Of that list nothing but the chat itself is handed on.
        """
        if ":" not in name:
            answer = ask(contacts.ResolveUsernameRequest(name), name)
            peer = next(_resolved(answer), None)
        else:
            answer = types.messages.Chats([_among_dialogs(ask, name)])
            peer = next(_peers(answer), None)
        if peer is None:
            raise failure("gone", name, "no chat or account has this name")
        self._known[name] = peer
        return input_peer(peer), answer

    def learn(self, name: str, answer: TLObject) -> None:
        """Remember the one chat an answer is about."""
        peer = next(_peers(answer), None)
        if peer is not None:
            self._known[name] = peer


def _resolved(answer: TLObject) -> Iterator[str]:
    """The one that a username leads to."""
    peer = getattr(answer, "peer", None)
    for written in _peers(answer):
        kind, number, _ = written.split(":")
        if number == str(getattr(peer, f"{kind}_id", None)):
            yield written


def _peers(answer: TLObject) -> Iterator[str]:
    """The chats and accounts of an answer as they are remembered."""
    alone = getattr(answer, "chat", None)
    for one in (*filter(None, [alone]), *_of(answer, "chats"), *_of(answer, "users")):
        if isinstance(one, types.Channel | types.ChannelForbidden) and one.access_hash is not None:
            yield f"channel:{one.id}:{one.access_hash}"
        elif isinstance(one, types.Chat | types.ChatForbidden):
            yield f"chat:{one.id}:0"
        elif isinstance(one, types.User) and one.access_hash is not None:
            yield f"user:{one.id}:{one.access_hash}"


def _of(answer: TLObject, name: str) -> tuple[TLObject, ...]:
    return tuple(getattr(answer, name, None) or ())


def _among_dialogs(ask: Ask, name: str) -> TLObject:
    """The chat of this number among the account's own."""
    offset: tuple[Any, int, TLObject] = (None, 0, types.InputPeerEmpty())
    for _ in range(_PAGES_OF_DIALOGS):
        date, number, peer = offset
        asked = messages.GetDialogsRequest(
            offset_date=date, offset_id=number, offset_peer=peer, limit=100, hash=0
        )
        answer = ask(asked, name)
        for one in _of(answer, "chats"):
            if _called(one) == name:
                return one
        last = next((one for one in reversed(_of(answer, "messages")) if _is_dated(one)), None)
        if last is None or isinstance(answer, types.messages.Dialogs):
            break
        offset = (last.date, last.id, _input_of(last.peer_id, answer))
    raise failure("forbidden", name, "the account is no member of a chat of this number")


def _called(one: TLObject) -> str:
    kind = "channel" if isinstance(one, types.Channel | types.ChannelForbidden) else "chat"
    return f"{kind}:{one.id}"


def _is_dated(one: TLObject) -> bool:
    return getattr(one, "date", None) is not None


def _input_of(peer: TLObject, answer: TLObject) -> TLObject:
    for written in _peers(answer):
        kind, number, _ = written.split(":")
        if number == str(getattr(peer, f"{kind}_id", None)):
            return input_peer(written)
    return types.InputPeerEmpty()
