"""The questions of ``questions.yml`` as values."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from model.errors import ConfigurationError

ArgumentType = Literal["seller", "identifier", "thing", "actor", "taxon", "name", "date", "number"]


@dataclass(frozen=True, slots=True)
class Argument:
    """What a question wants to know; ``default`` is None where it must be given."""

    name: str
    type: ArgumentType
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A question: its statements run one after the other, all with the same parameters."""

    name: str
    description: str
    arguments: tuple[Argument, ...]
    statements: tuple[str, ...]
    columns: tuple[str, ...]
    example: tuple[str, ...]

    @property
    def signature(self) -> str:
        """The arguments as a person types them: ``TAXON [COUNTRY]``."""
        names = (
            one.name.upper() if one.default is None else f"[{one.name.upper()}]"
            for one in self.arguments
        )
        return " ".join(names)


@cache
def questions() -> tuple[Question, ...]:
    """All questions, in the order of the file."""
    raw = yaml.safe_load(Path(__file__).with_name("questions.yml").read_text("utf-8"))
    return tuple(_question(entry) for entry in raw)


def question(name: str) -> Question:
    """The question of this name; ConfigurationError with what is close for any other."""
    known = {one.name: one for one in questions()}
    if name in known:
        return known[name]
    close = ", ".join(difflib.get_close_matches(name, known)) or "spoor ask"
    raise ConfigurationError(f"no question called {name!r}", remedy=f"see {close}")


def _question(raw: dict[str, Any]) -> Question:
    return Question(
        name=raw["name"],
        description=raw["description"],
        arguments=tuple(Argument(**one) for one in raw["arguments"]),
        statements=tuple(raw["cypher"]),
        columns=tuple(raw["columns"]),
        example=tuple(raw["example"]),
    )
