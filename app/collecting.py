"""``spoor collect``: which sources are read, several at a time, none stops the next."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from typing import Any

from collectors.access import Keys, access_to, system_keyring
from collectors.checks import forbidden_said
from collectors.sessions import load_session
from collectors.tor import running_tor
from collectors.web import (
    CollectReport,
    collect_source,
    keep_state,
    quota_stand,
    source_state,
    would_ask,
)
from config.settings import TorSettings, Workspace
from config.sources import Source, all_sources, load_source
from model.clock import Clock, iso, system_clock
from model.errors import CollectionError, ConfigurationError, PolicyRefusal
from model.progress import Progress, silent
from vault.vault import Vault

__all__ = ["Outcome", "collect_sources", "source_state"]

Say = Callable[[str], None]
Session = CookieJar | CollectionError | None
Access = Keys | CollectionError | None
_LOOKS = 0.2
"""Seconds between two looks for Ctrl-C while sources are read."""


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
    fresh: bool = False,
    pages: int | None = None,
    progress: Progress = silent,
    say: Say = lambda _: None,
    clock: Clock = system_clock,
    stop: threading.Event | None = None,
) -> list[Outcome]:
    """Read the named sources, or all that have an address and a mandate in force.

    A source named without a mandate is refused; one that fails leaves the others running.
    ``fresh`` begins new rounds; ``pages`` is the most of each source, where fewer than its own
    limit. ``stop``, once set, ends all of them soon and in order, as Ctrl-C
    does; the next run goes on from there.
    """
    chosen = [_limited(source, pages) for source in _chosen(workspace, vault, names)]
    if dry_run:
        return [_plan(vault, source) for source in chosen]
    for source in chosen:
        _refuse_import(source)
        if against := forbidden_said(source):
            say(against)
    sessions = {source.name: _session(workspace, source, clock) for source in chosen}
    keys = {source.name: _access(workspace, source) for source in chosen}
    with _tor(workspace, chosen, say) as tor:
        stop = stop or threading.Event()
        visits = _Visits(workspace, vault, sessions, keys, tor, fresh, progress, clock, stop)
        return visits.all(chosen)


def _chosen(workspace: Workspace, vault: Vault, names: Sequence[str]) -> Iterator[Source]:
    """The sources named, each once; without names those that may be read."""
    if names:
        yield from (load_source(name, workspace) for name in dict.fromkeys(names))
        return
    for source in all_sources(workspace):
        asked = source.ask.anything if source.is_interface else bool(source.start)
        if asked and vault.mandate_for(source.name):
            yield source


def _limited(source: Source, pages: int | None) -> Source:
    """The source, to be left after so many pages of a run."""
    own = source.pace.pages_per_run
    if pages is None or (own is not None and own <= pages):
        return source
    pace = source.pace.model_copy(update={"pages_per_run": pages})
    return source.model_copy(update={"pace": pace})


def _refuse_import(source: Source) -> None:
    if source.route == "import":
        raise ConfigurationError(
            f"{source.name}: its route is import: only saved material is read",
            remedy=f"spoor import PATH --source {source.name}",
        )


@contextmanager
def _tor(
    workspace: Workspace, sources: Sequence[Source], say: Say
) -> Iterator[TorSettings | CollectionError | None]:
    """The tor that runs, where a source needs one, or why there is none: that source's failure."""
    if not any(source.route == "tor" for source in sources):
        yield None
        return
    with ExitStack() as stack:
        found: TorSettings | CollectionError
        try:
            found = stack.enter_context(running_tor(workspace.settings.tor, workspace.tor, say=say))
        except CollectionError as error:
            found = error
        yield found


def _session(workspace: Workspace, source: Source, clock: Clock) -> Session:
    """The cookies handed in for a source, or why they can not be used: that source's failure."""
    try:
        return load_session(workspace, source.name, clock=clock)
    except CollectionError as error:
        return error


def _access(workspace: Workspace, source: Source) -> Access:
    """The keys of an interface, or which of them is not there: that source's failure."""
    if not source.is_interface:
        return None
    try:
        return access_to(source, keyring=system_keyring, root=workspace.root)
    except CollectionError as error:
        return error


@dataclass(frozen=True, slots=True)
class _Visits:
    """Reads sources side by side into one vault."""

    workspace: Workspace
    vault: Vault
    sessions: Mapping[str, Session]
    keys: Mapping[str, Access]
    tor: TorSettings | CollectionError | None
    fresh: bool
    progress: Progress
    clock: Clock
    stop: threading.Event

    def all(self, sources: Sequence[Source]) -> list[Outcome]:
        """One outcome a source, in their order."""
        at_once = self.workspace.settings.collection.sources_at_once
        with ThreadPoolExecutor(at_once, thread_name_prefix="spoor-source") as pool:
            futures = [pool.submit(self.one, source) for source in sources]
            try:
                _watch(futures)
            except BaseException:
                self.stop.set()
                raise
        return [future.result() for future in futures]

    def one(self, source: Source) -> Outcome:
        """Read one source; what can be told of its failure is its outcome."""
        try:
            return self._read(source)
        except PolicyRefusal as error:
            row = {"source": source.name, "pages": 0, "documents": 0, "reason": "refused"}
            return Outcome(row, f"{source.name}: {error}", refused=True)

    def _read(self, source: Source) -> Outcome:
        def told(report: CollectReport) -> None:
            self.progress(source.name, report.pages, None)

        tor = self.tor if source.route == "tor" else None
        cookies, keys = self.sessions[source.name], self.keys[source.name]
        try:
            if isinstance(tor, CollectionError):
                raise tor
            if isinstance(cookies, CollectionError):
                raise cookies
            if (mandate := self.vault.mandate_for(source.name)) is not None:
                if isinstance(keys, CollectionError):
                    raise keys
                if keys is not None:
                    self.vault.record("keys used", source.name, keys.told(), mandate.id)
            report = collect_source(
                self.vault,
                source,
                self.workspace.settings,
                clock=self.clock,
                progress=told,
                stop=self.stop,
                fresh=self.fresh,
                tor=tor,
                cookies=cookies,
                access=keys if isinstance(keys, Keys) else None,
            )
        except CollectionError as error:
            report = CollectReport(source.name, iso(self.clock()))
            report.note(error, ends=True)
            keep_state(self.vault, report, iso(self.clock()))
        return Outcome(_row(report), _sentence(report), failed=report.failed)


def _watch(futures: Sequence[Future[Outcome]]) -> None:
    """Wait for all, open to Ctrl-C."""
    while wait(futures, _LOOKS).not_done:
        continue


def _plan(vault: Vault, source: Source) -> Outcome:
    """What would be read, under which mandate; nothing is asked of the network."""
    mandate = vault.mandate_for(source.name)
    round_ = vault.frontier(source.name).round
    row = {
        "source": source.name,
        "route": source.route,
        "start": list(source.start),
        "mandate": mandate.id if mandate else None,
        "until": mandate.valid_until if mandate else None,
        "round": "goes on" if round_ else "new",
    }
    if mandate is None:
        return Outcome(row, f"{source.name}: no mandate in force covers it", refused=True)
    if source.is_interface:
        return _asked(vault, source, row)
    if not source.start:
        return Outcome(row, f"{source.name}: its file has no start address", failed=True)
    return Outcome(row, f"{source.name}: would be read under {mandate.id}")


def _asked(vault: Vault, source: Source, row: Mapping[str, Any]) -> Outcome:
    """What an interface would be asked for."""
    if not source.ask.anything:
        return Outcome(row, f"{source.name}: its `ask` names nothing to ask for", failed=True)
    terms, addresses = would_ask(vault, source)
    asked = {"terms": [one.text for one in terms], "addresses": addresses}
    said = f"{source.name}: would be asked under {row['mandate']} for {len(terms)} terms"
    if addresses:
        said += f", from {addresses} addresses on"
    quota = quota_stand(vault, source, system_clock())
    return Outcome({**row, **asked, **({"quota": quota} if quota else {})}, said)


def _row(report: CollectReport) -> dict[str, Any]:
    row = {
        "source": report.source,
        "pages": report.pages,
        "unchanged": report.unchanged,
        "documents": report.documents,
        "waiting": report.waiting,
        "finished": report.finished,
        "paused_until": report.paused_until or None,
        "failures": dict(report.failures),
        "traps": {rule: report.trap_examples[rule] for rule in sorted(report.traps)},
        "reason": report.reason,
        "says": report.sentence,
        "remedy": report.remedy,
    }
    return row | ({"quota": dict(report.quota)} if report.quota else {})


def _sentence(report: CollectReport) -> str:
    return ", ".join(_parts(report))


def _parts(report: CollectReport) -> Iterator[str]:
    yield f"{report.source}: {report.pages} pages, {report.documents} new documents"
    if report.unchanged:
        yield f"{report.unchanged} unchanged"
    if report.failures:
        yield f"{sum(report.failures.values())} pages failed"
    for rule, links in sorted(report.traps.items()):
        yield f"{links} links left ({rule})"
    if report.sentence:
        yield report.sentence
    if report.remedy:
        yield report.remedy
    for budget, stands in report.quota.items():
        yield f"{stands} units of {budget} used today"
    if report.waiting:
        yield f"{report.waiting} addresses wait for the next run"
    if report.paused_until:
        yield f"which may begin at {report.paused_until}"
