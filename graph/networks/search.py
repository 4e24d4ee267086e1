"""The search for communities of actors: projection, components, Louvain at several scales."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

from config.resolution import NetworkRule
from graph.resolve.clusters import Clusters

Shown = Sequence[tuple[float, Sequence[tuple[str, float]]]]
"""Each shared thing: its weight, and the actors that show it with the share that counts."""

Community = frozenset[str]


@dataclass(frozen=True, slots=True)
class Found:
    """A community, the scale (Louvain resolution) it was found at, and how tightly it is bound.

    ``excess`` is the weight of what its members share beyond what a tree would need to hold
    them together, for each member: chance makes trees, not meshes.
    """

    members: Community
    scale: float
    excess: float


def project(shown: Shown) -> nx.Graph[str]:
    """Actors linked by what they share; weight is the sum over things of weight and shares."""
    weights: dict[tuple[str, str], float] = {}
    for weight, actors in shown:
        for (one, share), (two, other) in itertools.combinations(sorted(actors), 2):
            weights[one, two] = weights.get((one, two), 0.0) + weight * share * other
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(sorted({actor for pair in weights for actor in pair}))
    graph.add_weighted_edges_from((*pair, weights[pair]) for pair in sorted(weights))
    return graph


def search(shown: Shown, rule: NetworkRule, names: Shown = ()) -> list[Found]:
    """Every community of at least two actors at every scale, each set once, in sorted order.

    ``names`` help to find communities but do not count as what binds them: namesakes may be one
    seller, and that is for resolution to say.
    """
    graph = project([*shown, *names])
    scales: dict[Community, float] = {}
    for component in sorted(nx.connected_components(graph), key=min):
        for scale, members in _communities(graph, component, rule):
            if len(members) >= rule.min_actors:
                scales.setdefault(members, scale)
    excesses = excess(scales, shown)
    found = (Found(one, scales[one], excesses[one]) for one in scales)
    return sorted(found, key=lambda one: (one.scale, sorted(one.members)))


def excess(communities: Iterable[Community], shown: Shown) -> dict[Community, float]:
    """What each community shares beyond its heaviest spanning tree, per member."""
    by_actor = _by_actor(shown)
    return {members: _excess(members, by_actor, shown) for members in communities}


def _excess(members: Community, by_actor: Mapping[str, Sequence[int]], shown: Shown) -> float:
    """A thing counts once for each further member that shows it; the tree is Kruskal's."""
    bound = 0.0
    links: dict[tuple[str, str], float] = {}
    for number in sorted({number for actor in members for number in by_actor.get(actor, ())}):
        weight, actors = shown[number]
        within = sorted((-share, actor) for actor, share in actors if actor in members)
        if len(within) < 2:
            continue
        first, actor = within[0]
        for share, other in within[1:]:
            bound += weight * first * share
            pair = (actor, other) if actor < other else (other, actor)
            links[pair] = max(links.get(pair, 0.0), weight * first * share)
    return max(0.0, bound - _tree(links)) / len(members)


def _tree(links: Mapping[tuple[str, str], float]) -> float:
    """The weight of the heaviest spanning forest of these links."""
    clusters, total = Clusters(), 0.0
    for (one, two), weight in sorted(links.items(), key=lambda link: (-link[1], link[0])):
        if clusters.find(one) != clusters.find(two):
            clusters.join(one, two)
            total += weight
    return total


def _by_actor(shown: Shown) -> dict[str, list[int]]:
    by_actor: dict[str, list[int]] = {}
    for number, (_, actors) in enumerate(shown):
        for actor, _ in actors:
            by_actor.setdefault(actor, []).append(number)
    return by_actor


def _communities(
    graph: nx.Graph[str], component: Iterable[str], rule: NetworkRule
) -> Iterator[tuple[float, Community]]:
    """The component itself where it is small; else its Louvain communities at each scale."""
    members = sorted(component)
    if len(members) < rule.communities_from:
        yield rule.resolutions[0], frozenset(members)
        return
    part: nx.Graph[str] = nx.Graph()
    part.add_nodes_from(members)
    edges = sorted((min(edge), max(edge)) for edge in graph.edges(members))
    part.add_weighted_edges_from((*edge, graph.edges[edge]["weight"]) for edge in edges)
    for scale in rule.resolutions:
        for found in nx.community.louvain_communities(part, resolution=scale, seed=rule.seed):
            yield scale, frozenset(found)
