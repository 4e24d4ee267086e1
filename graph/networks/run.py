"""One run of network analysis: communities of actors, what binds them, whether chance would."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

from config.resolution import ResolutionRules, load_rules
from graph.networks.chance import Chance, weigh_against_chance
from graph.networks.describe import Describer, rank
from graph.networks.search import Found, Shown, excess, project, search
from graph.networks.ties import Tie, Ties, ties
from graph.networks.trade import Trade, trades
from graph.resolve import run as resolution_run
from graph.resolve.compare import Comparer
from graph.resolve.evidence import read_evidence
from graph.resolve.ports import Finding, Records
from model.canonical import Json, short_digest
from model.clock import Clock, iso, system_clock
from model.errors import ConfigurationError
from model.findings import Network, NetworkMember, Reason, Run
from model.progress import Progress, silent

KIND = "network"
METHOD = "networks/1"


@dataclass(frozen=True, slots=True)
class Networks:
    """The outcome: networks (wildlife first), and in how many random worlds they were tested.

    ``fresh`` is False where nothing had changed and the saved run was read back.
    """

    run: Run
    networks: tuple[Network, ...]
    repeats: int
    fresh: bool = True


def networks(
    vault: Records,
    settings: ResolutionRules | None = None,
    *,
    progress: Progress = silent,
    clock: Clock = system_clock,
    rebuild: bool = False,
) -> Networks:
    """Find the networks among the actors of the latest resolution and save the run.

    Without ``settings`` the shipped rules hold. ConfigurationError where nothing has been
    resolved yet.
    """
    resolved = vault.latest_run(resolution_run.KIND)
    if resolved is None:
        raise ConfigurationError("no actors yet", remedy="run 'spoor resolve' first")
    rules = settings or load_rules()
    run = _run(vault, resolved, rules, clock)
    latest = vault.latest_run(KIND)
    if not rebuild and latest is not None and latest.id == run.id:
        return saved(vault, latest)
    resolution = resolution_run.saved(vault, resolved)
    comparer = Comparer(read_evidence(vault, rules, progress), rules)
    tied = ties(comparer, resolution)
    found, chance = _search(tied, rules, progress)
    described = _describe(vault, Describer(tied, chance, rules), found, progress)
    outcome = Networks(run, described, chance.repeats)
    vault.save_run(run, findings(outcome))
    return outcome


def _search(tied: Ties, rules: ResolutionRules, progress: Progress) -> tuple[list[Found], Chance]:
    """Communities that do not overlap, and what chance says of them."""
    shown, names = shown_by(tied.things), shown_by(tied.names)
    found = search(shown, rules.network, names)
    progress("searching communities", len(found), None)
    chance = weigh_against_chance(
        shown,
        found,
        tied.alone,
        rules.network,
        told=lambda done: progress("searching random worlds", done, rules.network.randomisations),
        names=names,
    )
    return select(found, chance, shown, names, rules), chance


def shown_by(ties: Sequence[Tie]) -> Shown:
    """Ties as the search takes them."""
    return [(tie.weight, sorted(tie.actors.items())) for tie in ties]


def select(
    found: Sequence[Found], chance: Chance, shown: Shown, names: Shown, rules: ResolutionRules
) -> list[Found]:
    """One network an actor: first what chance does not explain, then the coarsest scale.

    Of an untested or unremarkable community that overlaps with what was taken, the connected
    rest is kept, bound as tightly as it is by itself. Those who share but a name are no network.
    """
    exposed = [one for one in found if chance.q.get(one.members, 1.0) <= rules.network.exposed_at]
    exposed.sort(key=lambda one: (-one.excess * len(one.members), sorted(one.members)))
    coarsest = [one for one in found if one.scale == rules.network.resolutions[0]]
    graph, things = project([*shown, *names]), project(shown)
    taken: set[str] = set()
    chosen: list[Found] = []
    for one in exposed:
        if not one.members & taken:
            chosen.append(one)
            taken |= one.members
    for one in coarsest:
        rest = nx.connected_components(graph.subgraph(one.members - taken))
        parts = (frozenset(part) for part in rest if things.subgraph(part).number_of_edges())
        chosen.extend(_part(one, part, shown) for part in parts)
    return sorted(chosen, key=lambda one: sorted(one.members))


def _part(whole: Found, part: frozenset[str], shown: Shown) -> Found:
    if part == whole.members:
        return whole
    return Found(part, whole.scale, excess([part], shown)[part])


def _describe(
    vault: Records,
    describer: Describer,
    found: Sequence[Found],
    progress: Progress,
) -> tuple[Network, ...]:
    """The networks in the order in which a person should look at them."""
    number_of = {
        account: number for number, one in enumerate(found) for account in describer.accounts(one)
    }
    traded = trades(vault, describer.tied.evidence.posted_by, number_of, progress)
    networks = (
        describer.network(one, traded.get(number, Trade())) for number, one in enumerate(found)
    )
    return tuple(sorted(networks, key=rank))


def findings(outcome: Networks) -> Iterator[Finding]:
    """The rows under which a run of network analysis is saved."""
    yield "search", outcome.run.id, {"repeats": outcome.repeats}
    for number, network in enumerate(outcome.networks):
        payload: dict[str, Json] = dataclasses.asdict(network)
        yield "network", payload.pop("uid"), {"rank": number, **payload}


def saved(vault: Records, run: Run) -> Networks:
    """The saved run of network analysis, read back from the vault."""
    rows = [(payload, uid) for _, uid, payload in vault.findings(KIND, "network")]
    rows.sort(key=lambda row: row[0]["rank"])
    repeats = sum(payload["repeats"] for _, _, payload in vault.findings(KIND, "search"))
    found = tuple(network_of(uid, payload) for payload, uid in rows)
    return Networks(run, found, repeats, fresh=False)


def network_of(uid: str, payload: Mapping[str, Json]) -> Network:
    """A network from its saved payload."""
    members = tuple(
        NetworkMember(**{**one, "reasons": tuple(one["reasons"])}) for one in payload["members"]
    )
    bound_by = tuple(
        Reason(**{**one, "statement_ids": tuple(one["statement_ids"])})
        for one in payload["bound_by"]
    )
    rest = {key: payload[key] for key in ("score", "p_value", "q_value", "stability", "details")}
    return Network(uid=uid, members=members, bound_by=bound_by, **rest)


def _run(vault: Records, resolved: Run, rules: ResolutionRules, clock: Clock) -> Run:
    inputs = short_digest([vault.statements_digest(), resolved.id])
    settings = {"method": METHOD, "rules": rules.as_json()}
    return Run(short_digest([KIND, inputs, settings]), KIND, inputs, settings, iso(clock()))
