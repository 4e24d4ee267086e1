"""Source files: one YAML file a site, what to read there, how, and how politely.

A workspace's ``sources/NAME.yml`` wins over the shipped file of the same name. Reading a source
file never touches the network; selectors are compiled by the reader that uses them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, PrivateAttr, ValidationError, model_validator

from config.settings import Tlp, Workspace
from config.source_conduct import Address, Feed, Follow, MirrorList, Pace, Traps
from config.source_interface import INTERFACES, Ask, Interface, InterfaceEngine, Plan, Terms
from config.source_parts import (
    NOT_CONTENT,
    TEXT_FIELDS,
    NotContent,
    Page,
    Part,
    Rows,
    Sign,
    Signs,
    Value,
    nearest,
)
from config.yaml_files import Step, YamlFile, read_yaml
from model.errors import ConfigurationError

__all__ = [
    "INTERFACES",
    "NOT_CONTENT",
    "TEXT_FIELDS",
    "Ask",
    "Feed",
    "Follow",
    "Interface",
    "MirrorList",
    "Pace",
    "Page",
    "Plan",
    "Rows",
    "Sign",
    "Source",
    "Terms",
    "Traps",
    "Value",
    "all_sources",
    "examples",
    "explain_in",
    "load_source",
    "shipped_sources",
]

PageEngine = Literal["market", "forum", "classifieds", "shop", "feed", "generic"]
SHIPPED = Path(__file__).parent / "sources"
EXAMPLES = Path(__file__).parent / "examples"
"""Worked examples, one an engine: to read, to check and to copy; never collected from."""


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:
        raise ValueError("no time zone of the IANA list, such as Europe/Brussels") from error
    return name


class Source(Part):
    """One site: its name and grades, where to start, how to behave, what its pages look like."""

    name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$",
        description="short name, the same as the file's: lower case, digits, - and _",
    )
    title: str = Field(default="", description="the site's name as people write it")
    engine: PageEngine | InterfaceEngine = Field(
        default="generic",
        description="generic reads any page by its structure, feed reads RSS, Atom and JSON feeds, "
        "market, forum, classifieds and shop read by `pages`; the others read the interface of "
        "that name",
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
    decimal: Literal[".", ","] = Field(
        default=".", description="the sign before decimals in the site's numbers"
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
    start: tuple[Address, ...] = Field(
        default=(), description="addresses the collector starts from"
    )
    mirrors: tuple[Address, ...] = Field(
        default=(),
        description="other addresses of the same site, host and path to its root; taken in turn "
        "where the one before does not answer. A page counts once, on whichever it was read",
    )
    mirror_list: MirrorList | None = Field(
        default=None, description="a signed list of the site's addresses, checked on each run"
    )
    follow: tuple[Follow, ...] = Field(
        default=(),
        description="links it goes on to, on the hosts of `start` only; where it is not given, "
        "what the engine goes on to by itself; [] for none",
    )
    feed: Feed = Field(default=Feed(), description="how the entries of feeds are taken")
    ask: Ask = Field(default=Ask(), description="what an interface is asked for")
    interface: Interface = Field(
        default=Interface(), description="what the interface gives, its limits, terms and proof"
    )
    pace: Pace = Field(default=Pace(), description="how politely it is read")
    traps: Traps = Field(default=Traps(), description="what ends reading without an end")
    robots: Literal["obey", "ignore"] = Field(
        default="obey",
        description="whether the site's robots.txt is heeded; `ignore` counts only where the "
        "mandate allows it too. Either way the decision goes into the custody log",
    )
    media: bool = Field(
        default=False,
        description="whether pictures of listings are fetched, where the mandate allows it too",
    )
    recheck: bool = Field(
        default=True,
        description="whether known listings that a round did not come across are asked for by "
        "themselves, to tell those removed from those only not shown",
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
    removed: Signs = Field(
        default=(),
        description="signs of the notice that the site shows in place of a listing that is gone",
    )
    session: Signs = Field(
        default=(),
        description="signs that hold on every page while the session handed in for this source is "
        "valid; a page without them stops the source",
    )
    pages: Mapping[str, Page] = Field(default={}, description="the site's kinds of pages, by name")
    _file: YamlFile | None = PrivateAttr(default=None)

    @property
    def filed_under(self) -> str:
        """The platform of its accounts and listings."""
        return self.platform or self.name

    @property
    def is_interface(self) -> bool:
        """Whether an interface is asked instead of a site's pages."""
        return self.engine in INTERFACES

    @property
    def saved(self) -> Path | None:
        """The folder of its saved pages, beside its file; None for a source without a file."""
        return None if self._file is None else self._file.path.with_suffix("")

    @property
    def folder(self) -> Path | None:
        """Where its file stands, and the files beside it that it names; None without a file."""
        return None if self._file is None else self._file.path.parent

    def place(self, *way: Step) -> str:
        """``file:line: key`` of a value, for messages about it; the source's name without file."""
        if self._file is None:
            return ".".join([self.name, *map(str, way)])
        return self._file.place(way)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.engine not in ("generic", "feed", *INTERFACES) and not self.pages:
            raise ValueError(f"engine {self.engine} needs pages; or take engine: generic")
        if self.ask.anything and not self.is_interface:
            raise ValueError(f"ask is for interfaces; engine {self.engine} starts from `start`")
        if self.route == "import" and self.start:
            raise ValueError("start addresses need a route: clear or tor")
        if self.mirrors and not self.start:
            raise ValueError("mirrors need a start address, which they are other addresses of")
        if self.route == "clear":
            for address in (*self.start, *self.mirrors):
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
        raise explain_in(file, error) from error
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


def examples() -> tuple[Source, ...]:
    """The worked examples by name."""
    return tuple(load_source(path) for path in sorted(EXAMPLES.glob("*.yml")))


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
        f"no source '{name_or_path}'{nearest(str(name_or_path), known)}",
        remedy=f"a source is a file {name_or_path}.yml in the workspace's folder sources",
    )


def explain_in(file: YamlFile, error: ValidationError) -> ConfigurationError:
    """Each problem as ``file:line: key: what is wrong``, without repeating the input."""
    problems: list[str] = []
    for problem in error.errors(include_url=False, include_input=False):
        way = tuple(step for step in problem["loc"] if step != "[key]")
        context: dict[str, Any] = problem.get("ctx") or {}
        if "key" in context:
            way = (*way, *str(context["key"]).split("."))
        message = problem["msg"].removeprefix("Value error, ")
        problems.append(f"{file.place(way)}: {message}")
    return ConfigurationError("\n".join(problems))
