"""What the tests of the project itself share: its root, its tracked files, its packages."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def root() -> Path:
    return Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def pyproject(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))


@pytest.fixture(scope="session")
def packages(pyproject: dict[str, Any]) -> list[str]:
    """The top-level names that this project owns."""
    return list(pyproject["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])


@pytest.fixture(scope="session")
def tracked(root: Path) -> tuple[Path, ...]:
    """Files that git knows; skips where this is no git checkout."""
    answer = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z"], capture_output=True, check=False
    )
    if answer.returncode:
        pytest.skip("not a git checkout: the list of tracked files is not known")
    names = answer.stdout.decode().split("\0")
    return tuple(root / name for name in names if name and (root / name).is_file())
