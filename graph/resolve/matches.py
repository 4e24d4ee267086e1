"""Turns joins and what fell short of them into matches that explain themselves."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence

from graph.resolve.compare import Comparer, Comparison, Shared, has_independent_pair
from graph.resolve.evidence import Use
from graph.resolve.identities import NativeId, Pairing
from graph.resolve.judgements import Constraints, Pair, ordered
from graph.resolve.linking import Linking
from model.findings import Judgement, Match, Reason

MOST_STATEMENTS = 20
"""Statements cited for one side of one reason; the note tells how many more there are."""


MOST_IDS = 5
"""Ids named for one handle that is not one account."""


class Matcher:
    """Makes the matches of one linking, each with its reasons, in order of account uids."""

    def __init__(self, comparer: Comparer, constraints: Constraints, linking: Linking) -> None:
        self.comparer = comparer
        self.evidence = comparer.evidence
        self.constraints = constraints
        self.linking = linking
        self.root = linking.clusters.find

    def matches(self) -> tuple[Match, ...]:
        found: dict[Pair, Match] = {}
        for match in itertools.chain(
            self._judged(), self._joined(), self._bridges(), self._open(), self._crowded()
        ):
            found.setdefault((match.left, match.right), match)
        return tuple(found[pair] for pair in sorted(found))

    def _judged(self) -> Iterator[Match]:
        """What people decided, with what the evidence says besides."""
        for held, verdict, score in (
            (self.constraints.different, "apart", 0.0),
            (self.constraints.same, "merge", 1.0),
        ):
            for pair, judgements in sorted(held.items()):
                if pair[0] in self.evidence.holders and pair[1] in self.evidence.holders:
                    compared = self.comparer.compare([pair[0]], [pair[1]], self.root)
                    reasons = [judged(one) for one in judgements]
                    yield self._match(pair, verdict, score, compared, reasons)

    def _joined(self) -> Iterator[Match]:
        for pair, join in sorted(self.linking.joins.items()):
            if join.comparison is not None:
                yield self._match(pair, "merge", join.comparison.score, join.comparison)

    def _bridges(self) -> Iterator[Match]:
        for pair, join in sorted(self.linking.bridges.items()):
            if join.comparison is not None and self.root(pair[0]) != self.root(pair[1]):
                reason = warning("bridge", "this alone would join two groups of accounts")
                yield self._match(pair, "review", join.comparison.score, join.comparison, [reason])

    def _open(self) -> Iterator[Match]:
        """Pairs of actors that share something and were not joined: one match for each pair."""
        covered = {self._roots(pair) for pair in self.linking.bridges}
        for left, right in sorted(self._candidates() - covered):
            members = self.linking.clusters.members
            groups = sorted(members(left)), sorted(members(right))
            compared = self.comparer.compare(*groups, self.root)
            if not compared.shared and not compared.alias:
                alias = self.comparer.shared_alias(*groups, across=False)
                compared = dataclasses.replace(compared, alias=alias)
            yield from self._short_of(compared)

    def _crowded(self) -> Iterator[Match]:
        """An id with more handles than one account has: a few pairs for a person to look at."""
        most = self.comparer.rules.native_id.handles_up_to
        for known, accounts in self.comparer.identities.crowded.items():
            for pair in itertools.pairwise(accounts[: most + 1]):
                if self._roots(pair)[0] != self._roots(pair)[1]:
                    yield self._crowded_pair(pair, known, accounts)

    def _crowded_pair(self, pair: Pair, known: NativeId, accounts: Sequence[str]) -> Match:
        left, right = pair
        told = self.comparer.compare([left], [right], self.root)
        shared = self.comparer.shared_id(known, accounts, [left], [right])
        compared = dataclasses.replace(told, shared=(*told.shared, shared))
        note = (
            f"the account id {known.value} stands with {len(accounts)} handles: misread, or not one"
        )
        return self._match(pair, "review", compared.score, compared, [warning("crowded", note)])

    def _roots(self, pair: Pair) -> Pair:
        return ordered(self.root(pair[0]), self.root(pair[1]))

    def _candidates(self) -> set[Pair]:
        """Pairs of clusters with a thing or a telling alias in common, below the caps."""
        pairs: set[Pair] = set()
        for thing in self.comparer.merging():
            pairs.update(self._pairs(thing.uses))
        for name, bearers in self.evidence.aliases.items():
            if len(bearers) > 1 and self.comparer.tells(name):
                pairs.update(self._pairs(bearers))
        for accounts in self.comparer.identities.shared.values():
            pairs.update(self._pairs(accounts))
        return pairs

    def _pairs(self, accounts: Iterable[str]) -> Iterator[Pair]:
        return itertools.combinations(sorted({self.root(account) for account in accounts}), 2)

    def _short_of(self, compared: Comparison) -> Iterator[Match]:
        """The verdict on evidence that did not merge; silence where it only links actors."""
        pair = _carrier(compared)
        if pair is None or self._roots(pair)[0] == self._roots(pair)[1]:
            return
        if forbidding := self.linking.clusters.kept_apart(*pair):
            reasons = [judged(one) for one in self.constraints.different.get(forbidding, ())]
            yield self._match(pair, "apart", 0.0, compared, reasons)
        elif compared.exclusive or has_independent_pair(compared.shared):
            yield self._match(pair, "review", compared.score, compared, self._unsure(compared))
        elif compared.alias and not compared.shared:
            yield self._namesake(pair, compared)
        elif compared.alias:
            yield self._match(pair, "review", compared.score, compared)

    def _namesake(self, pair: Pair, compared: Comparison) -> Match:
        """Nothing but a name in common: a copycat where keys or contacts differ."""
        if compared.differing:
            reason = warning("copycat", "the same name, but nothing else in common")
            return self._match(pair, "apart", compared.score, compared, [reason])
        return self._match(pair, "review", compared.score, compared)

    def _unsure(self, compared: Comparison) -> list[Reason]:
        pairs = sorted({pair for one in compared.shared for pair in one.pairs})
        held = self.constraints.unsure
        return [judged(one) for pair in pairs for one in held.get(pair, ())]

    def _match(
        self,
        pair: Pair,
        verdict: str,
        score: float,
        compared: Comparison,
        first: Sequence[Reason] = (),
    ) -> Match:
        reasons = [*first, *self._handed_on(pair)]
        reasons.extend(self._reason(one) for one in compared.shared)
        if compared.alias:
            reasons.append(self._reason(compared.alias))
        reasons.extend(
            warning("differs", f"both give things of this kind, none in common: {kind}", kind)
            for kind in compared.differing
        )
        return Match(pair[0], pair[1], score, verdict, tuple(reasons))

    def _handed_on(self, pair: Pair) -> Iterator[Reason]:
        """That a handle is not one account: with which ids it was shown, and when."""
        for account in pair:
            if told := handed_on(self.comparer, account):
                yield warning("handed_on", told, self.evidence.name(account))

    def _reason(self, shared: Shared) -> Reason:
        """A shared thing as a reason: who shows it, how exclusively, by which statements."""
        uses = self._uses(shared)
        entities = sorted(entity for use in uses.values() for entity in use.entities)
        kind, value, entity = self._entity(shared, entities)
        cited: list[str] = []
        for account in (*shared.left, *shared.right):
            cited.extend(uses[account].statement_ids[:MOST_STATEMENTS])
        told = sum(len(use.statements) for use in uses.values())
        return Reason(
            kind=kind,
            value=value,
            weight=round(shared.weight, 4),
            entity=entity,
            statement_ids=tuple(sorted(set(cited))),
            note=self._note(shared, told - len(set(cited))),
        )

    def _uses(self, shared: Shared) -> Mapping[str, Use | Pairing]:
        if shared.kind == "native_id":
            shown = self.evidence.native_ids[NativeId.of(shared.key)]
            return {account: shown[account] for account in (*shared.left, *shared.right)}
        if shared.kind == "alias":
            bearers = self.evidence.aliases[shared.token]
        else:
            bearers = self.evidence.linkables[shared.key].uses
        return {account: bearers[account] for account in (*shared.left, *shared.right)}

    def _entity(self, shared: Shared, entities: Sequence[str]) -> tuple[str, str, str]:
        """Kind, value and uid of the entity most accounts show it as; the smallest of equals."""
        if shared.kind == "alias":
            return "alias", shared.token, entities[0] if entities else ""
        if shared.kind == "native_id":
            return "native_id", NativeId.of(shared.key).value, ""
        known = self.evidence.linkables[shared.key].entities
        entity = min(entities, key=lambda uid: (-entities.count(uid), uid))
        return (*known[entity], entity)

    def _note(self, shared: Shared, more: int) -> str:
        names = sorted({self.evidence.name(one) for one in (*shared.left, *shared.right)})
        verb = "borne" if shared.kind == "alias" else "shown"
        parts = [f"{verb} by {' and '.join(names)}"]
        if shared.others:
            parts.append(f"and {shared.others} other account{'s' * (shared.others > 1)}")
        else:
            parts.append("and nobody else")
        if more > 0:
            parts.append(f"({more} more statements)")
        return " ".join(parts)


def handed_on(comparer: Comparer, account: str) -> str:
    """With which ids a handle was shown and when, where several; empty for one account's handle."""
    ids = comparer.identities.handed_on.get(account, ())
    shown = comparer.evidence.native_ids
    told = (f"{known.value} ({shown[known][account].period})" for known in ids[:MOST_IDS])
    more = f" and {len(ids) - MOST_IDS} more" if len(ids) > MOST_IDS else ""
    name = comparer.evidence.name(account)
    return (
        f"the handle {name} was shown with several account ids: {', '.join(told)}{more}"
        if ids
        else ""
    )


def judged(judgement: Judgement) -> Reason:
    """A person's verdict as a reason."""
    note = f"judged {judgement.verdict} by {judgement.by} on {judgement.at[:10]}: {judgement.why}"
    return Reason("judgement", judgement.verdict, 1.0, "", (), note)


def warning(kind: str, note: str, value: str = "") -> Reason:
    """A reason that speaks against a link or asks for care; it weighs nothing by itself."""
    return Reason(kind, value, 0.0, "", (), note)


def _carrier(compared: Comparison) -> Pair | None:
    """The accounts that stand for two groups: the first that show the heaviest thing."""
    carriers = (*compared.shared, *((compared.alias,) if compared.alias else ()))
    return min(carriers[0].pairs) if carriers else None
