"""Answers of Telegram as lines of JSON: what is sealed, and read again from the seal.

The first line says what was asked. Each further line is one object of the answer with the name of
its type in Telegram's schema as ``_`` (core.telegram.org/schema): chats, users, messages, members.
Keys are sorted, moments ISO 8601 in UTC, bytes Base64.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from telethon.tl import TLObject, types
from telethon.tl.alltlobjects import LAYER

from model.canonical import Json, canonical
from model.clock import iso

FORMAT = "telethon"

_LISTS = ("chats", "users", "messages", "participants")
_ALONE = ("full_chat", "full_user", "chat")
_OWN = ("_", "id", "is_self")


def lines(asked: Mapping[str, Json], answer: TLObject) -> bytes:
    """The answer as it is sealed; of the account itself no more is kept than that it is ours."""
    head = {
        "_": "asked",
        "layer": LAYER,
        "answer": type(answer).__name__,
        **asked,
        **_totals(answer),
    }
    return b"\n".join(map(canonical, (head, *map(_plain, _objects(answer))))) + b"\n"


def _totals(answer: TLObject) -> dict[str, Json]:
    """What an answer tells of itself besides the objects in it."""
    names = ("count", "next_rate", "offset_id_offset", "inexact")
    found = {name: getattr(answer, name, None) for name in names}
    return {name: value for name, value in found.items() if isinstance(value, int)}


def _objects(answer: TLObject) -> Iterator[TLObject]:
    """Chats and users before what refers to them."""
    for name in _LISTS:
        for one in getattr(answer, name, None) or ():
            if isinstance(one, TLObject):
                yield one
    for name in _ALONE:
        one = getattr(answer, name, None)
        if isinstance(one, TLObject):
            yield one
    if isinstance(answer, types.ChatInvite):
        yield answer


def _plain(one: TLObject) -> Json:
    written = one.to_dict()
    if isinstance(one, types.User) and one.is_self:
        return {name: written.get(name) for name in _OWN}
    return _jsonable(written)


def _jsonable(value: Json) -> Json:
    """Plain JSON of what Telethon gives; numbers that are none are left out."""
    if isinstance(value, dict):
        return {str(key): _jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(item) for item in value]
    if isinstance(value, datetime):
        return iso(value if value.tzinfo else value.replace(tzinfo=UTC))
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
