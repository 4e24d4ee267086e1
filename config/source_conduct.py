"""The parts of a source file that say how a site is visited: links, pace, traps, mirrors."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from config.source_parts import Part, Regex

_HOURS = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])-([01]?[0-9]|2[0-3]):([0-5][0-9])")


def check_address(value: str) -> str:
    """An http or https address without user name or password; ValueError else."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("not an http or https address")
    if parts.username or parts.password:
        raise ValueError("holds a user name or password; secrets never stand in source files")
    return value


def check_hours(value: str) -> str:
    """``HH:MM-HH:MM``, over midnight where the end comes first; ValueError else."""
    if value and not _HOURS.fullmatch(value):
        raise ValueError("not HH:MM-HH:MM, such as 22:00-06:00")
    return value


def minutes(hours: str) -> tuple[int, int]:
    """Begin and end of ``HH:MM-HH:MM`` in minutes since midnight."""
    found = _HOURS.fullmatch(hours)
    if found is None:
        raise ValueError("not HH:MM-HH:MM, such as 22:00-06:00")
    h1, m1, h2, m2 = map(int, found.groups())
    return 60 * h1 + m1, 60 * h2 + m2


Address = Annotated[str, AfterValidator(check_address)]
Hours = Annotated[str, AfterValidator(check_hours)]


class Follow(Part):
    """Links the collector goes on to; both parts must hold."""

    select: str = Field(default="a[href]", description="CSS selector of the links")
    url: Regex | None = Field(default=None, description="pattern found in the absolute address")


class Feed(Part):
    """How the entries of feeds are taken."""

    entries: Literal["listing", "post"] = Field(
        default="post", description="what an entry is: a listing, or a post of its author"
    )
    id: Regex | None = Field(
        default=None,
        description="pattern whose group, found in an entry's address, is its id, so that entry "
        "and page are one listing; else its own id, or the number in its address",
    )
    follow: bool = Field(
        default=False,
        description="whether the page of each entry is read too, where it is on a host of `start`",
    )


class Pace(Part):
    """How politely the site is read. Settings of the workspace fill what is not given; where the
    mandate says something stricter, that holds."""

    delay_seconds: float | None = Field(
        default=None, ge=0, description="pause between two requests to one host"
    )
    concurrency: int = Field(default=1, ge=1, le=32, description="requests at the same time")
    pages_per_run: int | None = Field(default=None, ge=1, description="a run stops after so many")
    pages_per_day: int | None = Field(
        default=None, ge=1, description="and a day (of `timezone`) after so many"
    )
    quiet_hours: Hours = Field(
        default="", description="HH:MM-HH:MM in `timezone` in which nothing is asked for"
    )


class Traps(Part):
    """What ends reading without an end. Each rule that ended something is named in the report."""

    parameters: tuple[str, ...] = Field(
        default=(),
        description="query parameters that change nothing and are left out of addresses; the usual "
        "names of session ids always are",
    )
    depth: int = Field(default=50, ge=1, description="links in a row from a start address")
    barren: int = Field(
        default=25,
        ge=2,
        description="pages of one shape (digits apart) in a row without a record that is new to "
        "this round, after which that shape is left",
    )


class MirrorList(Part):
    """A list of the site's addresses, signed by its own key, such as a market's /mirrors.txt."""

    url: Address = Field(description="where the list stands; on a host of `start` or `mirrors`")
    fingerprint: Annotated[str, Field(pattern=r"^(?:[0-9A-F]{40}|[0-9A-F]{64})$")] = Field(
        description="fingerprint of the key that must have signed it, upper case"
    )
    key: str = Field(
        description="file with the armoured public key, beside the source file; taken from the "
        "site once and compared with what others hold, for it is what mirrors are trusted by"
    )
