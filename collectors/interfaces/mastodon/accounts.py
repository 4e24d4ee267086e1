"""One account of Mastodon's interface as a profile (entity Account)."""

from __future__ import annotations

from collectors.interfaces.answers import Item
from collectors.interfaces.found import filled, told, web
from collectors.interfaces.mastodon.addresses import account_at, host_of
from collectors.interfaces.mastodon.words import read_markup
from collectors.records import PageRecord
from model.canonical import Json
from model.evidence import Image


def handle(account: Item, base: str) -> str:
    """``name@host``: accounts of the instance itself are given without host."""
    name = account.line("acct") or account.line("username")
    if not name or "@" in name:
        return name.removeprefix("@")
    return f"{name}@{host_of(account.line('uri'), account.line('url'), base)}"


def native_id(account: Item, base: str) -> str:
    """The account's id in ActivityPub, the same on every instance; else its page, its handle."""
    return account.line("uri") or account.line("url") or handle(account, base)


def profile(account: Item, base: str) -> PageRecord | None:
    """The account as it describes itself; None, which is said, for one without name."""
    name = handle(account, base)
    if not name:
        account.note("error", "left out: an account without a name", "acct")
        return None
    bio = read_markup(account.text("note"), base)
    rows = [_row(one, base) for one in account.items("fields")]
    links = (*bio.links, *(link for _, found in rows for link in found))
    also = [str(row["value"]) for row, _ in rows if "@" in str(row["value"])]
    moved = account.item("moved")
    if moved:
        also.append(handle(moved, base))
    lines = (bio.text, *(f"{row['name']}: {row['value']}" for row, _ in rows))
    fields = {
        "seller": name,
        "seller_id": native_id(account, base),
        "seller_url": account.link("url"),
        "url": account.link("url"),
        "title": account.line("display_name"),
        "text": "\n".join(filter(None, lines)),
    }
    pictures = (Image(url) for url in web((account.line("avatar"), account.line("header"))))
    return PageRecord(
        "profile",
        fields["seller_id"],
        account.where,
        filled(fields),
        tuple(pictures),
        web(links),
        _extra(account, base, also, [row for row, _ in rows]),
    )


def _row(field: Item, base: str) -> tuple[dict[str, Json], tuple[str, ...]]:
    """A line of an account's table, and the links in it."""
    value = read_markup(field.text("value"), base)
    row: dict[str, Json] = {"name": field.line("name"), "value": value.text}
    if verified := field.moment("verified_at"):
        row["verified_at"] = verified
    return row, value.links


def _extra(
    account: Item, base: str, also: list[str], rows: list[dict[str, Json]]
) -> dict[str, Json]:
    number = account.line("id")
    moved = account.item("moved")
    return told(
        {
            "address": account_at(base, number) if number and base else "",
            "also": also,
            "created_at": account.moment("created_at"),
            "followers": account.number("followers_count"),
            "following": account.number("following_count"),
            "posts": account.number("statuses_count"),
            "fields": rows,
            "moved": filled({"name": handle(moved, base), "id": native_id(moved, base)})
            if moved
            else None,
            "bot": account.flag("bot"),
            "is_group": account.flag("group"),
            "locked": account.flag("locked"),
            "suspended": account.flag("suspended"),
            "limited": account.flag("limited"),
        }
    )
