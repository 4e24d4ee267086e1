"""Both graph engines, each started once a session: the embedded one and a real Neo4j."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.settings import GraphSettings, Settings, Workspace
from graph.engine import Graph
from graph.engines.embedded import EmbeddedEngine
from graph.engines.neo4j import Neo4jEngine
from graph.schema import schema
from graph.writer import Writer
from tests.graph.neo4j_server import Unavailable, in_ci, running


@pytest.fixture(scope="session")
def embedded_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graph]:
    folder = tmp_path_factory.mktemp("embedded")
    with Graph(EmbeddedEngine(folder, "512m")) as graph:
        Writer(graph, schema()).prepare()
        yield graph


@pytest.fixture(scope="session")
def neo4j_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphSettings]:
    """Settings of a running Neo4j whose password is in the environment, as users give it."""
    try:
        with (
            running(tmp_path_factory.mktemp("neo4j") / "home") as server,
            pytest.MonkeyPatch.context() as environment,
        ):
            environment.delenv("SPOOR_NEO4J_PASSWORD_FILE", raising=False)
            environment.setenv("SPOOR_NEO4J_PASSWORD", server.password)
            yield GraphSettings(engine="neo4j", uri=server.uri)
    except Unavailable as missing:
        if in_ci():
            pytest.fail(str(missing))
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def neo4j_server(neo4j_settings: GraphSettings) -> Iterator[Graph]:
    with Graph(Neo4jEngine(neo4j_settings)) as graph:
        Writer(graph, schema()).prepare()
        yield graph


@pytest.fixture(params=["embedded", "neo4j"])
def server(request: pytest.FixtureRequest) -> Graph:
    """One engine after the other, with whatever the last test left in it."""
    graph: Graph = request.getfixturevalue(f"{request.param}_server")
    return graph


@pytest.fixture
def empty(server: Graph) -> Graph:
    """One engine after the other, emptied, with constraints and indexes."""
    return emptied(server)


def emptied(graph: Graph) -> Graph:
    """The graph without a node."""
    graph.write("MATCH (n) DETACH DELETE n")
    return graph


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    """A workspace folder without any files."""
    return Workspace(tmp_path, Settings())
