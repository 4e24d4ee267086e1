"""What ties actors together: shared things and names, with their weights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from config.resolution import ResolutionRules
from graph.resolve.compare import Comparer
from graph.resolve.evidence import Evidence, Linkable, Use
from graph.resolve.matches import MOST_STATEMENTS
from graph.resolve.run import Resolution, actor_uid
from model.findings import Reason


@dataclass(frozen=True, slots=True)
class Tie:
    """One thing that several actors show, and how they show it.

    ``actors`` maps actor uid to the share (0…1) with which it counts there: 1 for a thing of
    one's own, less for one that only stands in an advert. ``weight`` holds rarity, not shares.
    """

    key: tuple[str, str]
    weight: float
    actors: Mapping[str, float]
    accounts: Mapping[str, Use]


@dataclass(frozen=True, slots=True)
class Ties:
    """Ties between actors by key: shared things, and the names that several bear.

    ``alone`` counts, for each actor, the things that nobody else shows: the null model needs it.
    """

    evidence: Evidence
    actor_of: Mapping[str, str]
    things: tuple[Tie, ...]
    names: tuple[Tie, ...]
    alone: Mapping[str, int]

    @property
    def shared(self) -> tuple[Tie, ...]:
        return self.things + self.names


def ties(comparer: Comparer, resolution: Resolution) -> Ties:
    """The ties between the actors of a resolution, hubs and copycats left out."""
    evidence = comparer.evidence
    known = {one: actor.uid for actor in resolution.actors for one in actor.accounts}
    actor_of = {uid: known.get(uid) or actor_uid([uid]) for uid in evidence.holders}
    things, alone = [], Counter[str]()
    for tie in _things(comparer, actor_of, comparer.rules):
        if len(tie.actors) > 1:
            things.append(tie)
        else:
            alone.update(tie.actors.keys())
    names = _names(comparer, actor_of, _kept_apart(resolution, actor_of))
    return Ties(evidence, actor_of, tuple(things), tuple(names), alone)


def reason(tie: Tie, evidence: Evidence, members: Mapping[str, str]) -> Reason:
    """Why a tie binds: the thing, the accounts that show it, the statements that say so.

    ``members`` maps the account uids of the network to their actors.
    """
    shown = {uid: use for uid, use in sorted(tie.accounts.items()) if uid in members}
    cited = sorted({one for use in shown.values() for one in use.statement_ids})
    names = sorted(evidence.name(uid) for uid in shown)
    actors = len({members[uid] for uid in shown})
    more = len(cited) - MOST_STATEMENTS
    note = f"shown by {actors} actors: {', '.join(names)}"
    kind, value, entity = _entity(tie, evidence)
    return Reason(
        kind=kind,
        value=value,
        weight=round(tie.weight * (actors - 1), 4),
        entity=entity,
        statement_ids=tuple(cited[:MOST_STATEMENTS]),
        note=note + (f" ({more} more statements)" if more > 0 else ""),
    )


def _entity(tie: Tie, evidence: Evidence) -> tuple[str, str, str]:
    if tie.key[0] == "alias":
        entities = sorted({one for use in tie.accounts.values() for one in use.entities})
        return "alias", tie.key[1], entities[0] if entities else ""
    known = evidence.linkables[tie.key].entities
    entity = min(known)
    return (*known[entity], entity)


def _things(
    comparer: Comparer, actor_of: Mapping[str, str], rules: ResolutionRules
) -> Iterator[Tie]:
    for thing in comparer.evidence.linkables.values():
        tie = _tie(comparer, thing, actor_of, rules)
        if tie.actors and comparer.standing(thing).links:
            yield tie


def _tie(
    comparer: Comparer, thing: Linkable, actor_of: Mapping[str, str], rules: ResolutionRules
) -> Tie:
    rule = rules.kinds[thing.rule_kind]
    mentions = thing.mentions if rule.mentions else {}
    actors = {actor_of[uid]: rules.network.mention_factor for uid in sorted(mentions)}
    actors |= {actor_of[uid]: 1.0 for uid in sorted(thing.uses)}
    weight = rule.weight * comparer.rarity(len(actors))
    return Tie(thing.key, weight, actors, {**mentions, **thing.uses})


def _names(
    comparer: Comparer, actor_of: Mapping[str, str], apart: frozenset[tuple[str, str]]
) -> Iterator[Tie]:
    """Rare names borne by several actors, without those a copycat bears."""
    rules = comparer.rules
    for name, bearers in comparer.evidence.aliases.items():
        actors = sorted({actor_of[uid] for uid in bearers})
        if len(actors) < 2 or not comparer.tells(name):
            continue
        pairs = {(one, two) for one in actors for two in actors if one < two}
        if not pairs & apart:
            weight = comparer.alias_weight(name) * rules.network.alias_factor
            yield Tie(("alias", name), weight, dict.fromkeys(actors, 1.0), bearers)


def _kept_apart(resolution: Resolution, actor_of: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    pairs = (
        sorted((actor_of.get(one.left, one.left), actor_of.get(one.right, one.right)))
        for one in resolution.matches
        if one.verdict == "apart"
    )
    return frozenset((left, right) for left, right in pairs)
