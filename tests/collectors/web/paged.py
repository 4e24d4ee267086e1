"""A made-up network: posts, replies and accounts behind a JSON interface with cursors.

``Network`` is the server's side, for the ``before`` of a test site; ``INTERFACE`` reads it. Read
in place of a real network's module, as ``reads_made_up`` in a test or :func:`put_in` elsewhere.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, quote, urljoin, urlsplit

from collectors.interfaces import Interface, Term, Told, interface_of
from collectors.records import PageReading, PageRecord
from collectors.web.failures import failure
from config.sources import Source
from model.errors import CollectionError, Skip

from .conftest import Site, send

ENGINE = "oscar"
PAGE = 5


# reading it
def start(source: Source, terms: Sequence[Term]) -> Iterator[str]:
    base = source.start[0]
    for term in terms:
        yield urljoin(base, f"search?q={quote(term.text)}")
    for name in source.ask.accounts:
        yield urljoin(base, f"accounts/{name}/posts")


def read(payload: bytes, source: Source, url: str, *, since: str = "") -> PageReading:
    try:
        told = json.loads(payload)
    except ValueError as error:
        raise Skip(f"{url}: no JSON", reason="interface-error") from error
    if "account" in told:
        records: tuple[PageRecord, ...] = (_profile(told["account"], url),)
    else:
        rows = told.get("posts", [told["post"]] if "post" in told else [])
        single = "post" in told
        records = tuple(
            _post(row, "" if single else f"post {n}", url) for n, row in enumerate(rows, 1)
        )
    follow = []
    posts = [record for record in records if record.kind == "post"]
    if told.get("next") and posts and min(p.fields["posted_at"] for p in posts) >= since:
        follow.append(urljoin(url, told["next"]))
    for post in posts:
        if source.ask.threads and post.extra["replies"]:
            follow.append(urljoin(url, f"/api/posts/{post.native_id}/replies"))
        if source.ask.profiles:
            follow.append(urljoin(url, f"/api/accounts/{post.fields['seller']}"))
    kind = "results" if told.get("posts") is not None else (records[0].kind if records else "empty")
    return PageReading(kind, source.name, url, "", records=records, follow=tuple(follow))


def _post(row: Mapping[str, Any], locator: str, url: str) -> PageRecord:
    extra = {name: row[name] for name in ("edited_at", "deleted", "reply_to") if row.get(name)}
    address = urljoin(url, f"/api/posts/{row['id']}")
    fields = {"text": row["text"], "seller": row["by"], "posted_at": row["at"]}
    extra |= {"address": address, "replies": row["replies"]}
    return PageRecord("post", row["id"], locator, fields, extra=extra)


def _profile(row: Mapping[str, Any], url: str) -> PageRecord:
    fields = {"seller": row["name"], "text": row["bio"]}
    return PageRecord("profile", row["id"], "", fields, extra={"address": url})


def trouble(told: Told) -> CollectionError | None:
    if told.status == 200 and b'"error"' in told.payload[:20]:
        word = json.loads(told.payload)["error"]
        return failure({"revoked": "token-refused", "out": "quota"}[word], told.url, word)
    return None


def question(url: str) -> str:
    return parse_qs(urlsplit(url).query).get("q", [""])[0]


def cost(url: str) -> Mapping[str, int]:
    return {"search": 1} if question(url) else {"units": 1}


INTERFACE = Interface(ENGINE, start, read, trouble, question, cost)


def put_in() -> None:
    """Let the made-up network be what this engine reads."""
    module = ModuleType(f"collectors.interfaces.{ENGINE}")
    module.INTERFACE = INTERFACE  # type: ignore[attr-defined]
    sys.modules[module.__name__] = module
    interface_of.cache_clear()


def take_out() -> None:
    sys.modules.pop(f"collectors.interfaces.{ENGINE}", None)
    interface_of.cache_clear()


# serving it
@dataclass(slots=True)
class Post:
    id: str
    text: str
    by: str
    at: str = "2026-01-05T10:00:00Z"
    reply_to: str = ""
    edited_at: str = ""
    deleted: bool = False


@dataclass(slots=True)
class Network:
    """Accounts and posts, newest first; ``guard`` may answer before anything else is done."""

    posts: list[Post] = field(default_factory=list)
    bios: dict[str, str] = field(default_factory=dict)
    guard: Callable[[BaseHTTPRequestHandler], object] | None = None
    headers: Callable[[], tuple[tuple[str, str], ...]] = tuple
    asked: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fill(self, posts: int, *, accounts: int = 3, replies: int = 0, text: str = "ivory") -> None:
        for number in range(posts):
            by = f"u{number % accounts}"
            self.bios.setdefault(by, f"I am {by}")
            self.posts.append(Post(f"p{number}", f"{text} {number}", by))
            for n in range(replies if number % 4 == 0 else 0):
                self.posts.append(Post(f"p{number}r{n}", "price?", by, reply_to=f"p{number}"))

    @property
    def records(self) -> set[str]:
        return {post.id for post in self.posts} | {f"id-{name}" for name in self.bios}

    def post(self, name: str) -> Post:
        return next(post for post in self.posts if post.id == name)

    def answer(self, request: BaseHTTPRequestHandler) -> bool:
        """For ``Site.before``."""
        with self.lock:
            self.asked.append(request.path)
            if self.guard is not None and self.guard(request):
                return True
            found = self.found(request.path)
            headers = (("Content-Type", "application/json"), *self.headers())
            body = json.dumps({"no": "such thing"} if found is None else found)
        send(request, body, status=404 if found is None else 200, headers=headers)
        return True

    def found(self, path: str) -> Mapping[str, Any] | None:
        parts = urlsplit(path)
        way, query = parts.path.strip("/").split("/")[1:], parse_qs(parts.query)
        match way:
            case ["search"]:
                word = query["q"][0]
                found = [p for p in self.posts if word in p.text and not p.reply_to]
                return self._page(found, query, f"/api/search?q={quote(word)}&")
            case ["accounts", name] if name in self.bios:
                return {"account": {"id": f"id-{name}", "name": name, "bio": self.bios[name]}}
            case ["accounts", name, "posts"] if name in self.bios:
                found = [p for p in self.posts if p.by == name]
                return self._page(found, query, f"/api/accounts/{name}/posts?")
            case ["posts", name, "replies"]:
                found = [p for p in self.posts if p.reply_to == name]
                return self._page(found, query, f"/api/posts/{name}/replies?")
            case ["posts", name]:
                return next(({"post": self._row(p)} for p in self.posts if p.id == name), None)
        return None

    def _page(
        self, found: list[Post], query: Mapping[str, list[str]], path: str
    ) -> Mapping[str, Any]:
        """A page, with a cursor that looks like a session's token."""
        at = int(query.get("cursor", ["0" * 32])[0][:8], 16)
        rows = [self._row(post) for post in found[at : at + PAGE]]
        more = at + PAGE < len(found)
        after = f"{path}cursor={at + PAGE:08x}{'ab12' * 6}" if more else None
        return {"posts": rows, "next": after}

    def _row(self, post: Post) -> dict[str, Any]:
        replies = sum(1 for p in self.posts if p.reply_to == post.id)
        row = {"id": post.id, "text": post.text, "by": post.by, "at": post.at, "replies": replies}
        more = {"edited_at": post.edited_at, "deleted": post.deleted, "reply_to": post.reply_to}
        return row | more


def network_source(site: Site, **more: object) -> Source:
    base = {
        "name": "bazaar",
        "engine": ENGINE,
        "route": "clear",
        "allow_private": True,
        "start": [f"{site.url}/api/"],
        "ask": {"words": ["ivory"], "days": None},
    }
    return Source.model_validate(base | more)
