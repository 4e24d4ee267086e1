"""Nothing in the project ties it to the machine or the network it was made on."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

FORBIDDEN = {
    "a path of one machine": r"(?<![\w.])/(?:work|farm|root|home/[a-z]\w*)/",
    "an index address": r"--(?:extra-)?index-" + r"url|index-" + r"url\s*=",
    "a package registry": r"(?:pypi|pythonhosted|npmjs|crates|maven(?:\.apache)?)"
    r"\.(?:org|io)",
    "a resolved address": r'"resolved"' + r"\s*:\s*\"http",
}
BINARY = {".png", ".pdf", ".zip", ".gz", ".xlsx"}


def found_in(text: str) -> list[str]:
    return [name for name, pattern in FORBIDDEN.items() if re.search(pattern, text)]


def test_no_machine_path_registry_or_index_stands_in_a_tracked_file(
    tracked: tuple[Path, ...], root: Path
) -> None:
    bad = {}
    for path in tracked:
        if path.suffix in BINARY or path == Path(__file__).resolve():
            continue
        if found := found_in(path.read_text("utf-8", "replace")):
            bad[str(path.relative_to(root))] = found
    assert bad == {}


@pytest.mark.parametrize(
    "text",
    [
        "cd /work/" + "main",
        "/home/" + "anna/spoor",
        "--index-" + "url=x",
        "https://pypi" + ".org/simple",
        '"resolved": ' + '"https://x"',
    ],
)
def test_the_check_finds_what_it_looks_for(text: str) -> None:
    assert found_in(text)


@pytest.mark.parametrize("text", ["/workspace/vault", "network/work/flow", "./root/x"])
def test_the_check_leaves_other_text_alone(text: str) -> None:
    assert found_in(text) == []


@pytest.mark.parametrize(
    "name",
    ["LICENSE", "NOTICE", "README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/dependencies.md"],
)
def test_what_a_public_project_needs_is_there(root: Path, name: str) -> None:
    assert (root / name).is_file()


def test_the_licence_is_apache_2(root: Path) -> None:
    text = (root / "LICENSE").read_text("utf-8")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text


@pytest.mark.parametrize("name", [".ci/run", "scripts/setup.sh", "scripts/system-packages.sh"])
def test_scripts_can_be_run(root: Path, name: str) -> None:
    text = (root / name).read_text("utf-8")
    assert os.access(root / name, os.X_OK)
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in text


def test_pages_that_people_write_stay_short(tracked: tuple[Path, ...], root: Path) -> None:
    for path in tracked:
        lines = path.read_text("utf-8").splitlines() if path.suffix == ".md" else []
        made = any(line.startswith("Made from ") for line in lines[:4])
        assert made or len(lines) < 500, path.relative_to(root)
