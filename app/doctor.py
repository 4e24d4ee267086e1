"""What ``spoor doctor`` looks at: each check is one sentence on what is, and one on what to do."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from collectors.tor import tor_status
from collectors.web import source_state
from config.settings import Workspace
from config.sources import load_source, shipped_sources
from model.clock import Clock, iso, system_clock
from model.errors import SpoorError
from vault.vault import Vault, open_vault

State = Literal["ok", "note", "problem"]
ENOUGH_DISK = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: ``problem`` makes the command end with 1, ``note`` does not."""

    name: str
    state: State
    says: str
    remedy: str = ""


def examine(workspace: Workspace, *, clock: Clock = system_clock) -> Iterator[Check]:
    """Every check in turn; none of them changes the workspace or starts anything."""
    material = workspace.settings.material
    yield Check("workspace", "ok", f"{workspace.root} ({material} material)")
    yield Check("python", "ok", sys.version.split()[0])
    yield from _sources(workspace)
    yield from _vault(workspace, clock)
    yield _tor(workspace)
    yield _graph(workspace)
    yield _disk(workspace)


def _sources(workspace: Workspace) -> Iterator[Check]:
    good = 0
    for path in sorted(workspace.sources.glob("*.yml")):
        try:
            load_source(path)
            good += 1
        except SpoorError as error:
            yield Check("source", "problem", error.message, error.remedy or "correct the file")
    yield Check("sources", "ok", f"{good} source files of this workspace are valid")


def _vault(workspace: Workspace, clock: Clock) -> Iterator[Check]:
    try:
        with open_vault(workspace, write=False) as vault:
            yield from _mandates(vault, clock)
            yield from _failures(workspace, vault)
            yield _clock(vault, clock)
    except SpoorError as error:
        yield Check("vault", "problem", error.message, error.remedy or "")


def _mandates(vault: Vault, clock: Clock) -> Iterator[Check]:
    now = iso(clock())
    active = [m for m in vault.mandates() if m.ended_at is None and m.valid_from <= now]
    current = [m for m in active if now < m.valid_until]
    if not current:
        yield Check(
            "mandate",
            "note",
            "no mandate is in force: nothing can be collected, files can be imported",
            "record one with 'spoor mandate add'",
        )
    for mandate in current:
        on = ", ".join(mandate.sources)
        yield Check(
            "mandate",
            "ok",
            f"{mandate.id} by {mandate.authority} on {on} until {mandate.valid_until}",
        )


def _failures(workspace: Workspace, vault: Vault) -> Iterator[Check]:
    """The sources that failed since they were last read well, each in a sentence."""
    own = (path.stem for path in workspace.sources.glob("*.yml"))
    for name in sorted({*own, *(source.name for source in shipped_sources())}):
        state = source_state(vault, name)
        failure, success = state.get("last_failure"), state.get("last_success")
        if failure and (not success or success["at"] < failure["at"]):
            says = f"{name}, {failure['at']}: {failure['sentence']}"
            yield Check("collecting", "note", says, failure["remedy"])


def _clock(vault: Vault, clock: Clock) -> Check:
    now = iso(clock())
    latest = max((capture.captured_at for capture in vault.captures()), default="")
    if latest > now:
        return Check(
            "clock",
            "problem",
            f"the clock says {now}, but a capture was made at {latest}",
            "set the system clock; Tor and evidence both need the right time",
        )
    return Check("clock", "ok", now)


def _tor(workspace: Workspace) -> Check:
    status = tor_status(workspace.settings.tor)
    if status.ready:
        return Check("tor", "ok", f"tor {status.version}, connected to the network")
    return Check("tor", "note", f"{status.sentence}; needed for onion sources only", status.remedy)


def _graph(workspace: Workspace) -> Check:
    settings = workspace.settings.graph
    if settings.engine == "neo4j":
        return Check("graph", "ok", f"Neo4j at {settings.uri}, database {settings.database}")
    if importlib.util.find_spec("arcadedb_embedded") is None:
        return Check(
            "graph",
            "problem",
            "the embedded graph engine is not installed",
            "run 'make setup', or set [graph] engine = \"neo4j\"",
        )
    return Check("graph", "ok", "embedded engine, started when needed")


def _disk(workspace: Workspace) -> Check:
    free = shutil.disk_usage(workspace.root).free
    says = f"{free / 1e9:.1f} GB free"
    if free < ENOUGH_DISK:
        return Check("disk", "problem", says, "make room: evidence must not stop half-way")
    return Check("disk", "ok", says)
