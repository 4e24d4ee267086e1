"""TikTok's "download your data" as JSON (``user_data_tiktok.json``).

TikTok's support page tells the parts in words only; the keys are those that the Data Donation
projects (PORT, of Utrecht University; as of 2026-11-22) read, in the spelling of old and new
downloads: ``ProfileMap``, ``CommentsList``, ``ChatHistory``, ``VideoList``. Times are UTC.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from collectors.imports.content import Content
from collectors.imports.downloads.archive import Left, What, any_begins, parts, record
from collectors.imports.formats import Beginning, Found
from collectors.imports.loose import moment_of, object_of, objects_of, parsed, text_of
from config.sources import Source
from model.canonical import Json, short_digest
from model.errors import Skip
from model.evidence import Capture, Document, Issue

PLATFORM = "tiktok"
_TOP = re.compile(
    r'\{\s*"(?:(?:Your )?Activity|Profile(?: And Settings)?|App Settings|Ads and data|Comment|Post'
    r'|Direct Messages?|Video|Likes and Favorites|Income[^"]{0,30}|Tiktok[^"]{0,30})"\s*:\s*[{\[]',
    re.I,
)
_SIGNS = (
    *("ProfileMap", "CommentsList", "ChatHistory", "VideoList", "VideoBrowsingHistory", "TikTok"),
)
_PARTNER = re.compile(r"Chat History with (.{1,120}?):?")
_OTHERS = re.compile(r"history|favorite|like", re.I)
_DEEPEST = 6

Object = Mapping[str, Json]


def is_download(beginning: Beginning) -> bool:
    """An object with the parts TikTok names, and one of its own lists."""
    return any_begins(beginning, _is_tiktok)


def _is_tiktok(_name: str, text: str) -> bool:
    found = _TOP.match(text.lstrip("\ufeff \r\n\t"))
    return found is not None and any(sign in text for sign in _SIGNS)


def read(content: Content, capture: Capture, _source: Source | None) -> Iterator[Found]:
    """The owner's profile, comments, videos and conversations."""
    left, number = Left(), 0
    for part in parts(content, str(capture.reading.get("name", "")), left):
        if isinstance(part, Issue):
            yield part
            continue
        try:
            value = parsed(part.payload)
        except ValueError as error:
            yield Issue("error", f"{part.name} left out: no JSON: {error}", part.name)
            continue
        before = number
        for found in _records(capture, value, part.name):
            number += 1
            yield found
        if number == before:
            left.add(part.name)
    yield from left.issues()
    if not number:
        raise Skip("nothing of a TikTok download that can be read")


def _records(capture: Capture, value: Json, name: str) -> Iterator[Document]:
    profile = object_of(next(_found(value, ("profilemap",)), {}))
    owner = text_of(profile.get("userName"))
    if owner:
        yield _profile(capture, owner, profile, name)
    for rows in _found(value, ("commentslist",)):
        yield from _comments(capture, owner, rows, name)
    for rows in _found(value, ("videolist",)):
        yield from _videos(capture, owner, rows, name)
    for chats in _found(value, ("chathistory",)):
        for title, rows in object_of(chats).items():
            yield from _chat(capture, owner, title, rows, name)


def _found(value: Json, keys: tuple[str, ...], depth: int = 0) -> Iterator[Json]:
    """Every value under one of these keys, wherever it stands, watched videos left aside."""
    if depth > _DEEPEST or not isinstance(value, dict):
        return
    for key, inner in value.items():
        if key.casefold() in keys:
            yield inner
        elif not _OTHERS.search(key) or "chat" in key.casefold():
            yield from _found(inner, keys, depth + 1)


def _profile(capture: Capture, owner: str, profile: Object, name: str) -> Document:
    contacts = (text_of(profile.get(key)) for key in ("emailAddress", "telephoneNumber"))
    also: list[Json] = [one for one in contacts if one and one.lower() not in ("none", "n/a")]
    fields = {"seller": owner, "text": text_of(profile.get("bioDescription"))}
    fields["url"] = f"https://www.tiktok.com/@{owner}"
    extra: dict[str, Json] = {"also": also, "name": text_of(profile.get("displayName"))}
    return record(capture, What(PLATFORM, "profile", owner, f"{name} profile"), fields, extra)


def _comments(capture: Capture, owner: str, rows: Json, name: str) -> Iterator[Document]:
    for number, row in enumerate(objects_of(rows), 1):
        told = _lower(row)
        fields = {"text": text_of(told.get("comment")), "seller": owner}
        fields["posted_at"] = moment_of(told.get("date"))
        identity = short_digest([PLATFORM, "comment", owner, fields["posted_at"], fields["text"]])
        what = What(PLATFORM, "comment", identity, f"{name} comment {number}")
        links = (text_of(told.get("url")),)
        yield record(capture, what, fields, {}, links=links)


def _videos(capture: Capture, owner: str, rows: Json, name: str) -> Iterator[Document]:
    for number, row in enumerate(objects_of(rows), 1):
        told = _lower(row)
        link = text_of(told.get("link"))
        fields = {
            "text": text_of(told.get("title")),
            "seller": owner,
            "posted_at": moment_of(told.get("date")),
            "url": link,
        }
        identity = short_digest([PLATFORM, "post", owner, fields["posted_at"], fields["text"]])
        what = What(PLATFORM, "post", identity, f"{name} video {number}")
        yield record(capture, what, fields, {"sound": text_of(told.get("sound"))})


def _chat(capture: Capture, owner: str, title: str, rows: Json, name: str) -> Iterator[Document]:
    """A conversation with one account, whose handle stands in its heading."""
    found = _PARTNER.fullmatch(title)
    partner = text_of(found[1] if found else title)
    group = short_digest([PLATFORM, capture.source, owner, partner])
    alike: Counter[str] = Counter()
    for number, row in enumerate(objects_of(rows), 1):
        told = _lower(row)
        sender = text_of(told.get("from"))
        fields = {"text": text_of(told.get("content")), "seller": sender}
        fields["posted_at"] = moment_of(told.get("date"))
        said = short_digest([group, sender, fields["posted_at"], fields["text"]])
        alike[said] += 1
        identity = short_digest([said, alike[said]])
        what = What(PLATFORM, "message", identity, f"{name} {partner} message {number}")
        yield record(capture, what, fields, {"group": group, "chat": partner})
    members: list[Json] = [{"handle": one} for one in (owner, partner) if one]
    what = What(PLATFORM, "group", group, f"{name} {partner}")
    yield record(capture, what, {"title": partner}, {"members": members})


def _lower(row: Object) -> Object:
    """The row with its keys in lower case: old downloads write them with a capital."""
    return {key.casefold(): value for key, value in row.items()}
