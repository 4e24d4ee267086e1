"""VK's users and communities: as accounts behind what they wrote, as profiles and as groups.

An owner's number is positive for a user and negative for a community. A handle is the short name
(``screen_name``), which VK tells beside what somebody wrote; where it does not, it is ``id123``
or ``club123``, under which VK finds everybody too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from collectors.interfaces.answers import Item
from collectors.interfaces.found import filled, told, web
from collectors.interfaces.places import address, step
from collectors.records import PageRecord
from model.canonical import Json
from model.evidence import Image

VERSION = "5.199"
SITE = "https://vk.com"
USER_FIELDS = "screen_name,about,status,site,city,country,contacts,connections,followers_count"
GROUP_FIELDS = (
    "screen_name,description,status,site,city,country,contacts,links,members_count,market"
)

_NAME = re.compile(r"[A-Za-z0-9_.]{1,64}")
_ELSEWHERE = ("skype", "instagram", "twitter", "facebook", "livejournal", "telegram")
_TELEPHONES = ("mobile_phone", "home_phone")


class People:
    """Handles of the users and communities that an answer describes on the side."""

    def __init__(self, answer: Item) -> None:
        users = {(one.number("id") or 0): one for one in answer.items("profiles")}
        groups = {-(one.number("id") or 0): one for one in answer.items("groups")}
        self.described: Mapping[int, Item] = {
            number: one for number, one in (users | groups).items() if number
        }

    def handle(self, number: int) -> str:
        known = self.described.get(number)
        name = known.line("screen_name") if known else ""
        return name if _NAME.fullmatch(name) else plain_handle(number)

    def account(self, number: int | None) -> dict[str, str]:
        """The account's fields of a record; none for nobody."""
        if not number:
            return {}
        handle = self.handle(number)
        return {"seller": handle, "seller_id": str(number), "seller_url": f"{SITE}/{handle}"}

    def asides(self, base: str) -> Iterator[PageRecord | None]:
        """All who are described, as profiles and groups."""
        for number, one in self.described.items():
            yield user(one, base) if number > 0 else group(one, base)


def plain_handle(number: int) -> str:
    return f"id{number}" if number > 0 else f"club{-number}"


def users_place(base: str, *numbers: int | str) -> str:
    ids = ",".join(map(str, numbers))
    return address(base, "/users.get", user_ids=ids, fields=USER_FIELDS, v=VERSION)


def group_place(base: str, name: str | int) -> str:
    return address(base, "/groups.getById", group_id=name, fields=GROUP_FIELDS, v=VERSION)


def user(data: Item, base: str) -> PageRecord | None:
    """A user as a profile; ``deactivated`` tells that VK or the user closed it."""
    number = data.number("id")
    if not number or number < 0:
        data.note("error", "a user without an id was left out", "id")
        return None
    handle = data.line("screen_name")
    handle = handle if _NAME.fullmatch(handle) else plain_handle(number)
    texts = (data.text("status"), data.text("about"), *_said(data))
    also: list[Json] = [
        f"{name}: {data.line(name)}" for name in _ELSEWHERE if data.at(name) is not None
    ]
    return PageRecord(
        kind="profile",
        native_id=str(number),
        locator=data.where,
        fields=filled(
            {
                "seller": handle,
                "seller_id": str(number),
                "seller_url": f"{SITE}/{handle}",
                "url": f"{SITE}/{handle}",
                "title": " ".join(filter(None, map(data.line, ("first_name", "last_name")))),
                "text": "\n".join(filter(None, texts)),
                "country": data.line("country", "title"),
            }
        ),
        links=web(data.text("site").split()),
        images=_avatar(data),
        extra=told(
            {
                "address": users_place(base, number),
                "also": also,
                "town": data.line("city", "title"),
                "followers": data.number("followers_count"),
                "deleted": data.line("deactivated"),
                "closed": data.flag("is_closed"),
            }
        ),
    )


def group(data: Item, base: str) -> PageRecord | None:
    """A community, with the contacts it names as members where it does."""
    number = data.number("id")
    if not number or number < 0:
        data.note("error", "a community without an id was left out", "id")
        return None
    handle = data.line("screen_name")
    handle = handle if _NAME.fullmatch(handle) else plain_handle(-number)
    texts = (data.text("status"), data.text("description"), *_contacts_said(data))
    return PageRecord(
        kind="group",
        native_id=str(-number),
        locator=data.where,
        fields=filled(
            {
                "seller": handle,
                "seller_id": str(-number),
                "seller_url": f"{SITE}/{handle}",
                "title": data.line("name"),
                "text": "\n".join(filter(None, texts)),
                "url": f"{SITE}/{handle}",
                "country": data.line("country", "title"),
            }
        ),
        links=web((*data.text("site").split(), *(one.text("url") for one in data.items("links")))),
        images=_avatar(data),
        extra=told(
            {
                "address": group_place(base, number),
                "town": data.line("city", "title"),
                "followers": data.number("members_count"),
                "members": _contacts(data),
                "deleted": data.line("deactivated"),
                "closed": bool(data.number("is_closed")),
                "type": data.line("type"),
            }
        ),
    )


def members(data: Item, url_group: str) -> PageRecord | None:
    """An answer of ``groups.getMembers``: who is in a community, as far as it is shown."""
    if not url_group.isdigit():
        return None
    found: list[Json] = [
        {
            "handle": one.line("screen_name") or plain_handle(one.number("id") or 0),
            "id": str(one.number("id")),
            "role": one.line("role") or "member",
        }
        for one in data.items("items")
        if one.number("id")
    ]
    if not found:
        return None
    return PageRecord("group", f"-{url_group}", "members", {}, extra={"members": found})


def _contacts(data: Item) -> list[Json]:
    """Users named as contacts: those who run the community, by its own words."""
    return [
        {
            "handle": plain_handle(one.number("user_id") or 0),
            "id": str(one.number("user_id")),
            "role": one.line("desc") or "contact",
        }
        for one in data.items("contacts")
        if one.number("user_id")
    ]


def _contacts_said(data: Item) -> Iterator[str]:
    for one in data.items("contacts"):
        said = (one.line("desc"), one.line("phone"), one.line("email"))
        yield " ".join(filter(None, said))


def _said(data: Item) -> Iterable[str]:
    return (data.line(name) for name in _TELEPHONES)


def _avatar(data: Item) -> tuple[Image, ...]:
    names = ("photo_max_orig", "photo_400_orig", "photo_200", "photo_100")
    return tuple(map(Image, web(map(data.text, names))))[:1]


def bare(name: str) -> str:
    """A name as people give it (an address, @name, club1) without what stands before it."""
    return step(re.sub(r"\A(?:https?://)?(?:m\.)?vk\.(?:com|ru)/|\A@", "", name.strip()))
