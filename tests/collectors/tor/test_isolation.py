"""Circuits of one's own, new identities, and names that never reach this machine's resolver."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from app.rehearsal.private_tor import PrivateTor
from collectors.tor import circuits, identity, new_identity
from collectors.web.network import Fetcher
from config.settings import TorSettings

from .conftest import Web, onion_source, settings_for


@pytest.fixture
def url(private_tor: PrivateTor, web: Web) -> Iterator[str]:
    host = private_tor.onion(web.port)
    yield f"http://{host}/"
    private_tor.withdraw(host)


def rendezvous(tor: TorSettings, name: str) -> set[str]:
    """The circuits to onion services that were made for one source."""
    user = f"spoor-{name}"
    return {
        item.id
        for item in circuits(tor)
        if (item.user == user or item.user.startswith(f"{user}-"))
        and item.purpose == "HS_CLIENT_REND"
    }


def test_two_sources_at_one_onion_service_use_two_circuits(
    url: str, private_tor: PrivateTor
) -> None:
    tor = private_tor.settings
    with (
        Fetcher(onion_source("alpha"), settings_for(tor)) as alpha,
        Fetcher(onion_source("beta"), settings_for(tor)) as beta,
    ):
        assert alpha.get(url).status == beta.get(url).status == 200
        first, second = rendezvous(tor, "alpha"), rendezvous(tor, "beta")
        assert first
        assert second
        assert not first & second
        alpha.get(url)
        assert rendezvous(tor, "alpha") == first


def test_a_new_circuit_is_another_circuit(url: str, private_tor: PrivateTor) -> None:
    tor = private_tor.settings
    with Fetcher(onion_source("gamma"), settings_for(tor)) as net:
        net.get(url)
        before = rendezvous(tor, "gamma")
        net.new_circuit()
        net.get(url)
        assert rendezvous(tor, "gamma") - before


def test_a_new_identity_is_heeded_once_in_ten_seconds(
    url: str, private_tor: PrivateTor, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(identity, "_heeded", {})
    monkeypatch.setattr(identity.time, "monotonic", lambda: now[0])
    assert new_identity(private_tor.settings) == 0
    now[0] += 4
    assert new_identity(private_tor.settings) == 6
    now[0] += 1
    assert new_identity(private_tor.settings) == 5  # one is under way: none is asked for
    now[0] += 20
    assert new_identity(private_tor.settings) == 0


def test_no_onion_name_reaches_the_resolver(
    url: str, private_tor: PrivateTor, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    original = socket.getaddrinfo

    def watched(host: str, *more: object, **named: object) -> object:
        asked.append(str(host))
        return original(host, *more, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", watched)
    with Fetcher(onion_source(), settings_for(private_tor.settings)) as net:
        assert net.get(url).status == 200
    assert not [name for name in asked if "onion" in name]


LEAK = "leak.onion"
"""Asked for as a number, which no name server is needed for."""
CHILD = """
import socket, sys
names = []
def watch(event, given):
    if event.startswith("socket.get"):
        names.append(str(given[0]))
sys.addaudithook(watch)
from collectors.web.network import Fetcher
from config.settings import Settings, TorSettings
from config.sources import Source
tor = TorSettings.model_validate_json(sys.argv[1])
source = Source.model_validate({"name": "child", "route": "tor", "engine": "generic"})
with Fetcher(source, Settings(tor=tor)) as net:
    assert net.get(sys.argv[2]).status == 200
try:
    socket.getaddrinfo(sys.argv[3], 80, flags=socket.AI_NUMERICHOST)
except OSError:
    pass
print(*[name for name in names if "onion" in name])
"""


def test_the_interpreter_itself_hears_of_no_look_up(url: str, private_tor: PrivateTor) -> None:
    """Audit events come from below any Python code; the name asked for last shows that they do."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, private_tor.settings.model_dump_json(), url, LEAK],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == LEAK
