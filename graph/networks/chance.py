"""How unlikely a community is by chance: the whole search repeated in randomised worlds.

A community is found by searching for density, so it is dense in noise too. Each repeat keeps
how many things every actor shows and how many actors show every thing (curveball trades;
Strona et al. 2014, doi:10.1038/ncomms5114), searches again at all scales, and keeps the most
tightly bound community of each size class. Platforms and times are not kept.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from config.resolution import NetworkRule
from graph.networks.search import Found, Shown, search

TRADES = 5
"""Trades for each actor between two randomised worlds."""
MOST_WORK = 20_000_000
"""Incidences moved in all repeats together; beyond it fewer repeats are made, and it is said."""


@dataclass(frozen=True, slots=True)
class Chance:
    """p of every community by members; q after correction over the size classes."""

    repeats: int
    p: dict[frozenset[str], float]
    q: dict[frozenset[str], float]


def weigh_against_chance(
    shown: Shown,
    found: Sequence[Found],
    alone: Mapping[str, int],
    rule: NetworkRule,
    *,
    told: Callable[[int], None],
    names: Shown = (),
) -> Chance:
    """Compare each community with the tightest of its size class in randomised worlds.

    ``alone`` counts the things that each actor shows and nobody else does; ``names`` stay with
    their bearers in every world. p is at least 1/(repeats + 1); q multiplies by the number of
    size classes (Bonferroni). Ends early where no community can pass ``exposed_at`` any more.
    """
    classes = len({size_class(one) for one in found})
    repeats = _repeats(shown, alone, rule, classes)
    if not repeats:
        return Chance(0, {}, {})
    world = _World(shown, alone, rule.seed)
    above = dict.fromkeys((one.members for one in found), 0)
    done = 0
    for done in range(1, repeats + 1):
        best = _tightest(search(world.next(), rule, names))
        for one in found:
            above[one.members] += best.get(size_class(one), 0.0) >= one.excess
        told(done)
        hopeless = classes * (1 + min(above.values())) > rule.exposed_at * (repeats + 1)
        if done >= rule.early_stop and hopeless:
            break
    p = {members: (1 + count) / (1 + done) for members, count in above.items()}
    q = {members: classes * (1 + count) / (1 + done) for members, count in above.items()}
    return Chance(done, p, {members: min(1.0, one) for members, one in q.items()})


def size_class(found: Found) -> int:
    """2, 3–4, 5–8, 9–16 … actors, as the number of the class."""
    return (len(found.members) - 1).bit_length()


def _tightest(found: Sequence[Found]) -> dict[int, float]:
    best: dict[int, float] = {}
    for one in found:
        number = size_class(one)
        best[number] = max(best.get(number, 0.0), one.excess)
    return best


def _repeats(shown: Shown, alone: Mapping[str, int], rule: NetworkRule, classes: int) -> int:
    """Enough for q to pass even if one random world does better; no more than can be afforded."""
    incidences = sum(len(actors) for _, actors in shown) + sum(alone.values())
    enough = math.ceil(2 * classes / rule.exposed_at) - 1
    affordable = MOST_WORK // max(1, incidences * TRADES)
    return max(0, min(enough, rule.randomisations, affordable))


class _World:
    """A bipartite world that is randomised step by step; things are numbers, shares go along."""

    def __init__(self, shown: Shown, alone: Mapping[str, int], seed: int) -> None:
        self._weights = [weight for weight, _ in shown]
        rows: dict[str, set[int]] = {}
        for number, (_, actors) in enumerate(shown):
            for actor, _ in actors:
                rows.setdefault(actor, set()).add(number)
        number = len(shown)
        for actor, count in sorted(alone.items()):
            rows.setdefault(actor, set()).update(range(number, number + count))
            number += count
        self._actors = sorted(rows)
        self._rows = [rows[actor] for actor in self._actors]
        self._random = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self._share = _mean_shares(shown)

    def next(self) -> Shown:
        """Trade, then say who shows what now."""
        for _ in range(TRADES * len(self._rows) // 2):
            self._trade()
        users: list[list[tuple[str, float]]] = [[] for _ in self._weights]
        for actor, row in zip(self._actors, self._rows, strict=True):
            for number in row:
                if number < len(users):
                    users[number].append((actor, self._share[number]))
        return list(zip(self._weights, users, strict=True))

    def _trade(self) -> None:
        """Two actors swap, at random, the things that only one of them shows."""
        if len(self._rows) < 2:
            return
        one, two = self._random.sample(range(len(self._rows)), 2)
        left, right = self._rows[one], self._rows[two]
        both = left & right
        mine, theirs = len(left) - len(both), len(right) - len(both)
        if mine and theirs:
            pool = sorted(left ^ right)
            self._random.shuffle(pool)
            self._rows[one] = both | set(pool[:mine])
            self._rows[two] = both | set(pool[mine:])


def _mean_shares(shown: Shown) -> list[float]:
    return [sum(share for _, share in actors) / max(1, len(actors)) for _, actors in shown]
