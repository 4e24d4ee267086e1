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


Pair = tuple[str, str]
Said = dict[str, Value]


def derived(runs: Runs, accounts: Collection[str]) -> Iterator[Node | Edge]:
    """Actors, networks, judged and matched pairs among ``accounts`` (uids)."""
    resolution = runs.latest_run(RESOLUTION)
    actors: dict[str, int] = {}
    matched: dict[Pair, Said] = {}
    if resolution is not None:
        matched = _matches(runs, resolution)
        yield from _actors(runs, resolution, accounts, _links(matched), actors)
    yield from _pairs(runs, matched, accounts)
    network = runs.latest_run(NETWORK)
    if network is not None:
        yield from _networks(runs, network, actors)


def _actors(
    runs: Runs,
    run: Run,
    accounts: Collection[str],
    links: Mapping[str, Said],
    sizes: dict[str, int],
) -> Iterator[Node | Edge]:
    """Actors with their accounts; ``sizes`` takes the number of accounts of each."""
    for _, uid, payload in runs.findings(RESOLUTION, "actor"):
        members = sorted(set(payload["accounts"]))
        if not all(account in accounts for account in members):
            continue
        sizes[uid] = len(members)
        handles = sorted(storable(one) for one in payload.get("handles", ()))
        about: Said = {"run_id": run.id, "accounts": len(members), "handles": handles}
        yield Node("Actor", uid, about)
        for account in members:
            said = {"run_id": run.id} | links.get(account, {})
            yield Edge("RESOLVED_TO", End("Account", account), End("Actor", uid), said)


def _matches(runs: Runs, run: Run) -> dict[Pair, Said]:
    """What the run says of each pair it looked at."""
    return {
        (payload["left"], payload["right"]): _matched(payload) | {"run_id": run.id}
        for _, _, payload in runs.findings(RESOLUTION, "match")
    }


def _links(matched: Mapping[Pair, Said]) -> dict[str, Said]:
    """For each account the reasons and statements of the pairs that the run merges."""
    found: dict[str, dict[str, set[str]]] = {}
    for pair, said in matched.items():
        if said["verdict"] != "merge":
            continue
        for account in pair:
            links = found.setdefault(account, {"reasons": set(), "statement_ids": set()})
            for name, known in links.items():
                told = said[name]
                known.update(told if isinstance(told, list) else ())
    return {
        account: {name: sorted(known) for name, known in links.items() if known}
        for account, links in found.items()
    }


def _pairs(runs: Runs, matched: Mapping[Pair, Said], accounts: Collection[str]) -> Iterator[Edge]:
    """``SAME_AS`` for each pair that a person judged or the run merges; the last verdict holds."""
    judged = {_pair(one): one for one in sorted(runs.judgements(), key=lambda one: one.at)}
    for pair in sorted(matched.keys() | judged.keys()):
        said = matched.get(pair, {})
        if pair in judged:
            said = said | _judged(judged[pair])
        if (pair in judged or said["verdict"] == "merge") and all(one in accounts for one in pair):
            yield Edge("SAME_AS", End("Account", pair[0]), End("Account", pair[1]), said)


def _pair(judgement: Judgement) -> Pair:
    left, right = sorted((judgement.left, judgement.right))
    return left, right


def _matched(payload: Mapping[str, Json]) -> Said:
    statements = {one for reason in payload["reasons"] for one in reason["statement_ids"]}
    return {
        "verdict": payload["verdict"],
        "score": float(payload["score"]),
        "reasons": _reasons(payload["reasons"]),
        "statement_ids": sorted(statements),
    }


def _judged(judgement: Judgement) -> Said:
    said = {"judgement": judgement.verdict, "by": judgement.by, "at": judgement.at}
    return {name: storable(text) for name, text in (said | {"why": judgement.why}).items()}


def _reasons(reasons: list[Mapping[str, Any]]) -> list[str]:
    """``kind:value`` of each piece of evidence, in the order of the run."""
    shown = (f"{one['kind']}:{one['value']}" for one in reasons[:_SHOWN_REASONS])
    return [storable(one) for one in shown]


def _networks(runs: Runs, run: Run, sizes: Mapping[str, int]) -> Iterator[Node | Edge]:
    """Networks whose actors all stand; ``sizes`` tells how many accounts each actor has."""
    for _, uid, payload in runs.findings(NETWORK, "network"):
        members = payload["members"]
        if not all(one["actor"] in sizes for one in members):
            continue
        size = sum(sizes[one["actor"]] for one in members)
        yield Node("Network", uid, _network(payload, run, size))
        for one in members:
            yield Edge(
                "MEMBER_OF", End("Actor", one["actor"]), End("Network", uid), _role(one, run)
            )


def _network(payload: Mapping[str, Json], run: Run, accounts: int) -> Said:
    found: Said = {
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


def _role(member: Mapping[str, Json], run: Run) -> Said:
    reasons = [storable(one) for one in member.get("reasons", ())]
    scores = _json(member.get("scores", {}))
    return {"role": member["role"], "scores": scores, "reasons": reasons, "run_id": run.id}


def _json(value: Json) -> str:
    return storable(canonical(value).decode("utf-8", "replace"))
