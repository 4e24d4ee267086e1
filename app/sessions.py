"""``spoor sources cookies``: a session handed in, shown without its values, forgotten."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from collectors.mirrors import CURSOR as MIRRORS
from collectors.mirrors import Mirrors
from collectors.sessions import (
    CURSOR,
    HandedIn,
    forget_session,
    keep_session,
    load_session,
    read_cookies,
    session_file,
)
from collectors.sessions.cookies import MAX_BYTES
from config.settings import Workspace
from config.sources import load_source
from model.clock import Clock, iso, system_clock
from model.errors import ConfigurationError, SpoorError
from vault.vault import Vault, open_vault


def hand_in_session(
    workspace: Workspace,
    name: str,
    file: Path,
    *,
    host: str = "",
    clock: Clock = system_clock,
    environment: Mapping[str, str] = os.environ,
) -> HandedIn:
    """Keep the cookies of ``file`` (``-`` is standard input) for this source, and log who did so.

    ``host`` is the one a header line is for, the source's first address if not given.
    """
    source = load_source(name, workspace)
    with open_vault(workspace, clock=clock) as vault:
        mirrors = Mirrors(source, state=vault.cursor(source.name, MIRRORS))
        hosts = {each for each, _ in mirrors.places()}
        if host and host.lower() not in hosts:
            raise ConfigurationError(
                f"{host} is no host of {name}", remedy=f"it is at {', '.join(sorted(hosts))}"
            )
        first = urlsplit(mirrors.first).hostname or ""
        cookies = read_cookies(_handed_in(file), host.lower() or first)
        kept = keep_session(
            workspace, source.name, cookies, hosts, clock=clock, environment=environment
        )
        try:
            _note(vault, source.name, kept, clock)
        except BaseException:
            forget_session(workspace, source.name)
            raise
    return kept


def forget(workspace: Workspace, name: str, *, clock: Clock = system_clock) -> bool:
    """Remove the session of this source for good, and log who did so; False where none was."""
    source = load_source(name, workspace)
    with open_vault(workspace, clock=clock) as vault:
        known = vault.cursor(source.name, CURSOR) or {}
        if not forget_session(workspace, source.name):
            return False
        with vault.batch():
            vault.record("session forgotten", source.name, {"cookies": known.get("cookies", [])})
            vault.keep_cursor(source.name, CURSOR, None)
    return True


def session_rows(
    workspace: Workspace,
    name: str,
    *,
    clock: Clock = system_clock,
    environment: Mapping[str, str] = os.environ,
) -> Iterator[dict[str, Any]]:
    """The cookies kept for this source, each with its host, expiry and state, never its value."""
    source = load_source(name, workspace)
    if not session_file(workspace, source.name).exists():
        return
    with open_vault(workspace, write=False) as vault:
        known = vault.cursor(source.name, CURSOR) or {}
    state = _state(workspace, source.name, clock, environment)
    for cookie in known.get("cookies", []):
        yield {**cookie, "handed_in": known.get("at"), "session": state}


def _state(workspace: Workspace, name: str, clock: Clock, environment: Mapping[str, str]) -> str:
    """In words, whether the session could be used now."""
    try:
        load_session(workspace, name, clock=clock, environment=environment)
    except SpoorError as error:
        return error.message
    return "can be used"


def _note(vault: Vault, name: str, kept: HandedIn, clock: Clock) -> None:
    mandate = vault.mandate_for(name)
    with vault.batch():
        vault.record(
            "session handed in", name, kept.details(), mandate.id if mandate is not None else None
        )
        cookies = [one.told() for one in kept.cookies]
        vault.keep_cursor(name, CURSOR, {"at": iso(clock()), "cookies": cookies})


def _handed_in(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        return file.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{file}: {error.strerror}") from error
