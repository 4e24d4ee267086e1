"""X's "archive of your data": JavaScript files that each assign one list.

``window.YTD.tweets.part0 = [ … ]`` and its like, as the archive's own README.txt names them
(``data/README.txt`` of an archive of 2023: account, profile, tweets, deleted-tweets,
direct-messages, direct-messages-group, note-tweet, community-tweet).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from collectors.imports.content import Content
from collectors.imports.downloads.archive import Left, Part, What, any_begins, parts, record
from collectors.imports.formats import Beginning, Found
from collectors.imports.loose import (
    count_of,
    moment_of,
    object_of,
    objects_of,
    parsed,
    text_of,
)
from config.sources import Source
from model.canonical import Json
from model.clock import iso
from model.errors import Skip
from model.evidence import Capture, Document, Issue

PLATFORM = "x"
_ASSIGNED = re.compile(rb"\s*window\.YTD\.([a-z_]{1,60})\.part[0-9]{1,4}\s*=\s*")
_DATE = "%a %b %d %H:%M:%S %z %Y"

Object = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class _Owner:
    """Whose archive it is."""

    handle: str = ""
    identity: str = ""


def is_archive(beginning: Beginning) -> bool:
    """A file that assigns a list to ``window.YTD``, or an archive with one."""
    return any_begins(beginning, lambda _, text: _ASSIGNED.match(text[:200].encode()) is not None)


def read(content: Content, capture: Capture, _source: Source | None) -> Iterator[Found]:
    """The owner's profile, posts and direct messages."""
    name = str(capture.reading.get("name", ""))
    owner = _owner(content, name)
    left, number = Left(), 0
    for part in parts(content, name, left):
        if isinstance(part, Issue):
            yield part
            continue
        kind, rows, why = _rows(part)
        if why:
            yield Issue("error", f"{part.name} left out: {why}", part.name)
        before = number
        for found in _records(capture, owner, kind, rows, part.name):
            number += 1
            yield found
        if number == before and not why:
            left.add(part.name)
    yield from left.issues()
    if not number:
        raise Skip("nothing of an X archive that can be read")


def _owner(content: Content, name: str) -> _Owner:
    for part in parts(content, name, Left()):
        if isinstance(part, Part) and b"window.YTD.account." in part.payload[:100]:
            for row in _rows(part)[1]:
                account = object_of(row.get("account"))
                return _Owner(text_of(account.get("username")), text_of(account.get("accountId")))
    return _Owner()


def _rows(part: Part) -> tuple[str, list[Object], str]:
    """What a file's list is of, its objects, and why there are none."""
    found = _ASSIGNED.match(part.payload[:400])
    if found is None:
        return "", [], ""
    try:
        value = parsed(part.payload[found.end() :].rstrip(b"; \r\n\t"))
    except ValueError as error:
        return "", [], f"no JSON behind the assignment: {error}"
    some = value if isinstance(value, list) else []
    rows: list[Object] = [one for one in some if isinstance(one, dict)]
    return found[1].decode(), rows, ""


def _records(
    capture: Capture, owner: _Owner, kind: str, rows: list[Object], name: str
) -> Iterator[Document]:
    for number, row in enumerate(rows, 1):
        place = f"{name} item {number}"
        if kind in ("tweets", "tweet", "deleted_tweets", "community_tweet"):
            yield from _post(capture, owner, object_of(row.get("tweet")), place, kind)
        elif kind in ("direct_messages", "direct_messages_group"):
            yield from _conversation(capture, owner, object_of(row.get("dmConversation")), place)
        elif kind == "profile":
            yield from _profile(capture, owner, object_of(row.get("profile")), place)
        elif kind == "account":
            yield from _account(capture, owner, object_of(row.get("account")), place)


def _post(
    capture: Capture, owner: _Owner, post: Object, place: str, kind: str
) -> Iterator[Document]:
    identity = text_of(post.get("id_str")) or text_of(post.get("id"))
    if not identity:
        return
    entities = object_of(post.get("entities"))
    handle = owner.handle
    fields = {
        "text": text_of(post.get("full_text")) or text_of(post.get("text")),
        "posted_at": _moment(post.get("created_at")),
        "language": text_of(post.get("lang")),
        "seller": handle,
        "seller_id": owner.identity,
        "url": f"https://x.com/{handle}/status/{identity}" if handle else "",
    }
    mentions: list[Json] = [
        text_of(one.get("screen_name")) for one in objects_of(entities.get("user_mentions"))
    ]
    extra: dict[str, Json] = {
        "reply_to": text_of(post.get("in_reply_to_status_id_str")),
        "mentions": mentions,
        "reactions": {"favorite": count_of(_digits(post.get("favorite_count")))},
        "deleted": kind.startswith("deleted"),
    }
    links = tuple(text_of(one.get("expanded_url")) for one in objects_of(entities.get("urls")))
    media = tuple(text_of(one.get("media_url_https")) for one in objects_of(entities.get("media")))
    what = What(PLATFORM, "comment" if extra["reply_to"] else "post", identity, place)
    yield record(capture, what, fields, extra, images=media, links=links)


def _conversation(
    capture: Capture, owner: _Owner, conversation: Object, place: str
) -> Iterator[Document]:
    group = text_of(conversation.get("conversationId"))
    speakers: dict[str, Json] = {}
    messages = conversation.get("messages")
    for number, row in enumerate(messages if isinstance(messages, list) else (), 1):
        message = object_of(object_of(row).get("messageCreate"))
        identity = text_of(message.get("id"))
        if not identity:
            continue
        sender = text_of(message.get("senderId"))
        is_owner = bool(sender) and sender == owner.identity and bool(owner.handle)
        handle = owner.handle if is_owner else f"id:{sender}"  # no handle has a colon
        speakers[sender] = {"handle": handle, "id": sender}
        fields = {
            "text": text_of(message.get("text")),
            "posted_at": moment_of(message.get("createdAt")),
            "seller": handle,
            "seller_id": sender,
        }
        links = tuple(text_of(one.get("expanded")) for one in objects_of(message.get("urls")))
        media = message.get("mediaUrls")
        images = tuple(text_of(one) for one in media[:100]) if isinstance(media, list) else ()
        what = What(PLATFORM, "message", identity, f"{place} message {number}")
        yield record(capture, what, fields, {"group": group}, images=images, links=links)
    if group:
        what = What(PLATFORM, "group", group, place)
        yield record(capture, what, {}, {"members": list(speakers.values())})


def _profile(capture: Capture, owner: _Owner, profile: Object, place: str) -> Iterator[Document]:
    told = object_of(profile.get("description"))
    identity = owner.identity or capture.sha256[:32]
    fields = {"seller": owner.handle, "seller_id": owner.identity, "text": text_of(told.get("bio"))}
    extra = {"location": text_of(told.get("location"))}
    images = (text_of(profile.get("avatarMediaUrl")),)
    what = What(PLATFORM, "profile", identity, place)
    links = (text_of(told.get("website")),)
    yield record(capture, what, fields, extra, images=images, links=links)


def _account(capture: Capture, owner: _Owner, account: Object, place: str) -> Iterator[Document]:
    contacts = [text_of(account.get("email")), text_of(account.get("phoneNumber"))]
    also: list[Json] = [*filter(None, contacts)]
    extra: dict[str, Json] = {
        "also": also,
        "name": text_of(account.get("accountDisplayName")),
        "created_at": moment_of(account.get("createdAt")),
    }
    fields = {"seller": owner.handle, "seller_id": owner.identity}
    what = What(PLATFORM, "profile", owner.identity or capture.sha256[:32], place)
    yield record(capture, what, fields, extra)


def _moment(value: Json) -> str:
    """``Wed Oct 10 20:19:24 +0000 2018`` or ISO 8601, in UTC."""
    try:
        return iso(datetime.strptime(text_of(value), _DATE).astimezone(UTC))
    except (ValueError, OverflowError):
        return moment_of(value)


def _digits(value: Json) -> Json:
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 15 else value
