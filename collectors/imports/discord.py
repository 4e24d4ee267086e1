"""Channels that DiscordChatExporter wrote out as JSON.

The format is what ``JsonMessageWriter.cs`` of Tyrrrz/DiscordChatExporter writes (commit 08524e9,
read 2026-11-22): one object with ``guild``, ``channel``, ``dateRange``, ``exportedAt``, then
``messages`` one after the other, and ``messageCount`` at the end. Older versions lack
``exportedAt``, ``nickname`` and ``stickers``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from collectors.imports.content import Content
from collectors.imports.decoding import open_text
from collectors.imports.formats import Beginning, Found
from collectors.imports.json_walk import BadValue, BrokenDocument, JsonWalk
from collectors.imports.loose import (
    count_of,
    moment_of,
    object_of,
    objects_of,
    text_of,
    without_nothing,
)
from config.sources import Source
from model.canonical import Json
from model.errors import Skip
from model.evidence import Capture, Document, Image, Issue

PLATFORM = "discord"
_MEMBERS = 20_000
_SHAPE = re.compile(r'\{\s*"guild"\s*:\s*\{.{0,4000}?"channel"\s*:\s*\{', re.S)
_PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif")

Object = Mapping[str, Json]


def is_export(beginning: Beginning) -> bool:
    """An object that begins with a guild and its channel."""
    return _SHAPE.match(beginning.text[:8_000]) is not None


def read(content: Content, capture: Capture, _source: Source | None) -> Iterator[Found]:
    """Every message of the channel, then the channel as a group with those who speak in it."""
    channel = _Channel(capture)
    try:
        yield from channel.read(JsonWalk(open_text(content, "utf-8-sig")))
    except BrokenDocument as error:
        if not channel.number:
            raise Skip(f"no Discord export: {error}") from error
        said = f"ends after message {channel.number}: {error}; nothing after it was read"
        yield Issue("error", said)
    yield from channel.whole()


@dataclass(slots=True)
class _Channel:
    """One export being read."""

    capture: Capture
    guild: Object = field(default_factory=dict)
    channel: Object = field(default_factory=dict)
    told: int | None = None
    number: int = 0
    members: dict[str, Json] = field(default_factory=dict)

    @property
    def group(self) -> str:
        return text_of(self.channel.get("id"))

    def read(self, walk: JsonWalk) -> Iterator[Found]:
        for key in walk.members():
            if key == "messages" and walk.begins() == "[":
                yield from self._messages(walk)
            elif key in ("guild", "channel", "messageCount"):
                self._keep(key, _value(walk))
            else:
                walk.skip()

    def _keep(self, key: str, value: Json) -> None:
        if key == "guild":
            self.guild = object_of(value)
        elif key == "channel":
            self.channel = object_of(value)
        else:
            self.told = count_of(value)

    def _messages(self, walk: JsonWalk) -> Iterator[Found]:
        for self.number in walk.items():
            place = f"message {self.number}"
            try:
                message = object_of(walk.value())
            except BadValue as error:
                yield Issue("error", f"{place} left out: {error}", place)
                continue
            if text_of(message.get("id")):
                yield self._message(message, place)
            else:
                yield Issue("error", f"{place} left out: it has no id", place)

    def whole(self) -> Iterator[Found]:
        if self.told is not None and self.told != self.number:
            yield Issue(
                "warning",
                f"the export tells of {self.told:,} messages, {self.number:,} stand there",
            )
        if not self.group:
            yield Issue("warning", "the export does not say which channel it is of")
            return
        name = text_of(self.channel.get("name"))
        fields = {"title": name, "text": text_of(self.channel.get("topic")), "url": self._url("")}
        extra = {
            "guild": {"id": text_of(self.guild.get("id")), "name": text_of(self.guild.get("name"))},
            "category": text_of(self.channel.get("category")),
            "type": text_of(self.channel.get("type")),
            "members": list(self.members.values()),
        }
        yield self._made("group", self.group, "channel", fields, extra)

    def _message(self, message: Object, place: str) -> Document:
        author = object_of(message.get("author"))
        identity = text_of(message.get("id"))
        fields = {
            "text": _words(message),
            "url": self._url(identity),
            "posted_at": moment_of(message.get("timestamp")),
            **self._author(author),
        }
        reference = object_of(message.get("reference"))
        extra = {
            "group": self.group,
            "chat": text_of(self.channel.get("name")),
            "type": text_of(message.get("type")),
            "name": text_of(author.get("nickname")),
            "is_bot": author.get("isBot") is True,
            "edited_at": moment_of(message.get("timestampEdited")),
            "pinned": message.get("isPinned") is True,
            "reply_to": text_of(reference.get("messageId")),
            "forwarded": text_of(object_of(message.get("forwardedMessage")).get("content")),
            "mentions": [_handle(one) for one in objects_of(message.get("mentions"))],
            "reactions": _reactions(message),
            "attachments": [
                text_of(one.get("fileName")) for one in objects_of(message.get("attachments"))
            ],
        }
        return self._made("message", identity, place, fields, extra, message)

    def _author(self, author: Object) -> dict[str, str]:
        handle, identity = _handle(author), text_of(author.get("id"))
        if handle and identity not in self.members and len(self.members) < _MEMBERS:
            roles = [text_of(role.get("name")) for role in objects_of(author.get("roles"))]
            known = {"handle": handle, "id": identity, "role": ", ".join(filter(None, roles))}
            self.members[identity] = without_nothing(known)
        url = f"https://discord.com/users/{identity}" if identity.isdecimal() else ""
        return {"seller": handle, "seller_id": identity, "seller_url": url}

    def _url(self, message: str) -> str:
        """The page of the channel or of a message in it; direct messages have no guild."""
        guild = text_of(self.guild.get("id"))
        if not (guild.isdecimal() and self.group.isdecimal()):
            return ""
        return "/".join(
            filter(
                None,
                (
                    "https://discord.com/channels",
                    "@me" if guild == "0" else guild,
                    self.group,
                    message,
                ),
            )
        )

    def _made(  # noqa: PLR0917 - what one record is made of
        self,
        kind: str,
        identity: str,
        place: str,
        fields: dict[str, str],
        extra: Mapping[str, Json],
        message: Object = {},  # noqa: B006 - never changed
    ) -> Document:
        return Document(
            capture_sha256=self.capture.sha256,
            source=self.capture.source,
            kind=kind,
            platform=PLATFORM,
            native_id=identity,
            locator=place,
            seen_at=self.capture.captured_at,
            fields={key: value for key, value in fields.items() if value},
            images=tuple(_images(message)),
            links=tuple(_links(message)),
            extra=without_nothing(extra),
        )


def _handle(user: Object) -> str:
    """The account's name; with its number where it has the old kind (``ana#1234``)."""
    name, number = text_of(user.get("name")), text_of(user.get("discriminator"))
    return f"{name}#{number}" if name and number.strip("0") else name


def _words(message: Object) -> str:
    """What the message says, with what its embeds say and what was forwarded in it."""
    said = [text_of(message.get("content"))]
    for embed in objects_of(message.get("embeds")):
        said += [text_of(embed.get("title")), text_of(embed.get("description"))]
        for one in objects_of(embed.get("fields")):
            said.append(f"{text_of(one.get('name'))}: {text_of(one.get('value'))}")
    return "\n".join(filter(None, said))


def _reactions(message: Object) -> Json:
    found: dict[str, Json] = {}
    for reaction in objects_of(message.get("reactions"))[:100]:
        name = text_of(object_of(reaction.get("emoji")).get("name"))
        if name:
            found[name] = count_of(reaction.get("count"))
    return found


def _images(message: Object) -> Iterator[Image]:
    for one in objects_of(message.get("attachments")):
        name, url = text_of(one.get("fileName")), text_of(one.get("url"))
        if name.lower().endswith(_PICTURES):
            yield Image(url or name, name)
    for embed in objects_of(message.get("embeds")):
        for one in (object_of(embed.get("image")), *objects_of(embed.get("images"))):
            if url := text_of(one.get("url")):
                yield Image(url)


def _links(message: Object) -> Iterator[str]:
    for embed in objects_of(message.get("embeds")):
        if url := text_of(embed.get("url")):
            yield url


def _value(walk: JsonWalk) -> Json:
    try:
        return walk.value()
    except BadValue:
        return None
