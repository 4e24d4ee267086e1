"""The commands on Tor, against a real one and against none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import cli
from app.rehearsal.private_tor import PrivateTor


@pytest.fixture
def folder(tmp_path: Path, private_tor: PrivateTor) -> Path:
    (tmp_path / "spoor.toml").write_text(
        f'[tor]\nsocks = "{private_tor.settings.socks}"\n'
        f'control = "{private_tor.settings.control}"\n',
        encoding="utf-8",
    )
    return tmp_path


def run(*words: str, folder: Path) -> tuple[int, str, str]:
    ran = CliRunner().invoke(cli, ["tor", *words, "--workspace", str(folder)])
    return ran.exit_code, ran.stdout, ran.stderr


def test_a_connected_tor_says_so(folder: Path) -> None:
    code, out, _ = run("status", "--json", folder=folder)
    assert code == 0
    assert json.loads(out)["bootstrap"] == 100


def test_without_tor_the_reason_and_the_remedy_are_told(tmp_path: Path) -> None:
    (tmp_path / "spoor.toml").write_text(
        '[tor]\nsocks = "127.0.0.1:9"\ncontrol = "127.0.0.1:9"\n', encoding="utf-8"
    )
    code, out, err = run("status", "--json", folder=tmp_path)
    assert code == 1
    assert json.loads(out)["reason"] == "tor-not-running"
    assert "start" in err


def test_circuits_are_listed_and_new_ones_asked_for(folder: Path) -> None:
    code, out, _ = run("circuits", "--json", folder=folder)
    assert code == 0
    assert all({"id", "status", "relays"} <= json.loads(line).keys() for line in out.splitlines())
    code, _, err = run("identity", folder=folder)
    assert code == 0
    assert "new circuits" in err
