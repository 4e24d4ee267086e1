"""Reads the words of the made-up world from ``texts/``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from model.canonical import Json

_FOLDER = Path(__file__).parent / "texts"
LANGUAGES = ("en", "de", "fr", "es", "id", "vi", "zh", "th", "ru")


@dataclass(frozen=True, slots=True)
class Thing:
    """What can be offered; ``taxon`` and ``product`` are None for ordinary goods."""

    name: str
    category: str
    low: float
    high: float
    taxon: str | None
    product: str | None


@dataclass(frozen=True, slots=True)
class Words:
    """What adverts of one language say; ``goods`` maps a thing to its titles and sentences."""

    language: str
    currency: str
    countries: tuple[str, ...]
    prices: tuple[str, ...]
    goods: Mapping[str, Mapping[str, tuple[str, ...]]]
    phrases: Mapping[str, tuple[str, ...]]
    first: tuple[str, ...]
    second: tuple[str, ...]


@lru_cache(maxsize=1)
def things() -> Mapping[str, Thing]:
    """Everything that is offered anywhere, by name."""
    content = _read("goods")
    return {
        name: Thing(
            name,
            row["category"],
            row["usd"][0],
            row["usd"][1],
            row.get("taxon"),
            row.get("product"),
        )
        for group in ("wildlife", "ordinary")
        for name, row in content[group].items()
    }


@lru_cache(maxsize=1)
def words() -> Mapping[str, Words]:
    """The words of each language of :data:`LANGUAGES`."""
    names = _read("names")
    return {language: _words(_read(language), names[language]) for language in LANGUAGES}


def _words(content: Json, names: Json) -> Words:
    return Words(
        language=content["language"],
        currency=content["currency"],
        countries=tuple(content["country"]),
        prices=tuple(content["price"]),
        goods={
            name: {part: tuple(lines) for part, lines in texts.items()}
            for name, texts in content["goods"].items()
        },
        phrases={kind: tuple(lines) for kind, lines in content["phrases"].items()},
        first=tuple(names["first"]),
        second=tuple(names["second"]),
    )


def _read(name: str) -> Json:
    return yaml.safe_load((_FOLDER / f"{name}.yml").read_text("utf-8"))
