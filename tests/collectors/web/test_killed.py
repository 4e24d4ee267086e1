"""A run that is killed at any moment: nothing is lost, nothing is double, and it goes on."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from config.settings import Workspace, load_workspace
from config.sources import Source
from model.evidence import Mandate
from vault.vault import Vault, open_vault

from .conftest import Site, listing, results, source

CHILD = Path(__file__).with_name("collect_child.py")
ROOT = Path(__file__).resolve().parents[3]
KILLS = int(os.environ.get("SPOOR_KILLS", "10"))
PAGES = 25 * KILLS


@pytest.fixture
def ready(workspace: Workspace, mandate: Mandate) -> Workspace:
    """A workspace with a mandate in force now, and settings without a delay."""
    text = "[collection]\ndelay_seconds = 0\ntimeout_seconds = 20\n"
    file = workspace.root / "spoor.toml"
    file.write_text(file.read_text("utf-8") + text, encoding="utf-8")
    with open_vault(workspace) as vault:
        vault.add_mandate(replace(mandate, valid_from="2025-01-01T00:00:00Z", valid_until="9999"))
    return load_workspace(workspace.root)


def start(workspace: Workspace, file: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(CHILD), str(workspace.root), str(file), *more],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def killed(workspace: Workspace, file: Path, chance: random.Random) -> int:
    """Let it read some pages, then kill it; how many it had told of."""
    with start(workspace, file) as child:
        assert child.stdout is not None
        wanted, told = chance.randrange(1, PAGES // KILLS), 0
        while told < wanted and child.stdout.read(1) == ".":
            told += 1
        time.sleep(chance.random() * 0.05)
        child.kill()
    return told


def sealed(vault: Vault) -> Counter[str]:
    return Counter(capture.url for capture in vault.captures() if "html" in str(capture.reading))


def saved(found: Source, folder: Path) -> Path:
    file = folder / "source.json"
    file.write_text(found.model_dump_json(by_alias=True, exclude_defaults=True), "utf-8")
    return file


def finish(workspace: Workspace, file: Path) -> None:
    with start(workspace, file) as child:
        said, _ = child.communicate(timeout=300)
    assert said.endswith("finished\n"), said


@pytest.mark.parametrize("step", ["sealed", "read", "answered", "states", "followed", "handed-out"])
def test_killed_between_any_two_steps_of_a_page(
    step: str, site: Site, ready: Workspace, tmp_path: Path
) -> None:
    """What belongs to a page is there as a whole or not at all, whichever step was the last."""
    site.pages["/"] = results("/i/1", "/i/2")
    site.pages |= {f"/i/{number}": listing(number, f"/i/{number + 2}") for number in range(1, 7)}
    site.pages |= {f"/i/{number}": listing(number) for number in (7, 8)}
    file = saved(source(site), tmp_path)
    with start(ready, file, f"{step}:4") as child:
        child.communicate(timeout=300)
    assert child.returncode == -signal.SIGKILL
    finish(ready, file)
    with open_vault(ready) as vault:
        assert sealed(vault) == Counter({site.url + path: 1 for path in site.pages})
        titles = sorted(document.fields["title"] for document in vault.documents())
        assert titles == [f"Item {number}" for number in range(1, 9)]
        assert vault.rounds("bazaar")[-1].pages == len(site.pages)
        assert list(vault.verify()) == []


def test_killed_at_random_moments_and_gone_on(site: Site, ready: Workspace, tmp_path: Path) -> None:
    for number in range(1, PAGES):
        links = {2 * number, 2 * number + 1, number // 2, number * 7 % PAGES or 1}
        paths = [f"/i/{link}" for link in sorted(links) if 0 < link < PAGES]
        site.pages[f"/i/{number}"] = listing(number, *paths)
    site.pages["/"] = results("/i/1")
    file = saved(source(site, pace={"concurrency": 8}), tmp_path)

    chance, acknowledged = random.Random(KILLS), 0
    for _ in range(KILLS):
        acknowledged += killed(ready, file, chance)
        with open_vault(ready) as vault:
            assert sum(sealed(vault).values()) >= acknowledged, "what was acknowledged is there"
    finish(ready, file)

    with open_vault(ready) as vault:
        pages = sealed(vault)
        assert set(pages.values()) == {1}, "no page is sealed twice"
        assert set(pages) == {site.url + path for path in site.pages}, "none is forgotten"
        assert {document.native_id for document in vault.documents()} == {
            str(number) for number in range(1, PAGES)
        }
        assert [one.outcome for one in vault.rounds("bazaar")] == ["finished"]
        assert list(vault.verify()) == []
    asked_twice = {path for path, times in Counter(site.asked).items() if times > 1}
    assert len(asked_twice) <= 8 * 2 * KILLS + 1, "only what was under way is asked for again"
