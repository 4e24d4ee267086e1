"""The nouns of a made-up world: people, accounts, adverts, threads, hubs, and the world itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.rehearsal.keys import Key

MARKETS = ("nightjar", "meridian")
CLASSIFIEDS = "flohkiste"
FORUM = "lounge"
PLATFORMS = (*MARKETS, CLASSIFIEDS, FORUM)
"""Those that are web sites."""
SOCIAL = ("mastodon", "bluesky", "telegram", "whatsapp")
EVERYWHERE = (*PLATFORMS, *SOCIAL)

FIRST_DAY, LAST_DAY = date(2025, 4, 1), date(2026, 9, 30)
"""Everything in a world happens between these days, both included."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A way to reach or pay somebody: ``kind`` and ``value`` as ``spoor extract`` names them.

    ``label`` and ``written`` are how adverts show it. ``role`` is ``own``, what it is shared for
    (``cashier``, ``courier``, ``depot``), or why it links nobody (``escrow``,
    ``forwarder``, ``advertising``, ``borrowed``).
    """

    kind: str
    value: str
    label: str
    written: str
    role: str = "own"


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever is behind some accounts: the truth that resolution looks for.

    ``planned`` is how many accounts they get; ``copies`` names the actor whose handle and name
    they took over without being that actor.
    """

    actor: str
    network: str | None
    language: str
    country: str
    alias: str
    sells_wildlife: bool
    planned: int
    key: Key | None = None
    own: tuple[Contact, ...] = ()
    shared: tuple[Contact, ...] = ()
    copies: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """One account on one platform, and what its pages show of the person behind it.

    ``former`` is the handle and platform it says it had before; ``partners`` are handles of
    other members of the same network that its posts name. ``market_key`` says that its page
    repeats the market's own key. ``shown_as`` is the name beside a handle that is only a number.
    """

    platform: str
    handle: str
    native_id: str
    person: Person
    joined: date
    left: date
    shown: tuple[Contact, ...] = ()
    key: Key | None = None
    former: tuple[str, str] | None = None
    partners: tuple[str, ...] = ()
    market_key: bool = False
    shown_as: str = ""

    @property
    def name(self) -> tuple[str, str]:
        return self.platform, self.handle


@dataclass(frozen=True, slots=True)
class Advert:
    """One listing as its page shows it, with what is true of it.

    ``price`` is the amount in ``currency``; ``written`` is how the page says it.
    """

    platform: str
    listing_id: str
    seller: str
    thing: str
    language: str
    title: str
    text: str
    category: str
    written: str
    price: float
    currency: str
    ships_from: str
    ships_to: str
    posted: date
    taxon: str | None
    product: str | None
    relevant: bool


@dataclass(frozen=True, slots=True)
class Post:
    author: str
    text: str
    posted: date


@dataclass(frozen=True, slots=True)
class Thread:
    """A forum thread; its first post opens it."""

    thread_id: str
    section: str
    title: str
    language: str
    posts: tuple[Post, ...]


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody writes under an advert on a network or messenger."""

    platform: str
    listing_id: str
    author: str
    text: str
    posted: date


@dataclass(frozen=True, slots=True)
class Hub:
    """An identifier that many unrelated accounts show, and why it must link none of them."""

    kind: str
    value: str
    why: str
    platform: str | None = None


@dataclass(frozen=True, slots=True)
class Market:
    """What an onion market shows on every page of its own."""

    platform: str
    escrow: str
    support: str
    key: Key
    onions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class World:
    """A whole made-up world; the same seed and numbers give the same one, byte for byte."""

    seed: int
    people: tuple[Person, ...]
    accounts: tuple[Account, ...]
    adverts: tuple[Advert, ...]
    threads: tuple[Thread, ...]
    hubs: tuple[Hub, ...]
    markets: Mapping[str, Market]
    comments: tuple[Comment, ...] = ()

    @property
    def noise(self) -> tuple[Account, ...]:
        """Accounts of people who have nothing to do with protected wildlife."""
        return tuple(account for account in self.accounts if not account.person.sells_wildlife)
