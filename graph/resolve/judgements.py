"""What people judged, made into constraints: transitive, newest first, contradictions reported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

from model.findings import Judgement

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Judgements that cannot all be right: ``apart`` was judged different, ``path`` joins it."""

    apart: Pair
    path: tuple[Judgement, ...]
    against: tuple[Judgement, ...]


@dataclass(frozen=True, slots=True)
class Constraints:
    """Pairs that a person joined, kept apart or left open, without those that contradict."""

    same: Mapping[Pair, tuple[Judgement, ...]]
    different: Mapping[Pair, tuple[Judgement, ...]]
    unsure: Mapping[Pair, tuple[Judgement, ...]]
    contradictions: tuple[Contradiction, ...]


def constraints(judgements: Iterable[Judgement]) -> Constraints:
    """The judgements that hold.

    A person's newer verdict on a pair replaces the older one. ``different`` always holds; each
    ``same`` on a path between two accounts judged different is set aside and reported.
    """
    by_verdict = _by_verdict(_newest(judgements))
    same, different = by_verdict["same"], by_verdict["different"]
    graph = nx.Graph(sorted(same))
    found = tuple(_contradictions(graph, same, different))
    aside = {ordered(one.left, one.right) for clash in found for one in clash.path}
    held = {pair: by for pair, by in same.items() if pair not in aside}
    return Constraints(held, different, by_verdict["unsure"], found)


def ordered(left: str, right: str) -> Pair:
    """A pair of accounts, smaller uid first."""
    return (left, right) if left <= right else (right, left)


def _newest(judgements: Iterable[Judgement]) -> list[Judgement]:
    newest: dict[tuple[Pair, str], Judgement] = {}
    for one in sorted(judgements, key=lambda one: (one.at, one.verdict, one.why)):
        if one.left != one.right:
            newest[ordered(one.left, one.right), one.by] = one
    return [newest[key] for key in sorted(newest)]


def _by_verdict(
    judgements: Sequence[Judgement],
) -> dict[str, dict[Pair, tuple[Judgement, ...]]]:
    sorted_out: dict[str, dict[Pair, tuple[Judgement, ...]]] = {
        "same": {},
        "different": {},
        "unsure": {},
    }
    for one in judgements:
        pairs = sorted_out[one.verdict]
        pair = ordered(one.left, one.right)
        pairs[pair] = (*pairs.get(pair, ()), one)
    return sorted_out


def _contradictions(
    graph: nx.Graph[str],
    same: Mapping[Pair, tuple[Judgement, ...]],
    different: Mapping[Pair, tuple[Judgement, ...]],
) -> Iterator[Contradiction]:
    for pair in sorted(different):
        left, right = pair
        if left in graph and right in graph and nx.has_path(graph, left, right):
            edges = _between(graph, left, right)
            path = tuple(one for edge in edges for one in same[edge])
            yield Contradiction(pair, path, different[pair])


def _between(graph: nx.Graph[str], left: str, right: str) -> list[Pair]:
    """Every edge on some simple path between two nodes, sorted.

    These are the edges of the biconnected component that an edge between the two would lie in.
    """
    closed = nx.Graph(graph.subgraph(nx.node_connected_component(graph, left)))
    closed.add_edge(left, right)
    for component in nx.biconnected_component_edges(closed):
        edges = {ordered(*edge) for edge in component}
        if ordered(left, right) in edges:
            return sorted(edge for edge in edges if graph.has_edge(*edge))
    return []
