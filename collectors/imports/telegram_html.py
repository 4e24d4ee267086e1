"""Telegram Desktop's HTML export: ``messages.html``, ``messages2.html`` …, each read by itself.

Such a page names neither the number of its chat nor those of people: it shows names alone, so a
message is known by a digest of chat, number, moment and name, and nobody is linked by a name. The
JSON export tells more, and that is said. Classes are those that Telegram Desktop writes
(``Telegram/SourceFiles/export/output/export_output_html.cpp``, read 2026-11-22).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from collectors import html
from collectors.html import Node
from collectors.imports.content import Content
from collectors.imports.formats import Beginning, Found
from collectors.interfaces.telegram_names import PLATFORM, telegram_link
from collectors.records import PageReading, PageRecord, documents
from config.sources import Source
from model.canonical import Json, short_digest
from model.clock import iso
from model.errors import Skip
from model.evidence import Capture, Image, Issue

_SIGNS = re.compile(
    r'<title>Exported Data</title>.{0,8000}class="page_body chat_page"'
    r'|class="page_body chat_page".{0,8000}<div class="history"',
    re.DOTALL,
)
_DATE = re.compile(
    r"([0-9]{2})\.([0-9]{2})\.([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2})"
    r"(?: UTC(?:([+-])([0-9]{2}):([0-9]{2}))?)?()"
)
_NUMBER = re.compile(r"message([0-9]{1,18})")
_LEADS = re.compile(r"#go_to_message([0-9]{1,18})")
_KINDS = (
    ("a.photo_wrap", "photo"),
    ("a.video_file_wrap", "video_file"),
    ("a.animated_wrap", "animation"),
    ("a.sticker_wrap", "sticker"),
)
_GENERIC = re.compile(r"\bmedia_([a-z_]{1,30})")
_NAMES_ONLY = (
    "HTML exports tell no numbers of chats and accounts: names are kept as written, and nobody is"
    " linked by them; the JSON export tells more"
)


def is_export(beginning: Beginning) -> bool:
    """Whether a page is one of an export's."""
    return bool(_SIGNS.search(beginning.text))


def read_export(content: Content, capture: Capture, source: Source | None) -> Iterator[Found]:
    """The messages of one page, then what is told of their chat; Skip for no such page."""
    reading = _Page(html.parse(content.whole()), source).reading()
    yield reading
    yield from reading.issues
    yield from documents(reading, capture)


class _Page:
    """One page as it is read from its beginning: names stand only where they change."""

    def __init__(self, tree: html.Tree, source: Source | None) -> None:
        self._tree = tree
        self._platform = (source.platform if source else "") or PLATFORM
        self._zone = ZoneInfo(source.timezone if source else "UTC")
        header = html.first(tree.root, ".page_header .text.bold")
        self._title = html.line(header) if header is not None else ""
        self._name = ""
        self._origin: dict[str, Json] = {}
        self._ids: dict[str, str] = {}
        self._issues: list[Issue] = [*tree.issues, Issue("note", _NAMES_ONLY, key="accounts")]

    def reading(self) -> PageReading:
        nodes = html.find(self._tree.root, ".history .message[id]")
        if not nodes:
            raise Skip("no messages of an export stand in it", reason="not-a-page")
        records: list[PageRecord] = []
        events: list[Json] = []
        for number, node in enumerate(nodes, 1):
            found = _NUMBER.fullmatch(html.attribute(node, "id"))
            if found is None:
                continue  # the day, written between messages
            if "service" in html.attribute(node, "class").split():
                events.append({"number": int(found[1]), "text": _line(node, ".body")[:2_000]})
                self._name = ""
                continue
            records.append(self._message(node, found[1], f"message {number}"))
        return PageReading(
            kind="results",
            adapter="telegram-html",
            url="",
            platform=self._platform,
            records=tuple(records),
            asides=self._chat(events),
            issues=tuple(self._issues),
            title=self._title,
        )

    def _chat(self, events: list[Json]) -> tuple[PageRecord, ...]:
        """The chat by its title alone, which does not tell whether it is a group."""
        extra: dict[str, Json] = {"events": events} if events else {}
        known = f"export:{short_digest(['chat', self._title])}"
        fields = {"title": self._title} if self._title else {}
        return (PageRecord("group", known, "", fields, extra=extra),)

    def _message(self, node: Node, number: str, locator: str) -> PageRecord:
        body = html.first(node, ".body") or node
        self._sender(node, locator)
        moved = html.first(body, ".forwarded.body")
        posted = self._posted(body, locator)
        native = f"export:{short_digest([self._title, number, posted, self._name])}"
        self._ids[number] = native
        said = html.first(moved if moved is not None else body, ".text")
        fields = {"text": _words(said) if said is not None else _carried(body)}
        fields["posted_at"] = posted
        links = _links(said, body)
        reply = html.first(body, ".reply_to a[href]")
        answers = _LEADS.fullmatch(html.attribute(reply, "href")) if reply is not None else None
        extra: dict[str, Json] = {
            "number": int(number),
            "name": self._name,
            "author": _line(body, ".signature"),
            "forwarded_from": self._forwarded(moved),
            "reply_to": self._ids.get(answers[1], "") if answers else "",
            "reply_to_number": int(answers[1]) if answers else None,
            "mentions": _mentions(links),
            "reactions": _reactions(body),
            "media": list(_media(body)),
        }
        photos = (html.attribute(one, "href") for one in html.find(body, "a.photo_wrap[href]"))
        return PageRecord(
            kind="message",
            native_id=native,
            locator=locator,
            fields={key: value for key, value in fields.items() if value},
            images=tuple(map(Image, filter(None, dict.fromkeys(photos)))),
            links=links,
            extra={key: value for key, value in extra.items() if value not in ("", None, [], {})},
        )

    def _sender(self, node: Node, locator: str) -> None:
        """Who wrote it; a message that is joined to the one before is of the same person."""
        names = html.find(node, ".body > .from_name")
        shown = next((one for one in names if not _is_forwarded(one)), None)
        if shown is not None:
            self._name, self._origin = html.own(shown), {}
        elif "joined" not in html.attribute(node, "class").split():
            self._name = ""
        if not self._name:
            self._issues.append(Issue("warning", f"{locator}: nobody is named", locator, "name"))

    def _forwarded(self, moved: Node | None) -> dict[str, Json]:
        if moved is None:
            return {}
        shown = html.first(moved, ".from_name")
        if shown is not None:
            when = html.first(shown, "[title]")
            at = self._moment(html.attribute(when, "title"))[0] if when is not None else ""
            self._origin = {"name": html.own(shown), **({"at": at} if at else {})}
        return self._origin

    def _posted(self, body: Node, locator: str) -> str:
        shown = html.first(body, ".date.details[title]")
        at, odd = self._moment(html.attribute(shown, "title") if shown is not None else "")
        if odd:
            self._issues.append(Issue("warning", f"{locator}: {odd}", locator, "date"))
        return at

    def _moment(self, text: str) -> tuple[str, str]:
        """``03.10.2025 12:34:18 UTC+03:00`` as ISO 8601 UTC, and what is odd about it."""
        found = _DATE.fullmatch(text.strip())
        if found is None:
            return "", "no time" if not text else "the time is not readable"
        day, month, year, hour, minute, second = (int(found[place]) for place in range(1, 7))
        try:
            there = datetime(year, month, day, hour, minute, second, tzinfo=self._zone)
            if "UTC" not in text:
                return iso(there), f"the time is taken to be that of {self._zone}"
            sign = -1 if found[7] == "-" else 1
            shift = timedelta(hours=int(found[8] or 0), minutes=int(found[9] or 0))
            return iso(there.replace(tzinfo=timezone(sign * shift))), ""
        except (ValueError, OverflowError):
            return "", "the time is not readable"


def _is_forwarded(name: Node) -> bool:
    parent = name.parent
    return parent is not None and "forwarded" in html.attribute(parent, "class").split()


def _words(node: Node) -> str:
    return html.readable(node)


def _links(said: Node | None, body: Node) -> tuple[str, ...]:
    found = [*html.find(said, "a[href]")] if said is not None else []
    found += html.find(body, ".bot_button a[href]")
    hrefs = (html.attribute(one, "href").strip() for one in found[: html.MAX_LINKS])
    schemes = ("http://", "https://", "tg://", "mailto:", "tel:")
    return tuple(dict.fromkeys(href for href in hrefs if href.lower().startswith(schemes)))


def _mentions(links: tuple[str, ...]) -> list[Json]:
    found: dict[str, None] = {}
    for link in filter(None, map(telegram_link, links)):
        if link.kind == "invite":
            found[f"+{link.value}"] = None
        elif link.kind in ("name", "message") and ":" not in link.value:
            found[link.value.partition("/")[0]] = None
    return list(found)


def _carried(body: Node) -> str:
    """The words of what a message without words carries: a contact, a place, a poll."""
    shown = html.first(body, ".media_poll, .media_contact .body, .media_venue .body")
    return html.readable(shown) if shown is not None else ""


def _media(body: Node) -> Iterator[dict[str, Json]]:
    for selector, kind in _KINDS:
        for one in html.find(body, selector):
            yield {"kind": kind, "file": html.attribute(one, "href")}
    for one in html.find(body, ".media"):
        found = _GENERIC.search(html.attribute(one, "class"))
        told = {
            "kind": found[1] if found else "file",
            "file": html.attribute(one, "href"),
            "name": _line(one, ".title"),
            "about": _line(one, ".description"),
            "status": _line(one, ".status"),
        }
        yield {key: value for key, value in told.items() if value}


def _reactions(body: Node) -> dict[str, Json]:
    """How many reacted, by the sign; who did is left where it is."""
    found: dict[str, Json] = {}
    for one in html.find(body, ".reactions .reaction")[:100]:
        sign, number = _line(one, ".emoji"), _line(one, ".count")
        people = len(html.find(one, ".userpic_wrap .userpic, .userpics .userpic"))
        if sign:
            found[sign] = int(number) if number.isdigit() and len(number) < 10 else max(people, 1)
    return found


def _line(node: Node, selector: str) -> str:
    found = html.first(node, selector)
    return html.line(found) if found is not None else ""
