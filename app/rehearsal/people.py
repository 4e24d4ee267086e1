"""Who lives in a made-up world: planted networks, lone sellers, copycats and ordinary people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from app.rehearsal.contacts import PhoneBook, email, messenger, phone, telegram, wallet, whatsapp
from app.rehearsal.dice import Dice
from app.rehearsal.keys import Key, make_key
from app.rehearsal.nouns import Contact, Person
from app.rehearsal.words import words

SMALLEST_NETWORK = 10
"""Accounts that a planted network needs at least."""

_LANGUAGES = (
    ("en", 5.0), ("de", 3.0), ("fr", 2.0), ("es", 2.0), ("id", 2.0), ("vi", 2.0), ("zh", 2.0),
    ("th", 1.5), ("ru", 1.5),
)  # fmt: skip
_WALLETS = (("btc", 0.55), ("xmr", 0.2), ("eth", 0.12), ("ltc", 0.08))
_LONE_ACCOUNTS = ((1, 0.45), (2, 0.3), (3, 0.17), (4, 0.08))
_NETWORK_ACCOUNTS = ((1, 0.4), (2, 0.38), (3, 0.16), (4, 0.06))


def make_people(seed: int, accounts: int, networks: int) -> tuple[Person, ...]:
    """People whose planned accounts are ``accounts`` in all; ValueError where they do not fit."""
    if accounts < 1 or networks < 0:
        raise ValueError("a world needs at least one account, and no less than 0 networks")
    if networks * SMALLEST_NETWORK > accounts:
        raise ValueError(
            f"{networks} networks need at least {networks * SMALLEST_NETWORK} accounts, "
            f"not {accounts}"
        )
    dice = Dice(seed, "people")
    plan = _plan(dice, accounts, networks)
    book = PhoneBook(seed)
    people: list[Person] = []
    shared: dict[str, tuple[Contact, ...]] = {}
    for number, (network, planned, sells) in enumerate(plan, 1):
        person = _person(seed, book, number, network, planned, sells=sells)
        if network is not None and network not in shared:
            shared[network] = _shared_contacts(seed, book, network)
        people.append(person)
    people = _spread(seed, people, shared)
    return tuple(_with_copycats(seed, people, accounts))


def _plan(dice: Dice, accounts: int, networks: int) -> list[tuple[str | None, int, bool]]:
    """For each person: network, number of accounts, whether they sell wildlife."""
    plan: list[tuple[str | None, int, bool]] = []
    room = max(SMALLEST_NETWORK, min(accounts * 2 // (5 * networks), 22)) if networks else 0
    for number in range(1, networks + 1):
        sizes = _split(dice, dice.between(SMALLEST_NETWORK, room), _NETWORK_ACCOUNTS)
        plan += [(f"network-{number:02}", size, True) for size in sizes]
    left = accounts - sum(size for _, size, _ in plan)
    plan += [(None, size, True) for size in _split(dice, left * 55 // 100, _LONE_ACCOUNTS)]
    left = accounts - sum(size for _, size, _ in plan)
    return plan + [(None, 1, False)] * left


def _split(dice: Dice, total: int, sizes: tuple[tuple[int, float], ...]) -> Iterator[int]:
    while total > 0:
        size = min(total, dice.weighted(sizes))
        yield size
        total -= size


def _person(
    seed: int, book: PhoneBook, number: int, network: str | None, planned: int, *, sells: bool
) -> Person:
    dice = Dice(seed, "person", number)
    language = dice.weighted(_LANGUAGES)
    country = dice.pick(words()[language].countries)
    alias = _alias(dice, language)
    person = Person(f"actor-{number:05}", network, language, country, alias, sells, planned)
    key = _key(seed, dice, number, alias) if dice.chance(0.75 if sells else 0.1) else None
    return replace(person, key=key, own=_own_contacts(seed, book, dice, person, key))


def _alias(dice: Dice, language: str) -> str:
    """A name in two parts, which accounts then write each in their own way."""
    names = words()[language]
    return f"{dice.pick(names.first)} {dice.pick(names.second)}"


def _key(seed: int, dice: Dice, number: int, alias: str) -> Key:
    moment = datetime(2024, 1, 1, tzinfo=UTC).timestamp() + dice.below(400 * 86400)
    name = alias.title().replace(" ", "")
    user_id = f"{name} <{number:x}{dice.between(100, 999)}@keys.example.org>"
    return make_key(user_id, int(moment), seed, number)


def _own_contacts(
    seed: int, book: PhoneBook, dice: Dice, person: Person, key: Key | None
) -> tuple[Contact, ...]:
    """Contacts nobody else has; whoever has several accounts has at least three in all."""
    makers: list[tuple[float, Callable[[], Contact]]] = [
        (0.6, partial(telegram, dice, person.alias)),
        (0.55, partial(email, dice, person.alias)),
        (0.4, partial(whatsapp, book, dice, person.country)),
        (0.25, partial(phone, book, dice, person.country)),
        (0.3, partial(messenger, dice, person.alias)),
    ]
    if person.sells_wildlife:
        makers += [(odds, partial(wallet, coin, seed, person.actor)) for coin, odds in _WALLETS]
    wanted = 3 - (key is not None) if person.planned > 1 else 1
    drawn = [(dice.chance(odds), make) for odds, make in makers]
    chosen = [make for taken, make in drawn if taken]
    spare = dice.shuffled(make for taken, make in drawn if not taken)
    return tuple(make() for make in [*chosen, *spare[: max(0, wanted - len(chosen))]])


def _shared_contacts(seed: int, book: PhoneBook, network: str) -> tuple[Contact, ...]:
    """What binds a network: a cashier's wallets, a courier, and often a depot."""
    dice = Dice(seed, "shared", network)
    cashier = [wallet("btc", seed, network, role="cashier")]
    if dice.chance(0.5):
        cashier.append(wallet("xmr", seed, network, role="cashier"))
    courier = phone(book, dice, dice.pick(("US", "DE", "SE")), role="courier")
    depot = dice.pick((email, telegram))(dice, f"depot{_alias(dice, 'en')}", role="depot")
    return (*cashier, courier, depot)


def _spread(
    seed: int, people: list[Person], shared: dict[str, tuple[Contact, ...]]
) -> list[Person]:
    """Give every member of a network at least two neighbouring shared contacts, so it holds."""
    places = dict.fromkeys(shared, 0)
    spread: list[Person] = []
    for person in people:
        if person.network is None:
            spread.append(person)
            continue
        pool = shared[person.network]
        place = places[person.network]
        places[person.network] += 1
        dice = Dice(seed, "spread", person.actor)
        has = tuple(
            contact
            for number, contact in enumerate(pool)
            if (number - place) % len(pool) < 2 or dice.chance(0.3)
        )
        spread.append(replace(person, shared=has))
    return spread


def _with_copycats(seed: int, people: list[Person], accounts: int) -> Iterator[Person]:
    """Let three in a hundred accounts belong to people who took over another seller's name."""
    dice = Dice(seed, "copycats")
    wanted = round(accounts * 0.03)
    victims = [person for person in people if person.key and person.sells_wildlife]
    thieves = [person for person in people if person.network is None and person.planned == 1]
    taken = dict(
        zip(
            (person.actor for person in dice.sample(thieves, wanted)),
            dice.sample(victims, wanted),
            strict=False,
        )
    )
    for person in people:
        victim = taken.get(person.actor)
        if victim is None or victim.actor == person.actor or victim.actor in taken:
            yield person
        else:
            yield _copycat(seed, person, victim)


def _copycat(seed: int, person: Person, victim: Person) -> Person:
    """The same name with a key and contacts of their own."""
    assert victim.key is not None  # noqa: S101  (victims are chosen by their key)
    key = make_key(victim.key.user_id, 1_767_000_000, seed, "copy", person.actor)
    return replace(
        person, sells_wildlife=True, alias=victim.alias, key=key, copies=victim.actor,
        language=victim.language, country=victim.country,
    )  # fmt: skip
