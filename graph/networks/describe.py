"""A community described for a person: members and roles, what binds it, what it trades."""

from __future__ import annotations

from collections.abc import Sequence

import networkx as nx

from config.resolution import ResolutionRules
from graph.networks.chance import Chance
from graph.networks.roles import members
from graph.networks.search import Found, project
from graph.networks.ties import Tie, Ties, reason
from graph.networks.trade import Trade
from model.canonical import Json, short_digest
from model.findings import Network, Reason

MOST_BONDS = 50
"""Things listed as binding one network, strongest first; ``details.bonds`` counts all."""


class Describer:
    """Describes the communities of one search; holds the indexes that this needs."""

    def __init__(self, tied: Ties, chance: Chance, rules: ResolutionRules) -> None:
        self.tied = tied
        self.chance = chance
        self.exposed_at = rules.network.exposed_at
        self._graph = project([(tie.weight, sorted(tie.actors.items())) for tie in tied.shared])
        self._listings = _listings(tied)
        self._accounts: dict[str, list[str]] = {}
        for account, actor in tied.actor_of.items():
            self._accounts.setdefault(actor, []).append(account)
        self._ties: dict[str, list[int]] = {}
        for number, tie in enumerate(tied.shared):
            for actor in tie.actors:
                self._ties.setdefault(actor, []).append(number)

    def accounts(self, found: Found) -> dict[str, str]:
        """Account uid → actor uid of everybody in a community."""
        return {
            account: actor for actor in sorted(found.members) for account in self._accounts[actor]
        }

    def network(self, found: Found, trade: Trade) -> Network:
        """The community as a network, with the sentence on chance that every listing shows."""
        accounts = self.accounts(found)
        bonds = self._bonds(found)
        reasons = sorted(
            (reason(tie, self.tied.evidence, accounts) for tie in bonds), key=_strength
        )
        return Network(
            uid=f"network-{short_digest(['Network', min(accounts)])}",
            members=members(nx.Graph(self._graph.subgraph(found.members)), self._listings),
            bound_by=tuple(reasons[:MOST_BONDS]),
            score=round(sum(_inside(tie, found) for tie in bonds), 4),
            p_value=self.chance.p.get(found.members),
            q_value=self.chance.q.get(found.members),
            details={
                **trade.as_json(),
                **self._about(sorted(accounts)),
                "bonds": len(bonds),
                "scale": found.scale,
                "excess": round(found.excess, 4),
                "exposed": self._exposed(found),
                "chance": self._told(found),
            },
        )

    def _bonds(self, found: Found) -> list[Tie]:
        numbers = sorted({one for actor in found.members for one in self._ties.get(actor, ())})
        ties = (self.tied.shared[number] for number in numbers)
        return [tie for tie in ties if len(tie.actors.keys() & found.members) > 1]

    def _about(self, accounts: Sequence[str]) -> dict[str, Json]:
        evidence = self.tied.evidence
        return {
            "platforms": sorted({evidence.platform(uid) for uid in accounts}),
            "accounts": len(accounts),
            "names": [evidence.name(uid) for uid in accounts],
        }

    def _exposed(self, found: Found) -> bool:
        q_value = self.chance.q.get(found.members)
        return q_value is not None and q_value <= self.exposed_at

    def _told(self, found: Found) -> str:
        """What may be said of its being more than chance, in a sentence."""
        q_value = self.chance.q.get(found.members)
        if q_value is None:
            return "not tested for chance"
        worlds = f"{self.chance.repeats} worlds with shuffled contacts"
        if self._exposed(found):
            return f"not explained by chance: bound tighter than in {worlds} (q {q_value:.3g})"
        return f"may be chance: compared with {worlds} (q {q_value:.3g})"


def rank(network: Network) -> tuple[bool, bool, float, str]:
    """Wildlife first, then what chance does not explain, then the strongest."""
    details = network.details
    return not details["wildlife"], not details["exposed"], -network.score, network.uid


def _inside(tie: Tie, found: Found) -> float:
    shares = sorted((s for actor, s in tie.actors.items() if actor in found.members), reverse=True)
    return tie.weight * shares[0] * sum(shares[1:])


def _listings(tied: Ties) -> dict[str, int]:
    counts: dict[str, int] = {}
    for accounts in tied.evidence.posted_by.values():
        for actor in {tied.actor_of[account] for account in accounts}:
            counts[actor] = counts.get(actor, 0) + 1
    return counts


def _strength(one: Reason) -> tuple[float, str, str]:
    return -one.weight, one.kind, one.value
