"""What a round asks Telegram, one address a request, so that a run can end and go on anywhere.

Addresses are of our own making (``tg://history?chat=…``), save those that Telegram has for messages
and invitations. Each says all that its request needs, and the answer what comes next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlsplit

from telethon.tl import TLObject, types

from collectors.interfaces.interface import Term
from collectors.interfaces.telegram_names import telegram_link, username
from config.sources import Source
from model.clock import iso

_MOST_MEMBERS = 10_000
AT_ONCE = 100
"""Messages that are asked for again with one request."""


@dataclass(frozen=True, slots=True)
class Task:
    """One request: its kind, the chat or account it is about, and where in the answer it begins."""

    kind: str
    chat: str = ""
    words: str = ""
    before: int = 0
    top: int = 0
    rate: int = 0
    peer: str = ""
    ids: tuple[int, ...] = ()

    @property
    def url(self) -> str:
        """The address by which a round knows it."""
        given: dict[str, object] = {
            "chat": self.chat,
            "q": self.words,
            "before": self.before,
            "top": self.top,
            "rate": self.rate,
            "peer": self.peer,
            "ids": ",".join(map(str, self.ids)),
        }
        asked = (
            f"{name}={quote(str(value), safe=':+,')}" for name, value in given.items() if value
        )
        return f"tg://{self.kind}?{'&'.join(asked)}"

    def asked(self) -> dict[str, object]:
        """What the seal says was asked."""
        told: dict[str, object] = {"asked": self.kind}
        told |= {"chat": self.chat} if self.chat else {}
        told |= {"words": self.words} if self.words else {}
        return told | ({"invite": self.chat.removeprefix("+")} if self.kind == "invite" else {})


def task_of(url: str) -> Task:
    """The task of an address; one of a single message asks for that again."""
    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query.replace("+", "%2B"), max_num_fields=20))
    number = {name: _number(given.get(name, "")) for name in ("before", "top", "rate", "id")}
    if parts.hostname == "message":
        return Task("messages", given.get("chat", ""), ids=(number["id"],))
    return Task(
        kind=parts.hostname or "",
        chat=given.get("chat", ""),
        words=given.get("q", ""),
        before=number["before"],
        top=number["top"],
        rate=number["rate"],
        peer=given.get("peer", ""),
        ids=tuple(filter(None, map(_number, given.get("ids", "").split(",")))),
    )


def start(source: Source, terms: Sequence[Term]) -> Iterator[Task]:
    """What a round begins with, for what ``source.ask`` names.

    With groups, words are searched for in each of them; without, in all that Telegram shows.
    """
    ask = source.ask
    for name in dict.fromkeys(map(chat_named, ask.groups)):
        if name.startswith("+"):
            yield Task("invite", name)
        elif name:
            yield Task("chat", name)
            for term in terms:
                yield Task("search", name, term.text)
    for name in filter(None, dict.fromkeys(map(username, ask.accounts))):
        yield Task("account", name)
    for term in () if ask.groups else terms:
        yield Task("global", words=term.text)
        yield Task("posts", words=term.text)
    for tag in dict.fromkeys(ask.tags):
        yield Task("posts", words=f"#{tag.lstrip('#')}")


def chat_named(given: str) -> str:
    """A group by its username, by ``channel:1`` where it has none, ``+HASH`` to be looked at.

    Empty for what names none.
    """
    text = given.strip()
    link = telegram_link(text)
    if link is not None and link.kind == "invite":
        return f"+{link.value}"
    if link is not None and link.kind == "message" and ":" in link.value:
        return link.value.partition("/")[0]
    kind, colon, number = text.partition(":")
    if colon and kind in ("channel", "chat") and number.isdecimal():
        return f"{kind}:{int(number)}"
    return username(text)


def again(addresses: Sequence[str]) -> Iterator[Task]:
    """Messages by their addresses, those of a chat together; other addresses are left out."""
    by_chat: dict[str, list[int]] = {}
    for url in addresses:
        task = task_of(url)
        if task.kind == "messages" and task.chat:
            by_chat.setdefault(task.chat, []).extend(task.ids)
    for chat, ids in by_chat.items():
        for first in range(0, len(ids), AT_ONCE):
            yield Task("messages", chat, ids=tuple(sorted(ids[first : first + AT_ONCE])))


# what comes next
@dataclass(frozen=True, slots=True)
class Wanted:
    """How far back messages are wanted: to ``since`` (ISO 8601 UTC, empty for all there are).

    ``floor`` is the number up to which a chat was read in an earlier round, 0 where it never was:
    what lies before both is not read again.
    """

    since: str = ""
    floor: int = 0

    def ends_with(self, number: int, moment: str, *, history: bool) -> bool:
        """Whether nothing older than this message is wanted."""
        is_old = bool(self.since and moment and moment < self.since)
        known = not history or not self.floor or number <= self.floor
        return number <= 1 or (is_old and known)


def onward(task: Task, answer: TLObject, source: Source, wanted: Wanted) -> list[Task]:
    """The tasks an answer leads to; none where nothing further is there, or is wanted."""
    if task.kind == "chat":
        return _of_chat(task, answer, source)
    if task.kind == "members":
        return _more_members(task, answer)
    if task.kind in ("history", "search"):
        return _older(task, answer, wanted)
    return _on_elsewhere(task, answer, wanted) if task.kind in ("global", "posts") else []


def _older(task: Task, answer: TLObject, wanted: Wanted) -> list[Task]:
    """The messages of a chat before these; always further back."""
    found = [one for one in getattr(answer, "messages", ()) if _has_number(one)]
    last = min(found, key=lambda one: one.id, default=None)
    if last is None or (task.before and last.id >= task.before):
        return []
    history = task.kind == "history"
    if wanted.ends_with(last.id, _moment(last), history=history):
        return []
    top = task.top or max(one.id for one in found)
    return [Task(task.kind, task.chat, task.words, before=last.id, top=top if history else 0)]


def _of_chat(task: Task, answer: TLObject, source: Source) -> list[Task]:
    """A chat's messages, and its members where they are wanted and shown."""
    found = [Task("history", task.chat)]
    full = getattr(answer, "full_chat", None)
    if source.ask.members and isinstance(full, types.ChannelFull):
        found.append(Task("members", task.chat, "admins"))
        if full.can_view_participants:
            found.append(Task("members", task.chat))
    return found


def _more_members(task: Task, answer: TLObject) -> list[Task]:
    got = len(getattr(answer, "participants", None) or ())
    next_ = task.before + got
    total = min(getattr(answer, "count", 0) or 0, _MOST_MEMBERS)
    if not got or next_ >= total or task.words:
        return []
    return [Task("members", task.chat, before=next_)]


def _on_elsewhere(task: Task, answer: TLObject, wanted: Wanted) -> list[Task]:
    """The next page of a search over all chats, which begins at a message of one of them."""
    found = [one for one in getattr(answer, "messages", ()) if _has_number(one)]
    if not found or isinstance(answer, types.messages.Messages):
        return []
    last, rate = found[-1], getattr(answer, "next_rate", None) or 0
    peer = _written(last.peer_id, answer)
    same = (rate, last.id, peer) == (task.rate, task.before, task.peer)
    if not peer or same or wanted.ends_with(last.id + 1, _moment(last), history=False):
        return []
    return [Task(task.kind, words=task.words, before=last.id, rate=rate, peer=peer)]


def _moment(one: TLObject) -> str:
    date = getattr(one, "date", None)
    return "" if date is None else iso(date)


def _written(peer: TLObject, answer: TLObject) -> str:
    """``channel:ID:HASH`` of the chat a message stands in; empty where the answer lacks it."""
    number = getattr(peer, "channel_id", None)
    for one in getattr(answer, "chats", ()):
        if isinstance(one, types.Channel) and one.id == number and one.access_hash is not None:
            return f"channel:{one.id}:{one.access_hash}"
    if isinstance(peer, types.PeerChat):
        return f"chat:{peer.chat_id}:0"
    return ""


def _has_number(one: TLObject) -> bool:
    return isinstance(getattr(one, "id", None), int) and not isinstance(one, types.MessageEmpty)


def _number(text: str) -> int:
    plain = text.isascii() and text.isdigit() and len(text) < 19
    return int(text) if plain else 0
