"""The records in one file of a Facebook or Instagram download, told by the keys they have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from collectors.imports.downloads.archive import What, record
from collectors.imports.loose import items_of, moment_of, object_of, objects_of, text_of
from model.canonical import Json, short_digest
from model.evidence import Capture, Document, Issue

Object = Mapping[str, Json]
Found = Document | Issue
MAX_MESSAGES = 200_000


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose download it is: the name that stands in it, and the handle that is theirs alone."""

    name: str = ""
    handle: str = ""


@dataclass(frozen=True, slots=True)
class _File:
    """One file being read."""

    capture: Capture
    platform: str
    owner: Owner
    name: str

    def made(
        self,
        kind: str,
        number: int,
        fields: Mapping[str, str],
        extra: Object,
        **more: tuple[str, ...],
    ) -> Document:
        """A record without an id: known by what it says and when."""
        said = [kind, fields.get("posted_at", ""), fields.get("seller", ""), fields.get("text", "")]
        identity = short_digest([self.platform, *said, fields.get("title", "")])
        what = What(self.platform, kind, identity, f"{self.name} item {number}")
        return record(self.capture, what, fields, extra, **more)

    def person(self, name: str, place: str) -> dict[str, str]:
        """Who is named: the owner by their handle, anybody else within this place only."""
        if name and name == self.owner.name and self.owner.handle:
            return {"seller": self.owner.handle}
        return {"seller": f"{name} ({place}, {self.capture.source})"} if name else {}


def told_owner(value: Json) -> Owner | None:
    """The owner, where this file is the one that tells; None for any other."""
    profile = object_of(object_of(value).get("profile_v2"))
    if profile:
        name = text_of(object_of(profile.get("name")).get("full_name"))
        return Owner(name, text_of(profile.get("username")) or text_of(profile.get("profile_uri")))
    for one in objects_of(object_of(value).get("profile_user")):
        told = _map(one)
        return Owner(told.get("name", ""), told.get("username", ""))
    return None


def records(
    capture: Capture, platform: str, owner: Owner, value: Json, name: str
) -> Iterator[Found]:
    """The records of one file; none of a file whose keys are not known."""
    file = _File(capture, platform, owner, name)
    if isinstance(value, list):
        if any("media" in one or "data" in one for one in objects_of(value)[:5]):
            yield from _posts(file, value)
        elif any("string_map_data" in one for one in objects_of(value)[:5]):
            yield from _map_comments(file, value)
        return
    known = object_of(value)
    for key, read in _READERS.items():
        if key in known:
            yield from read(file, known)


def _thread(file: _File, value: Object) -> Iterator[Found]:
    """A conversation with its messages."""
    path = text_of(value.get("thread_path")) or file.name.rpartition("/")[0]
    place = path.rstrip("/").rpartition("/")[2] or text_of(value.get("title"))
    group = short_digest([file.platform, file.capture.source, place])
    title = text_of(value.get("title"))
    people = [text_of(one.get("name")) for one in objects_of(value.get("participants"))]
    messages = value.get("messages")
    rows = messages[:MAX_MESSAGES] if isinstance(messages, list) else []
    seen: dict[str, int] = {}
    for number, row in enumerate(rows, 1):
        message = object_of(row)
        if not message:
            yield Issue("error", f"{file.name} message {number} left out: no object", file.name)
            continue
        yield _message(file, message, (group, place, title), seen, number)
    members: list[Json] = [
        {"handle": file.person(name, place)["seller"], "name": name} for name in people if name
    ]
    what = What(file.platform, "group", group, f"{file.name} conversation")
    yield record(file.capture, what, {"title": title}, {"members": members, "thread_path": path})


def _message(
    file: _File,
    message: Object,
    where: tuple[str, str, str],
    seen: dict[str, int],
    number: int,
) -> Document:
    group, place, title = where
    sender, at = text_of(message.get("sender_name")), moment_of(message.get("timestamp_ms"))
    share = object_of(message.get("share"))
    text = text_of(message.get("content")) or text_of(share.get("share_text"))
    media = [
        text_of(one.get("uri"))
        for kind in ("photos", "videos", "audio_files", "files", "gifs")
        for one in objects_of(message.get(kind))
    ]
    said = short_digest([group, text_of(message.get("timestamp_ms")), sender, text, *media])
    seen[said] = seen.get(said, 0) + 1
    reactions = Counter(
        text_of(one.get("reaction")) for one in objects_of(message.get("reactions"))
    )
    extra: dict[str, Json] = {
        "group": group,
        "chat": title,
        "name": sender,
        "reactions": dict(reactions),
        "media": media,
        "unsent": message.get("is_unsent") is True,
    }
    what = What(
        file.platform,
        "message",
        short_digest([said, seen[said]]),
        f"{file.name} message {number}",
    )
    pictures = tuple(text_of(one.get("uri")) for one in objects_of(message.get("photos")))
    fields = {"text": text, "posted_at": at, **file.person(sender, place)}
    links = (text_of(share.get("link")),)
    return record(file.capture, what, fields, extra, images=pictures, links=links)


def _posts(file: _File, rows: list[Json]) -> Iterator[Found]:
    """Posts of the owner, in the shape of either network."""
    for number, row in enumerate(objects_of(rows), 1):
        media = [object_of(one) for one in items_of(row.get("media"))]
        links: list[str] = []
        for attachment in objects_of(row.get("attachments")):
            for one in objects_of(attachment.get("data")):
                media.append(object_of(one.get("media")))
                links.append(text_of(object_of(one.get("external_context")).get("url")))
        said = [text_of(one.get("post")) for one in objects_of(row.get("data"))]
        said += [text_of(one.get("title") or one.get("description")) for one in media]
        title = text_of(row.get("title"))
        times = (row.get("timestamp"), row.get("creation_timestamp"), *_times(media))
        fields = {
            "text": "\n".join(filter(None, dict.fromkeys(said))) or title,
            "title": title,
            "posted_at": next(filter(None, map(moment_of, times)), ""),
            "seller": file.owner.handle,
        }
        uris = tuple(text_of(one.get("uri")) for one in media)
        yield file.made("post", number, fields, {}, images=uris, links=tuple(links))


def _times(media: list[Object]) -> Iterator[Json]:
    return (one.get("creation_timestamp") for one in media)


def _comments(file: _File, value: Object, key: str) -> Iterator[Found]:
    for number, row in enumerate(objects_of(value.get(key)), 1):
        for one in objects_of(row.get("data")):
            comment = object_of(one.get("comment"))
            if not comment:
                continue
            author = text_of(comment.get("author"))
            fields = {
                "text": text_of(comment.get("comment")),
                "posted_at": moment_of(comment.get("timestamp") or row.get("timestamp")),
                "title": text_of(row.get("title")),
                **(file.person(author, "comments") or {"seller": file.owner.handle}),
            }
            extra = {"name": author, "group": text_of(comment.get("group"))}
            yield file.made("comment", number, fields, extra)


def _map_comments(file: _File, rows: list[Json]) -> Iterator[Found]:
    """Instagram's comments, whose values stand in a map of headings."""
    for number, row in enumerate(objects_of(rows), 1):
        told = _map(row)
        if "comment" in told:
            fields = {
                "text": told["comment"],
                "posted_at": told.get("time", ""),
                "seller": file.owner.handle,
            }
            extra = {"on_post_of": told.get("media owner", "")}
            yield file.made("comment", number, fields, extra)


def _group_posts(file: _File, value: Object, key: str) -> Iterator[Found]:
    rows = value.get(key)
    yield from _posts(file, items_of(object_of(rows).get("activity_log_data") or rows))


def _groups(file: _File, value: Object, key: str) -> Iterator[Found]:
    for number, row in enumerate(objects_of(value.get(key)), 1):
        names = [text_of(one.get("name")) for one in objects_of(row.get("data"))]
        title = next(filter(None, names), text_of(row.get("title")))
        members: list[Json] = [{"handle": file.owner.handle}] if file.owner.handle else []
        extra: dict[str, Json] = {"members": members, "joined_at": moment_of(row.get("timestamp"))}
        yield file.made("group", number, {"title": title}, extra)


def _market(file: _File, value: Object, key: str) -> Iterator[Found]:
    """What the owner offered on Marketplace."""
    for number, row in enumerate(objects_of(value.get(key)), 1):
        fields = {
            "title": text_of(row.get("title")),
            "text": text_of(row.get("description")),
            "price": text_of(row.get("price")),
            "category": text_of(row.get("category")),
            "posted_at": moment_of(row.get("created_timestamp")),
            "seller": file.owner.handle or text_of(row.get("seller")),
        }
        extra = {
            "sold": key.startswith("items_sold"),
            "marketplace": text_of(row.get("marketplace")),
        }
        yield file.made("listing", number, fields, extra)


def _profile(file: _File, value: Object) -> Iterator[Found]:
    profile = object_of(value.get("profile_v2"))
    phones = [text_of(one.get("phone_number")) for one in objects_of(profile.get("phone_numbers"))]
    emails = [text_of(one) for one in items_of(object_of(profile.get("emails")).get("emails"))]
    names = [
        text_of(one.get("name"))
        for service in objects_of(profile.get("screen_names"))
        for one in objects_of(service.get("names"))
    ]
    sites = tuple(text_of(one.get("address")) for one in objects_of(profile.get("websites")))
    fields = {
        "seller": file.owner.handle or file.owner.name,
        "text": text_of(profile.get("about_me")),
    }
    fields["url"] = text_of(profile.get("profile_uri"))
    extra: dict[str, Json] = {
        "name": file.owner.name,
        "also": [*filter(None, (*phones, *emails, *names))],
        "created_at": moment_of(profile.get("registration_timestamp")),
    }
    what = What(file.platform, "profile", fields["seller"] or file.capture.sha256[:32], file.name)
    yield record(file.capture, what, fields, extra, links=sites)


def _map_profile(file: _File, value: Object) -> Iterator[Found]:
    for one in objects_of(value.get("profile_user")):
        told = _map(one)
        also: list[Json] = [
            told[key] for key in ("email", "phone number", "website") if told.get(key)
        ]
        fields = {"seller": told.get("username", ""), "text": told.get("bio", "")}
        extra: dict[str, Json] = {"name": told.get("name", ""), "also": also}
        identity = fields["seller"] or file.capture.sha256[:32]
        what = What(file.platform, "profile", identity, file.name)
        yield record(file.capture, what, fields, extra)


def _map(row: Object) -> dict[str, str]:
    """``string_map_data`` as text by heading in lower case; a time as ISO 8601."""
    found: dict[str, str] = {}
    for heading, one in object_of(row.get("string_map_data")).items():
        told = object_of(one)
        value = text_of(told.get("value")) or moment_of(told.get("timestamp"))
        found[heading.casefold()] = value
    return found


_READERS: Mapping[str, Callable[[_File, Object], Iterator[Found]]] = {
    "participants": _thread,
    "profile_v2": _profile,
    "profile_user": _map_profile,
    **{key: partial(_comments, key=key) for key in ("comments_v2", "group_comments_v2")},
    **{key: partial(_groups, key=key) for key in ("groups_joined_v2", "groups_admined_v2")},
    **{key: partial(_market, key=key) for key in ("items_selling_v2", "items_sold_v2")},
    "group_posts_v2": partial(_group_posts, key="group_posts_v2"),
}
