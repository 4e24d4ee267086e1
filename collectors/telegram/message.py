"""One message of an answer as a record, or as an event of its chat.

Fields are those of ``message`` and ``messageService`` in Telegram's schema (core.telegram.org
/constructor/message, read 2026-11-22). Offsets of entities count UTF-16 units, as they do there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

from collectors.interfaces.telegram_names import (
    chat_url,
    message_id,
    message_url,
    telegram_link,
    username,
)
from collectors.records import PageRecord
from collectors.telegram.peers import Names, Object, flag, number, peer_named, text_of
from model.canonical import Json
from model.evidence import Issue

Event = tuple[str, dict[str, Json]]
"""The chat's native id, and what happened there."""

_MOST = 200
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SIZES = ("size", "mime_type")
_PEOPLE = ("users", "user_id", "inviter_id")


def address(chat: str, identity: int) -> str:
    """At which a message alone is asked for again."""
    return f"tg://message?chat={quote(chat, safe=':+')}&id={identity}"


def message_record(
    one: Object, names: Names, locator: str
) -> tuple[PageRecord | None, Event | None, list[Issue]]:
    """The record of a message, or the event a service message tells; nothing without a number."""
    identity, peer = number(one.get("id")), peer_named(one.get("peer_id"))
    if identity is None or not peer:
        said = f"{locator} left out: it names neither chat nor number"
        return None, None, [Issue("error", said, locator, "id")]
    chat = names.chat(peer)
    if one.get("_") == "MessageService":
        return None, (chat, _event(one, names, chat, identity)), []
    author = peer_named(one.get("from_id")) or peer
    entities = list(_entities(one))
    links = tuple(dict.fromkeys(filter(None, _links(one, entities))))[:_MOST]
    handle = names.handle(author)
    fields = {
        "text": text_of(one.get("message")) or _carried_text(one),
        "url": message_url(chat, identity),
        "seller": handle,
        "seller_id": author,
        "seller_url": chat_url(handle),
        "posted_at": text_of(one.get("date")),
    }
    extra: dict[str, Json] = {
        "address": address(chat, identity),
        "group": "" if peer.startswith("user:") else chat,
        "name": names.shown(author),
        "author": text_of(one.get("post_author")),
        "edited_at": "" if flag(one, "edit_hide") else text_of(one.get("edit_date")),
        "forwarded_from": _forwarded(one, names),
        **_replied(one, names, chat),
        "via_bot": _bot(one, names),
        "reactions": _reactions(one),
        "views": number(one.get("views")),
        "forwards": number(one.get("forwards")),
        "comments": _comments(one),
        "mentions": list(dict.fromkeys(_mentions(entities, links)))[:_MOST],
        "media": _media(one),
        "contact": _contact(one),
        "poll": _poll(one),
        "album": number(one.get("grouped_id")),
        "pinned": flag(one, "pinned") or None,
        "deleted_after_seconds": number(one.get("ttl_period")),
    }
    record = PageRecord(
        "message",
        message_id(chat, identity),
        locator,
        {key: value for key, value in fields.items() if value},
        links=links,
        extra={key: value for key, value in extra.items() if value not in ("", None, [], {})},
    )
    odd = [] if fields["posted_at"] else [Issue("warning", f"{locator}: no time", locator, "date")]
    return record, None, odd


def deleted(one: Object, asked: Object, locator: str) -> Iterator[PageRecord]:
    """What stands in place of a message that was asked for again and is not there any more."""
    identity, chat = number(one.get("id")), text_of(asked.get("chat"))
    if asked.get("asked") == "messages" and identity is not None and chat:
        extra: dict[str, Json] = {"address": address(chat, identity), "deleted": True}
        yield PageRecord("message", message_id(chat, identity), locator, {}, extra=extra)


def _event(one: Object, names: Names, chat: str, identity: int) -> dict[str, Json]:
    action = _object(one, "action")
    kind = text_of(action.get("_")).removeprefix("MessageAction")
    actor = peer_named(one.get("from_id"))
    people: list[Json] = []
    for key in _PEOPLE:
        given = action.get(key)
        for user in given[:_MOST] if isinstance(given, list) else [given]:
            if (found := number(user)) is not None:
                peer = f"user:{found}"
                people.append(_named(peer, names))
    told: dict[str, Json] = {
        "id": message_id(chat, identity),
        "at": text_of(one.get("date")),
        "action": _CAMEL.sub("_", kind).lower(),
        "actor": _named(actor, names) if actor else {},
        "title": text_of(action.get("title")),
        "members": people,
        **_replied(one, names, chat),
    }
    return {key: value for key, value in told.items() if value not in ("", [], {})}


def _named(peer: str, names: Names) -> dict[str, Json]:
    told = {"id": peer, "handle": names.handle(peer), "name": names.shown(peer)}
    return {key: value for key, value in told.items() if value}


def _entities(one: Object) -> Iterator[tuple[str, str, Object]]:
    """Marked pieces of the words: kind, the piece as written, and what else is told of it."""
    given, text = one.get("entities"), text_of(one.get("message"))
    if not isinstance(given, list) or not given:
        return
    units = text.encode("utf-16-le", "surrogatepass")
    for row in given[: 5 * _MOST]:
        if not isinstance(row, dict):
            continue
        start, length = number(row.get("offset")), number(row.get("length"))
        if start is None or length is None or start < 0 or length < 0:
            continue
        piece = units[2 * start : 2 * (start + length)].decode("utf-16-le", "replace")
        yield text_of(row.get("_")).removeprefix("MessageEntity"), piece, row


def _links(one: Object, entities: list[tuple[str, str, Object]]) -> Iterator[str]:
    for kind, piece, row in entities:
        if kind == "TextUrl":
            yield text_of(row.get("url"))
        elif kind == "Url" and piece:
            yield piece if "://" in piece else f"https://{piece}"
    page = _object(_object(one, "media"), "webpage")
    if url := text_of(page.get("url")):
        yield url
    rows = _object(one, "reply_markup").get("rows")
    for row in rows[:_MOST] if isinstance(rows, list) else ():
        buttons = row.get("buttons") if isinstance(row, dict) else None
        for button in buttons[:_MOST] if isinstance(buttons, list) else ():
            if isinstance(button, dict):
                yield text_of(button.get("url")) or text_of(_object(button, "type").get("url"))


def _mentions(entities: list[tuple[str, str, Object]], links: tuple[str, ...]) -> Iterator[str]:
    for kind, piece, row in entities:
        if kind == "Mention" and (name := username(piece)):
            yield name
        elif kind == "MentionName" and (user := number(row.get("user_id"))) is not None:
            yield f"user:{user}"
    for link in filter(None, map(telegram_link, links)):
        if link.kind == "invite":
            yield f"+{link.value}"
        elif link.kind in ("name", "message") and ":" not in link.value:
            yield link.value.partition("/")[0]


def _forwarded(one: Object, names: Names) -> dict[str, Json]:
    """Who wrote it first: number and username where told, else the name alone."""
    head = _object(one, "fwd_from")
    if not head:
        return {}
    peer = peer_named(head.get("from_id"))
    post = number(head.get("channel_post"))
    known = names.chat(peer) if peer else ""
    told: dict[str, Json] = {
        "name": text_of(head.get("from_name")) or (names.shown(peer) if peer else ""),
        "id": message_id(known, post) if known and post is not None else known,
        "peer": peer,
        "url": message_url(known, post) if known and post is not None else chat_url(known),
        "author": text_of(head.get("post_author")),
        "at": text_of(head.get("date")),
    }
    return {key: value for key, value in told.items() if value}


def _replied(one: Object, names: Names, chat: str) -> dict[str, Json]:
    head = _object(one, "reply_to")
    answered, top = number(head.get("reply_to_msg_id")), number(head.get("reply_to_top_id"))
    elsewhere = peer_named(head.get("reply_to_peer_id"))
    there = names.chat(elsewhere) if elsewhere else chat
    return {
        "reply_to": "" if answered is None else message_id(there, answered),
        "thread": "" if top is None else message_id(there, top),
        "reply_text": text_of(head.get("quote_text")),
    }


def _bot(one: Object, names: Names) -> str:
    bot = number(one.get("via_bot_id"))
    return "" if bot is None else names.handle(f"user:{bot}") or f"user:{bot}"


def _reactions(one: Object) -> dict[str, Json]:
    """How many reacted, by the sign; who did is left where it is."""
    rows = _object(one, "reactions").get("results")
    found: dict[str, Json] = {}
    for row in rows[:_MOST] if isinstance(rows, list) else ():
        if not isinstance(row, dict) or (count := number(row.get("count"))) is None:
            continue
        sign = _object(row, "reaction")
        own = number(sign.get("document_id"))
        kind = text_of(sign.get("_")).removeprefix("Reaction").lower() or "other"
        name = text_of(sign.get("emoticon")) or (f"custom:{own}" if own is not None else kind)
        found[name] = count
    return found


def _comments(one: Object) -> dict[str, Json]:
    """How many comments there are, and in which group they stand."""
    told = _object(one, "replies")
    count, group = number(told.get("replies")), number(told.get("channel_id"))
    if not count:
        return {}
    return {"number": count, **({"group": f"channel:{group}"} if group else {})}


def _media(one: Object) -> list[Json]:
    """What is carried, by kind and name; never fetched."""
    media = _object(one, "media")
    kind = text_of(media.get("_")).removeprefix("MessageMedia")
    if not kind or kind in ("Empty", "WebPage", "Contact", "Poll"):
        return []
    told: dict[str, Json] = {"kind": _CAMEL.sub(" ", kind).lower()}
    inner = _object(media, "document") or _object(media, "photo")
    if (identity := number(inner.get("id"))) is not None:
        told["id"] = str(identity)
    told |= {name: inner[name] for name in _SIZES if isinstance(inner.get(name), int | str)}
    rows = inner.get("attributes")
    for row in rows[:20] if isinstance(rows, list) else ():
        if isinstance(row, dict):
            keys = ("file_name", "duration", "title", "performer", "alt")
            told |= {key: row[key] for key in keys if isinstance(row.get(key), int | float | str)}
    place = _object(media, "geo")
    for key, short in (("lat", "latitude"), ("long", "longitude")):
        if isinstance(place.get(key), int | float):
            told[short] = place[key]
    told |= {key: media[key] for key in ("title", "address") if isinstance(media.get(key), str)}
    return [told]


def _contact(one: Object) -> dict[str, Json]:
    media = _object(one, "media")
    if media.get("_") != "MessageMediaContact":
        return {}
    keys = ("first_name", "last_name", "phone_number")
    told: dict[str, Json] = {key: media[key] for key in keys if text_of(media.get(key))}
    if user := number(media.get("user_id")):
        told["id"] = f"user:{user}"
    return told


def _poll(one: Object) -> dict[str, Json]:
    poll = _object(_object(one, "media"), "poll")
    if not poll:
        return {}
    rows = poll.get("answers")
    answers: list[Json] = [
        {"text": _worded(row.get("text"))}
        for row in (rows[:_MOST] if isinstance(rows, list) else ())
        if isinstance(row, dict)
    ]
    return {"question": _worded(poll.get("question")), "answers": answers}


def _worded(given: Json) -> str:
    """Words with or without marks."""
    return text_of(given.get("text")) if isinstance(given, dict) else text_of(given)


def _carried_text(one: Object) -> str:
    """The words of what a message without words carries: a contact, a place, a poll."""
    contact, poll, media = _contact(one), _poll(one), _object(one, "media")
    lines = [" ".join(str(contact[key]) for key in contact if key != "id")]
    lines += [text_of(media.get(key)) for key in ("title", "address")]
    if poll:
        lines += [str(poll["question"]), *(str(answer["text"]) for answer in poll["answers"])]
    return "\n".join(filter(None, lines))


def _object(one: Object, key: str) -> Object:
    found = one.get(key)
    return found if isinstance(found, dict) else {}
