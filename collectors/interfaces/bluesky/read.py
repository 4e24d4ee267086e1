"""One answer of Bluesky's interface as records and the addresses it leads to.

The method that was asked tells what an answer is, and where no address is known (a saved file) what
stands in it. Nothing is read by recursion: a thread may be nested as deep as it likes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from collectors.interfaces import places
from collectors.interfaces.answers import Item, read_object
from collectors.interfaces.bluesky import ask, groups, names
from collectors.interfaces.bluesky.accounts import Who, profile
from collectors.interfaces.bluesky.posts import Post, of_view, repost
from collectors.interfaces.found import Found, told
from collectors.records import PageReading
from config.sources import Source
from model.canonical import Json

ADAPTER = "bluesky"
GONE = "the interface has no such post"


@dataclass(slots=True)
class Page:
    """One answer being read: what is found, and when the newest of it was first seen."""

    source: Source
    url: str
    base: str
    item: Item
    found: Found = field(default_factory=Found)
    newest: str = ""
    number: int = 0
    extra: dict[str, Json] = field(default_factory=dict)

    def post(self, view: Item, *, row: bool = True) -> Post | None:
        """Take in a post, and go on to its thread and its author as the source asks."""
        self.number += 1
        where = f"post {self.number}" if row else ""
        found = of_view(view.here(where), self.base, where)
        if found is None:
            return None
        self.found.add(found.record)
        self.newest = max(self.newest, found.indexed_at or found.record.fields.get("posted_at", ""))
        self.lead_to_author(found.author, view.item("author"))
        return found

    def lead_to_thread(self, post: Post) -> None:
        """The whole conversation, from its beginning: one address, whichever post led there."""
        if self.source.ask.threads and (post.replies or post.root):
            self.found.lead(ask.thread(self.base, post.root or post.uri))

    def lead_to_author(self, author: Who, shown: Item) -> None:
        """The profile, asked for; where profiles are not, what the page says of the author."""
        if not author.did:
            return
        if not self.source.ask.profiles:
            self.found.beside(profile(shown.here(f"account {author.did}"), self.base, "aside"))
        elif places.asked(self.url, "actor") not in (author.did, author.handle):
            self.found.lead(ask.profile(self.base, author.did))

    def lead_on(self, since: str, *, came: bool) -> None:
        """The next page, unless nothing came, or all of this one is older than what is wanted.

        Pages are sorted by a time that authors can set back, so a page counts as old only where
        the network itself saw all of it before ``since``.
        """
        cursor = self.item.line("cursor")
        if not came or not cursor or cursor == places.asked(self.url, "cursor"):
            return
        if not self.newest or self.newest >= since:
            self.found.lead(places.changed(self.url, cursor=cursor) if self.url else "")


def read(payload: bytes, source: Source, url: str, *, since: str = "") -> PageReading:
    """The answer as a page. Skip for what is no answer of the interface at all."""
    item = read_object(payload)
    page = Page(source, url, ask.base_of(source, url), item)
    method = ask.method_of(url) or _method_by(item)
    if method == ask.POSTS:
        return _single(page)
    if method == ask.PROFILE:
        return _profile(page)
    if method == ask.THREAD:
        _thread(page)
    elif method in (ask.AUTHOR, ask.FEED, ask.LIST_FEED):
        _feed(page, since)
    elif method == ask.SEARCH:
        _rows(page, since)
    elif method in (ask.ACTORS, ask.PROFILES):
        _accounts(page)
    elif method in (ask.LIST_VIEW, ask.FEED_VIEW):
        return _group(page)
    elif item.at("error") is None:
        item.note("warning", "an answer of a kind that is not read", "method")
    return _reading(page)


def _reading(page: Page, *, kind: str = "results", removed: str = "") -> PageReading:
    found = page.found.reading(ADAPTER, page.url, page.item.notes, kind=kind, removed=removed)
    return replace(found, extra=page.extra)


def _method_by(item: Item) -> str:
    """What an answer of unknown address answers, by what only that method's answers have."""
    for key, method in (
        ("thread", ask.THREAD),
        ("feed", ask.AUTHOR),
        ("actors", ask.ACTORS),
        ("profiles", ask.PROFILES),
        ("list", ask.LIST_VIEW),
        ("view", ask.FEED_VIEW),
        ("did", ask.PROFILE),
        ("posts", ask.SEARCH),
    ):
        if item.at(key) is not None:
            return method
    return ""


def _single(page: Page) -> PageReading:
    """One post asked for alone. The interface leaves out what is gone, and says no more."""
    views = tuple(page.item.items("posts"))
    for view in views:
        if found := page.post(view, row=len(views) > 1):
            page.lead_to_thread(found)
    gone = isinstance(page.item.at("posts"), list) and not page.item.at("posts")
    record = next(iter(page.found.records.values()), None)
    return _reading(page, kind=record.kind if record else "empty", removed=GONE if gone else "")


def _profile(page: Page) -> PageReading:
    page.found.add(profile(page.item, page.base))
    return _reading(page, kind="profile")


def _rows(page: Page, since: str) -> None:
    views = tuple(page.item.items("posts"))
    for view in views:
        if found := page.post(view):
            page.lead_to_thread(found)
    if (hits := page.item.number("hitsTotal")) is not None:
        page.extra["hits"] = hits
    page.lead_on(since, came=bool(views))


def _feed(page: Page, since: str) -> None:
    """Posts and reposts in an account's, a list's or a feed's order."""
    entries = tuple(page.item.items("feed"))
    for entry in entries:
        found = page.post(entry.item("post"))
        if found is None:
            continue
        page.lead_to_thread(found)
        reason = entry.item("reason")
        if reason.line("$type").endswith("#reasonRepost"):
            page.number += 1
            where = f"post {page.number}"
            page.found.add(repost(entry.here(where), found, page.base, where))
            page.newest = max(page.newest, reason.moment("indexedAt"))
            by = reason.item("by")
            page.lead_to_author(Who(names.did(by.line("did")), names.handle(by.line("handle"))), by)
    page.lead_on(since, came=bool(entries))


def _accounts(page: Page) -> None:
    """Accounts found by a word, with their descriptions: enough not to ask for each."""
    key = "actors" if page.item.at("actors") is not None else "profiles"
    rows = tuple(page.item.items(key))
    for number, row in enumerate(rows, 1):
        where = f"profile {number}"
        page.found.add(profile(row.here(where), page.base, where))
    page.lead_on("", came=bool(rows))


def _thread(page: Page) -> None:
    """Every post of a conversation; where the interface stopped, the way on leads from there."""
    missing: dict[str, list[Json]] = {"not_found": [], "blocked": []}
    for node in _nodes(page.item.item("thread")):
        if uri := next((node.line("uri") for state in _STATES if node.flag(state)), ""):
            missing["blocked" if node.flag("blocked") else "not_found"].append(uri)
            continue
        found = page.post(node.item("post"))
        cut_off = found is not None and found.replies and node.at("replies") is None
        if found is not None and cut_off and found.uri != places.asked(page.url, "uri"):
            page.found.lead(ask.thread(page.base, found.uri))
    page.extra |= told(missing)


_STATES = ("notFound", "blocked")


def _nodes(top: Item) -> Iterator[Item]:
    """The nodes of a thread, each before those that answer it."""
    waiting = [top]
    while waiting:
        node = waiting.pop()
        if not node:
            continue
        yield node
        waiting.extend(reversed(tuple(node.items("replies"))))
        waiting.append(node.item("parent"))


def _group(page: Page) -> PageReading:
    """A list or feed, and of a list those who are in it, where the source asks for members."""
    record = groups.group(page.item, page.base, members=page.source.ask.members)
    page.found.add(record)
    if page.source.ask.members:
        rows = tuple(page.item.items("items"))
        for number, row in enumerate(rows, 1):
            where = f"member {number}"
            page.found.beside(profile(row.item("subject").here(where), page.base, where))
        page.lead_on("", came=bool(rows))
    return _reading(page, kind="group")
