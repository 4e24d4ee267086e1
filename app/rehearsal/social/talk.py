"""Adverts and comments on a network or messenger as one row of entries in the order of time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from app.rehearsal.dice import Dice
from app.rehearsal.nouns import Account, Advert, World
from app.rehearsal.social.names import group_of, post_id


@dataclass(frozen=True, slots=True)
class Entry:
    """One post or message. ``reply_to`` is the ``key`` of what it answers, empty for an advert.

    ``key`` is its native id where the platform has such ids for posts; ``number`` counts the
    entries of a platform (or of one group of a messenger) from 1.
    """

    key: str
    author: Account
    text: str
    at: datetime
    language: str
    reply_to: str = ""
    replies: int = 0
    number: int = 0


def entries(world: World, platform: str, group: int | None = None) -> tuple[Entry, ...]:
    """Every entry of a platform, or of one of its groups, the oldest first."""
    people = {item.handle: item for item in world.accounts if item.platform == platform}
    found = sorted(_entries(world, platform, people), key=lambda one: (one.at, one.key))
    if group is not None:
        found = [one for one in found if group_of(one.author.handle) == group]
    return tuple(replace(one, number=number) for number, one in enumerate(found, 1))


def _entries(world: World, platform: str, people: dict[str, Account]) -> Iterator[Entry]:
    comments = [one for one in world.comments if one.platform == platform]
    replies = Counter(one.listing_id for one in comments)
    adverts = {one.listing_id: one for one in world.adverts if one.platform == platform}
    for key, advert in adverts.items():
        at = _moment(world.seed, key, advert)
        author = people[advert.seller]
        yield Entry(key, author, words_of(advert), at, advert.language, replies=replies[key])
    for number, comment in enumerate(comments):
        advert, author = adverts[comment.listing_id], people[comment.author]
        key = post_id(platform, author.handle, 1_000 + number)
        at = _moment(world.seed, advert.listing_id, advert) + timedelta(hours=1, seconds=number)
        at += comment.posted - advert.posted
        yield Entry(key, author, comment.text, at, advert.language, advert.listing_id)


def words_of(advert: Advert) -> str:
    """The advert as a post: title, text and price, one below the other."""
    return f"{advert.title}\n{advert.text}\n{advert.written}"


def _moment(seed: int, key: str, advert: Advert) -> datetime:
    second = Dice(seed, "moment", key).below(80_000)
    return datetime.combine(advert.posted, time(), UTC) + timedelta(seconds=second)
