"""A real shop and a real forum, each started once, with what their databases say of themselves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

NOT_INSTALLED = 3


@dataclass(frozen=True, slots=True)
class Served:
    """A running site: its address, its process, and where its database's word is written."""

    url: str
    pid: int
    file: Path

    @property
    def truth(self) -> dict[str, Any]:
        """What a guest may see there now, from the site's database."""
        found: dict[str, Any] = json.loads(self.file.read_text("utf-8"))
        return found

    def change(self) -> None:
        """A day of changes goes by at the site; returns once they are made."""
        before, end = self.file.stat().st_ino, time.monotonic() + 120
        os.kill(self.pid, signal.SIGUSR1)
        while self.file.stat().st_ino == before:
            assert time.monotonic() < end, "the site did not change"
            time.sleep(0.05)

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 80


@contextmanager
def served(name: str, folder: Path) -> Iterator[Served]:
    """The site, running; skips, saying why, where something it needs is not installed."""
    truth = folder / f"{name}.json"
    with subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("start.py")), name, "--truth", str(truth)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as server:  # fmt: skip
        assert server.stdout
        assert server.stderr
        said: list[str] = []
        listener = threading.Thread(target=said.extend, args=(server.stderr,))
        listener.start()
        try:
            address = server.stdout.readline().strip()
            if not address:
                server.wait()
                listener.join()
                reason = "".join(said).strip()
                if server.returncode == NOT_INSTALLED:
                    pytest.skip(reason)
                pytest.fail(f"the {name} did not start: {reason[-2000:]}")
            yield Served(address, server.pid, truth)
        finally:
            _close(server)
            listener.join()


def _close(server: subprocess.Popen[str]) -> None:
    """The server ends with its input."""
    assert server.stdin
    server.stdin.close()
    server.wait(60)


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """django-oscar on loopback."""
    with served("shop", tmp_path_factory.mktemp("shop")) as running:
        yield running


@pytest.fixture(scope="session")
def forum(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Misago on loopback."""
    with served("forum", tmp_path_factory.mktemp("forum")) as running:
        yield running
