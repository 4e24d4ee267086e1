"""VK's posts, comments and goods as records.

Fields are those of github.com/VKCOM/vk-api-schema, version 5.199 (``wall_wallpost_full``,
``wall_wall_comment``, ``market_market_item_full``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from collectors.interfaces.answers import Item
from collectors.interfaces.found import filled, told, web
from collectors.interfaces.places import address
from collectors.interfaces.vk.people import SITE, VERSION, People
from collectors.records import PageRecord
from model.canonical import Json
from model.evidence import Image

_MENTION = re.compile(r"\[((?:id|club|public|event)[0-9]{1,12})\|")
_HUNDREDTHS = re.compile(r"[0-9]{1,15}")
_AVAILABILITY = {0: "available", 1: "removed", 2: "unavailable"}


def post_place(base: str, owner: int, number: int) -> str:
    place = address(base, "/wall.getById", posts=f"{owner}_{number}")
    return f"{place}&extended=1&fields=screen_name&v={VERSION}"


def comment_place(base: str, owner: int, number: int) -> str:
    place = address(base, "/wall.getComment", owner_id=owner, comment_id=number)
    return f"{place}&extended=1&fields=screen_name&v={VERSION}"


def goods_place(base: str, owner: int, number: int) -> str:
    return address(base, "/market.getById", item_ids=f"{owner}_{number}", extended=1, v=VERSION)


@dataclass(frozen=True, slots=True)
class Records:
    """Makes records; ``people`` are those described on the same page."""

    base: str
    people: People

    def post(self, data: Item) -> PageRecord | None:
        """A post. One that only passes another on has that one's text and says whose it is."""
        owner, number = data.number("owner_id"), data.number("id")
        if not owner or not number:
            return _left_out(data, "post")
        native, text = f"wall{owner}_{number}", data.text("text")
        copied = [*data.items("copy_history")][:1]
        passed_on = self._origin(copied[0]) if copied else {}
        author = data.number("from_id") or owner
        signer = data.number("signer_id")
        attached = [data, *copied]
        return PageRecord(
            kind="post",
            native_id=native,
            locator=data.where,
            fields=filled(
                {
                    "text": text or (copied[0].text("text") if copied else ""),
                    "url": f"{SITE}/{native}",
                    "posted_at": data.moment("date"),
                    **self.people.account(author),
                }
            ),
            images=tuple(image for one in attached for image in _images(one)),
            links=_links(attached),
            extra=told(
                {
                    "address": post_place(self.base, owner, number),
                    "group": str(owner) if owner < 0 else "",
                    "edited_at": data.moment("edited"),
                    "forwarded_from": {} if text else passed_on,
                    "quoted": passed_on if text else {},
                    "signed_by": self.people.account(signer) if signer != author else {},
                    "deleted": data.line("deleted_reason")
                    or ("deleted" if data.flag("is_deleted") else ""),
                    "views": data.number("views", "count"),
                    "comments": data.number("comments", "count"),
                    "reactions": _reactions(data),
                    "mentions": _mentions(text),
                    "attached": _kinds(data),
                }
            ),
        )

    def copies(self, data: Item) -> Iterator[PageRecord | None]:
        """What a post passes on, and goods attached to it, as records of their own."""
        for number, one in enumerate(data.items("copy_history"), 1):
            yield self.post(one.here(f"{data.where} copy {number}".strip()))
        for number, one in enumerate(data.items("attachments"), 1):
            if one.line("type") == "market":
                there = one.item("market").here(f"{data.where} goods {number}".strip())
                yield self.goods(there)

    def comment(self, data: Item, owner: int | None, post: int | None) -> PageRecord | None:
        """A comment below a post; owner and post as asked for where it does not tell them."""
        owner = data.number("owner_id") or owner
        post = data.number("post_id") or post
        number = data.number("id")
        if not owner or not number:
            return _left_out(data, "comment")
        answered = data.number("reply_to_comment")
        thread = f"wall{owner}_{post}" if post else ""
        text = data.text("text")
        return PageRecord(
            kind="comment",
            native_id=f"reply{owner}_{number}",
            locator=data.where,
            fields=filled(
                {
                    "text": text,
                    "url": f"{SITE}/{thread}?reply={number}" if thread else "",
                    "posted_at": data.moment("date"),
                    **self.people.account(data.number("from_id")),
                }
            ),
            images=tuple(_images(data)),
            links=_links([data]),
            extra=told(
                {
                    "address": comment_place(self.base, owner, number),
                    "group": str(owner) if owner < 0 else "",
                    "thread": thread,
                    "reply_to": f"reply{owner}_{answered}" if answered else thread,
                    "deleted": "deleted" if data.flag("deleted") else "",
                    "by_thread_author": data.flag("is_from_post_author"),
                    "reactions": _reactions(data),
                    "mentions": _mentions(text),
                    "attached": _kinds(data),
                }
            ),
        )

    def goods(self, data: Item) -> PageRecord | None:
        """Goods of a community's shop. The amount is told in hundredths of the currency."""
        owner, number = data.number("owner_id"), data.number("id")
        if not owner or not number:
            return _left_out(data, "piece of goods")
        native = f"market{owner}_{number}"
        price, written = data.item("price"), data.line("price", "text")
        return PageRecord(
            kind="listing",
            native_id=native,
            locator=data.where,
            fields=filled(
                {
                    "title": data.line("title"),
                    "text": data.text("description"),
                    "url": f"{SITE}/product{owner}_{number}",
                    "category": data.line("category", "name"),
                    "price": _hundredths(price.line("amount")),
                    "currency": price.line("currency", "name"),
                    "posted_at": data.moment("date"),
                    **self.people.account(owner),
                }
            ),
            images=_goods_images(data),
            links=web([data.text("url")]),
            extra=told(
                {
                    "address": goods_place(self.base, owner, number),
                    "group": str(owner) if owner < 0 else "",
                    "price_as_written": written,
                    "available": _AVAILABILITY.get(data.number("availability") or 0, ""),
                    "views": data.number("views_count"),
                    "stock": data.number("stock_amount"),
                    "sku": data.line("sku"),
                    "reactions": _reactions(data),
                    "owner": data.line("owner_info", "name"),
                }
            ),
        )

    def _origin(self, data: Item) -> dict[str, Json]:
        """Where a post was taken from: whose it is, its id and address."""
        owner, number = data.number("owner_id"), data.number("id")
        if not owner or not number:
            return {}
        author = data.number("from_id") or owner
        native = f"wall{owner}_{number}"
        return {"name": self.people.handle(author), "id": native, "url": f"{SITE}/{native}"}


def _images(data: Item) -> Iterator[Image]:
    """Photos attached, in their largest size."""
    for one in data.items("attachments"):
        if one.line("type") == "photo":
            yield from _photo(one.item("photo"))
        elif one.line("type") == "link" and one.at("link", "photo") is not None:
            yield from _photo(one.item("link", "photo"))


def _photo(photo: Item) -> Iterator[Image]:
    sizes = [*photo.items("sizes")]
    sizes.sort(key=lambda one: (one.number("width") or 0) * (one.number("height") or 0))
    address_of_largest = photo.text("orig_photo", "url") or (
        (sizes[-1].text("url") or sizes[-1].text("src")) if sizes else ""
    )
    for url in web([address_of_largest]):
        yield Image(url, photo.line("text"))


def _goods_images(data: Item) -> tuple[Image, ...]:
    photos = [image for one in data.items("photos") for image in _photo(one)]
    return tuple(photos) or tuple(map(Image, web([data.text("thumb_photo")])))


def _links(attached: list[Item]) -> tuple[str, ...]:
    """Addresses of links, documents and videos that are attached."""
    return web(url for data in attached for one in data.items("attachments") for url in _link(one))


def _link(one: Item) -> Iterator[str]:
    kind = one.line("type")
    if kind in ("link", "doc"):
        yield one.text(kind, "url")
    elif kind == "video":
        owner, number = one.number("video", "owner_id"), one.number("video", "id")
        if owner and number:
            yield f"{SITE}/video{owner}_{number}"


def _kinds(data: Item) -> list[str]:
    return list(dict.fromkeys(one.line("type") for one in data.items("attachments")))


def _reactions(data: Item) -> dict[str, int]:
    counted = {
        "like": data.number("likes", "count"),
        "repost": data.number("reposts", "count"),
    }
    return {name: number for name, number in counted.items() if number is not None}


def _mentions(text: str) -> list[Json]:
    return list(dict.fromkeys(_MENTION.findall(text)))


def _hundredths(amount: str) -> str:
    """``1250`` hundredths as ``12.50``; empty for what is no such number, and for nothing asked."""
    if not _HUNDREDTHS.fullmatch(amount) or not int(amount):
        return ""
    whole, rest = divmod(int(amount), 100)
    return f"{whole}.{rest:02}" if rest else str(whole)


def _left_out(data: Item, what: str) -> PageRecord | None:
    """None, and it is told."""
    data.note("error", f"a {what} without an id was left out", "id")
    return None
