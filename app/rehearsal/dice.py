"""Seeded chance: every draw follows from a seed and the names of what is drawn."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")


def material(size: int, *names: object) -> bytes:
    """``size`` bytes that follow from ``names`` alone, on every machine and Python version."""
    text = "\x1f".join(["spoor-rehearsal", *map(str, names)])
    return hashlib.shake_256(text.encode()).digest(size)


class Dice:
    """A stream of draws that belongs to ``names``: other streams never shift it."""

    __slots__ = ("_counter", "_names")

    def __init__(self, *names: object) -> None:
        self._names = names
        self._counter = 0

    def unit(self) -> float:
        """A number from 0 up to, not including, 1."""
        self._counter += 1
        return int.from_bytes(material(7, *self._names, self._counter)) / 2**56

    def below(self, end: int) -> int:
        return int(self.unit() * end)

    def between(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        return low + self.below(high - low + 1)

    def chance(self, probability: float) -> bool:
        return self.unit() < probability

    def pick(self, items: Sequence[T]) -> T:
        return items[self.below(len(items))]

    def weighted(self, items: Sequence[tuple[T, float]]) -> T:
        """One of ``items``, each with its weight."""
        mark = self.unit() * sum(weight for _, weight in items)
        for item, weight in items:
            mark -= weight
            if mark < 0:
                return item
        return items[-1][0]

    def shuffled(self, items: Iterable[T]) -> list[T]:
        pool = list(items)
        for last in range(len(pool) - 1, 0, -1):
            other = self.below(last + 1)
            pool[last], pool[other] = pool[other], pool[last]
        return pool

    def sample(self, items: Iterable[T], count: int) -> list[T]:
        """Up to ``count`` different ones, in chance order."""
        return self.shuffled(items)[:count]

    def few(self, items: Sequence[T], count: int) -> list[T]:
        """Up to ``count`` different ones of a long sequence, without walking through it."""
        places = dict.fromkeys(self.below(len(items)) for _ in range(count)) if items else {}
        return [items[place] for place in places]

    def price(self, low: float, high: float) -> float:
        """A log-uniform amount: cheap things are more frequent than dear ones."""
        return math.exp(math.log(low) + self.unit() * (math.log(high) - math.log(low)))
