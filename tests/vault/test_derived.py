from __future__ import annotations

import pytest

from model.findings import Run
from vault.vault import Vault


def test_a_run_replaces_the_last_of_its_kind(vault: Vault) -> None:
    first, second = (Run(f"{n}", "resolve", "inputs", {"cap": n}, "2026") for n in (1, 2))
    other = Run("9", "networks", "inputs", {}, "2026")
    found = [("actor", f"a{n}", {"accounts": ["x", "\ud800"]}) for n in range(2_500)]
    vault.save_run(first, iter(found))
    vault.save_run(other, [("network", "n", {})])
    assert vault.latest_run("resolve") == first
    assert list(vault.findings("resolve")) == found
    vault.save_run(second, [("match", "m", {}), ("actor", "a", {"accounts": []})])
    assert vault.latest_run("resolve") == second
    assert list(vault.findings("resolve", "actor")) == [("actor", "a", {"accounts": []})]
    assert list(vault.findings("networks")) == [("network", "n", {})]
    assert vault.latest_run("nothing") is None


def test_a_run_that_fails_leaves_the_last_one(vault: Vault) -> None:
    run = Run("1", "resolve", "inputs", {}, "2026")
    vault.save_run(run, [("actor", "a", {})])

    def failing():
        yield "actor", "b", {}
        raise RuntimeError("resolution broke")

    with pytest.raises(RuntimeError):
        vault.save_run(Run("2", "resolve", "inputs", {}, "2026"), failing())
    assert vault.latest_run("resolve") == run
    assert list(vault.findings("resolve")) == [("actor", "a", {})]


def test_small_state_is_kept(vault: Vault) -> None:
    assert vault.get("graph") is None
    vault.put("graph", {"digest": "x", "rows": [1, 2]})
    vault.put("graph", {"digest": "y"})
    assert vault.get("graph") == {"digest": "y"}
    vault.put("\ud800", "\ud800")
    assert vault.get("\ud800") == "\ud800"
