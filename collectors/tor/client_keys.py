"""Keys of onion services that let only known clients in, kept in a file of the person's own."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr
from stem.control import Controller

from collectors.tor.addresses import onion_problem
from collectors.tor.control import controller
from config.settings import TorSettings
from model.errors import ConfigurationError

_FILE = "SPOOR_ONION_KEYS_FILE"
_FORM = "<56 characters>:descriptor:x25519:<52 characters of base32>"


@dataclass(frozen=True, slots=True)
class ClientKey:
    """A private x25519 key, base64, for the onion service ``name`` (without ``.onion``)."""

    name: str
    key: SecretStr


def read_client_keys(environment: Mapping[str, str] = os.environ) -> tuple[ClientKey, ...]:
    """The keys in the file that ``SPOOR_ONION_KEYS_FILE`` names; none where it names none.

    Lines are those of tor's own ``.auth_private`` files, empty ones and those behind ``#`` are
    passed over. ConfigurationError names file and line, never the key.
    """
    named = environment.get(_FILE)
    if not named:
        return ()
    try:
        lines = Path(named).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "is not text"
        raise ConfigurationError(f"{_FILE}: {named}: {why}") from None
    keys: dict[str, ClientKey] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key = _read(line.strip(), f"{named}, line {number}")
        if key.name in keys:
            raise ConfigurationError(f"{named}, line {number}: {key.name}.onion has a key already")
        keys[key.name] = key
    return tuple(keys.values())


def add_client_keys(settings: TorSettings, keys: Iterable[ClientKey]) -> list[str]:
    """Hand keys to tor, which keeps them in memory only; the names it had no key for before."""
    keys = tuple(keys)
    if not keys:
        return []
    with controller(settings) as control:
        return [key.name for key in keys if _add(control, key)]


def remove_client_keys(settings: TorSettings, names: Iterable[str]) -> None:
    """Have tor forget the keys of these onion services."""
    names = tuple(names)
    if not names:
        return
    with controller(settings) as control:
        for name in names:
            control.msg(f"ONION_CLIENT_AUTH_REMOVE {name}")


def _add(control: Controller, key: ClientKey) -> bool:
    """Whether tor took the key and had none before; a wrong key shows itself on use only."""
    secret = key.key.get_secret_value()
    answer = control.msg(f"ONION_CLIENT_AUTH_ADD {key.name} x25519:{secret}")
    code = str(next(iter(answer.content()))[0])
    if not code.startswith("2"):
        raise ConfigurationError(
            f"tor did not take the client key of {key.name}.onion (answer {code})",
            remedy="correct the key" if code in ("512", "553") else "use tor 0.4.3 or newer",
        )
    return code != "251"


def _read(line: str, where: str) -> ClientKey:
    name, *rest = line.split(":")
    if len(rest) != 3 or rest[:2] != ["descriptor", "x25519"]:
        raise ConfigurationError(f"{where}: not a client key", remedy=f"write {_FORM}")
    name = name.strip().lower().removesuffix(".onion")
    if problem := onion_problem(f"{name}.onion"):
        raise ConfigurationError(f"{where}: {problem}", remedy="correct the address")
    try:
        raw = base64.b32decode(rest[2].upper().encode("ascii") + b"====")
    except (binascii.Error, UnicodeEncodeError):
        raw = b""
    if len(rest[2]) != 52 or len(raw) != 32:
        raise ConfigurationError(f"{where}: the key is not 52 characters of base32")
    return ClientKey(name, SecretStr(base64.b64encode(raw).decode("ascii")))
