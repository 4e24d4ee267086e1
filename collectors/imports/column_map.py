"""Column maps: which column of someone else's table is which field of the public record format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from config import settings
from config.settings import explain
from config.yaml_files import read_yaml
from model.canonical import Json
from model.errors import ConfigurationError

TEXT_FIELDS = (
    "url",
    "seller",
    "seller_id",
    "seller_url",
    "title",
    "text",
    "category",
    "language",
    "country",
    "price",
    "currency",
    "ships_from",
    "ships_to",
    "posted_at",
    "collected_at",
)
"""Fields of the public record format that a document keeps as text, by name."""

FIELDS = frozenset((*TEXT_FIELDS, "platform", "listing_id", "kind", "images"))
TIME_FIELDS = frozenset(("posted_at", "collected_at"))
Name = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Joined(_Part):
    """The values of several columns, the empty ones left out, with ``join`` between them."""

    columns: tuple[Name, ...] = Field(min_length=1)
    join: str = " "


class Hashed(_Part):
    """A digest over the values of columns: an identity for rows whose table gives none."""

    hash: tuple[Name, ...] = Field(min_length=1)


Rule = Name | Joined | Hashed


class ColumnMap(_Part):
    """How a foreign table is read. Keys of ``columns`` and ``constants`` are our field names.

    ``ignore`` gives for each column that is kept out the reason; ``empty`` the spellings by
    which a column says "nothing"; ``timestamps`` the notation of a time field: ``unix``,
    ``unix_ms`` or a strptime format; naive times are taken as UTC. Columns that are neither
    named nor ignored stay with the row as they are.
    """

    about: str = ""
    origin: str = ""
    columns: Mapping[str, Rule] = Field(default_factory=dict)
    constants: Mapping[str, str] = Field(default_factory=dict)
    ignore: Mapping[Name, str] = Field(default_factory=dict)
    empty: Mapping[Name, tuple[str, ...]] = Field(default_factory=dict)
    timestamps: Mapping[str, str] = Field(default_factory=dict)
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    encoding: str | None = None

    @model_validator(mode="after")
    def _known_names(self) -> Self:
        for part, names, allowed in (
            ("columns", self.columns, FIELDS),
            ("constants", self.constants, FIELDS - {"images", "listing_id", "url"}),
            ("timestamps", self.timestamps, TIME_FIELDS),
        ):
            for name in names:
                if name not in allowed:
                    raise ValueError(f"{part}.{name}: no such field; {', '.join(sorted(allowed))}")
        for name in set(self.columns) & set(self.constants):
            raise ValueError(f"{name}: both a column and a constant")
        return self

    @property
    def named_columns(self) -> tuple[str, ...]:
        """Every column the map speaks of, each once, in order."""
        names: dict[str, None] = {}
        for rule in self.columns.values():
            names.update(dict.fromkeys(rule_columns(rule)))
        return tuple(names | dict.fromkeys((*self.ignore, *self.empty)))

    def as_json(self) -> dict[str, Json]:
        """What the seal keeps, so that the table can be read again in the same way."""
        kept: dict[str, Json] = self.model_dump(mode="json", exclude_defaults=True)
        return kept

    def check_columns(self, present: Iterable[str], where: str) -> None:
        """ConfigurationError, listing the table's columns, where one that is named is missing."""
        have = list(present)
        missing = [name for name in self.named_columns if name not in have]
        if missing:
            raise ConfigurationError(
                f"{where}: the column map names {_listed(missing)}, which the file does not have",
                remedy=f"its columns are {_listed(have)}",
            )


PLAIN = ColumnMap()
"""The map of a table that has our own headings."""


def rule_columns(rule: Rule) -> tuple[str, ...]:
    if isinstance(rule, Joined):
        return rule.columns
    return rule.hash if isinstance(rule, Hashed) else (rule,)


def maps_folder() -> Path:
    """Where the shipped maps lie."""
    return Path(settings.__file__).parent / "maps"


def shipped_maps() -> list[str]:
    return sorted(path.stem for path in maps_folder().glob("*.yml"))


def load_map(name_or_path: str | Path) -> ColumnMap:
    """A column map from a YAML file, or a shipped one by name; ConfigurationError names the key."""
    path = Path(name_or_path)
    if not path.is_file() and path.name == str(name_or_path) and not path.suffix:
        path = maps_folder() / f"{name_or_path}.yml"
    if not path.is_file():
        raise ConfigurationError(
            f"column map {name_or_path}: not found",
            remedy=f"give a YAML file, or one of {', '.join(shipped_maps())}",
        )
    return parse_map(read_yaml(path).content, str(path))


def parse_map(raw: Json, where: str) -> ColumnMap:
    """A column map from plain data; ConfigurationError says where and which key."""
    try:
        return ColumnMap.model_validate(raw if raw is not None else {})
    except ValidationError as error:
        raise ConfigurationError(f"column map {where}: {explain(error)}") from error


def _listed(names: Iterable[str]) -> str:
    shown = [repr(name[:60]) for name in names]
    more = f" and {len(shown) - 40} more" if len(shown) > 40 else ""
    return ", ".join(shown[:40]) + more
