"""``spoor import`` of what people hand in: who saved it is asked for, kept and shown."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from app.importing import import_material
from app.workspaces import make_workspace
from collectors.imports.saving import Saving
from config.settings import Workspace
from model.errors import ConfigurationError
from model.progress import silent
from vault.vault import open_vault

SPOOR = Path(sys.executable).with_name("spoor")
CHAT = "13/02/24, 20:03 - Ali: tusk\n13/02/24, 20:04 - +44 7700 900123: price?\n"
TOLD = Saving("A. Officer", "2026-11-20T00:00:00Z", "export on the phone")
OPTIONS = ["--saved-by", "A. Officer", "--saved-at", "2026-11-20", "--saved-how", "on the phone"]


def spoor(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SPOOR_WORKSPACE": str(folder)}
    return subprocess.run(
        [SPOOR, *words], env=environment, text=True, capture_output=True, check=False, stdin=-3
    )


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    path = tmp_path / "WhatsApp Chat with Traders.txt"
    path.write_text(CHAT, "utf-8")
    return path


def handed(workspace: Workspace, path: Path, saving: Saving = TOLD) -> int:
    with open_vault(workspace) as vault:
        done = import_material(
            workspace,
            vault,
            [path],
            "case",
            format_=None,
            map_=None,
            progress=silent,
            saving=saving,
        )
    return int(str(done.counts["documents"]))


def test_who_saved_it_must_be_told(workspace: Workspace, chat: Path, tmp_path: Path) -> None:
    packed = tmp_path / "saved.zip"
    with zipfile.ZipFile(packed, "w") as opened:
        opened.writestr("deep/print.pdf", b"%PDF-1.4")
    for path in (chat, packed, chat.parent):
        with pytest.raises(ConfigurationError, match="must be told") as caught:
            handed(workspace, path, Saving(by="A. Officer"))
        assert "--saved-at … --saved-how …" in str(caught.value)
    with open_vault(workspace) as vault:
        assert not list(vault.captures())
    assert handed(workspace, chat) == 3


def test_tables_and_pages_go_in_without(workspace: Workspace, tmp_path: Path) -> None:
    table = tmp_path / "rows.jsonl"
    table.write_text('{"platform": "x", "listing_id": "1"}\n', "utf-8")
    assert handed(workspace, table, Saving()) == 1


def test_the_command_keeps_and_shows_it(tmp_path: Path, chat: Path) -> None:
    folder = tmp_path / "w"
    make_workspace(folder)
    refused = spoor(folder, "import", str(chat), "--source", "case")
    assert refused.returncode == 2
    assert "--saved-by" in refused.stderr
    done = spoor(folder, "import", str(chat), "--source", "case", "--json", *OPTIONS)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["documents"] == 3
    shown = spoor(folder, "vault", "show", "1", "--json")
    reading = json.loads(shown.stdout)["reading"]
    wanted = {"by": "A. Officer", "at": "2026-11-20T00:00:00Z", "how": "on the phone"}
    assert reading["saved"] == wanted
    log = [
        json.loads(line) for line in spoor(folder, "vault", "custody", "--json").stdout.splitlines()
    ]
    assert [one["details"]["saved"] for one in log if one["action"] == "imported"] == [wanted]


def test_on_a_terminal_it_is_asked_for(tmp_path: Path, chat: Path) -> None:
    folder = tmp_path / "w"
    make_workspace(folder)
    ours, theirs = pty.openpty()
    os.write(ours, b"A. Officer\n2026-11-20T08:00\non the phone\nAsia/Bangkok\n")
    done = subprocess.run(
        [SPOOR, "import", str(chat), "--source", "case", "--json"],
        env={**os.environ, "SPOOR_WORKSPACE": str(folder)},
        stdin=theirs,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    os.close(theirs)
    os.close(ours)
    assert done.returncode == 0, done.stderr
    assert "Saved by" in done.stderr
    shown = spoor(folder, "vault", "show", "1", "--json")
    capture = json.loads(shown.stdout)
    assert capture["reading"]["saved"]["at"] == "2026-11-20T01:00:00Z"
    assert capture["reading"]["timezone"] == "Asia/Bangkok"
