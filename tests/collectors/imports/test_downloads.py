"""Downloads of accounts and Discord exports: told by their content, read without loss."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from collectors.imports.detect import detect, detect_archive
from collectors.imports.downloads.meta import repaired
from model.canonical import Json


def packed(**files: Json) -> bytes:
    """An archive: ``a__b`` is ``a/b``; values that are no text are written as JSON."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, value in files.items():
            text = value if isinstance(value, str) else json.dumps(value)
            opened.writestr(name.replace("__", "/").replace("_js", ".js"), text)
    return target.getvalue()


def mojibake(text: str) -> str:
    return text.encode().decode("latin-1")


THREAD: Json = {
    "participants": [{"name": mojibake("Bà Lan")}, {"name": "Joe Owner"}],
    "messages": [
        {
            "sender_name": mojibake("Bà Lan"),
            "timestamp_ms": 1600000000000,
            "content": mojibake("giá ngà? 🐘"),
            "reactions": [{"reaction": mojibake("👍"), "actor": "Joe Owner"}],
        },
        {
            "sender_name": "Joe Owner",
            "timestamp_ms": 1600000001000,
            "photos": [{"uri": "photos/1.jpg", "creation_timestamp": 1600000001}],
        },
        {
            "sender_name": "Joe Owner",
            "timestamp_ms": "no time",
            "share": {"link": "https://x.example/"},
        },
        7,
    ],
    "title": mojibake("Bà Lan"),
    "thread_path": "inbox/balan_123",
}
FACEBOOK: dict[str, Json] = {
    "messages__inbox__balan_123__message_1.json": THREAD,
    "profile_information__profile_information.json": {
        "profile_v2": {
            "name": {"full_name": "Joe Owner"},
            "username": "joe.owner",
            "emails": {"emails": ["joe@example.org"]},
            "phone_numbers": [{"phone_number": "+447700900123"}],
        }
    },
    "posts__your_posts_1.json": [
        {
            "timestamp": 1600000002,
            "title": "Joe Owner updated his status.",
            "data": [{"post": "tusk for sale"}],
            "attachments": [{"data": [{"external_context": {"url": "https://shop.example/"}}]}],
        }
    ],
    "comments__comments.json": {
        "comments_v2": [
            {
                "timestamp": 1600000003,
                "title": "Joe Owner commented",
                "data": [{"comment": {"comment": "pm me", "author": "Joe Owner", "group": "Fish"}}],
            }
        ]
    },
    "groups__membership.json": {
        "groups_joined_v2": [{"timestamp": 1600000004, "data": [{"name": "Fish lovers"}]}]
    },
    "marketplace__items_selling.json": {
        "items_selling_v2": [
            {
                "title": "Carving",
                "price": "$50",
                "created_timestamp": 1600000005,
                "description": "old",
            }
        ]
    },
    "photos__1.jpg": "no picture",
    "other.json": {"settings": []},
}
INSTAGRAM: dict[str, Json] = {
    "your_instagram_activity__messages__inbox__balan_1__message_1.json": THREAD,
    "personal_information__personal_information.json": {
        "profile_user": [
            {"string_map_data": {"Username": {"value": "joe.ig"}, "Name": {"value": "Joe Owner"}}}
        ]
    },
    "content__posts_1.json": [
        {"media": [{"uri": "m/1.jpg", "creation_timestamp": 1600000000, "title": "scales"}]}
    ],
    "comments__post_comments_1.json": [
        {"string_map_data": {"Comment": {"value": "price?"}, "Time": {"timestamp": 1600000000}}}
    ],
}
X: dict[str, Json] = {
    "data__account_js": "window.YTD.account.part0 = "
    + json.dumps([{"account": {"username": "joe", "accountId": "7"}}]),
    "data__profile_js": "window.YTD.profile.part0 = "
    + json.dumps([{"profile": {"description": {"bio": "wickr abc"}}}]),
    "data__tweets_js": "window.YTD.tweets.part0 = "
    + json.dumps(
        [
            {"tweet": {"id_str": "9", "full_text": "tusk", "lang": "en",
                       "created_at": "Wed Oct 10 20:19:24 +0000 2018",
                       "entities": {"urls": [{"expanded_url": "https://t.me/x"}]}}},
            {"tweet": {"id_str": "10", "full_text": "@a pm", "in_reply_to_status_id_str": "5"}},
            {"tweet": {"full_text": "no id"}},
        ]
    ),
    "data__direct-messages_js": "window.YTD.direct_messages.part0 = "
    + json.dumps(
        [{"dmConversation": {"conversationId": "7-8", "messages": [
            {"messageCreate": {"id": "1", "senderId": "8", "text": "price?",
                               "createdAt": "2020-01-01T00:00:00.000Z"}},
            {"messageCreate": {"id": "2", "senderId": "7", "text": "50"}}]}}]
    ),
    "data__like_js": "window.YTD.like.part0 = []",
}  # fmt: skip
TIKTOK: Json = {
    "Activity": {"Video Browsing History": {"VideoList": [{"Date": "2023-01-01 10:00:00"}]}},
    "Profile": {
        "Profile Information": {
            "ProfileMap": {
                "userName": "joe.tt",
                "bioDescription": "dm",
                "emailAddress": "j@x.example",
            }
        }
    },
    "Comment": {"Comments": {"CommentsList": [{"Date": "2023-01-01 10:00:00", "Comment": "pm"}]}},
    "Direct Messages": {
        "Chat History": {
            "ChatHistory": {
                "Chat History with bob:": [
                    {"Date": "2023-01-01 10:00:00", "From": "bob", "Content": "hi"},
                    {"Date": "2023-01-01 10:00:00", "From": "bob", "Content": "hi"},
                ]
            }
        }
    },
    "Video": {"Videos": {"VideoList": [{"Date": "2023-01-02 10:00:00", "Link": "https://v/"}]}},
}
DISCORD: dict[str, Json] = {
    "guild": {"id": "1", "name": "G", "iconUrl": "x"},
    "channel": {"id": "22", "type": "GuildTextChat", "name": "ivory", "topic": "buy"},
    "dateRange": {"after": None, "before": None},
    "exportedAt": "2026-01-01T00:00:00+00:00",
    "messages": [
        {
            "id": "333",
            "type": "Default",
            "timestamp": "2021-07-19T13:34:18.123+07:00",
            "timestampEdited": "2021-07-19T14:34:18.123+07:00",
            "isPinned": True,
            "content": "tusk?",
            "author": {
                "id": "5",
                "name": "ana",
                "discriminator": "0000",
                "nickname": "Ana",
                "isBot": False,
                "roles": [{"id": "9", "name": "mod"}],
            },
            "attachments": [{"id": "1", "url": "https://cdn.example/x.png", "fileName": "x.png"}],
            "embeds": [
                {"title": "T", "url": "https://e.example/", "description": "D", "fields": []}
            ],
            "reactions": [{"emoji": {"name": "👍"}, "count": 2, "users": []}],
            "mentions": [{"id": "6", "name": "bob", "discriminator": "1234"}],
            "reference": {"messageId": "332", "channelId": "22", "guildId": "1"},
            "inlineEmojis": [],
        },
        {"content": "no id"},
    ],
    "messageCount": 2,
}


def archive(tmp_path: Path, raw: bytes) -> str:
    path = tmp_path / "download.zip"
    path.write_bytes(raw)
    return detect_archive(path, path.name)


def test_a_facebook_download(tmp_path: Path, read_as: Any) -> None:
    raw = packed(**FACEBOOK)
    assert archive(tmp_path, raw) == "facebook"
    read = read_as(raw, "facebook")
    kinds = [one.kind for one in read.documents]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "message": 3,
        "group": 2,
        "profile": 1,
        "post": 1,
        "comment": 1,
        "listing": 1,
    }
    first, second, third = read.of("message")
    assert first.fields["text"] == "giá ngà? 🐘"
    assert first.fields["seller"] == "Bà Lan (balan_123, case)"
    assert first.fields["posted_at"] == "2020-09-13T12:26:40Z"
    assert first.extra["reactions"] == {"👍": 1}
    assert second.fields["seller"] == "joe.owner"
    assert second.images[0].url == "photos/1.jpg"
    assert third.links == ("https://x.example/",)
    assert "posted_at" not in third.fields
    (profile,) = read.of("profile")
    assert profile.extra["also"] == ["+447700900123", "joe@example.org"]
    (post,) = read.of("post")
    assert (post.fields["text"], post.links) == ("tusk for sale", ("https://shop.example/",))
    assert read.of("listing")[0].fields["price"] == "$50"
    assert "message 4 left out" in read.said
    assert "2 files of the download were not read: photos/1.jpg, other.json" in read.said


def test_an_instagram_download(tmp_path: Path, read_as: Any) -> None:
    raw = packed(**INSTAGRAM)
    assert archive(tmp_path, raw) == "instagram"
    read = read_as(raw, "instagram")
    assert [one.fields["seller"] for one in read.of("message")][1] == "joe.ig"
    assert read.of("post")[0].fields["text"] == "scales"
    assert read.of("comment")[0].fields == {
        "text": "price?",
        "posted_at": "2020-09-13T12:26:40Z",
        "seller": "joe.ig",
    }
    assert all(one.platform == "instagram" for one in read.documents)


def test_one_conversation_alone_is_told_too(read_as: Any) -> None:
    raw = json.dumps(THREAD).encode()
    assert detect(raw, "message_1.json") == "facebook"
    assert len(read_as(raw, "facebook").of("message")) == 3


def test_an_x_archive(tmp_path: Path, read_as: Any) -> None:
    raw = packed(**X)
    assert archive(tmp_path, raw) == "x"
    read = read_as(raw, "x")
    (post,), (reply,) = read.of("post"), read.of("comment")
    assert post.fields["url"] == "https://x.com/joe/status/9"
    assert post.fields["posted_at"] == "2018-10-10T20:19:24Z"
    assert post.links == ("https://t.me/x",)
    assert reply.extra["reply_to"] == "5"
    assert [one.fields["seller"] for one in read.of("message")] == ["id:8", "joe"]
    assert {one.native_id for one in read.of("profile")} == {"7"}
    assert read.of("group")[0].native_id == "7-8"
    assert "data/like.js" in read.said


def test_a_tiktok_download(read_as: Any) -> None:
    raw = json.dumps(TIKTOK).encode()
    assert detect(raw, "user_data.json") == "tiktok"
    read = read_as(raw, "tiktok")
    assert [one.kind for one in read.documents] == [
        *("profile", "comment", "post", "message", "message", "group"),
    ]
    assert read.of("profile")[0].extra["also"] == ["j@x.example"]
    assert len({one.native_id for one in read.of("message")}) == 2


def test_a_legal_return_is_read_as_pages_and_sealed_whole(tmp_path: Path, read_as: Any) -> None:
    words = "Author joe.owner, sent 2020-09-13: one tusk of five kilograms ships at night " * 3
    page = f"<html><head><title>Meta Platforms Business Record</title></head><p>{words}</p></html>"
    raw = packed(records__html=page, linked__1__jpg="x")
    raw = raw.replace(b"records/html", b"records.html").replace(b"linked/1/jpg", b"linked/1.jpg")
    assert archive(tmp_path, raw) == "legal-return"
    read = read_as(raw, "legal-return")
    (found,) = read.documents
    assert (found.kind, found.locator) == ("page", "records.html")
    assert "five kilograms" in found.fields["text"]
    assert "1 files of the download were not read: linked/1.jpg" in read.said


def test_a_discord_export(read_as: Any) -> None:
    raw = json.dumps(DISCORD, indent=2).encode()
    assert detect(raw, "x.json") == "discord"
    read = read_as(raw, "discord")
    (message,) = read.of("message")
    assert dict(message.fields) == {
        "text": "tusk?\nT\nD",
        "url": "https://discord.com/channels/1/22/333",
        "posted_at": "2021-07-19T06:34:18.123000Z",
        "seller": "ana",
        "seller_id": "5",
        "seller_url": "https://discord.com/users/5",
    }
    assert message.extra["reply_to"] == "332"
    assert message.extra["mentions"] == ["bob#1234"]
    assert message.extra["reactions"] == {"👍": 2}
    assert message.images[0].url == "https://cdn.example/x.png"
    (group,) = read.of("group")
    assert group.extra["members"] == [{"handle": "ana", "id": "5", "role": "mod"}]
    assert "message 2 left out: it has no id" in read.said


def test_a_discord_export_that_breaks_off_keeps_what_came(read_as: Any) -> None:
    raw = json.dumps(DISCORD).encode()
    read = read_as(raw[: raw.index(b'{"content"') + 5], "discord")
    assert len(read.of("message")) == 1
    assert "nothing after it was read" in read.said


@pytest.mark.parametrize("form", ["facebook", "instagram", "x", "tiktok", "discord"])
@pytest.mark.parametrize(
    "raw", [b"", b"{}", b"[]", b"null", b"PK\x03\x04broken", b'{"participants":']
)
def test_what_is_nothing_of_the_kind_is_said(form: str, raw: bytes, read_as: Any) -> None:
    read = read_as(raw, form)
    assert not read.of("message")
    assert read.issues


@pytest.mark.parametrize("text", ["plain", "Bà Lan 🐘", "naïve"])
def test_mojibake_is_undone_and_right_text_left_alone(text: str) -> None:
    assert repaired(mojibake(text)) == text
    assert repaired(text) == text
