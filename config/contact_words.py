"""How people write contacts: services, role words, hosts and phrases, read from ``contacts/``."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.settings import explain
from config.yaml_files import read_yaml
from model.canonical import short_digest
from model.errors import ConfigurationError

FOLDER = Path(__file__).parent / "contacts"


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Shape = TypeVar("Shape", bound=_Data)


class Service(_Data):
    """One messenger or payment service: its name's spellings (RE2) and what a handle looks like."""

    cue: str
    handle: tuple[str, ...]
    common: bool = False
    exact: bool = False
    hosts: Mapping[str, str] = Field(default_factory=dict)
    reserved: frozenset[str] = frozenset()


class Between(_Data):
    """Words that may stand between a service's name and the handle."""

    id: frozenset[str]
    plain: frozenset[str]


class Services(_Data):
    """The whole of ``services.yml``."""

    patterns: Mapping[str, str]
    messengers: Mapping[str, Service]
    payments: Mapping[str, Service]
    between: Between
    copula: frozenset[str]
    possessive: frozenset[str]
    after_handle: frozenset[str]
    never: frozenset[str]


class Role(_Data):
    """Words (RE2) that give an identifier its role, or the one it ``gives``.

    A ``stronger`` role wins within a line.
    """

    kinds: frozenset[str]
    before: tuple[str, ...]
    after: tuple[str, ...] = ()
    stronger: bool = False
    gives: str = ""


class Context(_Data):
    """The whole of ``context.yml``."""

    roles: Mapping[str, Role]
    phone_cues: tuple[str, ...]
    number_not_phone: tuple[str, ...]
    fingerprint_cues: tuple[str, ...]


class Hosts(_Data):
    """The whole of ``domains.yml``."""

    common: frozenset[str]
    bare_endings: frozenset[str]
    word_endings: frozenset[str]
    jabber: frozenset[str]
    mail: frozenset[str]


class Phrase(_Data):
    """How a further name is given; ``{name}`` and ``{market}`` stand for their kind of word."""

    pattern: str
    needs: str = ""


class Aliases(_Data):
    """The whole of ``aliases.yml``."""

    markets: frozenset[str]
    phrases: tuple[Phrase, ...]
    never: frozenset[str]


@dataclass(frozen=True, slots=True)
class ContactWords:
    """Everything in ``contacts/``; ``digest`` changes with any of it."""

    services: Services
    context: Context
    hosts: Hosts
    aliases: Aliases
    tlds: frozenset[str]
    iban_lengths: Mapping[str, int]
    digest: str


def load_contact_words(folder: Path = FOLDER) -> ContactWords:
    """Read and check the data files; ConfigurationError names the file and what is wrong."""
    names = ("services.yml", "context.yml", "domains.yml", "aliases.yml", "tlds.txt", "ibans.csv")
    contents = [_text(folder / name) for name in names]
    return ContactWords(
        services=_load(Services, folder / "services.yml"),
        context=_load(Context, folder / "context.yml"),
        hosts=_load(Hosts, folder / "domains.yml"),
        aliases=_load(Aliases, folder / "aliases.yml"),
        tlds=frozenset(data_lines(contents[4])),
        iban_lengths=_lengths(folder / "ibans.csv", contents[5]),
        digest=short_digest(contents),
    )


def data_lines(text: str) -> list[str]:
    """The lines of a data file without comments and empty ones."""
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}") from error


def _load(shape: type[Shape], path: Path) -> Shape:
    try:
        return shape.model_validate(read_yaml(path).content)
    except ValidationError as error:
        raise ConfigurationError(f"{path}: {explain(error)}") from error


def _lengths(path: Path, text: str) -> dict[str, int]:
    rows = csv.DictReader(data_lines(text))
    try:
        return {row["country"]: int(row["length"]) for row in rows}
    except (KeyError, ValueError) as error:
        raise ConfigurationError(f"{path}: columns country and length wanted: {error}") from error
