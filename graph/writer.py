"""Batches into the graph: idempotent statements made from the schema, one writer, sorted rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from graph.engine import Graph
from graph.ledger import Group
from graph.schema import Schema, schema

MAX_ROWS = 5_000
MAX_BYTES = 4_000_000
"""Characters of JSON in one batch: well below what one Bolt message may hold (16 MB)."""

Pending = tuple[str, str, str]


class Writer:
    """Writes groups of elements; what is not in the schema is refused before it is sent."""

    def __init__(self, graph: Graph, known: Schema | None = None) -> None:
        self._graph = graph
        self._schema = known or schema()

    def prepare(self) -> None:
        """Constraints and indexes; harmless where they are there."""
        for statement in self._schema.ddl(self._graph.dialect):
            self._graph.write(statement)

    def write(self, group: Group, rows: Iterable[Pending]) -> Iterator[int]:
        """Create or update the group's elements; yields how many after each batch."""
        statement = merge_statement(group, self._schema)
        for batch in batches(rows):
            self._graph.write(statement, rows=[self._row(group, *one) for one in batch])
            yield len(batch)

    def remove(self, group: Group, keys: list[tuple[str, str]]) -> None:
        """Delete the group's elements; those that are not there do no harm."""
        statement = delete_statement(group, self._schema)
        for first in range(0, len(keys), MAX_ROWS):
            part = sorted(keys[first : first + MAX_ROWS])
            self._graph.write(statement, rows=[{"s": start, "e": end} for start, end in part])

    def wipe(self) -> None:
        """Delete every node that carries a label of the schema."""
        for label in self._schema.labels:
            while self._graph.write(wipe_statement(label), limit=MAX_ROWS)[0]["n"]:
                pass

    def _row(self, group: Group, start: str, end: str, properties: str) -> dict[str, Any]:
        values = json.loads(properties)
        if group.is_node:
            self._schema.check_node(group.kind, start, values)
        else:
            self._schema.check_edge(group.kind, group.start_label, group.end_label, values)
        return {"s": start, "e": end, "p": values}


def batches(rows: Iterable[Pending]) -> Iterator[list[Pending]]:
    """Rows in batches that fit one message."""
    batch: list[Pending] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += len(row[2])
        if len(batch) >= MAX_ROWS or size >= MAX_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def merge_statement(group: Group, known: Schema) -> str:
    """One statement for a whole group. Names come from the schema only, values as parameters.

    The relationship is looked for from its near end: engines that walk a node's relationships one
    by one would need hours for a seller of 30,000 listings from the other.
    """
    if group.is_node:
        pattern = known.labels[group.kind].pattern
        return f"UNWIND $rows AS r MERGE (n:{pattern} {{uid: r.s}}) SET n = r.p, n.uid = r.s"
    return f"{_ends(group)} MERGE {_pattern(group, known)} SET x = r.p"


def delete_statement(group: Group, known: Schema) -> str:
    """Deletes relationships by their ends, or nodes (with what hangs on them) by their uid."""
    if group.is_node:
        name = known.labels[group.kind].name
        return f"UNWIND $rows AS r MATCH (n:{name} {{uid: r.s}}) DETACH DELETE n"
    kind = known.relationships[group.kind]
    if kind.near == "from":
        path = f"(a:{group.start_label} {{uid: r.s}})-[x:{kind.name}]->(b) WHERE b.uid = r.e"
    else:
        path = f"(b:{group.end_label} {{uid: r.e}})<-[x:{kind.name}]-(a) WHERE a.uid = r.s"
    return f"UNWIND $rows AS r MATCH {path} DELETE x"


def wipe_statement(label: str) -> str:
    return f"MATCH (n:{label}) WITH n LIMIT $limit DETACH DELETE n RETURN count(*) AS n"


def _ends(group: Group) -> str:
    start, end = f"(a:{group.start_label} {{uid: r.s}})", f"(b:{group.end_label} {{uid: r.e}})"
    return f"UNWIND $rows AS r MATCH {start} MATCH {end}"


def _pattern(group: Group, known: Schema) -> str:
    kind = known.relationships[group.kind]
    return f"(a)-[x:{kind.name}]->(b)" if kind.near == "from" else f"(b)<-[x:{kind.name}]-(a)"
