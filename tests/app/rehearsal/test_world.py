"""A made-up world is reproducible, keeps to its plan, and tells the truth about itself."""

from __future__ import annotations

from collections import Counter, defaultdict

import phonenumbers
import pytest

from app.rehearsal import World, make_world
from app.rehearsal.accounts import spoken
from app.rehearsal.adverts import about
from app.rehearsal.nouns import EVERYWHERE
from app.rehearsal.pages import world_pages
from model.identity import account as account_entity


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, second = (dict(world_pages(make_world(5, 40, 1))) for _ in range(2))
    assert first == second


def test_another_seed_gives_another_world(world: World) -> None:
    other = make_world(seed=8, accounts=120, networks=3)
    assert {item.name for item in world.accounts} != {item.name for item in other.accounts}
    assert not {item.listing_id for item in world.adverts} & {
        item.listing_id for item in other.adverts
    }


@pytest.mark.parametrize(("accounts", "networks"), [(1, 0), (10, 1), (60, 0), (120, 3), (100, 10)])
def test_a_world_has_as_many_accounts_and_networks_as_asked(accounts: int, networks: int) -> None:
    world = make_world(3, accounts, networks)
    assert len(world.accounts) == accounts
    assert len({person.network for person in world.people} - {None}) == networks


@pytest.mark.parametrize(("accounts", "networks"), [(0, 0), (-1, 0), (9, 1), (300, -1)])
def test_a_world_that_cannot_be_is_refused(accounts: int, networks: int) -> None:
    with pytest.raises(ValueError, match="need"):
        make_world(1, accounts, networks)


def test_no_two_accounts_or_listings_are_one(world: World) -> None:
    uids = [account_entity(item.platform, item.handle).uid for item in world.accounts]
    assert len(set(uids)) == len(uids)
    listings = [(item.platform, item.listing_id) for item in world.adverts]
    assert len(set(listings)) == len(listings)


def test_every_platform_and_many_languages_are_used(world: World) -> None:
    assert {item.platform for item in world.accounts} == set(EVERYWHERE)
    assert len({item.language for item in world.adverts}) >= 6


def test_own_contacts_belong_to_one_person(world: World) -> None:
    owners = defaultdict(set)
    for person in world.people:
        for contact in person.own:
            owners[contact.kind, contact.value].add(person.actor)
        if person.key:
            owners["pgp_key", person.key.fingerprint].add(person.actor)
    assert {len(who) for who in owners.values()} == {1}


def test_shared_contacts_stay_in_one_network_and_bind_several_members(world: World) -> None:
    users = defaultdict(set)
    for person in world.people:
        for contact in person.shared:
            users[contact.value].add((person.network, person.actor))
    assert users
    for members in users.values():
        assert len({network for network, _ in members}) == 1
        assert len(members) >= 2


def test_every_network_hangs_together(world: World) -> None:
    members = defaultdict(list)
    for person in world.people:
        if person.network:
            members[person.network].append({item.value for item in person.shared})
    for sets in members.values():
        reached = sets[0]
        for _ in sets:
            reached = reached.union(*(item for item in sets if item & reached))
        assert all(item & reached for item in sets)


def test_hubs_are_shown_by_unrelated_accounts() -> None:
    world = make_world(seed=2, accounts=300, networks=6)
    people = defaultdict(set)
    for account in world.accounts:
        for contact in account.shown:
            people[contact.value].add(account.person.actor)
    shown = [hub for hub in world.hubs if hub.platform is None or hub.kind == "wallet"]
    assert len(shown) == 4
    for hub in shown:
        assert len(people[hub.value]) >= 5
    repeating = [account for account in world.accounts if account.market_key]
    assert len({account.person.actor for account in repeating}) >= 5


def test_copycats_take_the_name_but_not_the_key() -> None:
    world = make_world(seed=2, accounts=300, networks=6)
    handles = defaultdict(set)
    people = {person.actor: person for person in world.people}
    for account in world.accounts:
        handles[account.person.actor].add(spoken(account).casefold())
    copycats = [person for person in world.people if person.copies]
    assert len(copycats) >= 5
    for person in copycats:
        victim = people[str(person.copies)]
        assert person.key is not None
        assert victim.key is not None
        assert person.key.user_id == victim.key.user_id
        assert person.key.fingerprint != victim.key.fingerprint
        assert not {item.value for item in person.own} & {item.value for item in victim.own}
    same = [item for item in copycats if handles[item.actor] & handles[str(item.copies)]]
    assert len(same) >= len(copycats) / 2


def test_somebody_migrates_and_says_so() -> None:
    world = make_world(seed=2, accounts=300, networks=6)
    moved = [item for item in world.accounts if item.former]
    assert len(moved) >= 3
    by_name = {item.name: item for item in world.accounts}
    for account in moved:
        assert account.former is not None
        handle, platform = account.former
        old = by_name[platform, handle]
        assert old.person is account.person
        assert old.left < account.joined
        assert handle in about(world.seed, account)


def test_nothing_is_written_before_its_account_or_after_the_last_day(world: World) -> None:
    by_name = {item.name: item for item in world.accounts}
    for advert in world.adverts:
        account = by_name[advert.platform, advert.seller]
        assert account.joined <= advert.posted <= account.left


def test_noise_sells_nothing_protected(world: World) -> None:
    noise = {item.name for item in world.noise}
    assert len(noise) >= 20
    assert not [a for a in world.adverts if (a.platform, a.seller) in noise and a.relevant]
    relevant = Counter(item.relevant for item in world.adverts)
    assert relevant[True] > 50
    assert relevant[False] > 50


def test_relevant_adverts_and_only_they_have_a_taxon(world: World) -> None:
    for advert in world.adverts:
        assert advert.relevant == (advert.taxon is not None) == (advert.product is not None)


def test_phone_numbers_reach_nobody(world: World) -> None:
    numbers = [
        contact.value.removeprefix("whatsapp:")
        for person in world.people
        for contact in (*person.own, *person.shared)
        if contact.label in ("Tel", "Phone", "Mobile", "WhatsApp")
    ]
    assert numbers
    for number in numbers:
        assert phonenumbers.is_valid_number(phonenumbers.parse(number))
        set_aside = number[:-2].endswith(("55501", "17139200", "176040690"))
        assert set_aside or "+46701740605" <= number <= "+46701740699"


def test_e_mail_addresses_are_of_reserved_domains(world: World) -> None:
    for person in world.people:
        for contact in person.own:
            if contact.kind == "email":
                assert contact.value.endswith((".example.org", ".example.net", ".example.com"))


def test_a_large_world_has_numbers_enough() -> None:
    world = make_world(seed=1, accounts=2_000, networks=20)
    assert len(world.accounts) == 2_000
