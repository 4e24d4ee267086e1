"""Single requests against a real server: limits, routes, and addresses that are never asked."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler

import pytest

from collectors.web.network import Fetcher
from config.settings import Settings, TorSettings
from config.sources import Source
from model.errors import PolicyRefusal, Retry, Skip, Stop

from .conftest import Site, redirect, send, source

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
GZIP = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"


def fetcher(site: Site, settings: Settings, **more: object) -> Fetcher:
    return Fetcher(source(site, **more), settings)


def test_an_answer_with_status_headers_and_bytes(site: Site, settings: Settings) -> None:
    site.pages["/"] = lambda request: send(
        request, "é", headers=(("X-Twice", "a"), ("X-Twice", "b"))
    )
    with fetcher(site, settings) as net:
        answer = net.get(f"{site.url}/")
    assert (answer.status, answer.payload) == (200, "é".encode())
    assert [value for name, value in answer.headers if name == "X-Twice"] == ["a", "b"]
    assert answer.header("content-type") == "text/html; charset=utf-8"
    assert answer.header("none") == ""


def test_redirects_are_handed_back(site: Site, settings: Settings) -> None:
    site.pages["/"] = redirect("/elsewhere")
    with fetcher(site, settings) as net:
        answer = net.get(f"{site.url}/")
    assert (answer.status, answer.header("Location")) == (302, "/elsewhere")
    assert site.asked == ["/"]


def test_nothing_but_the_user_agent_tells_of_us(site: Site, settings: Settings) -> None:
    seen: dict[str, str] = {}

    def page(request: BaseHTTPRequestHandler) -> None:
        seen.update(request.headers.items())
        send(request, "x")

    site.pages["/"] = page
    with fetcher(site, settings) as net:
        net.get(f"{site.url}/")
    assert seen["User-Agent"] == settings.collection.user_agent
    assert set(seen) <= {"Host", "User-Agent", "Accept", "Accept-Encoding", "Connection"}


def test_a_large_answer_is_cut_off(site: Site, settings: Settings) -> None:
    site.pages["/"] = "x" * 300_000
    with fetcher(site, settings) as net, pytest.raises(Skip) as caught:
        net.get(f"{site.url}/")
    assert caught.value.reason == "too-large"


def test_a_packed_bomb_is_cut_off(site: Site, settings: Settings) -> None:
    bomb = gzip.compress(b"\x00" * 50_000_000)
    packed = (("Content-Encoding", "gzip"),)
    site.pages["/"] = lambda request: send(request, bomb, headers=packed)
    with fetcher(site, settings) as net, pytest.raises(Skip) as caught:
        net.get(f"{site.url}/")
    assert caught.value.reason == "too-large"


def test_a_packed_answer_is_unpacked(site: Site, settings: Settings) -> None:
    packed = (("Content-Encoding", "gzip"),)
    site.pages["/"] = lambda request: send(request, gzip.compress(b"tusk"), headers=packed)
    with fetcher(site, settings) as net:
        assert net.get(f"{site.url}/").payload == b"tusk"


def test_a_server_that_never_answers_is_a_time_out(site: Site, settings: Settings) -> None:
    release = threading.Event()
    site.pages["/"] = lambda _: (release.wait(5), None)[1]
    with fetcher(site, settings) as net, pytest.raises(Retry) as caught:
        net.get(f"{site.url}/")
    release.set()
    assert caught.value.reason == "timeout"


def test_a_server_that_drips_is_a_time_out(site: Site, settings: Settings) -> None:
    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "100000")
        request.end_headers()
        for _ in range(200):
            request.wfile.write(b"x" * 200)
            time.sleep(0.03)

    site.pages["/"] = drip
    quick = settings.model_copy(
        update={"collection": settings.collection.model_copy(update={"timeout_seconds": 0.1})}
    )
    with fetcher(site, quick) as net, pytest.raises(Retry) as caught:
        net.get(f"{site.url}/")
    assert caught.value.reason == "timeout"


def test_an_answer_shorter_than_it_says_is_broken_off(site: Site, settings: Settings) -> None:
    def short(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "1000")
        request.end_headers()
        request.wfile.write(b"<html>")
        request.close_connection = True

    site.pages["/"] = short
    with fetcher(site, settings) as net, pytest.raises(Retry) as caught:
        net.get(f"{site.url}/")
    assert caught.value.reason == "broken-off"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "broken-off"),
        (b"rubbish\r\n\r\n", "malformed"),
        (b"HTTP/1.1 abc\r\n\r\n", "malformed"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 999, "too-many-headers"),
        (CHUNKED + b"5\r\nabc", "broken-off"),
        (CHUNKED + b"xyz\r\n", "broken-off"),
        (GZIP + b"Content-Length: 9\r\n\r\nno gzip..", "malformed"),
    ],
)
def test_what_is_no_http(raw: bytes, reason: str, site: Site, settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            peer, _ = server.accept()
            with peer:
                peer.recv(65536)
                peer.sendall(raw)

        thread = threading.Thread(target=serve)
        thread.start()
        with fetcher(site, settings) as net, pytest.raises((Retry, Skip)) as caught:
            net.get(f"http://127.0.0.1:{server.getsockname()[1]}/")
        thread.join()
    assert caught.value.reason == reason


def test_a_closed_port_and_an_unknown_name(site: Site, settings: Settings) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with fetcher(site, settings) as net:
        with pytest.raises(Retry) as caught:
            net.get(f"http://127.0.0.1:{port}/")
        assert caught.value.reason == "port-closed"
        with pytest.raises(Retry) as caught:
            net.get("http://no-such-host.invalid/")
        assert caught.value.reason == "name-unknown"


def test_tls_that_is_none(site: Site, settings: Settings) -> None:
    site.pages["/"] = "x"
    with fetcher(site, settings) as net, pytest.raises((Stop, Retry)) as caught:
        net.get(f"https://127.0.0.1:{site.port}/")
    assert caught.value.reason in ("tls", "timeout")


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "0.0.0.0"],
)
def test_our_own_machine_is_never_asked(host: str, site: Site, settings: Settings) -> None:
    site.pages["/"] = "secret"
    with (
        fetcher(site, settings, allow_private=False) as net,
        pytest.raises(PolicyRefusal, match="private"),
    ):
        net.get(f"http://{host}:{site.port}/")
    assert site.asked == []


def test_a_name_that_leads_home_is_never_asked(site: Site, settings: Settings) -> None:
    """The name is public in spelling; only its resolved address gives it away."""
    site.pages["/"] = "secret"
    name = "127.0.0.1.nip.invalid"
    real = socket.getaddrinfo
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            socket,
            "getaddrinfo",
            lambda host, *rest, **more: real("127.0.0.1" if host == name else host, *rest, **more),
        )
        with (
            fetcher(site, settings, allow_private=False) as net,
            pytest.raises(PolicyRefusal, match="private"),
        ):
            net.get(f"http://{name}:{site.port}/")
    assert site.asked == []


def test_no_cookie_is_kept(site: Site, settings: Settings) -> None:
    seen: list[str | None] = []

    def page(request: BaseHTTPRequestHandler) -> None:
        seen.append(request.headers.get("Cookie"))
        send(request, "x", headers=(("Set-Cookie", "id=1; Path=/"),))

    site.pages["/"] = page
    with fetcher(site, settings) as net:
        net.get(f"{site.url}/")
        net.get(f"{site.url}/")
    assert seen == [None, None]


def test_the_environment_names_no_proxy(
    site: Site, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.pages["/"] = "direct"
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with fetcher(site, settings) as net:
        assert net.get(f"{site.url}/").payload == b"direct"


def test_over_tor_no_name_is_ever_resolved_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy is a listener of ours: what is asked of the resolver is its address alone."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def watched(host: str, *rest: object, **more: object) -> object:
        asked.append(host)
        return real(host, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", watched)
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as proxy:

        def serve() -> None:
            peer, _ = proxy.accept()
            with peer:
                heard.append(peer.recv(100))
                peer.sendall(b"\x05\x02")
                heard.append(peer.recv(1000))
                peer.sendall(b"\x01\x00")
                heard.append(peer.recv(1000))
                peer.sendall(b"\x05\xf0\x00\x01" + bytes(6))

        thread = threading.Thread(target=serve)
        thread.start()
        onion = "duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion"
        tor = Source.model_validate(
            {"name": "market", "route": "tor", "start": [f"http://{onion}/"]}
        )
        socks = TorSettings(socks=f"127.0.0.1:{proxy.getsockname()[1]}")
        with Fetcher(tor, Settings(tor=socks)) as net, pytest.raises(Retry) as caught:
            net.get(f"http://{onion}/")
        thread.join()
    assert caught.value.reason == "descriptor-missing"
    assert set(asked) == {"127.0.0.1"}
    assert b"spoor-market" in heard[1]
    assert onion.encode() in heard[2]


def test_an_onion_address_never_leaves_by_the_clear_net(site: Site, settings: Settings) -> None:
    onion = "http://duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion/"
    with fetcher(site, settings) as net, pytest.raises(PolicyRefusal, match="outside Tor"):
        net.get(onion)
