"""Places words beside points so that no word covers another word or a point. Pure geometry."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

Line = tuple[tuple[float, float], tuple[float, float]]

_DIRECTIONS = 16
_RINGS = 14


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels, edges included."""

    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.bottom < other.top
            and other.bottom < self.top
        )

    def within(self, other: Box) -> bool:
        return (
            other.left <= self.left
            and other.bottom <= self.bottom
            and self.right <= other.right
            and self.top <= other.top
        )

    def crossed_by(self, line: Line) -> bool:
        """Whether a straight line runs through the box (Liang and Barsky 1984)."""
        (x0, y0), (x1, y1) = line
        enters, leaves = 0.0, 1.0
        for step, room in (
            (x0 - x1, x0 - self.left),
            (x1 - x0, self.right - x0),
            (y0 - y1, y0 - self.bottom),
            (y1 - y0, self.top - y0),
        ):
            if step == 0:
                if room < 0:
                    return False
            elif step < 0:
                enters = max(enters, room / step)
            else:
                leaves = min(leaves, room / step)
        return enters < leaves

    def grown(self, margin: float) -> Box:
        return Box(self.left - margin, self.bottom - margin, self.right + margin, self.top + margin)


@dataclass(frozen=True, slots=True)
class Word:
    """A label to place: the middle and radius of its point, its own width and height (pixels)."""

    x: float
    y: float
    radius: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a label stands, and whether it is far enough from its point to need a line."""

    box: Box
    line: bool


def place(
    words: Sequence[Word], frame: Box, taken: Iterable[Box] = (), lines: Sequence[Line] = ()
) -> list[Placed | None]:
    """A place for each word, None where there is none free inside the frame.

    Words with the least room are placed first. Every word takes the place beside its point that
    crosses the fewest lines, with a preference for right, below, above, left; where all those
    are taken, the nearest free one.
    """
    points = [_point(word) for word in words]
    grid = _Grid([*points, *taken])
    order = sorted(range(len(words)), key=lambda n: (-_crowd(words[n], words), -words[n].width, n))
    placed: list[Placed | None] = [None] * len(words)
    for number in order:
        free = (
            Placed(box, line)
            for box, line in _candidates(words[number])
            if box.within(frame) and not grid.meets(box)
        )
        if found := _best(free, lines):
            placed[number] = found
            grid.add(found.box)
    return placed


def _best(free: Iterator[Placed], lines: Sequence[Line]) -> Placed | None:
    """Of the places beside the point the one that crosses the fewest lines, else the nearest."""
    best: Placed | None = None
    fewest = len(lines) + 1
    for one in free:
        if one.line and best is not None:
            return best
        crossed = 0 if one.line else sum(one.box.crossed_by(line) for line in lines)
        if crossed < fewest:
            best, fewest = one, crossed
        if crossed == 0:
            return best
    return best


def _point(word: Word) -> Box:
    return Box(
        word.x - word.radius, word.y - word.radius, word.x + word.radius, word.y + word.radius
    )


def _crowd(word: Word, words: Sequence[Word]) -> int:
    """How many points lie about where the label would stand."""
    near = _point(word).grown(word.width)
    return sum(near.left < one.x < near.right and near.bottom < one.y < near.top for one in words)


def _candidates(word: Word) -> Iterator[tuple[Box, bool]]:
    """Places around the point, ring by ring outwards; the preferred directions first."""
    turns = sorted(range(_DIRECTIONS), key=_preference)
    for ring in range(_RINGS):
        gap = word.radius + 3 + ring * max(8.0, word.height * 0.6)
        for turn in turns:
            angle = 2 * math.pi * turn / _DIRECTIONS
            across, up = math.cos(angle), math.sin(angle)
            x = word.x + across * (gap + word.width / 2)
            y = word.y + up * (gap + word.height / 2)
            box = Box(
                x - word.width / 2, y - word.height / 2, x + word.width / 2, y + word.height / 2
            )
            yield box, ring > 1


def _preference(turn: int) -> tuple[int, int]:
    """Right, below, above, left; then the slants."""
    straight = {0: 0, 12: 1, 4: 2, 8: 3}
    return straight.get(turn, 4 + turn % 2), turn


class _Grid:
    """Boxes found again by where they are, so that placing stays near linear."""

    _CELL = 64.0

    def __init__(self, boxes: Iterable[Box]) -> None:
        self._cells: dict[tuple[int, int], list[Box]] = {}
        for box in boxes:
            self.add(box)

    def add(self, box: Box) -> None:
        for cell in self._over(box):
            self._cells.setdefault(cell, []).append(box)

    def meets(self, box: Box) -> bool:
        return any(
            box.meets(other) for cell in self._over(box) for other in self._cells.get(cell, ())
        )

    def _over(self, box: Box) -> Iterator[tuple[int, int]]:
        for across in range(int(box.left // self._CELL), int(box.right // self._CELL) + 1):
            for up in range(int(box.bottom // self._CELL), int(box.top // self._CELL) + 1):
                yield across, up
