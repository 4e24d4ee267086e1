"""Asking: arguments in, rows out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graph.engine import Graph
from graph.questions.arguments import parameter
from graph.questions.catalogue import Question, question
from model.errors import ConfigurationError


def ask(
    graph: Graph, name: str, args: Sequence[str] | Mapping[str, str] = ()
) -> Iterator[dict[str, Any]]:
    """Rows of the question's answer, with its columns in their order.

    ``args`` are given in order or by name. ConfigurationError for an unknown question or wrong
    arguments, GraphError where an argument names nothing in the graph.
    """
    asked = question(name)
    given = _given(asked, args)
    params = {
        one.name: parameter(graph, one.type, given[one.name])
        if given[one.name] or one.default is None
        else one.default
        for one in asked.arguments
    }
    for statement in asked.statements:
        for row in graph.read(statement, **params):
            yield {column: row[column] for column in asked.columns}


def _given(asked: Question, args: Sequence[str] | Mapping[str, str]) -> dict[str, str]:
    """Every argument by name, defaults filled in."""
    if not isinstance(args, Mapping):
        if len(args) > len(asked.arguments):
            raise _misused(asked, f"takes {len(asked.arguments)} arguments, not {len(args)}")
        args = dict(zip((one.name for one in asked.arguments), args, strict=False))
    given: dict[str, str] = {}
    for one in asked.arguments:
        value = args.get(one.name, one.default)
        if value is None or (one.default is None and not value.strip()):
            raise _misused(asked, f"needs {one.name.upper()}")
        given[one.name] = value
    unknown = sorted(args.keys() - given.keys())
    if unknown:
        raise _misused(asked, f"does not know {', '.join(unknown)}")
    return given


def _misused(asked: Question, what: str) -> ConfigurationError:
    usage = f"spoor ask {asked.name} {asked.signature}".rstrip()
    return ConfigurationError(f"question {asked.name} {what}", remedy=f"ask it as: {usage}")
