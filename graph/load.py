"""Loading: brings the graph to what the vault says, writing only what changed."""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from config.settings import Workspace
from graph import derived, projection, provenance
from graph.elements import Edge, Node
from graph.engine import Graph, open_graph
from graph.ledger import Ledger
from graph.projection import Projection
from graph.schema import Schema, schema
from graph.writer import Writer
from model.canonical import Json, short_digest
from model.errors import GraphError
from model.progress import Progress, silent

LEDGER = "ledger.sqlite"
_WORKSPACE_KEY = "graph:workspace"
_META_UID = "meta"

META = "MATCH (m:SpoorMeta) RETURN m.workspace AS workspace, m.instance AS instance"
STRANGERS = "MATCH (n) RETURN n.uid AS uid LIMIT 1"
CLAIM = "MERGE (m:SpoorMeta {uid: $uid}) SET m.workspace = $workspace, m.instance = $instance"


class Vault(derived.Runs, projection.Statements, provenance.Sealed, Protocol):
    """The part of the vault that loading needs."""

    def statements_digest(self) -> str: ...

    def get(self, key: str) -> Json | None: ...

    def put(self, key: str, value: Json) -> None: ...


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What the graph holds per label and type, and what this load did.

    ``skipped`` is True where nothing had changed and no engine was started. ``left_out`` counts
    attributes of statements that the schema has no place for, as ``PREDICATE.name``.
    """

    nodes: Mapping[str, int]
    relationships: Mapping[str, int]
    written: int
    removed: int
    seconds: float
    skipped: bool
    left_out: Mapping[str, int] = field(default_factory=dict)


def load(
    workspace: Workspace,
    vault: Vault,
    rebuild: bool = False,
    progress: Progress = silent,
    graph: Graph | None = None,
) -> LoadReport:
    """Make the graph say what the vault says; ``rebuild`` empties it first.

    Does nothing where statements, runs, judgements and graph are those of the last load. After
    each load the graph's counts are compared with the ledger's: GraphError where they differ.
    """
    begin = time.monotonic()
    opened = graph or open_graph(workspace)
    with Ledger(workspace.graph / LEDGER) as ledger:
        try:
            loading = _Loading(workspace, vault, opened, ledger, progress)
            return loading.report(begin, *loading.run(rebuild))
        finally:
            if graph is None:
                opened.close()


@dataclass(slots=True)
class _Loading:
    """One load: who takes part in it."""

    workspace: Workspace
    vault: Vault
    graph: Graph
    ledger: Ledger
    progress: Progress
    known: Schema = field(default_factory=schema)
    left_out: Counter[str] = field(default_factory=Counter)

    def run(self, rebuild: bool) -> tuple[int, int, bool]:
        """Written, removed, skipped."""
        wanted = self._fingerprint()
        if not rebuild and self.ledger.get("loaded") == wanted and self._stands():
            return 0, 0, True
        self.ledger.put("loaded", "")
        writer = Writer(self.graph, self.known)
        self._claim(writer, rebuild)
        self.ledger.stage(self._elements())
        written = self._write(writer)
        removed = self._remove(writer)
        self._compare()
        self.ledger.put("loaded", wanted)
        return written, removed, False

    def report(self, begin: float, written: int, removed: int, skipped: bool) -> LoadReport:
        counts = self.ledger.counts()
        return LoadReport(
            nodes={name: number for name, number in counts.items() if name in self.known.labels},
            relationships={
                name: number for name, number in counts.items() if name not in self.known.labels
            },
            written=written,
            removed=removed,
            seconds=round(time.monotonic() - begin, 3),
            skipped=skipped,
            left_out=dict(sorted(self.left_out.items())),
        )

    def _fingerprint(self) -> str:
        """Changes with anything the graph is made from, and with the graph it goes into."""
        runs = [self.vault.latest_run(kind) for kind in (derived.RESOLUTION, derived.NETWORK)]
        judgements = [
            [one.left, one.right, one.verdict, one.by, one.at, one.why]
            for one in self.vault.judgements()
        ]
        return short_digest(
            [
                projection.VERSION,
                list(self.known.ddl(self.graph.dialect)),
                self.vault.statements_digest(),
                [run.id if run else None for run in runs],
                judgements,
                self.graph.address,
            ]
        )

    def _stands(self) -> bool:
        """Whether the graph of the ledger is still there; asks a server only if one runs anyway."""
        present = self.graph.present()
        return self._instance() == self.ledger.get("instance") if present is None else present

    def _instance(self) -> str:
        return self._meta().get("instance", "")

    def _meta(self) -> dict[str, str]:
        return next(self.graph.read(META), {})

    def _claim(self, writer: Writer, rebuild: bool) -> None:
        """Make sure that ledger and graph belong together, else start from an empty graph."""
        found = self._meta()
        matches = bool(found) and found["instance"] == self.ledger.get("instance")
        if matches and not rebuild:
            return
        self._refuse_strangers(found, rebuild)
        self.progress("emptying the graph", 0, None)
        self.ledger.clear()
        if not (found and self.graph.discard()):
            writer.wipe()
        writer.prepare()
        instance = secrets.token_hex(16)
        self.ledger.put("instance", instance)
        self.graph.write(
            CLAIM,
            uid=_META_UID,
            workspace=self._workspace_id(),
            instance=instance,
        )

    def _refuse_strangers(self, found: Mapping[str, str], rebuild: bool) -> None:
        """Never empty what is not this workspace's; another one's only on ``rebuild``."""
        if found and found["workspace"] != self._workspace_id() and not rebuild:
            raise GraphError(
                f"the graph at {self.graph.address} belongs to another workspace",
                remedy="name another database, or take this one over with 'spoor load --rebuild'",
            )
        if not found and next(self.graph.read(STRANGERS), None):
            raise GraphError(
                f"the graph at {self.graph.address} holds nodes that are not from spoor",
                remedy="name an empty database under [graph] in spoor.toml",
            )

    def _workspace_id(self) -> str:
        known = self.vault.get(_WORKSPACE_KEY)
        if not isinstance(known, str):
            known = secrets.token_hex(16)
            self.vault.put(_WORKSPACE_KEY, known)
        return known

    def _elements(self) -> Iterator[Node | Edge]:
        sealed = provenance.sightings(self.vault)
        yield from provenance.provenance(sealed)
        project = Projection(self.known, sealed)
        for done, element in enumerate(project.elements(self.vault.statements()), 1):
            if not done % 5_000:
                self.progress("reading statements", done, None)
            yield element
        self.left_out = project.left_out
        yield from derived.derived(self.vault, project.accounts)

    def _write(self, writer: Writer) -> int:
        total = self.ledger.announce()
        done = 0
        for group in self.ledger.groups():
            for size in writer.write(group, self.ledger.pending(group)):
                done += size
                self.progress("writing the graph", done, total)
            self.ledger.written(group)
        return done

    def _remove(self, writer: Writer) -> int:
        gone = self.ledger.gone()
        for group, keys in gone.items():
            writer.remove(group, keys)
        self.ledger.removed()
        return sum(len(keys) for keys in gone.values())

    def _compare(self) -> None:
        """Count everything in the graph; GraphError names what differs and both counts."""
        self.progress("counting", 0, None)
        expected = self.ledger.counts() | {"SpoorMeta": 1}
        for name, statement in counting(self.known).items():
            there = next(self.graph.read(statement))["n"]
            wanted = expected.get(name, 0)
            if there != wanted:
                raise GraphError(
                    f"{name}: the graph holds {there}, the statements make {wanted}",
                    remedy="run 'spoor load --rebuild'",
                )


def counting(known: Schema) -> dict[str, str]:
    """A statement that counts, for each label without children and each type."""
    parents = {label.parent for label in known.labels.values()}
    nodes = {
        name: f"MATCH (n:{name}) RETURN count(n) AS n"
        for name in known.labels
        if name not in parents
    }
    edges = {name: f"MATCH ()-[x:{name}]->() RETURN count(x) AS n" for name in known.relationships}
    return nodes | edges
