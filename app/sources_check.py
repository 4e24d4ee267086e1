"""``spoor sources check``: files, their saved pages field by field with leftovers, live pages."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from app.collecting import Outcome, collect_sources
from app.keys import key_findings
from collectors.checks import (
    Finding,
    State,
    check_conduct,
    check_page,
    check_saved_page,
    check_terms,
)
from collectors.imports.reading import Reading, stream_documents
from collectors.plans import plan_words
from config.saved_pages import SavedPage, saved_pages
from config.settings import Workspace
from config.sources import EXAMPLES, SHIPPED, Source, load_source
from model.clock import Clock, system_clock
from model.errors import ConfigurationError, PolicyRefusal, SpoorError
from model.evidence import Capture
from vault.vault import Vault, open_vault

PAGES_LIVE = 3
_PAGES = ("html", "interface")
_SHOWN = 20
_LONGEST = 200
_TOLD = ("ok", "warning", "problem")
"""What is told of each of many sources."""
Say = Callable[[str], None]
Rows = Iterator[dict[str, Any]]


def check_source(
    workspace: Workspace | None,
    name: str | None,
    pages: Sequence[Path],
    *,
    clock: Clock = system_clock,
) -> Rows:
    """Rows of ``state, where, what, says, by`` for one source, or for every one there is.

    ``pages`` are read with the source named; without them its own saved pages are. A row in the
    state ``problem`` has to be mended, a ``warning`` is for a person to decide on.
    """
    if name is None:
        if pages:
            raise ConfigurationError("--page needs the name of the source to read it with")
        for path in _files(workspace):
            yield from _whole(workspace, path, clock, brief=True)
        return
    path = _file(workspace, name)
    if not pages:
        yield from _whole(workspace, path, clock, brief=False)
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
    tell of each what was read: of an interface one answer, and what became of the key.

    PolicyRefusal without a mandate, ConfigurationError for a source that is only imported.
    """
    source = load_source(name, workspace)
    with open_vault(workspace) as vault:
        last = _last(vault)
        most = 1 if source.is_interface else pages
        (outcome,) = collect_sources(workspace, vault, [name], pages=most, say=say)
        if outcome.refused:
            raise PolicyRefusal(outcome.sentence)
        state: State = "problem" if outcome.failed else "ok"
        yield _row(Finding(state, name, "live", outcome.sentence))
        if source.interface.access.kind != "none":
            yield _row(_access(source, outcome))
        for capture in vault.captures(after=last):
            if capture.source == name and capture.reading.get("format") != "robots":
                yield from _live(source, capture, vault.payload(capture))


def _access(source: Source, outcome: Outcome) -> Finding:
    """What the interface said to our key."""
    place, reason = source.place("interface", "access"), outcome.row.get("reason")
    if reason in ("token-missing", "token-refused"):
        return Finding("problem", place, "access", outcome.sentence)
    if outcome.failed or not outcome.row.get("pages"):
        return Finding("note", place, "access", "no answer came that would tell")
    return Finding("ok", place, "access", "the interface answered to what it was shown")


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
    if capture.reading.get("format") not in _PAGES:
        yield from _other(source, capture, payload)
        return
    url = capture.final_url or capture.url
    kind = capture.content_type
    yield from map(
        _row, check_page(source, capture.url, payload, url=url, content_type=kind).findings
    )


def _other(source: Source, capture: Capture, payload: bytes) -> Rows:
    """What was read from an answer that is no page, such as Telegram's."""
    notes, kinds = Reading(), Counter[str]()
    for document in stream_documents(payload, capture, source, notes):
        kinds[document.kind] += 1
        if kinds.total() <= _SHOWN:
            says = document.fields.get("text") or document.fields.get("title") or ""
            yield _row(Finding("read", capture.url, document.kind, says[:_LONGEST]))
    told = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
    yield _row(Finding("ok", capture.url, "answer", told or "no record"))
    for issue in notes.said():
        yield _row(Finding("note", capture.url, issue.key or issue.locator, issue.message))


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


def _whole(workspace: Workspace | None, path: Path, clock: Clock, *, brief: bool) -> Rows:
    """One file, how it behaves, and its saved pages; ``brief`` leaves out what was read."""
    try:
        source = load_source(path)
        saved = saved_pages(source)
    except SpoorError as error:
        yield _row(Finding("problem", path.name, "source file", error.message))
        return
    yield _row(_loaded(source, path))
    yield from map(_row, check_conduct(source, path))
    for finding in check_terms(source, clock().date()):
        if not brief or finding.state in _TOLD:
            yield _row(finding)
    yield from map(_row, _plan(source, brief=brief))
    if not brief:
        yield from map(_row, key_findings(workspace, source))
    for page in saved:
        try:
            findings = check_saved_page(source, page).findings
        except ConfigurationError as error:
            findings = [Finding("problem", page.path.name, "page", error.message)]
        for finding in findings:
            if not brief or finding.state in _TOLD:
                yield _row(finding)
    if not saved and not brief:
        says = f"none in the folder {path.stem}/ beside it; name one with --page FILE"
        yield _row(Finding("note", path.name, "saved pages", says))


def _plan(source: Source, *, brief: bool) -> Iterator[Finding]:
    """How many words a keyword plan comes to, or why it comes to none."""
    place = source.place("ask", "plan")
    try:
        words = plan_words(source)
    except ConfigurationError as error:
        yield Finding("problem", place, "plan", error.message)
        return
    if words and not brief:
        spoken = sorted({word.language for word in words})
        says = f"{len(words)} words in {len(spoken)} languages: {', '.join(spoken)}"
        yield Finding("ok", place, "plan", says)


def _loaded(source: Source, path: Path) -> Finding:
    return Finding("ok", path.name, "source file", source.title or source.name)


def _row(finding: Finding) -> dict[str, Any]:
    return finding._asdict()
