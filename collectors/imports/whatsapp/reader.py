"""A chat as WhatsApp wrote it out, read into messages in two passes and with flat memory.

The format has no escapes: a line of a message that looks like the head of another one cannot be
told from it, unless the line endings do. Names are those of one phone's address book, so a name
stands for nobody outside its chat; a number does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from typing import IO

from collectors.archives import member_pieces, zip_names
from collectors.imports.content import Content
from collectors.imports.decoding import Line, find_encoding, open_text, read_lines
from collectors.imports.formats import Beginning, Found
from collectors.imports.listings import storable
from collectors.imports.saving import zone_of
from collectors.imports.whatsapp import words
from collectors.imports.whatsapp.order import Order, day_of
from collectors.imports.whatsapp.stamps import Stamp, clock, find_stamp, unmarked
from collectors.imports.whatsapp.survey import Survey, ending_of, survey
from config.sources import Source
from model.canonical import Json, short_digest
from model.clock import iso
from model.errors import ConfigurationError, Skip
from model.evidence import Capture, Document, Image, Issue

PLATFORM = "whatsapp"
MAX_MEMBER = 4 << 30
MAX_TEXT = 1 << 20
"""Characters of one message; WhatsApp itself sends at most 65,536."""

MAX_SENDER = 120
_DAY_FIRST = Order("dmy", is_sure=True)
_LOOKED_AT = 40
_MEMBERS = 20_000
_EVENTS_KEPT = 500
_PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".heic")


def is_chat(beginning: Beginning) -> bool:
    """A text whose first line, and another one, begin as messages do; or an archive with one.

    One message of several lines is a chat where the file has the name that WhatsApp gives.
    """
    return _is_chat(beginning.text, beginning.name) or bool(_chats(beginning))


def read(content: Content, capture: Capture, source: Source | None) -> Iterator[Found]:
    """Every message of the chat, and the chat itself as a group with those who speak in it."""
    name = str(capture.reading.get("name", ""))
    if not content.head(4).startswith(b"PK\x03\x04"):
        yield from _Chat(capture, source, words.chat_name(name)).read(content)
        return
    with content.seekable() as file:
        try:
            with zip_names(file, name) as (members, look):
                found = _chats(Beginning(name, b"", "", members, look))
        except ConfigurationError as error:
            raise Skip(error.message) from error
        for member in found:
            chat = _Chat(capture, source, words.chat_name(f"{name}!{member}"), f"{member} ")
            yield from chat.read(_member(file, member))
        media = sum(not one.endswith("/") for one in members) - len(found)
    if media:
        yield Issue("note", f"{name}: {media:,} other files stay in the archive, unopened")


def _member(file: IO[bytes], member: str) -> Content:
    return Content(0, lambda: member_pieces(file, member, MAX_MEMBER))


def _chats(beginning: Beginning) -> list[str]:
    """The members of an archive that are chats."""
    texts = [one for one in beginning.members if one.lower().endswith(".txt")][:200]
    return [one for one in texts if _is_chat(_decoded(beginning.look(one)), one)]


def _decoded(data: bytes) -> str:
    return data.decode(find_encoding(data[:-4]).name, "replace") if len(data) > 4 else ""


def _is_chat(text: str, name: str) -> bool:
    lines = [line for line in text.lstrip("\ufeff").splitlines()[:_LOOKED_AT] if line.strip()]
    stamps = [find_stamp(line) for line in lines]
    heads = [line[stamp.end :] for line, stamp in zip(lines, stamps, strict=True) if stamp]
    if not lines or stamps[0] is None:
        return False
    if len(heads) == 1 and len(lines) > 1 and not words.is_export_name(name):
        return False
    is_plain = stamps[0].style in ("bracket", "dash")
    spoken = sum(": " in head for head in heads)
    return spoken > 0 if is_plain else spoken == len(heads)


@dataclass(slots=True)
class _Draft:
    """A message whose lines are being gathered."""

    stamp: Stamp
    line: int
    parts: list[str]
    size: int = 0

    def add(self, text: str) -> None:
        if self.size < MAX_TEXT:
            self.parts.append(text)
            self.size += len(text)

    @property
    def body(self) -> str:
        text = "".join(self.parts).replace("\r\n", "\n").rstrip("\r\n")
        return storable(text[:MAX_TEXT])[0]


@dataclass(slots=True)
class _Chat:
    """One chat being read."""

    capture: Capture
    source: Source | None
    name: str
    place: str = ""
    group: str = ""
    zone: tzinfo = UTC
    order: Order = _DAY_FIRST
    moment: str = ""
    alike: Counter[tuple[str, str]] = field(default_factory=Counter)
    members: dict[str, dict[str, Json]] = field(default_factory=dict)
    events: list[Json] = field(default_factory=list)
    days: tuple[tuple[str, str, str], tuple[int, int, int] | None] = (("", "", ""), None)

    def __post_init__(self) -> None:
        self.name = storable(self.name)[0]
        self.group = short_digest([PLATFORM, self.capture.source, self.name.casefold()])

    def read(self, content: Content) -> Iterator[Found]:
        how = self.capture.reading
        encoding = find_encoding(content)
        yield from encoding.issues
        found = survey(read_lines(open_text(content, encoding.name)))
        if not found.style:
            raise Skip("no line begins with date and time as a WhatsApp chat's do")
        told = str(how.get("date_order", ""))
        self.order = found.order(told, self.capture.captured_at)
        self.zone = zone_of(str(how.get("timezone", "")))
        yield from found.issues(self.order, told)
        if not how.get("timezone"):
            yield Issue("warning", "no time zone was told; times are taken as UTC (--timezone)")
        for draft in _drafts(read_lines(open_text(content, encoding.name)), found):
            yield from self._message(draft) if isinstance(draft, _Draft) else (draft,)
        yield self._whole()

    def _message(self, draft: _Draft) -> Iterator[Found]:
        """One message or notice, and what it tells about a profile."""
        if draft.size >= MAX_TEXT:
            yield Issue("warning", f"line {draft.line}: longer than {MAX_TEXT:,} characters; cut")
        moment = self._moment(draft.stamp)
        if not moment:
            said = f"line {draft.line}: {draft.stamp.written} is no date and time as read here"
            yield Issue("warning", said, f"line {draft.line}", "date")
        first, _, more = draft.body.partition("\n")
        sender, text, event = _told(first)
        if event is not None:
            yield self._document(draft, moment, {"text": _joined(first, more)}, _notice(event))
            yield from self._remember(event, moment)
            return
        fields, extra = self._said(text, more)
        yield self._document(
            draft, moment, {"seller": self._seller(sender), **fields}, extra, sender
        )

    def _said(self, first: str, more: str) -> tuple[dict[str, str], dict[str, Json]]:
        """The words of a message, and what WhatsApp put into them: media, edits, deletion."""
        plain = unmarked(first).strip()
        media, omitted = words.media_in(plain)
        extra: dict[str, Json] = {}
        if media or omitted:
            extra["media"] = media or plain
            extra["media_omitted"] = omitted
            text = more
        else:
            text = _joined(unmarked(first), more)
        text, edited = words.without_edit(text)
        if edited:
            extra["edited"] = True
        if words.is_deleted(plain) and not more:
            extra["deleted"] = True
        return {"text": text}, extra

    def _document(
        self,
        draft: _Draft,
        moment: str,
        fields: dict[str, str],
        extra: dict[str, Json],
        sender: str = "",
    ) -> Document:
        media = str(extra.get("media", ""))
        shown = media if media.lower().endswith(_PICTURES) else ""
        name = {"name": sender} if sender and sender != fields.get("seller") else {}
        told = {"posted_at": moment} if moment else {}
        written = {"group": self.group, "chat": self.name, "as_written": draft.stamp.written}
        document = self._made(
            ("message", self._identity(draft, sender), f"{self.place}line {draft.line}"),
            {key: value for key, value in (fields | told).items() if value},
            {**written, **name, **extra},
        )
        return replace(document, images=(Image(shown),)) if shown else document

    def _made(
        self, what: tuple[str, str, str], fields: dict[str, str], extra: dict[str, Json]
    ) -> Document:
        """A record of this chat: ``what`` is its kind, its identity and its place."""
        kind, native_id, locator = what
        return Document(
            capture_sha256=self.capture.sha256,
            source=self.capture.source,
            kind=kind,
            platform=PLATFORM,
            native_id=native_id,
            locator=locator,
            seen_at=self.capture.captured_at,
            fields=fields,
            extra=extra,
        )

    def _identity(self, draft: _Draft, sender: str) -> str:
        """The same for a message in every export of its chat from one phone.

        Made of the moment as written, the words, and how many alike came before in that moment.
        """
        if draft.stamp.written != self.moment:
            self.moment = draft.stamp.written
            self.alike.clear()
        said = (sender, words.without_edit(draft.body)[0])
        self.alike[said] += 1
        return short_digest([self.group, self.moment, *said, self.alike[said]])

    def _moment(self, stamp: Stamp) -> str:
        """Date and time in UTC; empty where there is none."""
        if self.days[0] != stamp.date:
            day = day_of(stamp.date, self.order.name)
            self.days = (stamp.date, (day.year, day.month, day.day) if day else None)
        time, day_ = clock(stamp), self.days[1]
        if time is None or day_ is None:
            return ""
        try:
            return iso(datetime(*day_, *time, tzinfo=self.zone).astimezone(UTC))
        except OverflowError:
            return ""

    def _seller(self, sender: str) -> str:
        """A number as it is, a name with its chat and source: it stands for nobody beyond them."""
        shown = sender.removeprefix("~").strip() or sender
        handle = words.phone_of(shown) or f"{shown} ({self.name}, {self.capture.source})"
        if handle not in self.members and len(self.members) < _MEMBERS:
            self.members[handle] = {"handle": handle, "name": shown}
        return handle

    def _remember(self, event: words.Event, moment: str) -> Iterator[Document]:
        if len(self.events) < _EVENTS_KEPT and event.what != "encrypted":
            self.events.append({"at": moment, **_event(event)})
        if event.what == "number" and event.who:
            handle = self._seller(event.who)
            also: list[Json] = [words.phone_of(event.name)] if words.phone_of(event.name) else []
            extra: dict[str, Json] = {"also": also, "number_changed_at": moment, "name": event.who}
            place = f"{self.place}profile {len(self.events)}"
            yield self._made(("profile", handle, place), {"seller": handle}, extra)

    def _whole(self) -> Document:
        members: list[Json] = list(self.members.values())
        extra: dict[str, Json] = {"members": members, "events": self.events}
        what = ("group", self.group, f"{self.place}chat")
        return self._made(what, {"title": self.name}, extra)


def _drafts(lines: Iterator[Line], found: Survey) -> Iterator[_Draft | Issue]:
    """Messages with all their lines."""
    draft: _Draft | None = None
    ending, style, is_strict = "\r\n", found.style, found.is_strict
    for line in lines:
        stamp = find_stamp(line.text)
        if stamp and stamp.style == style and (ending == "\r\n" or not is_strict):
            if draft is not None:
                yield draft
            draft = _Draft(stamp, line.number, [])
            draft.add(line.text[stamp.end :])
        elif draft is not None:
            draft.add(line.text)
        elif line.text.strip("\ufeff \t\r\n"):
            yield Issue("warning", f"line {line.number}: stands before the first message")
        ending = ending_of(line.text)
    if draft is not None:
        yield draft


def _told(first: str) -> tuple[str, str, words.Event | None]:
    """The sender and the words of a first line, or the notice that it is instead."""
    plain = unmarked(first)
    sender, colon, _ = plain.partition(":")
    if not colon or len(sender) > MAX_SENDER or not sender.strip():
        return "", "", words.event_of(plain.strip()) or words.Event("notice")
    sender, colon, text = plain.partition(": ")
    if not colon:
        if not plain.endswith(":"):
            return "", "", words.event_of(plain.strip()) or words.Event("notice")
        sender, text = plain[:-1], ""
    if any(sign in sender for sign in '"“„«') and (event := words.event_of(plain.strip())):
        return "", "", event
    is_own = "\u200e" in first and first.partition(": ")[2].startswith("\u200e")
    if is_own and (event := words.event_of(text.strip())):
        return "", "", event
    return " ".join(sender.split()), text, None


def _joined(first: str, more: str) -> str:
    return f"{first}\n{more}" if more else first


def _event(event: words.Event) -> dict[str, Json]:
    told = {"what": event.what, "who": event.who, "whom": event.whom, "name": event.name}
    return {key: value for key, value in told.items() if value}


def _notice(event: words.Event) -> dict[str, Json]:
    return {"event": _event(event)}
