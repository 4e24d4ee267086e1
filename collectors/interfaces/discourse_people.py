"""Discourse's accounts, sections and staff; see :mod:`collectors.interfaces.discourse`."""

from __future__ import annotations

from collectors.interfaces import boards
from collectors.interfaces.answers import Item
from collectors.interfaces.boards import Board, identity
from collectors.interfaces.found import filled, told
from collectors.interfaces.places import address, step
from collectors.records import PageReading, PageRecord
from model.canonical import Json


def profile_address(base: str, handle: str) -> str:
    return address(base, f"u/{step(handle)}.json")


def role(item: Item) -> str:
    """What somebody is in the forum beside a member; empty for nothing."""
    return next((name for name in ("admin", "moderator") if item.flag(name)), "")


def user(board: Board, _since: str) -> PageReading:
    """An account's own page."""
    item = board.answer.item("user")
    number, handle = identity(item, "id"), item.line("username")
    if not number:
        boards.nameless(item, "account")
        return board.reading()
    fields = {
        "seller": handle,
        "seller_id": number,
        "url": address(board.base, f"u/{step(handle)}"),
        "seller_url": address(board.base, f"u/{step(handle)}"),
    }
    extra: dict[str, Json] = {
        "address": profile_address(board.base, handle),
        "name": item.line("name"),
        "location": item.line("location"),
        "created_at": item.moment("created_at"),
        "title": item.line("title"),
        "role": role(item),
        "suspended_until": item.moment("suspended_till"),
        "views": item.number("profile_view_count"),
    }
    about = item.text("bio_cooked") or item.text("bio_raw") or item.text("bio_excerpt")
    links = (item.link("website"),)
    board.found.add(
        boards.account(board, item, fields=fields, about=about, links=links, extra=extra)
    )
    return board.reading("profile")


def section(board: Board, _since: str) -> PageReading:
    """A section as a group."""
    item = board.answer.item("category")
    number = identity(item, "id")
    if not number:
        boards.nameless(item, "section")
        return board.reading()
    fields = {
        "title": item.line("name"),
        "text": item.text("description_text") or item.text("description_excerpt"),
        "url": address(board.base, f"c/{step(item.line('slug') or '-')}/{number}"),
    }
    extra: dict[str, Json] = {
        "address": address(board.base, f"c/{number}/show.json"),
        "group": identity(item, "parent_category_id"),
    }
    board.found.add(PageRecord("group", number, "", filled(fields), extra=told(extra)))
    return board.reading("group")


def staff(board: Board, _since: str) -> PageReading:
    """The forum itself as a group, with those who run it as far as it shows them."""
    item = board.answer.item("about")
    named = {identity(one, "id"): one.line("username") for one in board.answer.items("users")}
    members: list[Json] = []
    for name in ("admin", "moderator"):
        given = [(one.line("username"), identity(one, "id")) for one in item.items(f"{name}s")]
        given += [(named.get(number, ""), number) for number in item.texts(f"{name}_ids")]
        members += [{"handle": handle, "id": number, "role": name} for handle, number in given]
    fields = {
        "title": item.line("title"),
        "text": item.text("description"),
        "url": f"{board.base}/",
    }
    extra: dict[str, Json] = {"address": address(board.base, "about.json"), "members": members}
    board.found.add(PageRecord("group", "site", "", filled(fields), extra=told(extra)))
    return board.reading("group")
