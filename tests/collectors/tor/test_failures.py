"""Failures on the way to an onion service, each provoked for real and told apart by the fetcher."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from Crypto.PublicKey import ECC

from app.rehearsal.addresses import onion
from app.rehearsal.private_tor import PrivateTor
from app.rehearsal.private_tor import private_tor as start_private_tor
from collectors.tor import circuits, require_tor, running_tor, tor_status
from collectors.tor.control import controller
from collectors.tor.ports import free_port
from collectors.web.network import Fetcher
from config.settings import TorSettings
from model.errors import CollectionError, Retry, Stop

from .conftest import Web, onion_source, own_tor, settings_for, until


def failed(url: str, tor: TorSettings, timeout: float = 60.0) -> CollectionError:
    """The error of asking for this address."""
    with (
        Fetcher(onion_source("asked"), settings_for(tor, timeout)) as net,
        pytest.raises(CollectionError) as caught,
    ):
        net.get(url)
    return caught.value


@pytest.fixture
def host(private_tor: PrivateTor, web: Web) -> Iterator[str]:
    """An onion service in front of the web server."""
    found = private_tor.onion(web.port)
    yield found
    private_tor.withdraw(found)


def test_tor_is_not_running() -> None:
    absent = TorSettings(socks=f"127.0.0.1:{free_port()}", control=f"127.0.0.1:{free_port()}")
    assert failed(f"http://{onion('any')}/", absent).reason == "tor-not-running"


def test_an_onion_service_that_was_never_published(private_tor: PrivateTor) -> None:
    error = failed(f"http://{onion('never published')}/", private_tor.settings)
    assert (error.reason, type(error)) == ("descriptor-missing", Retry)


def test_the_web_server_behind_the_onion_service_is_down(private_tor: PrivateTor) -> None:
    host = private_tor.onion(free_port())
    assert failed(f"http://{host}/", private_tor.settings).reason == "service-down"
    private_tor.withdraw(host)


def test_a_port_that_the_onion_service_does_not_offer(host: str, private_tor: PrivateTor) -> None:
    assert failed(f"http://{host}:81/", private_tor.settings).reason == "port-closed"


def test_an_onion_service_that_went_away_after_its_descriptor_was_read(
    private_tor: PrivateTor, web: Web
) -> None:
    host = private_tor.onion(web.port)
    with Fetcher(onion_source("before"), settings_for(private_tor.settings)) as net:
        assert net.get(f"http://{host}/").status == 200
    private_tor.withdraw(host)
    error = failed(f"http://{host}/", private_tor.settings, timeout=5)
    assert error.reason in {"service-unreachable", "timeout"}
    assert isinstance(error, Retry)


def test_a_page_that_takes_too_long(host: str, private_tor: PrivateTor, web: Web) -> None:
    error = failed(f"http://{host}/slow", private_tor.settings, timeout=1.0)
    assert (error.reason, type(error)) == ("timeout", Retry)
    assert web.dripping.is_set()


@pytest.fixture
def client_key() -> tuple[str, str]:
    """A private and a public x25519 key in base32, as tor writes them."""
    key = ECC.generate(curve="Curve25519")
    raw = key.public_key().export_key(format="raw")
    return _base32(key.seed), _base32(raw)


def _base32(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=")


def test_a_client_key_missing_wrong_and_right(
    private_tor: PrivateTor, web: Web, client_key: tuple[str, str], folder: Path, tmp_path: Path
) -> None:
    """The right key comes last; the key is taken back when the tor was only borrowed."""
    private, public = client_key
    wrong = _base32(bytes(range(32)))
    host = private_tor.onion(web.port, client_auth=public)
    file = tmp_path / "keys"
    environment = {"SPOOR_ONION_KEYS_FILE": str(file)}
    url, settings = f"http://{host}/", private_tor.settings

    error = failed(url, settings)
    assert (error.reason, type(error)) == ("authorisation-missing", Stop)

    file.write_text(f"{host.removesuffix('.onion')}:descriptor:x25519:{wrong}\n", "ascii")
    with running_tor(settings, folder, environment=environment):
        error = failed(url, settings)
    assert (error.reason, type(error)) == ("authorisation-wrong", Stop)

    file.write_text(f"{host.removesuffix('.onion')}:descriptor:x25519:{private}\n", "ascii")
    with (
        running_tor(settings, folder, environment=environment),
        Fetcher(onion_source("let-in"), settings_for(settings)) as net,
    ):
        assert net.get(url).status == 200
    with controller(settings) as control:
        assert host.removesuffix(".onion") not in str(control.msg("ONION_CLIENT_AUTH_VIEW"))
    private_tor.withdraw(host)


def in_mid_body(
    url: str, tor: TorSettings, web: Web, name: str
) -> tuple[list[str], threading.Thread]:
    """Start to read the slow page in a thread; the reason it failed for is put into the list."""
    reasons: list[str] = []

    def read() -> None:
        with Fetcher(onion_source(name), settings_for(tor)) as net:
            try:
                net.get(url)
            except CollectionError as error:
                reasons.append(error.reason)

    thread = threading.Thread(target=read)
    thread.start()
    assert web.dripping.wait(60)
    return reasons, thread


def test_the_circuit_is_closed_in_mid_body(host: str, private_tor: PrivateTor, web: Web) -> None:
    reasons, thread = in_mid_body(f"http://{host}/slow", private_tor.settings, web, "cut")
    ours = [item for item in circuits(private_tor.settings) if item.user == "spoor-cut"]
    assert ours
    with controller(private_tor.settings) as control:
        for circuit in ours:
            control.close_circuit(circuit.id)
    thread.join(60)
    assert reasons == ["circuit-broken"]
    assert not web.stop.is_set()


def test_tor_without_network_is_told_before_any_request(
    private_tor: PrivateTor, folder: Path
) -> None:
    with running_tor(own_tor(private_tor), folder, environment={}) as found:
        with controller(found) as control:
            control.set_conf("DisableNetwork", "1")
        assert until(lambda: not tor_status(found).ready)
        with pytest.raises(Retry, match="DisableNetwork") as caught:
            require_tor(found)
        assert caught.value.reason == "tor-not-bootstrapped"
        with controller(found) as control:
            control.set_conf("DisableNetwork", "0")
        assert until(lambda: tor_status(found).ready)


def test_a_relay_that_dies_breaks_the_circuit_and_tor_may_be_killed_too(
    web: Web, tor: str, folder: Path
) -> None:
    """In a network of its own: seven relays, of which the last of the circuit is killed."""
    with start_private_tor(folder, relays=7) as network:
        host = network.onion(web.port)
        reasons, thread = in_mid_body(f"http://{host}/slow", network.settings, web, "relay")
        ours = [item for item in circuits(network.settings) if item.user == "spoor-relay"]
        met = next(item for item in ours if item.purpose == "HS_CLIENT_REND").relays
        network.kill_relay(number_of(network, met[-1]))
        thread.join(90)
        assert reasons == ["circuit-broken"]
        network.stop_client()
        assert failed(f"http://{host}/", network.settings).reason == "tor-not-running"
        network.start_client()
        assert until(lambda: tor_status(network.settings).ready)


def number_of(network: PrivateTor, fingerprint: str) -> int:
    """Which relay has this fingerprint."""
    for number, node in enumerate(network.relays):
        if fingerprint in (node.folder / "data" / "fingerprint").read_text():
            return number
    raise AssertionError(fingerprint)
