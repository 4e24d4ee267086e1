"""The private Tor network: complete, on this machine only, and gone with the process."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
import requests
from stem.control import Controller

from app.rehearsal.addresses import onion
from app.rehearsal.files import NETWORKS, PAGES, SOCIAL
from app.rehearsal.private_tor import PrivateTor
from app.rehearsal.private_tor.meeting import gets_through, listening
from app.rehearsal.server import serve_world
from collectors.tor import onion_problem, tor_status
from collectors.tor.ports import free_port


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / PAGES).mkdir()
    (tmp_path / PAGES / "index.html").write_text("<p>made up", "utf-8")
    (tmp_path / SOCIAL).mkdir()
    for name in NETWORKS:
        (tmp_path / SOCIAL / f"{name}.json").write_text("{}", "utf-8")
    return tmp_path


def fetched(network: PrivateTor, url: str) -> str:
    proxy = f"socks5h://test:test@{network.settings.socks}"
    answer = requests.get(url, proxies={"http": proxy}, timeout=60)
    return answer.text


def test_an_onion_service_is_reached_as_soon_as_it_is_there(
    private_tor: PrivateTor, site: Path
) -> None:
    with serve_world(site) as base:
        host = private_tor.onion(int(base.rpartition(":")[2]))
        assert onion_problem(host) == ""
        assert fetched(private_tor, f"http://{host}/") == "<p>made up"
        private_tor.withdraw(host)
    assert tor_status(private_tor.settings).ready


def test_a_client_that_does_not_get_through_is_found_out(private_tor: PrivateTor) -> None:
    said: list[str] = []
    port = private_tor.client.ports.socks
    assert not gets_through(port, onion("never published"), said.append)
    assert not gets_through(free_port(), onion("never published"), said.append)
    assert len(said) == 4
    with listening() as behind:
        host = private_tor.onion(behind)
        assert gets_through(port, host, said.append)
        private_tor.withdraw(host)
    assert len(said) == 4


def test_no_node_knows_or_meets_anybody_else(private_tor: PrivateTor) -> None:
    """Our authorities only, every socket on loopback, and the kernel would refuse another."""
    for node in (*private_tor.relays, private_tor.service, private_tor.client):
        with Controller.from_port(port=node.ports.control) as controller:
            controller.authenticate()
            lines = controller.get_conf("DirAuthority", multiple=True)
            assert len(lines) == len(private_tor.relays)
            assert all(re.search(r" 127\.0\.0\.1:\d+ ", line) for line in lines)
            assert controller.get_conf("UseDefaultFallbackDirs") == "0"
            assert controller.get_conf("OutboundBindAddress", multiple=True) == ["127.0.0.1"]
            assert controller.get_conf("FallbackDir", multiple=True) in ([], [None])
    met = set(peers(private_tor.processes.values()))
    assert "127.0.0.1" in met
    assert met <= {"127.0.0.1", "0.0.0.0"}  # the latter: a socket that listens


def test_no_relay_draws_all_paths_to_itself(private_tor: PrivateTor) -> None:
    """All have the same weight, and one: else none is found where the one with weight has gone."""
    weights = re.findall(r"^w Bandwidth=(\d+)", private_tor.client.consensus(), re.M)
    assert len(weights) == len(private_tor.relays)
    assert len(set(weights)) == 1
    assert int(weights[0]) > 0


def peers(processes: Iterable[int]) -> list[str]:
    """The far end of every internet socket of these processes (proc(5), net/tcp and net/udp)."""
    found = []
    for process in processes:
        inodes = set()
        for link in Path(f"/proc/{process}/fd").iterdir():
            try:
                inodes.add(str(link.readlink()))
            except OSError:
                continue
        for table in ("tcp", "udp"):
            for row in Path(f"/proc/{process}/net/{table}").read_text().splitlines()[1:]:
                columns = row.split()
                if f"socket:[{columns[9]}]" in inodes:
                    raw = bytes.fromhex(columns[2].partition(":")[0])
                    found.append(".".join(str(part) for part in reversed(raw)))
    return found
