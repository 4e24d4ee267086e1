"""Every statement of the product on every engine, with the same answer from each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings, Workspace
from graph.chart.cypher import SAME_ACTOR
from graph.engine import Graph
from graph.ledger import Group
from graph.load import LoadReport, load
from graph.schema import Property, schema
from graph.statements import groups, reading, writing
from graph.writer import delete_statement, merge_statement
from model import identity
from model.canonical import canonical
from tests.graph.conftest import emptied
from tests.graph.neo4j_server import Unavailable, running
from tests.graph.sample import sample_world

MAY_BE_EMPTY = {"export.cypher KEY_ACTORS"}  # who is a key actor is for the analysis to say
_SAMPLES: Mapping[str, object] = {"text": "x", "number": 0.5, "integer": 3, "texts": ["x", "y"]}


@pytest.fixture(scope="module")
def loaded(
    embedded_server: Graph, neo4j_server: Graph, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Graph]:
    """The sample world on both engines."""
    vault = sample_world().resolved()
    graphs = {"embedded": embedded_server, "neo4j": neo4j_server}
    for name, graph in graphs.items():
        emptied(graph)
        load(Workspace(tmp_path_factory.mktemp(name), Settings()), vault, graph=graph)
    return graphs


def params_of(graph: Graph, statement: str) -> dict[str, Any]:
    """Something sensible for every parameter that a statement of the product has."""
    uids = [row["uid"] for row in graph.read("MATCH (n) RETURN n.uid AS uid ORDER BY uid")]
    accounts = [uid for uid in uids if uid.startswith("account-")]
    things = [uid for uid in uids if not uid.startswith(("account-", "capture-", "listing-"))]
    lord = identity.account("north", "Rhino Lord").uid
    return {
        "accounts": [uid for uid in accounts if uid != identity.account("west", "broker").uid],
        "things": things,
        "values": [*uids, "lord@example.org", "tusks"],
        "starts": ["ann@"],
        "seller": accounts,
        "identifier": things,
        "a": [lord],
        "b": [uid for uid in accounts if uid != lord],
        "actor": [uid for uid in uids if uid.startswith("actor-")],
        "thing": uids,
        "stem": "",
        "name": "rhino lord",
        "platform": "north",
        "first": " r",
        "rest": [],
        "limit": 100,
        "date": "2027" if "< $date" in statement else "2026",
        "taxon": "elephantidae",
        "country": "",
        "least": 1,
        "uids": [uid for uid in uids if uid.startswith(_ASKED_ONE_BY_ONE)],
    }


_ASKED_ONE_BY_ONE = ("account-", "actor-", "network-", "listing-")


def answers(graph: Graph, statement: str) -> list[bytes]:
    params = params_of(graph, statement)
    uids = params.pop("uids") if "$uid" in statement else [""]
    rows = (row for uid in uids for row in graph.read(statement, uid=uid, **params))
    return sorted(canonical(_unordered(row)) for row in rows)


def _unordered(value: Any) -> Any:
    """Lists sorted: what an aggregate collects has no order unless the statement says so."""
    if isinstance(value, dict):
        return {key: _unordered(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted((_unordered(item) for item in value), key=canonical)
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


@pytest.mark.parametrize("name", sorted(reading()))
def test_a_reading_statement_answers_alike(loaded: dict[str, Graph], name: str) -> None:
    statement = reading()[name]
    embedded, neo4j = (answers(loaded[engine], statement) for engine in ("embedded", "neo4j"))
    if name == "load strangers":  # any one node
        assert len(embedded) == len(neo4j) == 1
    elif name == "load meta":  # each copy of a graph has its own id
        assert [json.loads(one)["workspace"] for one in embedded] == [
            json.loads(one)["workspace"] for one in neo4j
        ]
    else:
        assert embedded == neo4j
    assert embedded or name in MAY_BE_EMPTY, (
        "the sample world has nothing that this statement finds"
    )


def test_the_same_world_gives_the_same_graph(loaded: dict[str, Graph]) -> None:
    """Labels, uids, ends and all properties, the id of the copy aside."""
    nodes = "MATCH (n) WHERE NOT n:SpoorMeta RETURN labels(n) AS labels, n AS node"
    edges = "MATCH (a)-[x]->(b) RETURN a.uid AS a, b.uid AS b, type(x) AS type, x AS edge"
    for statement in (nodes, edges):
        embedded, neo4j = (answers(loaded[engine], statement) for engine in loaded)
        assert embedded == neo4j
        assert len(embedded) > 50


def test_every_label_and_relationship_is_in_the_sample(loaded: dict[str, Graph]) -> None:
    graph = loaded["embedded"]
    labels = {row["l"] for row in graph.read("MATCH (n) UNWIND labels(n) AS l RETURN l")}
    types = {row["t"] for row in graph.read("MATCH ()-[x]->() RETURN type(x) AS t")}
    assert labels == set(schema().labels)
    assert types == set(schema().relationships)


def test_every_writing_statement_runs(server: Graph) -> None:
    """On nothing: no rows, no limit, so that each is parsed and planned."""
    params = {"rows": [], "limit": 0, "uid": "meta", "workspace": "w", "instance": "i"}
    statements = writing(server.dialect)
    for name in [name for name in statements if name.startswith("ddl")]:
        server.write(statements.pop(name))
    server.transact((statement, params) for statement in statements.values())


def test_every_group_is_merged_once_updated_and_deleted(empty: Graph) -> None:
    known = schema()
    for times in (1, 2):
        rows = {group: {"rows": [_sample(group, times)]} for group in groups()}
        empty.transact((merge_statement(group, known), row) for group, row in rows.items())
    counted = {group: next(empty.read(_counting(group)))["n"] for group in groups()}
    assert set(counted.values()) == {1}
    empty.transact((delete_statement(group, known), rows[group]) for group in reversed(rows))
    assert next(empty.read("MATCH (n) RETURN count(n) AS n")) == {"n": 0}


def _sample(group: Group, times: int) -> dict[str, Any]:
    """A row of the group with all its properties; the second time with fewer."""
    if group.is_node:
        known: Mapping[str, Property] = schema().labels[group.kind].properties
    else:
        known = schema().relationships[group.kind].properties
    names = sorted(known.keys() - {"uid"})[times - 1 :]
    start, end = (f"{label.lower()}-1" for label in (group.start_label, group.end_label))
    if group.start_label == group.end_label:
        end = start
    return {"s": start, "e": end, "p": {name: _SAMPLES[known[name].type] for name in names}}


def _counting(group: Group) -> str:
    """Counts the group's element where the first of its properties is gone."""
    if group.is_node:
        names = sorted(schema().labels[group.kind].properties.keys() - {"uid"})
        where, what = f"(n:{group.kind})", f"n.{names[0]}"
    else:
        names = sorted(schema().relationships[group.kind].properties)
        where = f"(:{group.start_label})-[n:{group.kind}]->(:{group.end_label})"
        what = f"n.{names[0]}"
    return f"MATCH {where} WHERE {what} IS NULL RETURN count(n) AS n"


def test_loading_in_another_order_or_twice_gives_the_same_graph(
    empty: Graph, tmp_path: Path
) -> None:
    vault = sample_world().resolved()
    first = load(Workspace(tmp_path / "a", Settings()), vault, graph=empty)
    before = _dump(empty)
    vault.said.reverse()
    again = load(Workspace(tmp_path / "a", Settings()), vault, rebuild=True, graph=empty)
    assert _dump(empty) == before
    assert _counts(first) == _counts(again)


def _dump(graph: Graph) -> list[bytes]:
    statements = ("MATCH (n) WHERE NOT n:SpoorMeta RETURN n", "MATCH (a)-[x]->(b) RETURN a, x, b")
    return [row for statement in statements for row in answers(graph, statement)]


def _counts(report: LoadReport) -> tuple[Mapping[str, int], Mapping[str, int]]:
    return report.nodes, report.relationships


def test_without_java_neo4j_is_unavailable_with_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match=r"no java here; scripts/system-packages.sh"):
        running(tmp_path / "home").__enter__()


@pytest.mark.parametrize("engine", ["embedded", "neo4j"])
def test_the_accounts_of_a_sellers_actor_include_the_one_asked_about(
    loaded: dict[str, Graph], engine: str
) -> None:
    everyone = [
        row["uid"]
        for row in loaded[engine].read(
            "MATCH (a:Account)-[:RESOLVED_TO]->(:Actor) RETURN a.uid AS uid"
        )
    ]
    assert everyone
    for uid in everyone:
        found = {row["account"] for row in loaded[engine].read(SAME_ACTOR, uid=uid)}
        assert uid in found
