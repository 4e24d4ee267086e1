"""The words by which pages without an adapter are understood, read from ``pages/words.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from config.settings import explain
from config.yaml_files import read_yaml
from model.errors import ConfigurationError

FILE = Path(__file__).parent / "pages" / "words.yml"


class PageWords(BaseModel):
    """Labels by field, and words of headings and buttons by what they tell."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    labels: Mapping[str, tuple[str, ...]]
    with_colon: frozenset[str]
    profile_words: tuple[str, ...]
    buy: tuple[str, ...]
    login: tuple[str, ...]
    captcha: tuple[str, ...]
    queue: tuple[str, ...]
    error: tuple[str, ...]
    empty: tuple[str, ...]
    removed_things: tuple[str, ...]
    removed_words: tuple[str, ...]
    ago: tuple[str, ...]
    today: tuple[str, ...]
    counters: tuple[str, ...]
    next_page: tuple[str, ...]
    aside: tuple[str, ...]
    currencies: tuple[str, ...]
    currency_signs: tuple[str, ...]
    magnitudes: tuple[str, ...]


@lru_cache(maxsize=1)
def page_words() -> PageWords:
    """The shipped words, read once; ConfigurationError names what is wrong with the file."""
    content = read_yaml(FILE).content
    try:
        return PageWords.model_validate(content)
    except ValidationError as error:
        raise ConfigurationError(f"{FILE}: {explain(error)}") from error


@lru_cache(maxsize=1)
def label_fields() -> Mapping[str, str]:
    """Label in folded case → the field it names; the first field named wins."""
    fields: dict[str, str] = {}
    for field, labels in page_words().labels.items():
        for label in labels:
            fields.setdefault(label.casefold(), field)
    return fields
