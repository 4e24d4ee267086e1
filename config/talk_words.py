"""What people write under an offer, by what it does, read from ``vocabulary/talk.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter, ValidationError

from config.settings import explain
from config.yaml_files import read_yaml
from model.canonical import short_digest
from model.errors import ConfigurationError

FILE = Path(__file__).parent / "vocabulary" / "talk.yml"
Phrase = Annotated[str, StringConstraints(min_length=1)]
ByLanguage = Mapping[str, tuple[Phrase, ...]]


class Move(BaseModel):
    """One thing that a comment does: ``alone`` are words that count only as the whole of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    phrases: ByLanguage
    alone: ByLanguage = {}


TalkWords = Mapping[str, Move]
_WORDS: TypeAdapter[TalkWords] = TypeAdapter(dict[str, Move])


@lru_cache(maxsize=1)
def load_talk_words() -> TalkWords:
    """The shipped words by move, read once; ConfigurationError names what is wrong."""
    content = read_yaml(FILE).content
    try:
        return _WORDS.validate_python(content)
    except ValidationError as error:
        raise ConfigurationError(f"{FILE}: {explain(error)}") from error


def digest(words: TalkWords) -> str:
    """Changes with every change of the words."""
    return short_digest([[name, move.model_dump(mode="json")] for name, move in words.items()])
