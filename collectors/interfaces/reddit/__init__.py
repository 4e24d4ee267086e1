"""Reddit by its own interface, oauth.reddit.com: search, subreddits, accounts, comments.

Field and endpoint names are those of reddit.com/dev/api (``GET [/r/subreddit]/search``,
``/r/subreddit/new``, ``/user/username/submitted``, ``[/r/subreddit]/comments/article``,
``/api/morechildren``, ``/api/info``, ``/user/username/about``, ``/r/subreddit/about`` and
``/r/subreddit/about/moderators``), and of the exchanges recorded by praw 8.0.3. PRAW itself is not
used: it parses what it asks for, while here every answer is sealed byte for byte before anybody
parses it, and all sources share one pace, one budget and one way to fail. Only GET is ever sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from collectors.interfaces.answers import Item, Notes, parsed
from collectors.interfaces.found import Found
from collectors.interfaces.interface import Interface, Term
from collectors.interfaces.places import address, asked, changed, path_of, step
from collectors.interfaces.reddit.things import Things
from collectors.interfaces.reddit.trouble import trouble
from collectors.records import PageReading, PageRecord
from config.sources import Source
from model.errors import Skip

BASE = "https://oauth.reddit.com"
PAGE = 100
MORE_AT_ONCE = 100
MOST_MORE = 20
"""Comments that a page only names are asked for in so many pieces at most, 100 a piece."""

_SUBREDDIT = re.compile(r"/r/([A-Za-z0-9_]{2,24})(?:/|\Z)")
_NO_SUCH = "reddit has nothing under this id"


def start(source: Source, terms: Sequence[Term]) -> Iterator[str]:
    """Searches (everywhere, and in each group named), then groups, accounts and what is new."""
    base, ask = _base(source), source.ask
    for term in terms:
        yield _search(base, "", term.text)
        for group in ask.groups:
            yield _search(base, f"/r/{step(_bare(group))}", term.text)
    for group in ask.groups:
        place = f"/r/{step(_bare(group))}"
        yield address(base, f"{place}/new", limit=PAGE, raw_json=1)
        yield from _about_group(source, base, _bare(group))
    for account in ask.accounts:
        place = f"/user/{step(_bare(account))}"
        yield address(base, f"{place}/submitted", sort="new", limit=PAGE, raw_json=1)
        yield address(base, f"{place}/comments", sort="new", limit=PAGE, raw_json=1)
        yield Things(base).account(_bare(account))
    if ask.listings:
        yield address(base, "/r/all/new", limit=PAGE, raw_json=1)


def read(payload: bytes, source: Source, url: str, *, since: str = "") -> PageReading:
    """One answer: a listing, a submission with its comments, an account, or a subreddit.

    Of a text that was taken away nothing is repeated; who took it away stands in
    ``extra["deleted"]``. A page about one thing that is gone says so in ``removed``.
    """
    answer, notes = parsed(payload), Notes()
    page = _Page(source, url, since, notes)
    if isinstance(answer, list):
        return page.thread([Item(one, "", notes) for one in answer if isinstance(one, dict)])
    if not isinstance(answer, dict):
        raise Skip("no answer of Reddit: neither an object nor a list", reason="not-a-page")
    whole = Item(answer, "", notes)
    match whole.at("kind"):
        case "Listing":
            return page.listing(whole.item("data"))
        case "UserList":
            return page.members(whole.item("data"))
        case "t2" | "t5" as kind:
            return page.single(kind, whole.item("data"))
    if whole.item("json"):
        return page.more(whole.item("json", "data"))
    raise Skip("no answer of Reddit that is known", reason="interface-error")


def question(url: str) -> str:
    """What is searched for at this address; empty for no search."""
    return asked(url, "q") if path_of(url).rstrip("/").endswith("/search") else ""


class _Page:
    """One answer being read."""

    def __init__(self, source: Source, url: str, since: str, notes: Notes) -> None:
        self._source, self._url, self._since, self._notes = source, url, since, notes
        self._base = _base(source)
        self._things = Things(self._base)
        self._found = Found()

    def listing(self, data: Item) -> PageReading:
        """Rows; the single thing that was asked for by its id is what the page is about."""
        children = [*data.items("children")]
        if path_of(self._url).rstrip("/").endswith("/api/info"):
            return self._info(children)
        for number, child in enumerate(children, 1):
            self._row(child, number)
        after = data.line("after")
        ended = self._found.is_older(self._since) or after == asked(self._url, "after")
        if after and children and not ended:
            self._found.lead(changed(self._url, after=after))
        return self._found.reading("reddit", self._url, self._notes)

    def single(self, kind: str, data: Item) -> PageReading:
        """An account or a subreddit on a page of its own."""
        if data.flag("is_suspended"):
            removed = f"reddit has suspended the account {data.line('name')}"
            return self._found.reading("reddit", self._url, self._notes, removed=removed)
        record = self._things.record(kind, data)
        self._found.add(record)
        return self._found.reading("reddit", self._url, self._notes, kind=_kind(record))

    def members(self, data: Item) -> PageReading:
        named = _SUBREDDIT.search(path_of(self._url))
        self._found.add(self._things.members(data, named.group(1) if named else ""))
        return self._found.reading("reddit", self._url, self._notes, kind="group")

    def thread(self, parts: Sequence[Item]) -> PageReading:
        """A submission, which the page is about, and its comments as rows."""
        removed, kind, about = "", "results", ""
        for child in parts[0].item("data").items("children") if parts else ():
            record = self._things.record(child.line("kind"), child.item("data"))
            if record is not None:
                self._found.add(record)
                self._people(record)
                kind, about = record.kind, record.native_id
                removed = _removed(record)
        for part in parts[1:]:
            self._comments(part.item("data").items("children"), about)
        return self._found.reading("reddit", self._url, self._notes, kind=kind, removed=removed)

    def more(self, data: Item) -> PageReading:
        """Comments that a page before had only named."""
        self._comments(data.items("things"), asked(self._url, "link_id"))
        return self._found.reading("reddit", self._url, self._notes)

    def _info(self, children: Sequence[Item]) -> PageReading:
        record = None
        for child in children:
            record = self._things.record(child.line("kind"), child.item("data"))
            self._found.add(record)
            if record is not None:
                self._people(record)
        removed = _removed(record) if children else _NO_SUCH
        return self._found.reading(
            "reddit", self._url, self._notes, kind=_kind(record), removed=removed
        )

    def _row(self, child: Item, number: int) -> None:
        kind, data = child.line("kind"), child.item("data")
        if kind == "more":
            return
        record = self._things.record(kind, data.here(f"row {number}"))
        self._found.add(record)
        if record is None:
            return
        self._people(record)
        if self._source.ask.threads and record.kind == "post" and data.number("num_comments"):
            self._found.lead(self._things.thread(record.native_id))

    def _comments(self, children: Iterator[Item], thread: str) -> None:
        """Comments with all that answers them, without recursion, in the order of the page."""
        waiting = [*children][::-1]
        number = 0
        while waiting:
            child = waiting.pop()
            kind, data = child.line("kind"), child.item("data")
            if kind == "more":
                self._rest(data, thread)
                continue
            number += 1
            record = self._things.record(kind, data.here(f"comment {number}"))
            if record is not None:
                self._found.add(record)
                self._people(record)
            if isinstance(data.at("replies"), dict):  # an empty text where there are none
                waiting += [*data.item("replies").item("data").items("children")][::-1]

    def _rest(self, data: Item, thread: str) -> None:
        """Comments that are only named: asked for by their ids, or below the one they answer."""
        if not self._source.ask.threads or not thread.startswith("t3_"):
            return
        ids = [one for one in data.texts("children") if one.isalnum()]
        parent = data.line("parent_id")
        if not ids and parent.startswith("t1_"):
            self._found.lead(self._things.thread(thread, parent))
        pieces = range(0, len(ids), MORE_AT_ONCE)
        if len(pieces) > MOST_MORE:
            said = f"{len(ids):,} comments are only named; asked for are the first ones"
            self._notes.add("warning", said, key="more")
        for begin in pieces[:MOST_MORE]:
            wanted = ",".join(ids[begin : begin + MORE_AT_ONCE])
            place = address(self._base, "/api/morechildren", api_type="json", link_id=thread)
            self._found.lead(changed(place, children=wanted, raw_json=1))

    def _people(self, record: PageRecord) -> None:
        """Who wrote, and where: their own pages are read too, where that is asked for."""
        if record.kind not in ("post", "comment"):
            return
        if self._source.ask.profiles and (name := record.fields.get("seller")):
            self._found.lead(self._things.account(name))
        group = str(record.extra.get("group", ""))
        if group and not group.startswith("u_") and record.kind == "post":
            self._found.lead(*_about_group(self._source, self._base, group))


def _about_group(source: Source, base: str, name: str) -> Iterator[str]:
    """Where a subreddit and its moderators are told, as far as that is asked for."""
    if source.ask.profiles:
        yield address(base, f"/r/{step(name)}/about", raw_json=1)
    if source.ask.members:
        yield address(base, f"/r/{step(name)}/about/moderators", raw_json=1)


def _search(base: str, place: str, words: str) -> str:
    query: dict[str, str | int] = {"q": words, "sort": "new", "type": "link", "limit": PAGE}
    if place:
        query["restrict_sr"] = 1
    return address(base, f"{place}/search", **query, raw_json=1)


def _base(source: Source) -> str:
    return source.start[0] if source.start else BASE


def _bare(name: str) -> str:
    """A name without what people write before it: ``r/``, ``/u/``, ``@``."""
    return re.sub(r"\A/?(?:[ru]|user)/|\A@", "", name.strip()).strip("/")


def _kind(record: PageRecord | None) -> str:
    return "empty" if record is None else record.kind


def _removed(record: PageRecord | None) -> str:
    """The notice in place of a record that was taken away; empty for one that is there."""
    by = "" if record is None else str(record.extra.get("deleted", ""))
    return f"taken away: {by}" if by else ""


INTERFACE = Interface("reddit", start, read, trouble, question)
