"""What two groups of accounts have in common, what speaks against them, and how much it weighs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from config.resolution import ResolutionRules
from graph.resolve.evidence import Evidence, Linkable, Use
from graph.resolve.hubs import FREE, Standing, standings
from graph.resolve.identities import NativeId, identities
from graph.resolve.judgements import Pair, ordered
from graph.resolve.linkables import squeeze, telling_length

Root = Callable[[str], str]
"""The cluster an account is in at present, as that cluster's smallest account uid."""


@dataclass(frozen=True, slots=True)
class Shared:
    """One thing that two groups share, shown by ``left`` accounts and by ``right`` accounts.

    ``exclusive``: nobody else shows it, or all who do bear one rare alias. ``alone``: of a kind
    that merges by itself. ``kind`` and ``token`` decide whether two things are independent.
    """

    kind: str
    token: str
    key: tuple[str, str]
    weight: float
    exclusive: bool
    alone: bool
    left: tuple[str, ...]
    right: tuple[str, ...]
    others: int

    @property
    def pairs(self) -> list[Pair]:
        return [ordered(one, other) for one in self.left for other in self.right]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Things two groups share, heaviest first, a rare alias in common, kinds that differ."""

    shared: tuple[Shared, ...]
    alias: Shared | None
    differing: tuple[str, ...]

    @property
    def keys_differ(self) -> bool:
        return "pgp_key" in self.differing

    @property
    def exclusive(self) -> tuple[Shared, ...]:
        return tuple(one for one in self.shared if one.exclusive)

    @property
    def suffices(self) -> bool:
        """Whether this merges: one exclusive strong thing, or two independent kinds.

        A contact that others show too counts beside a rare alias: namesakes with one contact.
        An id that the platform gave is one account's, whatever else differs.
        Different PGP keys take the force from a shared alias and from everything else that
        merges alone: a cashier's wallet and a cloned profile look just like this.
        """
        exclusive = self.exclusive
        certain = {"pgp_key", "native_id"}
        if any(one.alone and (one.kind in certain or not self.keys_differ) for one in exclusive):
            return True
        if self.alias and self.shared and not self.keys_differ:
            return True
        return has_independent_pair(exclusive)

    @property
    def score(self) -> float:
        """0…1, for order only: the chance that not every piece of evidence is mistaken."""
        doubt = 1.0
        for one in (*self.shared, *((self.alias,) if self.alias else ())):
            doubt *= 1.0 - (one.weight if one.exclusive else one.weight / 3)
        return round((1.0 - doubt) * 0.7 ** len(self.differing), 4)


class Comparer:
    """Compares groups of accounts over one body of evidence under one set of rules."""

    def __init__(self, evidence: Evidence, rules: ResolutionRules) -> None:
        self.evidence = evidence
        self.rules = rules
        self.standings = standings(evidence, rules)
        self.own = _own(evidence, self.standings)
        self.aliases_of = _aliases_of(evidence)
        self.everyone = _everyone(evidence)
        self.identities = identities(evidence.native_ids, rules)
        self._generic = frozenset(map(squeeze, rules.alias.generic))
        self._ids_of = _ids_of(self.identities.shared)
        self._size = len(evidence.holders)

    def standing(self, thing: Linkable) -> Standing:
        return self.standings.get(thing.key, FREE)

    def rarity(self, accounts: int) -> float:
        """1 for a thing that two accounts show, falling to 0 for one that all show."""
        if self._size <= 2:
            return 1.0
        idf = math.log((self._size + 1) / max(accounts, 2)) / math.log((self._size + 1) / 2)
        return max(0.0, min(1.0, idf))

    def merging(self) -> list[Linkable]:
        """The things, in order of key, that several accounts use and that may merge accounts."""
        return [
            thing
            for thing in self.evidence.linkables.values()
            if len(thing.uses) > 1
            and self.rules.kinds[thing.rule_kind].merges != "never"
            and self.standing(thing).links
        ]

    def compare(self, left: Sequence[str], right: Sequence[str], root: Root) -> Comparison:
        """What two groups of accounts share and where they differ."""
        keys = self._things(left) & self._things(right)
        shared = [
            self._shared(self.evidence.linkables[key], left, right, root) for key in sorted(keys)
        ]
        merging = [one for one in shared if self.rules.kinds[one.key[0]].merges != "never"]
        merging.extend(self._shared_ids(left, right))
        return Comparison(
            shared=tuple(sorted(merging, key=lambda one: (-one.weight, one.key))),
            alias=self.shared_alias(left, right),
            differing=tuple(self._differing(left, right)),
        )

    def is_exclusive(self, thing: Linkable, roots: Iterable[str], root: Root) -> bool:
        """Whether only the clusters ``roots`` show it, or all who show it bear one rare alias."""
        standing = self.standing(thing)
        if not (standing.links and standing.merges):
            return False
        allowed = set(roots)
        everyone = self.everyone[thing.key]
        return all(root(one) in allowed for one in everyone) or self.namesakes(everyone)

    def namesakes(self, accounts: Iterable[str]) -> bool:
        """Whether all these accounts bear one alias that tells something."""
        common: set[str] | None = None
        for account in accounts:
            names = self.aliases_of.get(account, set())
            common = set(names) if common is None else common & names
            if not common:
                return False
        return any(self.tells(name) for name in common or ())

    def tells(self, name: str) -> bool:
        """Whether an equal alias says anything: not short, not generic, not borne by many.

        Pictures and signs alone are no name.
        """
        rule = self.rules.alias
        if name in self._generic or not any(sign.isalnum() for sign in name):
            return False
        bearers = len(self.evidence.aliases.get(name, ()))
        return telling_length(name) >= rule.shortest and bearers <= rule.up_to

    def alias_weight(self, name: str) -> float:
        """What an equal alias weighs: the more, the rarer and the longer it is."""
        rule = self.rules.alias
        length = min(1.0, telling_length(name) / rule.full_length)
        rarity = self.rarity(len(self.evidence.aliases[name]))
        return rule.weight * rarity * (0.5 + 0.5 * length)

    def shared_alias(
        self, left: Sequence[str], right: Sequence[str], *, across: bool = True
    ) -> Shared | None:
        """The rarest telling alias on both sides; only between platforms if ``across``."""
        found = []
        for name in sorted(self._names(left) & self._names(right)):
            bearers = self.evidence.aliases[name]
            one = tuple(sorted(a for a in left if a in bearers))
            other = tuple(sorted(a for a in right if a in bearers))
            if self.tells(name) and (not across or self._across(one, other)):
                weight = self.alias_weight(name)
                found.append(
                    Shared(
                        kind="alias",
                        token=name,
                        key=("alias", name),
                        weight=weight,
                        exclusive=True,
                        alone=False,
                        left=one,
                        right=other,
                        others=len(bearers) - len({*one, *other}),
                    )
                )
        return min(found, key=lambda one: (-one.weight, one.token), default=None)

    def _shared_ids(self, left: Sequence[str], right: Sequence[str]) -> Iterator[Shared]:
        """The ids under which the platform itself knows accounts of both sides."""
        one, other = (
            {known for account in side for known in self._ids_of.get(account, ())}
            for side in (left, right)
        )
        for known in sorted(one & other):
            yield self.shared_id(known, self.identities.shared[known], left, right)

    def shared_id(
        self, known: NativeId, bearers: Sequence[str], left: Sequence[str], right: Sequence[str]
    ) -> Shared:
        """An id of the platform as evidence: certain where the platform's ids are known to last."""
        rule = self.rules.native_id
        return Shared(
            kind="native_id",
            token=f"native_id:{known.value}",
            key=known.key,
            weight=rule.weight_elsewhere if known.source else rule.weight,
            exclusive=known in self.identities.shared,
            alone=not known.source,
            left=tuple(sorted(set(left).intersection(bearers))),
            right=tuple(sorted(set(right).intersection(bearers))),
            others=len(set(bearers) - {*left, *right}),
        )

    def _across(self, left: Sequence[str], right: Sequence[str]) -> bool:
        platform = self.evidence.platform
        return any(platform(one) != platform(other) for one in left for other in right)

    def _things(self, accounts: Iterable[str]) -> set[tuple[str, str]]:
        return {key for account in accounts for key in self.own.get(account, ())}

    def _names(self, accounts: Iterable[str]) -> set[str]:
        return {name for account in accounts for name in self.aliases_of.get(account, ())}

    def _shared(
        self, thing: Linkable, left: Sequence[str], right: Sequence[str], root: Root
    ) -> Shared:
        rule = self.rules.kinds[thing.rule_kind]
        everyone = self.everyone[thing.key]
        one = tuple(sorted(thing.uses.keys() & left))
        other = tuple(sorted(thing.uses.keys() & right))
        roots = {root(account) for account in (*left, *right)}
        within = rule.merges == "alone" and len(everyone) <= rule.merges_up_to
        exclusive = self.is_exclusive(thing, roots, root)
        return Shared(
            kind=thing.kind,
            token=thing.token,
            key=thing.key,
            weight=rule.weight * self.rarity(len(everyone)),
            exclusive=exclusive or (within and self.standing(thing).merges),
            alone=rule.merges == "alone" and (within or exclusive),
            left=one,
            right=other,
            others=len(everyone - {*left, *right}),
        )

    def _differing(self, left: Sequence[str], right: Sequence[str]) -> Iterator[str]:
        """Kinds of which both sides have things and none in common."""
        one, other = self._by_kind(left), self._by_kind(right)
        for kind in sorted(one.keys() & other.keys() & self.rules.conflicting):
            if not one[kind] & other[kind]:
                yield kind

    def _by_kind(self, accounts: Iterable[str]) -> dict[str, set[tuple[str, str]]]:
        kinds: dict[str, set[tuple[str, str]]] = {}
        for key in self._things(accounts):
            kinds.setdefault(key[0], set()).add(key)
        return kinds


def has_independent_pair(shared: Sequence[Shared]) -> bool:
    """Whether two things differ both in kind and in the name that they were made from."""
    return any(
        one.kind != other.kind and one.token != other.token
        for number, one in enumerate(shared)
        for other in shared[number + 1 :]
    )


def _own(
    evidence: Evidence, standing_of: Mapping[tuple[str, str], Standing]
) -> dict[str, set[tuple[str, str]]]:
    """Account → the things it gives as its own, without hubs."""
    own: dict[str, set[tuple[str, str]]] = {}
    for key, thing in evidence.linkables.items():
        if standing_of.get(key, FREE).links:
            for account in thing.uses:
                own.setdefault(account, set()).add(key)
    return own


def _everyone(evidence: Evidence) -> dict[tuple[str, str], frozenset[str]]:
    """Everybody who shows a thing in whatever role, for things that several show."""
    everyone = {key: frozenset(thing.everyone) for key, thing in evidence.linkables.items()}
    return {key: accounts for key, accounts in everyone.items() if len(accounts) > 1}


def _ids_of(shared: Mapping[NativeId, Sequence[str]]) -> dict[str, set[NativeId]]:
    """Account → the ids that it shares with another."""
    ids: dict[str, set[NativeId]] = {}
    for known, accounts in shared.items():
        for account in accounts:
            ids.setdefault(account, set()).add(known)
    return ids


def _aliases_of(evidence: Evidence) -> dict[str, set[str]]:
    names: dict[str, set[str]] = {}
    bearers: Mapping[str, Use]
    for name, bearers in evidence.aliases.items():
        for account in bearers:
            names.setdefault(account, set()).add(name)
    return names
