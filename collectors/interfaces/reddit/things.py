"""Reddit's things as records: submissions, comments, accounts and subreddits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from collectors.interfaces.answers import Item
from collectors.interfaces.found import filled, told, web
from collectors.interfaces.places import address, step
from collectors.records import PageRecord
from model.canonical import Json
from model.evidence import Image

SITE = "https://www.reddit.com"

_GONE = ("[deleted]", "[removed]", "[ Removed by Reddit ]")
_MENTION = re.compile(r"(?<![\w/])/?u/([A-Za-z0-9_-]{3,20})(?![\w-])")
_FULLNAME = re.compile(r"t[1-6]_[0-9a-z]{1,13}")
_ID = re.compile(r"[0-9a-z]{1,13}")


@dataclass(frozen=True, slots=True)
class Things:
    """Makes records of things; ``base`` is the interface's base address."""

    base: str

    def record(self, kind: str, data: Item) -> PageRecord | None:
        """A thing (t1 comment, t2 account, t3 submission, t5 subreddit) as a record.

        None, and told, for one without an id and for what is neither.
        """
        makers = {"t1": self._comment, "t2": self._account, "t3": self._post, "t5": self._group}
        maker = makers.get(kind)
        if maker is None:
            data.note("note", f"a thing of another kind was left out: {kind[:20]!r}", "kind")
            return None
        found = maker(data)
        if not found.native_id:
            data.note("error", f"a {found.kind} without an id was left out", "name")
            return None
        return found

    def about(self, fullname: str) -> str:
        """Where one thing alone is asked for."""
        return address(self.base, "/api/info", id=fullname, raw_json=1) if fullname else ""

    def account(self, name: str) -> str:
        """Where an account is described; empty for names that none has."""
        return address(self.base, f"/user/{step(name)}/about", raw_json=1) if name else ""

    def thread(self, fullname: str, comment: str = "") -> str:
        """Where a submission with its comments is, or the part of it below one comment."""
        place = f"/comments/{fullname.removeprefix('t3_')}"
        if comment:
            place += f"/_/{comment.removeprefix('t1_')}"
        return address(self.base, place, sort="new", limit=500, raw_json=1)

    def _post(self, data: Item) -> PageRecord:
        fullname = _fullname(data, "t3")
        gone = _gone(data, "selftext")
        fields = self._fields(data, "selftext", gone) | {
            "title": "" if data.line("title") in _GONE else data.line("title"),
            "category": data.line("link_flair_text"),
        }
        outside = "" if data.flag("is_self") else data.text("url")
        return PageRecord(
            kind="post",
            native_id=fullname,
            locator=data.where,
            fields=filled(fields),
            images=_images(data),
            links=web([outside] if SITE + data.text("permalink") != outside else ()),
            extra=told(
                self._extra(data, fullname, gone)
                | {
                    "comments": data.number("num_comments"),
                    "forwarded_from": _crosspost(data),
                    "domain": "" if data.flag("is_self") else data.line("domain"),
                }
            ),
        )

    def _comment(self, data: Item) -> PageRecord:
        fullname = _fullname(data, "t1")
        gone = _gone(data, "body")
        thread, parent = data.line("link_id"), data.line("parent_id")
        fields = self._fields(data, "body", gone)
        if "url" not in fields and _FULLNAME.fullmatch(thread):
            place = f"{thread.removeprefix('t3_')}/_/{fullname.removeprefix('t1_')}"
            fields["url"] = f"{SITE}/comments/{place}/"
        return PageRecord(
            kind="comment",
            native_id=fullname,
            locator=data.where,
            fields=filled(fields),
            extra=told(
                self._extra(data, fullname, gone)
                | {
                    "thread": thread,
                    "thread_title": data.line("link_title"),
                    "reply_to": parent,
                    "by_thread_author": data.flag("is_submitter"),
                }
            ),
        )

    def _fields(self, data: Item, body: str, gone: str) -> dict[str, str]:
        """What submissions and comments have in common; of a deleted text nothing is left."""
        author, permalink = data.line("author"), data.line("permalink")
        author = "" if author in _GONE else author
        text = data.text(body)
        return {
            "text": "" if gone and text in _GONE else text,
            "url": SITE + permalink if permalink.startswith("/") else "",
            "seller": author,
            "seller_id": data.line("author_fullname"),
            "seller_url": f"{SITE}/user/{step(author)}/" if author else "",
            "posted_at": data.moment("created_utc"),
        }

    def _extra(self, data: Item, fullname: str, gone: str) -> dict[str, Json]:
        body = f"{data.text('selftext')}\n{data.text('body')}"
        points = data.number("score")
        return {
            "address": self.about(fullname),
            "group": data.line("subreddit").lower(),
            "edited_at": data.moment("edited") if data.at("edited") is not True else "",
            "edited": data.at("edited") is True,
            "deleted": gone,
            "nsfw": data.flag("over_18"),
            "role": data.line("distinguished"),
            "reactions": {} if points is None else {"points": points},
            "mentions": list(dict.fromkeys(_MENTION.findall(body))),
        }

    def _account(self, data: Item) -> PageRecord:
        """An account; its own page's texts stand under ``subreddit``."""
        name, given = data.line("name"), data.line("id")
        page = data.item("subreddit")
        text = page.text("public_description")
        picture = data.text("icon_img")
        return PageRecord(
            kind="profile",
            native_id=f"t2_{given}" if _ID.fullmatch(given) else "",
            locator=data.where,
            fields=filled(
                {
                    "seller": name,
                    "seller_id": f"t2_{given}" if _ID.fullmatch(given) else "",
                    "seller_url": f"{SITE}/user/{step(name)}/" if name else "",
                    "url": f"{SITE}/user/{step(name)}/" if name else "",
                    "title": page.line("title"),
                    "text": text,
                }
            ),
            images=tuple(map(Image, web([picture]))),
            extra=told(
                {
                    "address": self.account(name),
                    "created_at": data.moment("created_utc"),
                    "followers": page.number("subscribers"),
                    "points": data.number("total_karma") or data.number("link_karma"),
                    "employee": data.flag("is_employee"),
                    "moderates": data.flag("is_mod"),
                }
            ),
        )

    def _group(self, data: Item) -> PageRecord:
        """A subreddit, known by its name in lower case: names never change, and all pages tell."""
        name = data.line("display_name")
        texts = (data.text("public_description"), data.text("description"))
        fullname = data.line("name")
        return PageRecord(
            kind="group",
            native_id=name.lower(),
            locator=data.where,
            fields=filled(
                {
                    "title": data.line("title"),
                    "text": "\n\n".join(filter(None, texts)),
                    "url": f"{SITE}/r/{step(name)}/" if name else "",
                    "language": data.line("lang")[:2].lower(),
                }
            ),
            extra=told(
                {
                    "address": address(self.base, f"/r/{step(name)}/about", raw_json=1),
                    "name": name,
                    "fullname": fullname if _FULLNAME.fullmatch(fullname) else "",
                    "followers": data.number("subscribers"),
                    "created_at": data.moment("created_utc"),
                    "nsfw": data.flag("over18"),
                    "access": data.line("subreddit_type"),
                }
            ),
        )

    def members(self, data: Item, name: str) -> PageRecord | None:
        """The moderators of a subreddit (a UserList) as its members; None without a name."""
        if not name:
            return None
        members: list[Json] = [
            told(
                {
                    "handle": one.line("name"),
                    "id": one.line("id"),
                    "role": "moderator",
                    "since": one.moment("date"),
                    "may": list(one.texts("mod_permissions")),
                }
            )
            for one in data.items("children")
            if one.line("name")
        ]
        return PageRecord(
            kind="group",
            native_id=name.lower(),
            locator="members",
            fields={"url": f"{SITE}/r/{step(name)}/"},
            extra={"name": name, "members": members},
        )


def _fullname(data: Item, kind: str) -> str:
    """The thing's full name: as given, or made of its kind and id."""
    given, short = data.line("name"), data.line("id")
    if given.startswith(f"{kind}_") and _FULLNAME.fullmatch(given):
        return given
    return f"{kind}_{short}" if _ID.fullmatch(short) else ""


def _gone(data: Item, body: str) -> str:
    """By whom a thing was taken away, in Reddit's word; empty for one that is there."""
    by = data.line("removed_by_category")
    if by:
        return by
    text = data.text(body)
    if text in _GONE:
        return text.strip("[] ").lower()
    return "deleted" if data.line("author") == "[deleted]" and not text else ""


def _crosspost(data: Item) -> Json:
    """Where a crosspost was taken from: its author, full name and address."""
    first = data.at("crosspost_parent_list", 0)
    parent = Item(first, data.where, data.notes) if isinstance(first, dict) else Item()
    given = data.line("crosspost_parent") or (_fullname(parent, "t3") if parent else "")
    permalink = parent.line("permalink")
    return told(
        {
            "name": parent.line("author"),
            "id": given,
            "url": SITE + permalink if permalink.startswith("/") else "",
            "group": parent.line("subreddit").lower(),
        }
    )


def _images(data: Item) -> tuple[Image, ...]:
    """Pictures: those of a gallery in its order, else the preview's full sizes."""
    found = [*_gallery(data)]
    found += [(one.text("source", "url"), "") for one in data.item("preview").items("images")]
    seen: dict[str, Image] = {}
    for url, caption in found:
        for good in web([url]):
            seen.setdefault(good, Image(good, caption))
    return tuple(seen.values())


def _gallery(data: Item) -> Iterator[tuple[str, str]]:
    media = data.item("media_metadata")
    ordered = [*data.item("gallery_data").items("items")]
    named = [(one.line("media_id"), one.line("caption")) for one in ordered]
    for name, caption in named or [(key, "") for key in list(media.value)[:100]]:
        largest = media.item(name).item("s")
        yield largest.text("u") or largest.text("gif"), caption
