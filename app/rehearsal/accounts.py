"""The accounts of made-up people: handles, platforms, times, and what each of them shows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from app.rehearsal.contacts import forwarder, telegram
from app.rehearsal.dice import Dice, material
from app.rehearsal.nouns import (
    CLASSIFIEDS,
    EVERYWHERE,
    FIRST_DAY,
    FORUM,
    LAST_DAY,
    MARKETS,
    Account,
    Contact,
    Hub,
    Market,
    Person,
)
from app.rehearsal.social.names import handle_there, native_id, number_of
from model.identity import fold_handle

_PLATFORM_WEIGHTS = {
    "nightjar": 0.26, "meridian": 0.2, CLASSIFIEDS: 0.18, FORUM: 0.14,
    "mastodon": 0.06, "bluesky": 0.06, "telegram": 0.06, "whatsapp": 0.1,
}  # fmt: skip
_DAYS = (LAST_DAY - FIRST_DAY).days
_SHOW = 0.75
"""How likely an account shows each contact of its owner."""


def make_accounts(seed: int, people: Sequence[Person]) -> tuple[Account, ...]:
    """As many accounts as planned, handles unique on each platform, in a stable order."""
    taken: dict[str, set[str]] = {platform: set() for platform in EVERYWHERE}
    originals = [person for person in people if person.copies is None]
    accounts = [item for person in originals for item in _accounts_of(seed, person, taken)]
    known = defaultdict(list)
    for account in accounts:
        known[account.person.actor].append(account)
    thieves = [person for person in people if person.copies is not None]
    accounts += [_copied(seed, item, known[item.copies or ""], taken) for item in thieves]
    accounts = list(_with_partners(seed, _with_borrowed(seed, accounts)))
    return tuple(sorted(accounts, key=lambda item: (item.platform, item.handle)))


def _accounts_of(seed: int, person: Person, taken: dict[str, set[str]]) -> list[Account]:
    dice = Dice(seed, "accounts", person.actor)
    accounts = []
    for place, platform in enumerate(_platforms(dice, person)):
        wish = person.alias if place == 0 else _drifted(dice, person.alias)
        handle = _free_handle(dice, platform, _styled(dice, wish), person, taken[platform])
        accounts.append(_account(dice, seed, person, platform, handle))
    accounts = _with_at_least_all_shared(dice, accounts)
    return _migrated(dice, accounts)


def _platforms(dice: Dice, person: Person) -> list[str]:
    """Different platforms, chosen by weight; WhatsApp only with a number of one's own."""
    left = dict(_PLATFORM_WEIGHTS)
    if not number_of(person):
        del left["whatsapp"]
    chosen: list[str] = []
    while len(chosen) < person.planned:
        platform = dice.weighted(list(left.items()))
        del left[platform]
        chosen.append(platform)
    return chosen


def _drifted(dice: Dice, alias: str) -> str:
    """The name a person takes elsewhere: mostly the same, sometimes half of it, or another."""
    first, second = alias.split(" ", 1)
    return dice.weighted(
        [
            (alias, 5),
            (f"{second} {first}", 1),
            (f"{first} {dice.between(2, 99)}", 1),
            (f"{second} {material(2, alias).hex()}", 1),
        ]
    )


def _styled(dice: Dice, alias: str) -> str:
    words = alias.split()
    return dice.pick(
        (
            "".join(words),
            "_".join(words),
            "".join(word.capitalize() for word in words),
            "-".join(words),
            " ".join(word.capitalize() for word in words),
            f"{''.join(words)}{dice.between(1, 99)}",
        )
    )


def _free_handle(dice: Dice, platform: str, wish: str, person: Person, taken: set[str]) -> str:
    handle = handle_there(platform, wish, person)
    while fold_handle(handle) in taken:
        handle = handle_there(platform, f"{wish}{dice.between(2, 9999)}", person)
    taken.add(fold_handle(handle))
    return handle


def _account(dice: Dice, seed: int, person: Person, platform: str, handle: str) -> Account:
    joined = FIRST_DAY + timedelta(dice.below(_DAYS * 2 // 3))
    left = LAST_DAY - timedelta(dice.below(90))
    number = int.from_bytes(material(3, seed, "account", platform, handle)) % 900_000 + 100_000
    keyed = platform in MARKETS or platform == FORUM
    shows_key = person.key is not None and keyed and dice.chance(0.85)
    given = native_id(platform, handle, number)
    return Account(
        platform, given if platform == "telegram" else handle, given, person, joined, left,
        shown=_shown(dice, person, platform), key=person.key if shows_key else None,
        shown_as=handle,
    )  # fmt: skip


def _shown(dice: Dice, person: Person, platform: str) -> tuple[Contact, ...]:
    """Own contacts and shared ones; one in twelve shows next to nothing of its own."""
    shy = dice.chance(0.08)
    own = [item for item in person.own if dice.chance(0.1 if shy else _SHOW)]
    if not own and not shy:
        own = list(person.own[:2])
    if platform == CLASSIFIEDS:
        own = [item for item in own if item.kind != "wallet" or dice.chance(0.4)]
    return (*own, *(item for item in person.shared if dice.chance(0.7)))


def _with_at_least_all_shared(dice: Dice, accounts: list[Account]) -> list[Account]:
    """Whatever a member shares with the network is shown by one of their accounts."""
    seen = {item.value for account in accounts for item in account.shown}
    missing = [item for item in accounts[0].person.shared if item.value not in seen]
    place = dice.below(len(accounts))
    accounts[place] = replace(accounts[place], shown=(*accounts[place].shown, *missing))
    return accounts


def _migrated(dice: Dice, accounts: list[Account]) -> list[Account]:
    """Of two market accounts the older one may end where the younger begins, which says so."""
    markets = [place for place, item in enumerate(accounts) if item.platform in MARKETS]
    if len(markets) < 2 or not dice.chance(0.35):
        return accounts
    old, new = markets[0], markets[1]
    moved = FIRST_DAY + timedelta(_DAYS // 2 + dice.below(120))
    accounts[old] = replace(
        accounts[old], joined=min(accounts[old].joined, moved - timedelta(60)), left=moved
    )
    accounts[new] = replace(
        accounts[new],
        joined=moved + timedelta(dice.between(1, 14)),
        left=LAST_DAY,
        former=(accounts[old].handle, accounts[old].platform),
        key=accounts[new].person.key,
    )
    return accounts


def _copied(
    seed: int, person: Person, victims: Sequence[Account], taken: dict[str, set[str]]
) -> Account:
    """An account with the victim's handle on a platform where the victim has none."""
    dice = Dice(seed, "copy", person.actor)
    handle = spoken(victims[0])
    named = [name for name in EVERYWHERE if name != "whatsapp"]
    free = [name for name in named if fold_handle(handle) not in taken[name]]
    open_to = [name for name in free if name not in {item.platform for item in victims}]
    platform = dice.pick(open_to or free or named)
    handle = _free_handle(dice, platform, handle, person, taken[platform])
    return _account(dice, seed, person, platform, handle)


def spoken(account: Account) -> str:
    """What others call it: without the host that some networks hang on."""
    if account.platform in ("mastodon", "bluesky"):
        return re.split("[@.]", account.handle)[0]
    return account.shown_as or account.handle


def _with_borrowed(seed: int, accounts: Iterable[Account]) -> Iterator[Account]:
    """Three in a hundred accounts also name a contact of somebody they have no ties with."""
    accounts = list(accounts)
    lenders = [item for item in accounts if any(own.kind == "phone" for own in item.shown)]
    dice = Dice(seed, "borrowed")
    for account in accounts:
        lender = dice.pick(lenders) if lenders and dice.chance(0.03) else None
        if lender is None or lender.person.actor == account.person.actor:
            yield account
            continue
        lent = next(item for item in lender.shown if item.kind == "phone")
        yield replace(account, shown=(*account.shown, replace(lent, role="borrowed")))


def _with_partners(seed: int, accounts: Iterable[Account]) -> Iterator[Account]:
    """On the forum, members of one network vouch for each other by handle."""
    accounts = list(accounts)
    members: dict[str, list[Account]] = defaultdict(list)
    for account in accounts:
        if account.person.network is not None and account.platform == FORUM:
            members[account.person.network].append(account)
    for account in accounts:
        others = [
            item.handle
            for item in members.get(account.person.network or "", ())
            if item.person.actor != account.person.actor
        ]
        if account.platform != FORUM or not others:
            yield account
        else:
            dice = Dice(seed, "partners", account.handle)
            yield replace(account, partners=tuple(dice.sample(sorted(others), 2)))


def add_hubs(
    seed: int, accounts: Sequence[Account], markets: Mapping[str, Market]
) -> tuple[tuple[Account, ...], tuple[Hub, ...]]:
    """Accounts that also show what anybody may show, and the hubs that are no market's own.

    A forwarder's phone, an advertising contact, the market's escrow wallet and its key reach
    across networks and people who never met, so none of them may link anybody.
    """
    dice = Dice(seed, "hubs")
    agent = forwarder(dice)
    advertising = telegram(dice, "bright parrot ads", role="advertising")
    mixed = [
        _with_hubs(Dice(seed, "hubs", *item.name), item, (agent, advertising), markets)
        for item in accounts
    ]
    hubs = (
        Hub(agent.kind, agent.value, "a freight forwarder that anybody may use"),
        Hub(advertising.kind, advertising.value, "an advertising service under many adverts"),
    )
    return tuple(mixed), hubs


def _with_hubs(
    dice: Dice, account: Account, hubs: Iterable[Contact], markets: Mapping[str, Market]
) -> Account:
    shown = [hub for hub in hubs if dice.chance(0.07)]
    market = markets.get(account.platform)
    if market is not None and dice.chance(0.17):
        shown.append(Contact("wallet", f"btc:{market.escrow}", "BTC", market.escrow, "escrow"))
    market_key = market is not None and dice.chance(0.11)
    return replace(account, shown=(*account.shown, *shown), market_key=market_key)


def active_day(dice: Dice, account: Account, latest: date = LAST_DAY) -> date:
    """A day on which the account could have written something."""
    first, last = account.joined, max(account.joined, min(account.left, latest))
    return first + timedelta(dice.below((last - first).days + 1))
