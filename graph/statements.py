"""Every Cypher statement of the product by name, for the suite that runs them on every engine.

A module that has statements of its own is listed in ``MODULES``: all its constants that are Cypher
are found there, so nothing has to be registered.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator

from graph.engines import Dialect
from graph.export import cypher as exported
from graph.ledger import Group
from graph.load import CLAIM, META, STRANGERS, counting
from graph.questions import questions
from graph.schema import schema
from graph.writer import delete_statement, merge_statement, wipe_statement

MODULES = ("graph.questions.arguments", "graph.search", "graph.chart.cypher", "graph.export.cypher")
_MARK = "MATCH "


def reading() -> dict[str, str]:
    """All reading statements by name."""
    found = dict(_of_modules()) | {
        f"question {one.name} {place}": statement
        for one in questions()
        for place, statement in enumerate(one.statements, 1)
    }
    counts = {f"count {name}": statement for name, statement in counting(schema()).items()}
    return found | counts | {"load meta": META, "load strangers": STRANGERS}


def writing(dialect: Dialect) -> dict[str, str]:
    """All writing statements by name, DDL first."""
    known = schema()
    found = {f"ddl {number}": one for number, one in enumerate(known.ddl(dialect), 1)}
    found["load claim"] = CLAIM
    for group in groups():
        name = " ".join(part for part in (group.kind, group.start_label, group.end_label) if part)
        found[f"merge {name}"] = merge_statement(group, known)
        found[f"delete {name}"] = delete_statement(group, known)
    return found | {f"wipe {name}": wipe_statement(name) for name in known.labels}


def groups() -> Iterator[Group]:
    """Every group of elements the writer may be handed."""
    known = schema()
    parents = {label.parent for label in known.labels.values()}
    for name in known.labels:
        if name not in parents:
            yield Group(name, name, "")
    for kind in known.relationships.values():
        for start in kind.starts:
            for end in kind.ends:
                yield Group(kind.name, start, end)


def _of_modules() -> Iterator[tuple[str, str]]:
    for name in MODULES:
        for key, value in sorted(vars(importlib.import_module(name)).items()):
            if key.isupper() and isinstance(value, str) and _MARK in value:
                yield f"{name.removeprefix('graph.')} {key}", value
    for label, _, statement in exported.nodes():
        yield f"export nodes {label}", statement
    for kind, start, _, statement in exported.edges():
        yield f"export edges {kind.name} {start}", statement
