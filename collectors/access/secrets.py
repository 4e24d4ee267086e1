"""Keys of interfaces: under which names a person hands them in, and what is found there."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from collectors.access.keyring import Keyring, no_keyring
from config.sources import Source
from model.errors import CollectionError, ConfigurationError, Stop

SHORTEST = 8
"""Characters of the shortest secret: anything shorter could not be told from other text."""

LONGEST = 16_384

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Part(NamedTuple):
    """One thing an interface wants: its name in the variable, what it is, whether it is secret."""

    name: str
    what: str
    secret: bool = True


PARTS: Mapping[str, tuple[Part, ...]] = {
    "none": (),
    "token": (Part("TOKEN", "key or token"),),
    "app": (
        Part("CLIENT_ID", "id of the registered application", secret=False),
        Part("CLIENT_SECRET", "secret of the registered application"),
    ),
    "password": (
        Part("USER", "name of the agency's account", secret=False),
        Part("PASSWORD", "app password of the account"),
    ),
    "session": (
        Part("API_ID", "id of the registered application", secret=False),
        Part("API_HASH", "hash of the registered application"),
        Part("SESSION", "session of the agency's account"),
    ),
}
"""What each kind of ``interface.access`` wants to be given."""


@dataclass(frozen=True, slots=True)
class Held:
    """One part as it was found; ``place`` says where, and the value is never shown."""

    part: Part
    variable: str
    value: str = field(repr=False)
    place: Literal["environment", "file", "keyring"]


@dataclass(frozen=True, slots=True)
class Stand:
    """Whether a part is there: for show. ``says`` is a sentence without the value."""

    variable: str
    what: str
    place: str
    says: str


def variable(source: str, part: Part) -> str:
    """The environment variable, and the keyring's user name, for a part of this source's key."""
    return f"SPOOR_{source.upper().replace('-', '_')}_{part.name}"


def secrets_of(
    source: Source,
    *,
    environment: Mapping[str, str] = os.environ,
    keyring: Keyring = no_keyring,
    root: Path | None = None,
) -> tuple[Held, ...]:
    """All parts of this source's key; none where it wants none, or may go without and has none.

    Stop (``token-missing``) names what is not there. ConfigurationError for a file that others
    can read or that lies in the workspace ``root``, and for a value that can be no key.
    """
    parts = PARTS[source.interface.access.kind]
    found = [_held(source.name, part, environment, keyring, root) for part in parts]
    there = tuple(one for one in found if one is not None)
    if len(there) == len(parts) or (not there and source.interface.access.optional):
        return there
    wanted = [
        variable(source.name, part) for part, one in zip(parts, found, strict=True) if not one
    ]
    raise missing(source.name, wanted)


def missing(source: str, wanted: list[str]) -> CollectionError:
    """What to say where keys are not there."""
    names = " and ".join(wanted)
    return Stop(
        f"{source}: the interface wants a key or token, and {names} {_is(wanted)} not given",
        reason="token-missing",
        remedy=f"set {names}, or the same with _FILE to the name of a file that only you can "
        f"read; or put it into the keyring: spoor sources key {source}",
    )


def stands(
    source: Source,
    *,
    environment: Mapping[str, str] = os.environ,
    keyring: Keyring = no_keyring,
    root: Path | None = None,
) -> Iterator[Stand]:
    """Of each part of this source's key, whether it is there and could be used."""
    for part in PARTS[source.interface.access.kind]:
        name = variable(source.name, part)
        try:
            held = _held(source.name, part, environment, keyring, root)
        except ConfigurationError as error:
            yield Stand(name, part.what, "", error.message)
            continue
        says = keyring.problem if held is None else ""
        place = "" if held is None else held.place
        yield Stand(name, part.what, place, says)


def _held(
    source: str,
    part: Part,
    environment: Mapping[str, str],
    keyring: Keyring,
    root: Path | None,
) -> Held | None:
    name = variable(source, part)
    plain, named = environment.get(name, ""), environment.get(f"{name}_FILE", "")
    if plain and named:
        raise ConfigurationError(f"both {name} and {name}_FILE are set", remedy="set one of them")
    if plain:
        return Held(part, name, checked(plain, part, name), "environment")
    if named:
        text = _read(Path(named), f"{name}_FILE", root)
        return Held(part, name, checked(text, part, named), "file")
    kept = keyring.get(name)
    return Held(part, name, checked(kept, part, "the keyring"), "keyring") if kept else None


def checked(value: str, part: Part, where: str) -> str:
    """The value without white space around it; ConfigurationError for what can be no key."""
    text = value.strip()
    problem = ""
    if not text:
        problem = "is empty"
    elif _CONTROL.search(text):
        problem = "holds line breaks or control characters"
    elif len(text) > LONGEST:
        problem = f"is longer than {LONGEST:,} characters"
    elif part.name == "TOKEN" and not (text.isascii() and " " not in text):
        problem = "holds characters that no header may hold"
    elif part.secret and len(text) < SHORTEST:
        problem = f"is shorter than {SHORTEST} characters, and can not be told from other text"
    if problem:
        raise ConfigurationError(f"{where}: the {part.what} {problem}")
    return text


def _read(path: Path, name: str, root: Path | None) -> str:
    if root is not None and path.resolve().is_relative_to(root.resolve()):
        raise ConfigurationError(
            f"{name}: {path} lies inside the workspace",
            remedy="move it elsewhere, where copies of the workspace do not take it along",
        )
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(LONGEST + 2)
    except OSError as error:
        raise ConfigurationError(f"{name}: {path}: {error.strerror}") from error
    if mode & _OTHERS:
        raise ConfigurationError(
            f"{name}: others can read {path}", remedy=f"chmod 600 {path}, and give a new key"
        )
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise ConfigurationError(f"{name}: {path}: not text") from None


def _is(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"
