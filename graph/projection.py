"""Statements and runs → nodes and relationships: one pass, nothing guessed, order irrelevant.

Every relationship stands for all statements of the same subject, predicate and object and names
them. Its further properties are those of the newest statement (the surest of several as new).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Protocol

from graph.elements import MAX_INDEXED, Edge, End, Node, value_of
from graph.folding import folded
from graph.schema import Label, Property, Schema, Value, schema
from model.facts import Statement
from model.identity import IDENTIFIER_LABELS, Entity

VERSION = "projection/3"
DESCRIBED_AS = "DESCRIBED_AS"
TLP = ("CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED")
_KINDS = {label: kind for kind, label in IDENTIFIER_LABELS.items()}
_KEYS: Mapping[str, tuple[str, ...]] = {
    "Account": ("platform", "handle"),
    "Listing": ("platform", "native_id"),
    "Post": ("platform", "native_id"),
    "Group": ("platform", "native_id"),
    "Thread": ("platform", "native_id"),
    "Capture": ("source", "sha256"),
    "Source": ("name",),
    "Alias": ("name",),
    "Taxon": ("name",),
    "Product": ("code",),
    "Location": ("code",),
} | dict.fromkeys(_KINDS, ("value",))
_FOLDED = {"Account": "handle", "Alias": "name"} | dict.fromkeys(_KINDS, "value")
_SEARCHED = {
    "Account": ("handle", "text"),
    "Listing": ("title", "text", "category"),
    "Post": ("title", "text"),
    "Group": ("title", "text"),
}
_TOLD = frozenset({"Listing", "Post"})
_CONTEXTS = frozenset({"MENTIONS", "USES"})


class Statements(Protocol):
    """The part of the vault that is projected."""

    def statements(self, predicates: Collection[str] | None = None) -> Iterator[Statement]: ...


@dataclass(slots=True)
class _Thing:
    """A node so far: what was said of it, each by the newest word (the surest of several)."""

    entity: Entity
    said: dict[str, tuple[Statement, object]] = field(default_factory=dict)

    def hear(self, statement: Statement, names: Iterable[str]) -> None:
        """Take what ``statement`` says under ``names``, where nobody newer said so."""
        for name in names:
            value = statement.attributes[name]
            if value in (None, "", []):
                continue
            known = self.said.get(name)
            if known is None or (known[1] != value and _is_newer(statement, known[0])):
                self.said[name] = statement, value

    @property
    def attributes(self) -> dict[str, object]:
        return {name: value for name, (_, value) in self.said.items()}


class Projection:
    """Reads statements sorted by subject, predicate and object, once; then tells what is left.

    ``left_out`` counts attributes that the schema has no place for, as ``PREDICATE.name``.
    ``accounts`` are the uids of all accounts seen. ``elsewhere`` are the uids of nodes that are
    told of by others.
    """

    def __init__(self, known: Schema | None = None, elsewhere: Collection[str] = ()) -> None:
        self.left_out: Counter[str] = Counter()
        self.accounts: set[str] = set()
        self._schema = known or schema()
        self._things: dict[str, _Thing] = {}
        self._told: set[str] = set(elsewhere)
        self._poster: dict[str, str] = {}
        self._holders: dict[str, set[str]] = {}

    def elements(self, statements: Iterable[Statement]) -> Iterator[Node | Edge]:
        """Every node and relationship once, in no particular order."""
        for uid, group in groupby(statements, key=lambda one: one.subject.uid):
            yield from self._subject(uid, group)
        for uid, thing in self._things.items():
            if uid not in self._told:
                yield self._node(thing.entity, thing.attributes, self._counts(uid, thing.entity))

    def _subject(self, uid: str, group: Iterable[Statement]) -> Iterator[Node | Edge]:
        """All that is said of one subject: its node and the relationships that leave it."""
        self._told.add(uid)
        described, seen, listings = None, _Seen(), 0
        for (predicate, _), said in groupby(group, key=_place):
            statements = list(said)
            described = described or _Thing(statements[0].subject)
            seen.add(statements)
            if statements[0].object is not None:
                listings += predicate == "POSTED"
                yield self._edge(uid, statements, described)
            else:
                self._describe(statements, described)
        if described is not None:
            yield self._node(described.entity, described.attributes, seen.told(), listings)

    def _describe(self, statements: list[Statement], thing: _Thing) -> None:
        known = self._schema.labels[thing.entity.label].properties
        for one in statements:
            thing.hear(one, known.keys() & one.attributes.keys())
            self._leave_out(one.predicate, one.attributes, known)

    def _edge(self, uid: str, statements: list[Statement], subject: _Thing) -> Edge:
        told = [(one.last_seen, one.confidence, one.id, one) for one in statements]
        newest = max(told)[-1]
        other = newest.object
        assert other is not None  # noqa: S101 - the caller looked
        self._meet(subject.entity, uid, newest.predicate, other)
        thing = self._things.get(other.uid)
        if thing is None:
            thing = self._things[other.uid] = _Thing(other)
        known = self._schema.labels[other.label].properties
        thing.hear(newest, known.keys() & newest.attributes.keys())
        if newest.predicate == "FROM":
            self._describe([newest], subject)
        else:
            self._leave_out(newest.predicate, newest.attributes, known)
        return Edge(
            newest.predicate,
            End(subject.entity.label, uid),
            End(other.label, other.uid),
            self._edge_properties(newest, statements, sorted(ids for _, _, ids, _ in told)),
        )

    def _edge_properties(
        self, newest: Statement, statements: list[Statement], ids: list[str]
    ) -> dict[str, Value]:
        kind = self._schema.relationships.get(newest.predicate)
        raw: dict[str, object] = dict(newest.attributes) | _evidence(statements, ids)
        if newest.predicate in _CONTEXTS:
            raw["contexts"] = sorted({str(one.attributes.get("context")) for one in statements})
        return _chosen(kind.properties if kind else {}, raw)

    def _meet(self, subject: Entity, uid: str, predicate: str, other: Entity) -> None:
        """Remember who posted what and who shows which identifier; accounts come first."""
        if subject.label == "Account":
            self.accounts.add(uid)
        if predicate in ("POSTED", "WROTE"):
            self._poster[other.uid] = uid
        elif other.label in _KINDS:
            holder = uid if subject.label == "Account" else self._poster.get(uid)
            if holder is not None:
                self._holders.setdefault(other.uid, set()).add(holder)

    def _counts(self, uid: str, entity: Entity) -> dict[str, object]:
        return {"df": len(self._holders.get(uid, ()))} if entity.label in _KINDS else {}

    def _node(
        self,
        entity: Entity,
        attributes: Mapping[str, object],
        counts: Mapping[str, object],
        listings: int = 0,
    ) -> Node:
        label = self._schema.labels[entity.label]
        raw: dict[str, Any] = dict(zip(_KEYS.get(entity.label, ()), entity.key, strict=True))
        raw |= {name: value for name, value in attributes.items() if name not in _fixed(entity)}
        raw |= counts
        if entity.label in _KINDS:
            raw["kind"] = _KINDS[entity.label]
        if entity.label == "Account":
            raw["listings"] = listings
            self.accounts.add(entity.uid)
        raw |= _compared(entity, raw)
        return Node(entity.label, entity.uid, _chosen(label.properties, raw, label))

    def _leave_out(
        self, predicate: str, attributes: Mapping[str, object], known: Collection[str]
    ) -> None:
        """Count what neither the node nor the relationship has a place for."""
        kind = self._schema.relationships.get(predicate)
        for name in attributes.keys() - (kind.properties.keys() if kind else ()):
            if name not in known:
                self.left_out[f"{predicate}.{name}"] += 1


@dataclass(slots=True)
class _Seen:
    """When a subject was seen first and last, and its strictest marking."""

    first: str = ""
    last: str = ""
    tlp: int = 0

    def add(self, statements: Iterable[Statement]) -> None:
        for one in statements:
            self.first = min(self.first or one.first_seen, one.first_seen)
            self.last = max(self.last, one.last_seen)
            self.tlp = max(self.tlp, _strictness(one.tlp))

    def told(self) -> dict[str, object]:
        return {"first_seen": self.first, "last_seen": self.last, "tlp": TLP[self.tlp]}


def _fixed(entity: Entity) -> Collection[str]:
    """What the identity of a thing says better than any statement."""
    return ("value", "kind", "sha256", "source", "code") if entity.label not in _TOLD else ()


def _compared(entity: Entity, raw: Mapping[str, object]) -> dict[str, object]:
    """What questions and the search compare, folded."""
    found: dict[str, object] = {}
    if name := _FOLDED.get(entity.label):
        found[f"{name}_folded"] = entity.key[-1].casefold()
    if names := _SEARCHED.get(entity.label):
        found["search_text"] = folded(*(str(raw.get(name) or "") for name in names))
    return found


def _chosen(
    known: Mapping[str, Property], raw: Mapping[str, object], label: Label | None = None
) -> dict[str, Value]:
    """The properties the schema knows, sorted by name, without what is empty."""
    chosen: dict[str, Value] = {}
    for name in sorted(known.keys() & raw.keys()):
        value = value_of(known[name], raw[name])
        if value is None:
            continue
        if label is not None and name in label.indexes and isinstance(value, str):
            value = value[:MAX_INDEXED]
        chosen[name] = value
    return chosen


def _evidence(statements: list[Statement], ids: list[str]) -> dict[str, object]:
    return {
        "statement_ids": ids,
        "captures": sorted({one.capture_sha256 for one in statements}),
        "n_sources": len({one.source for one in statements}),
        "first_seen": min(one.first_seen for one in statements),
        "last_seen": max(one.last_seen for one in statements),
        "confidence": float(max(one.confidence for one in statements)),
        "tlp": TLP[max(_strictness(one.tlp) for one in statements)],
    }


def _strictness(tlp: str) -> int:
    """Place of a colour; one nobody knows counts as the strictest."""
    return TLP.index(tlp) if tlp in TLP else len(TLP) - 1


def _is_newer(one: Statement, other: Statement) -> bool:
    """Newest first, then surest; the id settles the rest, so that no order of reading does."""
    mine, theirs = (one.last_seen, one.confidence), (other.last_seen, other.confidence)
    return mine > theirs if mine != theirs else one.id > other.id


def _place(statement: Statement) -> tuple[str, str]:
    other = statement.object
    return statement.predicate, other.uid if other is not None else ""
