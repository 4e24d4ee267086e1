"""``spoor sources``: every source with its state, one in full, and checks on saved pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from app.collecting import source_state
from collectors.reading import page_rows, read_page
from config.settings import Workspace
from config.sources import Source, all_sources, load_source
from model.errors import ConfigurationError, SpoorError
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
                "last_success": (state.get("last_success") or {}).get("at"),
                "last_failure": failure.get("at"),
                "why": failure.get("sentence"),
                "remedy": failure.get("remedy"),
            }


def source_view(workspace: Workspace, name: str) -> Iterator[dict[str, Any]]:
    """Every setting of one source that its file gives, and its state."""
    source = load_source(name, workspace)
    for key, value in source.model_dump(exclude_defaults=True, mode="json").items():
        yield {"key": key, "value": value}
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


def check_source(
    workspace: Workspace, name: str | None, pages: Sequence[Path]
) -> Iterator[dict[str, Any]]:
    """Check source files; read ``pages`` with the one named, field by field, with leftovers."""
    if name is None:
        if pages:
            raise ConfigurationError("--page needs the name of the source to read it with")
        yield from _files(workspace)
        return
    source = load_source(name, workspace)
    yield {"state": "ok", "where": name, "what": "source file", "says": source.title}
    for page in pages:
        yield from _page(source, page)


def _files(workspace: Workspace) -> Iterator[dict[str, Any]]:
    for path in sorted(workspace.sources.glob("*.yml")):
        try:
            source = load_source(path)
            yield {"state": "ok", "where": path.name, "what": "source file", "says": source.title}
        except SpoorError as error:
            yield {
                "state": "problem",
                "where": path.name,
                "what": "source file",
                "says": error.message,
            }


def _page(source: Source, path: Path) -> Iterator[dict[str, Any]]:
    try:
        payload = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from error
    for number, row in enumerate(page_rows(read_page(payload, source=source, url="")), start=1):
        place = f"{path.name} {row['kind']} {number}"
        for key, value in row.items():
            if key == "issues":
                for issue in value:
                    bad = issue["severity"] in ("error", "warning")
                    yield {
                        "state": "problem" if bad else "note",
                        "where": place,
                        "what": issue["severity"],
                        "says": issue["message"],
                    }
            else:
                yield {"state": "read", "where": place, "what": key, "says": value}
