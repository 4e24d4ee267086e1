"""``spoor sources key``: keys put into the keyring, told of without their values, forgotten."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from collectors.access import PARTS, Keyring, Part, checked, stands, system_keyring, variable
from collectors.checks import Finding
from config.settings import Workspace
from config.sources import Source, load_source
from model.clock import Clock, system_clock
from model.errors import ConfigurationError
from vault.vault import open_vault

Ask = Callable[[Part, str], str]
"""Gets a part from a person or a pipe; never from the command line, which others can read."""


def hand_in_key(
    workspace: Workspace,
    name: str,
    ask: Ask,
    *,
    clock: Clock = system_clock,
    keyring: Keyring = system_keyring,
) -> list[str]:
    """Put a source's key into the keyring, and log who did so; under which names it lies there."""
    source = load_source(name, workspace)
    parts = _parts(source)
    keyring.usable()
    named = {variable(source.name, part): part for part in parts}
    given = {key: checked(ask(part, key), part, key) for key, part in named.items()}
    with open_vault(workspace, clock=clock) as vault:
        for key, value in given.items():
            keyring.put(key, value)
        mandate = vault.mandate_for(source.name)
        covered = None if mandate is None else mandate.id
        vault.record("key handed in", source.name, {"names": list(given)}, covered)
    return list(given)


def forget_key(
    workspace: Workspace,
    name: str,
    *,
    clock: Clock = system_clock,
    keyring: Keyring = system_keyring,
) -> list[str]:
    """Remove a source's key from the keyring, and log who did so; the names that were there."""
    source = load_source(name, workspace)
    names = [variable(source.name, part) for part in _parts(source)]
    with open_vault(workspace, clock=clock) as vault:
        gone = [key for key in names if keyring.forget(key)]
        if gone:
            vault.record("key forgotten", source.name, {"names": list(gone)})
    return gone


def key_rows(
    workspace: Workspace | None,
    source: Source,
    *,
    environment: Mapping[str, str] = os.environ,
    keyring: Keyring = system_keyring,
) -> Iterator[dict[str, Any]]:
    """Each part of a source's key: its name, whether it is there, and where; never the value."""
    root = None if workspace is None else workspace.root
    for one in stands(source, environment=environment, keyring=keyring, root=root):
        there = f"there, in the {one.place}" if one.place else "not there"
        says = f"{there}: {one.says}" if one.says else there
        yield {"name": one.variable, "what": one.what, "there": bool(one.place), "says": says}


def key_findings(
    workspace: Workspace | None,
    source: Source,
    *,
    environment: Mapping[str, str] = os.environ,
    keyring: Keyring = system_keyring,
) -> Iterator[Finding]:
    """The same for ``spoor sources check``; what is not there is no fault of the file."""
    place = source.place("interface", "access")
    for row in key_rows(workspace, source, environment=environment, keyring=keyring):
        optional = " (it goes without, too)" if source.interface.access.optional else ""
        if row["there"]:
            yield Finding("ok", place, row["name"], f"{row['what']}: {row['says']}")
        else:
            yield Finding("note", place, row["name"], f"{row['what']}: {row['says']}{optional}")


def _parts(source: Source) -> Sequence[Part]:
    parts = PARTS[source.interface.access.kind]
    if not parts:
        raise ConfigurationError(
            f"{source.name} is shown no key",
            remedy="what it wants to be shown stands in its file under interface.access",
        )
    return parts
