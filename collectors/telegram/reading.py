"""A sealed answer of Telegram as records: messages, chats with their events and members, accounts.

Pure, and made for lines of any content: what stands at the wrong place or is of the wrong type is
said and left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from collectors.imports.content import Content
from collectors.imports.formats import Found
from collectors.interfaces.telegram_names import PLATFORM, chat_url
from collectors.records import PageReading, PageRecord, documents
from collectors.telegram.message import deleted, message_record
from collectors.telegram.peers import Names, Object, flag, names_of, number, peer_of, text_of
from config.sources import Source
from model.canonical import Json
from model.errors import Skip
from model.evidence import Capture, Issue

ADAPTER = "telegram"

_CHATS = frozenset({"Chat", "Channel", "ChatForbidden", "ChannelForbidden"})
_FULL = frozenset({"ChannelFull", "ChatFull"})
_INVITES = frozenset({"ChatInvite"})
_MEMBER = "Participant"
_MOST = 1_000


@dataclass(slots=True)
class _Answer:
    """The objects of one answer by what they are, in the order they came."""

    asked: Object
    chats: dict[str, Object] = field(default_factory=dict)
    users: dict[str, Object] = field(default_factory=dict)
    messages: list[Object] = field(default_factory=list)
    members: list[Object] = field(default_factory=list)
    full: list[Object] = field(default_factory=list)
    invites: list[Object] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


def read_answer(content: Content, capture: Capture, source: Source | None) -> Iterator[Found]:
    """The records of one sealed answer; Skip where it is none."""
    reading = read(content.whole(), source)
    yield reading
    yield from reading.issues
    yield from documents(reading, capture)


def read(payload: bytes, source: Source | None) -> PageReading:
    """One answer as it was sealed by :mod:`.sealing`."""
    answer = _taken(payload)
    names = names_of(answer.users, answer.chats)
    wanted = source is None or source.ask.profiles or bool(source.ask.accounts)
    records: list[PageRecord] = []
    events: dict[str, list[Json]] = {}
    for place, one in enumerate(answer.messages, 1):
        if one.get("_") == "MessageEmpty":
            records += deleted(one, answer.asked, f"message {place}")
            continue
        made, event, odd = message_record(one, names, f"message {place}")
        answer.issues += odd
        if made is not None:
            records.append(made)
        elif event is not None:
            events.setdefault(event[0], []).append(event[1])
    groups = list(_groups(answer, names, events))
    people = list(_people(answer, names)) if wanted else []
    platform = (source.platform if source else "") or PLATFORM
    return PageReading(
        kind="results",
        adapter=ADAPTER,
        url="",
        platform=platform,
        records=tuple(records),
        asides=tuple(groups + people),
        issues=tuple(answer.issues),
    )


def _taken(payload: bytes) -> _Answer:
    """The lines sorted by what they hold; a line that is no object is said and left out."""
    rows = payload.decode("utf-8", "replace").removesuffix("\n").split("\n")
    first = _object(rows[0]) if rows else None
    if first is None or first.get("_") != "asked":
        raise Skip(
            "no answer of Telegram as it is sealed: its first line does not say what was asked"
        )
    answer = _Answer(first)
    for place, row in enumerate(rows[1:], 2):
        one = _object(row)
        if one is None:
            answer.issues.append(
                Issue("error", f"line {place} left out: no object", f"line {place}")
            )
        else:
            _sort(answer, one)
    return answer


def _object(row: str) -> Object | None:
    try:
        found = json.loads(row)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _sort(answer: _Answer, one: Object) -> None:
    kind = text_of(one.get("_"))
    peer = peer_of(one)
    if kind in _CHATS and peer:
        answer.chats[peer] = one
    elif kind == "User" and peer:
        answer.users[peer] = one
    elif kind in ("Message", "MessageService", "MessageEmpty"):
        answer.messages.append(one)
    elif kind in _FULL or kind == "UserFull":
        answer.full.append(one)
    elif kind in _INVITES:
        answer.invites.append(one)
    elif _MEMBER in kind:
        answer.members.append(one)


# chats
def _groups(
    answer: _Answer, names: Names, events: Mapping[str, list[Json]]
) -> Iterator[PageRecord]:
    """Each chat that the answer is about or tells events of, then invitations to unknown ones."""
    full = {peer_of(one): one for one in answer.full if one.get("_") in _FULL}
    members = list(_members(answer, names))
    for peer, chat in answer.chats.items():
        known = names.chat(peer)
        about = known == answer.asked.get("chat") or bool(answer.asked.get("invite"))
        if not (about or peer in full or known in events):
            continue
        told = _Told(
            answer.asked, full.get(peer, {}), events.get(known, []), members if about else []
        )
        yield _group(chat, peer, names, told)
    asked = text_of(answer.asked.get("chat"))
    if members and asked not in {names.chat(peer) for peer in answer.chats}:
        alone = {"members": members, **_admins(answer.asked, members)}
        yield PageRecord("group", asked, f"chat {asked}", {}, extra=alone)
    for one in answer.invites:
        code = text_of(answer.asked.get("invite"))
        if code:
            yield _invitation(one, code)


@dataclass(frozen=True, slots=True)
class _Told:
    """What an answer tells of a chat besides the chat itself."""

    asked: Object
    full: Object
    events: list[Json]
    members: list[Json]


def _group(chat: Object, peer: str, names: Names, told: _Told) -> PageRecord:
    known, full = names.chat(peer), told.full
    members = told.members or list(_of_small(full, names))
    fields = {
        "title": text_of(chat.get("title")),
        "text": text_of(full.get("about")),
        "url": chat_url(known),
    }
    linked = number(full.get("linked_chat_id"))
    extra: dict[str, Json] = {
        "id": peer,
        "kind": "channel" if flag(chat, "broadcast") else "group",
        "also": [name for name in names.all_of(chat) if name != known],
        "followers": number(full.get("participants_count"))
        or number(chat.get("participants_count")),
        "created_at": text_of(chat.get("date")),
        "linked": f"channel:{linked}" if linked else "",
        "members": members[:_MOST],
        "events": told.events[:_MOST],
        **_admins(told.asked, members),
        **_marks(chat),
    }
    return PageRecord(
        "group",
        known,
        f"chat {known}",
        {key: value for key, value in fields.items() if value},
        extra={key: value for key, value in extra.items() if value not in ("", None, [], {})},
    )


def _admins(asked: Object, members: list[Json]) -> dict[str, Json]:
    """Who has a say in the chat, where just these were asked for."""
    if asked.get("words") != "admins":
        return {}
    return {"admins": [one["handle"] or one["id"] for one in members]}


def _invitation(one: Object, code: str) -> PageRecord:
    """A group that an invitation leads to, as it is shown to who has not joined."""
    fields = {
        "title": text_of(one.get("title")),
        "text": text_of(one.get("about")),
        "url": f"https://t.me/+{code}",
    }
    extra: dict[str, Json] = {
        "kind": "channel" if flag(one, "broadcast") else "group",
        "followers": number(one.get("participants_count")),
        "joined": False,
        **_marks(one),
    }
    return PageRecord(
        "group",
        f"+{code}",
        "invitation",
        {key: value for key, value in fields.items() if value},
        extra={key: value for key, value in extra.items() if value is not None},
    )


def _marks(one: Object) -> dict[str, Json]:
    """What Telegram itself says of a chat or account."""
    found = {
        name: True for name in ("verified", "scam", "fake", "restricted", "bot") if flag(one, name)
    }
    return dict(found)


# members and accounts
def _members(answer: _Answer, names: Names) -> Iterator[Json]:
    for one in answer.members:
        if made := _member(one, names):
            yield made


def _of_small(full: Object, names: Names) -> Iterator[Json]:
    """The members that a small group tells with itself."""
    inside = full.get("participants")
    rows = inside.get("participants") if isinstance(inside, dict) else None
    for one in rows if isinstance(rows, list) else ():
        if isinstance(one, dict) and (made := _member(one, names)):
            yield made


def _member(one: Object, names: Names) -> Json:
    """A member with the role that Telegram tells; nothing for who is none (any more)."""
    user = number(one.get("user_id"))
    kind = text_of(one.get("_"))
    if user is None or "Banned" in kind or "Left" in kind:
        return None
    peer = f"user:{user}"
    role = "creator" if "Creator" in kind else "admin" if "Admin" in kind else "member"
    told = {
        "handle": names.handle(peer),
        "id": peer,
        "role": role,
        "rank": text_of(one.get("rank")),
        "name": names.shown(peer),
        "since": text_of(one.get("date")),
    }
    return {key: value for key, value in told.items() if value or key == "handle"}


def _people(answer: _Answer, names: Names) -> Iterator[PageRecord]:
    """Every account but our own, deleted ones, and those of which only a part is told."""
    full = {peer_of(one): one for one in answer.full if one.get("_") == "UserFull"}
    for peer, user in answer.users.items():
        if flag(user, "is_self") or flag(user, "deleted"):
            continue
        handle, about = names.handle(peer), full.get(peer, {})
        also: list[Json] = [f"@{name}" for name in names.all_of(user) if name != handle]
        if phone := text_of(user.get("phone")):
            also.append(f"+{phone.lstrip('+')}")
        channel = number(about.get("personal_channel_id"))
        extra: dict[str, Json] = {
            "id": peer,
            "name": names.shown(peer),
            "also": also,
            "channel": f"channel:{channel}" if channel else "",
            **_marks(user),
        }
        fields = {
            "seller": handle,
            "seller_id": peer,
            "text": text_of(about.get("about")),
            "url": chat_url(handle),
        }
        yield PageRecord(
            "profile",
            peer,
            f"account {peer}",
            {key: value for key, value in fields.items() if value},
            extra={key: value for key, value in extra.items() if value not in ("", None, [], {})},
        )
