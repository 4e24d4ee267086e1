"""Channels and groups of real objects of Telegram's schema, behind the seam where Telethon stands.

It is no server of Telegram's: it answers the requests that the collector makes as the schema's
documentation says. Requests and answers go through Telethon's own serialisation, so that neither
can be anything that would not pass over the wire.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from telethon import errors
from telethon.extensions import BinaryReader
from telethon.tl import types
from telethon.tl.functions import channels, contacts, messages, users

from collectors.telegram.client import checked
from collectors.telegram.errors import of_error

NEW = datetime(2026, 11, 20, 12, tzinfo=UTC)
OWN = 999
PHONE = "31687654321"
HASH = -5_123_456_789_012_345_678

Broken = Callable[[Any], Exception | None]


@dataclass(slots=True)
class World:
    """What Telegram holds, what was asked of it, and what goes wrong: ``breaks`` is asked first."""

    chats: dict[int, types.Channel] = field(default_factory=dict)
    users: dict[int, types.User] = field(default_factory=dict)
    said: dict[int, dict[int, Any]] = field(default_factory=dict)
    asked: list[Any] = field(default_factory=list)
    closed: int = 0
    breaks: Broken = lambda _: None
    free: types.SearchPostsFlood = field(
        default_factory=lambda: types.SearchPostsFlood(10, 0, 10, query_is_free=False)
    )

    def add_channel(self, number: int, name: str | None, *, group: bool = False) -> types.Channel:
        made = types.Channel(
            number,
            f"Title {number}",
            types.ChatPhotoEmpty(),
            NEW - timedelta(days=400),
            broadcast=not group,
            megagroup=group,
            access_hash=HASH,
            username=name,
        )
        self.chats[number], self.said[number] = made, {}
        return made

    def add_user(self, number: int, name: str | None = None, **more: Any) -> types.User:
        self.users[number] = types.User(
            number, access_hash=number + 1, first_name=f"Person {number}", username=name, **more
        )
        return self.users[number]

    def say(self, chat: int, identity: int, text: str, **more: Any) -> Any:
        """Put a message into a chat; an hour between one number and the next."""
        given = {"date": NEW - timedelta(hours=10_000 - identity), "post": True} | more
        made = types.Message(identity, types.PeerChannel(chat), message=text, **given)
        self.said[chat][identity] = made
        return made

    # the seam
    def ask(self, request: Any, where: str) -> Any:
        checked(request)
        bytes(request)
        self.asked.append(request)
        try:
            if (error := self.breaks(request)) is not None:
                raise error
            answer = self._answers(request)
        except (errors.RPCError, OSError) as error:
            raise of_error(error, where) from None
        return through_the_wire(answer)

    def close(self) -> None:
        self.closed += 1

    def connecting(self, *_: object) -> World:
        return self

    def _answers(self, request: Any) -> Any:
        known: dict[type, Callable[[Any], Any]] = {
            contacts.ResolveUsernameRequest: self._resolved,
            channels.GetFullChannelRequest: self._full,
            messages.GetHistoryRequest: self._messages,
            messages.SearchRequest: self._messages,
            channels.GetMessagesRequest: self._by_number,
            channels.GetParticipantsRequest: self._participants,
            channels.CheckSearchPostsFloodRequest: lambda _: self.free,
            messages.SearchGlobalRequest: self._everywhere,
            channels.SearchPostsRequest: self._everywhere,
            users.GetFullUserRequest: self._person,
            messages.GetDialogsRequest: self._dialogs,
            messages.CheckChatInviteRequest: self._invited,
        }
        return known[type(request)](request)

    def _dialogs(self, request: Any) -> Any:
        return types.messages.Dialogs([], [], list(self.chats.values()), [])

    def _invited(self, request: Any) -> Any:
        photo = types.PhotoEmpty(1)
        return types.ChatInvite("Closed", photo, 12, 3, about="Buy here", megagroup=True)

    def _resolved(self, request: Any) -> Any:
        for one in self.chats.values():
            if one.username and one.username.lower() == request.username.lower():
                return types.contacts.ResolvedPeer(types.PeerChannel(one.id), [one], [])
        for user in self.users.values():
            if user.username and user.username.lower() == request.username.lower():
                return types.contacts.ResolvedPeer(types.PeerUser(user.id), [], [user])
        raise errors.UsernameNotOccupiedError(request)

    def _chat(self, given: Any) -> types.Channel:
        if given.access_hash != HASH:
            raise errors.ChannelInvalidError(None)
        return self.chats[given.channel_id]

    def _full(self, request: Any) -> Any:
        chat = self._chat(request.channel)
        full = types.ChannelFull(
            id=chat.id,
            about="Exotics. Ask @marta_b",
            read_inbox_max_id=0,
            read_outbox_max_id=0,
            unread_count=0,
            chat_photo=types.PhotoEmpty(1),
            notify_settings=types.PeerNotifySettings(),
            bot_info=[],
            pts=1,
            can_view_participants=bool(chat.megagroup),
            participants_count=1_234,
        )
        return types.messages.ChatFull(full, [chat], [])

    def _messages(self, request: Any) -> Any:
        chat = self._chat(request.peer)
        words = getattr(request, "q", "")
        held = (one for one in self.said[chat.id].values() if words in (one.message or ""))
        found = sorted(held, key=lambda one: -one.id)
        older = [one for one in found if not request.offset_id or one.id < request.offset_id]
        given = older[: request.limit]
        return types.messages.ChannelMessages(
            pts=1,
            count=len(found),
            messages=given,
            topics=[],
            chats=[chat],
            users=self._people(given),
        )

    def _by_number(self, request: Any) -> Any:
        chat = self._chat(request.channel)
        wanted = [one.id for one in request.id]
        found = [self.said[chat.id].get(one) or types.MessageEmpty(one, None) for one in wanted]
        return types.messages.ChannelMessages(1, len(found), found, [], [chat], [])

    def _participants(self, request: Any) -> Any:
        self._chat(request.channel)
        people = sorted(self.users)
        if isinstance(request.filter, types.ChannelParticipantsAdmins):
            rows: list[Any] = [
                types.ChannelParticipantCreator(people[0], types.ChatAdminRights(), rank="boss")
            ]
        else:
            rows = [types.ChannelParticipant(one, NEW) for one in people]
        given = rows[request.offset : request.offset + request.limit]
        shown = [self.users[one.user_id] for one in given]
        return types.channels.ChannelParticipants(len(rows), given, [], shown)

    def _everywhere(self, request: Any) -> Any:
        words = getattr(request, "q", None) or getattr(request, "query", None) or ""
        held = [one for said in self.said.values() for one in said.values()]
        found = sorted((one for one in held if words in one.message), key=lambda one: -one.id)
        older = [one for one in found if not request.offset_id or one.id < request.offset_id]
        given, rest = older[: request.limit], older[request.limit :]
        here = [self.chats[number] for number in {one.peer_id.channel_id for one in given}]
        if not rest:
            return types.messages.Messages(given, [], here, self._people(given))
        return types.messages.MessagesSlice(
            len(found), given, [], here, self._people(given), next_rate=given[-1].id
        )

    def _person(self, request: Any) -> Any:
        user = self.users[request.id.user_id]
        full = types.UserFull(
            user.id, types.PeerSettings(), types.PeerNotifySettings(), 0, about="WhatsApp +31 6 1"
        )
        return types.users.UserFull(full, [], [user])

    def _people(self, given: Iterable[Any]) -> list[types.User]:
        numbers = {getattr(one.from_id, "user_id", None) for one in given} | {OWN}
        return [self.users[one] for one in numbers if one in self.users]


def through_the_wire(answer: Any) -> Any:
    """The answer as Telethon reads it from bytes."""
    return BinaryReader(bytes(answer)).tgread_object()


def a_world(number: int = 250) -> World:
    """A channel and a group with so many messages each, people in the group, and our account."""
    world = World()
    world.add_channel(1500, "Ivory_Corner")
    world.add_channel(1600, None, group=True)
    world.users[OWN] = types.User(OWN, is_self=True, access_hash=5, first_name="Us", phone=PHONE)
    for person in range(1, 8):
        world.add_user(person, f"seller_{person}" if person % 2 else None)
    for one in range(1, number + 1):
        world.say(1500, one, f"Ivory {one}, pm @marta_b", views=one, forwards=0)
        author = types.PeerUser(one % 7 + 1)
        world.say(1600, one, f"Parrot {one}", from_id=author, post=False)
    return world
