"""NodeBB: lists of topics, topics page by page, searches, accounts, categories.

After the maker's OpenAPI description, in NodeBB's repository under public/openapi/read (recent,
category/category_id, topic/topic_id, user/userslug, search, post/pid, categories/cid/moderators),
read 2026-11-22. A page for people is had as JSON by ``/api`` before its path. An address without
the topic's name, or of one post, is answered, with status 200, by the address that it leads to
(helpers.redirect in src/controllers/helpers.js).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import unescape

from collectors.interfaces import boards
from collectors.interfaces.answers import Item, parsed, told_object
from collectors.interfaces.boards import Board, identity
from collectors.interfaces.found import filled, told
from collectors.interfaces.interface import Interface, Term, Told
from collectors.interfaces.places import address, asked, changed, path_of, step
from collectors.interfaces.quoted import own_words
from collectors.records import PageReading, PageRecord
from collectors.web.failures import failure
from config.sources import Source
from model.canonical import Json
from model.errors import CollectionError, Skip

_PATH = re.compile(r"/(?:topic|category|user|tags|post|uid)/[^?#\s]{1,500}(?:\?[^#\s]{0,200})?")
_DELETED = frozenset({"[[topic:post_is_deleted]]", "[[topic:post-is-deleted]]"})


def start(source: Source, terms: Sequence[Term]) -> Iterator[str]:
    """The newest topics, categories, tags, accounts and searches that ``source.ask`` names.

    A category is named as in its address, ``5`` or ``5/animals``; an account likewise.
    """
    base, ask = source.start[0], source.ask
    if ask.listings:
        yield address(base, "api/recent")
    for group in ask.groups:
        named = "/".join(map(step, group.strip("/").split("/")))
        yield address(base, f"api/category/{named}")
        if ask.members:
            yield address(base, f"api/categories/{step(group.strip('/').split('/')[0])}/moderators")
    for tag in ask.tags:
        yield address(base, f"api/tags/{step(tag)}")
    for name in ask.accounts:
        yield _profile(base, name)
        yield address(base, f"api/user/{step(name)}/posts")
    for term in terms:
        yield _at_search(base, term.text)


def _at_search(base: str, words: str) -> str:
    return f"{address(base, 'api/search', term=words)}&in=titlesposts"


def question(url: str) -> str:
    return asked(url, "term") if path_of(url).endswith("/api/search") else ""


def trouble(answer: Told) -> CollectionError | None:
    """What NodeBB says of itself: that it wants a login (401, or 403 for guests)."""
    item = told_object(answer.payload) if answer.status == 403 else Item()
    if answer.status == 401 or (answer.status == 403 and item.at("loggedIn") is False):
        return failure("login", answer.url, "not for guests")
    if answer.status == 403:
        return failure("forbidden", answer.url, item.line("error")[:200])
    return None


def read(payload: bytes, source: Source, url: str, *, since: str = "") -> PageReading:
    """One answer; Skip for what is none that NodeBB gives."""
    given = parsed(payload)
    board = Board(source, url, Item(given if isinstance(given, dict) else {}))
    answer = board.answer
    if isinstance(given, str):
        return _elsewhere(board, given)
    if answer.at("userslug") is not None and not path_of(url).endswith(("/posts", "/topics")):
        return _user(board)
    if isinstance(answer.at("topics"), list):
        return _topics(board, since)
    if isinstance(answer.at("posts"), list):
        return _topic(board) if identity(answer, "tid") else _found_posts(board)
    if isinstance(answer.at("moderators"), list):
        return _moderators(board)
    raise Skip("no answer of NodeBB that is known", reason="interface-error")


def _elsewhere(board: Board, path: str) -> PageReading:
    """The answer is the address that has the name in it."""
    if _PATH.fullmatch(path):
        board.found.lead(address(board.base, f"api{path}"))
    else:
        board.answer.note("warning", f"leads to {path[:60]!r}, which is not gone to")
    return board.reading()


def _topics(board: Board, since: str) -> PageReading:
    """A list of topics: the newest, a category's, a tag's."""
    answer, moments = board.answer, []
    if (number := identity(answer, "cid")) and answer.line("name"):
        board.found.beside(_category(board, number))
    for item in answer.items("topics"):
        board.found.add(record := _thread(board, item, board.place("thread")))
        moved = item.moment("lastposttimeISO")
        if not item.flag("pinned"):
            moments.append(moved)
        wanted = not (moved and since and moved < since)
        if record is not None and board.source.ask.threads and wanted:
            board.found.lead(str(record.extra["address"]))
    if not boards.is_old(moments, since):
        _next_page(board)
    return board.reading()


def _next_page(board: Board) -> None:
    """The page after this one, where something came and the answer says that there is one."""
    page, here = board.answer.number("pagination", "next", "page"), asked(board.url, "page")
    onward = board.answer.flag("pagination", "next", "active") and board.found.records
    if onward and page is not None and page > (int(here[:9]) if here.isdecimal() else 1):
        board.found.lead(changed(board.url, page=page))


def _category(board: Board, number: str) -> PageRecord:
    """A category as a group."""
    item = board.answer
    slug = item.line("slug") or number
    fields = {
        "title": unescape(item.line("name")),
        "text": unescape(item.text("description")),
        "url": address(board.base, f"category/{_path(slug)}"),
    }
    extra: dict[str, Json] = {
        "address": address(board.base, f"api/category/{_path(slug)}"),
        "group": identity(item, "parentCid"),
    }
    return PageRecord("group", number, "", filled(fields), extra=told(extra))


def _thread(board: Board, item: Item, locator: str) -> PageRecord | None:
    """A topic as a thread; titles are given as HTML writes them."""
    item = item.here(locator)
    number, user = identity(item, "tid"), item.item("user") or item.item("author")
    if not number:
        boards.nameless(item, "topic")
        return None
    if item.flag("deleted"):
        item.note("note", f"topic {number} is deleted")
        return None
    path = _path(item.line("slug") or number)
    fields = {
        "title": item.line("titleRaw") or unescape(item.line("title")),
        "url": address(board.base, f"topic/{path}"),
        "seller": user.line("username"),
        "seller_id": identity(item, "uid"),
        "category": unescape(item.line("category", "name")),
        "posted_at": item.moment("timestampISO"),
    }
    extra: dict[str, Json] = {
        "address": address(board.base, f"api/topic/{path}"),
        "group": identity(item, "cid"),
        "views": item.number("viewcount"),
        "tags": [unescape(one.line("value")) for one in item.items("tags")],
        "closed": item.flag("locked"),
    }
    return PageRecord("thread", number, locator, filled(fields), extra=told(extra))


def _topic(board: Board) -> PageReading:
    """A page of a topic; its first post has the subject, which is the opener's."""
    answer = board.answer
    thread = _thread(board, answer, "")
    if thread is None:
        return board.reading(removed="deleted")
    first = asked(board.url, "page") in ("", "1")
    if first:
        board.found.add(_without_author(thread, answer))
    opening = identity(answer, "mainPid")
    for item in answer.items("posts"):
        title = thread.fields.get("title", "") if identity(item, "pid") == opening else ""
        board.found.add(_post(board, item, board.place("post"), title=title))
    _next_page(board)
    return board.reading("thread" if first else "results")


def _without_author(thread: PageRecord, answer: Item) -> PageRecord:
    """The thread with its opener's name where the first post on the page tells it."""
    for item in answer.items("posts"):
        if identity(item, "pid") == identity(answer, "mainPid") and not _is_deleted(item):
            name = {"seller": item.line("user", "username")}
            return PageRecord(
                thread.kind,
                thread.native_id,
                thread.locator,
                filled({**thread.fields, **name}),
                extra=thread.extra,
            )
    return thread


def _is_deleted(item: Item) -> bool:
    return item.flag("deleted") or item.line("content") in _DELETED


def _post(board: Board, item: Item, locator: str, *, title: str = "") -> PageRecord | None:
    """A post, without words where only a notice is left of it."""
    item = item.here(locator)
    number, user = identity(item, "pid"), item.item("user")
    if not number:
        boards.nameless(item, "post")
        return None
    slug = user.line("userslug") if identity(item, "uid") else ""
    if slug and board.source.ask.profiles:
        board.found.lead(_profile(board.base, slug))
    fields = {
        "title": title,
        "url": address(board.base, f"post/{step(number)}"),
        "seller": user.line("username"),
        "seller_id": identity(item, "uid"),
        "seller_url": address(board.base, f"user/{step(slug)}") if slug else "",
        "posted_at": item.moment("timestampISO") or _milliseconds(item, "timestamp"),
    }
    name = user.line("displayname") or user.line("fullname")
    extra: dict[str, Json] = {
        "address": address(board.base, f"api/post/{step(number)}"),
        "thread": identity(item, "tid"),
        "group": identity(item, "category", "cid") or identity(board.answer, "cid"),
        "reply_to": identity(item, "toPid"),
        "edited_at": item.moment("editedISO") if item.number("edited") else "",
        "reactions": _votes(item),
        "name": "" if name == user.line("username") else name,
    }
    signature = user.text("signature")
    content = item.text("content")
    return boards.post(
        board, item, number, content,
        fields=fields, extra=extra, signature=signature,
        deleted="deleted" if _is_deleted(item) else "",
    )  # fmt: skip


def _votes(item: Item) -> dict[str, Json]:
    given = {"upvotes": item.number("upvotes"), "downvotes": item.number("downvotes")}
    return {name: count for name, count in given.items() if count}


def _milliseconds(item: Item, name: str) -> str:
    """A time in milliseconds since 1970 as ISO 8601."""
    given = item.number(name)
    return Item({name: given // 1000}).moment(name) if given else ""


def _found_posts(board: Board) -> PageReading:
    """Posts that a search found, or of an account: whole, each with the topic it stands in."""
    for item in board.answer.items("posts"):
        board.found.add(_post(board, item, board.place("post")))
        slug = item.line("topic", "slug") or identity(item, "tid")
        if slug and board.source.ask.threads:
            board.found.lead(address(board.base, f"api/topic/{_path(slug)}"))
    _next_page(board)
    return board.reading()


def _moderators(board: Board) -> PageReading:
    """Those who look after a category, of which the address tells the number."""
    number = re.search(r"/categories/(\d{1,18})/", board.url)
    if number is None:
        return board.reading()
    members = [
        {"handle": one.line("username"), "id": identity(one, "uid"), "role": "moderator"}
        for one in board.answer.items("moderators")
    ]
    extra: dict[str, Json] = {"address": board.url, "members": members}
    board.found.add(PageRecord("group", number.group(1), "", {}, extra=extra))
    return board.reading("group")


def _user(board: Board) -> PageReading:
    """An account's own page; what it says of itself is given as HTML writes it."""
    item = board.answer
    number, slug = identity(item, "uid"), item.line("userslug")
    if not number:
        boards.nameless(item, "account")
        return board.reading()
    fields = {
        "seller": item.line("username"),
        "seller_id": number,
        "url": address(board.base, f"user/{step(slug)}"),
        "seller_url": address(board.base, f"user/{step(slug)}"),
    }
    extra: dict[str, Json] = {
        "address": _profile(board.base, slug),
        "name": unescape(item.line("fullname")),
        "location": unescape(item.line("location")),
        "created_at": item.moment("joindateISO"),
        "followers": item.number("followerCount"),
        "signature": own_words(item.text("signature"), board.url).text,
        "banned": item.flag("banned"),
    }
    about = item.text("aboutmeParsed") or item.text("aboutme")
    links = (unescape(item.line("website")),)
    board.found.add(
        boards.account(board, item, fields=fields, about=about, links=links, extra=extra)
    )
    return board.reading("profile")


def _path(slug: str) -> str:
    """A name such as ``5/for-sale``, each step escaped."""
    return "/".join(map(step, slug.split("/")))


def _profile(base: str, slug: str) -> str:
    return address(base, f"api/user/{step(slug)}")


INTERFACE = Interface("nodebb", start, read, trouble, question)
