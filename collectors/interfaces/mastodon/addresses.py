"""Addresses of Mastodon's interface: where a round begins, and what an address asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from collectors.html import host
from collectors.interfaces.interface import Term
from collectors.interfaces.places import address, asked, path_of, step
from config.sources import Source

LIMIT = 40
"""Rows a page, the most there is (timelines: 40, search: 40 of each kind)."""

_INTERFACE = re.compile(r"/api/v[12](?:/|\Z)")
_TAG = re.compile(r"/api/v1/timelines/tag/([^/?#]+)\Z")
_PROFILE_PAGE = re.compile(r"https?://([^/\s?#]+)/@([^/\s?#@]+)/?\Z")


def start(source: Source, terms: Sequence[Term]) -> Iterator[str]:
    """Searches, hashtags, accounts and, where everything new is wanted, the local timeline.

    Groups of the fediverse are accounts that pass on what they are sent, so they are read as such.
    """
    base = source.start[0].rstrip("/") if source.start else ""
    for term in terms:
        yield search(base, term.text)
    for tag in source.ask.tags:
        yield timeline_of_tag(base, tag)
    for account in (*source.ask.accounts, *source.ask.groups):
        yield from _of_account(base, account)
    if source.ask.listings:
        yield address(base, "api/v1/timelines/public", local="true", limit=LIMIT)


def _of_account(base: str, account: str) -> Iterator[str]:
    """By handle (with or without @, or the address of its page), else by the instance's own id."""
    page = _PROFILE_PAGE.match(account.strip())
    handle = f"{page[2]}@{page[1]}" if page else account.strip().removeprefix("@")
    if handle.isdigit():
        yield address(base, f"api/v1/accounts/{handle}")
        yield statuses_of(base, handle)
    elif handle:
        yield address(base, "api/v1/accounts/lookup", acct=handle)


def search(base: str, words: str) -> str:
    return address(base, "api/v2/search", q=words, limit=LIMIT)


def timeline_of_tag(base: str, tag: str) -> str:
    tag = tag.strip().removeprefix("#")
    return address(base, f"api/v1/timelines/tag/{step(tag)}", limit=LIMIT)


def statuses_of(base: str, account: str) -> str:
    return address(base, f"api/v1/accounts/{step(account)}/statuses", limit=LIMIT)


def account_at(base: str, account: str) -> str:
    return address(base, f"api/v1/accounts/{step(account)}")


def status_at(base: str, status: str) -> str:
    return address(base, f"api/v1/statuses/{step(status)}")


def context_of(base: str, status: str, uri: str) -> str:
    """Answers and what is answered. ``of``, which instances pass over, is the post's own id there.

    The answer itself names the post only by the instance's number.
    """
    return address(base, f"api/v1/statuses/{step(status)}/context", of=uri)


def base_of(url: str, source: Source) -> str:
    """What stands before ``/api/`` in an address; the source's own base for saved answers."""
    if found := _INTERFACE.search(url):
        return url[: found.start()]
    return source.start[0].rstrip("/") if source.start else ""


def host_of(*addresses: str) -> str:
    """The host of the first of these that is a web address."""
    return next(filter(None, map(host, addresses)), "")


def question(url: str) -> str:
    """The words searched for, or the hashtag with its #; empty for all else."""
    if path_of(url).endswith("/api/v2/search"):
        return asked(url, "q")
    found = _TAG.search(path_of(url))
    return f"#{unquote(found[1])}" if found else ""
