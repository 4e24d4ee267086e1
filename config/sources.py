"""Source files: one YAML file a site, what to read there, how, and how politely.

A workspace's ``sources/NAME.yml`` wins over the shipped file of the same name. Reading a source
file never touches the network; selectors are compiled by the reader that uses them.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import re2
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from config.settings import Tlp, Workspace
from config.yaml_files import Step, YamlFile, read_yaml
from model.errors import ConfigurationError

SHIPPED = Path(__file__).parent / "sources"

TEXT_FIELDS = frozenset(
    {
        *("listing_id", "url", "title", "text", "category", "language", "country"),
        *("seller", "seller_id", "seller_url", "price", "currency"),
        *("ships_from", "ships_to", "posted_at", "collected_at"),
    }
)
"""The text fields of the public record format that ``fields:`` may fill."""

RecordKind = Literal["listing", "profile", "feedback", "thread", "post", "page"]
PageKind = Literal["listing", "profile", "feedback", "thread", "post", "page", "results"]
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


class _Part(BaseModel):
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
                    {"key": str(key), "hint": _hint(str(key), known)},
                )
        return value


def _hint(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean '{near[0]}'?" if near else f"; known are {', '.join(sorted(known))}"


class Sign(_Part):
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


class Value(_Part):
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
    many: bool = Field(default=False, description="every match gives a value: a list")
    optional: bool = Field(
        default=False, description="may be missing without an issue; more than one never is"
    )
    join: str | None = Field(
        default=None, description="with `many`: put between the texts, which then are one text"
    )
    fields: Mapping[str, Value] | None = Field(
        default=None, description="each match is an object with these values, read inside it"
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.as_ == "date" and not self.date_format:
            raise ValueError("a date needs its format, such as '%d/%m/%Y'")
        if self.beside is not None and self.select is None:
            raise ValueError("beside needs select: the elements among which the label stands")
        if self.join is not None and not self.many:
            raise ValueError("join needs many: true")
        return self


class _Record(_Part):
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

    @model_validator(mode="after")
    def _public_fields(self) -> Self:
        for name in self.fields:
            if name not in TEXT_FIELDS:
                raise PydanticCustomError(
                    "unknown_field",
                    "no field of the public record format{hint} (others go under extra)",
                    {"key": f"fields.{name}", "hint": _hint(name, TEXT_FIELDS)},
                )
        return self


class Rows(_Record):
    """Repeated records of one page: results, feedback, posts."""

    select: Selectors = Field(description="CSS selector; each match is one record")
    kind: RecordKind = Field(default="listing", description="what each row is")
    at_least: int = Field(
        default=0, ge=0, description="fewer rows than this are reported: the layout has changed"
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
    scope: str | None = Field(
        default=None, description="CSS selector of the region that holds the content"
    )
    rows: Annotated[tuple[Rows, ...], BeforeValidator(_listed)] = Field(
        default=(), description="repeated records on this page, of one or several kinds"
    )
    pages: Value | None = Field(default=None, description="how many result pages there are")


class Follow(_Part):
    """Links the collector goes on to; both parts must hold."""

    select: str = Field(default="a[href]", description="CSS selector of the links")
    url: Regex | None = Field(default=None, description="pattern found in the absolute address")


class Pace(_Part):
    """How politely the site is read. Settings of the workspace fill what is not given."""

    delay_seconds: float | None = Field(default=None, ge=0, description="pause between requests")
    concurrency: int = Field(default=1, ge=1, le=32, description="requests at the same time")
    pages_per_run: int | None = Field(default=None, ge=1, description="a run stops after so many")
    pages_per_day: int | None = Field(default=None, ge=1, description="and a day after so many")


def _address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("not an http or https address")
    if parts.username or parts.password:
        raise ValueError("holds a user name or password; secrets never stand in source files")
    return value


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError) as error:
        raise ValueError("no time zone of the IANA list, such as Europe/Brussels") from error
    return name


class Source(_Part):
    """One site: its name and grades, where to start, how to behave, what its pages look like."""

    name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$",
        description="short name, the same as the file's: lower case, digits, - and _",
    )
    title: str = Field(default="", description="the site's name as people write it")
    engine: Literal["market", "forum", "classifieds", "shop", "generic"] = Field(
        default="generic",
        description="generic reads any page by its structure; the others read by `pages`",
    )
    platform: str = Field(
        default="", description="what accounts and listings are filed under; the name if not given"
    )
    languages: tuple[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")], ...] = Field(
        default=(), description="languages the site is written in, ISO 639-1"
    )
    country: str | None = Field(
        default=None, pattern=r"^[A-Z]{2}$", description="the site's country, ISO 3166-1 alpha-2"
    )
    currency: str | None = Field(
        default=None,
        pattern=r"^[A-Z]{3,5}$",
        description="currency of prices without one: ISO 4217 or a coin",
    )
    currencies: Mapping[str, Annotated[str, Field(pattern=r"^[A-Za-z]{3,5}$")]] = Field(
        default={}, description="what a sign stands for on this site, such as '฿': BTC"
    )
    timezone: Annotated[str, AfterValidator(_zone)] = Field(
        default="UTC", description="the zone of times written without one, IANA name"
    )
    reliability: Literal["A", "B", "C", "D", "E", "F"] = Field(
        default="F", description="Admiralty grade of the source; F is cannot be judged"
    )
    tlp: Tlp = Field(default="AMBER", description="TLP 2.0 colour of what is read there")
    route: Literal["clear", "tor", "import"] = Field(
        default="import", description="how it is reached; import: only saved material"
    )
    start: tuple[Annotated[str, AfterValidator(_address)], ...] = Field(
        default=(), description="addresses the collector starts from"
    )
    follow: tuple[Follow, ...] = Field(
        default=(), description="links it goes on to, on the hosts of `start` only"
    )
    pace: Pace = Field(default=Pace(), description="how politely it is read")
    robots: Literal["obey", "ignore"] = Field(
        default="obey",
        description="whether the site's robots.txt is heeded; ignore it only where the mandate "
        "says so. Either way the decision goes into the custody log",
    )
    allow_private: bool = Field(
        default=False,
        description="the site is on this machine or in the own network; else such addresses are "
        "never asked for",
    )
    schedule: str | None = Field(
        default=None,
        pattern=r"^\s*\S+(\s+\S+){4}\s*$",
        description="cron expression of five fields, in the time zone of `timezone`",
    )
    recognise: Signs = Field(
        default=(),
        description="strict signs, of which one must hold, that a page with no source named is "
        "of this site; without them it is never guessed",
    )
    signs: Mapping[NotContent, Signs] = Field(
        default={},
        description="signs of what is no content: login, captcha, queue (waiting or anti-DDoS "
        "page), error, empty",
    )
    pages: Mapping[str, Page] = Field(default={}, description="the site's kinds of pages, by name")
    _file: YamlFile | None = PrivateAttr(default=None)

    @property
    def filed_under(self) -> str:
        """The platform of its accounts and listings."""
        return self.platform or self.name

    def place(self, *way: Step) -> str:
        """``file:line: key`` of a value, for messages about it; the source's name without file."""
        if self._file is None:
            return ".".join([self.name, *map(str, way)])
        return self._file.place(way)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.engine != "generic" and not self.pages:
            raise ValueError(f"engine {self.engine} needs pages; or take engine: generic")
        if self.route == "import" and self.start:
            raise ValueError("start addresses need a route: clear or tor")
        if self.route == "clear":
            for address in self.start:
                if str(urlsplit(address).hostname).endswith(".onion"):
                    raise ValueError(f"{address} is an onion address and needs route: tor")
        return self


def load_source(name_or_path: str | Path, workspace: Workspace | None = None) -> Source:
    """The source of this name or file; ConfigurationError names file, line and key.

    A name is looked up in the workspace first, then among the shipped files.
    """
    path = _find(name_or_path, workspace)
    file = read_yaml(path)
    if not isinstance(file.content, dict):
        raise ConfigurationError(f"{path}: not a source file: no keys at the top")
    try:
        source = Source.model_validate(file.content)
    except ValidationError as error:
        raise ConfigurationError(_explain(file, error)) from error
    if source.name != path.stem:
        raise ConfigurationError(
            f"{file.place(('name',))}: is '{source.name}' but the file is {path.name}",
            remedy="give both the same name",
        )
    source._file = file
    return source


def all_sources(workspace: Workspace | None = None) -> tuple[Source, ...]:
    """Every source by name: the workspace's own, then the shipped ones it does not replace."""
    files = {path.stem: path for path in sorted(SHIPPED.glob("*.yml"))}
    if workspace is not None:
        files |= {path.stem: path for path in sorted(workspace.sources.glob("*.yml"))}
    return tuple(load_source(files[name]) for name in sorted(files))


@lru_cache(maxsize=1)
def shipped_sources() -> tuple[Source, ...]:
    """The sources that come with the program, read once."""
    return all_sources()


def _find(name_or_path: str | Path, workspace: Workspace | None) -> Path:
    path = Path(name_or_path)
    if path.suffix in (".yml", ".yaml") or len(path.parts) > 1:
        return path
    folders = [SHIPPED] if workspace is None else [workspace.sources, SHIPPED]
    if re.fullmatch(r"[a-z0-9][a-z0-9_-]*", str(name_or_path)):
        for folder in folders:
            if (folder / f"{name_or_path}.yml").is_file():
                return folder / f"{name_or_path}.yml"
    known = sorted({file.stem for folder in folders for file in folder.glob("*.yml")})
    raise ConfigurationError(
        f"no source '{name_or_path}'{_hint(str(name_or_path), known)}",
        remedy=f"a source is a file {name_or_path}.yml in the workspace's folder sources",
    )


def _explain(file: YamlFile, error: ValidationError) -> str:
    """Each problem as ``file:line: key: what is wrong``, without repeating the input."""
    problems: list[str] = []
    for problem in error.errors(include_url=False, include_input=False):
        way = tuple(step for step in problem["loc"] if step != "[key]")
        context: dict[str, Any] = problem.get("ctx") or {}
        if "key" in context:
            way = (*way, *str(context["key"]).split("."))
        message = problem["msg"].removeprefix("Value error, ")
        problems.append(f"{file.place(way)}: {message}")
    return "\n".join(problems)
