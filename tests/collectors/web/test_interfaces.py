"""An interface read by the engine of rounds, over a real server with cursors, limits and errors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from config.settings import Settings, Workspace
from model.evidence import Mandate
from vault.vault import Vault, open_vault

from .conftest import Site
from .paged import Network, network_source, put_in, take_out
from .rooms import Room, Timeline


@pytest.fixture
def room(workspace: Workspace, settings: Settings, mandate: Mandate) -> Iterator[Room]:
    put_in()
    time = Timeline()
    with open_vault(workspace, clock=time) as vault:
        yield Room(vault, settings, mandate, time)
    take_out()


@pytest.fixture
def network(site: Site) -> Network:
    found = Network()
    site.before = found.answer
    return found


def ids(vault: Vault) -> Counter[str]:
    return Counter(document.native_id for document in vault.documents())


def test_every_page_thread_and_account_is_read_to_its_end(
    site: Site, network: Network, room: Room
) -> None:
    network.fill(400, replies=7)
    report = room.collect(network_source(site))
    assert report.finished
    assert not report.failures
    assert not report.traps
    assert set(ids(room.vault)) == network.records
    assert max(Counter(network.asked).values()) == 1
    assert "/robots.txt" not in network.asked
