"""Dependencies are documented, licensed to fit, pinned with hashes, and keep to their own names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from importlib.machinery import PathFinder
from importlib.metadata import Distribution, PackageNotFoundError, distribution, distributions
from pathlib import Path
from sysconfig import get_paths
from typing import Any

import pytest
from packaging.requirements import Requirement

COPYLEFT = re.compile(r"(?<![L\w])A?GPL|(?:GNU|Affero) (?!Lesser|Library)(?:\w+ )*General Public")


def licence(found: Distribution) -> str:
    """What the package says of itself: expression, else classifiers, else its first line."""
    metadata = found.metadata
    if metadata.get("License-Expression"):
        return str(metadata["License-Expression"])
    first = str(metadata.get("License") or "").strip().split("\n")[0]
    classified = [
        line.rpartition(" :: ")[2].partition(" (")[0]
        for line in metadata.get_all("Classifier") or []
        if line.startswith("License :: ")
    ]
    if first and first != "UNKNOWN" and len(first) < 40 and "(c)" not in first:
        return first
    return ", ".join(classified) or first


def closure(requirements: Iterable[str]) -> Iterator[Distribution]:
    """Everything installed that these requirements need, themselves included."""
    waiting = [Requirement(text) for text in requirements]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        need = waiting.pop()
        mark = (canonical(need.name), frozenset(need.extras))
        if mark in seen:
            continue
        seen.add(mark)
        try:
            found = distribution(need.name)
        except PackageNotFoundError:
            continue  # a marker of its parent keeps it away from this platform
        yield found
        for text in found.requires or []:
            child = Requirement(text)
            extras = [{"extra": extra} for extra in need.extras] or [{"extra": ""}]
            if child.marker is None or any(child.marker.evaluate(extra) for extra in extras):
                waiting.append(child)


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def documented(root: Path) -> dict[str, tuple[str, str]]:
    """Package → why and licence, as the docs page has them."""
    text = (root / "docs" / "dependencies.md").read_text("utf-8")
    rows = re.findall(r"^\| ([^|]+?) \| ([^|]+?) \| ([^|]+?) \|$", text, re.MULTILINE)
    return {canonical(name): (why, terms) for name, why, terms in rows if name != "package"}


@pytest.fixture(scope="module")
def direct(pyproject: dict[str, Any]) -> dict[str, Requirement]:
    texts = [*pyproject["project"]["dependencies"], *pyproject["dependency-groups"]["dev"]]
    return {canonical(need.name): need for need in map(Requirement, texts)}


def test_every_direct_dependency_is_documented_with_its_licence(
    root: Path, direct: dict[str, Requirement]
) -> None:
    rows = documented(root)
    assert sorted(rows) == sorted(direct)
    for name, (why, terms) in rows.items():
        assert len(why) > 10
        assert terms == licence(distribution(name)), name


def test_nothing_that_runs_is_under_gpl_or_agpl(pyproject: dict[str, Any]) -> None:
    found = list(closure(pyproject["project"]["dependencies"]))
    assert len(found) > 40
    bad = {item.name: licence(item) for item in found if COPYLEFT.search(licence(item))}
    assert bad == {}


@pytest.mark.parametrize(
    ("terms", "refused"),
    [
        ("GPL-3.0-or-later", True),
        ("AGPLv3", True),
        ("GNU General Public License v3", True),
        ("GNU Affero General Public License v3", True),
        ("LGPLv3", False),
        ("GNU Lesser General Public License v3", False),
        ("Apache-2.0", False),
    ],
)
def test_the_licence_check_tells_gpl_from_lgpl(terms: str, *, refused: bool) -> None:
    assert bool(COPYLEFT.search(terms)) is refused


def test_no_dependency_brings_a_module_of_one_of_our_names(packages: list[str]) -> None:
    library = [get_paths()["purelib"], get_paths()["platlib"]]
    for name in packages:
        spec = PathFinder.find_spec(name, library)
        assert spec is None, f"{spec.origin if spec else ''} would hide or be hidden by {name}/"
    ours = re.compile(rf"(?:{'|'.join(packages)})(?:/|\.py$|\.[a-z0-9_-]+\.so$)")
    for found in distributions():
        if found.name == "spoor":
            continue
        taken = [str(file) for file in found.files or () if ours.match(str(file))]
        assert taken == [], found.name


def test_our_packages_are_the_ones_that_are_imported(packages: list[str], root: Path) -> None:
    for name in packages:
        spec = PathFinder.find_spec(name)
        assert spec is not None, f"{name} cannot be imported: run 'make setup'"
        assert Path(str(spec.origin)).resolve().parent == root / name


def pins(path: Path) -> dict[str, tuple[str, int]]:
    """Package → pinned version and how many hashes it has."""
    blocks = re.split(r"^(?=[A-Za-z0-9])", path.read_text("utf-8"), flags=re.MULTILINE)
    found = {}
    for block in filter(str.strip, blocks):
        match = re.match(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)", block)
        assert match, f"{path.name}: not pinned: {block.splitlines()[0]}"
        hashes = len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", block))
        found[canonical(match[1])] = (match[2], hashes)
    return found


@pytest.mark.parametrize(
    "name", ["build", "run", "dev", "servers-build", "servers-shop", "servers-forum"]
)
def test_every_requirement_is_pinned_with_hashes(root: Path, name: str) -> None:
    found = pins(root / "requirements" / f"{name}.txt")
    assert found
    assert [package for package, (_, hashes) in found.items() if not hashes] == []


def test_the_pins_cover_what_is_asked_for_and_agree(
    root: Path, pyproject: dict[str, Any], direct: dict[str, Requirement]
) -> None:
    run, dev = (pins(root / "requirements" / f"{name}.txt") for name in ("run", "dev"))
    asked = [Requirement(text) for text in pyproject["project"]["dependencies"]]
    assert {canonical(need.name) for need in asked} <= set(run)
    assert set(direct) <= set(dev)
    for name, (version, _) in run.items():
        assert dev[name][0] == version
    for name, need in direct.items():
        assert need.specifier.contains(dev[name][0]), name
