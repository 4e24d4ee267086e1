"""10,000 hostile answers: no crash, no hang, no file elsewhere, no request that was not allowed.

4,000 are whole HTTP answers over a bare socket, 5,500 bodies are read as pages, 500 pages are
collected into a vault. Every connection, look-up, file and child process is seen by an audit hook.
"""

from __future__ import annotations

import os
import random
import socket
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from collectors.reading import page_rows, read_page
from collectors.web import CollectReport, collect_source
from collectors.web.addresses import normal
from collectors.web.failures import FAILURES
from collectors.web.network import Fetcher
from config.settings import CollectionSettings, Settings, Workspace
from config.sources import Source, load_source
from model.errors import CollectionError, PolicyRefusal, SpoorError
from model.evidence import Mandate
from vault.vault import Vault, open_vault

from .hostile import body, http_answer, link
from .misbehaving import WAYS, Misbehaving, Peer, Way, misbehaving

SEED = 20261122
LIMITS = CollectionSettings(
    delay_seconds=0, timeout_seconds=1.0, max_bytes=400_000, max_ratio=50, max_headers=60
)
SETTINGS = Settings(collection=LIMITS)
THREADS = 12


@dataclass(slots=True)
class Watch:
    """What was done while it was on, beyond what is allowed."""

    on: bool = False
    port: int = 0
    folder: str = ""
    trespasses: list[str] = field(default_factory=list)

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.on:
            return
        if event == "socket.connect":
            if arguments[1] != ("127.0.0.1", self.port):
                self.trespasses.append(f"connected to {arguments[1]}")
        elif event in ("socket.sendto", "subprocess.Popen", "os.system", "os.exec", "os.fork"):
            self.trespasses.append(f"{event} {arguments}")
        elif event == "open":
            self._opened(arguments)
        elif event in ("os.mkdir", "os.remove", "os.rename", "os.link", "os.symlink"):
            self._written(str(arguments[0]))

    def _opened(self, arguments: tuple[object, ...]) -> None:
        path, _, flags = arguments
        writes = os.O_WRONLY | os.O_RDWR | os.O_CREAT
        if isinstance(path, str | bytes | Path) and isinstance(flags, int) and flags & writes:
            self._written(os.fsdecode(path))

    def _written(self, path: str) -> None:
        if path != os.devnull and not Path(path).absolute().is_relative_to(self.folder):
            self.trespasses.append(f"wrote {path}")


@pytest.fixture(scope="module")
def hook() -> Watch:
    """One for all tests: a hook can not be taken away again, only told to look elsewhere."""
    found = Watch()
    sys.addaudithook(found)
    return found


@contextmanager
def watched(hook: Watch, server: Misbehaving, folder: Path) -> Iterator[Watch]:
    hook.port, hook.folder, hook.trespasses = server.port, str(folder), []
    hook.on = True
    try:
        yield hook
    finally:
        hook.on = False
    assert hook.trespasses == []


@pytest.fixture
def enemy(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A resolver in the enemy's hands: every name is one of our own machines, now this one, now
    that, or an address of the open net with one of ours behind it. Nothing is ever looked up.
    """
    asked: list[str] = []
    dice = random.Random(SEED)
    real = socket.getaddrinfo

    def look_up(host: str, port: int, *rest: object, **more: object) -> list[object]:
        if host == "127.0.0.1":
            return real(host, port, *rest, **more)  # type: ignore[arg-type,return-value]
        asked.append(host)
        answers = (
            ["127.0.0.1"],
            ["::1"],
            ["::ffff:127.0.0.1"],
            ["10.0.0.1"],
            ["fe80::1%1"],
            ["8.8.8.8", "127.0.0.1"],
            ["2606:4700::1111", "169.254.169.254"],
        )
        kind = socket.SOCK_STREAM
        return [(0, kind, 6, "", (address, port)) for address in dice.choice(answers)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


def fetcher(server: Misbehaving, *, allow_private: bool) -> Fetcher:
    source = {
        "name": "bazaar",
        "route": "clear",
        "allow_private": allow_private,
        "start": [f"{server.url}/"],
        "pace": {"concurrency": THREADS},
    }
    return Fetcher(Source.model_validate(source), SETTINGS)


@pytest.mark.timeout(240)
def test_4_000_hostile_http_answers(hook: Watch, enemy: list[str], tmp_path: Path) -> None:
    """Also: where an answer leads elsewhere, nothing of ours is reached by following it."""
    dice = random.Random(SEED)
    ways: dict[str, bytes | Way] = {}
    for number in range(4_000):
        raw = http_answer(dice)
        ways[f"/{number}"] = _held_open(raw) if number % 50 == 0 else raw

    with (
        misbehaving(ways) as server,
        fetcher(server, allow_private=True) as net,
        fetcher(server, allow_private=False) as public,
        ThreadPoolExecutor(THREADS) as threads,
        watched(hook, server, tmp_path),
    ):
        outcomes = list(threads.map(lambda path: _asked(net, public, server, path), ways))
    assert len(outcomes) == 4_000
    asked = set(server.asked)
    # A server that still holds the connection does not read what is asked over it next.
    unasked = {
        outcome for path, (outcome, _) in zip(ways, outcomes, strict=True) if path not in asked
    }
    assert unasked <= {"timeout"}
    assert max(seconds for _, seconds in outcomes) < 60  # 4 s, and a busy machine
    reasons = {reason for reason, _ in outcomes}
    assert reasons <= {"read", *FAILURES}
    assert {"read", "malformed", "broken-off", "packed-bomb", "too-many-headers"} <= reasons
    assert {"packing", "media", "timeout", "too-large"} <= reasons, reasons
    assert enemy  # names were looked up, and led nowhere


def _held_open(raw: bytes) -> Way:
    def way(peer: Peer) -> None:
        peer.send(raw)
        peer.over.wait(10)

    return way


def _asked(net: Fetcher, public: Fetcher, server: Misbehaving, path: str) -> tuple[str, float]:
    began = time.monotonic()
    try:
        answer = net.get(server.url + path)
    except CollectionError as error:
        return error.reason, time.monotonic() - began
    seconds = time.monotonic() - began
    assert len(answer.payload) <= LIMITS.max_bytes
    assert len(answer.headers) <= LIMITS.max_headers
    for name, value in answer.headers:
        assert not any(char < " " or char == "\x7f" for char in name + value)
        assert "secret" not in value or not name.lower().startswith("set-cookie")
    for target in (answer.header("Location"), answer.header("Refresh")):
        _follow(public, target, answer.url)
    return "read", seconds


def _follow(public: Fetcher, target: str, base: str) -> None:
    """As a source of the open net would go on: to none of our machines."""
    with pytest.raises((ValueError, CollectionError, PolicyRefusal)):
        public.get(normal(target, base))


@pytest.mark.timeout(240)
def test_5_500_hostile_bodies(hook: Watch, enemy: list[str], tmp_path: Path) -> None:
    dice = random.Random(SEED + 1)
    sources = (None, load_source("dream"), load_source("empire"))
    server = Misbehaving(0)
    with watched(hook, server, tmp_path):
        for number in range(5_500):
            payload = body(dice)
            try:
                reading = read_page(payload, source=sources[number % 3], url="http://x.example/")
                assert all(row for row in page_rows(reading))
            except SpoorError:
                continue
    assert enemy == []


@pytest.mark.timeout(240)
def test_500_hostile_pages_collected(
    hook: Watch, enemy: list[str], tmp_path: Path, workspace: Workspace
) -> None:
    """A site whose every page is hostile is read to its end and sealed in a vault that holds."""
    dice = random.Random(SEED + 2)
    ways: dict[str, bytes | Way] = {"*": WAYS["/404"]}
    paths = [f"/{number}" for number in range(500)]
    for path in paths:
        page = body(dice) + f"<a class=onward href='{link(dice)}'>x</a>".encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(page)}\r\n\r\n"
        ways[path] = head.encode() + page
    with misbehaving(ways) as server:
        source = Source.model_validate(
            {
                "name": "bazaar",
                "route": "clear",
                "allow_private": True,
                "start": [f"{server.url}{path}" for path in paths],
                "follow": [{"select": "a.onward"}],
                "pace": {"concurrency": 4},
            }
        )
        mandate = Mandate(
            id="m1",
            authority="Test",
            purpose="test",
            sources=("bazaar",),
            valid_from="2025-01-01T00:00:00Z",
            valid_until="2100-01-01T00:00:00Z",
        )
        with open_vault(workspace) as vault:
            vault.add_mandate(mandate)
            with watched(hook, server, tmp_path):
                report = _to_the_end(vault, source, ways)
            captures = list(vault.captures())
            assert list(vault.verify()) == []
    assert report.finished
    read = {urlsplit(capture.url).path for capture in captures}
    assert len(read & set(paths)) > 450
    assert read <= {urlsplit(path).path for path in server.asked}
    assert {urlsplit(capture.url).netloc for capture in captures} == {f"127.0.0.1:{server.port}"}


def _to_the_end(vault: Vault, source: Source, ways: dict[str, bytes | Way]) -> CollectReport:
    """Read it all; where a page stops the source, a person sees to that page and starts again."""
    for _ in range(200):
        report = collect_source(vault, source, SETTINGS, pause=lambda _: None)
        if report.finished:
            break
        stopped_at = urlsplit(report.sentence.partition(": ")[0]).path
        assert report.reason in ("captcha", "login", "queue"), report.sentence
        ways[stopped_at] = WAYS["/"]
    return report
