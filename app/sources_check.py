"""``spoor sources check``: files, their saved pages field by field with leftovers, live pages."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from app.collecting import collect_sources
from collectors.checks import Finding, State, check_conduct, check_page, check_saved_page
from config.saved_pages import SavedPage, saved_pages
from config.settings import Workspace
from config.sources import EXAMPLES, SHIPPED, Source, load_source
from model.errors import ConfigurationError, PolicyRefusal, SpoorError
from model.evidence import Capture
from vault.vault import Vault, open_vault

PAGES_LIVE = 3
Say = Callable[[str], None]
Rows = Iterator[dict[str, Any]]


def check_source(workspace: Workspace | None, name: str | None, pages: Sequence[Path]) -> Rows:
    """Rows of ``state, where, what, says, by`` for one source, or for every one there is.

    ``pages`` are read with the source named; without them its own saved pages are. A row in the
    state ``problem`` has to be mended.
    """
    if name is None:
        if pages:
            raise ConfigurationError("--page needs the name of the source to read it with")
        for path in _files(workspace):
            yield from _whole(path, brief=True)
        return
    path = _file(workspace, name)
    if not pages:
        yield from _whole(path, brief=False)
        return
    source = load_source(path)
    yield _row(_loaded(source, path))
    known = {page.path.resolve(): page for page in saved_pages(source)}
    for page in pages:
        saved = known.get(page.resolve(), SavedPage(page, None))
        yield from map(_row, check_saved_page(source, saved).findings)


def check_live(
    workspace: Workspace, name: str, *, pages: int = PAGES_LIVE, say: Say = lambda _: None
) -> Rows:
    """Collect a few pages of a source as ``spoor collect`` does, sealed and under its mandate, and
    tell of each what was read.

    PolicyRefusal without a mandate, ConfigurationError for a source that is only imported.
    """
    source = load_source(name, workspace)
    with open_vault(workspace) as vault:
        last = _last(vault)
        (outcome,) = collect_sources(workspace, vault, [name], pages=pages, say=say)
        if outcome.refused:
            raise PolicyRefusal(outcome.sentence)
        state: State = "problem" if outcome.failed else "ok"
        yield _row(Finding(state, name, "live", outcome.sentence))
        for capture in vault.captures(after=last):
            if capture.source == name and capture.reading.get("format") != "robots":
                yield from _live(source, capture, vault.payload(capture))


def _last(vault: Vault) -> int:
    """The number of the latest capture, 0 without any; captures are numbered without a gap."""
    beyond = 1
    while vault.capture_at(beyond) is not None:
        beyond *= 2
    return bisect_left(range(1, beyond), True, key=lambda seq: vault.capture_at(seq) is None)


def _live(source: Source, capture: Capture, payload: bytes) -> Rows:
    """One page that was just sealed, read with the source; what answered otherwise is named."""
    if capture.status is not None and not 200 <= capture.status < 300:
        yield _row(Finding("note", capture.url, "page", f"the server answered {capture.status}"))
        return
    url = capture.final_url or capture.url
    kind = capture.content_type
    yield from map(
        _row, check_page(source, capture.url, payload, url=url, content_type=kind).findings
    )


def _files(workspace: Workspace | None) -> list[Path]:
    """The workspace's own files, the shipped ones it does not replace, and the examples."""
    folders = [SHIPPED, EXAMPLES] if workspace is None else [workspace.sources, SHIPPED, EXAMPLES]
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.yml")):
            found.setdefault(path.stem, path)
    return list(found.values())


def _file(workspace: Workspace | None, name: str) -> Path:
    """The file of a source by name or path; ConfigurationError with the nearest name."""
    for path in _files(workspace):
        if path.stem == name:
            return path
    loaded = load_source(name, workspace)
    return Path(name) if loaded.saved is None else loaded.saved.with_suffix(".yml")


def _whole(path: Path, *, brief: bool) -> Rows:
    """One file, how it behaves, and its saved pages; ``brief`` leaves out what was read."""
    try:
        source = load_source(path)
        saved = saved_pages(source)
    except SpoorError as error:
        yield _row(Finding("problem", path.name, "source file", error.message))
        return
    yield _row(_loaded(source, path))
    yield from map(_row, check_conduct(source, path))
    for page in saved:
        try:
            findings = check_saved_page(source, page).findings
        except ConfigurationError as error:
            findings = [Finding("problem", page.path.name, "page", error.message)]
        for finding in findings:
            if not brief or finding.state in ("ok", "problem"):
                yield _row(finding)
    if not saved and not brief:
        says = f"none in the folder {path.stem}/ beside it; name one with --page FILE"
        yield _row(Finding("note", path.name, "saved pages", says))


def _loaded(source: Source, path: Path) -> Finding:
    return Finding("ok", path.name, "source file", source.title or source.name)


def _row(finding: Finding) -> dict[str, Any]:
    return finding._asdict()
