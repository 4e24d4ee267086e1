"""Answers like a Mastodon-compatible server (docs.joinmastodon.org, REST API, read 2026-11-22)."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from datetime import datetime

from app.rehearsal.adverts import about
from app.rehearsal.dice import material
from app.rehearsal.nouns import Account, World
from app.rehearsal.sites.html import STAMP
from app.rehearsal.social.names import MASTODON_HOST
from app.rehearsal.social.talk import Entry, entries
from model.canonical import Json
from model.clock import iso

LIMIT = 40
Query = Mapping[str, str]


def everything(world: World) -> dict[str, Json]:
    """All accounts and posts as the interface shows them, the newest post first."""
    mine = [item for item in world.accounts if item.platform == "mastodon"]
    accounts = {item.handle: _account(world, item) for item in mine}
    rows = entries(world, "mastodon")
    ids = {one.key: _number(one) for one in rows}
    statuses = [_status(one, accounts[one.author.handle], ids) for one in rows]
    return {"made_up": STAMP, "accounts": list(accounts.values()), "statuses": statuses[::-1]}


def answer(data: Mapping[str, Json], path: str, query: Query) -> Json | None:
    """What a GET of ``path`` (after ``/api/``) answers; None for 404 Record not found."""
    found: Json | None = None
    match path.strip("/").split("/"):
        case ["v1", "timelines", "public"]:
            found = _page(data["statuses"], query)
        case ["v1", "timelines", "tag", tag]:
            found = _page(_found(data, f"#{tag}"), query)
        case ["v1", "accounts", "lookup"]:
            found = _one(data["accounts"], "acct", query.get("acct", ""))
        case ["v1", "accounts", number]:
            found = _one(data["accounts"], "id", number)
        case ["v1", "accounts", number, "statuses"]:
            own = [one for one in data["statuses"] if one["account"]["id"] == number]
            found = _page(own, query)
        case ["v1", "statuses", number]:
            found = _one(data["statuses"], "id", number)
        case ["v1", "statuses", number, "context"]:
            found = _context(data["statuses"], number)
        case ["v2", "search"]:
            found = _search(data, query)
    return found


def _page(rows: Sequence[Json], query: Query) -> list[Json]:
    """Rows below ``max_id``, at most ``limit``."""
    below = int(query.get("max_id") or 1 << 80)
    limit = min(int(query.get("limit") or 20), LIMIT)
    return [one for one in rows if int(one["id"]) < below][:limit]


def _one(rows: Sequence[Json], name: str, value: str) -> Json | None:
    return next((one for one in rows if one[name] == value), None)


def _context(rows: Sequence[Json], number: str) -> Json | None:
    status = _one(rows, "id", number)
    if status is None:
        return None
    above = _one(rows, "id", str(status["in_reply_to_id"]))
    below = [one for one in reversed(rows) if one["in_reply_to_id"] == number]
    return {"ancestors": [above] if above else [], "descendants": below}


def _search(data: Mapping[str, Json], query: Query) -> Json:
    begin, limit = int(query.get("offset") or 0), min(int(query.get("limit") or 20), LIMIT)
    found = _found(data, query.get("q", ""))[begin : begin + limit]
    return {"accounts": [], "statuses": found, "hashtags": []}


def _found(data: Mapping[str, Json], words: str) -> list[Json]:
    wanted = words.casefold().split()
    return [one for one in data["statuses"] if all(w in one["content"].casefold() for w in wanted)]


def _account(world: World, account: Account) -> dict[str, Json]:
    name = account.handle.partition("@")[0]
    number = str(int.from_bytes(material(6, "mastodon account", account.handle)))
    joined = datetime.fromisoformat(f"{account.joined.isoformat()}T00:00:00+00:00")
    return {
        "id": number,
        "username": name,
        "acct": account.handle,
        "display_name": account.shown_as.partition("@")[0],
        "note": _paragraphs(about(world.seed, account)),
        "uri": account.native_id,
        "url": f"https://{MASTODON_HOST}/@{name}",
        "created_at": iso(joined),
        "locked": False,
        "bot": False,
        "followers_count": 0,
        "following_count": 0,
        "statuses_count": 0,
        "fields": [],
        "emojis": [],
        "made_up": STAMP,
    }


def _status(entry: Entry, account: Json, ids: Mapping[str, str]) -> dict[str, Json]:
    name = account["username"]
    return {
        "id": ids[entry.key],
        "uri": entry.key,
        "url": f"https://{MASTODON_HOST}/@{name}/{entry.key.rpartition('/')[2]}",
        "created_at": iso(entry.at),
        "edited_at": None,
        "in_reply_to_id": ids.get(entry.reply_to),
        "visibility": "public",
        "sensitive": False,
        "spoiler_text": "",
        "language": entry.language,
        "content": _paragraphs(entry.text),
        "replies_count": entry.replies,
        "reblogs_count": 0,
        "favourites_count": 0,
        "reblog": None,
        "account": account,
        "media_attachments": [],
        "mentions": [],
        "tags": [],
        "emojis": [],
        "poll": None,
    }


def _number(entry: Entry) -> str:
    """Numbers of posts grow with time, as Mastodon's do (milliseconds and a counter)."""
    return str((int(entry.at.timestamp() * 1000) << 16) + entry.number)


def _paragraphs(text: str) -> str:
    return "<p>" + "<br />".join(html.escape(line) for line in text.split("\n")) + "</p>"
