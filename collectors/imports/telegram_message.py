"""One message of Telegram Desktop's JSON export as a record, or as an event of its chat.

The export names people by what their contacts call them, so a name is never taken for a handle:
an account is known by its number alone (``user:1234``), its name stands beside it. Fields are those
that Telegram Desktop writes (``Telegram/SourceFiles/export/output/export_output_json.cpp``, read
2026-11-22; also telegram.org/blog/export-and-more).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from collectors.interfaces.telegram_names import (
    message_id,
    message_url,
    peer_id,
    telegram_link,
    username,
    written_peer,
)
from collectors.records import PageRecord
from model.canonical import Json
from model.clock import iso
from model.evidence import Image, Issue

Object = Mapping[str, Json]

CHANNELS = frozenset(
    {"private_supergroup", "public_supergroup", "private_channel", "public_channel"}
)
PERSONS = frozenset({"personal_chat", "bot_chat", "saved_messages", "replies", "verify_codes"})
TYPES = CHANNELS | PERSONS | {"private_group"}

_NOT_THERE = "(File "
_MOST = 200
_LONGEST = 10**12
_ABOUT = ("duration_seconds", "width", "height", "performer", "title", "sticker_emoji")


@dataclass(frozen=True, slots=True)
class Chat:
    """The chat that messages stand in; ``peer`` is its native id, ``type`` the export's word."""

    type: str
    peer: str
    name: str = ""

    @property
    def is_person(self) -> bool:
        return self.type in PERSONS


def chat_of(head: Object) -> Chat | None:
    """The chat that ``name``, ``type`` and ``id`` tell; None without type and number."""
    number, written = whole(head.get("id")), text_of(head.get("type"))
    if number is None or written not in TYPES:
        return None
    kind = "user" if written in PERSONS else "channel" if written in CHANNELS else "chat"
    return Chat(written, peer_id(kind, number), text_of(head.get("name")))


def record(
    message: Object, chat: Chat, locator: str, zone: ZoneInfo
) -> tuple[PageRecord | None, list[Issue]]:
    """An ordinary message; None where it has no number, or is of a kind not exported."""
    number = whole(message.get("id"))
    if number is None:
        return None, [Issue("error", f"{locator} left out: it has no number", locator, "id")]
    if message.get("type") == "unsupported":
        why = f"{locator} left out: the program that exported it could not show it"
        return None, [Issue("warning", why, locator, "type")]
    parts = list(text_parts(message))
    links = tuple(dict.fromkeys(_links(parts, message)))[:_MOST]
    posted, odd = moment(message, "date", zone)
    said = "".join(text for text, _ in parts)
    fields = {
        "text": said if said.strip() else _carried_text(message),
        "url": message_url(chat.peer, number),
        "seller_id": peer(message.get("from_id")),
        "posted_at": posted,
    }
    extra: dict[str, Json] = {
        "group": "" if chat.is_person else chat.peer,
        "name": text_of(message.get("from")),
        "author": text_of(message.get("author")),
        "mentions": list(dict.fromkeys(_mentions(parts, links)))[:_MOST],
        "edited_at": moment(message, "edited", zone)[0],
        **_replied(message, chat),
        **_forwarded(message),
        **_carried(message),
        "via_bot": username(text_of(message.get("via_bot"))),
        "reactions": _reactions(message.get("reactions")),
        "self_destruct_seconds": whole(message.get("self_destruct_period_seconds")),
    }
    issues = [] if not odd else [Issue("warning", f"{locator}: {odd}", locator, "date")]
    made = PageRecord(
        kind="message",
        native_id=message_id(chat.peer, number),
        locator=locator,
        fields={key: value for key, value in fields.items() if value},
        images=_images(message),
        links=links,
        extra={key: value for key, value in extra.items() if value not in ("", None, [], {})},
    )
    return made, issues


def event(message: Object, chat: Chat, zone: ZoneInfo) -> dict[str, Json]:
    """What a service message tells of its chat: who did what to whom, and when."""
    number = whole(message.get("id"))
    pinned = whole(message.get("message_id"))
    names = message.get("members")
    told: dict[str, Json] = {
        "id": "" if number is None else message_id(chat.peer, number),
        "at": moment(message, "date", zone)[0],
        "action": text_of(message.get("action")),
        "actor": _person(message, "actor"),
        "title": text_of(message.get("title")) or text_of(message.get("new_title")),
        "text": text_of(message.get("information_text")),
        "members": [text_of(one) for one in names[:_MOST]] if isinstance(names, list) else [],
        "inviter": text_of(message.get("inviter")),
        "message": "" if pinned is None else message_id(chat.peer, pinned),
    }
    return {key: value for key, value in told.items() if value not in ("", [], {})}


def moment(message: Object, name: Literal["date", "edited"], zone: ZoneInfo) -> tuple[str, str]:
    """A time as ISO 8601 UTC, and what is odd about it; both empty where it is not told.

    ``date_unixtime`` counts; older exports have only the clock of the exporting computer, which
    is taken for that of ``zone``.
    """
    stamp, written = message.get(f"{name}_unixtime"), text_of(message.get(name))
    seconds = whole(stamp if isinstance(stamp, int) else text_of(stamp))
    try:
        if seconds is not None and 0 < seconds < _LONGEST:
            return iso(datetime.fromtimestamp(seconds, UTC)), ""
        if not written:
            return "", "no time" if name == "date" else ""
        local = datetime.fromisoformat(written)
        there = local if local.tzinfo else local.replace(tzinfo=zone)
        return iso(there), "" if local.tzinfo else f"the time is taken to be that of {zone}"
    except (ValueError, OverflowError, OSError):
        return "", "the time is not readable"


def text_parts(message: Object) -> Iterator[tuple[str, Object]]:
    """The words piece by piece, each with what the export says of it (type, href, user_id …)."""
    written = message.get("text")
    if isinstance(written, str) and not isinstance(message.get("text_entities"), list):
        yield written, {}
        return
    entities = message.get("text_entities")
    pieces = written if isinstance(written, list) and written else entities
    if not pieces and isinstance(written, str):
        pieces = [written]
    for one in pieces if isinstance(pieces, list) else ():
        if isinstance(one, str):
            yield one, {}
        elif isinstance(one, dict):
            yield text_of(one.get("text")), one


def peer(given: Json) -> str:
    """The native id of ``user123``, ``channel123``, or of the bare numbers of exports before 2021.

    Those put the kind above the 32 bits of the number: nothing for a user, 1 a group, 2 a channel.
    """
    if isinstance(given, str):
        return written_peer(given)
    number = whole(given)
    if number is None or number <= 0:
        return ""
    kind = {1: "chat", 2: "channel"}.get(number >> 32)
    return peer_id(kind, number & 0xFFFFFFFF) if kind else peer_id("user", number)


def whole(given: Json) -> int | None:
    """A whole number that fits where Telegram keeps one; None for anything else."""
    if isinstance(given, str) and given.isascii() and given.lstrip("-").isdigit():
        given = int(given[:20])
    if not isinstance(given, int) or isinstance(given, bool) or abs(given) >= 1 << 63:
        return None
    return given


def text_of(given: Json) -> str:
    """A text; empty for what is none."""
    return given if isinstance(given, str) else ""


def _links(parts: list[tuple[str, Object]], message: Object) -> Iterator[str]:
    for text, one in parts:
        kind = one.get("type")
        if kind == "text_link":
            yield text_of(one.get("href"))
        elif kind == "link" and text:
            yield text if "://" in text else f"https://{text}"
    rows = message.get("inline_bot_buttons")
    for row in rows if isinstance(rows, list) else ():
        for button in row if isinstance(row, list) else ():
            if isinstance(button, dict) and button.get("type") == "url":
                yield text_of(button.get("data"))


def _mentions(parts: list[tuple[str, Object]], links: tuple[str, ...]) -> Iterator[str]:
    """Usernames named or linked to, ``user:1`` where only a number is told, ``+HASH`` to join."""
    for text, one in parts:
        if one.get("type") == "mention" and (name := username(text)):
            yield name
        elif one.get("type") == "mention_name" and (number := whole(one.get("user_id"))):
            yield peer_id("user", number)
    for link in filter(None, map(telegram_link, links)):
        if link.kind == "invite":
            yield f"+{link.value}"
        elif link.kind in ("name", "message") and ":" not in link.value:
            yield link.value.partition("/")[0]


def _replied(message: Object, chat: Chat) -> dict[str, Json]:
    number = whole(message.get("reply_to_message_id"))
    if number is None:
        return {}
    there = peer(message.get("reply_to_peer_id")) or chat.peer
    return {"reply_to": message_id(there, number)}


def _forwarded(message: Object) -> dict[str, Json]:
    """Who wrote it first; a name alone where that person hides behind one."""
    told = _person(message, "forwarded_from")
    if "forwarded_from" in message and not told:
        told = {"name": "(deleted account)"}
    saved = text_of(message.get("saved_from"))
    return {"forwarded_from": told, "saved_from": saved}


def _person(message: Object, key: str) -> dict[str, Json]:
    told = {"name": text_of(message.get(key)), "id": peer(message.get(f"{key}_id"))}
    return {name: value for name, value in told.items() if value}


def _images(message: Object) -> tuple[Image, ...]:
    photo = text_of(message.get("photo"))
    return (Image(photo),) if photo and not photo.startswith(_NOT_THERE) else ()


def _carried_text(message: Object) -> str:
    """The words of what a message without words carries: a contact, a place, a poll."""
    contact, poll = _object(message, "contact_information"), _object(message, "poll")
    names = (text_of(contact.get(key)) for key in ("first_name", "last_name", "phone_number"))
    lines = [" ".join(filter(None, names))]
    lines += [text_of(message.get(key)) for key in ("place_name", "address", "game_title")]
    lines += [text_of(poll.get("question")), *(one["text"] for one in _answers(poll))]
    return "\n".join(filter(None, lines))


def _carried(message: Object) -> dict[str, Json]:
    """What is carried besides words, by name and kind; no file is opened."""
    poll = _object(message, "poll")
    told: dict[str, Json] = {
        "media": list(_media(message)),
        "contact": _texts(_object(message, "contact_information")),
        "location": _numbers(_object(message, "location_information")),
        "stars": whole(message.get("paid_stars_amount")),
    }
    if poll:
        answers: list[Json] = list(_answers(poll))
        told["poll"] = {"question": text_of(poll.get("question")), "answers": answers}
    if invoice := _texts(_object(message, "invoice_information")):
        told["invoice"] = invoice
    return told


def _media(message: Object) -> Iterator[dict[str, Json]]:
    for key in ("photo", "file", "contact_vcard"):
        path = text_of(message.get(key))
        if not path:
            continue
        kind = text_of(message.get("media_type")) if key == "file" else key
        name = text_of(message.get("file_name")) if key == "file" else ""
        told: dict[str, Json] = {"kind": kind or "file", "file": path, "name": name}
        if path.startswith(_NOT_THERE):
            told["file"], told["missing"] = "", path
        if key == "file":
            told["mime_type"] = text_of(message.get("mime_type"))
        told |= {one: message[one] for one in _ABOUT if isinstance(message.get(one), int | str)}
        yield {name: value for name, value in told.items() if value not in ("", None)}


def _answers(poll: Object) -> Iterator[dict[str, Json]]:
    rows = poll.get("answers")
    for row in rows[:_MOST] if isinstance(rows, list) else ():
        if isinstance(row, dict):
            yield {"text": text_of(row.get("text")), "votes": whole(row.get("voters")) or 0}


def _reactions(given: Json) -> dict[str, Json]:
    """How many reacted, by the sign; who did is left where it is."""
    found: dict[str, Json] = {}
    for one in given[:_MOST] if isinstance(given, list) else ():
        number = whole(one.get("count")) if isinstance(one, dict) else None
        if number is not None:
            kind, sign = text_of(one.get("type")), text_of(one.get("emoji"))
            own = text_of(one.get("document_id"))
            found[sign or (f"custom:{own}" if own else kind or "other")] = number
    return found


def _object(message: Object, key: str) -> Object:
    found = message.get(key)
    return found if isinstance(found, dict) else {}


def _texts(given: Object) -> dict[str, Json]:
    return {
        key: value
        for key, value in list(given.items())[:_MOST]
        if isinstance(value, str | int) and value not in ("", False, True)
    }


def _numbers(given: Object) -> dict[str, Json]:
    names = ("latitude", "longitude")
    return {
        name: given[name]
        for name in names
        if isinstance(given.get(name), float | int) and abs(given[name]) <= 180
    }
