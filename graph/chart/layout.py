"""Where the nodes of a chart stand: forces within each part, parts side by side. Deterministic."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import networkx as nx

from graph.chart.picture import Edge, Node

Place = tuple[float, float]
_WIDE = 1.5


def layout(nodes: Sequence[Node], edges: Sequence[Edge]) -> dict[str, Place]:
    """Node uid → place in a unit square; the same nodes and edges give the same places."""
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(sorted(node.uid for node in nodes))
    graph.add_edges_from(sorted((edge.left, edge.right) for edge in edges))
    parts = sorted(nx.connected_components(graph), key=lambda part: (-len(part), min(part)))
    placed = [(_part(graph.subgraph(sorted(part))), math.sqrt(len(part))) for part in parts]
    return _unit(_shelves(placed))


def _part(graph: nx.Graph[str]) -> dict[str, Place]:
    """One connected part, its widest extent along x, in units of its own size."""
    names = sorted(graph)
    if len(names) == 1:
        return {names[0]: (0.5, 0.5)}
    ordered: nx.Graph[str] = nx.Graph()
    ordered.add_nodes_from(names)
    ordered.add_edges_from(sorted((min(edge), max(edge)) for edge in graph.edges))
    if len(names) == 2:
        return {names[0]: (0.1, 0.5), names[1]: (0.9, 0.5)}
    found = nx.kamada_kawai_layout(ordered, pos=nx.circular_layout(ordered))
    return _unit({name: (float(x), float(y)) for name, (x, y) in found.items()})


def _unit(places: Mapping[str, Place]) -> dict[str, Place]:
    """Stretched to the unit square, each axis by itself, rounded so that machines agree."""
    xs = [place[0] for place in places.values()]
    ys = [place[1] for place in places.values()]
    left, bottom = min(xs, default=0.0), min(ys, default=0.0)
    width = max(xs, default=0.0) - left
    height = max(ys, default=0.0) - bottom
    return {
        name: (
            round((x - left) / width, 6) if width > 1e-9 else 0.5,
            round((y - bottom) / height, 6) if height > 1e-9 else 0.5,
        )
        for name, (x, y) in places.items()
    }


def _shelves(parts: Sequence[tuple[Mapping[str, Place], float]]) -> dict[str, Place]:
    """Parts set out in rows, each half as wide again as it is high, with room between."""
    if not parts:
        return {}
    row_width = max(math.sqrt(sum(size * size for _, size in parts)) * 1.5, parts[0][1] * _WIDE)
    x = y = height = 0.0
    places: dict[str, Place] = {}
    for part, size in parts:
        if x > 0 and x + size * _WIDE > row_width:
            x, y, height = 0.0, y - height - 0.8, 0.0
        for name, (across, up) in part.items():
            places[name] = (x + across * size * _WIDE, y - size + up * size)
        x, height = x + size * _WIDE + 0.8, max(height, size)
    return places
