"""The rows of each export, streamed from the graph or the vault in order of uid."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any, Protocol

from graph.export import cypher
from model.facts import Statement

Row = dict[str, Any]


class Readable(Protocol):
    """The part of the graph that exports need."""

    def read(self, cypher: str, **params: object) -> Iterator[Row]: ...


class Stated(Protocol):
    """The part of the vault that exports need."""

    def statements(self) -> Iterator[Statement]: ...


def accounts(graph: Readable) -> Iterator[Row]:
    """One row an account; the first where an account stands in several networks."""
    rows = graph.read(cypher.ACCOUNTS)
    for _, group in itertools.groupby(rows, key=itemgetter("account")):
        row = next(group)
        yield {**row, "listings": row["listings"] or 0}


def actors(graph: Readable) -> Iterator[Row]:
    """One row an actor with all its accounts."""
    rows = graph.read(cypher.ACTORS)
    for actor, group in itertools.groupby(rows, key=itemgetter("actor")):
        members = list({row["account"]: row for row in group}.values())
        yield {
            "actor": actor,
            "accounts": [row["account"] for row in members],
            "handles": [f"{row['platform']}:{row['handle']}" for row in members],
            "platforms": sorted({row["platform"] for row in members if row["platform"]}),
            "network": members[0]["network"],
            "role": members[0]["role"],
            "first_seen": min((r["first_seen"] for r in members if r["first_seen"]), default=None),
            "last_seen": max((r["last_seen"] for r in members if r["last_seen"]), default=None),
            "listings": sum(row["listings"] or 0 for row in members),
        }


def networks(graph: Readable) -> Iterator[Row]:
    """One row a network, with its key actors and what may be said of chance."""
    keys = _Grouped(graph.read(cypher.KEY_ACTORS), "network")
    for row in graph.read(cypher.NETWORKS):
        details = json.loads(row.pop("details") or "{}")
        key_actors = [
            {"actor": key["actor"], "role": key["role"], "reasons": key["reasons"] or []}
            for key in keys.of(row["network"])
        ]
        yield {
            **row,
            "bound_by": row["bound_by"] or [],
            "listings": details.get("listings", 0),
            "taxa": sorted(details.get("taxa") or ()),
            "key_actors": key_actors,
            "exposed": bool(details.get("exposed")),
            "chance": details.get("chance", "not tested for chance"),
        }


def listings(graph: Readable) -> Iterator[Row]:
    """One row a listing, with who posted it, what it offers and where it ships."""
    sellers = _Grouped(graph.read(cypher.LISTING_SELLERS), "listing")
    parts = {
        "taxa": _Grouped(graph.read(cypher.LISTING_TAXA), "listing"),
        "products": _Grouped(graph.read(cypher.LISTING_PRODUCTS), "listing"),
        "ships_from": _Grouped(graph.read(cypher.LISTING_FROM), "listing"),
        "ships_to": _Grouped(graph.read(cypher.LISTING_TO), "listing"),
    }
    for row in graph.read(cypher.LISTINGS):
        uid = row["listing"]
        seller = next(iter(sellers.of(uid)), {"account": None, "seller": None})
        told = {name: _values(part.of(uid)) for name, part in parts.items()}
        about = {"account": seller["account"], "seller": seller["seller"]}
        yield {**row, **about, **told, "claims": row["claims"] or []}


def statements(vault: Stated) -> Iterator[Row]:
    """One row a standing statement, as recorded."""
    for one in vault.statements():
        yield {
            "id": one.id,
            "subject": one.subject.uid,
            "subject_label": one.subject.label,
            "subject_key": list(one.subject.key),
            "predicate": one.predicate,
            "object": one.object.uid if one.object else None,
            "object_label": one.object.label if one.object else None,
            "object_key": list(one.object.key) if one.object else None,
            "attributes": dict(one.attributes),
            "confidence": one.confidence,
            "reliability": one.grades.reliability,
            "credibility": one.grades.credibility,
            "tlp": one.tlp,
            "rule": one.rule,
            "document": one.document,
            "source": one.source,
            "capture_sha256": one.capture_sha256,
            "first_seen": one.first_seen,
            "last_seen": one.last_seen,
        }


def graph_rows(graph: Readable) -> Iterator[Row]:
    """Every node, then every relationship of the graph, without what the engine keeps."""
    for label, properties, statement in cypher.nodes():
        for row in graph.read(statement):
            yield {"node": row["uid"], "label": label, "properties": _set(row, properties)}
    for kind, _, properties, statement in cypher.edges():
        for row in graph.read(statement):
            ends = {"from": row["left"], "to": row["right"]}
            told = {name: row[f"p_{name}"] for name in properties}
            yield {"edge": kind.name, **ends, "properties": _set(told, properties)}


def _set(row: Row, properties: Sequence[str]) -> Row:
    return {name: row[name] for name in properties if row[name] is not None}


def _values(rows: Iterable[Row]) -> list[str]:
    """Each value once; what is only mentioned is not offered."""
    offered = (row for row in rows if row.get("relation") != "mentioned")
    return list(dict.fromkeys(row["value"] for row in offered))


class _Grouped:
    """Rows sorted by a key, handed out group by group to a reader in the same order."""

    def __init__(self, rows: Iterator[Row], key: str) -> None:
        self._groups = itertools.groupby(rows, key=itemgetter(key))
        self._next: tuple[str, list[Row]] | None = None
        self._advance()

    def _advance(self) -> None:
        found = next(self._groups, None)
        self._next = (found[0], list(found[1])) if found else None

    def of(self, key: str) -> list[Row]:
        while self._next is not None and self._next[0] < key:
            self._advance()
        return self._next[1] if self._next is not None and self._next[0] == key else []
