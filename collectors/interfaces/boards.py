"""What the JSON of forums has in common: posts with their quotes, threads, accounts, paging."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from collectors import html
from collectors.interfaces.answers import Item
from collectors.interfaces.found import Found, filled, told
from collectors.interfaces.quoted import own_words
from collectors.records import PageReading, PageRecord
from config.sources import Source
from model.canonical import Json

_ID = 500
_SILENT = ("0", "-1", "-2")
"""Numbers that stand for nobody: guests, search robots."""


@dataclass(slots=True)
class Board:
    """One answer of a forum being read: whose it is, where it was, and what was found so far."""

    source: Source
    url: str
    answer: Item
    found: Found = field(default_factory=Found)
    count: dict[str, int] = field(default_factory=dict)

    @property
    def base(self) -> str:
        """The forum's own address, without a slash at its end."""
        return (self.source.start[0] if self.source.start else self.url).rstrip("/")

    def at(self, address: str) -> str:
        """An address of the forum, absolute; empty for none."""
        return html.absolute(f"{self.base}/", address) if address else ""

    def place(self, kind: str) -> str:
        """The place of the next row of a kind."""
        self.count[kind] = self.count.get(kind, 0) + 1
        return f"{kind} {self.count[kind]}"

    def reading(self, kind: str = "results", removed: str = "") -> PageReading:
        name = self.source.engine
        return self.found.reading(name, self.url, self.answer.notes, kind=kind, removed=removed)


def identity(item: Item, *way: str | int) -> str:
    """An id, a number or a text; empty for none and for the numbers of nobody."""
    found = item.line(*way)[:_ID]
    return "" if found in _SILENT else found


def nameless(item: Item, what: str) -> None:
    """Tell of a record without an id, which can not be kept."""
    item.note("warning", f"a {what} without an id is left out", "id")


def post(
    board: Board,
    item: Item,
    number: str,
    written: str,
    *,
    fields: Mapping[str, str],
    extra: Mapping[str, Json],
    signature: str = "",
    deleted: str = "",
) -> PageRecord:
    """A post of its own words; what it quotes and the writer's signature stand in ``extra``.

    Of one that is ``deleted`` only a notice is left: it is told as that, without any words.
    """
    if deleted:
        extra = {**extra, "deleted": deleted}
        return PageRecord("post", number, item.where, filled(fields), extra=told(extra))
    words = own_words(written, board.url)
    more: dict[str, Json] = {"mentions": list(words.mentions), "quotes": list(words.quotes)}
    if signature:
        more["signature"] = own_words(signature, board.url).text
    return PageRecord(
        kind="post",
        native_id=number,
        locator=item.where,
        fields=filled({**fields, "text": words.text}),
        images=words.images,
        links=words.links,
        extra=told({**extra, **more}),
    )


def account(
    board: Board,
    item: Item,
    *,
    fields: Mapping[str, str],
    about: str,
    links: Sequence[str],
    extra: Mapping[str, Json],
) -> PageRecord:
    """An account that describes itself; its address stands with the links as given."""
    words = own_words(about, board.url)
    return PageRecord(
        kind="profile",
        native_id=fields["seller_id"],
        locator=item.where,
        fields=filled({**fields, "text": words.text}),
        images=words.images,
        links=tuple(dict.fromkeys((*filter(None, links), *words.links))),
        extra=told(extra),
    )


def is_old(moments: Sequence[str], since: str) -> bool:
    """Whether the oldest of these times lies before what is wanted; never without times."""
    known = [each for each in moments if each]
    return bool(since and known) and min(known) < since


def parts(numbers: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """The numbers, ``size`` at a time."""
    for begin in range(0, len(numbers), size):
        yield numbers[begin : begin + size]
