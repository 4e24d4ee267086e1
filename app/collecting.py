"""``spoor collect``: which sources are due, each read on its own, none stops the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collectors.web import CollectReport, collect_source, source_state
from config.settings import Workspace
from config.sources import Source, all_sources, load_source
from model.clock import Clock, system_clock
from model.errors import ConfigurationError, PolicyRefusal
from model.progress import Progress, silent
from vault.vault import Vault

__all__ = ["Outcome", "collect_sources", "source_state"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one source, in a row and in a sentence."""

    row: Mapping[str, Any]
    sentence: str
    failed: bool = False
    refused: bool = False


def collect_sources(
    workspace: Workspace,
    vault: Vault,
    names: Sequence[str],
    *,
    dry_run: bool = False,
    progress: Progress = silent,
    clock: Clock = system_clock,
) -> list[Outcome]:
    """Read the named sources, or all that have an address and a mandate in force.

    A source named without a mandate is refused; one that fails leaves the others running.
    """
    chosen = [load_source(name, workspace) for name in names]
    if not names:
        chosen = [
            source
            for source in all_sources(workspace)
            if source.start and vault.mandate_for(source.name)
        ]
    if dry_run:
        return [_plan(vault, source) for source in chosen]
    return [_read(workspace, vault, source, progress, clock) for source in chosen]


def _plan(vault: Vault, source: Source) -> Outcome:
    """What would be read, under which mandate; nothing is asked of the network."""
    mandate = vault.mandate_for(source.name)
    row = {
        "source": source.name,
        "route": source.route,
        "start": list(source.start),
        "mandate": mandate.id if mandate else None,
        "until": mandate.valid_until if mandate else None,
    }
    if mandate is None:
        return Outcome(row, f"{source.name}: no mandate in force covers it", refused=True)
    if not source.start:
        return Outcome(row, f"{source.name}: its file has no start address", failed=True)
    return Outcome(row, f"{source.name}: would be read under {mandate.id}")


def _read(
    workspace: Workspace, vault: Vault, source: Source, progress: Progress, clock: Clock
) -> Outcome:
    if source.route == "import":
        raise ConfigurationError(
            f"{source.name}: its route is import: only saved material is read",
            remedy=f"spoor import PATH --source {source.name}",
        )

    def told(report: CollectReport) -> None:
        progress(source.name, report.pages, None)

    try:
        report = collect_source(vault, source, workspace.settings, clock=clock, progress=told)
    except PolicyRefusal as error:
        row = {"source": source.name, "pages": 0, "documents": 0, "reason": "refused"}
        return Outcome(row, f"{source.name}: {error}", refused=True)
    return Outcome(_row(report), _sentence(report), failed=report.failed)


def _row(report: CollectReport) -> dict[str, Any]:
    return {
        "source": report.source,
        "pages": report.pages,
        "documents": report.documents,
        "waiting": report.waiting,
        "finished": report.finished,
        "failures": dict(report.failures),
        "reason": report.reason,
        "says": report.sentence,
        "remedy": report.remedy,
    }


def _sentence(report: CollectReport) -> str:
    return ", ".join(_parts(report))


def _parts(report: CollectReport) -> Iterator[str]:
    yield f"{report.source}: {report.pages} pages, {report.documents} new documents"
    if report.failures:
        yield f"{sum(report.failures.values())} pages failed"
    if report.sentence:
        yield report.sentence
    if report.remedy:
        yield report.remedy
    if report.waiting:
        yield f"{report.waiting} addresses wait for the next run"
