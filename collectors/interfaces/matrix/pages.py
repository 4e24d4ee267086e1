"""Answers of Matrix's interface as records, and the addresses they lead to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from collectors.interfaces.answers import Item, Notes, parsed
from collectors.interfaces.found import Found
from collectors.interfaces.matrix.addresses import (
    LIMIT,
    alias_in,
    base_of,
    event_at,
    person_in,
    profile_at,
    room,
    room_in,
)
from collectors.interfaces.matrix.messages import (
    MESSAGES,
    message,
    relation,
    replaced,
    with_reactions,
)
from collectors.interfaces.matrix.rooms import described, listed, moment_of, person
from collectors.interfaces.places import asked, changed
from collectors.records import PageReading
from config.sources import Source
from model.canonical import Json
from model.errors import Skip

_TAIL = 3
_EMPTY_PAGES = 10
"""So many pages in a row without an event are gone through; servers filter what is not for us."""


def read(payload: bytes, source: Source, url: str, *, since: str = "") -> PageReading:
    """One answer: messages, a room's state, one event, a profile, the directory, an alias."""
    content, page = parsed(payload), _Page(source, url)
    if isinstance(content, list):
        return page.state(content)
    if not isinstance(content, dict):
        raise Skip("no answer of the interface: neither object nor list", reason="not-a-page")
    answer = Item(content, notes=page.notes)
    if "/publicRooms" in url or _has_rooms(answer):
        return page.directory(answer)
    if "chunk" in content:
        return page.messages(answer, since)
    if "event_id" in content:
        return page.event(answer)
    if "room_id" in content:
        return page.alias(answer)
    if user := person_in(url):
        page.found.add(person(user, answer, page.base))
        return page.reading("profile")
    said = answer.line("errcode")[:100] or "an object of no known kind"
    raise Skip(f"no answer of the interface: {said}", reason="interface-error")


def _has_rooms(answer: Item) -> bool:
    return isinstance(answer.at("chunk", 0, "num_joined_members"), int)


class _Page:
    """One answer being read: what was found in it so far."""

    def __init__(self, source: Source, url: str) -> None:
        self.source, self.url = source, url
        self.base, self.room_id = base_of(url, source), room_in(url)
        self.notes, self.found = Notes(), Found()

    def messages(self, answer: Item, since: str) -> PageReading:
        """What was said, the newest first; ``end`` is where the next page begins."""
        events = _numbered(answer, "chunk", "event")
        self._take(events)
        end, here = answer.line("end"), asked(self.url, "from")
        if end and end not in (here, answer.line("start")) and not _is_past(events, since):
            self._next(end, nothing=not events)
        return self.reading("results", always=bool(events))

    def _next(self, end: str, *, nothing: bool) -> None:
        """The next page; ``limit`` counts down the pages in a row on which nothing came."""
        limit = asked(self.url, "limit")
        left = int(limit) if limit.isdecimal() and len(limit) < 4 else LIMIT
        left = min(left, LIMIT) - 1 if nothing else LIMIT
        if left > LIMIT - _EMPTY_PAGES:
            query: dict[str, str | int] = {"from": end, "limit": left}
            self.found.lead(changed(self.url, **query))

    def _take(self, events: Sequence[Item]) -> None:
        """Messages with the edits and reactions beside them; what stands elsewhere is led to."""
        said = {one.line("event_id"): one for one in events if _is_message(one)}
        edits = _edits(events, said)
        reactions = _reactions(events)
        for event_id, event in said.items():
            read_as = message(event, self.room_id, self.base, edits.get(event_id))
            if read_as is not None:
                self.found.add(with_reactions(read_as, reactions.get(event_id, {})))
                self._lead_to_sender(event)
        for event in events:
            elsewhere = _changed_by(event)
            if elsewhere and elsewhere not in said and self.base and self.room_id:
                self.found.lead(event_at(self.base, self.room_id, elsewhere))
        self._tell_the_rest(events, reactions, said)

    def _tell_the_rest(
        self, events: Sequence[Item], reactions: Mapping[str, object], said: Mapping[str, Item]
    ) -> None:
        """What is there and not read: encrypted messages, and kinds of events nobody knows."""
        hidden = sum(one.line("type") == "m.room.encrypted" for one in events)
        if hidden:
            self.notes.add("note", f"{hidden} encrypted messages are not read", key="encrypted")
        if far := len(set(reactions) - set(said)):
            text = f"reactions to {far} messages on other pages are not counted"
            self.notes.add("note", text, key="reactions")
        odd = Counter(one.line("type")[:60] for one in events if _is_odd(one))
        for kind, number in odd.most_common(10):
            self.notes.add("note", f"{number} events of type {kind!r} are not read", key="type")

    def _lead_to_sender(self, event: Item) -> None:
        sender = event.line("sender")
        if self.source.ask.profiles and self.base and sender.startswith("@"):
            self.found.lead(profile_at(self.base, sender))

    def state(self, content: Sequence[Json]) -> PageReading:
        """A room by its state."""
        if not self.room_id:
            raise Skip("no answer of the interface: a list without a room", reason="not-a-page")
        events = _numbered(Item({"rows": content}, notes=self.notes), "rows", "event")
        members = self.source.ask.members
        self.found.add(described(events, self.room_id, self.base, members=members))
        return self.reading("group")

    def event(self, event: Item) -> PageReading:
        """One event by itself, which is asked for where it was changed or may be gone."""
        if _is_message(event):
            self.found.add(message(event, self.room_id, self.base))
            self._lead_to_sender(event)
            withdrawn = event.item("unsigned", "redacted_because")
            return self.reading("message", removed="withdrawn" if withdrawn else "")
        self._tell_the_rest((event,), {}, {})
        return self.reading("results", always=True)

    def directory(self, answer: Item) -> PageReading:
        """Public rooms; those that everybody may read are gone on to where all is wanted."""
        rows = _numbered(answer, "chunk", "room")
        ask = self.source.ask
        names = {one.casefold().removeprefix("#") for one in ask.groups if ":" not in one}
        for row in rows:
            alias = row.line("canonical_alias").removeprefix("#").partition(":")[0].casefold()
            named = alias in names
            if ask.listings or named:
                self.found.add(listed(row, self.base))
            if row.line("room_id") and (named or (ask.listings and row.flag("world_readable"))):
                self.found.lead(*room(self.base, row.line("room_id")))
        if rows and (after := answer.line("next_batch")) not in ("", asked(self.url, "since")):
            self.found.lead(changed(self.url, since=after))
        return self.reading("results", always=bool(rows))

    def alias(self, answer: Item) -> PageReading:
        """Which room an alias stands for; what the room is, its state says."""
        room_id = answer.line("room_id")
        if not room_id or not alias_in(self.url):
            raise Skip("no answer of the interface: no room", reason="interface-error")
        self.found.lead(*room(self.base, room_id))
        return self.reading("results", always=True)

    def reading(self, kind: str, *, removed: str = "", always: bool = False) -> PageReading:
        """``always``: events came, though none of them is a record."""
        found = self.found.reading("matrix", self.url, self.notes, kind=kind, removed=removed)
        return replace(found, kind=kind) if always else found


def _numbered(answer: Item, name: str, called: str) -> list[Item]:
    """The objects of a list, each with its place."""
    return [one.here(f"{called} {number}") for number, one in enumerate(answer.items(name), 1)]


def _is_message(event: Item) -> bool:
    """Whether an event is a message of its own, and no edit of another."""
    return event.line("type") in MESSAGES and not replaced(event)


def _is_odd(event: Item) -> bool:
    """Whether an event is of a kind that is told nowhere else: no state, nothing that is known."""
    kind = event.line("type")
    known = kind in MESSAGES or kind in ("m.reaction", "m.room.redaction", "m.room.encrypted")
    return not known and event.at("state_key") is None


def _edits(events: Sequence[Item], said: Mapping[str, Item]) -> dict[str, Item]:
    """The newest edit of each message on the page, by who wrote it; pages begin with the newest."""
    found: dict[str, Item] = {}
    for event in events:
        original = said.get(replaced(event))
        if original is None or original.line("sender") != event.line("sender"):
            continue
        former = found.setdefault(replaced(event), event)
        if (event.number("origin_server_ts") or 0) > (former.number("origin_server_ts") or 0):
            found[replaced(event)] = event
    return found


def _reactions(events: Sequence[Item]) -> dict[str, Counter[str]]:
    """How often each sign was put under which message, as far as this page tells."""
    found: dict[str, Counter[str]] = {}
    for event in events:
        kind, other = relation(event)
        sign = event.line("content", "m.relates_to", "key")[:100]
        if kind == "m.annotation" and other and sign:
            found.setdefault(other, Counter())[sign] += 1
    return found


def _changed_by(event: Item) -> str:
    """The message that an event edits or withdraws; from room version 11 on told in the content."""
    if event.line("type") == "m.room.redaction":
        return event.line("redacts") or event.line("content", "redacts")
    return replaced(event) if event.line("type") in MESSAGES else ""


def _is_past(events: Sequence[Item], since: str) -> bool:
    """Whether a page ends before what is wanted begins; one event with a false time is not it."""
    if not since or not events:
        return False
    times = [moment_of(one) for one in events[-_TAIL:]]
    return all(one and one < since for one in times)
