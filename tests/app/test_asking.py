"""What `spoor collect` makes of interfaces: which are read unasked, and what would be asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.collecting import collect_sources
from app.sources import source_rows
from config.settings import Workspace
from model.clock import iso, system_clock
from model.evidence import Mandate
from vault.vault import open_vault

FILE = """\
name: {name}
engine: {engine}
route: clear
allow_private: true
start: ["http://127.0.0.1:9/"]
ask: {ask}
"""


@pytest.fixture
def ready(workspace: Workspace) -> Workspace:
    workspace.sources.mkdir(exist_ok=True)
    mandate = Mandate(
        id="m1",
        authority="Test",
        purpose="test",
        sources=("reef", "quiet", "tubes"),
        valid_from="2025-01-01T00:00:00Z",
        valid_until="9999",
    )
    with open_vault(workspace) as vault:
        vault.add_mandate(mandate)
    return workspace


def source(workspace: Workspace, name: str, engine: str, ask: str, more: str = "") -> Path:
    file = workspace.sources / f"{name}.yml"
    file.write_text(FILE.format(name=name, engine=engine, ask=ask) + more, "utf-8")
    return file


def test_an_interface_is_read_unasked_only_where_its_file_asks_for_anything(
    ready: Workspace,
) -> None:
    source(ready, "reef", "mastodon", "{words: [ivory]}")
    source(ready, "quiet", "mastodon", "{}")
    with open_vault(ready) as vault:
        planned = collect_sources(ready, vault, [], dry_run=True)
        assert [one.row["source"] for one in planned] == ["reef"]
        (told,) = collect_sources(ready, vault, ["quiet"], dry_run=True)
    assert told.failed
    assert "names nothing to ask for" in told.sentence


def test_a_dry_run_tells_terms_addresses_and_what_the_quota_has_left(ready: Workspace) -> None:
    quota = "interface: {quota: {units: {search: 100}}}\n"
    source(ready, "tubes", "youtube", "{words: [ivory, tusk], accounts: ['@a']}", quota)
    with open_vault(ready) as vault:
        today = iso(system_clock())[:10]
        vault.keep_cursor("tubes", "quota", {"day": today, "used": {"search": 7}})
        (told,) = collect_sources(ready, vault, ["tubes"], dry_run=True)
    assert told.row["terms"] == ["ivory", "tusk"]
    assert told.row["addresses"] >= 3
    assert told.row["quota"] == {"search": "7 of 100"}
    assert "for 2 terms" in told.sentence
    rows = {row["source"]: row for row in source_rows(ready)}
    assert rows["tubes"]["quota"] == {"search": "7 of 100"}


def test_keys_that_are_not_there_are_that_source_s_failure(ready: Workspace) -> None:
    access = "interface: {access: {kind: token}}\n"
    source(ready, "tubes", "youtube", "{words: [ivory]}", access)
    with open_vault(ready) as vault:
        (told,) = collect_sources(ready, vault, ["tubes"])
    assert told.failed
    assert told.row["reason"] == "token-missing"
