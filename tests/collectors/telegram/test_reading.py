"""Sealed answers are read whatever stands in them, and the same each time."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from telethon.tl import types

from collectors.telegram.reading import read
from collectors.telegram.sealing import lines
from collectors.telegram.tasks import Task, again, chat_named, start, task_of
from model.canonical import Json, canonical
from model.errors import Skip

from .conftest import a_source
from .world import NEW, PHONE, a_world, through_the_wire


def an_answer() -> bytes:
    """A page of a group's messages with a bit of everything, as it is sealed."""
    world = a_world(12)
    world.say(
        1600,
        13,
        "a\u2028b 🐘",
        from_id=types.PeerUser(1),
        media=types.MessageMediaPoll(
            types.Poll(
                1,
                types.TextWithEntities("Which?", []),
                [types.PollAnswer(types.TextWithEntities("Eggs", []), b"0")],
                5,
            ),
            types.PollResults(),
        ),
        reply_markup=types.ReplyInlineMarkup(
            [
                types.KeyboardInlineButtonRow(
                    [
                        types.KeyboardInlineButton(
                            "Shop", types.InlineButtonTypeUrl("https://shop.example")
                        )
                    ]
                )
            ]
        ),
        replies=types.MessageReplies(4, 1, comments=True, channel_id=77),
        ttl_period=60,
    )
    document = types.Document(
        9,
        1,
        b"\x00\xff",
        NEW,
        "application/pdf",
        77,
        2,
        [types.DocumentAttributeFilename("prices.pdf")],
    )
    world.say(1600, 14, "", media=types.MessageMediaDocument(document=document))
    place = types.GeoPoint(4.4, 51.9, 1)
    world.say(1600, 15, "", media=types.MessageMediaVenue(place, "Market", "Quay 1", "x", "y", "z"))
    said = list(world.said[1600].values())
    found = types.messages.ChannelMessages(
        1, len(said), said, [], [world.chats[1600]], list(world.users.values())
    )
    return lines({"asked": "history", "chat": "channel:1600"}, through_the_wire(found))


def test_what_messages_carry() -> None:
    reading = read(an_answer(), a_source())
    poll, document, venue = reading.records[-3:]
    assert poll.fields["text"] == "a\u2028b 🐘"
    assert poll.extra["poll"] == {"question": "Which?", "answers": [{"text": "Eggs"}]}
    assert poll.links == ("https://shop.example",)
    assert poll.extra["comments"] == {"number": 4, "group": "channel:77"}
    assert poll.extra["deleted_after_seconds"] == 60
    assert document.extra["media"] == [
        {
            "kind": "document",
            "id": "9",
            "size": 77,
            "mime_type": "application/pdf",
            "file_name": "prices.pdf",
        }
    ]
    assert venue.fields["text"] == "Market\nQuay 1"
    assert venue.extra["media"][0]["latitude"] == 51.9
    assert reading.issues == ()


def test_a_seal_is_lines_of_canonical_json() -> None:
    sealed = an_answer()
    for row in sealed.removesuffix(b"\n").split(b"\n"):
        assert canonical(json.loads(row)) == row
    assert PHONE.encode() not in sealed
    assert sealed == an_answer()


def mutated(value: Json, dice: random.Random) -> Json:
    """The same with things of other kinds at some places."""
    if dice.random() < 0.04:
        odd: list[Json] = [
            None,
            True,
            -1,
            1 << 80,
            0.5,
            "",
            "\ud800x\u202e",
            [],
            {},
            [[{}]],
            {"_": 5},
        ]
        return dice.choice(odd)
    if isinstance(value, dict):
        return {key: mutated(item, dice) for key, item in value.items() if dice.random() > 0.02}
    if isinstance(value, list):
        return [mutated(item, dice) for item in value]
    return value


@pytest.mark.parametrize("seed", range(4))
def test_whatever_stands_in_a_seal_is_read_or_said(seed: int) -> None:
    dice = random.Random(seed)
    head, *rows = [json.loads(row) for row in an_answer().removesuffix(b"\n").split(b"\n")]
    for _ in range(40):
        made = [json.dumps(mutated(row, dice)).encode() for row in rows]
        made[dice.randrange(len(made))] = dice.choice([b"", b"[]", b"{", b"[" * 5_000, b"\xff"])
        reading = read(b"\n".join([json.dumps(head).encode(), *made]), a_source())
        for record in (*reading.records, *reading.asides):
            assert record.native_id
            assert all(isinstance(text, str) for text in record.fields.values())
        places = [record.locator for record in (*reading.records, *reading.asides)]
        assert len(set(places)) == len(places)


@pytest.mark.parametrize("payload", [b"", b"{}", b"[]\n", b"\x00", b'{"_": "Message"}\n'])
def test_what_is_no_seal_is_skipped(payload: bytes) -> None:
    with pytest.raises(Skip):
        read(payload, None)


TASKS = [
    Task("chat", "durov"),
    Task("history", "channel:1600", before=77, top=300),
    Task("search", "durov", "élan & +co: 50%", before=5),
    Task("global", words="ivory", rate=9, before=4, peer="channel:5:-77"),
    Task("messages", "durov", ids=(1, 2, 300)),
    Task("members", "durov", "admins"),
    Task("invite", "+AbC-d_Efgh"),
]


@pytest.mark.parametrize("task", TASKS, ids=lambda task: str(task.kind))
def test_an_address_says_all_of_a_task(task: Task) -> None:
    assert task_of(task.url) == task


@pytest.mark.parametrize(
    "url", ["", "tg://", "tg://nothing?x", "https://t.me", "tg://history?before=x"]
)
def test_other_addresses_are_of_no_task_that_is_done(url: str) -> None:
    assert task_of(url).chat == ""


def test_messages_of_a_chat_are_asked_for_together() -> None:
    urls = [f"tg://message?chat=durov&id={number}" for number in range(1, 251)]
    urls += ["tg://message?chat=channel:5&id=9", "https://elsewhere.example/1", ""]
    found = list(again(urls))
    assert [(task.chat, len(task.ids)) for task in found] == [
        *(("durov", 100), ("durov", 100), ("durov", 50), ("channel:5", 1))
    ]


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("@Durov", "durov"),
        ("https://t.me/s/Durov", "durov"),
        ("https://t.me/Durov/5", "durov"),
        ("t.me/c/1600/4", "channel:1600"),
        ("channel:1600", "channel:1600"),
        ("chat:5", "chat:5"),
        ("t.me/joinchat/AbCdEfGh", "+AbCdEfGh"),
        ("user:5", ""),
        ("two words", ""),
        ("", ""),
    ],
)
def test_groups_by_any_name(given: str, name: str) -> None:
    assert chat_named(given) == name


def test_nothing_is_asked_that_is_not_named() -> None:
    kinds = [task.kind for task in start(a_source(groups=["a b"], accounts=["x y"]), ())]
    assert kinds == []
    source: Any = a_source(groups=["durov", "@Durov"], accounts=["marta_b"])
    assert [task.url for task in start(source, ())] == [
        "tg://chat?chat=durov",
        "tg://account?chat=marta_b",
    ]
