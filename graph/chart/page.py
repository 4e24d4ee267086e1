"""What stands around the graph on a page: title, marking, legend, handling and provenance."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from graph.chart.fonts import MISSING, missing, showable
from graph.chart.picture import Picture
from graph.chart.style import LOOKS, STROKES, TLP, Look, Stroke

HYPOTHESIS = "A link is a hypothesis, not a fact."


@dataclass(frozen=True, slots=True)
class Marking:
    """How a chart is marked: TLP colour, handling caveat, who made it, and from what."""

    tlp: str
    handling: str
    organisation: str
    workspace: str
    made_up: bool = False


def furnish(figure: Figure, picture: Picture, marking: Marking) -> None:
    """Put title, marking, legend, handling and provenance on a page."""
    _head(figure, picture, marking)
    _foot(figure, picture, marking)
    _legend(figure, picture)


def _head(figure: Figure, picture: Picture, marking: Marking) -> None:
    width, height = figure.get_size_inches()
    figure.text(
        0.3 / width,
        1 - 0.38 / height,
        showable(picture.title),
        fontsize=14,
        fontweight="bold",
        va="center",
    )
    for number, note in enumerate(picture.notes[:4]):
        figure.text(
            0.3 / width,
            1 - (0.68 + 0.19 * number) / height,
            showable(note),
            fontsize=8.5,
            color="#333333",
            va="center",
        )
    _tlp(figure, marking, 1 - 0.38 / height)


def _tlp(figure: Figure, marking: Marking, height: float) -> None:
    """The TLP 2.0 label as FIRST prescribes: its colour on black, at least 12 points."""
    width = figure.get_size_inches()[0]
    figure.text(
        1 - 0.3 / width,
        height,
        f"TLP:{marking.tlp}",
        fontsize=12,
        fontweight="bold",
        ha="right",
        va="center",
        color=TLP[marking.tlp],
        bbox={"facecolor": "black", "edgecolor": "none", "pad": 4},
    )


def _foot(figure: Figure, picture: Picture, marking: Marking) -> None:
    width, height = figure.get_size_inches()
    figure.add_artist(
        Line2D([0.3 / width, 1 - 0.3 / width], [0.62 / height] * 2, color="black", linewidth=0.6)
    )
    handling = marking.handling
    if HYPOTHESIS not in handling:
        handling = f"{handling} {HYPOTHESIS}".strip()
    texts = [f"made up: no real person, no real offer. {handling}" if marking.made_up else handling]
    origin = [marking.organisation, f"workspace {marking.workspace}"]
    origin += [f"run {picture.run_id}"] if picture.run_id else []
    origin += [f"{picture.statements} statements"]
    texts.append(" · ".join(part for part in origin if part))
    if missing([picture.title, *(line for node in picture.nodes for line in node.lines)]):
        texts[-1] += f" · {MISSING}: a sign that no font here can show"
    for number, text in enumerate(texts):
        figure.text(
            0.3 / width, (0.42 - 0.2 * number) / height, showable(text), fontsize=8, va="center"
        )
    _tlp(figure, marking, 0.3 / height)


def _legend(figure: Figure, picture: Picture) -> None:
    """The kinds and lines that occur, in the right-hand column."""
    width, height = figure.get_size_inches()
    kinds = [kind for kind in LOOKS if any(node.kind == kind for node in picture.nodes)]
    styles = [style for style in STROKES if any(edge.style == style for edge in picture.edges)]
    handles = [_kind_key(LOOKS[kind]) for kind in kinds] + [
        _line_key(STROKES[style]) for style in styles
    ]
    if not handles:
        return
    legend = figure.legend(
        handles=handles,
        loc="upper right",
        bbox_to_anchor=(1 - 0.25 / width, 1 - 0.75 / height),
        fontsize=8,
        frameon=True,
        edgecolor="#BBBBBB",
        title="Legend",
        title_fontsize=9,
        labelspacing=0.75,
        borderpad=0.8,
        handlelength=2.4,
    )
    legend.get_title().set_fontweight("bold")


def _kind_key(look: Look) -> Line2D:
    return Line2D(
        [],
        [],
        linestyle="none",
        marker=look.marker,
        markersize=min(look.area**0.5, 11),
        markerfacecolor=look.colour,
        markeredgecolor="black",
        markeredgewidth=0.8,
        label=look.name,
    )


def _line_key(stroke: Stroke) -> Line2D:
    return Line2D(
        [],
        [],
        linestyle=stroke.style,
        color=stroke.colour,
        linewidth=stroke.width,
        label=stroke.name,
    )
