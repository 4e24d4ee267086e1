"""The schema of the graph as values, read from ``schema.yml``; DDL, checks and docs follow it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from graph.engines import Dialect
from model.errors import GraphError

Type = Literal["text", "number", "integer", "texts"]
Value = str | float | int | list[str]
Properties = Mapping[str, Value]
_PYTHON: Mapping[str, tuple[type, ...]] = {
    "text": (str,),
    "number": (float, int),
    "integer": (int,),
    "texts": (list,),
}
UID = "uid"


@dataclass(frozen=True, slots=True)
class Property:
    """A property's type and meaning."""

    name: str
    type: Type
    about: str

    def takes(self, value: object) -> bool:
        """Whether ``value`` is of this type; a boolean is no number."""
        fits = isinstance(value, _PYTHON[self.type]) and not isinstance(value, bool)
        return fits and (not isinstance(value, list) or all(isinstance(one, str) for one in value))


@dataclass(frozen=True, slots=True)
class Label:
    """A kind of node. ``parent`` is the further label its nodes carry, or empty."""

    name: str
    layer: str
    about: str
    parent: str
    properties: Mapping[str, Property]
    indexes: tuple[str, ...]
    search: str

    @property
    def pattern(self) -> str:
        """The labels of a new node, as in ``Identifier:Phone``."""
        return f"{self.parent}:{self.name}" if self.parent else self.name


@dataclass(frozen=True, slots=True)
class Relationship:
    """A kind of relationship; ``near`` is the end with few of them (``from`` or ``to``)."""

    name: str
    about: str
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    near: Literal["from", "to"]
    evidence: bool
    properties: Mapping[str, Property]


@dataclass(frozen=True, slots=True)
class Schema:
    """All labels and relationships by name."""

    labels: Mapping[str, Label]
    relationships: Mapping[str, Relationship]

    def check_node(self, label: str, uid: str, properties: Properties) -> None:
        """GraphError for an unknown label or property, or a value of the wrong type."""
        kind = self.labels.get(label)
        if kind is None:
            raise GraphError(f"label {label} of {uid} is not in the schema")
        _check(f"{label} {uid}", kind.properties, properties)

    def check_edge(self, name: str, start: str, end: str, properties: Properties) -> None:
        """GraphError for an unknown relationship, wrong endpoint labels or properties."""
        kind = self.relationships.get(name)
        if kind is None:
            raise GraphError(f"relationship {name} is not in the schema")
        if start not in kind.starts or end not in kind.ends:
            raise GraphError(f"relationship {name} does not lead from {start} to {end}")
        _check(name, kind.properties, properties)

    def ddl(self, dialect: Dialect) -> Iterator[str]:
        """Constraints and indexes in the words of one engine; harmless to run again."""
        for label in self.labels.values():
            yield _constraint(label)
            yield from (_index(label, name) for name in label.indexes)
            if label.search and dialect == "neo4j":
                yield _text_index(label)


def _check(where: str, known: Mapping[str, Property], properties: Properties) -> None:
    for name, value in properties.items():
        prop = known.get(name)
        if prop is None:
            raise GraphError(f"{where}: property {name} is not in the schema")
        if not prop.takes(value):
            raise GraphError(f"{where}: property {name} is not of type {prop.type}")


def _constraint(label: Label) -> str:
    name = f"{label.name.lower()}_uid"
    return f"CREATE CONSTRAINT {name} IF NOT EXISTS FOR (n:{label.name}) REQUIRE n.uid IS UNIQUE"


def _index(label: Label, name: str) -> str:
    index = f"{label.name.lower()}_{name}"
    return f"CREATE INDEX {index} IF NOT EXISTS FOR (n:{label.name}) ON (n.{name})"


def _text_index(label: Label) -> str:
    """Neo4j finds parts of words by trigrams; ArcadeDB has no such index and reads them all."""
    index = f"{label.name.lower()}_search"
    return f"CREATE TEXT INDEX {index} IF NOT EXISTS FOR (n:{label.name}) ON (n.{label.search})"


@cache
def schema() -> Schema:
    """The shipped schema."""
    raw = yaml.safe_load(Path(__file__).with_name("schema.yml").read_text("utf-8"))
    evidence = _properties(raw["evidence"])
    return Schema(
        labels={name: _label(name, entry) for name, entry in raw["labels"].items()},
        relationships={
            name: _relationship(name, entry, evidence)
            for name, entry in raw["relationships"].items()
        },
    )


def _properties(raw: Mapping[str, Any]) -> dict[str, Property]:
    """``name: [type, meaning]``."""
    return {name: Property(name, kind, about) for name, (kind, about) in raw.items()}


def _label(name: str, raw: Mapping[str, Any]) -> Label:
    uid = Property(UID, "text", "digest of what identifies it")
    return Label(
        name=name,
        layer=raw["layer"],
        about=raw["about"],
        parent=raw.get("is", ""),
        properties={UID: uid} | _properties(raw["properties"]),
        indexes=tuple(raw.get("indexes", ())),
        search=raw.get("search", ""),
    )


def _relationship(
    name: str, raw: Mapping[str, Any], evidence: Mapping[str, Property]
) -> Relationship:
    proved = raw.get("evidence", True)
    return Relationship(
        name=name,
        about=raw["about"],
        starts=tuple(raw["from"]),
        ends=tuple(raw["to"]),
        near=raw["near"],
        evidence=proved,
        properties=_properties(raw.get("properties", {})) | (dict(evidence) if proved else {}),
    )


def docs_page() -> str:
    """``docs/graph-schema.md``."""
    known = schema()
    parts = [
        "# Graph schema",
        "",
        "Made from `graph/schema.yml` by `python -m graph.schema`; a test holds it to that.",
        "",
        "Every node carries `uid`, unique within its label: the same thing has the same uid in",
        "every workspace. Every relationship that states a fact rests on statements in the vault",
        "and names them. Times are ISO 8601 UTC as text.",
        "",
        *_label_sections(known.labels.values()),
        *_relationship_sections(known.relationships.values()),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _label_sections(labels: Iterable[Label]) -> Iterator[str]:
    yield from ("## Nodes", "")
    for label in labels:
        also = f" Also labelled `{label.parent}`, with its properties." if label.parent else ""
        yield from (f"### {label.name}", "", f"{label.about} ({label.layer}){also}", "")
        if not label.parent:
            yield from _property_table(label.properties.values(), label.indexes)


def _relationship_sections(relationships: Iterable[Relationship]) -> Iterator[str]:
    yield from ("## Relationships", "")
    for kind in relationships:
        starts, ends = " or ".join(kind.starts), " or ".join(kind.ends)
        yield from (f"### {kind.name}", "", f"({starts})-[:{kind.name}]->({ends})", "")
        yield from (kind.about, "")
        if kind.properties:
            yield from _property_table(kind.properties.values(), ())


def _property_table(properties: Iterable[Property], indexes: Iterable[str]) -> Iterator[str]:
    yield from ("| property | type | meaning |", "|---|---|---|")
    for prop in properties:
        mark = " (indexed)" if prop.name in indexes else ""
        yield f"| `{prop.name}` | {prop.type} | {prop.about}{mark} |"
    yield ""


if __name__ == "__main__":
    Path("docs/graph-schema.md").write_text(docs_page(), encoding="utf-8")
