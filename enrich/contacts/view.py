"""A field as the readers see it: one code point for one, but in plain letters."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field

from model.canonical import Json

_DASHES = "‐‑‒–—―−﹘﹣－"
_BLANKS = "\u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))


class _Plain(dict[int, int]):
    """One code point for each code point: compatibility forms undone, dashes and blanks one."""

    def __missing__(self, point: int) -> int:
        self[point] = value = _plain(point)
        return value


def _plain(point: int) -> int:
    character = chr(point)
    if 0xD800 <= point <= 0xDFFF:
        return 0xFFFD
    if character in _DASHES:
        return ord("-")
    if character in _BLANKS:
        return ord(" ")
    if character.isdecimal():
        return ord(str(int(character)))
    normal = unicodedata.normalize("NFKC", character)
    return ord(normal) if len(normal) == 1 else point


_PLAIN = _Plain()


def plain(text: str) -> str:
    """``text`` with the same number of code points, encodable, in plain letters and digits."""
    return text if text.isascii() else text.translate(_PLAIN)


@dataclass(frozen=True, slots=True)
class View:
    """One field of one record: ``text`` as written, ``plain`` for matching; equal offsets."""

    field: str
    text: str
    plain: str

    @classmethod
    def of(cls, field: str, text: str) -> View:
        return cls(field, text, plain(text))


class Taken:
    """The spans already read as something, so that nothing else is read into them."""

    __slots__ = ("_ends", "_starts")

    def __init__(self, spans: Iterable[tuple[int, int]] = ()) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self.take(spans)

    def take(self, spans: Iterable[tuple[int, int]]) -> None:
        """Take more spans, ``[start, end)``; overlapping ones grow together."""
        new = list(spans)
        if not new:
            return
        old = list(zip(self._starts, self._ends, strict=True))
        self._starts, self._ends = [], []
        for start, end in sorted(old + new):
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def touches(self, start: int, end: int) -> bool:
        """Whether any taken span shares a code point with ``start`` to ``end``."""
        at = bisect_right(self._starts, start)
        if at and self._ends[at - 1] > start:
            return True
        return at < len(self._starts) and self._starts[at] < end


@dataclass(frozen=True, slots=True)
class Scene:
    """A view and what is known around it.

    ``regions`` are countries whose national telephone numbers may be meant, most likely first;
    ``seller`` is the folded name of the account, empty where unknown.
    """

    view: View
    taken: Taken
    regions: tuple[str, ...] = ()
    seller: str = ""

    @property
    def text(self) -> str:
        return self.view.plain


@dataclass(frozen=True, slots=True)
class Found:
    """Something read at ``[start, end)`` of a view, before its role in the text is judged.

    ``role`` is set where the finding itself says what it is for; ``blocks`` is false where
    other readers may read inside the span too.
    """

    kind: str
    value: str
    start: int
    end: int
    confidence: float
    rule: str
    attributes: Mapping[str, Json] = dataclass_field(default_factory=dict)
    role: str = ""
    blocks: bool = True
