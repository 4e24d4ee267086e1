"""Misago: lists of threads, threads page by page, searches, accounts.

After Misago 0.39.6 itself: misago/threads/serializers (thread, post, feed), misago/threads/
viewmodels (threads, posts), misago/users/serializers/user, misago/search/api, and proved against
it. Each page of a thread begins with the last post of the page before; a post counts once a page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from collectors.interfaces import boards
from collectors.interfaces.answers import Item, parsed
from collectors.interfaces.boards import Board, identity
from collectors.interfaces.found import filled, told
from collectors.interfaces.interface import Interface, Term, no_trouble
from collectors.interfaces.places import address, asked, changed, path_of, step
from collectors.interfaces.quoted import own_words
from collectors.records import PageReading, PageRecord
from config.sources import Source
from model.canonical import Json
from model.errors import Skip


def start(source: Source, terms: Sequence[Term]) -> Iterator[str]:
    """The newest threads, categories, accounts and searches that ``source.ask`` names.

    Categories and accounts are named by their numbers; an account named otherwise is looked for.
    """
    base, ask = source.start[0], source.ask
    if ask.listings:
        yield address(base, "api/threads/")
    for group in ask.groups:
        yield address(base, "api/threads/", category=group)
    for name in ask.accounts:
        if name.isdecimal():
            yield _profile(base, name)
            yield address(base, f"api/users/{name}/posts/")
        else:
            yield address(base, "api/search/users/", q=name)
    for term in terms:
        yield address(base, "api/search/threads/", q=term.text)


def question(url: str) -> str:
    return asked(url, "q") if path_of(url).endswith("/api/search/threads/") else ""


def read(payload: bytes, source: Source, url: str, *, since: str = "") -> PageReading:
    """One answer; Skip for what is none that Misago gives."""
    given = parsed(payload)
    answer = Item({"providers": given} if isinstance(given, list) else given or {})
    if not isinstance(answer.value, dict):
        raise Skip("no answer of Misago that is known", reason="interface-error")
    board = Board(source, url, answer)
    if answer.at("providers") is not None:
        return _search(board)
    if answer.at("post_set") is not None:
        return _thread_page(board)
    if answer.at("results") is not None:
        return _feed(board, answer) if "/api/users/" in url else _threads(board, since)
    if answer.at("username") is not None:
        return _user(board)
    if answer.at("groups") is not None:
        return _details(board)
    raise Skip("no answer of Misago that is known", reason="interface-error")


def _threads(board: Board, since: str) -> PageReading:
    """A list of threads; those pinned stand above the rest of the first page."""
    moments = []
    for item in board.answer.items("results"):
        board.found.add(record := _thread(board, item, board.place("thread")))
        moved = item.moment("last_post_on")
        if not item.number("weight"):
            moments.append(moved)
        wanted = not (moved and since and moved < since)
        if record is not None and board.source.ask.threads and wanted:
            board.found.lead(_posts(board.base, record.native_id))
    onward, here = board.answer.number("next"), asked(board.url, "start")
    falls = onward is not None and (not here.isdecimal() or onward < int(here[:18]))
    if onward and falls and board.found.records and not boards.is_old(moments, since):
        board.found.lead(changed(board.url, start=onward))
    return board.reading()


def _thread(board: Board, item: Item, locator: str) -> PageRecord | None:
    """A thread; its category is named on its own page, and a number in a list."""
    item = item.here(locator)
    number = identity(item, "id")
    if not number:
        boards.nameless(item, "thread")
        return None
    category = item.at("category")
    named = item.item("category") if isinstance(category, dict) else Item()
    fields = {
        "title": item.line("title"),
        "url": board.at(item.line("url", "index")),
        "seller": item.line("starter_name"),
        "seller_id": identity(item.item("starter"), "id"),
        "seller_url": board.at(item.line("url", "starter")),
        "category": named.line("name"),
        "posted_at": item.moment("started_on"),
    }
    extra: dict[str, Json] = {
        "address": _posts(board.base, number),
        "group": identity(named, "id") or ("" if named else identity(item, "category")),
        "closed": item.flag("is_closed"),
    }
    return PageRecord("thread", number, locator, filled(fields), extra=told(extra))


def _thread_page(board: Board) -> PageReading:
    """A page of a thread: its posts, and on the first the thread and its category."""
    answer = board.answer
    first = asked(board.url, "page") in ("", "0", "1")
    thread = _thread(board, answer, "")
    if first:
        board.found.add(thread)
        board.found.beside(_category(board))
    for place, item in enumerate(answer.items("post_set", "results")):
        opening = first and place == 0 and thread is not None
        title = answer.line("title") if opening else ""
        board.found.add(_post(board, item, board.place("post"), identity(answer, "id"), title))
    onward, here = answer.number("post_set", "next"), answer.number("post_set", "page") or 1
    if onward is not None and onward > here and board.found.records:
        board.found.lead(changed(board.url, page=onward))
    return board.reading("thread" if first else "results")


def _category(board: Board) -> PageRecord | None:
    """The category of a thread as a group."""
    item = board.answer.item("category")
    if not (number := identity(item, "id")):
        return None
    fields = {
        "title": item.line("name"),
        "text": item.item("description").text("plain"),
        "url": board.at(item.line("url", "index")),
    }
    extra: dict[str, Json] = {"group": identity(item, "parent")}
    return PageRecord("group", number, "", filled(fields), extra=told(extra))


def _post(
    board: Board, item: Item, locator: str, thread: str, title: str = ""
) -> PageRecord | None:
    """A post, without words where a moderator hid it; none for a line of the system.

    The interface has no address for one post. Who liked one is asked for below it: not found
    where the post is gone, and forbidden or a list where it is there.
    """
    item = item.here(locator)
    number, poster = identity(item, "id"), item.item("poster")
    if not number:
        boards.nameless(item, "post")
        return None
    if item.flag("is_event"):
        return None
    hidden = item.flag("is_hidden") and item.at("content") is None
    account = identity(poster, "id")
    if account and board.source.ask.profiles:
        board.found.lead(_profile(board.base, account))
    fields = {
        "title": title,
        "url": board.at(item.line("url", "index")),
        "seller": poster.line("username") or item.line("poster_name"),
        "seller_id": account,
        "seller_url": board.at(poster.line("url")),
        "posted_at": item.moment("posted_on"),
    }
    likes_at = f"{_posts(board.base, thread)}{step(number)}/likes/" if thread else ""
    extra: dict[str, Json] = {
        "address": likes_at,
        "thread": thread,
        "edited_at": item.moment("updated_on") if item.number("edits") else "",
        "edits": item.number("edits") or None,
        "reactions": {"like": likes} if (likes := item.number("likes")) else {},
    }
    signature = poster.text("signature")
    content = item.text("content")
    return boards.post(
        board, item, number, content,
        fields=fields, extra=extra, signature=signature, deleted="hidden" if hidden else "",
    )  # fmt: skip


def _search(board: Board) -> PageReading:
    """What a search found: posts, or accounts that are then asked for."""
    for provider in board.answer.items("providers"):
        results = provider.item("results")
        if provider.line("id") == "threads":
            _feed(board, results)
        if provider.line("id") == "users":
            for item in results.items("results"):
                if number := identity(item, "id"):
                    board.found.lead(_profile(board.base, number))
    return board.reading()


def _feed(board: Board, results: Item) -> PageReading:
    """Posts out of many threads; each leads to the thread that it stands in."""
    for item in results.items("results"):
        thread = _number_in(item.line("thread", "url"))
        board.found.add(_post(board, item, board.place("post"), thread))
        if thread and board.source.ask.threads:
            board.found.lead(_posts(board.base, thread))
    onward, here = results.number("next"), results.number("page") or 1
    if onward is not None and onward > here and board.found.records:
        board.found.lead(changed(board.url, page=onward))
    return board.reading()


def _number_in(path: str) -> str:
    """The number of a thread in an address such as ``/t/for-sale/17/``."""
    steps = [one for one in path_of(path).split("/") if one]
    return steps[2] if len(steps) > 2 and steps[2].isdecimal() else ""


def _user(board: Board) -> PageReading:
    """An account's own page; what it says of itself stands at another address."""
    item = board.answer
    number = identity(item, "id")
    if not number:
        boards.nameless(item, "account")
        return board.reading()
    fields = {
        "seller": item.line("username"),
        "seller_id": number,
        "url": board.at(item.line("url")),
        "seller_url": board.at(item.line("url")),
    }
    extra: dict[str, Json] = {
        "address": _profile(board.base, number),
        "name": item.line("real_name"),
        "created_at": item.moment("joined_on"),
        "title": item.line("title"),
        "role": item.line("rank", "name"),
        "followers": item.number("followers"),
        "signature": own_words(item.text("signature"), board.url).text,
    }
    board.found.add(boards.account(board, item, fields=fields, about="", links=(), extra=extra))
    board.found.lead(f"{_profile(board.base, number)}details/")
    return board.reading("profile")


def _details(board: Board) -> PageReading:
    """The profile fields that a forum has, as an account filled them in."""
    number, about, links, rest = identity(board.answer, "id"), "", [], {}
    for group in board.answer.items("groups"):
        for item in group.items("fields"):
            name, said = item.line("fieldname"), item.text("html") or item.text("text")
            links.append(item.link("url"))
            if name == "bio":
                about = said
            elif name and said:
                rest[name] = said[:1_000]
    if not (number and (about or rest)):
        return board.reading()
    extra: dict[str, Json] = {"address": board.url, **rest}
    item, fields = board.answer.here("details"), {"seller_id": number}
    board.found.add(
        boards.account(board, item, fields=fields, about=about, links=links, extra=extra)
    )
    return board.reading("profile")


def _posts(base: str, number: str) -> str:
    return address(base, f"api/threads/{step(number)}/posts/")


def _profile(base: str, number: str) -> str:
    return address(base, f"api/users/{step(number)}/")


INTERFACE = Interface("misago", start, read, no_trouble, question)
