"""Networks: what binds them, which of them chance explains, who does what in them."""

from __future__ import annotations

import random

import pytest

from config.resolution import ResolutionRules, load_rules
from graph.networks import Networks, networks
from graph.networks.chance import size_class, weigh_against_chance
from graph.networks.search import Found, search
from graph.resolve import resolve
from model.errors import ConfigurationError
from tests.graph.worlds import World

SHIPPED = load_rules()


def rules(**changed: object) -> ResolutionRules:
    network = SHIPPED.network.model_copy(update=changed)
    return SHIPPED.model_copy(update={"network": network})


UNTESTED = rules(randomisations=0)


def run(world: World, chosen: ResolutionRules = UNTESTED) -> Networks:
    resolve(world.vault, chosen)
    return networks(world.vault, chosen)


def bystanders(world: World, number: int = 60) -> None:
    """Sellers with things of their own, every fifth sharing one thing with one other."""
    for one in range(number):
        own = [f"email=b{one}@x.org", f"messenger=wickr:lone{one}"]
        shared = [f"phone=+4915100000{one // 10:03}"] if one % 5 == 0 else []
        world.account(f"{'north' if one % 2 else 'south'}:bystander{one:03}", *own, *shared)


def ring(world: World, size: int = 6) -> list[str]:
    """Sellers with a cashier's wallet, a courier's phone and a warehouse mail, each for most."""
    things = ["wallet=btc:1Cashier", "phone=+4915112345678", "email=warehouse@x.org"]
    names = [f"{'north' if one % 2 else 'east'}:ringmember{one}x{one}" for one in range(size)]
    for number, name in enumerate(names):
        shown = [thing for skip, thing in enumerate(things) if (number + skip) % 5]
        world.account(name, *shown, f"messenger=telegram:own{number}name")
    return names


def test_a_ring_is_one_network_bound_by_what_it_shares() -> None:
    world = World()
    bystanders(world)
    names = ring(world)
    best = max(run(world).networks, key=lambda network: network.score)
    assert set(best.details["names"]) == set(names)
    assert {one.kind for one in best.bound_by} == {"wallet", "phone", "email"}
    assert [one.weight for one in best.bound_by] == sorted(
        (one.weight for one in best.bound_by), reverse=True
    )
    known = {one.id for one in world.vault.said}
    for bond in best.bound_by:
        assert bond.statement_ids
        assert set(bond.statement_ids) <= known


def test_untested_networks_say_so_and_are_not_exposed() -> None:
    world = World()
    ring(world)
    for network in run(world).networks:
        assert (network.p_value, network.q_value) == (None, None)
        assert network.details["exposed"] is False
        assert network.details["chance"] == "not tested for chance"


def test_a_ring_is_exposed_and_chance_sharing_is_not() -> None:
    world = World()
    bystanders(world)
    names = ring(world)
    found = run(world, rules(randomisations=499, early_stop=199))
    exposed = [network for network in found.networks if network.details["exposed"]]
    assert [set(network.details["names"]) for network in exposed] == [set(names)]
    assert exposed[0].q_value is not None
    assert exposed[0].q_value <= 0.01
    assert "not explained by chance" in exposed[0].details["chance"]
    others = [network for network in found.networks if not network.details["exposed"]]
    assert others
    assert all("may be chance" in network.details["chance"] for network in others)


def exposed_by_luck(seed: int) -> bool:
    """Whether a world in which chance alone shares things out has a network called exposed."""
    luck = random.Random(seed)
    shown = []
    for _ in range(30):
        users = luck.sample(range(50), min(10, int(luck.paretovariate(1.3)) + 1))
        shown.append((0.6, [(f"actor{one:03}", 1.0) for one in sorted(users)]))
    alone = {f"actor{one:03}": 1 for one in range(50)}
    network = rules(randomisations=599, early_stop=39).network
    found = search(shown, network)
    assert found
    chance = weigh_against_chance(shown, found, alone, network, told=lambda _: None)
    return min(chance.q.values()) <= network.exposed_at


def test_worlds_without_networks_expose_none() -> None:
    assert sum(exposed_by_luck(seed) for seed in range(12)) <= 1


def test_namesakes_who_share_nothing_else_are_no_network() -> None:
    world = World()
    bystanders(world, 10)
    for platform in ("north", "south", "east"):
        world.account(f"{platform}:rhinolord77")
    names = {name for network in run(world).networks for name in network.details["names"]}
    assert not [name for name in names if "rhinolord77" in name]


def test_sites_named_in_adverts_tie_nobody_and_other_peoples_contacts_only_lightly() -> None:
    world = World()
    bystanders(world, 10)
    for name, number in (("north:alpha", "1"), ("south:omega", "2")):
        world.account(name)
        world.listing(name, number, "domain=streaming.example", context="unknown")
    assert not [n for n in run(world).networks if "north:alpha" in n.details["names"]]
    for name, number in (("north:alpha", "1"), ("south:omega", "2")):
        world.listing(name, number, "email=third@x.org", context="unknown")
    (found,) = [n for n in run(world).networks if "north:alpha" in n.details["names"]]
    assert found.score < 0.2


def test_a_hub_ties_nobody() -> None:
    world = World()
    for number in range(30):
        world.account(f"north:seller{number:03}a", "pgp_key=" + "0" * 40, f"email=s{number}@x.org")
    assert run(world).networks == ()


@pytest.mark.parametrize(("sellers", "others"), [(3, 1), (4, 30)])
def test_the_key_of_a_small_market_ties_nobody(sellers: int, others: int) -> None:
    world = World()
    for number in range(sellers):
        world.account(f"tiny:seller{number:03}a", "pgp_key=" + "0" * 40)
    for number in range(others):
        world.account(f"tiny:other{number:03}b")
    assert run(world).networks == ()


def test_wildlife_comes_first_and_is_told() -> None:
    world = World()
    bystanders(world, 20)
    ring(world, 4)
    for name, number in (("north:tusker", "1"), ("south:hornet", "2")):
        world.account(name, "phone=+4915199999999")
        world.listing(name, number, context="contact", relevance="offer", country="DE")
        world.offers(name.split(":")[0], number, "Loxodonta africana", relation="offered")
        world.offers(name.split(":")[0], number, "Panthera leo", relation="mentioned")
    found = run(world)
    first = found.networks[0].details
    assert set(first["names"]) == {"north:tusker", "south:hornet"}
    assert first["taxa"] == {"Loxodonta africana": 2}
    assert (first["listings"], first["wildlife_listings"], first["wildlife"]) == (2, 2, True)
    assert first["countries"] == ["DE"]
    assert not any(network.details["wildlife"] for network in found.networks[1:])


def test_the_one_between_two_halves_is_the_broker() -> None:
    world = World()
    for side in "ab":
        for number in range(3):
            world.account(f"north:{side}seller{number}x", f"phone=+491511111111{ord(side)}")
    middle = world.account("south:middleman", *(f"phone=+491511111111{ord(side)}" for side in "ab"))
    bystanders(world, 20)
    found = run(world)
    actor = next(one.uid for one in resolve(world.vault, UNTESTED).actors if middle in one.accounts)
    network = next(one for one in found.networks if "south:middleman" in one.details["names"])
    roles = {member.actor: member.role for member in network.members}
    assert roles.pop(actor) == "broker"
    assert set(roles.values()) == {"member"}
    reasons = next(one.reasons for one in network.members if one.actor == actor)
    assert any("shortest ways" in reason for reason in reasons)


def test_most_listings_make_a_hub_seller() -> None:
    world = World()
    ring(world, 4)
    for number in range(9):
        world.listing("north:ringmember1x1", f"l{number}", context="contact")
    roles = [member.role for member in run(world).networks[0].members]
    assert roles.count("hub seller") == 1


def test_an_order_of_import_changes_nothing_and_a_second_run_reads_back() -> None:
    world = World()
    bystanders(world)
    ring(world)
    first = run(world)
    again = networks(world.vault, UNTESTED)
    assert (first.fresh, again.fresh) == (True, False)
    assert again.networks == first.networks
    random.Random(1).shuffle(world.vault.said)
    assert networks(world.vault, UNTESTED, rebuild=True).networks == first.networks


def test_networks_before_actors_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="spoor resolve"):
        networks(World().vault, UNTESTED)


@pytest.mark.parametrize(("actors", "number"), [(2, 1), (3, 2), (4, 2), (5, 3), (8, 3), (9, 4)])
def test_size_classes_double(actors: int, number: int) -> None:
    assert size_class(Found(frozenset(map(str, range(actors))), 1.0, 0.0)) == number
