"""Vaults that were written before there were visits, and searches, by the code of that time."""

from __future__ import annotations

import sqlite3
import zipfile
from pathlib import Path

import pytest

from config.settings import Workspace
from model.errors import ConfigurationError
from vault.schema import HEAD
from vault.vault import Address, open_vault

MADE = Path(__file__).with_name("vault-0001.zip")
"""Two mandates, five captures in two files, documents, statements, a judgement; schema 0001."""
VISITED = MADE.with_name("vault-0002.zip")
"""A mandate, a page and a revisit of it, its document and statement, an open round; schema 0002."""


@pytest.fixture
def old(workspace: Workspace) -> Workspace:
    with zipfile.ZipFile(MADE) as packed:
        packed.extractall(workspace.vault)
    return workspace


def revision(workspace: Workspace) -> str:
    base = sqlite3.connect(workspace.vault / "vault.db")
    [(found,)] = base.execute("SELECT version_num FROM alembic_version").fetchall()
    base.close()
    return str(found)


def test_an_old_vault_is_brought_up_to_date_and_is_whole(old: Workspace, make) -> None:
    assert revision(old) == "0001"
    with open_vault(old, who="jan@desk") as vault:
        assert not list(vault.verify())
        upgrade = list(vault.custody())[-1]
        assert (upgrade.action, upgrade.who) == ("schema upgraded", "jan@desk")
        assert upgrade.details == {"from": "0001", "to": HEAD}
        captures = list(vault.captures())
        assert [one.refers_to for one in captures] == [None] * 5
        assert [len(vault.payload(one)) for one in captures] == [one.size for one in captures]
        assert len(list(vault.documents())) == len(list(vault.statements())) == 6
        assert vault.mandates()[1] == make.mandate(legal_basis="§ 1")
        vault.add_mandate(make.mandate(legal_basis="§ 1"))
        assert vault.get("a") == {"b": 1}
    assert revision(old) == HEAD
    with open_vault(old) as vault:
        assert list(vault.custody())[-1] == upgrade


def test_an_old_vault_is_written_on(old: Workspace, make) -> None:
    with open_vault(old) as vault:
        first = next(vault.captures())
        again = vault.seal(make.fetched(b"", url=first.url, status=304, revisit=first)).capture
        assert vault.payload(again) == vault.payload(first)
        frontier = vault.frontier("market")
        frontier.begin("m1", "2026-01-03T00:00:00Z")
        assert frontier.add([Address(first.url)]) == 1
        assert not list(vault.verify())


def test_an_old_vault_is_not_read_before_that(old: Workspace) -> None:
    with pytest.raises(ConfigurationError, match="older schema 0001"):
        open_vault(old, write=False)


def test_a_round_begun_before_there_were_searches_goes_on(workspace: Workspace) -> None:
    with zipfile.ZipFile(VISITED) as packed:
        packed.extractall(workspace.vault)
    assert revision(workspace) == "0002"
    with open_vault(workspace) as vault:
        assert not list(vault.verify())
        assert list(vault.custody())[-1].details == {"from": "0002", "to": HEAD}
        frontier = vault.frontier("market")
        assert frontier.counts() == {"waiting": 1, "read": 1}
        assert [one.url for one in frontier.take(9, "2026-01-03T00:00:00Z")] == [
            "http://market.onion/2"
        ]
        store = vault.searches("market")
        assert list(store.searches()) == []
        assert store.plan() == ()
        store.asked(1, "ivory", "2026-01-03T00:00:00Z", 3, 1)
        assert [one.planned.term for one in store.searches()] == ["ivory"]
