"""Addresses of Matrix's interface: where a round begins, rooms, events, people; pages for people.

Ids are taken as opaque, and stand in a path as one step of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from collectors.interfaces.interface import Term
from collectors.interfaces.places import address, path_of, step
from config.sources import Source

LIMIT = 100
"""Events a page; servers may give fewer."""

_V3 = "_matrix/client/v3"
_INTERFACE = re.compile(r"/_matrix/client/")
_ROOM = re.compile(r"/_matrix/client/[^/]+/rooms/([^/]+)/")
_PROFILE = re.compile(r"/_matrix/client/[^/]+/profile/([^/]+)")
_ALIAS = re.compile(r"/_matrix/client/[^/]+/directory/room/([^/]+)")


def start(source: Source, terms: Sequence[Term]) -> Iterator[str]:
    """Rooms by id, alias or the name of an alias here; people; the directory of public rooms.

    Words and hashtags are not asked for: the interface searches by POST only.
    """
    base = source.start[0].rstrip("/") if source.start else ""
    unresolved = False
    for group in source.ask.groups:
        if group.startswith("!"):
            yield from room(base, group)
        elif group.startswith("#") and ":" in group:
            yield address(base, f"{_V3}/directory/room/{step(group)}")
        else:
            unresolved = True
    for account in source.ask.accounts:
        yield profile_at(base, account)
    if source.ask.listings or unresolved:
        yield address(base, f"{_V3}/publicRooms", limit=LIMIT)


def room(base: str, room_id: str) -> tuple[str, str]:
    """What a room is, and what is said in it, the newest first."""
    return (
        address(base, f"{_V3}/rooms/{step(room_id)}/state"),
        address(base, f"{_V3}/rooms/{step(room_id)}/messages", dir="b", limit=LIMIT),
    )


def state_at(base: str, room_id: str) -> str:
    return room(base, room_id)[0]


def event_at(base: str, room_id: str, event_id: str) -> str:
    return address(base, f"{_V3}/rooms/{step(room_id)}/event/{step(event_id)}")


def profile_at(base: str, user: str) -> str:
    return address(base, f"{_V3}/profile/{step(user)}")


def page_of(*ids: str) -> str:
    """The page for people: of a room, a room's event, a person (spec, appendix matrix.to)."""
    return f"https://matrix.to/#/{'/'.join(step(one) for one in ids)}"


def base_of(url: str, source: Source) -> str:
    """What stands before ``/_matrix/``; the source's own base for saved answers."""
    if found := _INTERFACE.search(url):
        return url[: found.start()]
    return source.start[0].rstrip("/") if source.start else ""


def room_in(url: str) -> str:
    """The room an address is about; empty for none."""
    return _named(_ROOM, url)


def person_in(url: str) -> str:
    return _named(_PROFILE, url)


def alias_in(url: str) -> str:
    return _named(_ALIAS, url)


def _named(kind: re.Pattern[str], url: str) -> str:
    found = kind.search(path_of(url))
    return unquote(found[1]) if found else ""
