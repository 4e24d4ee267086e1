"""VK by its own interface, version 5.199: news search, walls, comments, communities, goods.

Methods, parameters and fields are those of dev.vk.com/method and of the schema VK publishes
(github.com/VKCOM/vk-api-schema): ``newsfeed.search``, ``wall.get``, ``wall.search``,
``wall.getById``, ``wall.getComments``, ``groups.getById``, ``groups.getMembers``, ``users.get``,
``market.get``, ``market.searchItems`` and ``market.getById``. Most of them want a user's token.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from collectors.interfaces.answers import Item, read_object
from collectors.interfaces.found import Found
from collectors.interfaces.interface import Interface, Term
from collectors.interfaces.places import address, asked, changed, path_of
from collectors.interfaces.vk.people import (
    VERSION,
    People,
    bare,
    group,
    group_place,
    members,
    user,
    users_place,
)
from collectors.interfaces.vk.records import Records
from collectors.interfaces.vk.trouble import trouble
from collectors.records import PageReading, PageRecord
from config.sources import Source
from model.errors import Skip

BASE = "https://api.vk.com/method"
SEARCHED = 200
WALL = 100
GOODS = 200
MEMBERS = 1000
PEOPLE = 100
"""How much is asked for at once: as much as each method gives."""

_SINGLE = {"wall.getById": "post", "wall.getComment": "comment", "market.getById": "listing"}
_NOT_THERE = "VK shows nothing under this id"


def start(source: Source, terms: Sequence[Term]) -> Iterator[str]:
    """Searches in news and goods, then walls of communities and users with their descriptions."""
    base, ask = _base(source), source.ask
    words = [term.text for term in terms] + [f"#{tag.lstrip('#')}" for tag in ask.tags]
    for word in words:
        yield _news(base, word)
        if not word.startswith("#"):
            place = address(base, "/market.searchItems", q=word, sort_by=1, count=GOODS)
            yield changed(place, v=VERSION)
    for name in (*ask.groups, *ask.accounts):
        for word in words:
            yield _wall(base, "wall.search", name, query=word)
        yield _wall(base, "wall.get", name)
    for name in ask.groups:
        yield group_place(base, bare(name).removeprefix("-"))
    for name in ask.accounts:
        yield users_place(base, bare(name))


def read(payload: bytes, source: Source, url: str, *, since: str = "") -> PageReading:
    """One answer; which method it answers is told by its address alone."""
    whole = read_object(payload)
    if whole.at("response") is None:
        raise Skip("no answer of VK: it holds no response", reason="interface-error")
    page = _Page(whole, source, url, since)
    reader = _READERS.get(page.method)
    if reader is None:
        raise Skip("no method of VK that is known by its address", reason="interface-error")
    return reader(page)


def question(url: str) -> str:
    """What is searched for at this address; empty for no search."""
    return asked(url, "q") or asked(url, "query") if "search" in _method(url) else ""


class _Page:
    """One answer being read."""

    def __init__(self, whole: Item, source: Source, url: str, since: str) -> None:
        self.method = _method(url)
        self._whole, self._source, self._url, self._since = whole, source, url, since
        self._base = _base(source)
        self._answer = whole.item("response") if isinstance(whole.at("response"), dict) else Item()
        self._people = People(self._answer)
        self._records = Records(self._base, self._people)
        self._found = Found()

    def wall(self) -> PageReading:
        """Posts, whatever found them; they lead to their comments and on to older ones."""
        for item in self._rows("row"):
            self._post(item)
        ended = self._found.is_older(self._since)
        if self.method == "newsfeed.search":
            following = self._answer.line("next_from")
            if following and following != asked(self._url, "start_from") and not ended:
                self._lead_on(start_from=following)
        elif not ended:
            self._by_offset()
        self._sides()
        return self._reading()

    def comments(self) -> PageReading:
        """Comments of a post with the answers shown below them; more of these are asked for."""
        owner, post = _number(self._url, "owner_id"), _number(self._url, "post_id")
        for item in self._rows("comment"):
            found = self._records.comment(item, owner, post)
            self._found.add(found)
            shown = 0
            for shown, reply in enumerate(item.items("thread", "items"), 1):
                there = reply.here(f"{item.where}, reply {shown}")
                self._found.add(self._records.comment(there, owner, post))
            more = (item.number("thread", "count") or 0) > shown
            if more and not asked(self._url, "comment_id") and item.number("id"):
                self._found.lead(changed(self._url, comment_id=item.number("id") or 0, offset=0))
        self._by_offset()
        self._sides()
        return self._reading()

    def market(self) -> PageReading:
        for item in self._rows("row"):
            self._found.add(self._records.goods(item))
        if not self._found.is_older(self._since) or self.method == "market.get":
            self._by_offset()
        self._sides()
        return self._reading()

    def single(self) -> PageReading:
        """One post, comment or piece of goods asked for by its id; nothing there: it is gone."""
        kind, record = _SINGLE[self.method], None
        for item in self._items():
            if kind == "listing":
                record = self._records.goods(item)
            elif kind == "comment":
                record = self._records.comment(item, _number(self._url, "owner_id"), None)
            else:
                record = self._post(item)
            self._found.add(record)
        self._sides()
        return self._reading(kind, _removed(record))

    def users(self) -> PageReading:
        """Users; the one asked for by itself is what the page is about."""
        items = [*self._whole.items("response")]
        for number, item in enumerate(items, 1):
            self._found.add(user(item.here(f"row {number}" if len(items) > 1 else ""), self._base))
        record = next(iter(self._found.records.values()), None)
        if "," in asked(self._url, "user_ids"):
            return self._reading()
        return self._reading("profile", _removed(record))

    def groups(self) -> PageReading:
        """A community, and where its members are and, where it has a shop, its goods."""
        listed = isinstance(self._whole.at("response"), list)
        items = self._whole.items("response") if listed else self._answer.items("groups")
        record = None
        for item in items:
            record = group(item, self._base)
            self._found.add(record)
            if record is not None:
                self._belongings(record.native_id.removeprefix("-"), item)
        return self._reading("group", _removed(record))

    def members(self) -> PageReading:
        record = members(self._answer, asked(self._url, "group_id"))
        self._found.add(record)
        if record is not None:
            self._by_offset()
        return self._reading("group")

    def _belongings(self, number: str, data: Item) -> None:
        if self._source.ask.members:
            place = address(self._base, "/groups.getMembers", group_id=number, count=MEMBERS)
            self._found.lead(changed(place, fields="screen_name", v=VERSION))
        if data.flag("market", "enabled"):
            place = address(self._base, "/market.get", owner_id=f"-{number}", count=GOODS)
            self._found.lead(changed(place, extended=1, v=VERSION))

    def _post(self, item: Item) -> PageRecord | None:
        record = self._records.post(item)
        self._found.add(record)
        for copy in self._records.copies(item):
            self._found.beside(copy)
        if record and self._source.ask.threads and item.number("comments", "count"):
            owner, number = item.number("owner_id") or 0, item.number("id") or 0
            place = address(self._base, "/wall.getComments", owner_id=owner, post_id=number)
            query = {"count": WALL, "extended": 1, "need_likes": 1, "thread_items_count": 10}
            self._found.lead(changed(place, **query, fields="screen_name", sort="asc", v=VERSION))
        return record

    def _rows(self, name: str) -> Iterator[Item]:
        for number, item in enumerate(self._answer.items("items"), 1):
            yield item.here(f"{name} {number}")

    def _items(self) -> Iterator[Item]:
        """The items of an answer that is a list, or an object with one."""
        if isinstance(self._whole.at("response"), list):
            return self._whole.items("response")
        return self._answer.items("items")

    def _sides(self) -> None:
        """Who is described on the side; their own pages are asked for where that is wanted."""
        for record in self._people.asides(self._base):
            self._found.beside(record)
        if not self._source.ask.profiles:
            return
        users = sorted(number for number in self._people.described if number > 0)
        for begin in range(0, len(users), PEOPLE):
            self._found.lead(users_place(self._base, *users[begin : begin + PEOPLE]))
        for number in sorted(number for number in self._people.described if number < 0):
            self._found.lead(group_place(self._base, -number))

    def _by_offset(self) -> None:
        """The next page, where the answer counts more than was asked for so far."""
        at = (_number(self._url, "offset") or 0) + (_number(self._url, "count") or 0)
        if self._answer.at("items") and (self._answer.number("count") or 0) > at > 0:
            self._lead_on(offset=at)

    def _lead_on(self, **query: str | int) -> None:
        if self._answer.at("items"):
            self._found.lead(changed(self._url, **query))

    def _reading(self, kind: str = "results", removed: str = "") -> PageReading:
        return self._found.reading("vk", self._url, self._whole.notes, kind=kind, removed=removed)


_READERS: Mapping[str, Callable[[_Page], PageReading]] = {
    **dict.fromkeys(("newsfeed.search", "wall.search", "wall.get"), _Page.wall),
    **dict.fromkeys(_SINGLE, _Page.single),
    **dict.fromkeys(("market.get", "market.search", "market.searchItems"), _Page.market),
    "wall.getComments": _Page.comments,
    "users.get": _Page.users,
    "groups.getById": _Page.groups,
    "groups.getMembers": _Page.members,
}


def _news(base: str, word: str) -> str:
    """News of all time that is searchable, newest first: without a time it would be one day's."""
    place = address(base, "/newsfeed.search", q=word, count=SEARCHED, start_time=1)
    return changed(place, extended=1, fields="screen_name", v=VERSION)


def _wall(base: str, method: str, name: str, **query: str) -> str:
    """A wall, by its owner's number where it is one, else by its short name."""
    plain = bare(name)
    by = "owner_id" if plain.removeprefix("-").isdigit() else "domain"
    place = address(base, f"/{method}", **{by: plain}, **query)
    return changed(place, count=WALL, extended=1, fields="screen_name", v=VERSION)


def _removed(record: PageRecord | None) -> str:
    """The notice in place of what is gone; empty for what is there."""
    if record is None:
        return _NOT_THERE
    by = record.extra.get("deleted")
    if record.extra.get("available") == "removed":
        by = "goods removed"
    return f"taken away: {by}" if by else ""


def _method(url: str) -> str:
    return path_of(url).rstrip("/").rpartition("/")[2]


def _number(url: str, name: str) -> int | None:
    given = asked(url, name)
    return int(given) if given.removeprefix("-").isdecimal() and len(given) < 16 else None


def _base(source: Source) -> str:
    return source.start[0] if source.start else BASE


INTERFACE = Interface("vk", start, read, trouble, question)
