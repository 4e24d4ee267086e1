"""Edges of a graph whose loss would part it, and the size of the parts, in linear time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from graph.resolve.judgements import Pair, ordered


def weak_bridges(edges: Iterable[Pair], smallest: int) -> set[Pair]:
    """Edges that alone hold together two parts of at least ``smallest`` nodes each."""
    neighbours: dict[str, list[str]] = {}
    for left, right in sorted(edges):
        neighbours.setdefault(left, []).append(right)
        neighbours.setdefault(right, []).append(left)
    found: set[Pair] = set()
    order: dict[str, int] = {}
    for start in sorted(neighbours):
        if start not in order:
            found.update(_bridges_from(start, neighbours, order, smallest))
    return found


def _bridges_from(
    start: str, neighbours: dict[str, list[str]], order: dict[str, int], smallest: int
) -> Iterator[Pair]:
    """The bridges of one component: Tarjan's low points, without recursion."""
    visited = _walk(start, neighbours, order)
    low = {node: order[node] for node, _ in visited}
    size = dict.fromkeys(low, 1)
    for node, parent in reversed(visited):
        for other in neighbours[node]:
            if other != parent:
                low[node] = min(
                    low[node], low[other] if order[other] > order[node] else order[other]
                )
        if parent:
            size[parent] += size[node]
            if low[node] > order[parent] and smallest <= size[node] <= len(visited) - smallest:
                yield ordered(node, parent)


def _walk(
    start: str, neighbours: dict[str, list[str]], order: dict[str, int]
) -> list[tuple[str, str]]:
    """(node, parent) in depth-first order; ``order`` gets the number of each node."""
    visited: list[tuple[str, str]] = []
    stack = [(start, "")]
    while stack:
        node, parent = stack.pop()
        if node not in order:
            order[node] = len(order)
            visited.append((node, parent))
            stack.extend(
                (other, node) for other in reversed(neighbours[node]) if other not in order
            )
    return visited
