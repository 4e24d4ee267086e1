"""Setting up does its work once, and says what is wrong instead of guessing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

RECORDER = """#!/usr/bin/env bash
echo "$*" >> "$(dirname "$0")/calls"
case "$*" in *"-e ."*) printf '#!/bin/sh\\n' > "$(dirname "$0")/spoor"
  chmod +x "$(dirname "$0")/spoor" ;; esac
"""


@pytest.fixture
def checkout(root: Path, tmp_path: Path) -> Path:
    """A checkout whose environment is a recorder of what would be installed."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(root / "scripts" / "setup.sh", tmp_path / "scripts")
    shutil.copy(root / "pyproject.toml", tmp_path)
    shutil.copytree(root / "requirements", tmp_path / "requirements")
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(RECORDER, encoding="utf-8")
    python.chmod(0o755)
    return tmp_path


def setup(checkout: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", checkout / "scripts" / "setup.sh", *words],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def installs(checkout: Path) -> list[str]:
    calls = checkout / ".venv" / "bin" / "calls"
    lines = calls.read_text("utf-8").splitlines() if calls.exists() else []
    calls.unlink(missing_ok=True)
    return [line for line in lines if "pip install" in line]


def test_everything_is_installed_by_hash_and_only_once(checkout: Path) -> None:
    assert setup(checkout, "run").returncode == 0
    build, run, own = installs(checkout)
    assert "--require-hashes -r requirements/build.txt" in build
    assert "--require-hashes" in run
    assert "-r requirements/run.txt" in run
    assert "--no-deps -e ." in own
    assert setup(checkout, "run").returncode == 0
    assert installs(checkout) == []


def test_an_environment_for_developers_runs_too(checkout: Path) -> None:
    setup(checkout, "dev")
    installs(checkout)
    setup(checkout, "run")
    assert installs(checkout) == []


def test_an_environment_for_running_is_not_enough_for_developers(checkout: Path) -> None:
    setup(checkout, "run")
    installs(checkout)
    setup(checkout, "dev")
    assert len(installs(checkout)) == 3


def test_a_changed_requirement_is_installed(checkout: Path) -> None:
    setup(checkout, "dev")
    installs(checkout)
    with (checkout / "requirements" / "dev.txt").open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    setup(checkout, "dev")
    assert len(installs(checkout)) == 3


@pytest.mark.parametrize("words", [(), ("everything",)])
def test_wrong_usage_is_said(checkout: Path, words: tuple[str, ...]) -> None:
    answer = setup(checkout, *words)
    assert answer.returncode == 2
    assert "usage" in answer.stderr


def test_the_system_script_leaves_what_is_there(root: Path, tmp_path: Path) -> None:
    script = root / "scripts" / "system-packages.sh"
    wanted = re.findall(r"\[([^\]\s]+)\]=", script.read_text("utf-8"))
    programs = [name for name in wanted if "/" not in name]
    for name in (*programs, "apt-get"):
        program = tmp_path / name
        marker = f'#!/bin/sh\necho "$@" >> {tmp_path}/{name}.calls\n'
        program.write_text(marker, encoding="utf-8")
        program.chmod(0o755)
    answer = subprocess.run(
        ["bash", script],
        capture_output=True, text=True, check=False,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    assert len(programs) >= 6
    for name in wanted:
        assert f"{name} is there" in answer.stdout
    assert not (tmp_path / "apt-get.calls").exists()


def test_make_says_what_it_can_do(root: Path) -> None:
    answer = subprocess.run(
        ["make", "-s", "help"], capture_output=True, text=True, check=False, cwd=root
    )
    for target in ("setup", "demo", "test", "check", "bench", "docs", "lock", "clean"):
        assert f"make {target}" in answer.stdout
