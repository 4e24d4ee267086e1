"""One account under two handles is one account; one handle with two ids is left to a person."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.resolution import load_rules
from enrich.reading import Reading
from enrich.statements import statements
from graph.resolve import Resolution, explain, resolve, review_queue
from graph.resolve.review import handed_on
from model import identity
from model.evidence import Document
from model.facts import Relevance
from model.findings import Match
from tests.graph.worlds import World

RULES = load_rules()
KEY = "pgp_key=0123456789ABCDEF0123456789ABCDEF01234567"
KEY2 = "pgp_key=FEDCBA9876543210FEDCBA9876543210FEDCBA98"
ANN, BEN = "did:plc:annannannannannannannann", "did:plc:benbenbenbenbenbenbenben"
SAME_ID = {
    "bluesky": ANN,
    "telegram": "user:756066",
    "mastodon": "https://reef.example/users/ann",
    "reddit": "t2_9zz01",
    "vk": "4001",
    "youtube": "UC0123456789abcdefghijkl",
    "discord": "175928847299117063",
    "x": "783214",
}


def shown(world: World, name: str, known: str, day: int = 1, source: str = "test") -> str:
    """A description of an account that tells its id; its uid."""
    platform, _, handle = name.partition(":")
    entity, seen = identity.account(platform, handle), f"2026-01-{day:02d}T00:00:00Z"
    world.say(entity, "DESCRIBED_AS", None, platform=platform, handle=handle, native_id=known)
    said = replace(world.vault.said[-1], first_seen=seen, last_seen=seen, source=source)
    world.vault.said[-1] = said
    return entity.uid


def run(world: World) -> Resolution:
    return resolve(world.vault, RULES)


def groups(found: Resolution) -> set[frozenset[str]]:
    return {
        frozenset(found.names[one] for one in actor.accounts)
        for actor in found.actors
        if len(actor.accounts) > 1
    }


def noise(world: World, platform: str = "bluesky", number: int = 30) -> None:
    for one in range(number):
        world.account(f"{platform}:bystander{one:03}", f"email=b{one}@x.org")


def verdicts(found: Resolution) -> set[str]:
    return {match.verdict for match in found.matches}


@pytest.mark.parametrize(("platform", "known"), sorted(SAME_ID.items()))
def test_two_handles_with_one_id_are_one_account(platform: str, known: str) -> None:
    world = World()
    noise(world, platform)
    shown(world, f"{platform}:before", known, 1)
    shown(world, f"{platform}:after", known, 9, source="another")
    found = run(world)
    assert groups(found) == {frozenset({f"{platform}:before", f"{platform}:after"})}
    (match,) = found.matches
    assert (match.verdict, match.score >= 0.99) == ("merge", True)
    assert f"Both show the account id {known}" in explain(match)
    assert set(match.reasons[0].statement_ids) == {one.id for one in world.vault.said[-2:]}


def test_an_account_that_is_called_by_its_id_is_the_one_with_the_handle() -> None:
    world = World()
    shown(world, f"bluesky:{ANN}", ANN)
    shown(world, "bluesky:ann.bsky.example", ANN)
    assert groups(run(world)) == {frozenset({f"bluesky:{ANN}", "bluesky:ann.bsky.example"})}


@pytest.mark.parametrize(
    ("platform", "handle"), [("bluesky", "ann.bsky.example"), ("telegram", "annsells")]
)
def test_what_shows_the_id_alone_meets_what_shows_the_handle(platform: str, handle: str) -> None:
    """From documents as the readers make them: a stream or an export, and a profile."""
    world, known = World(), SAME_ID[platform]
    told = {"message": {"seller_id": known}, "profile": {"seller": handle, "seller_id": known}}
    for kind, fields in told.items():
        document = Document(
            capture_sha256="ab" * 32,
            source=kind,
            kind=kind,
            platform=platform,
            native_id=known if kind == "profile" else "7",
            locator="",
            seen_at="2026-01-01T00:00:00Z",
            fields=fields,
        )
        world.vault.said += statements(document, Reading((), Relevance("offer", 0.9)))
    assert groups(run(world)) == {frozenset({f"{platform}:{known}", f"{platform}:{handle}"})}


def test_an_account_that_changes_its_key_with_its_handle_is_still_one() -> None:
    world = World()
    noise(world)
    for handle, key in (("before", KEY), ("after", KEY2)):
        world.account(f"bluesky:{handle}", key)
        shown(world, f"bluesky:{handle}", ANN)
    assert len(groups(run(world))) == 1


def test_one_id_on_two_platforms_says_nothing() -> None:
    world = World()
    for platform in ("vk", "x"):
        shown(world, f"{platform}:seller-{platform}", "783214")
    assert not run(world).matches


@pytest.mark.parametrize(
    ("platform", "known"),
    [
        ("bluesky", "17"),
        ("mastodon", "https://reef.example/@ann"),
        ("telegram", "17"),
        ("reddit", "9zz01"),
        ("bluesky", " "),
    ],
)
def test_what_does_not_look_like_an_id_there_is_none(platform: str, known: str) -> None:
    world = World()
    shown(world, f"{platform}:before", known)
    shown(world, f"{platform}:after", known)
    assert not run(world).matches


def member_number(*handles: str, source: str = "lounge", more: int = 20) -> World:
    world = World()
    noise(world, "lounge")
    for number in range(more):
        shown(world, f"lounge:bystander{number:03}", f"9{number}", source=source)
    for handle in handles:
        shown(world, f"lounge:{handle}", "44", source=source)
    return world


def test_a_member_number_elsewhere_waits_for_a_person() -> None:
    found = run(member_number("before", "after"))
    assert groups(found) == set()
    assert verdicts(found) == {"review"}


def test_a_member_number_beside_a_second_kind_joins() -> None:
    world = member_number("before", "after")
    for handle in ("before", "after"):
        world.account(f"lounge:{handle}", "email=horn@x.org")
    assert groups(run(world)) == {frozenset({"lounge:before", "lounge:after"})}


def test_member_numbers_of_two_sources_are_not_compared() -> None:
    world = member_number("before")
    shown(world, "lounge:after", "44", source="another")
    assert not run(world).matches


def test_a_source_that_reads_something_else_as_the_id_says_nothing() -> None:
    world = World()
    for page in range(3):
        for row in range(5):
            shown(world, f"lounge:seller{page}{row}", str(row), source="lounge")
            world.account(f"lounge:seller{page}{row}", f"email=s{page}{row}@x.org")
    found = run(world)
    assert not found.matches
    assert [hub.kind for hub in found.hubs] == ["native_id"]


@pytest.mark.parametrize("known", ["seller", "https://lounge.example/member/seller"])
def test_what_stands_in_for_an_id_is_none(known: str) -> None:
    world = member_number()
    shown(world, "lounge:seller", known, source="lounge")
    shown(world, "lounge:seller", "44", source="lounge")
    assert not run(world).handed_on


def test_an_id_with_many_handles_is_no_accounts_and_for_a_person() -> None:
    world = World()
    noise(world)
    for number in range(6):
        world.account(f"bluesky:seller{number}", f"email=s{number}@x.org")
        shown(world, f"bluesky:seller{number}", ANN)
    found = run(world)
    assert groups(found) == set()
    assert {match.reasons[0].kind for match in found.matches} == {"crowded"}
    assert len(found.matches) == 5
    assert verdicts(found) == {"review"}
    assert [hub.value for hub in found.hubs] == [ANN]


def test_an_id_of_thousands_does_not_flood_the_queue() -> None:
    world = World()
    for number in range(300):
        shown(world, f"bluesky:seller{number}", ANN)
    assert len(run(world).matches) == 5


def handed_over() -> World:
    """A handle that Ann gave up and Ben took, and somebody who has the contacts of each."""
    world = World()
    noise(world)
    shown(world, "bluesky:shop.example", ANN, 1)
    shown(world, "bluesky:shop.example", BEN, 9)
    world.account("bluesky:shop.example", KEY, "email=ben@x.org", "phone=+4915112345678")
    world.account("north:annelsewhere", KEY)
    world.account("south:benelsewhere", "email=ben@x.org", "phone=+4915112345678")
    return world


def about(found: Resolution, name: str) -> list[Match]:
    uid = identity.account(*name.split(":", 1)).uid
    return [match for match in found.matches if uid in (match.left, match.right)]


def test_a_handle_with_two_ids_joins_nobody() -> None:
    world = handed_over()
    found = run(world)
    assert groups(found) == set()
    matches = about(found, "bluesky:shop.example")
    assert [match.verdict for match in matches] == ["review", "review"]
    for match in matches:
        assert match.reasons[0].kind == "handed_on"
        assert f"{ANN} (2026-01-01), {BEN} (2026-01-09)" in explain(match)
    assert {match.verdict for match in review_queue(world.vault)} == {"review"}
    assert (
        handed_on(world.vault)
        == list(found.handed_on.values())
        == list(run(world).handed_on.values())
    )


def test_the_accounts_behind_a_handle_with_two_ids_are_not_joined_through_it() -> None:
    world = handed_over()
    for known in (ANN, BEN):
        shown(world, f"bluesky:{known}", known)
    found = run(world)
    assert groups(found) == set()
    assert len(about(found, "bluesky:shop.example")) == 4


def test_the_handles_that_an_account_had_besides_are_joined() -> None:
    world = handed_over()
    shown(world, "bluesky:ann-now.example", ANN, 9)
    shown(world, f"bluesky:{ANN}", ANN, 9)
    assert groups(run(world)) == {frozenset({"bluesky:ann-now.example", f"bluesky:{ANN}"})}


def test_a_person_joins_a_handle_with_two_ids_and_no_more_than_that() -> None:
    world = handed_over()
    shop = identity.account("bluesky", "shop.example").uid
    world.judge(shop, identity.account("north", "annelsewhere").uid, "same")
    found = run(world)
    assert groups(found) == {frozenset({"bluesky:shop.example", "north:annelsewhere"})}


def test_a_person_keeps_apart_what_an_id_joins() -> None:
    world = World()
    left, right = shown(world, "bluesky:before", ANN), shown(world, "bluesky:after", ANN)
    world.judge(left, right, "different")
    found = run(world)
    assert groups(found) == set()
    assert verdicts(found) == {"apart"}


def test_unsure_leaves_one_id_to_the_person() -> None:
    world = World()
    left, right = shown(world, "bluesky:before", ANN), shown(world, "bluesky:after", ANN)
    world.judge(left, right, "unsure")
    found = run(world)
    assert groups(found) == set()
    assert verdicts(found) == {"review"}


def test_two_members_of_one_name_on_a_site_are_told_apart_by_their_numbers() -> None:
    world = member_number("peter")
    shown(world, "lounge:peter", "45", source="lounge")
    world.account("lounge:peter", KEY)
    world.account("north:somebody", KEY)
    found = run(world)
    assert groups(found) == set()
    assert "he handle lounge:peter was shown with several account ids" in explain(found.matches[0])


pairings = st.lists(
    st.tuples(
        st.sampled_from(["bluesky:a", "bluesky:b", f"bluesky:{ANN}", "lounge:a", "lounge:b"]),
        st.sampled_from([ANN, BEN, "44", "45"]),
        st.integers(1, 28),
        st.sampled_from([KEY, KEY2, "email=horn@x.org", "phone=+4915112345678", ""]),
    ),
    min_size=1,
    max_size=12,
)


@settings(deadline=None, max_examples=80)
@given(pairings, st.integers(0, 2**16))
def test_order_changes_nothing_and_no_handle_with_two_ids_is_joined(told, seed: int) -> None:
    world = World()
    for name, known, day, thing in told:
        shown(world, name, known, day)
        world.account(name, *filter(None, [thing]))
    first = resolve(world.vault, RULES, rebuild=True)
    random.Random(seed).shuffle(world.vault.said)
    world.vault.statements = lambda predicates=None: (
        one for one in world.vault.said if predicates is None or one.predicate in predicates
    )
    second = resolve(world.vault, RULES, rebuild=True)
    assert second.actors == first.actors
    assert second.handed_on == first.handed_on
    assert [(m.left, m.right, m.verdict, m.score) for m in second.matches] == [
        (m.left, m.right, m.verdict, m.score) for m in first.matches
    ]
    alone = {actor.accounts[0] for actor in first.actors if len(actor.accounts) == 1}
    assert first.handed_on.keys() <= alone
