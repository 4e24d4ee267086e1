"""``spoor sources mirrors``: every address of a site, where it is from, and how it fares."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from collectors.mirrors import CURSOR, MirrorListReading, Mirrors, Watch
from collectors.web.failures import FAILURES
from config.settings import Workspace
from config.sources import load_source
from model.clock import Clock, system_clock
from model.errors import ConfigurationError
from vault.vault import open_vault

_FROM = {"start": "source file", "mirrors": "source file", "list": "signed list"}


def mirror_rows(workspace: Workspace, name: str) -> Iterator[dict[str, Any]]:
    """One row an address: where from, when verified, when it answered and failed last, and why."""
    source = load_source(name, workspace)
    if not source.start:
        return
    with open_vault(workspace, write=False) as vault:
        mirrors = Mirrors(source, state=vault.cursor(source.name, CURSOR))
    for one in mirrors.known():
        failure = FAILURES.get(one.reason)
        yield {
            "address": one.url,
            "from": _FROM[one.known_from],
            "verified": one.verified_at or None,
            "last_answered": one.answered_at or None,
            "last_failure": one.failed_at or None,
            "why": failure.meaning if failure else one.reason or None,
            "asked_first": one.url == mirrors.current,
        }


def take_mirror_list(
    workspace: Workspace, name: str, file: Path, *, clock: Clock = system_clock
) -> MirrorListReading:
    """Check a saved signed list, let its addresses count where it is believed, and log that."""
    source = load_source(name, workspace)
    try:
        payload = file.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{file}: {error.strerror}") from error
    with open_vault(workspace, clock=clock) as vault:
        mirrors = Mirrors(source, state=vault.cursor(source.name, CURSOR), clock=clock)
        watch = Watch(vault, source, mirrors, clock=clock)
        with vault.batch():
            return watch.read_list(payload, served_from=file.name)
