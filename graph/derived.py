"""Runs and judgements → actors, networks and the relationships that tie accounts to them.

Only what still stands on the accounts projected is shown: an actor of accounts that are gone, or a
network of actors that are gone, stems from an older run and waits for the next.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Protocol

from graph.elements import Edge, End, Node, storable
from graph.schema import Value
from model.canonical import Json, canonical
from model.findings import Judgement, Run

RESOLUTION = "resolution"
NETWORK = "network"
_SHOWN_REASONS = 50


class Runs(Protocol):
    """The part of the vault that holds what analysis and people say."""

    def latest_run(self, kind: str) -> Run | None: ...

    def findings(
        self, kind: str, finding_kind: str | None = None
    ) -> Iterator[tuple[str, str, Mapping[str, Json]]]: ...

    def judgements(self) -> list[Judgement]: ...


def derived(runs: Runs, accounts: Collection[str]) -> Iterator[Node | Edge]:
    """Actors, networks, judged and matched pairs among ``accounts`` (uids)."""
    resolution = runs.latest_run(RESOLUTION)
    actors: set[str] = set()
    if resolution is not None:
        yield from _actors(runs, resolution, accounts, actors)
    yield from _pairs(runs, resolution, accounts)
    network = runs.latest_run(NETWORK)
    if network is not None:
        yield from _networks(runs, network, actors)


def _actors(
    runs: Runs, run: Run, accounts: Collection[str], known: set[str]
) -> Iterator[Node | Edge]:
    for _, uid, payload in runs.findings(RESOLUTION, "actor"):
        members = sorted(set(payload["accounts"]))
        if not all(account in accounts for account in members):
            continue
        known.add(uid)
        handles = [storable(one) for one in payload.get("handles", ())]
        yield Node(
            "Actor", uid, {"run_id": run.id, "accounts": len(members), "handles": sorted(handles)}
        )
        for account in members:
            yield Edge(
                "RESOLVED_TO", End("Account", account), End("Actor", uid), {"run_id": run.id}
            )


def _pairs(runs: Runs, run: Run | None, accounts: Collection[str]) -> Iterator[Edge]:
    """``SAME_AS`` for each pair that a person judged or the run merges; the last verdict holds."""
    told: dict[tuple[str, str], dict[str, Value]] = {}
    if run is not None:
        for _, _, payload in runs.findings(RESOLUTION, "match"):
            pair = payload["left"], payload["right"]
            told[pair] = _matched(payload) | {"run_id": run.id}
    judged = {_pair(one): one for one in sorted(runs.judgements(), key=lambda one: one.at)}
    for pair in sorted(told.keys() | judged.keys()):
        said = told.get(pair, {})
        if pair in judged:
            said = said | _judged(judged[pair])
        if (pair in judged or said["verdict"] == "merge") and all(one in accounts for one in pair):
            yield Edge("SAME_AS", End("Account", pair[0]), End("Account", pair[1]), said)


def _pair(judgement: Judgement) -> tuple[str, str]:
    left, right = sorted((judgement.left, judgement.right))
    return left, right


def _matched(payload: Mapping[str, Json]) -> dict[str, Value]:
    statements = {one for reason in payload["reasons"] for one in reason["statement_ids"]}
    return {
        "verdict": payload["verdict"],
        "score": float(payload["score"]),
        "reasons": _reasons(payload["reasons"]),
        "statement_ids": sorted(statements),
    }


def _judged(judgement: Judgement) -> dict[str, Value]:
    said = {"judgement": judgement.verdict, "by": judgement.by, "at": judgement.at}
    return {name: storable(text) for name, text in (said | {"why": judgement.why}).items()}


def _reasons(reasons: list[Mapping[str, Any]]) -> list[str]:
    """``kind:value`` of each piece of evidence, in the order of the run."""
    shown = (f"{one['kind']}:{one['value']}" for one in reasons[:_SHOWN_REASONS])
    return [storable(one) for one in shown]


def _networks(runs: Runs, run: Run, actors: Collection[str]) -> Iterator[Node | Edge]:
    sizes = {
        uid: len(payload["accounts"])
        for _, uid, payload in runs.findings(RESOLUTION, "actor")
        if uid in actors
    }
    for _, uid, payload in runs.findings(NETWORK, "network"):
        members = payload["members"]
        if not all(one["actor"] in actors for one in members):
            continue
        size = sum(sizes[one["actor"]] for one in members)
        yield Node("Network", uid, _network(payload, run, size))
        for one in members:
            yield Edge(
                "MEMBER_OF", End("Actor", one["actor"]), End("Network", uid), _role(one, run)
            )


def _network(payload: Mapping[str, Json], run: Run, accounts: int) -> dict[str, Value]:
    found: dict[str, Value] = {
        "run_id": run.id,
        "score": float(payload["score"]),
        "actors": len(payload["members"]),
        "accounts": accounts,
        "bound_by": _reasons(payload["bound_by"]),
        "details": _json(payload.get("details", {})),
    }
    for name in ("p_value", "q_value", "stability"):
        if payload.get(name) is not None:
            found[name] = float(payload[name])
    if payload.get("rank") is not None:
        found["rank"] = int(payload["rank"])
    return found


def _role(member: Mapping[str, Json], run: Run) -> dict[str, Value]:
    reasons = [storable(one) for one in member.get("reasons", ())]
    scores = _json(member.get("scores", {}))
    return {"role": member["role"], "scores": scores, "reasons": reasons, "run_id": run.id}


def _json(value: Json) -> str:
    return storable(canonical(value).decode("utf-8", "replace"))
