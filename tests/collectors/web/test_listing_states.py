"""A listing's life on a real server: its price falls, it vanishes, is removed, and comes back."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler

import pytest

from app.listing_states import history_lines, listing_rows
from collectors.mirrors import Mirrors
from collectors.sightings import rebuild
from collectors.web import collect_source
from collectors.web.report import CollectReport
from collectors.web.site import Site as Addresses
from config.settings import Settings, Workspace
from config.sources import Source
from model.clock import Clock
from model.evidence import Mandate
from vault.vault import Vault, open_vault

from .conftest import Handler, Site, redirect, send, source

LOGIN = "<html><body><h1>Log in</h1><input type=password></body></html>"
NOTICE = "<html><body><p class=notice>This ad was removed by our moderators.</p></body></html>"


@dataclass(slots=True)
class Market:
    """A site of numbered listings, and the vault it is collected into."""

    site: Site
    vault: Vault
    settings: Settings
    clock: Clock
    prices: dict[int, str]

    @property
    def source(self) -> Source:
        pages = {
            "results": {
                "kind": "results",
                "when": {"select": "ul.results"},
                "rows": {
                    "select": "li",
                    "id": {"select": "a", "attribute": "data-id"},
                    "fields": {
                        "title": {"select": "a"},
                        "url": {"select": "a", "attribute": "href"},
                        "price": {"select": "b", "as": "money"},
                    },
                },
            },
            "listing": {
                "kind": "listing",
                "when": {"select": "h1[data-id]"},
                "id": {"select": "h1", "attribute": "data-id"},
                "fields": {"title": {"select": "h1"}, "price": {"select": "b", "as": "money"}},
            },
        }
        return source(self.site, pages=pages, removed={"select": "p.notice"})

    def show(self, **others: str | Handler) -> None:
        """Put up result page and listings; ``others`` answer in place of a listing (``i7``)."""
        rows = "".join(
            f'<li><a class=follow data-id={n} href="/i/{n}">Item {n}</a> <b>{price}</b></li>'
            for n, price in self.prices.items()
        )
        self.site.pages = {"/": f"<html><body><ul class=results>{rows}</ul></body></html>"}
        for n, price in self.prices.items():
            page = f"<html><body><h1 data-id={n}>Item {n}</h1><b>{price}</b></body></html>"
            self.site.pages[f"/i/{n}"] = page
        self.site.pages |= {f"/i/{name[1:]}": page for name, page in others.items()}

    def collect(self, **others: str | Handler) -> CollectReport:
        self.show(**others)
        return self.run()

    def run(self) -> CollectReport:
        return collect_source(
            self.vault, self.source, self.settings, clock=self.clock, pause=lambda _: None
        )

    def told(self, number: int = 1) -> list[str]:
        events = self.vault.sightings("bazaar").events(("bazaar", str(number)))
        return [event.state for event in events if event.state != "no-answer"]


@pytest.fixture
def market(
    site: Site, workspace: Workspace, settings: Settings, mandate: Mandate, clock: Clock
) -> Iterator[Market]:
    with open_vault(workspace, clock=clock) as vault:
        vault.add_mandate(mandate)
        yield Market(site, vault, settings, clock, dict.fromkeys(range(1, 6), "100 EUR"))


def gone(request: BaseHTTPRequestHandler) -> None:
    send(request, NOTICE, status=410)


def unavailable(request: BaseHTTPRequestHandler) -> None:
    send(request, "<html><body>down</body></html>", status=503)


def test_the_life_of_a_listing(market: Market, workspace: Workspace) -> None:
    assert market.collect().finished
    market.prices[1] = "80 EUR"
    assert market.collect().finished
    del market.prices[1]
    market.collect(i1=redirect("/"))
    market.collect(i1=gone)
    market.prices[1] = "80 EUR"
    market.collect()
    assert market.told() == ["new", "changed", "not-seen", "removed", "back-again"]
    assert market.told(2) == ["new", "seen"]
    lines = list(history_lines(workspace, "bazaar", "1"))
    assert [line.partition(" (capture ")[0].partition(" ")[2] for line in lines] == [
        "first seen in a result row",
        "price 100 EUR → 80 EUR",
        "its address gave no page: its address led to /",
        "not seen: its address led to /",
        "removed: HTTP 410: This ad was removed by our moderators.",
        "back again, on its own page",
    ]


def test_a_second_telling_from_the_vault_is_the_same(market: Market) -> None:
    market.collect()
    market.collect(i3=redirect("/"), i4=unavailable, i5=gone)
    del market.prices[2]
    market.collect(i2=NOTICE, i5=gone)
    store = market.vault.sightings("bazaar")
    before = list(store.listings()), sorted(_told(market), key=repr)
    mirrors = Mirrors(market.source, clock=market.clock)
    address = Addresses(market.source, mirrors).key
    rebuild(market.vault, market.source, clock=market.clock, address=address)
    assert (list(store.listings()), sorted(_told(market), key=repr)) == before
    assert {found.native_id for found in store.listings("removed")} == {"2", "5"}


def _told(market: Market) -> list[tuple[object, ...]]:
    events = market.vault.sightings("bazaar").all_events()
    return [(e.key, e.at, e.round, e.state, e.before, dict(e.detail), e.capture) for e in events]


def test_a_server_that_is_down_removes_nothing(market: Market, workspace: Workspace) -> None:
    market.collect()
    market.collect()
    port = market.site.port
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        market.site.port = closed.getsockname()[1]
        report = market.run()
    assert report.failed
    rows = list(listing_rows(workspace, "bazaar"))
    assert {row["state"] for row in rows} == {"source-down"}
    assert {row["last_state"] for row in rows} == {"seen"}
    market.site.port = port


def test_a_login_wall_says_nothing_of_listings(market: Market, workspace: Workspace) -> None:
    market.collect()
    market.site.pages = {"/": LOGIN}
    report = market.run()
    assert report.failed
    assert {row["state"] for row in listing_rows(workspace, "bazaar")} == {"new"}


def test_a_site_that_answers_404_to_everything_removes_nothing(
    market: Market, workspace: Workspace
) -> None:
    market.collect()
    market.site.pages = {}
    market.run()
    states = {row["state"] for row in listing_rows(workspace, "bazaar")}
    assert states == {"source-down"}
