"""A made world in a real vault and a real embedded graph, for tests that read them."""

from __future__ import annotations

import dataclasses

from config.settings import Workspace
from model.evidence import Document
from tests.graph.worlds import World
from vault.records import Sealing
from vault.vault import Vault, open_vault

KEY = "pgp_key=0123456789ABCDEF0123456789ABCDEF01234567"


def hostile_world() -> World:
    """Sellers across two markets, one network, and names that attack whoever shows them."""
    world = World()
    for number in range(12):
        market = "north" if number % 2 else "south"
        world.account(f"{market}:bystander{number:02}", f"email=b{number}@x.org")
    world.account("north:Rhino Lord", KEY, "phone=+4915112345678")
    world.account("south:rhinolord", KEY, "wallet=btc:1Cashier")
    world.known_as("south:rhinolord", '=HYPERLINK("http://x")')
    for name in ("east:@SUM(A1)", "east:象牙店", "north:b\u202eob<&>\x07"):
        world.account(name, "phone=+4915112345678", "wallet=btc:1Cashier")
    world.listing(
        "north:Rhino Lord",
        "1",
        "email=b1@x.org",
        context="unknown",
        title="=1+1 Elfenbein $x^2$",
        relevance="offer",
        relevance_score=0.9,
        country="DE",
        price="9 500 EUR",
        text="call me",
    )
    world.offers("north", "1", "Loxodonta africana", relation="offered")
    return world


def fill(world: World, workspace: Workspace) -> Vault:
    """The world's statements in a new vault of the workspace, under one capture and document."""
    vault = open_vault(workspace)
    sealed = vault.seal(Sealing("test", "test.jsonl", b"{}", "2026-01-01T00:00:00Z", "imports/1"))
    document = Document(
        sealed.capture.sha256, "test", "page", "test", "1", "", "2026-01-01T00:00:00Z", {}
    )
    vault.add_documents(sealed.capture, "test/1", [document], [])
    said = [
        dataclasses.replace(one, document=document.uid, capture_sha256=sealed.capture.sha256)
        for one in world.vault.said
    ]
    vault.add_statements("test/1", [(document.uid, said)])
    return vault
