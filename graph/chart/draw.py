"""Draws a picture as a marked page: SVG, PNG or PDF, the same bytes for the same picture."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from graph.chart.fonts import families, missing, showable
from graph.chart.labels import Box, Placed, Word, place
from graph.chart.layout import layout
from graph.chart.page import Marking, furnish
from graph.chart.picture import Edge, Node, Picture
from graph.chart.style import LOOKS, STROKES, UNKNOWN, Look

DPI = 110
"""Pixels per inch of a PNG, and of the measures by which labels are placed."""
_PAGES = ((11.7, 8.3), (14.0, 9.9), (16.5, 11.7), (20.0, 14.1), (23.4, 16.5))
"""Page sizes in inches, from A4 landscape to A2: the smallest on which every label has room."""
_METADATA: dict[str, dict[str, Any]] = {
    "svg": {"Date": None, "Creator": "spoor"},
    "png": {"Software": "spoor"},
    "pdf": {"Creator": "spoor", "Producer": "spoor", "CreationDate": None},
}
FORMATS = tuple(_METADATA)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawn page: the figure, the boxes of its labels in pixels, how many stand far off."""

    figure: Figure
    labels: dict[str, Box]
    far: int


def _steady() -> AbstractContextManager[None]:
    """Settings under which the same picture gives the same bytes, and text is only text."""
    settings: dict[Any, Any] = {
        "font.family": list(families()),
        "svg.hashsalt": "spoor",
        "svg.fonttype": "path",
        "text.parse_math": False,
        "path.simplify": False,
    }
    return rc_context(settings)


def render(picture: Picture, marking: Marking, file_format: str) -> bytes:
    """The page as a file of one of :data:`FORMATS`."""
    with _steady():
        drawn = compose(picture, marking)
        out = BytesIO()
        drawn.figure.savefig(out, format=file_format, dpi=DPI, metadata=_METADATA[file_format])
        return out.getvalue()


def compose(picture: Picture, marking: Marking) -> Drawn:
    """The page with everything on it.

    On the smallest paper that has room for every label, and for nine in ten beside their point.
    """
    drawn = _page(picture, marking, _PAGES[0])
    for size in _PAGES[1:]:
        if len(drawn.labels) == len(picture.nodes) and drawn.far * 10 <= len(picture.nodes):
            break
        drawn = _page(picture, marking, size)
    return drawn


def _page(picture: Picture, marking: Marking, size: tuple[float, float]) -> Drawn:
    with _steady():
        figure = Figure(figsize=size, dpi=DPI, facecolor="white")
        FigureCanvasAgg(figure)
        width, height = size
        axes = figure.add_axes((0.3 / width, 0.85 / height, 1 - 2.9 / width, 1 - 2.15 / height))
        axes.set_axis_off()
        furnish(figure, picture, marking)
        return _graph(figure, axes, picture)


def _graph(figure: Figure, axes: Axes, picture: Picture) -> Drawn:
    """Edges, nodes, and the labels that found room."""
    places = layout(picture.nodes, picture.edges)
    axes.set_xlim(-0.07, 1.07)
    axes.set_ylim(-0.07, 1.07)
    for edge in picture.edges:
        _edge(axes, edge, places)
    for node in picture.nodes:
        _node(axes, node, places[node.uid])
    texts = [_text(axes, node, places[node.uid]) for node in picture.nodes]
    words = [
        _word(figure, axes, node, text, places[node.uid])
        for node, text in zip(picture.nodes, texts, strict=True)
    ]
    bounds = axes.get_window_extent()
    frame = Box(bounds.x0 - 0.2 * DPI, bounds.y0 - 0.1 * DPI, bounds.x1, bounds.y1)
    boxes: dict[str, Box] = {}
    far = 0
    spots = {uid: _pixels(axes, spot) for uid, spot in places.items()}
    lines = [(spots[edge.left], spots[edge.right]) for edge in picture.edges]
    for node, text, word, found in zip(
        picture.nodes, texts, words, place(words, frame, lines=lines), strict=True
    ):
        if found is None:
            text.remove()
            continue
        _move(axes, text, word, found)
        boxes[node.uid] = found.box
        far += found.line
    _edge_labels(figure, axes, picture.edges, places, [*boxes.values()])
    return Drawn(figure, boxes, far)


def _pixels(axes: Axes, spot: tuple[float, float]) -> tuple[float, float]:
    x, y = axes.transData.transform(spot)
    return float(x), float(y)


def _edge(axes: Axes, edge: Edge, places: dict[str, tuple[float, float]]) -> None:
    stroke = STROKES[edge.style]
    (x0, y0), (x1, y1) = places[edge.left], places[edge.right]
    line = Line2D(
        [x0, x1],
        [y0, y1],
        linestyle=stroke.style,
        color=stroke.colour,
        linewidth=stroke.width,
        zorder=1,
    )
    axes.add_line(line)


def _node(axes: Axes, node: Node, spot: tuple[float, float]) -> None:
    look = _look(node.kind)
    axes.scatter(
        [spot[0]],
        [spot[1]],
        s=look.area,
        marker=look.marker,
        c=look.colour,
        edgecolors="black",
        linewidths=2.4 if node.target else 0.8,
        zorder=3,
        clip_on=False,
    )


def _look(kind: str) -> Look:
    return LOOKS.get(kind, UNKNOWN)


def _text(axes: Axes, node: Node, spot: tuple[float, float]) -> Text:
    return axes.text(
        *spot,
        showable("\n".join(_lines(node))),
        fontsize=8.2 if node.kind in {"actor", "account", "listing"} else 7.2,
        fontweight="bold" if node.target else "normal",
        ha="center",
        va="center",
        linespacing=1.1,
        zorder=5,
        clip_on=False,
    )


def _lines(node: Node) -> tuple[str, ...]:
    """What stands beside a node; where no font can show it, the uid helps to find it again."""
    if not missing(node.lines):
        return node.lines
    return (*node.lines, f"[{node.uid[: node.uid.find('-') + 9]}]")


def _word(figure: Figure, axes: Axes, node: Node, text: Text, spot: tuple[float, float]) -> Word:
    """The label and its point, measured in pixels."""
    x, y = axes.transData.transform(spot)
    box = text.get_window_extent(figure.canvas.get_renderer())  # type: ignore[attr-defined]
    radius = (_look(node.kind).area ** 0.5) / 2 * DPI / 72 + 1.5
    return Word(float(x), float(y), radius, box.width + 3, box.height + 2)


def _move(axes: Axes, text: Text, word: Word, found: Placed) -> None:
    middle = (found.box.left + found.box.right) / 2, (found.box.bottom + found.box.top) / 2
    back = axes.transData.inverted()
    text.set_position(tuple(back.transform(middle)))
    text.set_bbox({"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 0.4})
    if found.line:
        (x0, y0), (x1, y1) = back.transform((word.x, word.y)), back.transform(_nearest(word, found))
        axes.add_line(Line2D([x0, x1], [y0, y1], color="#AAAAAA", linewidth=0.6, zorder=2))


def _nearest(word: Word, found: Placed) -> tuple[float, float]:
    box = found.box
    return min(max(word.x, box.left), box.right), min(max(word.y, box.bottom), box.top)


def _edge_labels(
    figure: Figure,
    axes: Axes,
    edges: Sequence[Edge],
    places: dict[str, tuple[float, float]],
    taken: Sequence[Box],
) -> None:
    """Words on the links that have any, where there is room; never on top of something."""
    marked = [edge for edge in edges if edge.label]
    texts, words = [], []
    for edge in marked:
        (x0, y0), (x1, y1) = places[edge.left], places[edge.right]
        spot = (x0 + x1) / 2, (y0 + y1) / 2
        text = axes.text(
            *spot, showable(edge.label), fontsize=6.2, color="#555555", ha="center", va="center"
        )
        extent = text.get_window_extent(figure.canvas.get_renderer())  # type: ignore[attr-defined]
        x, y = axes.transData.transform(spot)
        half = extent.width / 2 + 1, extent.height / 2 + 1
        texts.append(text)
        words.append(Box(x - half[0], y - half[1], x + half[0], y + half[1]))
    points = [axes.transData.transform(spot) for spot in places.values()]
    standing = [*taken, *(Box(x - 12, y - 12, x + 12, y + 12) for x, y in points)]
    for text, box in zip(texts, words, strict=True):
        if any(box.meets(other) for other in standing):
            text.remove()
        else:
            text.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.2})
            standing.append(box)
