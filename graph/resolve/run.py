"""One run of resolution: reads the vault, links accounts to actors, saves matches and actors."""

from __future__ import annotations

import dataclasses
import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from config.resolution import ResolutionRules, load_rules
from graph.resolve.compare import Comparer
from graph.resolve.evidence import Evidence, read_evidence
from graph.resolve.identities import NativeId
from graph.resolve.judgements import Constraints, Contradiction, constraints
from graph.resolve.linking import Linking, link
from graph.resolve.matches import Matcher, handed_on
from graph.resolve.ports import Finding, Records
from model.canonical import Json, short_digest
from model.clock import Clock, iso, system_clock
from model.findings import Actor, Judgement, Match, Reason, Run
from model.progress import Progress, silent

KIND = "resolution"
METHOD = "resolution/3"


@dataclass(frozen=True, slots=True)
class Hub:
    """A shared thing that links nobody or merges nobody, and why."""

    entity: str
    kind: str
    value: str
    accounts: int
    links: bool
    why: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """The outcome of a run. ``names`` maps account uids to ``platform:handle`` (folded).

    ``handed_on`` maps uids of accounts shown with several ids to what was shown when.
    ``fresh`` is False where nothing had changed and the saved run was read back.
    """

    run: Run
    matches: tuple[Match, ...]
    actors: tuple[Actor, ...]
    contradictions: tuple[Contradiction, ...]
    hubs: tuple[Hub, ...]
    names: Mapping[str, str]
    fresh: bool = True
    handed_on: Mapping[str, str] = field(default_factory=dict)


def resolve(
    vault: Records,
    settings: ResolutionRules | None = None,
    *,
    progress: Progress = silent,
    clock: Clock = system_clock,
    rebuild: bool = False,
) -> Resolution:
    """Link all accounts in the vault to actors and save the run; does nothing twice.

    Without ``settings`` the shipped rules hold.
    Where statements, judgements and settings are those of the saved run, that run is read back
    unless ``rebuild``.
    """
    rules = settings or load_rules()
    judgements = vault.judgements()
    run = _run(vault, rules, judgements, clock)
    held = constraints(judgements)
    latest = vault.latest_run(KIND)
    if not rebuild and latest is not None and latest.id == run.id:
        return dataclasses.replace(saved(vault, latest), contradictions=held.contradictions)
    with without_collector():
        evidence = read_evidence(vault, rules, progress)
        resolution = resolve_evidence(evidence, rules, held, run)
    progress("saving matches", len(resolution.matches), len(resolution.matches))
    vault.save_run(run, _findings(resolution))
    return resolution


@contextmanager
def without_collector() -> Iterator[None]:
    """Work without the search for cyclic garbage: millions of small objects and no cycles."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def resolve_evidence(
    evidence: Evidence, rules: ResolutionRules, held: Constraints, run: Run
) -> Resolution:
    """The pure part of :func:`resolve`: evidence and constraints in, actors and matches out."""
    comparer = Comparer(evidence, rules)
    linking = link(comparer, held)
    return Resolution(
        run=run,
        matches=Matcher(comparer, held, linking).matches(),
        actors=tuple(_actors(evidence, linking)),
        contradictions=held.contradictions,
        hubs=(*_hubs(comparer), *_no_ids(comparer)),
        names={uid: holder.name for uid, holder in evidence.holders.items()},
        handed_on={one: handed_on(comparer, one) for one in comparer.identities.handed_on},
    )


def actor_uid(accounts: Iterable[str]) -> str:
    """The uid of the actor with these accounts: a digest of the smallest account uid."""
    return f"actor-{short_digest(['Actor', min(accounts)])}"


def saved(vault: Records, run: Run) -> Resolution:
    """The saved run of resolution, read back from the vault."""
    rows: dict[str, list[Finding]] = {}
    for row in vault.findings(KIND):
        rows.setdefault(row[0], []).append(row)
    actors = [(uid, payload) for _, uid, payload in rows.get("actor", [])]
    names = {
        account: name
        for _, payload in actors
        for account, name in zip(payload["accounts"], payload["handles"], strict=True)
    }
    return Resolution(
        run=run,
        matches=tuple(match_of(payload) for _, _, payload in rows.get("match", [])),
        actors=tuple(Actor(uid, tuple(payload["accounts"])) for uid, payload in actors),
        contradictions=(),
        hubs=tuple(Hub(entity=uid, **payload) for _, uid, payload in rows.get("hub", [])),
        names=names,
        fresh=False,
        handed_on={uid: payload["told"] for _, uid, payload in rows.get("handed_on", [])},
    )


def match_of(payload: Mapping[str, Json]) -> Match:
    """A match from its saved payload."""
    reasons = tuple(
        Reason(**{**one, "statement_ids": tuple(one["statement_ids"])})
        for one in payload["reasons"]
    )
    return Match(payload["left"], payload["right"], payload["score"], payload["verdict"], reasons)


def _run(
    vault: Records, rules: ResolutionRules, judgements: Sequence[Judgement], clock: Clock
) -> Run:
    listed = sorted(json_of(one) for one in judgements)
    inputs = short_digest([vault.statements_digest(), listed])
    settings = {"method": METHOD, "rules": rules.as_json()}
    return Run(short_digest([KIND, inputs, settings]), KIND, inputs, settings, iso(clock()))


def json_of(judgement: Judgement) -> list[str]:
    """A judgement as a list of texts, for digests and payloads."""
    one = judgement
    return [one.left, one.right, one.verdict, one.by, one.at, one.why]


def _actors(evidence: Evidence, linking: Linking) -> Iterator[Actor]:
    groups: dict[str, list[str]] = {}
    for account in evidence.holders:
        groups.setdefault(linking.clusters.find(account), []).append(account)
    found = [tuple(sorted(accounts)) for accounts in groups.values()]
    yield from sorted((Actor(actor_uid(one), one) for one in found), key=lambda one: one.uid)


def _hubs(comparer: Comparer) -> Iterator[Hub]:
    for key, standing in sorted(comparer.standings.items()):
        if standing.why:
            thing = comparer.evidence.linkables[key]
            entity = min(thing.entities)
            kind, value = thing.entities[entity]
            yield Hub(entity, kind, value, len(thing.everyone), standing.links, standing.why)


def _no_ids(comparer: Comparer) -> Iterator[Hub]:
    """Ids of platforms that are no account's: with too many handles, or misread in a source."""
    for known, accounts in comparer.identities.crowded.items():
        why = f"an account id shown with {len(accounts)} handles of {known.platform}"
        yield Hub(f"native_id {known.key[1]}", "native_id", known.value, len(accounts), False, why)
    for (platform, source), number in comparer.identities.mixed.items():
        why = f"{number} account ids of {source} stand with several handles: it reads another thing"
        entity = f"native_id {NativeId(platform, source, '').key[1]}"
        yield Hub(entity, "native_id", "", 0, False, why)


def _findings(resolution: Resolution) -> Iterator[Finding]:
    names = resolution.names
    for actor in resolution.actors:
        handles = [names[account] for account in actor.accounts]
        yield "actor", actor.uid, {"accounts": list(actor.accounts), "handles": handles}
    for match in resolution.matches:
        yield "match", f"{match.left}|{match.right}", _match_payload(match, names)
    for clash in resolution.contradictions:
        yield "contradiction", "|".join(clash.apart), _contradiction_payload(clash)
    for account, told in sorted(resolution.handed_on.items()):
        yield "handed_on", account, {"told": told}
    for hub in sorted(resolution.hubs, key=lambda hub: hub.entity):
        payload = {"kind": hub.kind, "value": hub.value, "accounts": hub.accounts}
        yield "hub", hub.entity, {**payload, "links": hub.links, "why": hub.why}


def _match_payload(match: Match, names: Mapping[str, str]) -> dict[str, Json]:
    reasons = [
        {
            "kind": one.kind,
            "value": one.value,
            "weight": one.weight,
            "entity": one.entity,
            "statement_ids": list(one.statement_ids),
            "note": one.note,
        }
        for one in match.reasons
    ]
    return {
        "left": match.left,
        "right": match.right,
        "left_name": names.get(match.left, match.left),
        "right_name": names.get(match.right, match.right),
        "score": match.score,
        "verdict": match.verdict,
        "reasons": reasons,
    }


def _contradiction_payload(clash: Contradiction) -> dict[str, Json]:
    return {
        "left": clash.apart[0],
        "right": clash.apart[1],
        "different": [json_of(one) for one in clash.against],
        "same": [json_of(one) for one in clash.path],
    }
