"""Rooms and people of Matrix as records: the directory, a room's state, a profile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from collectors.interfaces.answers import Item
from collectors.interfaces.found import filled, told
from collectors.interfaces.matrix.addresses import page_of, profile_at, state_at
from collectors.records import PageRecord
from model.canonical import Json
from model.evidence import Image

_ADMIN, _MODERATOR = 100, 50
"""Power levels as clients name them (spec, m.room.power_levels: defaults)."""


def listed(row: Item, base: str) -> PageRecord | None:
    """A room of the public directory; None, which is said, for one without id."""
    room_id = row.line("room_id")
    if not room_id:
        row.note("error", "left out: a room without an id", "room_id")
        return None
    alias = row.line("canonical_alias")
    fields = {
        "title": row.line("name"),
        "text": row.text("topic"),
        "url": page_of(alias or room_id),
    }
    extra = {
        "address": state_at(base, room_id) if base else "",
        "alias": alias,
        "joined": row.number("num_joined_members"),
        "world_readable": row.flag("world_readable"),
        "join_rule": row.line("join_rule"),
        "encrypted": bool(row.line("encryption")),
    }
    return PageRecord(
        "group", room_id, row.where, filled(fields), _picture(row.line("avatar_url")), (),
        told(extra),
    )  # fmt: skip


def described(events: Sequence[Item], room_id: str, base: str, *, members: bool) -> PageRecord:
    """A room by its state: name, topic, who leads it and, where wanted, who is in it."""
    state = {one.line("type"): one.item("content") for one in events if not one.text("state_key")}
    people = [one for one in events if one.line("type") == "m.room.member"]
    joined = [one for one in people if one.line("content", "membership") == "join"]
    alias = _content(state, "m.room.canonical_alias").line("alias")
    creation = next((one for one in events if one.line("type") == "m.room.create"), Item())
    fields = {
        "title": _content(state, "m.room.name").line("name"),
        "text": _content(state, "m.room.topic").text("topic"),
        "url": page_of(alias or room_id),
        "posted_at": moment_of(creation),
    }
    names = {one.line("state_key"): one.line("content", "displayname") for one in joined}
    roles = _roles(state, creation)
    wanted = [*roles, *(name for name in names if members and name not in roles)]
    extra: dict[str, Json] = {
        "address": state_at(base, room_id) if base else "",
        "alias": alias,
        "joined": len(joined),
        "members": [_member(one, names, roles) for one in wanted],
        "admins": list(roles),
        "join_rule": _content(state, "m.room.join_rules").line("join_rule"),
        "history": _content(state, "m.room.history_visibility").line("history_visibility"),
        "encrypted": "m.room.encryption" in state,
        "followed_by": _content(state, "m.room.tombstone").line("replacement_room"),
    }
    picture = _picture(_content(state, "m.room.avatar").line("url"))
    return PageRecord("group", room_id, "", filled(fields), picture, (), told(extra))


def person(user: str, row: Item, base: str) -> PageRecord:
    """Somebody's profile: a name to show and a picture are all there is."""
    fields = {
        "seller": user,
        "seller_id": user,
        "seller_url": page_of(user),
        "url": page_of(user),
        "title": row.line("displayname"),
    }
    extra = told({"address": profile_at(base, user) if base else ""})
    picture = _picture(row.line("avatar_url"))
    return PageRecord("profile", user, "", filled(fields), picture, (), extra)


def moment_of(event: Item) -> str:
    """When the sender's server says that it was sent, ISO 8601 UTC; empty where that is no time."""
    number = event.number("origin_server_ts")
    return Item({"at": number // 1000}).moment("at") if number and number > 0 else ""


def _content(state: Mapping[str, Item], name: str) -> Item:
    return state.get(name, Item())


def _roles(state: Mapping[str, Item], creation: Item) -> dict[str, str]:
    """Who has a say in the room: by power level and, from room version 12 on, by having made it."""
    levels = _content(state, "m.room.power_levels").item("users")
    found: dict[str, str] = {}
    if creation.line("content", "room_version") not in _CREATORS_BY_LEVEL:
        made_by = (creation.line("sender"), *creation.texts("content", "additional_creators"))
        found = dict.fromkeys(filter(None, made_by), "admin")
    for key in levels.value:
        level, user = levels.number(key) or 0, Item({"user": key}).line("user")
        if level >= _MODERATOR and user.startswith("@") and user not in found:
            found[user] = "admin" if level >= _ADMIN else "moderator"
    return found


_CREATORS_BY_LEVEL = ("", *(str(number) for number in range(1, 12)))


def _member(user: str, names: Mapping[str, str], roles: Mapping[str, str]) -> dict[str, str]:
    return filled(
        {"handle": user, "id": user, "name": names.get(user, ""), "role": roles.get(user, "")}
    )


def _picture(address: str) -> tuple[Image, ...]:
    return (Image(address),) if address.startswith("mxc://") else ()
