"""Discourse: lists of topics, topics with all their posts, searches, accounts, sections, staff.

After the maker's own API documentation (docs.discourse.org) and the schemas it is made from, in
Discourse's repository under spec/requests/api/schemas/json: topic_show_response,
category_topics_response, search_response, user_get_response, user_actions_response,
post_show_response; read 2026-11-22. A page for people is had as JSON by adding ``.json``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from collectors.interfaces import boards, discourse_people
from collectors.interfaces.answers import Item, read_object, told_object
from collectors.interfaces.boards import Board, identity
from collectors.interfaces.discourse_people import profile_address, role
from collectors.interfaces.found import filled, told
from collectors.interfaces.interface import Interface, Term, Told
from collectors.interfaces.places import address, asked, changed, path_of, step
from collectors.records import PageReading, PageRecord
from collectors.web.failures import failure
from config.sources import Source
from model.canonical import Json
from model.errors import CollectionError, Skip

CHUNK = 20
"""Posts of a topic that are told at once, TopicView.chunk_size."""
MAX_POSTS = 10_000
"""Posts of one topic that are asked for."""

_SMALL_ACTION = 3
_LIKE = 2
_TOPICS_AND_REPLIES = "4,5"
_ACTIONS = 30
_ONE_POST = re.compile(r"/posts/(\d{1,18})\.json$")
_SECTION = re.compile(r"(?:(.{1,200})/)?(\d{1,18})")
_ERRORS = {
    "not_logged_in": "login",
    "invalid_access": "forbidden",
    "group_not_allowed": "forbidden",
    "not_found": "gone",
    "rate_limit": "rate-limit",
    "read_only": "server-error",
}


def start(source: Source, terms: Sequence[Term]) -> Iterator[str]:
    """The newest topics, sections, tags, accounts and searches that ``source.ask`` names.

    A section is named by its number, with its short name before it as it stands in the site's
    addresses: ``animals/17``, ``animals/birds/31`` or ``31``.
    """
    base, ask = source.start[0], source.ask
    if ask.listings:
        yield address(base, "latest.json")
    for group in ask.groups:
        found = _SECTION.fullmatch(group.strip("/"))
        if found:
            yield address(base, f"c/{found.group(2)}/show.json")
        yield address(base, f"c/{'/'.join(map(step, group.strip('/').split('/')))}.json")
    for tag in ask.tags:
        yield address(base, f"tag/{step(tag)}.json")
    for name in ask.accounts:
        yield profile_address(base, name)
        yield address(base, "user_actions.json", username=name, filter=_TOPICS_AND_REPLIES)
    for term in terms:
        yield address(base, "search.json", q=term.text, page=1)
    if ask.members:
        yield address(base, "about.json")


def question(url: str) -> str:
    return asked(url, "q") if path_of(url).endswith("/search.json") else ""


def trouble(answer: Told) -> CollectionError | None:
    """Errors by their ``error_type``; a single post of which only a notice is left is gone."""
    if answer.status < 400 and not _ONE_POST.search(path_of(answer.url)):
        return None
    item = told_object(answer.payload)
    if answer.status < 400:
        left = _only_a_notice(item)
        return failure("gone", answer.url, left) if left else None
    reason = _ERRORS.get(item.line("error_type"), "")
    if not reason:
        return None
    said = "; ".join(item.texts("errors"))[:200]
    wait = item.number("extras", "wait_seconds")
    after = float(min(wait, 86_400)) if wait is not None and wait > 0 else None
    return failure(reason, answer.url, said, after=after)


def read(payload: bytes, source: Source, url: str, *, since: str = "") -> PageReading:
    """One answer; Skip for what is none that Discourse gives."""
    board = Board(source, url, read_object(payload))
    for key, reader in _READERS.items():
        if board.answer.at(key) is not None:
            return reader(board, since)
    raise Skip("no answer of Discourse that is known", reason="interface-error")


def _topics(board: Board, since: str) -> PageReading:
    """A list of topics: the newest, a section's, a tag's."""
    moments = []
    for item in board.answer.items("topic_list", "topics"):
        board.found.add(record := _thread(board, item, board.place("thread")))
        if record is None:
            continue
        moved = item.moment("bumped_at") or item.moment("last_posted_at")
        if not (item.flag("pinned") or item.flag("pinned_globally")):
            moments.append(moved)
        if board.source.ask.threads and not (moved and since and moved < since):
            board.found.lead(_topic(board.base, record.native_id))
    more = board.answer.line("topic_list", "more_topics_url")
    if more and board.found.records and not boards.is_old(moments, since):
        page = asked(more, "page")
        if page.isdecimal() and int(page[:9]) == int(asked(board.url, "page") or 0) + 1:
            board.found.lead(changed(board.url, page=page[:9]))
    return board.reading()


def _thread(board: Board, item: Item, locator: str) -> PageRecord | None:
    """A topic as a thread; who began it is told on its own page only."""
    item = item.here(locator)
    number = identity(item, "id")
    if not number:
        boards.nameless(item, "topic")
        return None
    begun_by = item.item("details", "created_by")
    fields = {
        "title": item.line("title"),
        "url": address(board.base, f"t/{step(item.line('slug') or '-')}/{number}"),
        "seller": begun_by.line("username"),
        "seller_id": identity(begun_by, "id"),
        "posted_at": item.moment("created_at"),
    }
    extra: dict[str, Json] = {
        "address": _topic(board.base, number),
        "group": identity(item, "category_id"),
        "views": item.number("views"),
        "tags": list(_tags(item)),
        "closed": item.flag("closed"),
    }
    return PageRecord("thread", number, locator, filled(fields), extra=told(extra))


def _tags(item: Item) -> tuple[str, ...]:
    """Names of tags, which newer versions give as objects."""
    given = item.at("tags")
    if isinstance(given, list) and any(isinstance(one, dict) for one in given):
        return tuple(filter(None, (one.line("name") for one in item.items("tags"))))
    return item.texts("tags")


def _stream(board: Board, _since: str) -> PageReading:
    """A topic with its first posts, or further posts of one."""
    answer, thread = board.answer, None
    if answer.line("title"):
        board.found.add(thread := _thread(board, answer, ""))
    posts = list(answer.items("post_stream", "posts"))
    numbers = {one.number("post_number"): identity(one, "id") for one in posts}
    for item in posts:
        board.found.add(_post(board, item, board.place("post"), thread, numbers))
    if thread is not None:
        board.found.lead(*_further(board, thread.native_id))
        return board.reading("thread")
    return board.reading()


def _further(board: Board, topic: str) -> Iterator[str]:
    """Where the posts stand that the first answer to a topic does not hold."""
    stream = board.answer.at("post_stream", "stream")
    if not isinstance(stream, list) or "page" in board.url.partition("?")[2]:
        return
    whole = [str(one) for one in stream if isinstance(one, int) and 0 < one < 2**53]
    if len(whole) > MAX_POSTS:
        said = f"{len(whole):,} posts; asked for are the first {MAX_POSTS:,}"
        board.answer.note("warning", said, "stream")
    here = {number for kind, number in board.found.records if kind == "post"}
    for part in boards.parts(whole[:MAX_POSTS], CHUNK):
        if not here.issuperset(part) and part[0] not in whole[:CHUNK]:
            wanted = "&".join(f"post_ids%5B%5D={one}" for one in part)
            yield f"{address(board.base, f't/{topic}/posts.json')}?{wanted}"


def _post(
    board: Board,
    item: Item,
    locator: str,
    thread: PageRecord | None,
    numbers: dict[int | None, str],
) -> PageRecord | None:
    """A post; none for a line of the system."""
    item = item.here(locator)
    number = identity(item, "id")
    if not number:
        boards.nameless(item, "post")
        return None
    if item.number("post_type") == _SMALL_ACTION:
        return None
    handle = item.line("username")
    if board.source.ask.profiles and handle:
        board.found.lead(profile_address(board.base, handle))
    opening = item.number("post_number") == 1
    title = thread.fields.get("title", "") if thread is not None and opening else ""
    fields = {
        "title": title,
        "url": _post_page(board, item),
        "seller": handle,
        "seller_id": identity(item, "user_id"),
        "seller_url": address(board.base, f"u/{step(handle)}") if handle else "",
        "posted_at": item.moment("created_at"),
    }
    extra = _post_extra(board, item, number, numbers)
    if thread is not None:
        extra["group"] = thread.extra.get("group")
    return boards.post(
        board, item, number, item.text("cooked"),
        fields=fields, extra=extra, deleted=_only_a_notice(item),
    )  # fmt: skip


def _post_page(board: Board, item: Item) -> str:
    """Where people read the post."""
    topic, place = identity(item, "topic_id"), item.number("post_number")
    return address(board.base, f"t/{step(item.line('topic_slug') or '-')}/{topic}/{place or ''}")


def _post_extra(
    board: Board, item: Item, number: str, numbers: dict[int | None, str]
) -> dict[str, Json]:
    answered = item.number("reply_to_post_number")
    version = item.number("version") or 1
    return {
        "address": address(board.base, f"posts/{number}.json"),
        "thread": identity(item, "topic_id"),
        "reply_to": numbers.get(answered, "") if answered is not None else "",
        "reply_to_number": answered,
        "edited_at": item.moment("updated_at") if version > 1 else "",
        "reactions": _reactions(item),
        "views": item.number("reads"),
        "name": item.line("name"),
        "role": role(item),
    }


def _reactions(item: Item) -> dict[str, Json]:
    """How often a post was liked, or what the plug-in for reactions counts."""
    found: dict[str, Json] = {}
    for one in item.items("actions_summary"):
        if one.number("id") == _LIKE and (count := one.number("count")):
            found["like"] = count
    for one in item.items("reactions"):
        if (name := one.line("id")) and (count := one.number("count")):
            found[name] = count
    return found


def _only_a_notice(item: Item) -> str:
    """Why a post's text is not its writer's: deleted, or hidden from us; else empty."""
    if item.flag("user_deleted"):
        return "deleted by its writer"
    if item.at("deleted_at"):
        return "deleted"
    return "hidden" if item.flag("hidden") and not item.flag("can_see_hidden_post") else ""


def _one_post(board: Board, _since: str) -> PageReading:
    """A post by itself."""
    board.found.add(_post(board, board.answer, "", None, {}))
    return board.reading("post")


def _search(board: Board, _since: str) -> PageReading:
    """Found posts are told in excerpts only: what they are of is asked for."""
    for item in board.answer.items("topics"):
        board.found.add(record := _thread(board, item, board.place("thread")))
        if record is not None and board.source.ask.threads:
            board.found.lead(_topic(board.base, record.native_id))
    _lead_to_posts(board, board.answer.items("posts"), "id")
    if board.answer.flag("grouped_search_result", "more_full_page_results"):
        page = asked(board.url, "page")
        if board.found.records and page.isdecimal():
            board.found.lead(changed(board.url, page=int(page[:9]) + 1))
    return board.reading()


def _lead_to_posts(board: Board, rows: Iterator[Item], key: str) -> int:
    """Lead to posts, or to the topics they stand in; says how many there were."""
    known = 0
    for item in rows:
        known += 1
        number, topic = identity(item, key), identity(item, "topic_id")
        if board.source.ask.threads and topic:
            board.found.lead(_topic(board.base, topic))
        elif number:
            board.found.lead(address(board.base, f"posts/{number}.json"))
    return known


def _actions(board: Board, since: str) -> PageReading:
    """What an account wrote, the newest first: excerpts only, so that the posts are asked for."""
    rows = list(board.answer.items("user_actions"))
    known = _lead_to_posts(board, iter(rows), "post_id")
    moments = [item.moment("created_at") for item in rows]
    if known >= _ACTIONS and not boards.is_old(moments, since):
        offset = asked(board.url, "offset")
        seen = int(offset[:9]) if offset.isdecimal() else 0
        board.found.lead(changed(board.url, offset=seen + known))
    return board.reading()


def _topic(base: str, number: str) -> str:
    return address(base, f"t/{step(number)}.json")


_READERS: Final[dict[str, Callable[[Board, str], PageReading]]] = {
    "topic_list": _topics,
    "post_stream": _stream,
    "grouped_search_result": _search,
    "user_actions": _actions,
    "cooked": _one_post,
    "category": discourse_people.section,
    "about": discourse_people.staff,
    "user": discourse_people.user,
}
"""The readers by the key that their answers have, in the order in which it is looked for."""

INTERFACE = Interface("discourse", start, read, trouble, question)
