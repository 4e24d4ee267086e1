"""Puts a made-up world together: people, accounts, adverts, threads and hubs."""

from __future__ import annotations

from app.rehearsal import addresses
from app.rehearsal.accounts import add_hubs, make_accounts
from app.rehearsal.adverts import make_adverts, make_comments, make_threads
from app.rehearsal.keys import make_key
from app.rehearsal.nouns import MARKETS, Hub, Market, World
from app.rehearsal.people import make_people


def make_world(seed: int = 1, accounts: int = 300, networks: int = 6) -> World:
    """The world of ``seed``; ValueError where the networks do not fit the accounts."""
    people = make_people(seed, accounts, networks)
    markets = {name: _market(seed, name) for name in MARKETS}
    everybody, hubs = add_hubs(seed, make_accounts(seed, people), markets)
    adverts = make_adverts(seed, everybody)
    return World(
        seed=seed,
        people=people,
        accounts=everybody,
        adverts=adverts,
        threads=make_threads(seed, everybody),
        hubs=(*hubs, *(hub for market in markets.values() for hub in _hubs_of(market))),
        markets=markets,
        comments=make_comments(seed, everybody, adverts),
    )


def _market(seed: int, name: str) -> Market:
    return Market(
        platform=name,
        escrow=addresses.bitcoin(seed, name, "escrow"),
        support=f"{name}_support_desk@post.example.org",
        key=make_key(f"{name.title()} Staff <staff@{name}.example.net>", 1_735_689_600, seed, name),
        onions=tuple(addresses.onion(seed, name, number) for number in range(3)),
    )


def _hubs_of(market: Market) -> tuple[Hub, ...]:
    name = market.platform
    return (
        Hub("wallet", f"btc:{market.escrow}", "the market's escrow, on every listing", name),
        Hub("pgp_key", market.key.fingerprint, "the market's own key", name),
        Hub("email", market.support, "the market's support, on every page", name),
        *(Hub("onion", onion, "an address of the market itself", name) for onion in market.onions),
    )
