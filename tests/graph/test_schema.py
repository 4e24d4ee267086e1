"""The schema: what it refuses, what it makes, and the page that tells it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graph.schema import docs_page, schema
from model.errors import GraphError
from model.identity import IDENTIFIER_LABELS

DOCS = Path(__file__).resolve().parents[2] / "docs" / "graph-schema.md"


def test_the_docs_page_is_the_schema() -> None:
    assert DOCS.read_text("utf-8") == docs_page(), "run: python -m graph.schema"


def test_every_identifier_label_is_there_and_an_identifier() -> None:
    labels = schema().labels
    for name in IDENTIFIER_LABELS.values():
        assert labels[name].parent == "Identifier"
        assert labels[name].properties == labels["Identifier"].properties


def test_every_end_of_a_relationship_is_a_label() -> None:
    known = schema()
    for kind in known.relationships.values():
        assert {*kind.starts, *kind.ends} <= known.labels.keys()
        assert kind.near in ("from", "to")


def test_every_label_has_one_uniqueness_constraint() -> None:
    for dialect in ("arcadedb", "neo4j"):
        made = list(schema().ddl(dialect))  # type: ignore[arg-type]
        for name in schema().labels:
            wanted = f"FOR (n:{name}) REQUIRE n.uid IS UNIQUE"
            assert sum(statement.endswith(wanted) for statement in made) == 1


@pytest.mark.parametrize(
    ("label", "properties", "said"),
    [
        ("Nobody", {}, "label Nobody"),
        ("Account", {"colour": "red"}, "property colour"),
        ("Account", {"listings": "three"}, "property listings is not of type integer"),
        ("Account", {"listings": True}, "property listings is not of type integer"),
        ("Listing", {"claims": ["a", 1]}, "property claims is not of type texts"),
    ],
)
def test_a_wrong_node_is_refused(label: str, properties: dict[str, Any], said: str) -> None:
    with pytest.raises(GraphError, match=said):
        schema().check_node(label, "x-1", properties)


@pytest.mark.parametrize(
    ("name", "start", "end", "properties", "said"),
    [
        ("KNOWS", "Account", "Account", {}, "KNOWS is not in the schema"),
        ("POSTED", "Listing", "Account", {}, "POSTED does not lead from Listing to Account"),
        ("POSTED", "Account", "Listing", {"role": "x"}, "property role"),
    ],
)
def test_a_wrong_relationship_is_refused(
    name: str, start: str, end: str, properties: dict[str, Any], said: str
) -> None:
    with pytest.raises(GraphError, match=said):
        schema().check_edge(name, start, end, properties)
