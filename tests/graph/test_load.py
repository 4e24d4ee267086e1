"""Loading: incremental, whole after a kill, and never silent about a difference."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import GraphSettings, Settings, Workspace
from graph import load as loading
from graph.engine import Graph
from graph.ledger import Group, Ledger
from graph.load import load
from graph.schema import schema
from graph.writer import Writer, batches, merge_statement
from model.errors import GraphError
from tests.graph.sample import SampleWorld, StatefulVault, sample_world

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def world() -> SampleWorld:
    return sample_world()


def count(graph: Graph, pattern: str) -> int:
    return int(next(graph.read(f"MATCH {pattern} RETURN count(*) AS n"))["n"])


def test_only_what_changed_is_written(empty: Graph, place: Workspace, world: SampleWorld) -> None:
    first = load(place, world.vault, graph=empty)
    assert first.written == sum(first.nodes.values()) + sum(first.relationships.values())
    assert (first.removed, first.skipped) == (0, False)
    again = load(place, world.vault, graph=empty)
    assert (again.written, again.removed, again.skipped) == (0, 0, True)
    assert (again.nodes, again.relationships) == (first.nodes, first.relationships)
    world.account("north:newcomer", "phone=+4915112345678")
    third = load(place, world.vault, graph=empty)
    assert third.written == 4, "the account, what it uses and mentions, and the df of that"
    assert third.nodes["Account"] == first.nodes["Account"] + 1


def test_what_is_no_longer_stated_leaves_the_graph(
    empty: Graph, place: Workspace, world: SampleWorld
) -> None:
    load(place, world.vault, graph=empty)
    aliases = count(empty, "(n:Alias)")
    world.vault.said = [one for one in world.vault.said if one.predicate != "KNOWN_AS"]
    report = load(place, world.vault, graph=empty)
    assert report.removed == 2 * aliases
    assert count(empty, "(n:Alias)") == 0
    assert "KNOWN_AS" not in report.relationships


def test_actors_come_and_go_with_the_runs(
    empty: Graph, place: Workspace, world: SampleWorld
) -> None:
    assert "Actor" not in load(place, world.vault, graph=empty).nodes
    report = load(place, world.resolved(), graph=empty)
    assert report.nodes["Actor"] > 0
    assert report.relationships["RESOLVED_TO"] == report.nodes["Account"]
    world.vault.runs.clear()
    gone = load(place, world.vault, graph=empty)
    assert "Actor" not in gone.nodes
    assert count(empty, "()-[:RESOLVED_TO]->()") == 0


def test_a_property_that_is_gone_is_gone(
    empty: Graph, place: Workspace, world: SampleWorld
) -> None:
    load(place, world.vault, graph=empty)
    priced = "(l:Listing) WHERE l.price IS NOT NULL"
    assert count(empty, priced) == 1
    for one in world.vault.said:
        if isinstance(one.attributes, dict) and one.predicate == "DESCRIBED_AS":
            one.attributes.pop("price", None)
    load(place, world.vault, graph=empty)
    assert count(empty, priced) == 0


def test_an_interrupted_load_is_made_whole(
    empty: Graph, place: Workspace, world: SampleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after a batch that the ledger does not know to be written, and while removing."""
    write = Writer.write

    def stop_at_uses(self: Writer, group: object, rows: object) -> Iterator[int]:
        yield from write(self, group, rows)  # type: ignore[arg-type]
        if group.kind == "USES":  # type: ignore[attr-defined]
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Writer, "write", stop_at_uses)
        with pytest.raises(KeyboardInterrupt):
            load(place, world.vault, graph=empty)
    assert count(empty, "()-[:USES]->()") > 0
    world.vault.said = [one for one in world.vault.said if one.predicate != "USES"]
    report = load(place, world.vault, graph=empty)
    assert "USES" not in report.relationships
    assert count(empty, "()-[:USES]->()") == 0
    assert load(place, world.vault, graph=empty).skipped


def test_a_count_that_differs_is_named(empty: Graph, place: Workspace, world: SampleWorld) -> None:
    load(place, world.vault, graph=empty)
    accounts = count(empty, "(n:Account)")
    empty.write("MATCH (n:Account {handle_folded: 'rhinolord'}) DETACH DELETE n")
    world.known_as("west:hostile", "another")
    with pytest.raises(GraphError, match=f"Account: the graph holds {accounts - 1}.*{accounts}"):
        load(place, world.vault, graph=empty)
    assert not load(place, world.vault, rebuild=True, graph=empty).skipped
    assert count(empty, "(n:Account)") == accounts


def test_a_relationship_that_is_there_twice_is_noticed(
    empty: Graph, place: Workspace, world: SampleWorld
) -> None:
    load(place, world.vault, graph=empty)
    empty.write("MATCH (c:Capture)-[:FROM]->(s:Source) CREATE (c)-[:FROM]->(s)")
    world.known_as("west:hostile", "another")
    with pytest.raises(GraphError, match="FROM: the graph holds 2, the statements make 1"):
        load(place, world.vault, graph=empty)


def test_a_graph_of_others_is_never_emptied(
    empty: Graph, place: Workspace, world: SampleWorld
) -> None:
    empty.write("CREATE (n:Account {uid: 'theirs'})")
    for rebuild in (False, True):
        with pytest.raises(GraphError, match="not from spoor"):
            load(place, world.vault, rebuild=rebuild, graph=empty)
    assert count(empty, "(n)") == 1


def test_the_graph_of_another_workspace_is_taken_over_only_on_demand(
    empty: Graph, place: Workspace, tmp_path: Path, world: SampleWorld
) -> None:
    load(place, world.vault, graph=empty)
    other = Workspace(tmp_path / "other", Settings())
    theirs = StatefulVault(list(world.vault.said[:1]))
    with pytest.raises(GraphError, match="another workspace"):
        load(other, theirs, graph=empty)
    assert load(other, theirs, rebuild=True, graph=empty).nodes == {"Capture": 1, "Source": 1}


def test_without_its_ledger_a_graph_is_loaded_again(
    empty: Graph, place: Workspace, world: SampleWorld
) -> None:
    first = load(place, world.vault, graph=empty)
    shutil.rmtree(place.graph)
    again = load(place, world.vault, graph=empty)
    assert (again.written, again.nodes) == (first.written, first.nodes)


def test_a_neo4j_that_was_emptied_is_loaded_again(
    neo4j_settings: GraphSettings, tmp_path: Path, world: SampleWorld
) -> None:
    """A second load asks the server, which runs anyway, whether its graph still stands."""
    place = Workspace(tmp_path, Settings(graph=neo4j_settings))
    with loading.open_graph(place) as graph:
        graph.write("MATCH (n) DETACH DELETE n")
        first = load(place, world.vault)
        assert load(place, world.vault).skipped
        graph.write("MATCH (n) DETACH DELETE n")
        assert load(place, world.vault).written == first.written


def test_nothing_new_starts_no_engine_and_a_deleted_folder_everything(
    place: Workspace, world: SampleWorld
) -> None:
    first = load(place, world.vault)
    state = place.graph / "engine" / "state"
    state.unlink()
    assert load(place, world.vault).skipped
    assert not state.exists(), "the engine was started for nothing"
    shutil.rmtree(place.graph / "engine")
    again = load(place, world.vault)
    assert (again.written, again.nodes) == (first.written, first.nodes)


KILLED = """
import os, signal, sys
from pathlib import Path
from config.settings import Settings, Workspace
from graph.load import load
from tests.graph.sample import sample_world
def progress(what, done, total):
    if what == "writing the graph" and done > 40:
        os.kill(os.getpid(), signal.SIGKILL)
load(Workspace(Path(sys.argv[1]), Settings()), sample_world().vault, progress=progress)
"""


def test_a_killed_load_is_made_whole(place: Workspace, world: SampleWorld) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(place.root)], cwd=ROOT, check=False, env=os.environ
    )
    assert killed.returncode == -signal.SIGKILL
    report = load(place, world.vault)
    assert not report.skipped
    with Ledger(place.graph / loading.LEDGER) as ledger:
        assert ledger.counts() == {**report.nodes, **report.relationships}


def test_a_spoilt_ledger_is_made_anew(empty: Graph, place: Workspace, world: SampleWorld) -> None:
    first = load(place, world.vault, graph=empty)
    (place.graph / loading.LEDGER).write_bytes(b"no database" * 100)
    again = load(place, world.vault, graph=empty)
    assert (again.written, again.nodes) == (first.written, first.nodes)


def test_batches_fit_a_message_and_relationships_are_sought_from_the_near_end() -> None:
    rows = [(str(number), "", "x" * 1_000_000) for number in range(9)]
    assert [len(batch) for batch in batches(rows)] == [4, 4, 1]
    assert [len(batch) for batch in batches([("a", "", "")] * 12_000)] == [5_000, 5_000, 2_000]
    posted = merge_statement(Group("POSTED", "Account", "Listing"), schema())
    assert "MERGE (b)<-[x:POSTED]-(a)" in posted, "a seller has many listings, a listing one seller"


def test_progress_is_told(empty: Graph, place: Workspace, world: SampleWorld) -> None:
    told: list[tuple[str, int, int | None]] = []
    report = load(place, world.vault, graph=empty, progress=lambda *one: told.append(one))
    written = [(done, total) for what, done, total in told if what == "writing the graph"]
    assert written[-1] == (report.written, report.written)
