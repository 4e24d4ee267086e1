"""What analysis says about the statements: matches, judgements, actors and networks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from model.canonical import Json


@dataclass(frozen=True, slots=True)
class Reason:
    """One piece of evidence for a link: the kind, the shared thing, and how much it weighs."""

    kind: str
    value: str
    weight: float
    entity: str
    statement_ids: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A hypothesis that two accounts (uids, ``left < right``) belong to one actor.

    ``verdict`` is ``merge`` (evidence suffices), ``review`` (a person decides) or ``apart``
    (evidence against, such as a copycat).
    """

    left: str
    right: str
    score: float
    verdict: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """A person's verdict on two accounts: ``same``, ``different`` or ``unsure``; kept for good."""

    left: str
    right: str
    verdict: str
    by: str
    at: str
    why: str


@dataclass(frozen=True, slots=True)
class Actor:
    """A cluster of accounts under a run; ``uid`` is stable while its accounts stay the same."""

    uid: str
    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NetworkMember:
    """An actor's place in a network: role and the scores and reasons behind it."""

    actor: str
    role: str
    scores: Mapping[str, float]
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Network:
    """A community of actors, what binds it, and how unlikely it is by chance.

    ``bound_by`` lists the linkables that tie members together, strongest first. ``p_value``,
    ``q_value`` and ``stability`` are None where no null model was run.
    """

    uid: str
    members: tuple[NetworkMember, ...]
    bound_by: tuple[Reason, ...]
    score: float
    p_value: float | None = None
    q_value: float | None = None
    stability: float | None = None
    details: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of resolution or network analysis; ``id`` is a digest of inputs and settings."""

    id: str
    kind: str
    inputs: str
    settings: Mapping[str, Json]
    at: str
