"""Fixtures every test may use: the shared real data, a fixed clock, a workspace on disk."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from app.rehearsal.private_tor import PrivateTor, tor_is_installed
from app.rehearsal.private_tor import private_tor as start_private_tor
from config.settings import Workspace, load_workspace

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

settings.register_profile("spoor", deadline=None)  # no test depends on how busy the machine is
settings.load_profile("spoor")

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--sources", metavar="DIR", help="source files that must keep the standard too"
    )


_TOGETHER = {
    "tests/collectors/tor/": "tor",
    "tests/app/test_cli_tor.py": "tor",
    "tests/app/rehearsal/test_private_tor.py": "tor",
    "tests/graph/export/test_engines.py": "engines",
    "tests/graph/test_conformance.py": "engines",
    "tests/graph/test_cypher.py": "engines",
    "tests/graph/test_load.py": "engines",
    "tests/graph/test_questions.py": "engines",
    "tests/servers/test_complete.py": "shop and forum",
    "tests/servers/test_misago.py": "shop and forum",
    "tests/servers/test_oscar_interface.py": "shop and forum",
}
"""Files that one process runs, one after the other, for what they share is started once."""

_LONG = (
    "tests/app/test_cli.py",
    "tests/servers/",
    "tests/collectors/tor/",
    "tests/graph/",
    "tests/collectors/web/",
)
"""What takes longest begins first."""


class ByServer(LoadFileScheduling):
    """Gives whole files to the processes, and files that share a server to the same one."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        shared = (group for start, group in _TOGETHER.items() if file.startswith(start))
        return next(shared, file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByServer:
    config.option.loadscopereorder = False
    return ByServer(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def rank(item: pytest.Item) -> int:
        return next((n for n, start in enumerate(_LONG) if item.nodeid.startswith(start)), 9)

    items.sort(key=rank)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real public data beside the checkout; skips where it is absent."""
    folder = Path(os.environ.get("SPOOR_SHARED", ROOT.parent / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip(f"no shared test data at {folder}; set SPOOR_SHARED to its parent")
    return folder


@pytest.fixture(scope="session")
def private_tor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateTor]:
    """A Tor network of our own on loopback, one for all tests: none may end its nodes.

    Its start takes about 12 s. Tests that kill something start a network themselves.
    """
    if not tor_is_installed():
        pytest.skip("no tor is installed; scripts/system-packages.sh installs it")
    with start_private_tor(tmp_path_factory.mktemp("private-tor")) as network:
        yield network


class Ticking:
    """A clock that starts at a fixed moment and goes on one second a call."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def clock() -> Ticking:
    return Ticking()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty workspace for real material."""
    root = tmp_path / "workspace"
    for folder in ("sources", "vault", "graph", "exports"):
        (root / folder).mkdir(parents=True)
    (root / "spoor.toml").write_text('name = "test"\nmaterial = "real"\n', encoding="utf-8")
    return load_workspace(root)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _insisting((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _insisting((yield))


def _insisting(report: Report) -> Report:
    """In CI everything that tests need must be there: what would be skipped has failed."""
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"in CI nothing may be skipped: {reason}"
    return report
