"""``spoor sources``: every source with its state, one in full, and what could not be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.collecting import source_state
from app.keys import key_rows
from collectors.web import quota_stand
from config.settings import Workspace
from config.sources import all_sources, load_source
from model.clock import system_clock
from vault.vault import open_vault


def source_rows(workspace: Workspace) -> Iterator[dict[str, Any]]:
    """Every source, with a file or only with material, its last success and last failure."""
    with open_vault(workspace, write=False) as vault:
        captured: dict[str, int] = {}
        for capture in vault.captures():
            captured[capture.source] = captured.get(capture.source, 0) + 1
        files = {source.name: source for source in all_sources(workspace)}
        for name in sorted(files.keys() | captured.keys()):
            source, state = files.get(name), source_state(vault, name)
            mandate = vault.mandate_for(name)
            failure = state.get("last_failure") or {}
            yield {
                "source": name,
                "engine": source.engine if source else "no file",
                "route": source.route if source else "import",
                "mandate": mandate.id if mandate else None,
                "captures": captured.get(name, 0),
                "quota": (source and quota_stand(vault, source, system_clock())) or None,
                "last_success": (state.get("last_success") or {}).get("at"),
                "last_failure": failure.get("at"),
                "why": failure.get("sentence"),
                "remedy": failure.get("remedy"),
            }


def source_view(workspace: Workspace, name: str) -> Iterator[dict[str, Any]]:
    """Every setting of one source that its file gives, whether its key is there, and its state."""
    source = load_source(name, workspace)
    for key, value in source.model_dump(exclude_defaults=True, mode="json").items():
        yield {"key": key, "value": value}
    for row in key_rows(workspace, source):
        yield {"key": row["name"], "value": f"{row['what']}: {row['says']}"}
    with open_vault(workspace, write=False) as vault:
        for key, value in source_state(vault, name).items():
            yield {"key": key, "value": value}


def source_issues(workspace: Workspace, name: str) -> Iterator[dict[str, Any]]:
    """Everything that could not be taken at its word when this source's captures were read."""
    with open_vault(workspace, write=False) as vault:
        for capture, issue in vault.issues(name):
            yield {
                "severity": issue.severity,
                "capture": capture.sha256,
                "file": capture.url or capture.reading.get("name"),
                "where": issue.locator,
                "key": issue.key,
                "says": issue.message,
            }
