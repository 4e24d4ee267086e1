"""What a link chart shows, before it is drawn: nodes, edges, words. Pure."""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MOST_NODES = 60
"""A chart that a person can read holds no more."""


@dataclass(frozen=True, slots=True)
class Node:
    """One thing on the chart. ``lines`` stand beside it; ``rank`` says what to leave out last."""

    uid: str
    kind: str
    lines: tuple[str, ...]
    rank: float = 0.0
    target: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """A link between two nodes. ``style`` is a key of the legend; ``statements`` back it."""

    left: str
    right: str
    style: str
    statements: int = 0
    label: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart's content: ``notes`` are sentences under the title, ``run_id`` its provenance."""

    title: str
    notes: tuple[str, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    run_id: str = ""

    @property
    def statements(self) -> int:
        return sum(edge.statements for edge in self.edges)


def trimmed(picture: Picture, most: int = MOST_NODES) -> Picture:
    """The picture with its ``most`` strongest nodes, saying what was left out.

    A node that loses all its links goes too, unless it is a target or had none.
    """
    if len(picture.nodes) <= most:
        return picture
    ranked = sorted(picture.nodes, key=lambda node: (not node.target, -node.rank, node.uid))
    kept = {node.uid for node in ranked[:most]}
    linked = {uid for edge in picture.edges for uid in (edge.left, edge.right)}
    edges = tuple(edge for edge in picture.edges if {edge.left, edge.right} <= kept)
    still = {uid for edge in edges for uid in (edge.left, edge.right)}
    nodes = tuple(
        node
        for node in picture.nodes
        if node.uid in kept and (node.target or node.uid in still or node.uid not in linked)
    )
    left_out = len(picture.nodes) - len(nodes)
    lost = len(picture.edges) - len(edges)
    note = (
        f"The {len(nodes)} strongest of {len(picture.nodes)} things are shown; "
        f"{left_out} things and {lost} links are left out."
    )
    return dataclasses.replace(picture, notes=(*picture.notes, note), nodes=nodes, edges=edges)


def readable(text: object, longest: int = 34) -> str:
    """Text from outside made fit to stand on a chart: one line, no control signs, not too long."""
    plain = "".join(sign if _printable(sign) else " " for sign in str(text))
    plain = " ".join(plain.split())
    if len(plain) <= longest:
        return plain
    head = longest - longest // 3 - 1
    return f"{plain[:head]}…{plain[-(longest // 3) :]}"


def _printable(sign: str) -> bool:
    """No control, format (bidirectional overrides too), private or unassigned code point."""
    return not unicodedata.category(sign).startswith("C")


def listed(names: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """The first names, one a line, and how many more there are."""
    everything: Sequence[str] = list(names)
    lines = [readable(name) for name in everything[:most]]
    if len(everything) > most:
        lines.append(f"+ {len(everything) - most} more")
    return tuple(lines)
