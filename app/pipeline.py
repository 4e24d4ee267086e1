"""The one place where the rooms meet: collect → enrich → resolve → networks → load.

Every step looks first whether its input changed, and does nothing where it did not.
"""

from __future__ import annotations

import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from app.source_names import Sources
from collectors.imports.reading import READER, store_capture
from config.resolution import load_rules
from config.settings import Workspace
from enrich.extract import Extractor, build_extractor
from enrich.jsonl import text_of
from enrich.reading import fields_of
from enrich.statements import Marking, statements
from graph.load import load
from graph.networks import networks
from graph.resolve import resolve
from model.canonical import Json
from model.clock import Clock, system_clock
from model.evidence import Document
from model.facts import Grades, Statement
from model.progress import Progress, silent
from vault.vault import Vault

Done = Mapping[str, Json]
BATCH = 1_000
"""Documents whose statements are acknowledged together: a kill loses at most their reading."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one step did: how long (s), the most memory this process had so far (MB), counts."""

    name: str
    seconds: float
    peak_mb: float
    did: Done

    @property
    def sentence(self) -> str:
        told = ", ".join(f"{key} {value}" for key, value in self.did.items())
        return f"{self.name:9} {self.seconds:7.1f} s  {self.peak_mb:5.0f} MB  {told}"


def timed(name: str, work: Callable[[], Done]) -> Step:
    """Run ``work`` and say what it took."""
    begin = time.monotonic()
    did = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Step(name, round(time.monotonic() - begin, 2), round(peak, 1), did)


def bring_up_to_date(
    workspace: Workspace,
    vault: Vault,
    *,
    progress: Progress = silent,
    clock: Clock = system_clock,
) -> Iterator[Step]:
    """Everything after collection, step by step; only what changed is done again."""
    yield timed("enrich", lambda: enrich(workspace, vault, progress=progress))
    yield timed("resolve", lambda: find_actors(workspace, vault, progress=progress, clock=clock))
    yield timed("networks", lambda: find_networks(workspace, vault, progress=progress, clock=clock))
    yield timed("load", lambda: load_graph(workspace, vault, progress=progress))


def enrich(
    workspace: Workspace, vault: Vault, *, rebuild: bool = False, progress: Progress = silent
) -> Done:
    """Read captures that this reader has not read, then documents this extractor has not.

    ``rebuild`` reads every capture and document afresh; what comes out as before stays as it is.
    """
    sources = Sources(workspace)
    captures = _read_captures(vault, sources, rebuild=rebuild, progress=progress)
    extractor = build_extractor()
    before = vault.statements_digest()
    todo = vault.documents() if rebuild else vault.unenriched(extractor.version)
    documents = new = 0
    for batch in _batches(todo):
        stated = [(one.uid, _stated(one, extractor, sources)) for one in batch]
        new += vault.add_statements(extractor.version, stated)
        documents += len(batch)
        progress("enrich", documents, None)
    return {
        "captures": captures,
        "documents": documents,
        "statements": new,
        "changed": vault.statements_digest() != before,
    }


def _read_captures(vault: Vault, sources: Sources, *, rebuild: bool, progress: Progress) -> int:
    """Read sealed bytes into documents where this reader has not, or all of them again."""
    read = 0
    for capture in vault.captures() if rebuild else vault.unread(READER):
        if capture.reading.get("format") != "robots":
            store_capture(vault, capture, sources.of(capture.source))
            read += 1
            progress("read", read, None)
    return read


def _batches(documents: Iterator[Document]) -> Iterator[list[Document]]:
    while batch := list(islice(documents, BATCH)):
        yield batch


def _stated(document: Document, extractor: Extractor, sources: Sources) -> list[Statement]:
    source = sources.of(document.source)
    marking = Marking(Grades(source.reliability), source.tlp) if source else Marking()
    fields = fields_of(document)
    if source is not None:
        if source.country:
            fields.setdefault("country", source.country)
        if len(source.languages) == 1:
            fields.setdefault("language", source.languages[0])
        if source.currency:
            fields.setdefault("currency", source.currency)
    return statements(document, extractor.read(text_of(fields)), marking)


def find_actors(
    workspace: Workspace,
    vault: Vault,
    *,
    rebuild: bool = False,
    progress: Progress = silent,
    clock: Clock = system_clock,
) -> Done:
    """Link accounts to actors and save the run; nothing where statements and rules are the same."""
    found = resolve(
        vault, load_rules(workspace=workspace), progress=progress, clock=clock, rebuild=rebuild
    )
    accounts = sum(len(actor.accounts) for actor in found.actors)
    verdicts = Counter(match.verdict for match in found.matches)
    return {
        "accounts": accounts,
        "actors": len(found.actors),
        "merged": verdicts["merge"],
        "to_review": verdicts["review"],
        "contradictions": len(found.contradictions),
        "changed": found.fresh,
    }


def find_networks(
    workspace: Workspace,
    vault: Vault,
    *,
    rebuild: bool = False,
    progress: Progress = silent,
    clock: Clock = system_clock,
) -> Done:
    """Find networks among the actors and save the run; nothing where the actors are the same."""
    rules = load_rules(workspace=workspace)
    found = networks(vault, rules, progress=progress, clock=clock, rebuild=rebuild)
    exposed = sum(
        one.q_value is not None and one.q_value <= rules.network.exposed_at
        for one in found.networks
    )
    return {
        "networks": len(found.networks),
        "exposed": exposed,
        "random_worlds": found.repeats,
        "changed": found.fresh,
    }


def load_graph(
    workspace: Workspace, vault: Vault, *, rebuild: bool = False, progress: Progress = silent
) -> Done:
    """Bring the graph in line with the vault; the engine is not even started where it is."""
    report = load(workspace, vault, rebuild=rebuild, progress=progress)
    return {
        "nodes": sum(report.nodes.values()),
        "relationships": sum(report.relationships.values()),
        "written": report.written,
        "removed": report.removed,
        "changed": not report.skipped,
    }
