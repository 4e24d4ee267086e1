"""Answers like a Bluesky-compatible server (lexicons app.bsky of atproto.com, read 2026-11-22)."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime

from app.rehearsal.adverts import about
from app.rehearsal.dice import material
from app.rehearsal.nouns import Account, World
from app.rehearsal.sites.html import STAMP
from app.rehearsal.social.talk import Entry, entries
from model.canonical import Json
from model.clock import iso

LIMIT = 100
_FEED, _ACTOR = "app.bsky.feed.", "app.bsky.actor."
Query = Mapping[str, str]


def everything(world: World) -> dict[str, Json]:
    """All profiles and posts as the interface shows them, the newest post first."""
    mine = [item for item in world.accounts if item.platform == "bluesky"]
    profiles = {item.handle: _profile(world, item) for item in mine}
    rows = entries(world, "bluesky")
    posts = [_post(one, profiles[one.author.handle]) for one in rows]
    return {"made_up": STAMP, "profiles": list(profiles.values()), "posts": posts[::-1]}


def answer(data: Mapping[str, Json], method: str, query: Query) -> Json | None:
    """What a GET of a method answers; None for one that is not there."""
    posts = data["posts"]
    found: Json | None = None
    match method.removeprefix(_FEED).removeprefix(_ACTOR):
        case "searchPosts":
            found = _page("posts", _found(posts, query.get("q", "")), query)
        case "getAuthorFeed":
            found = _author_feed(data, query)
        case "getPosts":
            found = {"posts": [one for one in posts if one["uri"] == query.get("uris")]}
        case "getPostThread":
            found = _thread(posts, query.get("uri", ""))
        case "getProfile":
            found = _of_actor(data, query.get("actor", "")) or _missing("Profile not found")
        case "searchActors":
            found = _page("actors", _actors(data, query.get("q", "")), query)
    return found


def is_error(content: Json) -> bool:
    """Whether an answer is sent with status 400, as the interface sends its errors."""
    return isinstance(content, dict) and "error" in content


def _author_feed(data: Mapping[str, Json], query: Query) -> Json:
    profile = _of_actor(data, query.get("actor", ""))
    if profile is None:
        return _missing("Profile not found")
    own = [{"post": one} for one in data["posts"] if one["author"]["did"] == profile["did"]]
    return _page("feed", own, query)


def _page(name: str, rows: Sequence[Json], query: Query) -> dict[str, Json]:
    begin, limit = int(query.get("cursor") or 0), min(int(query.get("limit") or 50), LIMIT)
    page: dict[str, Json] = {name: list(rows[begin : begin + limit])}
    if begin + limit < len(rows):
        page["cursor"] = str(begin + limit)
    return page


def _thread(posts: Sequence[Json], uri: str) -> Json:
    post = next((one for one in posts if one["uri"] == uri), None)
    if post is None:
        return {"error": "NotFound", "message": f"Post not found: {uri}"}
    kind = "app.bsky.feed.defs#threadViewPost"
    replies = [
        {"$type": kind, "post": one, "replies": []}
        for one in reversed(posts)
        if one["record"].get("reply", {}).get("parent", {}).get("uri") == uri
    ]
    return {"thread": {"$type": kind, "post": post, "replies": replies}}


def _found(posts: Sequence[Json], words: str) -> list[Json]:
    wanted = words.casefold().replace('"', " ").split()
    return [one for one in posts if all(w in one["record"]["text"].casefold() for w in wanted)]


def _actors(data: Mapping[str, Json], words: str) -> list[Json]:
    wanted = words.casefold().split()
    return [
        one
        for one in data["profiles"]
        if all(w in f"{one['handle']} {one['description']}".casefold() for w in wanted)
    ]


def _of_actor(data: Mapping[str, Json], actor: str) -> Json | None:
    wanted = actor.casefold()
    return next((one for one in data["profiles"] if wanted in (one["did"], one["handle"])), None)


def _missing(why: str) -> Json:
    return {"error": "InvalidRequest", "message": why}


def _profile(world: World, account: Account) -> dict[str, Json]:
    joined = datetime.fromisoformat(f"{account.joined.isoformat()}T00:00:00+00:00")
    return {
        "did": account.native_id,
        "handle": account.handle,
        "displayName": account.shown_as.partition(".")[0],
        "description": about(world.seed, account),
        "createdAt": iso(joined),
        "indexedAt": iso(joined),
        "followersCount": 0,
        "followsCount": 0,
        "postsCount": 0,
        "labels": [],
        "made_up": STAMP,
    }


def _post(entry: Entry, profile: Json) -> dict[str, Json]:
    record: dict[str, Json] = {
        "$type": "app.bsky.feed.post",
        "text": entry.text,
        "createdAt": iso(entry.at),
        "langs": [entry.language],
    }
    if entry.reply_to:
        parent = {"uri": entry.reply_to, "cid": _cid(entry.reply_to)}
        record["reply"] = {"root": parent, "parent": parent}
    return {
        "uri": entry.key,
        "cid": _cid(entry.key),
        "author": {name: profile[name] for name in ("did", "handle", "displayName", "createdAt")},
        "record": record,
        "replyCount": entry.replies,
        "repostCount": 0,
        "likeCount": 0,
        "quoteCount": 0,
        "indexedAt": iso(entry.at),
        "labels": [],
        "made_up": STAMP,
    }


def _cid(uri: str) -> str:
    """A content identifier in the usual spelling (base32 of CIDv1, dag-cbor, SHA-256)."""
    digest = b"\x01\x71\x12\x20" + material(32, "cid", uri)
    return "b" + base64.b32encode(digest).decode().lower().rstrip("=")
