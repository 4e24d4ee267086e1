"""Bridges, options, client keys and passwords: taken in whole, or refused by name."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.rehearsal.addresses import onion
from app.rehearsal.private_tor import PrivateTor
from collectors.tor import read_client_keys, tor_status
from collectors.tor.control import controller
from collectors.tor.phase import duration, read_phase
from collectors.tor.ports import free_port
from collectors.tor.torrc import torrc
from config.settings import TorSettings
from model.clock import system_clock
from model.errors import ConfigurationError

from .conftest import until


def lines(folder: Path, **settings: object) -> list[str]:
    return torrc(TorSettings.model_validate(settings), folder, 9050, 9051).splitlines()


def test_bridges_and_transports_become_lines(folder: Path) -> None:
    found = lines(
        folder,
        bridges=("Bridge obfs4 192.0.2.1:443 ABC cert=x", "192.0.2.2:443"),
        transports=("obfs4 exec /bin/true",),
        options={"entrynodes": "{de}", "ReachableAddresses": ("*:80", "*:443")},
    )
    assert "UseBridges 1" in found
    assert "Bridge obfs4 192.0.2.1:443 ABC cert=x" in found
    assert "Bridge 192.0.2.2:443" in found
    assert "ClientTransportPlugin obfs4 exec /bin/true" in found
    assert "EntryNodes {de}" in found
    assert "ReachableAddresses *:443" in found
    assert found[1] == "SocksPort 127.0.0.1:9050 IsolateSOCKSAuth ExtendedErrors"


@pytest.mark.parametrize(
    "settings",
    [
        {"bridges": ("192.0.2.1:443\nSocksPort 0.0.0.0:1",)},
        {"bridges": ("192.0.2.1:443 \\",)},
        {"bridges": ("obfs4 192.0.2.1:443",)},
        {"bridges": ("",)},
        {"transports": ("obfs4 exec /no/such/program",)},
        {"transports": ("obfs4 socks5 192.0.2.1:1",)},
        {"options": {"SocksPort": "0.0.0.0:9050"}},
        {"options": {"SOCKSPor": "0.0.0.0:9050"}},
        {"options": {"+SocksPort": "9052 NoIsolateSOCKSAuth"}},
        {"options": {"%include": "/etc/passwd"}},
        {"options": {"HiddenServiceDir": "x"}},
        {"options": {"ORPort": "9001"}},
        {"options": {"EntryNodes": "{de}\rSocksPort 1"}},
        {"options": {"EntryNodes\nSocksPort": "1"}},
    ],
)
def test_what_would_break_out_of_its_line_is_refused(
    settings: dict[str, object], folder: Path
) -> None:
    with pytest.raises(ConfigurationError, match=r"^tor\."):
        lines(folder, **settings)


def keys_in(tmp_path: Path, text: str) -> dict[str, str]:
    file = tmp_path / "keys"
    file.write_text(text, "utf-8")
    return {"SPOOR_ONION_KEYS_FILE": str(file)}


def test_client_keys_are_read_from_tors_own_lines(tmp_path: Path) -> None:
    name = onion("a").removesuffix(".onion")
    environment = keys_in(tmp_path, f"# mine\n\n{name}:descriptor:x25519:{'A' * 52}\n")
    (key,) = read_client_keys(environment)
    assert key.name == name
    assert key.key.get_secret_value() == "A" * 43 + "="
    assert "AAAA" not in repr(key)
    assert read_client_keys({}) == ()


@pytest.mark.parametrize(
    "line",
    [
        "SECRET",
        "{name}:descriptor:x25519:SECRET",
        "{name}:descriptor:ed25519:" + "A" * 52,
        "a{name}:descriptor:x25519:SECRET",
        "{name}:descriptor:x25519:" + "SECRET".ljust(52, "1"),
    ],
)
def test_a_wrong_line_is_named_without_its_key(line: str, tmp_path: Path) -> None:
    environment = keys_in(tmp_path, "\n" + line.format(name=onion("a").removesuffix(".onion")))
    with pytest.raises(ConfigurationError, match="keys, line 2") as caught:
        read_client_keys(environment)
    assert "SECRET" not in str(caught.value)


def test_a_file_of_keys_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigurationError, match="/no/such/file"):
        read_client_keys({"SPOOR_ONION_KEYS_FILE": "/no/such/file"})


@pytest.fixture
def locked_tor(tor: str, tmp_path: Path) -> Iterator[TorSettings]:
    """A real tor without network whose control socket wants the password ``test-only``."""
    folder = tmp_path / "t"
    (folder / "data").mkdir(parents=True, mode=0o700)
    folder.chmod(0o700)
    hashed = subprocess.run(
        [tor, "--quiet", "--hash-password", "test-only"], capture_output=True, check=True, text=True
    ).stdout.split()[-1]
    (folder / "torrc").write_text(
        f"DataDirectory {folder / 'data'}\nControlSocket {folder / 'c'}\nDisableNetwork 1\n"
        f"SocksPort 127.0.0.1:{free_port()}\nHashedControlPassword {hashed}\n",
        "utf-8",
    )
    command = [tor, "-f", str(folder / "torrc"), "--defaults-torrc", str(folder / "none")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as child:
        assert until((folder / "c").exists)
        yield TorSettings(socks="127.0.0.1:1", control=f"unix:{folder / 'c'}")
        child.kill()


def test_a_socket_is_entered_with_the_password(locked_tor: TorSettings, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("test-only\n", "ascii")
    for environment in (
        {"SPOOR_TOR_PASSWORD": "test-only"},
        {"SPOOR_TOR_PASSWORD_FILE": str(file)},
    ):
        with controller(locked_tor, environment) as control:
            assert control.get_info("version").startswith("0.")
    with (
        pytest.raises(ConfigurationError, match="refused the password") as caught,
        controller(locked_tor, {"SPOOR_TOR_PASSWORD": "SECRET"}),
    ):
        pass
    assert "SECRET" not in str(caught.value)
    status = tor_status(locked_tor)
    assert status.reason == "tor-control-unreachable"
    assert "wants a password" in status.sentence
    assert "SPOOR_TOR_PASSWORD_FILE" in status.remedy


def test_a_consensus_from_the_future_shows_that_our_clock_is_slow(
    private_tor: PrivateTor,
) -> None:
    status = tor_status(private_tor.settings, lambda: system_clock() - timedelta(days=2))
    assert status.reason == "clock-wrong"
    assert "behind" in status.sentence
    assert status.skew is not None
    assert status.skew < -100_000


def test_what_tor_says_is_read_word_for_word() -> None:
    line = (
        'WARN BOOTSTRAP PROGRESS=14 TAG=handshake SUMMARY="Handshaking with a relay" '
        'WARNING="Clock skew -259200 in NETINFO cell from OR" REASON=CLOCK_SKEW COUNT=1 '
        'RECOMMENDATION=warn HOSTID="B4" HOSTADDR="192.0.2.7:443"'
    )
    phase = read_phase(line)
    assert (phase.progress, phase.tag, phase.skew) == (14, "handshake", -259200)
    assert phase.clock_wrong
    assert phase.stalled
    assert "192.0.2.7" not in phase.cause
    assert not read_phase(line.replace("=warn", "=ignore")).stalled
    assert read_phase("nonsense").progress == 0
    assert read_phase('NOTICE BOOTSTRAP PROGRESS=100 TAG=done SUMMARY="Done"').progress == 100


def test_durations_in_words() -> None:
    assert read_phase("WARN BOOTSTRAP PROGRESS=1 " + 'A="\\' * 500_000).progress == 1
    assert duration(-0) == "0 seconds"
    assert duration(259_200) == "3 days"
    assert duration(90_061) == "1 day 1 hour"
