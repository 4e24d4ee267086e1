"""An export of Telegram Desktop as an officer hands it in: sealed whole, read, told from others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from collectors.imports import import_paths
from config.settings import load_workspace
from config.sources import Source
from vault.vault import Vault, open_vault

from .telegram_export import write_export
from .test_telegram import PAGE


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "spoor.toml").write_text('material = "real"\n', encoding="utf-8")
    with open_vault(load_workspace(folder)) as opened:
        yield opened


def test_a_folder_as_telegram_desktop_leaves_it(vault: Vault, tmp_path: Path) -> None:
    folder = tmp_path / "ChatExport_2026-11-20"
    (folder / "photos").mkdir(parents=True)
    expected = write_export(folder / "result.json", 400)
    (folder / "messages.html").write_text(PAGE, encoding="utf-8")
    report = import_paths(vault, [folder], source=Source(name="seized", timezone="Europe/Berlin"))
    assert not report.has_errors
    captures = {str(one.reading["format"]): one for one in vault.captures()}
    assert set(captures) == {"telegram", "telegram-html"}
    assert vault.payload(captures["telegram"]) == (folder / "result.json").read_bytes()
    found = [one for one in vault.documents() if one.kind == "message"]
    assert len(found) == expected + 3
    assert {one.platform for one in vault.documents()} == {"telegram"}
    again = import_paths(vault, [folder], source=Source(name="seized", timezone="Europe/Berlin"))
    assert (again.captures_new, again.documents) == (0, 0)


def test_the_word_of_the_command_is_heeded(vault: Vault, tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    write_export(path, 10)
    report = import_paths(vault, [path], source="seized", format="telegram")
    assert report.documents == 11
