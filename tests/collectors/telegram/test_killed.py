"""A run that is killed at any request has lost nothing, and the next one asks nothing twice."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from config.settings import load_workspace
from vault.vault import open_vault

from .conftest import MANDATE, Now, a_source, one_run
from .world import a_world

CHILD = Path(__file__).parent / "killed_child.py"


@pytest.mark.parametrize("requests", [1, 4])
def test_killed_in_mid_request(tmp_path: Path, requests: int) -> None:
    (tmp_path / "spoor.toml").write_text('material = "real"\n', encoding="utf-8")
    now = Now()
    with open_vault(load_workspace(tmp_path), clock=now) as vault:
        vault.add_mandate(MANDATE)
    ended = subprocess.run(
        [sys.executable, str(CHILD), str(tmp_path), str(requests)],
        check=False,
        capture_output=True,
        timeout=120,
    )
    assert ended.returncode == -9, ended.stderr.decode()
    world = a_world()
    with open_vault(load_workspace(tmp_path), clock=now) as vault:
        sealed = [capture.url for capture in vault.captures()]
        assert len(sealed) == requests
        assert one_run(vault, now, world, a_source()).finished
        found = Counter(one.native_id for one in vault.documents() if one.kind == "message")
        assert (len(found), max(found.values())) == (250, 1)
        assert list(vault.verify()) == []
    assert len(world.asked) == 5 - requests
