"""Telegram Desktop's JSON export (``result.json``): one chat, or all chats of an account.

Only chats are read. What an export of an account holds besides them (contacts, sessions, drafts,
pictures of its owner) is personal data that no question here needs: it is passed over, and said.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from collectors.imports.content import Content
from collectors.imports.formats import Beginning, Found
from collectors.imports.json_walk import BadValue, BrokenDocument, JsonWalk, repaired
from collectors.imports.telegram_message import (
    Chat,
    Object,
    chat_of,
    event,
    moment,
    record,
    text_of,
)
from collectors.interfaces.telegram_names import PLATFORM
from collectors.records import PageRecord
from config.sources import Source
from model.canonical import Json
from model.errors import Skip
from model.evidence import Capture, Document, Issue

EVENTS = 500
"""Events of a chat that one document of the chat tells; a further one goes on."""

_MEMBERS = 500
_CHATS = frozenset({"chats", "left_chats"})
_JOINED = frozenset({"join_group_by_link", "join_group_by_request"})
_ONE_CHAT = re.compile(
    r'\{\s*(?:"name"\s*:\s*(?:null|"(?:[^"\\]|\\.){0,2000}")\s*,\s*)?'
    r'"type"\s*:\s*"(?:personal_chat|bot_chat|saved_messages|replies|private_group|'
    r'private_supergroup|public_supergroup|private_channel|public_channel|verify_codes)"\s*,\s*'
    r'"id"\s*:\s*-?[0-9]+'
)
_ALL = re.compile(
    r'\{\s*"about"\s*:\s*"(?:[^"\\]|\\.){0,4000}"\s*,\s*'
    r'"(?:personal_information|profile_pictures|stories|profile_music|contacts|'
    r'frequent_contacts|sessions|web_sessions|other_data|chats|left_chats)"\s*:'
)


def is_export(beginning: Beginning) -> bool:
    """Whether a file is an export of one chat or of an account."""
    text = beginning.text
    return bool(_ONE_CHAT.match(text) or _ALL.match(text))


def read_export(content: Content, capture: Capture, source: Source | None) -> Iterator[Found]:
    """Every message of every chat, then what is told of the chat; Skip for what is no export."""
    stream = io.TextIOWrapper(content.open(), "utf-8-sig", errors="replace", newline="")
    walk = JsonWalk(stream, repaired)
    if walk.begins() != "{":
        raise Skip("no export of Telegram Desktop: it does not begin with an object")
    yield from _Export(walk, capture, source).found()


@dataclass(slots=True)
class _Told:
    """What is gathered of a chat while its messages go by."""

    events: list[Json] = field(default_factory=list)
    members: dict[str, Json] = field(default_factory=dict)
    part: int = 0
    last: str = ""


class _Export:
    """One export as it is read from front to back."""

    def __init__(self, walk: JsonWalk, capture: Capture, source: Source | None) -> None:
        self._walk = walk
        self._capture = capture
        self._source = capture.source
        self._platform = (source.platform if source else "") or PLATFORM
        self._zone = ZoneInfo(source.timezone if source else "UTC")
        self._passed: list[str] = []
        self._chats = 0

    def found(self) -> Iterator[Found]:
        try:
            yield from self._document()
        except BrokenDocument as error:
            yield Issue("error", f"not read to its end: {error}", key="json")
        if self._passed:
            names = ", ".join(dict.fromkeys(self._passed))
            said = f"passed over, as personal data outside chats: {names}"
            yield Issue("note", said, key="account")
        if not self._chats:
            yield Issue("error", "no chat was found in it", key="chats")

    def _document(self) -> Iterator[Found]:
        """One chat at the top, or lists of chats among other things."""
        head: dict[str, Json] = {}
        for key in self._walk.members():
            if key in _CHATS and self._walk.begins() == "{":
                yield from self._lists()
            elif key == "messages" and self._walk.begins() == "[":
                yield from self._messages(head, "")
            elif key in ("name", "type", "id"):
                self._keep(head, key)
            else:
                if key != "about":
                    self._passed.append(key[:60])
                self._walk.skip()

    def _keep(self, head: dict[str, Json], key: str) -> None:
        """A value that tells which chat it is; one that cannot be read is as if not there."""
        try:
            head[key] = self._walk.value()
        except BadValue:
            head.pop(key, None)

    def _lists(self) -> Iterator[Found]:
        for key in self._walk.members():
            if key != "list" or self._walk.begins() != "[":
                self._walk.skip()
                continue
            for _ in self._walk.items():
                if self._walk.begins() == "{":
                    yield from self._chat()
                else:
                    yield Issue("error", "something among the chats is none: left out", key="chats")
                    self._walk.skip()

    def _chat(self) -> Iterator[Found]:
        head: dict[str, Json] = {}
        where = f"chat {self._chats + 1}"
        for key in self._walk.members():
            if key == "messages" and self._walk.begins() == "[":
                yield from self._messages(head, where)
            elif key in ("name", "type", "id"):
                self._keep(head, key)
            else:
                self._walk.skip()

    def _messages(self, head: Object, where: str) -> Iterator[Found]:
        chat = chat_of(head)
        if chat is None:
            shown = f"{text_of(head.get('type'))[:40]!r}, {str(head.get('id'))[:40]!r}"
            said = f"{where or 'the chat'} left out: neither type nor number is told ({shown})"
            yield Issue("error", said, where, key="chats")
            self._walk.skip()
            return
        self._chats += 1
        told = _Told()
        for number in self._walk.items():
            locator = " ".join(filter(None, (where, f"message {number}")))
            try:
                message = self._walk.value()
            except BadValue as error:
                yield Issue("error", f"{locator} left out: {error}", locator)
                continue
            yield from self._message(message, chat, locator, told)
            if len(told.events) >= EVENTS or len(told.members) >= _MEMBERS:
                yield self._about(chat, where, told)
        yield self._about(chat, where, told)

    def _message(self, message: Json, chat: Chat, locator: str, told: _Told) -> Iterator[Found]:
        if not isinstance(message, dict):
            yield Issue("error", f"{locator} left out: it is no object", locator)
            return
        told.last = moment(message, "date", self._zone)[0] or told.last
        if message.get("type") == "service":
            self._happened(event(message, chat, self._zone), told)
            return
        made, issues = record(message, chat, locator, self._zone)
        yield from issues
        if made is not None:
            yield self._filed(made)

    def _happened(self, happened: dict[str, Json], told: _Told) -> None:
        told.events.append(happened)
        actor = happened.get("actor")
        if happened.get("action") in _JOINED and isinstance(actor, dict) and "id" in actor:
            told.members[actor["id"]] = {"handle": "", "role": "member", **actor}

    def _about(self, chat: Chat, where: str, told: _Told) -> Document:
        """The chat itself: a group or channel with its events, or the person spoken with."""
        told.part += 1
        part = f"part {told.part}" if told.part > 1 else ""
        extra: dict[str, Json] = {
            "id": chat.peer,
            "kind": chat.type,
            "name": chat.name if chat.is_person else "",
            "events": told.events,
            "members": list(told.members.values()),
        }
        made = PageRecord(
            kind="profile" if chat.is_person else "group",
            native_id=chat.peer,
            locator=" ".join(filter(None, (where, "chat" if not where else "", part))),
            fields={"title": chat.name} if chat.name and not chat.is_person else {},
            extra={key: value for key, value in extra.items() if value not in ("", [])},
        )
        told.events, told.members = [], {}
        return self._filed(made)

    def _filed(self, made: PageRecord) -> Document:
        return Document(
            capture_sha256=self._capture.sha256,
            source=self._source,
            kind=made.kind,
            platform=self._platform,
            native_id=made.native_id,
            locator=made.locator,
            seen_at=self._capture.captured_at,
            fields=made.fields,
            images=made.images,
            links=made.links,
            extra=made.extra,
        )
