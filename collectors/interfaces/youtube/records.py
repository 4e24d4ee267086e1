"""Resources of the YouTube Data API as records: videos, comments and channels.

An account is known by its channel's id on every record: titles are not unique, handles stand on
comments and channels only, and both can be changed. The handle is told in ``extra``.
"""

from __future__ import annotations

import html as entities
import re

from collectors.interfaces.answers import Item
from collectors.interfaces.found import filled, told, web
from collectors.interfaces.places import address
from collectors.records import PageRecord
from model.evidence import Image

SITE = "https://www.youtube.com"
VIDEO_PARTS = "snippet,statistics"
CHANNEL_PARTS = "snippet,statistics,brandingSettings"

_VIDEO = re.compile(r"[A-Za-z0-9_-]{6,24}")
_CHANNEL = re.compile(r"UC[A-Za-z0-9_-]{10,40}")
_COMMENT = re.compile(r"[A-Za-z0-9_.-]{8,120}")
_SIZES = ("uhd", "qhd", "fhd", "maxres", "standard", "high", "medium", "default")


def video_place(base: str, *ids: str) -> str:
    """Where videos are described, up to 50 at a time."""
    return address(base, "/videos", part=VIDEO_PARTS, id=",".join(ids))


def channel_place(base: str, *ids: str) -> str:
    """Where channels are described, up to 50 at a time."""
    return address(base, "/channels", part=CHANNEL_PARTS, id=",".join(ids))


def comment_place(base: str, comment: str) -> str:
    return address(base, "/comments", part="snippet", id=comment, textFormat="plainText")


def video(data: Item, base: str) -> PageRecord | None:
    """A ``youtube#video``."""
    given, snippet, counts = data.line("id"), data.item("snippet"), data.item("statistics")
    if not _VIDEO.fullmatch(given):
        return _without_id(data, "video")
    language = snippet.line("defaultAudioLanguage") or snippet.line("defaultLanguage")
    fields = _of_video(given, snippet.line("title"), snippet) | {
        "text": snippet.text("description"),
        "language": language[:2].lower(),
    }
    likes = counts.number("likeCount")
    return PageRecord(
        kind="post",
        native_id=given,
        locator=data.where,
        fields=filled(fields),
        images=_images(snippet),
        extra=told(
            {
                "address": video_place(base, given),
                "name": snippet.line("channelTitle"),
                "tags": list(snippet.texts("tags")),
                "views": counts.number("viewCount"),
                "comments": counts.number("commentCount"),
                "reactions": {} if likes is None else {"like": likes},
            }
        ),
    )


def found_video(data: Item, base: str) -> PageRecord | None:
    """A ``youtube#searchResult``: the title, in HTML, and an excerpt of the description."""
    given, snippet = data.line("id", "videoId"), data.item("snippet")
    if not _VIDEO.fullmatch(given):
        return _without_id(data, "search result")
    title = entities.unescape(snippet.line("title"))
    return PageRecord(
        kind="post",
        native_id=given,
        locator=data.where,
        fields=filled(_of_video(given, title, snippet)),
        images=_images(snippet),
        extra=told(
            {
                "address": video_place(base, given),
                "name": entities.unescape(snippet.line("channelTitle")),
                "excerpt": entities.unescape(snippet.text("description")),
            }
        ),
    )


def listed_video(data: Item, base: str) -> PageRecord | None:
    """A ``youtube#playlistItem``: what stands in it, by whom it was uploaded and when."""
    snippet, content = data.item("snippet"), data.item("contentDetails")
    given = content.line("videoId") or snippet.line("resourceId", "videoId")
    if not _VIDEO.fullmatch(given):
        return _without_id(data, "entry of a playlist")
    owner = snippet.line("videoOwnerChannelId")
    fields = _of_video(given, snippet.line("title"), Item({}, data.where, data.notes)) | {
        "text": snippet.text("description"),
        "posted_at": content.moment("videoPublishedAt"),
        **_account(owner),
    }
    return PageRecord(
        kind="post",
        native_id=given,
        locator=data.where,
        fields=filled(fields),
        images=_images(snippet),
        extra=told(
            {
                "address": video_place(base, given),
                "name": snippet.line("videoOwnerChannelTitle"),
                "playlist": snippet.line("playlistId"),
            }
        ),
    )


def comment(data: Item, base: str, video_id: str = "") -> PageRecord | None:
    """A ``youtube#comment``; ``video_id`` where its own resource does not tell."""
    given, snippet = data.line("id"), data.item("snippet")
    if not _COMMENT.fullmatch(given):
        return _without_id(data, "comment")
    thread = snippet.line("videoId") or video_id
    author = snippet.line("authorChannelId", "value")
    posted, changed = snippet.moment("publishedAt"), snippet.moment("updatedAt")
    likes = snippet.number("likeCount")
    name = snippet.line("authorDisplayName")
    return PageRecord(
        kind="comment",
        native_id=given,
        locator=data.where,
        fields=filled(
            {
                "text": snippet.text("textOriginal") or snippet.text("textDisplay"),
                "url": f"{SITE}/watch?v={thread}&lc={given}" if _VIDEO.fullmatch(thread) else "",
                "posted_at": posted,
                **_account(author),
            }
        ),
        extra=told(
            {
                "address": comment_place(base, given),
                "handle": name if name.startswith("@") else "",
                "name": "" if name.startswith("@") else name,
                "thread": thread,
                "reply_to": snippet.line("parentId") or thread,
                "edited_at": changed if changed != posted else "",
                "reactions": {} if likes is None else {"like": likes},
            }
        ),
    )


def channel(data: Item, base: str) -> PageRecord | None:
    """A ``youtube#channel``: the profile of an account."""
    given, snippet, counts = data.line("id"), data.item("snippet"), data.item("statistics")
    if not _CHANNEL.fullmatch(given):
        return _without_id(data, "channel")
    handle = snippet.line("customUrl")
    settings = data.item("brandingSettings", "channel")
    hidden = counts.flag("hiddenSubscriberCount")
    return PageRecord(
        kind="profile",
        native_id=given,
        locator=data.where,
        fields=filled(
            {
                **_account(given),
                "title": snippet.line("title"),
                "text": snippet.text("description"),
                "url": f"{SITE}/channel/{given}",
                "country": snippet.line("country"),
                "language": snippet.line("defaultLanguage")[:2].lower(),
            }
        ),
        images=_images(snippet),
        links=web(settings.texts("featuredChannelsUrls")),
        extra=told(
            {
                "address": channel_place(base, given),
                "handle": handle,
                "also": [handle] if handle else [],
                "created_at": snippet.moment("publishedAt"),
                "followers": None if hidden else counts.number("subscriberCount"),
                "posts": counts.number("videoCount"),
                "views": counts.number("viewCount"),
                "keywords": settings.line("keywords"),
            }
        ),
    )


def _of_video(given: str, title: str, snippet: Item) -> dict[str, str]:
    return {
        "title": title,
        "url": f"{SITE}/watch?v={given}",
        "posted_at": snippet.moment("publishedAt"),
        **_account(snippet.line("channelId")),
    }


def _account(channel_id: str) -> dict[str, str]:
    if not _CHANNEL.fullmatch(channel_id):
        return {}
    place = f"{SITE}/channel/{channel_id}"
    return {"seller": channel_id, "seller_id": channel_id, "seller_url": place}


def _images(snippet: Item) -> tuple[Image, ...]:
    """The largest of the preview pictures."""
    sizes = snippet.item("thumbnails")
    found = (sizes.item(name).text("url") for name in _SIZES if sizes.at(name) is not None)
    return tuple(map(Image, web(found)))[:1]


def _without_id(data: Item, what: str) -> PageRecord | None:
    """None, and it is told."""
    data.note("error", f"a {what} without an id was left out", "id")
    return None
