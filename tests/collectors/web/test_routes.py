"""What leaves by which route: names, cookies and circuits."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.cookiejar import CookieJar

import pytest
import requests.cookies

from collectors.web import connections
from collectors.web.cookies import without_value
from collectors.web.network import Fetcher
from config.settings import CollectionSettings, Settings, TorSettings
from config.sources import Source
from model.errors import CollectionError, PolicyRefusal, Retry

from .misbehaving import PAGE, Peer, answer, misbehaving

ONION = "duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion"
LIMITS = CollectionSettings(timeout_seconds=20)


@dataclass(slots=True)
class Proxy:
    """A SOCKS5 proxy that answers for the web itself; ``users`` and ``hosts`` are what it heard."""

    port: int = 0
    reply: int = 0
    answers: list[bytes] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)

    def speak(self, peer: socket.socket) -> None:
        peer.recv(100)
        peer.sendall(b"\x05\x02")
        told = peer.recv(600)
        self.users.append(told[2 : 2 + told[1]].decode())
        peer.sendall(b"\x01\x00")
        wanted = peer.recv(600)
        self.hosts.append(wanted[5 : 5 + wanted[4]].decode("latin-1"))
        peer.sendall(b"\x05" + bytes([self.reply]) + b"\x00\x01" + bytes(6))
        while self.answers and peer.recv(65_536):
            peer.sendall(self.answers.pop(0))


@contextmanager
def socks_proxy(*answers: bytes, reply: int = 0) -> Iterator[Proxy]:
    found = Proxy(reply=reply, answers=list(answers))
    with socket.create_server(("127.0.0.1", 0)) as server:
        found.port = server.getsockname()[1]
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                peer, _ = server.accept()
                with peer, suppress(OSError):
                    peer.settimeout(20)
                    if not over.is_set():
                        found.speak(peer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield found
        finally:
            over.set()
            with socket.create_connection(("127.0.0.1", found.port), 5):
                thread.join()


def over_tor(proxy: Proxy | None) -> Fetcher:
    source = Source.model_validate(
        {"name": "market", "route": "tor", "start": [f"http://{ONION}/"]}
    )
    port = 9 if proxy is None else proxy.port
    tor = TorSettings(socks=f"127.0.0.1:{port}")
    return Fetcher(source, Settings(tor=tor, collection=LIMITS))


def in_the_clear(url: str, cookies: CookieJar | None = None, **more: object) -> Fetcher:
    source = Source.model_validate({"name": "bazaar", "route": "clear", "start": [url]} | more)
    return Fetcher(source, Settings(collection=LIMITS), cookies=cookies)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "10.0.0.1", "169.254.169.254", "[::1]", "[::ffff:10.0.0.1]", "2130706433"),
        *("0x7f.1", "0177.0.0.1", "localhost", "LOCALHOST.", "printer", "db.internal", "①②⑦.1"),
    ],
)
def test_a_proxy_is_never_asked_for_our_own_machines(host: str) -> None:
    """Nothing listens at the proxy's port: an attempt to connect would be another error."""
    with over_tor(None) as net, pytest.raises(PolicyRefusal, match="private"):
        net.get(f"http://{host}/")


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://x.example/", "gopher://x.example/", "data:text/html,x", ""]
)
def test_other_schemes_are_no_addresses(url: str) -> None:
    for net in (over_tor(None), in_the_clear("http://x.example/")):
        with net, pytest.raises(CollectionError) as caught:
            net.get(url)
        assert caught.value.reason == "bad-address"


def test_a_name_goes_to_the_proxy_as_it_is() -> None:
    with socks_proxy(answer(PAGE)) as proxy, over_tor(proxy) as net:
        assert net.get(f"http://www.{ONION.upper()}/").payload == PAGE
    assert proxy.hosts == [f"www.{ONION}"]


def test_a_circuit_broken_in_mid_body_is_not_a_connection_broken_off() -> None:
    short = answer(PAGE, length=9_000)
    with socks_proxy(short) as proxy, over_tor(proxy) as net, pytest.raises(Retry) as caught:
        net.get(f"http://{ONION}/")
    assert caught.value.reason == "circuit-broken"


def test_a_proxy_that_is_not_there() -> None:
    with over_tor(None) as net, pytest.raises(Retry) as caught:
        net.get(f"http://{ONION}/")
    assert caught.value.reason == "tor-not-running"


@pytest.mark.parametrize(
    ("reply", "host", "reason"),
    [
        (0x01, ONION, "service-down"),
        (0x04, ONION, "service-unreachable"),
        (0x05, ONION, "port-closed"),
        (0xF0, ONION, "descriptor-missing"),
        (0xF4, ONION, "authorisation-missing"),
        (0xF5, ONION, "authorisation-wrong"),
        (0xF7, ONION, "timeout"),
        (0x04, "x.example", "name-unknown"),
        (0x01, "x.example", "host-unreachable"),
    ],
)
def test_what_the_proxy_answers(reply: int, host: str, reason: str) -> None:
    with (
        socks_proxy(reply=reply) as proxy,
        over_tor(proxy) as net,
        pytest.raises(CollectionError) as caught,
    ):
        net.get(f"http://{host}/")
    assert caught.value.reason == reason


def test_connections_are_kept_until_a_new_circuit_is_asked_for() -> None:
    with socks_proxy(*([answer(PAGE)] * 3)) as proxy, over_tor(proxy) as net:
        net.get(f"http://{ONION}/")
        net.get(f"http://{ONION}/")
        assert len(proxy.users) == 1
        net.new_circuit()
        net.get(f"http://{ONION}/")
    assert len(proxy.users) == 2
    assert len(set(proxy.users)) == 2
    assert proxy.users[0] == "spoor-market"


def test_a_name_that_changes_between_look_ups_gains_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first answer passes for public here, the second is a private address: each connection
    goes to what was checked for it, by number, and each is checked."""
    looked_up = iter(["127.0.0.1", "10.0.0.1", "127.0.0.1"])
    real_lookup, real_connect = socket.getaddrinfo, socket.create_connection
    connected: list[str] = []

    def look_up(host: str, port: int, *rest: object, **more: object) -> object:
        here = next(looked_up) if host == "rebind.example" else host
        return real_lookup(here, port, *rest, **more)  # type: ignore[arg-type]

    def connect(address: tuple[str, int], *rest: object) -> socket.socket:
        connected.append(address[0])
        return real_connect(address, *rest)  # type: ignore[arg-type]

    with misbehaving() as server, in_the_clear("http://rebind.example/") as net:
        url = f"http://rebind.example:{server.port}/"
        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        monkeypatch.setattr(socket, "create_connection", connect)
        monkeypatch.setattr(connections, "is_public", lambda address: address == "127.0.0.1")
        assert net.get(url).payload == PAGE
        net.new_circuit()
        with pytest.raises(PolicyRefusal, match=r"10\.0\.0\.1"):
            net.get(url)
        monkeypatch.undo()
    assert connected == ["127.0.0.1"]


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(0, 1, 6, "", (address, 80)) for address in ("8.8.8.8", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("connected"))
    with in_the_clear("http://x.example/") as net, pytest.raises(PolicyRefusal):
        net.get("http://x.example/")


def test_cookies_go_where_they_belong_and_values_never_into_evidence() -> None:
    heard: list[bytes] = []

    def way(peer: Peer) -> None:
        lines = peer.request.split(b"\r\n")
        heard.append(next((line for line in lines if line.lower().startswith(b"cookie")), b""))
        peer.send(answer(PAGE, "200 OK", "Set-Cookie: fresh=hush-hush; Path=/; HttpOnly"))

    jar = requests.cookies.RequestsCookieJar()
    jar.set("session", "top-secret", domain="127.0.0.1", path="/")
    jar.set("other", "elsewhere", domain="x.example", path="/")
    jar.set("deep", "elsewhere", domain="127.0.0.1", path="/admin")
    with misbehaving({"/": way}) as server:
        url = f"{server.url}/"
        with in_the_clear(url, jar, allow_private=True) as net:
            first, _ = net.get(url), net.get(url)
        with in_the_clear(url, allow_private=True) as stranger:
            stranger.get(url)
    assert heard[0] == b"Cookie: session=top-secret"
    assert sorted(heard[1].split(b": ")[1].split(b"; ")) == [
        b"fresh=hush-hush",
        b"session=top-secret",
    ]
    assert heard[2] == b""
    assert "hush" not in str(first)
    assert first.header("Set-Cookie").startswith("fresh=sha256:")
    assert first.header("Set-Cookie").endswith("; Path=/; HttpOnly")


@pytest.mark.parametrize("given", ["secret", "=secret", "a=secret", "a=secret; x=secret;secret"])
def test_a_cookie_without_its_value(given: str) -> None:
    assert "secret" not in without_value(given)
    assert "sha256:2bb80d537b1da3e3" in without_value(given)


def test_a_flood_of_cookies_is_left_alone() -> None:
    jar = CookieJar()
    flood = [f"Set-Cookie: c{number}={'x' * 400}" for number in range(60)]
    with (
        misbehaving({"/": answer(PAGE, "200 OK", *flood)}) as server,
        in_the_clear(server.url, jar, allow_private=True) as net,
    ):
        assert net.get(f"{server.url}/").payload == PAGE
    assert len(jar) == 0


def test_many_threads_share_as_many_connections_as_the_pace_allows() -> None:
    under_way = most = 0
    lock = threading.Lock()

    def way(peer: Peer) -> None:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        peer.over.wait(0.02)
        with lock:
            under_way -= 1
        peer.send(answer(PAGE))

    with misbehaving({"/": way}) as server, ThreadPoolExecutor(12) as threads:
        pace = {"concurrency": 3}
        with in_the_clear(server.url, allow_private=True, pace=pace) as net:
            answers = list(threads.map(lambda _: net.get(f"{server.url}/").payload, range(60)))
    assert answers == [PAGE] * 60
    assert 1 < most <= 3


def test_a_connection_that_closes_as_it_is_used_again_is_no_failure() -> None:
    """As servers do whose patience ends at that very moment; a fresh one that closes is one."""
    came: list[str] = []

    def way(peer: Peer) -> None:
        came.append("request")
        peer.send(answer(PAGE))
        peer.sock.recv(65_536)  # the next request, which gets no answer

    with misbehaving({"/": way}) as server, in_the_clear(server.url, allow_private=True) as net:
        assert [net.get(f"{server.url}/").payload for _ in range(3)] == [PAGE] * 3
        with pytest.raises(Retry) as caught:
            net.get(f"{server.url}/close")
    assert came == ["request"] * 3
    assert caught.value.reason == "broken-off"


def test_new_circuits_while_others_fetch_lose_nothing() -> None:
    with misbehaving() as server, ThreadPoolExecutor(4) as threads:
        pace = {"concurrency": 4}
        with in_the_clear(server.url, allow_private=True, pace=pace) as net:

            def one(number: int) -> bytes:
                if number % 7 == 0:
                    net.new_circuit()
                return net.get(f"{server.url}/").payload

            assert list(threads.map(one, range(300))) == [PAGE] * 300
