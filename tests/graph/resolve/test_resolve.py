"""Which evidence joins accounts, which keeps them apart, and which waits for a person."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from config.resolution import load_rules
from graph.resolve import Resolution, explain, judge, resolve, review_queue
from model.errors import ConfigurationError
from model.findings import Match
from tests.graph.worlds import World

RULES = load_rules()
KEY = "pgp_key=0123456789ABCDEF0123456789ABCDEF01234567"
KEY2 = "pgp_key=FEDCBA9876543210FEDCBA9876543210FEDCBA98"


def run(world: World) -> Resolution:
    return resolve(world.vault, RULES)


def groups(found: Resolution) -> set[frozenset[str]]:
    """The actors with several accounts, as sets of ``platform:handle``."""
    return {
        frozenset(found.names[one] for one in actor.accounts)
        for actor in found.actors
        if len(actor.accounts) > 1
    }


def only(found: Resolution) -> Match:
    (match,) = found.matches
    return match


def noise(world: World, number: int = 30) -> None:
    """Unrelated accounts on two platforms, so that shares and rarities mean something."""
    for one in range(number):
        world.account(f"{'north' if one % 2 else 'south'}:bystander{one:03}", f"email=b{one}@x.org")


def test_one_pgp_key_joins_accounts_of_different_names() -> None:
    world = World()
    noise(world)
    world.account("north:ivoryking", KEY)
    world.account("south:savanna", KEY)
    found = run(world)
    assert groups(found) == {frozenset({"north:ivoryking", "south:savanna"})}
    assert only(found).verdict == "merge"
    (reason,) = only(found).reasons
    assert reason.kind == "pgp_key"
    assert len(reason.statement_ids) == 2


def test_every_statement_cited_is_in_the_vault() -> None:
    world = World()
    world.account("north:ivoryking", KEY, "email=ik@x.org")
    world.account("south:ivoryking", KEY, "email=ik@x.org")
    known = {one.id for one in world.vault.said}
    for match in run(world).matches:
        for reason in match.reasons:
            assert reason.statement_ids
            assert set(reason.statement_ids) <= known


def test_same_handle_alone_is_for_review_with_a_low_score() -> None:
    world = World()
    noise(world)
    world.account("north:ivoryking77")
    world.account("south:IvoryKing77")
    found = run(world)
    assert groups(found) == set()
    assert only(found).verdict == "review"
    assert only(found).score < 0.5


def test_same_handle_and_an_exclusive_contact_join() -> None:
    world = World()
    noise(world)
    world.account("north:rhinolord", "messenger=telegram:horndirect")
    world.account("south:rhino_lord", "messenger=telegram:horndirect")
    assert len(groups(run(world))) == 1


def test_same_handle_with_different_keys_is_a_copycat() -> None:
    world = World()
    noise(world)
    world.account("north:rhinolord", KEY)
    world.account("south:rhinolord", KEY2)
    found = run(world)
    assert groups(found) == set()
    assert only(found).verdict == "apart"
    assert {"copycat", "differs"} <= {reason.kind for reason in only(found).reasons}


def test_a_look_alike_on_one_platform_with_another_contact_is_a_copycat() -> None:
    world = World()
    noise(world)
    world.account("north:rhinolord", "email=a@x.org")
    world.account("north:rhino.lord", "email=z@y.org")
    assert only(run(world)).verdict == "apart"


def test_a_contact_taken_over_with_another_key_is_for_review() -> None:
    world = World()
    noise(world)
    world.account("north:rhinolord", KEY, "email=horn@x.org")
    world.account("south:rhinolord", KEY2, "email=horn@x.org")
    found = run(world)
    assert groups(found) == set()
    assert only(found).verdict == "review"


def test_two_independent_kinds_join() -> None:
    world = World()
    noise(world)
    world.account("north:alpha", "email=horn@x.org", "phone=+4915112345678")
    world.account("south:omega", "email=horn@x.org", "phone=+4915112345678")
    assert len(groups(run(world))) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("email=horndirect@x.org", "messenger=telegram:horndirect"),
        ("email=horndirect@x.org", "messenger=wickr:horn_direct7"),
        ("phone=+4915112345678", "messenger=whatsapp:+4915112345678"),
        ("email=horn@x.org", "payment_handle=paypal:horn@x.org"),
        ("email=horn@x.org", "email=tusk@y.org"),
        ("domain=shop.example", "email=horn@x.org"),
    ],
)
def test_two_things_that_are_not_independent_do_not_join(first: str, second: str) -> None:
    world = World()
    noise(world)
    world.account("north:alpha", first, second)
    world.account("south:omega", first, second)
    found = run(world)
    assert groups(found) == set()
    assert only(found).verdict == "review"


def test_a_number_as_phone_and_as_whatsapp_is_one_thing() -> None:
    world = World()
    noise(world)
    world.account("north:rhinolord", "phone=+4915112345678")
    world.account("south:rhinolord", "messenger=whatsapp:+4915112345678")
    assert len(groups(run(world))) == 1


def market_key(world: World) -> None:
    for number in range(20):
        world.account(f"north:seller{number:03}", KEY, f"email=s{number}@x.org")


def support_contact(world: World) -> None:
    noise(world)
    for number in range(12):
        world.account(f"north:seller{number:03}", "email=support@x.org", "phone=+4915112345678")


def escrow_wallet(world: World) -> None:
    noise(world)
    for name in ("alpha", "omega"):
        world.listing(f"north:{name}", f"n-{name}", "wallet=btc:1Escrow", context="escrow")
        world.account(f"north:{name}", "wallet=btc:1Escrow")


def boilerplate(world: World) -> None:
    noise(world)
    for name in ("alpha", "omega"):
        world.listing(f"north:{name}", f"n-{name}", "email=t@x.org", context="boilerplate")
        world.account(f"north:{name}", KEY, context="boilerplate")


def every_seller(world: World) -> None:
    for number in range(3):
        world.account(f"tiny:seller{number}", KEY)
    noise(world)


def forwarder(world: World) -> None:
    noise(world)
    for number in range(20):
        name = f"market{number // 2}:seller{number:03}"
        world.account(name, "email=post@x.org", "phone=+4915112345678")
        world.account(f"market{number // 2}:other{number:03}")


@pytest.mark.parametrize(
    "build", [forwarder, market_key, support_contact, escrow_wallet, boilerplate, every_seller]
)
def test_a_hub_joins_nobody(build: Callable[[World], None]) -> None:
    world = World()
    build(world)
    found = run(world)
    assert groups(found) == set()
    assert found.hubs
    assert not [match for match in found.matches if match.verdict != "apart"]


def test_things_shared_in_a_group_of_three_are_links_and_not_sameness() -> None:
    world = World()
    noise(world)
    for name in ("north:alpha", "south:omega", "north:sigma"):
        world.account(name, "phone=+4915112345678", "wallet=btc:1Cashier")
    found = run(world)
    assert groups(found) == set()
    assert {match.verdict for match in found.matches} == {"review"}


def test_a_contact_of_namesakes_on_three_platforms_joins_all() -> None:
    world = World()
    noise(world)
    for platform in ("north", "south", "east"):
        world.account(f"{platform}:rhinolord", "email=horn@x.org")
    assert [len(group) for group in groups(run(world))] == [3]


def test_an_alias_that_many_choose_tells_nothing() -> None:
    world = World()
    noise(world)
    for platform in ("north", "south"):
        world.account(f"{platform}:Vendor", "email=horn@x.org")
    found = run(world)
    assert groups(found) == set()
    assert [reason.kind for reason in only(found).reasons] == ["email"]


@pytest.mark.parametrize(
    "shown",
    [
        *(
            "Shop",
            "Official",
            "User",
            "🐘 Shop 🐘",
            "S.H.O.P.",
            "Official Store",
            "Deleted Account",
        ),
        *(
            "🐘🦏🐅🦜🐢",
            "★★★★★★",
            "・・・・・・",
            "ร้านค้า",
            "Cửa Hàng",
            "官方旗舰店",
            "Магазин",
            "www",
        ),
    ],
)
def test_a_name_that_profiles_show_for_want_of_one_joins_nobody(shown: str) -> None:
    world = World()
    noise(world)
    for name in ("north:alpha", "south:omega"):
        world.account(name, "email=horn@x.org")
        world.known_as(name, shown)
    found = run(world)
    assert groups(found) == set()
    assert [reason.kind for reason in only(found).reasons] == ["email"]


def test_the_id_of_an_account_is_no_name() -> None:
    world = World()
    noise(world)
    world.account("telegram:user:756066", "email=horn@x.org")
    world.account("north:user756066", "email=horn@x.org")
    found = run(world)
    assert groups(found) == set()
    assert [reason.kind for reason in only(found).reasons] == ["email"]


def test_a_stated_alias_counts_like_a_handle() -> None:
    world = World()
    noise(world)
    world.account("north:alpha", "email=horn@x.org")
    world.known_as("north:alpha", "Rhino Lord")
    world.account("south:rhinolord", "email=horn@x.org")
    assert len(groups(run(world))) == 1


def test_weak_evidence_that_alone_bridges_two_groups_is_for_review() -> None:
    world = World()
    noise(world)
    weak = ("email=horn@x.org", "phone=+4915112345678")
    world.account("north:alpha", KEY, *weak)
    world.account("south:alpha2", KEY)
    world.account("north:omega", "wallet=btc:1Omega", *weak)
    world.account("south:omega2", "wallet=btc:1Omega")
    found = run(world)
    assert {len(group) for group in groups(found)} == {2}
    (review,) = [match for match in found.matches if match.verdict == "review"]
    assert review.reasons[0].kind == "bridge"
    assert "two groups" in explain(review)


def test_evidence_carried_by_two_pairs_is_no_bridge() -> None:
    world = World()
    noise(world)
    world.account("north:alpha", KEY, "email=horn@x.org")
    world.account("south:alpha2", KEY, "phone=+4915112345678")
    world.account("north:omega", "wallet=btc:1Omega", "email=horn@x.org")
    world.account("south:omega2", "wallet=btc:1Omega", "phone=+4915112345678")
    assert [len(group) for group in groups(run(world))] == [4]


def test_different_keeps_apart_what_a_key_joins() -> None:
    world = World()
    left, right = world.account("north:alpha", KEY), world.account("south:omega", KEY)
    world.judge(left, right, "different")
    found = run(world)
    assert groups(found) == set()
    assert only(found).verdict == "apart"
    assert "Judged different by ann" in explain(only(found), found.names)


def test_different_holds_through_third_accounts() -> None:
    world = World()
    left = world.account("north:alpha", KEY)
    world.account("east:middle", KEY, KEY2)
    right = world.account("south:omega", KEY2)
    world.judge(left, right, "different")
    actor_of = {one: actor.uid for actor in run(world).actors for one in actor.accounts}
    assert actor_of[left] != actor_of[right]


def test_same_joins_without_evidence_and_is_transitive() -> None:
    world = World()
    uids = [world.account(f"north:seller{number}") for number in range(3)]
    world.judge(uids[0], uids[1], "same")
    world.judge(uids[1], uids[2], "same")
    assert [len(group) for group in groups(run(world))] == [3]


def test_a_contradiction_is_reported_and_not_resolved() -> None:
    world = World()
    uids = sorted(world.account(f"north:seller{number}") for number in range(4))
    world.judge(uids[0], uids[1], "same")
    world.judge(uids[1], uids[2], "same")
    world.judge(uids[0], uids[2], "different")
    world.judge(uids[2], uids[3], "same")
    found = run(world)
    (clash,) = found.contradictions
    assert clash.apart == (uids[0], uids[2])
    assert {(one.left, one.right) for one in clash.path} == {tuple(uids[:2]), tuple(uids[1:3])}
    assert [len(group) for group in groups(found)] == [2]  # seller 2 and 3: not contradicted
    assert [row[0] for row in world.vault.findings("resolution", "contradiction")]


def test_a_persons_newer_verdict_replaces_the_older() -> None:
    world = World()
    left, right = world.account("north:alpha"), world.account("south:omega")
    world.judge(left, right, "same", at=1)
    world.judge(right, left, "different", at=2)
    found = run(world)
    assert groups(found) == set()
    assert not found.contradictions


def test_unsure_leaves_a_pair_to_the_person() -> None:
    world = World()
    noise(world)
    left = world.account("north:alpha", "email=horn@x.org", "phone=+4915112345678")
    right = world.account("south:omega", "email=horn@x.org", "phone=+4915112345678")
    world.judge(left, right, "unsure")
    found = run(world)
    assert groups(found) == set()
    assert only(found).verdict == "review"


def test_a_second_run_reads_the_first_back_and_a_judgement_makes_a_new_one(clock) -> None:
    world = World()
    noise(world)
    world.account("north:rhinolord", KEY)
    world.account("south:savanna", KEY)
    first, second = run(world), run(world)
    assert (first.fresh, second.fresh) == (True, False)
    assert (first.actors, first.matches, first.names) == (
        second.actors,
        second.matches,
        second.names,
    )
    judge(
        world.vault,
        "NORTH:RhinoLord",
        "south:savanna",
        "different",
        why="seen both at once",
        by="ann",
        clock=clock,
    )
    third = run(world)
    assert third.run.id != first.run.id
    assert groups(third) == set()


def test_the_review_queue_puts_the_likeliest_first() -> None:
    world = World()
    noise(world)
    world.account("north:ivoryking77")
    world.account("south:ivoryking77")
    world.account("north:alpha", "email=horn@x.org")
    world.account("south:omega", "email=horn@x.org")
    run(world)
    queue = review_queue(world.vault)
    assert [match.reasons[0].kind for match in queue] == ["email", "alias"]


def test_judging_an_unknown_account_names_near_ones() -> None:
    world = World()
    world.account("north:rhinolord")
    world.account("south:savanna")
    run(world)
    with pytest.raises(ConfigurationError, match="north:rhinolord"):
        judge(world.vault, "north:rhinolrd", "south:savanna", "same", why="x", by="ann")


@pytest.mark.parametrize(
    ("left", "verdict", "why"),
    [
        ("south:savanna", "same", "x"),
        ("north:rhinolord", "equal", "x"),
        ("north:rhinolord", "same", " "),
    ],
)
def test_a_judgement_that_says_nothing_is_refused(left: str, verdict: str, why: str) -> None:
    world = World()
    world.account("north:rhinolord")
    world.account("south:savanna")
    run(world)
    with pytest.raises(ConfigurationError):
        judge(world.vault, left, "south:savanna", verdict, why=why, by="ann")


def test_an_explanation_names_accounts_thing_and_exclusivity() -> None:
    world = World()
    noise(world)
    world.account("north:rhinolord", "messenger=telegram:horndirect")
    world.account("south:rhinolord", "messenger=telegram:horndirect")
    found = run(world)
    text = explain(only(found), found.names)
    assert "north:rhinolord and south:rhinolord are taken to be the same seller." in text
    assert "telegram contact horndirect" in text
    assert "nobody else" in text
