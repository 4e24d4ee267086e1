"""A page of t.me as records: messages with their channel, one message alone, or somebody's card."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from collectors import html
from collectors.html import Node, Tree
from collectors.interfaces.interface import Told
from collectors.interfaces.telegram_names import PEOPLE, PLATFORM, username
from collectors.interfaces.telegram_web.addresses import (
    Asked,
    asked_for,
    base_of,
    channel,
    whole_number,
)
from collectors.interfaces.telegram_web.message import (
    Event,
    count,
    event,
    message,
    place,
)
from collectors.records import PageReading, PageRecord
from collectors.web.failures import failure
from config.sources import Source
from model.canonical import Json
from model.errors import CollectionError, Skip
from model.evidence import Image, Issue

ADAPTER = "telegram-web"

_MESSAGE = ".tgme_widget_message[data-post]"
_MISSING = ".tgme_widget_message_error, .tgme_widget_message.err_message, .message_error"
_MEMBERS = re.compile(r"([0-9][0-9\s,.]{0,20}[KM]?)\s*(subscriber|member)", re.I)
_BARRED = re.compile(r"can.t be displayed|was used to spread|is not accessible", re.I)
_MOST = 1_000


@dataclass(frozen=True, slots=True)
class _Page:
    """A page, what was asked for with its address, and how far back messages are wanted."""

    tree: Tree
    asked: Asked
    base: str
    url: str
    since: str
    nodes: Sequence[Node]


_SHOWS_NONE = "{name} is {what}: previews show none of its messages; its card alone is read"


def read(payload: bytes, source: Source, url: str, *, since: str = "") -> PageReading:
    """The records of one page of t.me; Skip for what is no page at all."""
    tree = html.parse(payload)
    nodes = html.find(tree.root, _MESSAGE)
    page = _Page(tree, asked_for(url), base_of(source, url), url, since, nodes)
    header = html.first(tree.root, ".tgme_channel_info")
    if header is not None or html.first(tree.root, ".tgme_channel_history") is not None:
        return _channel(page, header)
    if nodes:
        return _alone(page)
    missing = html.first(tree.root, _MISSING)
    if missing is not None:
        said = html.line(missing)[:200] or "Post not found"
        return _reading("empty", url, tree.issues, removed=said)
    return _card(tree, page.asked, source, url)


def trouble(told: Told) -> CollectionError | None:
    """A name that is nobody's, and a channel that Telegram shows to nobody: both come with 200."""
    payload = told.payload
    if told.status != 200 or not any(
        sign in payload
        for sign in (b"tgme_page_icon", b"used to spread", b"accessible", b"displayed")
    ):
        return None
    try:
        tree = html.parse(payload)
    except Skip:
        return None
    if html.first(tree.root, _MESSAGE) is not None:
        return None
    if html.first(tree.root, _MISSING) is not None:
        return None
    said = html.first(tree.root, ".tgme_page_description, .tme_no_messages_found")
    if said is not None and _BARRED.search(html.line(said)):
        return failure("forbidden", told.url, html.line(said)[:200])
    return failure("gone", told.url, "nobody has this name") if _is_nobody(tree) else None


def _is_nobody(tree: Tree) -> bool:
    """A card without a title: of a name that is free, or that shows nothing to anybody."""
    icon = html.first(tree.root, ".tgme_page_icon")
    return icon is not None and not _line(tree.root, ".tgme_page_title")


# messages with their channel
def _channel(page: _Page, header: Node | None) -> PageReading:
    records: dict[str, PageRecord] = {}
    events: list[Event] = []
    issues = list(page.tree.issues)
    for number, node in enumerate(page.nodes[:_MOST], 1):
        happened = event(node)
        if happened is not None:
            events.append(happened)
            continue
        record, odd = message(node, page.base, f"message {number}")
        issues += odd
        if record is not None:
            records.setdefault(record.native_id, record)
    found = tuple(records.values())
    about = None if header is None else _group(header, page.asked, found, events)
    return _reading(
        "results",
        page.url,
        issues,
        records=found,
        asides=() if about is None else (about,),
        follow=_older(page, found),
        title=page.tree.title,
    )


def _older(page: _Page, records: Sequence[PageRecord]) -> tuple[str, ...]:
    """The next older page, where the page says that there is one; always further back."""
    places = [number for _, number in filter(None, map(place, page.nodes))]
    told = _told_before(page.tree)
    if not places or not told or not page.asked.name:
        return ()
    before = min(told, *places)
    if before <= 1 or (page.asked.before and before >= page.asked.before):
        return ()
    times = [record.fields["posted_at"] for record in records if "posted_at" in record.fields]
    if page.since and times and min(times) < page.since:
        return ()
    return (channel(page.base, page.asked.name, words=page.asked.words, before=before),)


def _told_before(tree: Tree) -> int:
    """The number before which the page says there are older messages; 0 where it says none."""
    more = html.first(tree.root, ".tme_messages_more[data-before]")
    if more is not None:
        return whole_number(html.attribute(more, "data-before"))
    rel = html.first(tree.root, "link[rel=prev][href]")
    return 0 if rel is None else asked_for(html.attribute(rel, "href")).before


def _group(
    header: Node, asked: Asked, records: Sequence[PageRecord], events: Sequence[Event]
) -> PageRecord | None:
    """The channel as its header describes it, and what happened there."""
    link = html.first(header, ".tgme_channel_info_header_username a")
    shown = html.line(link) if link is not None else ""
    name = username(shown) or asked.name
    if not name:
        return None
    counters: dict[str, Json] = {}
    for one in html.find(header, ".tgme_channel_info_counter")[:20]:
        kind = _line(one, ".counter_type").rstrip("s")
        if kind and (number := count(_line(one, ".counter_value"))) is not None:
            counters[kind] = number
    body = html.first(header, ".tgme_channel_info_description")
    numbers = {
        one.fields["seller_id"]
        for one in records
        if one.fields.get("seller") == name and "seller_id" in one.fields
    }
    extra: dict[str, Json] = {
        "id": numbers.pop() if len(numbers) == 1 else "",
        "kind": "channel",
        "verified": html.first(header, ".verified-icon") is not None or None,
        "followers": counters.get("subscriber", counters.get("member")),
        "counters": counters,
        "events": [
            {"id": f"{name}/{one.number}", "text": one.text, "at": one.at} for one in events
        ],
    }
    return _described(
        name,
        "group",
        title=_line(header, ".tgme_channel_info_header_title"),
        body=body,
        photo=html.first(header, ".tgme_page_photo_image img"),
        extra=extra,
    )


# one message
def _alone(page: _Page) -> PageReading:
    record, odd = message(page.nodes[0], page.base, "")
    issues = (*page.tree.issues, *odd)
    if record is None:
        return _reading("empty", page.url, issues)
    return _reading("message", page.url, issues, records=(record,), title=page.tree.title)


# cards
def _card(tree: Tree, asked: Asked, source: Source, url: str) -> PageReading:
    """A channel, group or person by its card; empty where the page is none."""
    title = _line(tree.root, ".tgme_page_title")
    if not title or asked.kind != "card" or not username(asked.name):
        odd = Issue("warning", "neither a preview nor a card of Telegram", key="page")
        known = _is_nobody(tree)
        return _reading("empty", url, tree.issues if known else (*tree.issues, odd))
    extra = _line(tree.root, ".tgme_page_extra")
    members = _MEMBERS.match(extra)
    kind = "profile" if members is None else "group"
    what = "a person or bot"
    if members is not None:
        what = "a channel without a preview" if members[2].lower() == "subscriber" else "a group"
    told: dict[str, Json] = {
        "kind": {"a group": "group", "a person or bot": ""}.get(what, "channel"),
        "followers": count(members[1]) if members else None,
        "verified": html.first(tree.root, ".tgme_page_title .verified-icon") is not None or None,
        "name": title if kind == "profile" else "",
    }
    record = _described(
        asked.name,
        kind,
        title=title,
        body=html.first(tree.root, ".tgme_page_description"),
        photo=html.first(tree.root, "img.tgme_page_photo_image, .tgme_page_photo_image img"),
        extra=told,
    )
    wanted = asked.name in {username(one) for one in source.ask.groups}
    said = _SHOWS_NONE.format(name=asked.name, what=what)
    issues = (*tree.issues, Issue("warning", said, key="messages")) if wanted else tree.issues
    return _reading(kind, url, issues, records=(record,), title=tree.title)


def _described(
    name: str,
    kind: str,
    *,
    title: str,
    body: Node | None,
    photo: Node | None,
    extra: dict[str, Json],
) -> PageRecord:
    """A group or profile record: what it calls itself, says of itself, and links to."""
    fields = {
        "title": title if kind == "group" else "",
        "text": html.readable(body) if body is not None else "",
        "seller": name if kind == "profile" else "",
        "url": f"{PEOPLE}{name}",
    }
    return PageRecord(
        kind=kind,
        native_id=name,
        locator="",
        fields={key: value for key, value in fields.items() if value},
        images=() if photo is None else _photo(photo),
        links=html.links(body, PEOPLE) if body is not None else (),
        extra={key: value for key, value in extra.items() if value not in ("", None, [], {})},
    )


def _photo(node: Node) -> tuple[Image, ...]:
    return html.images([node], PEOPLE)


def _reading(
    kind: str,
    url: str,
    issues: Sequence[Issue],
    *,
    records: tuple[PageRecord, ...] = (),
    asides: tuple[PageRecord, ...] = (),
    follow: tuple[str, ...] = (),
    title: str = "",
    removed: str = "",
) -> PageReading:
    return PageReading(
        kind=kind,
        adapter=ADAPTER,
        url=url,
        platform=PLATFORM,
        records=records,
        asides=asides,
        issues=tuple(issues),
        follow=follow,
        title=title,
        removed=removed,
    )


def _line(node: Node, selector: str) -> str:
    found = html.first(node, selector)
    return html.line(found) if found is not None else ""
