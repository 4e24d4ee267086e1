"""What part an actor plays in a network, from how it is linked and how much it offers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import networkx as nx

from model.findings import NetworkMember

LARGEST = 400
"""Networks of more actors get no betweenness: it costs the square of their number."""


def members(within: nx.Graph[str], listings: Mapping[str, int]) -> tuple[NetworkMember, ...]:
    """Each actor of one network with role, scores and the reasons in plain words.

    broker: on more of the shortest ways between the others than anybody else, and on at least a
    third. hub seller: the most listings, at least half as many again as the next and a third of
    all. Roles are given by rank alone; who supplies whom cannot be read from shared contacts.
    """
    between = _betweenness(within)
    broker = _top(between, least=1 / 3)
    sellers = {actor: float(listings.get(actor, 0)) for actor in within}
    all_listings = sum(sellers.values())
    seller = _top(sellers, least=max(3.0, all_listings / 3), lead=1.5)
    return tuple(
        NetworkMember(
            actor=actor,
            role=_role(actor, broker, seller),
            scores={
                "betweenness": round(between.get(actor, 0.0), 4),
                "links": within.degree(actor),
                "listings": int(sellers[actor]),
            },
            reasons=tuple(_reasons(actor, within, between, int(sellers[actor]), int(all_listings))),
        )
        for actor in sorted(within)
    )


def _role(actor: str, broker: str | None, seller: str | None) -> str:
    if actor == broker:
        return "broker"
    return "hub seller" if actor == seller else "member"


def _betweenness(within: nx.Graph[str]) -> dict[str, float]:
    if not 3 <= len(within) <= LARGEST:
        return {}
    found: dict[str, float] = nx.betweenness_centrality(within)
    return found


def _top(scores: Mapping[str, float], least: float, lead: float = 1.0001) -> str | None:
    """The actor that leads clearly; None where nobody does."""
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    if not ranked or ranked[0][1] < least:
        return None
    if len(ranked) > 1 and ranked[0][1] < ranked[1][1] * lead:
        return None
    return ranked[0][0]


def _reasons(
    actor: str, within: nx.Graph[str], between: Mapping[str, float], posted: int, all_posted: int
) -> Iterable[str]:
    others = len(within) - 1
    yield f"shares something with {within.degree(actor)} of the {others} others"
    if between.get(actor):
        yield f"lies on {between[actor]:.0%} of the shortest ways between the others"
    if posted:
        yield f"posted {posted} of the {all_posted} listings"
