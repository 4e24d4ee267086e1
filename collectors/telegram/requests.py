"""The requests that tasks stand for, and the chats and accounts they are about."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from telethon.tl import TLObject, TLRequest, types
from telethon.tl.functions import channels, messages, users

from collectors.telegram.tasks import Task

PAGE = 100
"""Messages an answer has at most (core.telegram.org/api/offsets)."""

MEMBERS = 200


def request(task: Task, peer: TLObject) -> TLRequest:
    """The request of a task about a chat or account whose input peer is known."""
    return _REQUESTS[task.kind](task, peer)


def _chat(task: Task, peer: TLObject) -> TLRequest:
    if isinstance(peer, types.InputPeerChat):
        return messages.GetFullChatRequest(peer.chat_id)
    return channels.GetFullChannelRequest(_channel(peer))


def _history(task: Task, peer: TLObject) -> TLRequest:
    return messages.GetHistoryRequest(
        peer=peer,
        offset_id=task.before,
        offset_date=None,
        add_offset=0,
        limit=PAGE,
        max_id=0,
        min_id=0,
        hash=0,
    )


def _search(task: Task, peer: TLObject) -> TLRequest:
    return messages.SearchRequest(
        peer=peer,
        q=task.words,
        filter=types.InputMessagesFilterEmpty(),
        min_date=None,
        max_date=None,
        offset_id=task.before,
        add_offset=0,
        limit=PAGE,
        max_id=0,
        min_id=0,
        hash=0,
    )


def _global(task: Task, peer: TLObject) -> TLRequest:
    return messages.SearchGlobalRequest(
        q=task.words,
        filter=types.InputMessagesFilterEmpty(),
        min_date=None,
        max_date=None,
        offset_rate=task.rate,
        offset_peer=peer,
        offset_id=task.before,
        limit=PAGE,
    )


def _posts(task: Task, peer: TLObject) -> TLRequest:
    """Public posts; never with stars."""
    tag = task.words.removeprefix("#") if task.words.startswith("#") else None
    return channels.SearchPostsRequest(
        offset_rate=task.rate,
        offset_peer=peer,
        offset_id=task.before,
        limit=PAGE,
        hashtag=tag,
        query=None if tag else task.words,
    )


def _members(task: Task, peer: TLObject) -> TLRequest:
    kind = types.ChannelParticipantsAdmins() if task.words == "admins" else None
    return channels.GetParticipantsRequest(
        channel=_channel(peer),
        filter=kind or types.ChannelParticipantsSearch(""),
        offset=task.before,
        limit=MEMBERS,
        hash=0,
    )


def _messages(task: Task, peer: TLObject) -> TLRequest:
    wanted = [types.InputMessageID(one) for one in task.ids]
    if isinstance(peer, types.InputPeerChat):
        return messages.GetMessagesRequest(wanted)
    return channels.GetMessagesRequest(_channel(peer), wanted)


def _account(task: Task, peer: TLObject) -> TLRequest:
    if isinstance(peer, types.InputPeerUser):
        return users.GetFullUserRequest(types.InputUser(peer.user_id, peer.access_hash))
    return _chat(task, peer)


def _invite(task: Task, peer: TLObject) -> TLRequest:
    return messages.CheckChatInviteRequest(task.chat.removeprefix("+"))


_REQUESTS: Mapping[str, Callable[[Task, TLObject], TLRequest]] = {
    "chat": _chat,
    "history": _history,
    "search": _search,
    "global": _global,
    "posts": _posts,
    "members": _members,
    "messages": _messages,
    "account": _account,
    "invite": _invite,
}


KINDS = frozenset(_REQUESTS)
"""The kinds of tasks there are."""


def _channel(peer: TLObject) -> TLObject:
    if isinstance(peer, types.InputPeerChannel):
        return types.InputChannel(peer.channel_id, peer.access_hash)
    return types.InputChannelEmpty()


def input_peer(written: str) -> TLObject:
    """The input peer that ``channel:ID:HASH`` names; that of nobody for anything else."""
    kind, _, rest = written.partition(":")
    number, _, secret = rest.partition(":")
    if not number.isdecimal() or not secret.removeprefix("-").isdecimal():
        return types.InputPeerEmpty()
    if kind == "channel":
        return types.InputPeerChannel(int(number), int(secret))
    if kind == "user":
        return types.InputPeerUser(int(number), int(secret))
    return types.InputPeerChat(int(number)) if kind == "chat" else types.InputPeerEmpty()
