"""Joins accounts to actors: by people's verdicts, strong evidence, then independent weak kinds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from graph.resolve.bridges import weak_bridges
from graph.resolve.clusters import Clusters
from graph.resolve.compare import Comparer, Comparison, Shared
from graph.resolve.evidence import Linkable
from graph.resolve.judgements import Constraints, Pair, ordered

_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Join:
    """Two accounts that were joined: by a person (no comparison), or by what they share."""

    pair: Pair
    weak: bool
    comparison: Comparison | None


@dataclass(frozen=True, slots=True)
class Linking:
    """The outcome: clusters, the joins that made them, and the bridges left to a person."""

    clusters: Clusters
    joins: Mapping[Pair, Join]
    bridges: Mapping[Pair, Join]


def link(comparer: Comparer, constraints: Constraints) -> Linking:
    """Join all accounts that the evidence and the judgements make one.

    A weak join that alone holds two groups together is withdrawn and everything is done again
    without it, a few times at most; then what bridges are left are cut without another round.
    """
    withdrawn: dict[Pair, Join] = {}
    for _ in range(_ROUNDS):
        linker = _Linker(comparer, constraints, withdrawn)
        linker.run()
        bridges = _bridges(linker.joins, comparer.rules.bridge_from)
        if not bridges:
            return Linking(linker.clusters, linker.joins, withdrawn)
        withdrawn.update(bridges)
    kept = {pair: join for pair, join in linker.joins.items() if pair not in bridges}
    return Linking(_clusters(kept, constraints), kept, withdrawn)


class _Linker:
    """One pass over the evidence; deterministic, as every step goes in sorted order."""

    def __init__(
        self, comparer: Comparer, constraints: Constraints, withdrawn: Mapping[Pair, Join]
    ) -> None:
        self.comparer = comparer
        self.constraints = constraints
        self.withdrawn = withdrawn
        self.clusters = Clusters(constraints.different)
        self.joins: dict[Pair, Join] = {}
        self.things = comparer.merging()
        self.ids = comparer.identities

    def run(self) -> None:
        for pair in sorted(self.constraints.same):
            if self.clusters.join(*pair):
                self.joins[pair] = Join(pair, weak=False, comparison=None)
        for known, accounts in self.ids.shared.items():
            if not known.source:
                self._join_users(accounts)
        for thing in self._strong():
            self._join_users(thing.uses)
        while self._weak_round():
            pass

    def _strong(self) -> list[Linkable]:
        """Things that merge alone, the keys first: they tell where a wallet is not enough."""
        kinds = self.comparer.rules.kinds
        strong = [
            thing
            for thing in self.things
            if kinds[thing.rule_kind].merges == "alone"
            and len(self.comparer.everyone[thing.key]) <= kinds[thing.rule_kind].merges_up_to
            and self.comparer.standing(thing).merges
        ]
        return sorted(strong, key=lambda thing: (thing.rule_kind != "pgp_key", thing.key))

    def _join_users(self, accounts: Collection[str]) -> None:
        users = sorted(one for one in accounts if one not in self.ids.handed_on)
        for number, left in enumerate(users):
            for right in users[number + 1 :]:
                self._join_strong((left, right))

    def _join_strong(self, pair: Pair) -> None:
        left, right = pair
        if pair in self.constraints.unsure or pair in self.joins:
            return
        alone = self.comparer.compare([left], [right], self.clusters.find)
        single = len(self.clusters.members(left)) == len(self.clusters.members(right)) == 1
        whole = alone if single else self._compare(left, right)
        if whole.suffices and self.clusters.join(left, right):
            self.joins[pair] = Join(pair, weak=False, comparison=alone)

    def _compare(self, left: str, right: str) -> Comparison:
        """The clusters of two accounts compared, or the two accounts where they are in one."""
        if self.clusters.find(left) == self.clusters.find(right):
            return self.comparer.compare([left], [right], self.clusters.find)
        return self.comparer.compare(self._sure(left), self._sure(right), self.clusters.find)

    def _sure(self, account: str) -> list[str]:
        """The accounts of its cluster that are one person's: handles that changed hands are not."""
        members = self.clusters.members(account)
        return [one for one in members if one not in self.ids.handed_on]

    def _weak_round(self) -> bool:
        """Join every pair of clusters that suffices now, best first; True where any changed.

        A cluster that grew in this round is compared afresh: what it gained may speak against.
        """
        weighed = {}
        for left, right in sorted(self._candidates()):
            found = self._compare(left, right)
            if found.suffices:
                weighed[-found.score, left, right] = found
        grown: set[str] = set()
        for (_, left, right), found in sorted(weighed.items(), key=itemgetter(0)):
            fresh = found if not {left, right} & grown else self._compare(left, right)
            if self._join_weak(left, right, fresh):
                grown |= {left, right}
        return bool(grown)

    def _join_weak(self, left: str, right: str, found: Comparison) -> bool:
        if self.clusters.find(left) == self.clusters.find(right):
            return False
        pairs = self._carrying(found) if found.suffices else []
        if not pairs or not self.clusters.join(left, right):
            return False
        for pair in pairs:
            self.joins.setdefault(pair, Join(pair, weak=True, comparison=found))
        return True

    def _candidates(self) -> set[Pair]:
        """Pairs of clusters that alone show some thing, or namesakes that show it."""
        pairs: set[Pair] = set()
        for thing in self.things:
            roots = sorted({self.clusters.find(account) for account in thing.uses})
            if len(roots) < 2:
                continue
            if self.comparer.is_exclusive(thing, roots[:2], self.clusters.find):
                pairs.update(_pairs(roots))
            else:
                pairs.update(self._namesakes(thing))
        for accounts in self.ids.shared.values():
            pairs.update(_pairs(sorted({self.clusters.find(account) for account in accounts})))
        return pairs

    def _namesakes(self, thing: Linkable) -> Iterator[Pair]:
        """Pairs of clusters that show a thing and bear one alias that tells something."""
        bearers: dict[str, set[str]] = {}
        for account in thing.uses:
            for name in self.comparer.aliases_of.get(account, ()):
                bearers.setdefault(name, set()).add(self.clusters.find(account))
        for name, roots in bearers.items():
            if len(roots) > 1 and self.comparer.tells(name):
                yield from _pairs(sorted(roots))

    def _carrying(self, found: Comparison) -> list[Pair]:
        """The account pairs that show the evidence, without those a person is to decide."""
        carriers: Iterable[Shared] = found.exclusive
        if found.alias and not found.keys_differ:
            carriers = (*found.shared, found.alias)
        pairs = {pair for one in carriers for pair in one.pairs}
        if pairs & self.constraints.unsure.keys():
            return []
        return sorted(pairs - self.withdrawn.keys())


def _pairs(items: Sequence[str]) -> Iterator[Pair]:
    return (
        ordered(one, other) for number, one in enumerate(items) for other in items[number + 1 :]
    )


def _bridges(joins: Mapping[Pair, Join], smallest: int) -> dict[Pair, Join]:
    """Weak joins whose loss would part two groups of at least ``smallest`` accounts."""
    weak = {pair for pair, join in joins.items() if join.weak}
    if not weak:
        return {}
    return {pair: joins[pair] for pair in sorted(weak & weak_bridges(joins, smallest))}


def _clusters(joins: Iterable[Pair], constraints: Constraints) -> Clusters:
    clusters = Clusters(constraints.different)
    for pair in sorted(joins):
        clusters.join(*pair)
    return clusters
