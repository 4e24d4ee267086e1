"""Rounds over a world of real objects of Telegram's: complete, none twice, whatever happens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from telethon import errors
from telethon.tl import types
from telethon.tl.functions import channels, contacts, messages

from collectors.imports import read_capture
from collectors.telegram import collect
from collectors.web.collect import Context
from collectors.web.network import Fetcher
from collectors.web.report import CollectReport
from model.errors import Stop
from model.evidence import Document
from vault.vault import Vault

from .conftest import KEYS, MANDATE, SETTINGS, Now, Run, a_source
from .world import NEW, PHONE, World, a_world


@pytest.fixture
def world() -> World:
    return a_world()


def sent(world: World, kind: type) -> list[Any]:
    return [one for one in world.asked if isinstance(one, kind)]


def said(vault: Vault, chat: str = "ivory_corner") -> dict[str, Document]:
    """The newest document of each message of a chat that is not told as deleted."""
    found: dict[str, Document] = {}
    for one in vault.documents():
        if one.kind == "message" and one.native_id.startswith(f"{chat}/"):
            found[one.native_id] = one
    return {known: one for known, one in found.items() if not one.extra.get("deleted")}


def states(vault: Vault) -> dict[str, str]:
    store = vault.sightings("tg")
    return {one.native_id: one.state for one in store.listings()}


def test_every_message_once(run: Run, vault: Vault, world: World) -> None:
    report = run(world)
    assert (report.finished, report.failed, report.reason) == (True, False, "")
    found = said(vault)
    assert {int(known.partition("/")[2]) for known in found} == set(world.said[1500])
    for identity, message in world.said[1500].items():
        assert found[f"ivory_corner/{identity}"].fields["text"] == message.message
    seen = Counter(one.native_id for one in vault.documents() if one.kind == "message")
    assert max(seen.values()) == 1
    assert [one.offset_id for one in sent(world, messages.GetHistoryRequest)] == [0, 151, 51, 1][:3]
    assert len(sent(world, contacts.ResolveUsernameRequest)) == 1
    assert world.closed == 1


def test_a_message_is_told_with_what_stands_around_it(run: Run, vault: Vault, world: World) -> None:
    text = "Ivory 🐘 here and @Marta_B"
    world.add_user(50, "old_source")
    world.say(
        1500,
        251,
        text,
        edit_date=NEW,
        views=77,
        forwards=3,
        post_author="M.",
        entities=[
            types.MessageEntityTextUrl(9, 4, "https://t.me/+AbCdEfGh1"),
            types.MessageEntityMention(18, 8),
        ],
        fwd_from=types.MessageFwdHeader(NEW, from_id=types.PeerChannel(1500), channel_post=9),
        reply_to=types.MessageReplyHeader(reply_to_msg_id=7, quote_text="Ivory 7"),
        reactions=types.MessageReactions(
            [
                types.ReactionCount(types.ReactionEmoji("❤"), 4),
                types.ReactionCount(types.ReactionCustomEmoji(12), 2),
                types.ReactionCount(types.ReactionPaid(), 1),
            ]
        ),
        media=types.MessageMediaContact("+31 6 1", "Tom", "", "", 50),
    )
    run(world)
    found = said(vault)["ivory_corner/251"]
    assert found.fields["seller"] == "ivory_corner"
    assert found.fields["seller_id"] == "channel:1500"
    assert found.fields["url"] == "https://t.me/ivory_corner/251"
    assert found.links == ("https://t.me/+AbCdEfGh1",)
    told = dict(found.extra)
    assert told["mentions"] == ["marta_b", "+AbCdEfGh1"]
    assert told["forwarded_from"]["id"] == "ivory_corner/9"
    assert (told["reply_to"], told["reply_text"]) == ("ivory_corner/7", "Ivory 7")
    assert told["reactions"] == {"❤": 4, "custom:12": 2, "paid": 1}
    assert told["edited_at"] == "2026-11-20T12:00:00Z"
    assert told["contact"] == {"first_name": "Tom", "phone_number": "+31 6 1", "id": "user:50"}
    assert (told["views"], told["forwards"], told["author"]) == (77, 3, "M.")


def test_edits_and_deletions_are_noticed_on_the_next_round(
    run: Run, vault: Vault, now: Now, world: World
) -> None:
    run(world)
    asked = len(world.asked)
    del world.said[1500][200]
    del world.said[1500][3]  # long before what is read again
    world.say(1500, 240, "Ivory 240, sold", edit_date=NEW)
    world.say(1500, 251, "New")
    now.pause(86_400)
    report = run(world)
    assert report.finished
    assert said(vault)["ivory_corner/240"].fields["text"] == "Ivory 240, sold"
    assert "ivory_corner/251" in said(vault)
    stand = states(vault)
    assert stand["post:ivory_corner/200"] == stand["post:ivory_corner/3"] == "removed"
    assert stand["post:ivory_corner/240"] == "changed"
    assert stand["post:ivory_corner/251"] == "new"
    assert Counter(stand.values())["removed"] == 2
    again = world.asked[asked:]
    assert not [one for one in again if isinstance(one, contacts.ResolveUsernameRequest)]


def test_events_and_members_of_a_group_that_has_no_username(
    run: Run, vault: Vault, world: World
) -> None:
    action = types.MessageActionChatAddUser([3, 4])
    world.said[1600][251] = types.MessageService(
        251, types.PeerChannel(1600), NEW, from_id=types.PeerUser(1), action=action
    )
    run(world, a_source(groups=["t.me/c/1600/5"], members=True))
    found = said(vault, "channel:1600")
    assert len(found) == 250
    assert found["channel:1600/7"].fields["seller"] == "seller_1"
    assert found["channel:1600/1"].fields["seller_id"] == "user:2"
    assert "seller" not in found["channel:1600/1"].fields  # a name is no handle
    groups = [one for one in vault.documents() if one.kind == "group"]
    events = [event for one in groups for event in one.extra.get("events", ())]
    assert [(one["action"], one["actor"]["handle"]) for one in events] == [
        ("chat_add_user", "seller_1")
    ]
    assert [one["id"] for one in events[0]["members"]] == ["user:3", "user:4"]
    members = {one["id"]: one for group in groups for one in group.extra.get("members", ())}
    assert len(members) == 8
    admins = [one.extra["admins"] for one in groups if "admins" in one.extra]
    assert admins == [["seller_1"]]
    profiles = {one.native_id: one for one in vault.documents() if one.kind == "profile"}
    assert profiles["user:1"].fields["seller"] == "seller_1"
    assert profiles["user:2"].extra["name"] == "Person 2"


def test_a_search_in_a_chat_an_account_and_an_invitation(
    run: Run, vault: Vault, world: World
) -> None:
    source = a_source(
        groups=["Ivory_Corner", "https://t.me/+AbCdEfGh1"],
        words=["Ivory 24"],
        accounts=["@seller_3"],
    )
    report = run(world, source)
    assert report.finished
    searched = sent(world, messages.SearchRequest)
    assert [(one.q, one.offset_id) for one in searched] == [("Ivory 24", 0), ("Ivory 24", 24)]
    [effort] = vault.searches("tg").searches()
    assert (effort.planned.term, effort.planned.origin) == ("Ivory 24", "given")
    hits = sum("Ivory 24" in message.message for message in world.said[1500].values())
    assert (effort.pages, effort.answers) == (len(searched), hits)
    people = {one.native_id: one for one in vault.documents() if one.kind == "profile"}
    assert people["user:3"].fields["text"] == "WhatsApp +31 6 1"
    closed = [one for one in vault.documents() if one.native_id == "+AbCdEfGh1"]
    assert (closed[0].kind, closed[0].fields["title"]) == ("group", "Closed")
    assert closed[0].extra["joined"] is False


def test_words_without_a_group_are_searched_for_everywhere_and_never_for_money(
    run: Run, vault: Vault, world: World
) -> None:
    report = run(world, a_source(groups=[], words=["Parrot"], tags=["exotic"]))
    assert len(said(vault, "channel:1600")) == 250
    found = sent(world, channels.SearchPostsRequest)
    assert [(one.hashtag, one.query) for one in found] == [("exotic", None)] * len(found)
    assert report.failures["quota"] == 1
    world.free = types.SearchPostsFlood(10, 3, 10)
    world.asked.clear()
    run(world, a_source(groups=[], words=["Ivory"]))
    found = sent(world, channels.SearchPostsRequest)
    assert found
    assert {one.allow_paid_stars for one in found} == {None}


def flood(seconds: int, at: int) -> Iterator[Exception | None]:
    for number in range(10_000):
        yield errors.FloodWaitError(None, seconds) if number == at else None


def test_a_wait_of_telegram_s_is_obeyed_and_outlasts_the_run(
    run: Run, vault: Vault, now: Now, world: World
) -> None:
    """It holds for all that Telegram is asked, not for the one request that met it."""
    waits = flood(30_000, 3)
    world.breaks = lambda _: next(waits)
    source = a_source(groups=["ivory_corner", "channel:1600"])
    began = now.moment
    report = run(world, source)
    assert (report.paused, report.finished, report.failed) == (True, False, False)
    assert report.reason == "rate-limit"
    asked = len(world.asked)
    assert asked == 4
    report = run(world, source)  # too early: nothing is asked
    assert report.paused
    assert len(world.asked) == asked
    assert (now.moment - began).total_seconds() < 30_000
    now.pause(30_100)
    assert run(world, source).finished
    assert len(said(vault)) == len(said(vault, "channel:1600")) == 250
    seen = Counter(one.native_id for one in vault.documents() if one.kind == "message")
    assert max(seen.values()) == 1


def test_a_short_wait_is_waited_for(run: Run, vault: Vault, now: Now, world: World) -> None:
    waits = flood(40, 3)
    world.breaks = lambda _: next(waits)
    assert run(world).finished
    assert now.waited > 40
    assert len(said(vault)) == 250


@pytest.mark.parametrize(
    "error",
    [
        *(errors.AuthKeyUnregisteredError(None), errors.SessionRevokedError(None)),
        *(errors.AuthKeyDuplicatedError(None), errors.UserDeactivatedBanError(None)),
    ],
)
def test_a_revoked_session_stops_the_source_and_loses_nothing(
    run: Run, vault: Vault, world: World, error: Exception
) -> None:
    over = [None, None, None, error]
    world.breaks = lambda _: over.pop(0) if over else None
    report = run(world)
    assert (report.failed, report.reason) == (True, "token-refused")
    assert 0 < len(said(vault)) < 250
    assert run(world).finished
    assert len(said(vault)) == 250


def test_a_cut_network_is_named_and_loses_nothing(run: Run, vault: Vault, world: World) -> None:
    seen = iter(range(10_000))
    world.breaks = lambda _: ConnectionError("cut") if next(seen) >= 3 else None
    report = run(world)
    assert (report.failed, report.reason, report.retries) == (True, "broken-off", 3)
    assert world.closed == 3
    world.breaks = lambda _: None
    assert run(world).finished
    found = Counter(one.native_id for one in vault.documents() if one.kind == "message")
    assert (len(found), max(found.values())) == (250, 1)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (errors.ChannelPrivateError(None), "forbidden"),
        (errors.UsernameNotOccupiedError(None), "gone"),
        (errors.UsernameInvalidError(None), "bad-address"),
        (errors.RPCError(None, "NOBODY_KNOWS", 400), "interface-error"),
    ],
)
def test_what_one_chat_refuses_does_not_keep_from_the_others(
    run: Run, vault: Vault, world: World, error: Exception, reason: str
) -> None:
    world.add_channel(1700, "closed_shop")
    world.breaks = lambda request: (
        error if getattr(request, "username", "") == "closed_shop" else None
    )
    report = run(world, a_source(groups=["closed_shop", "ivory_corner"]))
    assert report.finished
    assert report.failures == {reason: 1}
    assert len(said(vault)) == 250


def test_a_chat_whose_key_has_changed_is_looked_up_again(
    run: Run, vault: Vault, now: Now, world: World
) -> None:
    run(world)
    vault.keep_cursor("tg", "telegram-chats", {"ivory_corner": "channel:1500:7"})
    assert run(world).failures["bad-address"] > 0
    assert run(world).failures == {}


def test_without_a_session_nothing_is_asked(vault: Vault, now: Now, world: World) -> None:
    source = a_source()
    with Fetcher(source, SETTINGS) as fetcher:
        context = Context(vault, source, SETTINGS, MANDATE, fetcher, CollectReport("tg", ""), now)
        with pytest.raises(Stop, match="session") as raised:
            list(collect(context, connecting=world.connecting))
    assert raised.value.reason == "token-missing"
    assert world.asked == []


def test_nothing_of_ours_is_sealed(run: Run, vault: Vault, world: World) -> None:
    """Neither keys, should Telegram ever repeat them, nor the agency's own number."""
    world.say(1500, 251, f"who uses {KEYS['SPOOR_TG_API_HASH']}?")
    run(world, a_source(groups=["ivory_corner", "channel:1600"]))
    sealed = b"".join(vault.payload(capture) for capture in vault.captures())
    for secret in (KEYS["SPOOR_TG_API_HASH"], KEYS["SPOOR_TG_SESSION"], PHONE):
        assert secret.encode() not in sealed
    told = [capture.reading.get("redacted") for capture in vault.captures()]
    assert sum(filter(None, told)) == 1
    assert not [one for one in vault.documents() if one.native_id == "user:999"]


def test_the_seal_alone_gives_the_same_records(run: Run, vault: Vault, world: World) -> None:
    run(world)
    before = {one.uid: one for one in vault.documents()}
    again = {}
    for capture in vault.captures():
        documents, issues = read_capture(vault, capture, a_source())
        assert [one for one in issues if one.severity == "error"] == []
        again |= {one.uid: one for one in documents}
    assert again == before


def test_a_budget_ends_a_run_and_the_next_goes_on(run: Run, vault: Vault, world: World) -> None:
    source = a_source()
    pace = source.pace.model_copy(update={"pages_per_run": 2})
    bounded = source.model_copy(update={"pace": pace})
    runs = 0
    while not run(world, bounded).finished:
        runs += 1
        assert runs < 10
    assert runs >= 2
    assert len(said(vault)) == 250
