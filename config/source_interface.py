"""The parts of a source file for interfaces of networks and marketplaces: what is asked, terms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from config.source_parts import Part

InterfaceEngine = Literal[
    "bluesky",
    "discourse",
    "ebay",
    "mastodon",
    "matrix",
    "misago",
    "nodebb",
    "oscar",
    "reddit",
    "telegram",
    "telegram-web",
    "vk",
    "youtube",
]
INTERFACES: tuple[str, ...] = get_args(InterfaceEngine)
"""Engines that read an interface (JSON, or previews made for it) instead of a site's pages."""

Use = Literal[
    "automated",  # programs may ask at all
    "search",
    "keep",  # answers may be stored beyond a short time
    "profiles",
    "members",
    "comments",
    "media",
    "law-enforcement",  # used for investigations
    "inference",  # conclusions about persons drawn and stored
    "research",
]


class Plan(Part):
    """Words to search for, made from the vocabulary: species × product × language × code words."""

    languages: tuple[Annotated[str, Field(pattern=r"^[a-z]{2}$")], ...] = Field(
        default=(), description="languages of the words, ISO 639-1; those of the source if none"
    )
    taxa: tuple[str, ...] = Field(
        default=(), description="scientific names of taxa, each with what is below it; all if none"
    )
    products: tuple[Annotated[str, Field(pattern=r"^[A-Z]{3}$")], ...] = Field(
        default=(), description="CITES trade term codes, such as TUS; all if none"
    )
    code_words: bool = Field(default=True, description="whether code words are searched for too")
    most: int = Field(
        default=40,
        ge=1,
        le=10_000,
        description="how many words a round searches for, those that brought most first, with a "
        "share for words not tried yet",
    )


class Ask(Part):
    """What an interface is asked for. What is not named here is not asked."""

    words: tuple[str, ...] = Field(default=(), description="words searched for, as given")
    plan: Plan | None = Field(default=None, description="further words, from the vocabulary")
    tags: tuple[str, ...] = Field(default=(), description="hashtags, without #")
    accounts: tuple[str, ...] = Field(
        default=(), description="accounts whose posts are read, by handle or id"
    )
    groups: tuple[str, ...] = Field(
        default=(),
        description="channels, groups, rooms, subreddits, categories or sections, by name or id",
    )
    listings: bool = Field(
        default=False, description="whether everything new is read, where the interface offers it"
    )
    threads: bool = Field(
        default=True, description="whether replies and comments of what was found are read too"
    )
    profiles: bool = Field(
        default=True, description="whether the profile of each account met is read too"
    )
    members: bool = Field(
        default=False, description="whether members of groups are read, where they are visible"
    )
    watch: bool = Field(
        default=False, description="whether new posts are watched for as they come (Bluesky)"
    )
    days: int | None = Field(
        default=30, ge=1, description="how many days back posts are read; all there is if null"
    )

    @property
    def anything(self) -> bool:
        """Whether anything is asked for at all."""
        return self.more_than_watch or self.watch

    @property
    def more_than_watch(self) -> bool:
        """Whether anything is read page by page."""
        named = (self.words, self.tags, self.accounts, self.groups, self.plan)
        return any(named) or self.listings


class Terms(Part):
    """The terms an interface is used under, as they were read on a day."""

    name: str = Field(description="what the terms are called")
    url: str = Field(default="", description="where they stand")
    read_on: date = Field(description="the day they were read, ISO 8601")
    allows: tuple[Use, ...] = Field(default=(), description="what they allow in so many words")
    forbids: tuple[Use, ...] = Field(default=(), description="what they forbid")
    note: str = Field(default="", description="what a person should know, in a sentence")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if both := set(self.allows) & set(self.forbids):
            raise ValueError(f"both allowed and forbidden: {', '.join(sorted(both))}")
        return self


class Rate(Part):
    """How many requests an interface takes in how many seconds."""

    requests: int = Field(ge=1, description="so many requests")
    seconds: float = Field(gt=0, description="in so many seconds")


class Quota(Part):
    """A budget of an interface: units a day, kept in a ledger and never overrun."""

    units: Mapping[str, Annotated[int, Field(ge=0)]] = Field(
        description="units a day by the budget's name, such as {search: 100, units: 10000}"
    )
    timezone: str = Field(default="UTC", description="the zone whose midnight ends the day")


class Access(Part):
    """What the interface wants to be shown; never here: in the environment or a keyring."""

    kind: Literal["none", "token", "app", "password", "session"] = Field(
        default="none",
        description="token: one key or token; app: client id and secret; password: an account and "
        "its (app) password; session: an api id, api hash and a session of the own account",
    )
    optional: bool = Field(default=False, description="whether it also answers without")


class Proof(Part):
    """How the collector was shown to be right."""

    by: Literal["server", "recording", "documentation"] = Field(
        description="a real server, a recording of real answers, or the maker's documentation"
    )
    what: str = Field(description="which server, recording or documentation, with its version")
    live: bool = Field(
        default=False, description="whether it was proved against the service itself"
    )


class Interface(Part):
    """What holds for an interface as such: what it gives, its limits, terms and proof."""

    collects: str = Field(default="", description="what is collected, in a few words")
    paging: str = Field(default="", description="how one goes on from page to page")
    limits: str = Field(default="", description="the service's limits, in a few words")
    rate: Rate | None = Field(default=None, description="obeyed before the service has to say so")
    quota: Quota | None = Field(default=None, description="budgets of the service")
    access: Access = Field(default=Access(), description="what it wants to be shown")
    terms: Terms | None = Field(default=None, description="the terms it works under")
    proof: tuple[Proof, ...] = Field(default=(), description="how it was proved")
