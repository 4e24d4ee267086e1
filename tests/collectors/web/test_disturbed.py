"""A collection through Tor that is killed and disturbed again and again: nothing lost or double.

``SPOOR_KILLS=100 pytest tests/collectors/web/test_disturbed.py`` for a long run.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from app.rehearsal.private_tor import PrivateTor, private_tor, tor_is_installed
from collectors.web import collect_source
from config.settings import Workspace, load_workspace
from config.sources import Source, load_source
from model.clock import iso, system_clock
from model.evidence import Mandate
from vault.vault import open_vault

KILLS = int(os.environ.get("SPOOR_KILLS", "8"))
BRANCHES = 6
STANDING_STILL = 30.0
CRAWL = Path(__file__).with_name("crawl.py")


class Market:
    """A tree of listings that answers slowly enough to be disturbed; it can go and come back."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.asked: Counter[str] = Counter()
        self.port = 0
        self._server: ThreadingHTTPServer | None = None
        self.open()

    def open(self) -> None:
        market = self

        class Request(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 1 << 16

            def do_GET(self) -> None:
                market.asked[self.path] += 1
                body = market.page(self.path)
                time.sleep(0.01)
                self.send_response(200 if body else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True
            request_queue_size = 64

            def handle_error(self, request: object, client_address: object) -> None:
                pass  # whoever asked was killed

        self._server = Server(("127.0.0.1", self.port), Request)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def page(self, path: str) -> bytes:
        found = re.fullmatch(r"/item/([0-9]+)", path)
        number = int(found.group(1)) if found else self.total
        if number >= self.total:
            return b""
        below = range(BRANCHES * number + 1, min(BRANCHES * (number + 1) + 1, self.total))
        links = "".join(f'<a href="/item/{one}">Item {one}</a> ' for one in below)
        filler = "<p>An advert of many words, told at some length.</p>" * 40
        return f"<html><body><h1>Item {number}</h1><b>{number}</b>{links}{filler}".encode()


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateTor]:
    """A network that can do without one of its relays."""
    if not tor_is_installed():
        pytest.skip("no tor is installed; scripts/system-packages.sh installs it")
    with private_tor(tmp_path_factory.mktemp("disturbed"), relays=7) as found:
        yield found


class Case:
    """A workspace with a mandate and one source, read through the network."""

    def __init__(self, folder: Path, network: PrivateTor, total: int) -> None:
        self.market = Market(total)
        onion = network.onion(self.market.port)
        for name in ("sources", "vault", "graph", "exports"):
            (folder / name).mkdir(parents=True)
        (folder / "spoor.toml").write_text(
            f'[tor]\nsocks = "{network.settings.socks}"\ncontrol = "{network.settings.control}"\n'
            "[collection]\ndelay_seconds = 0\ntimeout_seconds = 8\n",
            encoding="utf-8",
        )
        self.file = folder / "sources" / "market.yml"
        self.file.write_text(
            "name: market\nengine: market\nroute: tor\n"
            f"start: ['http://{onion}/item/0']\n"
            "recheck: false\npace: {concurrency: 8}\nfollow: [{select: a}]\n"
            "pages:\n  item:\n    kind: listing\n    when: {select: b}\n    id: {select: b}\n"
            "    fields: {title: {select: h1}}\n",
            encoding="utf-8",
        )
        self.workspace: Workspace = load_workspace(folder)
        self.source: Source = load_source(self.file)
        now = system_clock()
        with open_vault(self.workspace) as vault:
            vault.add_mandate(
                Mandate(
                    id="m1",
                    authority="Test",
                    purpose="test",
                    sources=("market",),
                    valid_from=iso(now),
                    valid_until=iso(now.replace(year=now.year + 1)),
                )
            )

    def sealed(self) -> Counter[str]:
        """How many captures of each listing are in the vault."""
        with open_vault(self.workspace, write=False) as vault:
            return Counter(
                capture.url.partition(".onion")[2]
                for capture in vault.captures()
                if "/item/" in capture.url and capture.status == 200
            )

    def check_whole(self) -> None:
        """Every page once, every listing once, one finished round, and the evidence sound."""
        wanted = {f"/item/{number}": 1 for number in range(self.market.total)}
        assert dict(self.sealed()) == wanted
        with open_vault(self.workspace, write=False) as vault:
            ids = Counter(document.native_id for document in vault.documents())
            assert ids == Counter(str(number) for number in range(self.market.total))
            assert [one.outcome for one in vault.rounds("market")] == ["finished"]
            assert list(vault.verify()) == []


def acknowledged_before(child: subprocess.Popen[str], pages: int) -> int:
    """What a child had acknowledged when ``pages`` were reached or it ended."""
    said = 0
    assert child.stdout is not None
    for line in child.stdout:
        if line.startswith("end"):
            return said
        said = int(line)
        if said >= pages:
            break
    return said


def test_killed_at_random_moments_and_resumed(tmp_path: Path, network: PrivateTor) -> None:
    chance = random.Random(4)
    case = Case(tmp_path, network, total=30 * KILLS + 60)
    before = 0
    for _ in range(KILLS):
        with subprocess.Popen(
            [sys.executable, CRAWL, tmp_path, case.file], stdout=subprocess.PIPE, text=True
        ) as child:
            said = acknowledged_before(child, chance.randint(1, 30))
            time.sleep(chance.uniform(0, 0.05))
            child.kill()
        sealed = case.sealed()
        assert max(sealed.values(), default=1) == 1
        assert sum(sealed.values()) >= before + said, "an acknowledged page is missing"
        before = sum(sealed.values())
    ran = subprocess.run(
        [sys.executable, CRAWL, tmp_path, case.file],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ran.stdout.splitlines()[-1] == "end True -", ran.stdout[-200:] + ran.stderr[-2000:]
    case.check_whole()
    case.market.close()


@pytest.mark.timeout(600)  # tor itself may need minutes to find its way around what has gone
def test_relay_tor_and_server_go_in_mid_crawl(tmp_path: Path, network: PrivateTor) -> None:
    case = Case(tmp_path, network, total=400)
    ended = threading.Event()

    def once_asked(number: int, do: Callable[[], None]) -> None:
        """Do it when so many pages were asked for, or in the midst of standing still."""
        until = time.monotonic() + STANDING_STILL
        while sum(case.market.asked.values()) < number and not ended.is_set():
            if time.monotonic() > until:
                break
            time.sleep(0.02)
        do()

    def go_and_come_back() -> None:
        case.market.close()
        time.sleep(2)
        case.market.open()

    def restart_tor() -> None:
        network.stop_client()
        time.sleep(1)
        network.start_client()

    def disturb() -> None:
        once_asked(60, lambda: network.kill_relay(0))
        once_asked(140, lambda: network.revive_relay(0))
        once_asked(180, restart_tor)
        once_asked(280, go_and_come_back)

    disturber = threading.Thread(target=disturb)
    disturber.start()
    felt = 0
    try:
        for _ in range(20):
            with open_vault(case.workspace) as vault:
                report = collect_source(vault, case.source, case.workspace.settings)
            felt += report.retries + report.failed
            if report.finished:
                break
            time.sleep(2)
    finally:
        ended.set()
        disturber.join()
    assert report.finished, report
    assert felt, "nothing was disturbed"
    case.check_whole()
    case.market.close()
