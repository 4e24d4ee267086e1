"""Captures come into the graph from the seal, once for each content of a source."""

from __future__ import annotations

from config.settings import Workspace
from graph.elements import Edge, Node
from graph.provenance import provenance, sightings
from model import identity
from vault.vault import Sealing, open_vault


def test_captures_come_from_their_source(workspace: Workspace) -> None:
    with open_vault(workspace) as vault:
        first = vault.seal(
            Sealing(
                "dream", "", b"page", "2026-01-01T00:00:00Z", "imports/1", reading={"name": "a"}
            )
        )
        for day in ("2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"):
            vault.seal(Sealing("shop", "http://x/", b"same", day, "web/1", route="clear"))
        found = list(provenance(sightings(vault)))
    nodes = {one.uid: one for one in found if isinstance(one, Node)}
    edges = [one for one in found if isinstance(one, Edge)]
    assert sorted(node.label for node in nodes.values()) == [
        "Capture",
        "Capture",
        "Source",
        "Source",
    ]
    told = nodes[identity.capture(first.capture.sha256, "dream").uid].properties
    assert told["url"] == "a"
    assert told["captured_at"] == "2026-01-01T00:00:00Z"
    shop = next(one for one in edges if one.end.uid == identity.source("shop").uid)
    assert shop.properties["first_seen"] == "2026-01-02T00:00:00Z"
    assert shop.properties["last_seen"] == "2026-01-03T00:00:00Z"
