"""Addresses of Bluesky's interface: where a round begins, and what leads on from there.

Methods and their parameters after the lexicons of the AT Protocol's own repository
(lexicons/app/bsky, read 2026-11-22). Accounts and posts are asked for by DID, which never changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from collectors.interfaces.bluesky import names
from collectors.interfaces.interface import Term
from collectors.interfaces.places import address, asked, path_of
from config.sources import Source
from model.errors import ConfigurationError

PAGE = 100
"""The most that the interface gives at once."""

DEPTH = 1_000
WATCHED = "/subscribe"
SEARCH, ACTORS = "app.bsky.feed.searchPosts", "app.bsky.actor.searchActors"
AUTHOR, THREAD, POSTS = (
    "app.bsky.feed.getAuthorFeed",
    "app.bsky.feed.getPostThread",
    "app.bsky.feed.getPosts",
)
PROFILE, PROFILES = "app.bsky.actor.getProfile", "app.bsky.actor.getProfiles"
FEED, LIST_FEED = "app.bsky.feed.getFeed", "app.bsky.feed.getListFeed"
FEED_VIEW, LIST_VIEW = "app.bsky.feed.getFeedGenerator", "app.bsky.graph.getList"


def start(source: Source, terms: Sequence[Term]) -> Iterator[str]:
    """What was posted with each term or tag, by each account, in each feed and list.

    Accounts whose names or descriptions have a word are searched for too, where profiles are
    asked for, but only for words given in the source file: a vocabulary's would be too many.
    """
    base, ask = base_of(source), source.ask
    if not base:
        return
    for words in dict.fromkeys(term.text for term in terms):
        yield method(base, SEARCH, q=words, sort="latest", limit=PAGE)
    for tag in dict.fromkeys(tag.lstrip("#") for tag in ask.tags):
        yield method(base, SEARCH, q=f"#{tag}", sort="latest", limit=PAGE)
    for account in dict.fromkeys(map(_account, ask.accounts)):
        yield author(base, account)
        if ask.profiles:
            yield profile(base, account)
    for group in dict.fromkeys(map(_group, ask.groups)):
        yield from _of_group(base, group)
    if ask.profiles:
        for words in dict.fromkeys(term.text for term in terms if term.origin == "given"):
            yield method(base, ACTORS, q=words, limit=PAGE)


def base_of(source: Source, url: str = "") -> str:
    """What comes before ``/xrpc``: the source's first address that is not watched (/subscribe).

    Empty for a source that is only watched: nothing else of it is ever asked.
    """
    own = (one for one in source.start if not path_of(one).endswith(WATCHED))
    found = next(own, "" if source.start else url)
    return found.partition("/xrpc/")[0].partition("?")[0].rstrip("/")


def method(base: str, name: str, **query: str | int) -> str:
    """The address of a method; empty where there is nobody to ask."""
    return address(base, f"xrpc/{name}", **query) if base else ""


def author(base: str, account: str) -> str:
    """What an account wrote, answered and reposted."""
    filtered = {"filter": "posts_with_replies", "includePins": "false"}
    return method(base, AUTHOR, actor=account, **filtered, limit=PAGE)


def profile(base: str, account: str) -> str:
    return method(base, PROFILE, actor=account)


def one_post(base: str, uri: str) -> str:
    """The post alone; the answer is an empty list once it is gone."""
    return method(base, POSTS, uris=uri)


def thread(base: str, uri: str) -> str:
    """The post and all that answers it, as deep as the interface goes."""
    return method(base, THREAD, uri=uri, depth=DEPTH, parentHeight=0)


def method_of(url: str) -> str:
    """The name of the method that an address asks for; empty where it asks for none."""
    _, found, rest = path_of(url).partition("/xrpc/")
    return rest.strip("/") if found else ""


def question(url: str) -> str:
    """The words that an address searches for; empty for no search."""
    return asked(url, "q") if method_of(url) in (SEARCH, ACTORS) else ""


def _of_group(base: str, uri: str) -> Iterator[str]:
    """A feed or list: what it is, who is in it, and the posts it shows."""
    if f"/{names.LIST}/" in uri:
        yield method(base, LIST_VIEW, list=uri, limit=PAGE)
        yield method(base, LIST_FEED, list=uri, limit=PAGE)
    else:
        yield method(base, FEED_VIEW, feed=uri)
        yield method(base, FEED, feed=uri, limit=PAGE)


def _account(written: str) -> str:
    if found := names.account(written):
        return found
    raise ConfigurationError(
        f"ask.accounts: {written!r} is no account of Bluesky",
        remedy="give its handle (name.bsky.social), its DID, or the address of its page",
    )


def _group(written: str) -> str:
    if found := names.group(written):
        return found
    raise ConfigurationError(
        f"ask.groups: {written!r} is no list or feed of Bluesky",
        remedy="give its at-uri, or the address of its page (bsky.app/profile/…/lists/…)",
    )
