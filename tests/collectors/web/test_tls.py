"""Certificates that hold and those that do not: each under OpenSSL's own words."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import requests.adapters

from collectors.web.network import Fetcher
from config.settings import CollectionSettings, Settings
from config.sources import Source
from model.errors import Retry, Stop

from .certificates import certificate
from .misbehaving import PAGE, answer


@contextmanager
def https(folder: Path, host: str = "127.0.0.1", *, days: float = 30) -> Iterator[int]:
    """A server with such a certificate; the port it listens at."""
    chain, key = certificate(folder, host, days=days)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)

    def speak(peer: socket.socket) -> None:
        with context.wrap_socket(peer, server_side=True) as secure:
            secure.recv(65_536)
            secure.sendall(answer(PAGE))

    with listening(speak) as port:
        yield port


@contextmanager
def listening(speak: object) -> Iterator[int]:
    """A listener that speaks with one client after the other until the context is left."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                peer, _ = server.accept()
                with peer, suppress(OSError):
                    peer.settimeout(20)
                    if not over.is_set():
                        speak(peer)  # type: ignore[operator]

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            over.set()
            with socket.create_connection(server.getsockname(), 5):
                thread.join()


def ask(port: int, *, timeout: float = 20) -> bytes:
    url = f"https://127.0.0.1:{port}/"
    source = Source.model_validate(
        {"name": "bazaar", "route": "clear", "allow_private": True, "start": [url]}
    )
    settings = Settings(collection=CollectionSettings(timeout_seconds=timeout))
    with Fetcher(source, settings) as net:
        return net.get(url).payload


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever signed the test's certificates is trusted."""
    bundle = str(tmp_path / "certificate.pem")
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", bundle)


@pytest.mark.usefixtures("trusted")
def test_a_certificate_that_holds(tmp_path: Path) -> None:
    with https(tmp_path) as port:
        assert ask(port) == PAGE


def test_one_signed_by_itself(tmp_path: Path) -> None:
    with https(tmp_path) as port, pytest.raises(Stop, match="self-signed") as caught:
        ask(port)
    assert caught.value.reason == "tls"


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    ("host", "days", "said"),
    [("127.0.0.1", -3, "expired"), ("127.0.0.2", 30, "mismatch"), ("x.example", 30, "mismatch")],
)
def test_expired_or_of_another_host(host: str, days: float, said: str, tmp_path: Path) -> None:
    with https(tmp_path, host, days=days) as port, pytest.raises(Stop, match=said) as caught:
        ask(port)
    assert caught.value.reason == "tls"


def test_a_server_without_tls() -> None:
    def plain(peer: socket.socket) -> None:
        peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        peer.recv(65_536)

    with listening(plain) as port, pytest.raises(Stop) as caught:
        ask(port)
    assert caught.value.reason == "tls"


@pytest.mark.parametrize("ending", ["hangs up", "is silent"])
def test_a_handshake_that_never_ends_or_breaks_off(ending: str) -> None:
    waiting = threading.Event()

    def speak(peer: socket.socket) -> None:
        peer.recv(65_536)
        if ending == "is silent":
            waiting.wait(2)

    with listening(speak) as port, pytest.raises(Retry) as caught:
        ask(port, timeout=0.3 if ending == "is silent" else 20)
    assert caught.value.reason == ("timeout" if ending == "is silent" else "broken-off")
