"""Exports of Telegram Desktop: every field it writes, what is odd, and all of what is not read."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.imports.content import of_bytes
from collectors.imports.detect import HEAD
from collectors.imports.formats import Beginning, recognised
from collectors.imports.telegram import EVENTS, read_export
from collectors.imports.telegram_html import read_export as read_html
from collectors.imports.telegram_message import peer, whole
from config.sources import Source
from model.canonical import Json
from model.errors import Skip
from model.evidence import Capture, Document, Issue

from .telegram_export import lines, write_export

MISSING = "(File not included. Change data exporting settings to download.)"
GROUP = {"name": "Plausch", "type": "public_supergroup", "id": 1500}


def capture(name: str = "result.json") -> Capture:
    return Capture(
        *(1, "seized", "", "", None, "", (), "2026-11-22T10:00:00Z", "a" * 64, 0, "", 0, 0, ""),
        *("import", "", None, {"format": "telegram", "name": name}, "", ""),
    )


def read(export: Json, source: Source | None = None) -> tuple[list[Document], list[Issue]]:
    payload = export if isinstance(export, bytes) else json.dumps(export).encode()
    found = list(read_export(of_bytes(payload), capture(), source))
    return (
        [one for one in found if isinstance(one, Document)],
        [one for one in found if isinstance(one, Issue)],
    )


def one(message: Mapping[str, Json], chat: Mapping[str, Json] = GROUP) -> Document:
    given = {"id": 7, "type": "message", "date_unixtime": "1700000000", **message}
    (found, about), issues = read({**chat, "messages": [given]})
    assert issues == []
    assert about.locator == "chat"
    return found


def test_a_message_with_everything_around_it() -> None:
    found = one(
        {
            "edited_unixtime": "1700000060",
            "from": "Marta B.",
            "from_id": "user501",
            "author": "Marta",
            "forwarded_from": "Savanne",
            "forwarded_from_id": "channel77",
            "reply_to_message_id": 3,
            "via_bot": "@gifs",
            "photo": "photos/photo_1.jpg",
            "text": [
                "Zwei ",
                {"type": "bold", "text": "Papageien"},
                ", ",
                {"type": "text_link", "text": "hier", "href": "https://t.me/+AbCdEf123"},
                " ",
                {"type": "link", "text": "voegel.example/2"},
                " ",
                {"type": "mention", "text": "@basar_marta"},
                {"type": "mention_name", "text": "Tom", "user_id": 99},
                {"type": "phone", "text": "+31612345678"},
            ],
            "text_entities": [],
            "inline_bot_buttons": [[{"type": "url", "text": "Shop", "data": "https://s.example"}]],
            "reactions": [
                {"type": "emoji", "count": 2, "emoji": "❤", "recent": [{"from": "A"}]},
                {"type": "custom_emoji", "count": 1, "document_id": "stickers/x.webp"},
                {"type": "paid", "count": 4},
            ],
            "self_destruct_period_seconds": 60,
        }
    )
    assert (found.kind, found.platform) == ("message", "telegram")
    assert found.native_id == "channel:1500/7"
    assert dict(found.fields) == {
        "text": "Zwei Papageien, hier voegel.example/2 @basar_martaTom+31612345678",
        "url": "https://t.me/c/1500/7",
        "seller_id": "user:501",
        "posted_at": "2023-11-14T22:13:20Z",
    }
    assert found.handle == "user:501"  # a name is what the exporting person calls somebody
    assert [image.url for image in found.images] == ["photos/photo_1.jpg"]
    assert found.links == (
        "https://t.me/+AbCdEf123",
        "https://voegel.example/2",
        "https://s.example",
    )
    extra = dict(found.extra)
    assert extra.pop("media") == [{"kind": "photo", "file": "photos/photo_1.jpg"}]
    assert extra == {
        "group": "channel:1500",
        "name": "Marta B.",
        "author": "Marta",
        "mentions": ["basar_marta", "user:99", "+AbCdEf123"],
        "edited_at": "2023-11-14T22:14:20Z",
        "reply_to": "channel:1500/3",
        "forwarded_from": {"name": "Savanne", "id": "channel:77"},
        "via_bot": "gifs",
        "reactions": {"❤": 2, "custom:stickers/x.webp": 1, "paid": 4},
        "self_destruct_seconds": 60,
    }


@pytest.mark.parametrize(
    ("message", "text", "extra"),
    [
        (
            {"contact_information": {"first_name": "Tom", "phone_number": "+31 6 1"}, "text": ""},
            "Tom +31 6 1",
            {"contact": {"first_name": "Tom", "phone_number": "+31 6 1"}},
        ),
        (
            {
                "place_name": "Markt",
                "address": "Kade 1",
                "location_information": {"latitude": 51.9, "longitude": 4.4},
            },
            "Markt\nKade 1",
            {"location": {"latitude": 51.9, "longitude": 4.4}},
        ),
        (
            {"poll": {"question": "Was?", "answers": [{"text": "Vögel", "voters": 3}, 5]}},
            "Was?\nVögel",
            {"poll": {"question": "Was?", "answers": [{"text": "Vögel", "votes": 3}]}},
        ),
        (
            {
                "file": MISSING,
                "file_name": "preise.pdf",
                "mime_type": "application/pdf",
                "text": "Liste",
            },
            "Liste",
            {
                "media": [
                    {
                        "kind": "file",
                        "name": "preise.pdf",
                        "missing": MISSING,
                        "mime_type": "application/pdf",
                    }
                ]
            },
        ),
        ({"text": "", "text_entities": [{"type": "plain", "text": "nur so"}]}, "nur so", {}),
        (
            {"forwarded_from": None, "text": "x"},
            "x",
            {"forwarded_from": {"name": "(deleted account)"}},
        ),
    ],
)
def test_what_messages_carry(
    message: Mapping[str, Json], text: str, extra: Mapping[str, Json]
) -> None:
    found = one(message)
    assert found.fields["text"] == text
    assert {key: value for key, value in found.extra.items() if key != "group"} == extra


def test_events_are_told_of_the_chat_and_are_no_messages() -> None:
    events = [
        {
            "id": 1,
            "type": "service",
            "date_unixtime": "1700000000",
            "actor": "M",
            "actor_id": "user5",
        }
        | {"action": "join_group_by_link", "inviter": "T"},
        {"id": 2, "type": "service", "actor": "M", "actor_id": "user5", "action": "invite_members"}
        | {"members": ["Ann", None]},
        {
            "id": 3,
            "type": "service",
            "actor_id": "user5",
            "action": "edit_group_title",
            "title": "Neu",
        },
        {"id": 4, "type": "service", "action": "pin_message", "message_id": 2},
    ]
    (about,), issues = read({**GROUP, "messages": events})
    assert issues == []
    assert (about.kind, about.native_id, about.fields["title"]) == (
        "group",
        "channel:1500",
        "Plausch",
    )
    assert about.extra["members"] == [{"handle": "", "role": "member", "name": "M", "id": "user:5"}]
    joined, invited, renamed, pinned = about.extra["events"]
    assert joined["at"] == "2023-11-14T22:13:20Z"
    assert joined["actor"] == {"name": "M", "id": "user:5"}
    assert invited["members"] == ["Ann", ""]
    assert renamed["title"] == "Neu"
    assert pinned["message"] == "channel:1500/2"


def test_many_events_are_told_in_parts() -> None:
    events = [{"id": n, "type": "service", "action": "x"} for n in range(1, 2 * EVENTS + 3)]
    found, _ = read({**GROUP, "messages": events})
    assert [len(one.extra.get("events", ())) for one in found] == [EVENTS, EVENTS, 2]
    assert len({one.uid for one in found}) == 3


def test_an_account_s_export_gives_its_chats_and_nothing_else() -> None:
    secret = "+31 6 99999999"
    export = {
        "about": "Here is the data you requested.",
        "personal_information": {"phone_number": secret},
        "contacts": {"list": [{"first_name": "Ann", "phone_number": secret}]},
        "sessions": {"list": [{"last_ip": "10.0.0.1"}]},
        "chats": {
            "about": "x",
            "list": [
                {
                    "name": "Tom",
                    "type": "personal_chat",
                    "id": 9,
                    "messages": [{"id": 1, "text": "a"}],
                },
                {"type": "saved_messages", "id": 5, "messages": []},
                {"name": "Klein", "type": "private_group", "id": 3, "messages": [{"id": 1}]},
                5,
                {"name": "?", "type": "unheard_of", "id": 3, "messages": [{"id": 1}]},
            ],
        },
        "left_chats": {
            "list": [{"name": "K", "type": "private_channel", "id": 4, "messages": [{"id": 2}]}]
        },
    }
    found, issues = read(export)
    assert [(one.kind, one.native_id) for one in found] == [
        *(("message", "user:9/1"), ("profile", "user:9"), ("profile", "user:5")),
        *(("message", "chat:3/1"), ("group", "chat:3")),
        *(("message", "channel:4/2"), ("group", "channel:4")),
    ]
    assert len({one.uid for one in found}) == len(found)
    assert "group" not in found[0].extra
    assert secret not in repr(found) + repr(issues)
    assert "personal_information, contacts, sessions" in issues[-1].message
    assert [one.severity for one in issues if one.key == "chats"] == ["error", "error"]


def test_times_of_old_exports_are_those_of_the_source_s_zone() -> None:
    source = Source(name="seized", timezone="Europe/Brussels")
    message = {"id": 1, "type": "message", "date": "2019-07-01T12:00:00", "text": "x", "from_id": 8}
    (found, _), (issue,) = read({**GROUP, "messages": [message]}, source)
    assert found.fields["posted_at"] == "2019-07-01T10:00:00Z"
    assert (issue.severity, issue.key) == ("warning", "date")
    assert found.fields["seller_id"] == "user:8"


def test_numbers_of_accounts_in_every_form() -> None:
    assert peer("user12") == "user:12"
    assert (peer(12), peer("12")) == ("user:12", "")
    assert peer((2 << 32) + 5) == "channel:5"
    assert peer((1 << 32) + 5) == "chat:5"
    assert [peer(odd) for odd in ("", None, -4, True, 2.5, "user", "robot5", [])] == [""] * 8
    assert whole("9" * 40) is None


def test_a_bad_message_costs_no_other() -> None:
    good = '{"id": 1, "type": "message", "text": "a\\x1Fb", "date_unixtime": "1700000000"}'
    text = (
        '{"name": "x", "type": "private_group", "id": 4, "messages": ['
        f'{good}, 5, {{"id": "x"}}, {{"id": 2 "text"}}, {{"id": 3, "type": "unsupported"}}, '
        '{"id": 8, "text": {"a": 1}, "from": 5, "photo": [], "reactions": {"x": 1}, "poll": 7, '
        '"date_unixtime": "99999999999999999999", "members": 3, "reply_to_message_id": "a"}'
    )
    found, issues = read(text.encode())  # and it breaks off
    assert [one.native_id for one in found if one.kind == "message"] == ["chat:4/1", "chat:4/8"]
    assert found[0].fields["text"] == "a\x1fb"
    said = [one.severity for one in issues]
    assert said.count("error") == 4
    assert issues[-1].message.startswith("not read to its end")


@pytest.mark.parametrize("payload", [b"", b"[]", b"5", b"<html>", b"\xff\xfe\x00"])
def test_what_is_no_export_is_skipped(payload: bytes) -> None:
    with pytest.raises(Skip):
        read(payload)


@pytest.mark.parametrize("export", [{}, {"messages": []}, {"chats": []}, {"chats": {"list": [{}]}}])
def test_an_export_without_a_chat_is_an_error(export: Json) -> None:
    found, issues = read(export)
    assert found == []
    assert "error" in {issue.severity for issue in issues}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=5,
)
NAMES = st.sampled_from(
    [
        *("id", "type", "date", "date_unixtime", "edited", "from", "from_id", "text", "photo"),
        *("text_entities", "reactions", "poll", "file", "members", "actor_id", "action", "title"),
        *("reply_to_message_id", "forwarded_from_id", "location_information", "via_bot"),
        *("contact_information", "inline_bot_buttons", "user_id", "href", "invoice_information"),
    ]
)


@given(
    st.lists(st.dictionaries(NAMES, VALUES, max_size=8), max_size=4), st.dictionaries(NAMES, VALUES)
)
@settings(deadline=None, max_examples=200)
def test_whatever_stands_in_it_is_read_or_said(messages: list[Json], head: Json) -> None:
    found, _ = read({**GROUP, "messages": messages})
    read({**head, "messages": messages})
    assert all(one.native_id for one in found)
    assert len({one.uid for one in found}) == len(found)
    json.dumps([dict(one.extra) for one in found])


def test_generated_messages_all_come_once(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    expected = write_export(path, 1_000)
    found, issues = read(path.read_bytes())
    assert issues == []
    messages = [one for one in found if one.kind == "message"]
    assert len({one.native_id for one in messages}) == len(messages) == expected


def test_mutated_exports_are_read_or_skipped() -> None:
    dice = random.Random(11)
    whole_text = "".join(lines(60))
    for _ in range(120):
        made = list(whole_text)
        for _ in range(dice.randint(1, 30)):
            made[dice.randrange(len(made))] = dice.choice('{}[]",:\\x0 e\u2028\ud800\x00')
        text = "".join(made)[: dice.randint(10, len(made))]
        try:
            found, _issues = read(text.encode("utf-8", "surrogatepass"))
        except Skip:
            continue
        assert len({one.uid for one in found}) == len(found)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("".join(lines(3)), "telegram"),
        (json.dumps({"type": "saved_messages", "id": 5, "messages": []}), "telegram"),
        (json.dumps({"name": None, "type": "bot_chat", "id": 5, "messages": []}), "telegram"),
        (json.dumps({"about": "a", "chats": {"list": []}}, indent=1), "telegram"),
        (json.dumps({"about": "a", "something": {}}), None),
        (json.dumps({"name": "a", "type": "group", "id": 5}), None),
        ('{"platform": "x", "listing_id": "1"}', None),
    ],
)
def test_exports_are_told_by_how_they_begin(text: str, name: str | None) -> None:
    data = text.encode()[:HEAD]
    known = recognised(Beginning("anything.json", data, data.decode()))
    assert (known.name if known else None) == name


PAGE = """<!DOCTYPE html><html><head><title>Exported Data</title></head><body onload="x">
<div class="page_wrap"><div class="page_header"><div class="content"><div class="text bold">
Plausch </div></div></div><div class="page_body chat_page"><div class="history">
<div class="message service" id="message-1"><div class="body details">3 October 2025</div></div>
<div class="message service" id="message5"><div class="body details">Tom joined group</div></div>
<div class="message default clearfix" id="message7">
 <div class="pull_left userpic_wrap"></div><div class="body">
 <div class="pull_right date details" title="03.10.2025 12:34:18 UTC+03:00">12:34</div>
 <div class="from_name">Marta B. </div>
 <div class="text">Papagei<br>850 € <a href="https://t.me/basar_marta/3">hier</a>
 <a href="" onclick="return ShowHashtag(&quot;x&quot;)">#x</a></div>
 <div class="signature details">M.</div>
 <span class="reactions"><span class="reaction"><span class="emoji">👍</span>
 <span class="count">3</span></span></span></div></div>
<div class="message default clearfix joined" id="message8"><div class="body">
 <div class="pull_right date details" title="03.10.2025 12:35:00">12:35</div>
 <div class="reply_to details">In reply to <a href="#go_to_message7">this message</a></div>
 <div class="media_wrap clearfix"><a class="photo_wrap clearfix pull_left" href="photos/p.jpg">
 <img class="photo" src="photos/p_thumb.jpg"/></a></div></div></div>
<div class="message default clearfix" id="message9"><div class="body">
 <div class="pull_right date details" title="03.10.2025 12:36:00 UTC+03:00">12:36</div>
 <div class="from_name">Tom</div>
 <div class="pull_left forwarded userpic_wrap"></div><div class="forwarded body">
 <div class="from_name">Savanne <span class="date details" title="01.10.2025 08:00:00 UTC+03:00">
 01.10.2025 08:00:00</span></div>
 <div class="text">Horn</div></div></div></div>
</div></div></div></body></html>"""


def read_page(text: str, source: Source | None = None) -> tuple[list[Document], list[Issue]]:
    found = list(read_html(of_bytes(text.encode("utf-8", "surrogatepass")), capture(), source))
    return (
        [one for one in found if isinstance(one, Document)],
        [one for one in found if isinstance(one, Issue)],
    )


def test_an_html_page_by_names_alone() -> None:
    (first, second, third, about), issues = read_page(PAGE, Source(name="seized", timezone="UTC"))
    assert first.fields["text"] == "Papagei\n850 € hier #x"
    assert first.fields["posted_at"] == "2025-10-03T09:34:18Z"
    assert (first.handle, first.extra["name"], first.extra["author"]) == (None, "Marta B.", "M.")
    assert first.extra["mentions"] == ["basar_marta"]
    assert first.extra["reactions"] == {"👍": 3}
    assert second.extra["name"] == "Marta B."
    assert second.extra["reply_to"] == first.native_id
    assert [image.url for image in second.images] == ["photos/p.jpg"]
    assert third.extra["name"] == "Tom"
    assert third.fields["text"] == "Horn"
    assert third.extra["forwarded_from"] == {"name": "Savanne", "at": "2025-10-01T05:00:00Z"}
    assert about.fields["title"] == "Plausch"
    assert about.extra["events"] == [{"number": 5, "text": "Tom joined group"}]
    assert [issue.severity for issue in issues] == ["note", "warning"]  # names alone; no zone
    again = read_page(PAGE.replace('id="message9"', 'id="message10"'))[0]
    assert again[0].native_id == first.native_id  # the same in a later export
    assert again[2].native_id != third.native_id


def test_html_pages_are_told_by_how_they_begin() -> None:
    known = recognised(Beginning("messages.html", PAGE.encode(), PAGE))
    assert known is not None
    assert known.name == "telegram-html"
    assert recognised(Beginning("a.html", b"<html>", '<html><div class="history">')) is None


def test_mutated_html_pages_are_read_or_skipped() -> None:
    dice = random.Random(5)
    pieces = PAGE.split("<")
    for _ in range(150):
        made = list(pieces)
        for _ in range(dice.randint(1, 8)):
            made[dice.randrange(len(made))] = dice.choice(
                [*pieces, "", "div id='message7'>", "\ud800>"]
            )
        try:
            found, _ = read_page("<".join(made))
        except Skip:
            continue
        assert len({one.uid for one in found}) == len(found)
