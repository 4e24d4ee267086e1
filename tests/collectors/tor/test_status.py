"""Tor's state as told by a real tor with its network off, and the spelling of onion addresses."""

from __future__ import annotations

import csv
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from collectors.tor import endpoint, new_identity, onion_problem, require_tor, tor_status
from config.settings import TorSettings
from model.errors import ConfigurationError, Retry

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:stem")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, child: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert child.poll() is None, "tor ended at once"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("tor did not open its control port within ten seconds")


@pytest.fixture(scope="module")
def quiet_tor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TorSettings]:
    """A real tor on loopback that never touches the network."""
    tor = shutil.which("tor")
    if tor is None:
        pytest.skip("no tor is installed; scripts/system-packages installs it")
    folder = tmp_path_factory.mktemp("tor")
    control, socks = free_port(), free_port()
    torrc = folder / "torrc"
    torrc.write_text(
        f"DataDirectory {folder / 'data'}\nControlPort 127.0.0.1:{control}\n"
        f"SocksPort 127.0.0.1:{socks}\nCookieAuthentication 1\nDisableNetwork 1\n"
        "Log warn stdout\n",
        encoding="utf-8",
    )
    child = subprocess.Popen(
        [tor, "-f", str(torrc), "--defaults-torrc", str(folder / "none")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(control, child)
        yield TorSettings(socks=f"127.0.0.1:{socks}", control=f"127.0.0.1:{control}")
    finally:
        child.terminate()
        child.wait(timeout=20)


def test_a_tor_without_network_says_so(quiet_tor: TorSettings) -> None:
    status = tor_status(quiet_tor)
    assert status.running
    assert not status.ready
    assert status.version.startswith("0.")
    assert status.bootstrap == 0
    assert status.reason == "tor-not-bootstrapped"
    assert "DisableNetwork" in status.sentence


def test_an_onion_source_waits_for_bootstrap(quiet_tor: TorSettings) -> None:
    with pytest.raises(Retry) as caught:
        require_tor(quiet_tor)
    assert caught.value.reason == "tor-not-bootstrapped"
    assert caught.value.remedy


def test_a_new_identity_is_accepted(quiet_tor: TorSettings) -> None:
    assert new_identity(quiet_tor) >= 0


def test_without_tor_the_reason_and_the_remedy_are_told() -> None:
    settings = TorSettings(socks=f"127.0.0.1:{free_port()}", control=f"127.0.0.1:{free_port()}")
    status = tor_status(settings)
    assert not status.running
    assert status.reason == "tor-not-running"
    assert "start tor" in status.remedy
    with pytest.raises(Retry, match="nothing listens"):
        require_tor(settings)


def test_a_closed_control_port_is_told_but_no_obstacle() -> None:
    with socket.create_server(("127.0.0.1", 0)) as socks:
        settings = TorSettings(
            socks=f"127.0.0.1:{socks.getsockname()[1]}", control=f"127.0.0.1:{free_port()}"
        )
        status = tor_status(settings)
        assert status.running
        assert status.reason == "tor-control-unreachable"
        assert require_tor(settings) == status


@pytest.mark.parametrize("address", ["", "9050", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:70000"])
def test_an_address_that_is_none_is_a_configuration_error(address: str) -> None:
    with pytest.raises(ConfigurationError, match=r"tor\.socks"):
        endpoint(address, "tor.socks")


def test_real_onion_addresses(shared_data: Path) -> None:
    table = shared_data / "vectors" / "onion_addresses_dev.csv"
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 45
    for row in rows:
        if row["version"] == "3":
            valid = row["valid"].lower() in ("1", "true", "yes")
            assert (onion_problem(row["address"]) == "") == valid, row
        else:
            assert "version 2" in onion_problem(row["address"]) or row["valid"] != "True", row


@pytest.mark.parametrize("host", ["", "onion", "example.com", "x.onion", "a" * 56 + ".onion"])
def test_what_is_no_onion_address(host: str) -> None:
    assert onion_problem(host)


def test_a_subdomain_of_an_onion_address_is_one() -> None:
    name = "duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion"
    assert onion_problem(name) == ""
    assert onion_problem("www." + name.upper()) == ""
