"""What must hold in every world: order, hubs, judgements, and the maths of clusters."""

from __future__ import annotations

import random

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from config.resolution import load_rules
from graph.resolve import resolve
from graph.resolve.bridges import weak_bridges
from graph.resolve.clusters import Clusters
from graph.resolve.judgements import constraints, ordered
from graph.resolve.linkables import channel, squeeze
from model.findings import Judgement
from tests.graph.worlds import World

RULES = load_rules()
THINGS = [
    *(f"pgp_key={number:040X}" for number in range(3)),
    *(f"email=name{number}@x.org" for number in range(3)),
    *(f"messenger=telegram:handle{number}" for number in range(3)),
    *(f"phone=+49151123456{number}0" for number in range(2)),
    *(f"wallet=btc:1Address{number}" for number in range(2)),
]
ACCOUNTS = [
    f"{platform}:{handle}"
    for platform in ("north", "south", "east")
    for handle in ("ivoryking", "rhinolord", "savanna")
]
shows = st.dictionaries(
    st.sampled_from(ACCOUNTS), st.sets(st.sampled_from(THINGS), max_size=4), min_size=2
)
verdicts = st.lists(
    st.tuples(
        st.sampled_from(ACCOUNTS),
        st.sampled_from(ACCOUNTS),
        st.sampled_from(["same", "different", "unsure"]),
    ),
    max_size=6,
)


def build(shown: dict[str, set[str]]) -> World:
    world = World()
    for name in sorted(shown):
        world.account(name, *sorted(shown[name]))
    return world


def with_verdicts(world: World, given_: list[tuple[str, str, str]]) -> None:
    uids = {holder: world.account(holder) for holder in ACCOUNTS}
    for number, (left, right, verdict) in enumerate(given_):
        if left != right:
            world.judge(uids[left], uids[right], verdict, by=f"person{number}")


@settings(deadline=None, max_examples=60)
@given(shows, verdicts, st.integers(0, 2**16))
def test_the_order_of_statements_and_judgements_changes_nothing(shown, given_, seed) -> None:
    world = build(shown)
    with_verdicts(world, given_)
    first = resolve(world.vault, RULES, rebuild=True)
    shuffled = random.Random(seed)
    shuffled.shuffle(world.vault.said)
    shuffled.shuffle(world.vault.verdicts)
    world.vault.statements = lambda predicates=None: (
        one for one in world.vault.said if predicates is None or one.predicate in predicates
    )
    second = resolve(world.vault, RULES, rebuild=True)
    assert second.actors == first.actors
    assert [(m.left, m.right, m.verdict, m.score) for m in second.matches] == [
        (m.left, m.right, m.verdict, m.score) for m in first.matches
    ]
    assert second.contradictions == first.contradictions


@settings(deadline=None, max_examples=60)
@given(shows, verdicts)
def test_judgements_hold_and_actors_partition_the_accounts(shown, given_) -> None:
    world = build(shown)
    with_verdicts(world, given_)
    found = resolve(world.vault, RULES)
    actor_of = {account: actor.uid for actor in found.actors for account in actor.accounts}
    assert sorted(actor_of) == sorted(one for actor in found.actors for one in actor.accounts)
    aside = {ordered(j.left, j.right) for clash in found.contradictions for j in clash.path}
    for one in world.vault.verdicts:
        together = actor_of[one.left] == actor_of[one.right]
        if one.verdict == "different":
            assert not together
        if one.verdict == "same" and ordered(one.left, one.right) not in aside:
            assert together


@settings(deadline=None, max_examples=30)
@given(st.integers(9, 25), st.sampled_from(THINGS), st.integers(0, 30))
def test_a_thing_shown_by_many_sellers_of_a_platform_never_joins(sellers, thing, others) -> None:
    world = World()
    for number in range(sellers):
        world.account(f"north:seller{number:03}x", thing)
    for number in range(others):
        world.account(f"south:other{number:03}y")
    found = resolve(world.vault, RULES)
    assert all(len(actor.accounts) == 1 for actor in found.actors)
    assert [hub.links for hub in found.hubs] == [False]


nodes = st.integers(0, 12).map(lambda number: f"n{number:02}")
edges = st.sets(
    st.tuples(nodes, nodes).filter(lambda pair: pair[0] != pair[1]).map(lambda p: ordered(*p)),
    max_size=24,
)


@given(edges, st.integers(1, 4))
def test_bridges_are_those_of_the_definition(pairs, smallest) -> None:
    graph = nx.Graph(pairs)
    expected = set()
    for pair in pairs:
        rest = graph.copy()
        rest.remove_edge(*pair)
        sides = [nx.node_connected_component(rest, end) for end in pair]
        if sides[0] != sides[1] and min(map(len, sides)) >= smallest:
            expected.add(pair)
    assert weak_bridges(pairs, smallest) == expected


@given(st.lists(st.tuples(nodes, nodes)), edges)
def test_clusters_never_join_what_is_kept_apart(joins, apart) -> None:
    clusters = Clusters(apart)
    for left, right in joins:
        assert clusters.join(left, right) == (clusters.find(left) == clusters.find(right))
    for left, right in apart:
        assert clusters.find(left) != clusters.find(right)
    for node in {node for pair in joins for node in pair}:
        assert clusters.find(node) == min(clusters.members(node))


@given(st.lists(st.tuples(nodes, nodes, st.sampled_from(["same", "different"])), max_size=20))
def test_what_holds_of_judgements_is_free_of_contradiction(given_) -> None:
    said = [
        Judgement(left, right, verdict, f"p{number}", "2026-01-01T00:00:00Z", "x")
        for number, (left, right, verdict) in enumerate(given_)
        if left != right
    ]
    held = constraints(said)
    clusters = Clusters()
    for pair in held.same:
        clusters.join(*pair)
    for left, right in held.different:
        assert clusters.find(left) != clusters.find(right)
    whole = nx.Graph([ordered(j.left, j.right) for j in said if j.verdict == "same"])
    clashing = {
        pair
        for pair in held.different
        if all(n in whole for n in pair) and nx.has_path(whole, *pair)
    }
    assert {clash.apart for clash in held.contradictions} == clashing


@given(st.text())
def test_squeezing_twice_is_squeezing_once(name) -> None:
    assert squeeze(squeeze(name)) == squeeze(name)


@given(st.text(), st.sampled_from(["phone", "email", "wallet", "pgp_key", "onion"]))
def test_a_thing_keeps_its_kind(value, kind) -> None:
    assert channel(kind, value).key[0] == kind
