"""The parts of a source file that describe pages: signs, values, records, rows."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, Self

import re2
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)
from pydantic_core import PydanticCustomError

TEXT_FIELDS = frozenset(
    {
        *("listing_id", "url", "title", "text", "category", "language", "country"),
        *("seller", "seller_id", "seller_url", "price", "currency"),
        *("ships_from", "ships_to", "posted_at", "collected_at"),
    }
)
"""The text fields of the public record format that ``fields:`` may fill."""

RecordKind = Literal[
    "listing", "profile", "group", "feedback", "thread", "post", "comment", "message", "page"
]
PageKind = Literal[RecordKind, "results"]
NotContent = Literal["login", "captcha", "queue", "error", "empty"]
NOT_CONTENT: tuple[NotContent, ...] = ("captcha", "queue", "login", "error", "empty")
"""What is no content, in the order in which signs are looked for."""

ValueKind = Literal[
    "text", "money", "number", "integer", "count", "bool", "list", "date", "age", "url"
]


def _regex(pattern: str) -> str:
    try:
        re2.compile(pattern)
    except re2.error as error:
        detail = error.args[0] if error.args else ""
        detail = detail.decode("utf-8", "replace") if isinstance(detail, bytes) else detail
        raise ValueError(f"not a pattern RE2 can read: {detail}") from error
    return pattern


def _listed(value: object) -> object:
    return [value] if isinstance(value, str | dict) else value


Regex = Annotated[str, AfterValidator(_regex)]
"""A pattern in RE2 syntax: linear time on any page, so no look-around and no back references."""

Selectors = Annotated[tuple[str, ...], BeforeValidator(_listed), Field(min_length=1)]
"""One CSS selector, or several of which the first that matches anything counts."""


class Part(BaseModel):
    """A mapping of the file: frozen, and an unknown key is an error that names the nearest one."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        known = [field.alias or name for name, field in cls.model_fields.items()]
        for key in value:
            if key not in known and key not in cls.model_fields:
                raise PydanticCustomError(
                    "unknown_key",
                    "unknown key{hint}",
                    {"key": str(key), "hint": nearest(str(key), known)},
                )
        return value


def nearest(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean '{near[0]}'?" if near else f"; known are {', '.join(sorted(known))}"


class Sign(Part):
    """How a page is recognised: every part given must hold."""

    select: Selectors | None = Field(
        default=None, description="CSS selectors; every one of them must match something"
    )
    without: Selectors | None = Field(
        default=None, description="CSS selectors of which none may match anything"
    )
    title: Regex | None = Field(default=None, description="pattern found in the page's title")
    url: Regex | None = Field(default=None, description="pattern found in the page's address")
    text: Regex | None = Field(
        default=None, description="pattern found in the visible text, or in that of `within`"
    )
    within: str | None = Field(
        default=None, description="CSS selector of the region in which `text` is looked for"
    )

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not any((self.select, self.without, self.title, self.url, self.text)):
            raise ValueError("a sign needs at least one of select, without, title, url, text")
        return self


Signs = Annotated[tuple[Sign, ...], BeforeValidator(_listed)]
"""One sign, or several of which one must hold."""


class Value(Part):
    """Where one value stands and how it is read. Unless `many`, exactly one place must match."""

    select: Selectors | None = Field(
        default=None,
        description="CSS selector, relative to page or row; of several the first that matches "
        "counts. Without it, the page or row itself",
    )
    beside: str | None = Field(
        default=None,
        description="a label: of the elements that `select` finds, the one with exactly this "
        "text, and the value is the element after it",
    )
    containing: Regex | None = Field(
        default=None, description="of the elements found, only those whose text has this pattern"
    )
    attribute: str | None = Field(
        default=None, description="read this attribute instead of the text"
    )
    text: Literal["line", "block", "own", "raw"] = Field(
        default="line",
        description="line: white space made single. block: readable text with its line breaks. "
        "own: without the text of child elements. raw: every character as it stands",
    )
    pattern: Regex | None = Field(
        default=None,
        description="keep only the first group (or named groups, then an object) of this pattern",
    )
    as_: ValueKind = Field(
        default="text",
        alias="as",
        description="text; money (amount and currency); number; integer; count (how many places "
        "match); bool; list (split at commas); date (see `format`); age (seconds from '3d 4h'); "
        "url (made absolute)",
    )
    date_format: str | None = Field(
        default=None, alias="format", description="for dates, as strptime: '%d/%m/%Y'"
    )
    separator: Regex | None = Field(
        default=None, description="for lists: pattern between items; a comma or line break else"
    )
    values: Mapping[str, str | int | float | bool | None] | None = Field(
        default=None,
        description="text as written → value. A text that is not listed is reported, never guessed",
    )
    value: str | int | float | bool | None = Field(
        default=None, description="a fixed value, taken where `select` (if given) matches"
    )
    default: str | int | float | bool | None = Field(
        default=None, description="the value where nothing matches; that is then no issue"
    )
    trail: Regex | None = Field(
        default=None,
        description="for menus written as a flat list: pattern whose first group is the depth in "
        "an item's class. Kept are the item marked `chosen` and, above it, its ancestors",
    )
    chosen: str = Field(default=".selected", description="CSS selector of the item for `trail`")
    many: bool = Field(default=False, description="every match gives a value: a list")
    optional: bool = Field(
        default=False, description="may be missing without an issue; more than one never is"
    )
    join: str | None = Field(
        default=None, description="with `many`: put between the texts, which then are one text"
    )
    fields: Mapping[str, Value] | None = Field(
        default=None,
        description="each match is an object with these values, read inside it, though not inside "
        "another match in it",
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.as_ == "date" and not self.date_format:
            raise ValueError("a date needs its format, such as '%d/%m/%Y'")
        if self.beside is not None and self.select is None:
            raise ValueError("beside needs select: the elements among which the label stands")
        if not self.many and (self.join is not None or self.trail is not None):
            raise ValueError("join and trail need many: true")
        return self


class _Record(Part):
    """What one record of the public format is filled from."""

    id: Value | None = Field(
        default=None, description="the platform's own id of the listing or account"
    )
    fields: Mapping[str, Value] = Field(
        default={}, description="text fields of the public record format"
    )
    extra: Mapping[str, Value] = Field(
        default={}, description="whatever else the page tells, under names of your own"
    )
    images: Selectors | None = Field(
        default=None, description="CSS selector of the `img` elements that show the goods"
    )
    apart: tuple[str, ...] = Field(
        default=(),
        description="CSS selectors of what stands in the record but is not its own words: quotes, "
        "signatures, notices. Left out of `text: block`, links and images, all of them; a value "
        "that selects such a place reads it, without those inside it",
    )

    @model_validator(mode="after")
    def _public_fields(self) -> Self:
        for name in self.fields:
            if name not in TEXT_FIELDS:
                raise PydanticCustomError(
                    "unknown_field",
                    "no field of the public record format{hint} (others go under extra)",
                    {"key": f"fields.{name}", "hint": nearest(name, TEXT_FIELDS)},
                )
        return self


class Rows(_Record):
    """Repeated records of one page: results, feedback, posts."""

    select: Selectors = Field(description="CSS selector; each match is one record")
    kind: RecordKind = Field(default="listing", description="what each row is")
    at_least: int = Field(
        default=0, ge=0, description="fewer rows than this are reported: the layout has changed"
    )
    aside: bool = Field(
        default=False,
        description="a record about somebody on the side, such as the seller on a page about a "
        "listing: kept as a document of its own, not as a row of this page",
    )
    inherit: tuple[str, ...] = Field(
        default=(), description="fields that every row takes over from the page's own record"
    )


class Page(_Record):
    """One kind of page of the site: how it is recognised and what stands on it."""

    kind: PageKind = Field(
        description="what the page is; `results` has rows only and no record of its own"
    )
    when: Signs = Field(
        description="signs, of which one must hold; pages are tried in the order of the file"
    )
    record: RecordKind | None = Field(
        default=None,
        description="what the page's own record is, where that differs from `kind`: a page of "
        "feedback about a seller has a profile, which then is kept aside",
    )
    scope: str | None = Field(
        default=None, description="CSS selector of the region that holds the content"
    )
    rows: Annotated[tuple[Rows, ...], BeforeValidator(_listed)] = Field(
        default=(), description="repeated records on this page, of one or several kinds"
    )
    pages: Value | None = Field(default=None, description="how many result pages there are")
