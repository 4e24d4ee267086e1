"""Names of countries and groups of countries in many languages, read from ``places/``."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from config.settings import explain
from config.yaml_files import read_yaml
from model.canonical import short_digest
from model.errors import ConfigurationError

FOLDER = Path(__file__).parent / "places"


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Phrases(_Data):
    """RE2 patterns of what stands before places, by the kind of observation they give."""

    ships_from: tuple[str, ...]
    ships_to: tuple[str, ...]
    ships_to_group: tuple[str, ...]
    location: tuple[str, ...]


class Regions(_Data):
    """The whole of ``regions.yml``."""

    groups: Mapping[str, tuple[str, ...]]
    names: Mapping[str, tuple[str, ...]]
    codes_in_text: frozenset[str]
    fields: Mapping[str, str]
    nowhere: frozenset[str]
    phrases: Phrases
    alone: Mapping[str, tuple[str, ...]]
    route_words: tuple[str, ...]
    except_words: tuple[str, ...]
    not_words: tuple[str, ...]
    before_us: frozenset[str]
    language_country: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Places:
    """Folded name → code, ISO codes, groups, phrases; ``digest`` changes with any of it."""

    names: Mapping[str, str]
    codes: frozenset[str]
    regions: Regions
    digest: str

    def code_of(self, name: str) -> str | None:
        """The code of a name standing alone in a field meant for a place, in any case."""
        folded = fold_place(name)
        if folded in self.names:
            return self.names[folded]
        upper = folded.upper()
        return upper if upper in self.codes else None


@lru_cache(maxsize=1 << 14)
def fold_place(name: str) -> str:
    """A place name as compared: NFKC, case folded, single spaces, one kind of apostrophe."""
    text = unicodedata.normalize("NFKC", name).casefold().replace("’", "'")
    return " ".join(text.split())


def load_places(folder: Path = FOLDER) -> Places:
    """Read and check the data files; ConfigurationError names the file and what is wrong."""
    table = folder / "countries.csv"
    try:
        text = table.read_text("utf-8")
        raw = (folder / "regions.yml").read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{folder}: {error}") from error
    regions = _regions(folder / "regions.yml")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    try:
        rows = [(row["code"], row["name"]) for row in csv.DictReader(lines)]
    except KeyError as error:
        raise ConfigurationError(f"{table}: no column {error}") from error
    return Places(_names(rows, regions), frozenset(c for c, _ in rows), regions, _digest(text, raw))


def _digest(*texts: str) -> str:
    return short_digest(list(texts))


def _regions(path: Path) -> Regions:
    try:
        return Regions.model_validate(read_yaml(path).content)
    except ValidationError as error:
        raise ConfigurationError(f"{path}: {explain(error)}") from error


def _names(rows: list[tuple[str, str]], regions: Regions) -> dict[str, str]:
    """Hand-made names win over the table; a name of two countries in the table names neither."""
    names: dict[str, str] = {}
    twice: set[str] = set()
    for code, name in rows:
        folded = fold_place(name)
        if names.setdefault(folded, code) != code:
            twice.add(folded)
    for folded in twice:
        del names[folded]
    for given in (regions.names, regions.groups):
        names |= {fold_place(name): code for code, all_names in given.items() for name in all_names}
    return names
