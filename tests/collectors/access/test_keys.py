"""Keys against a real server: shown where they belong, renewed, and in nothing that is kept."""

from __future__ import annotations

import base64
import json
import logging
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from collectors.access import Keys, access_to
from collectors.interfaces import Told
from collectors.web.access import redacted, shown_at
from collectors.web.collect import collect_source
from collectors.web.network import Fetcher
from config.settings import Settings, Workspace
from config.source_interface import Access
from config.sources import Source
from model.errors import CollectionError, ConfigurationError, Skip, Stop
from model.evidence import Mandate
from vault.vault import open_vault

from .conftest import Service, holding, send, spellings

SECRET = "sk-live/Zm9v+YmFy=QUX&1"
PASSWORD = "app-pass-word-1234"


def source(service: Service, engine: str = "mastodon", kind: str = "token", **more: Any) -> Source:
    given = {
        "name": "net",
        "route": "clear",
        "start": [f"{service.url}/"],
        "allow_private": True,
        "interface": {"access": {"kind": kind}},
    }
    return Source(engine=engine, **(given | more))


def keys(of: Source, environment: Mapping[str, str] | None = None) -> Keys:
    given = {
        "SPOOR_NET_TOKEN": SECRET,
        "SPOOR_NET_CLIENT_ID": "the-id",
        "SPOOR_NET_CLIENT_SECRET": SECRET,
        "SPOOR_NET_USER": "officer.example.org",
        "SPOOR_NET_PASSWORD": PASSWORD,
    }
    found = access_to(of, environment=given if environment is None else environment)
    assert found is not None
    return found


def fetcher(of: Source, settings: Settings) -> Fetcher:
    return Fetcher(of, settings, access=keys(of))


class Bluesky:
    """Sessions as com.atproto.server has them; ``revoked`` access tokens are told by 400."""

    def __init__(self, service: Service, *, life: int = 7_200) -> None:
        self.made = self.refreshed = 0
        self.good: set[str] = set()
        self.refresh_is_good = True
        self._life = life
        self._lock = threading.Lock()
        service.pages["/xrpc/com.atproto.server.createSession"] = self._create
        service.pages["/xrpc/com.atproto.server.refreshSession"] = self._refresh
        service.pages["/read"] = self._read

    def _session(self) -> dict[str, str]:
        number = self.made + self.refreshed
        claims = json.dumps({"iat": 1_000, "exp": 1_000 + self._life, "jti": number}).encode()
        body = base64.urlsafe_b64encode(claims).decode().rstrip("=")
        access = f"eyJhbGciOiJIUzI1NiJ9.{body}.signature{number}"
        self.good = {access}
        return {"accessJwt": access, "refreshJwt": f"refresh-token-{number}", "did": "did:plc:x"}

    def _create(self, request: BaseHTTPRequestHandler) -> None:
        with self._lock:
            self.made += 1
            send(request, self._session())

    def _refresh(self, request: BaseHTTPRequestHandler) -> None:
        with self._lock:
            if not self.refresh_is_good:
                send(request, {"error": "ExpiredToken"}, status=400)
                return
            self.refreshed += 1
            send(request, self._session())

    def _read(self, request: BaseHTTPRequestHandler) -> None:
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if shown in self.good:
            send(request, {"posts": []})
        else:
            send(request, {"error": "ExpiredToken", "message": f"bad token {shown}"}, status=400)


def test_a_token_is_shown_at_the_sources_own_origin_only(
    service: Service, settings: Settings
) -> None:
    service.pages["/"] = service.pages["/robots.txt"] = lambda request: send(request, {})
    of = source(service)
    with fetcher(of, settings) as net:
        net.get(f"{service.url}/")
        net.get(f"{service.url}/robots.txt")
        net.get(f"http://localhost:{service.port}/")
    assert service.shown("/") == [f"Bearer {SECRET}", ""]
    assert service.shown("/robots.txt") == [""]


def test_a_mirror_of_the_source_is_shown_it_too(service: Service, settings: Settings) -> None:
    service.pages["/"] = lambda request: send(request, {})
    of = source(service, mirrors=[f"http://localhost:{service.port}/"])
    with fetcher(of, settings) as net:
        net.get(f"http://localhost:{service.port}/")
    assert service.shown("/") == [f"Bearer {SECRET}"]


def test_never_in_clear_over_the_net() -> None:
    plain = Source(
        name="net",
        engine="mastodon",
        route="clear",
        start=["http://net.example/"],
        interface={"access": {"kind": "token"}},
    )
    assert shown_at(plain) == frozenset()
    with pytest.raises(ConfigurationError, match="https only"):
        access_to(plain, environment={"SPOOR_NET_TOKEN": SECRET})
    onion = plain.model_copy(update={"route": "tor", "start": (f"http://{'a' * 56}.onion/",)})
    assert len(shown_at(onion)) == 1
    both = plain.model_copy(update={"mirrors": ("https://net.example/",)})
    assert shown_at(both) == {("https", ("net.example", 443))}
    interface = plain.interface.model_copy(update={"access": Access(kind="app")})
    with_login = both.model_copy(update={"engine": "ebay", "interface": interface})
    asked: list[str] = []
    logging_in = keys(with_login)
    logging_in.through(lambda question: asked.append(question.url) or Told("", 401, b"{}"))
    with pytest.raises(Stop):
        logging_in.headers("https://net.example/")
    assert asked == ["https://net.example/identity/v1/oauth2/token"]


def test_a_key_in_the_source_file_is_refused(service: Service) -> None:
    of = source(service, start=[f"{service.url}/?key=a-key-in-the-address"])
    with pytest.raises(ConfigurationError, match="stands in the source file") as caught:
        access_to(of, environment={"SPOOR_NET_TOKEN": "a-key-in-the-address"})
    assert "a-key-in-the-address" not in str(caught.value)


def test_a_kind_of_access_without_a_way_is_refused(service: Service) -> None:
    with pytest.raises(ConfigurationError, match="no login of matrix"):
        access_to(source(service, "matrix", "password"), environment={})


def test_a_redirect_takes_no_token_along(service: Service, settings: Settings) -> None:
    away = f"http://localhost:{service.port}/away"
    service.pages["/"] = lambda request: send(
        request, {}, status=302, headers=(("Location", f"{away}?shown={SECRET}"),)
    )
    with fetcher(source(service), settings) as net:
        answer = net.get(f"{service.url}/")
    assert answer.header("Location") == f"{away}?shown=[redacted]"
    assert answer.redacted == 1
    assert [path for _, path, *_ in service.asked] == ["/"]


@pytest.mark.parametrize("engine", ["ebay", "reddit"])
def test_an_application_gets_a_token_once_for_all_threads(
    service: Service, settings: Settings, engine: str
) -> None:
    tokens = iter(f"token-number-{number}" for number in range(99))
    path = {"ebay": "/identity/v1/oauth2/token", "reddit": "/api/v1/access_token"}[engine]
    service.pages[path] = lambda request: send(
        request, {"access_token": next(tokens), "token_type": "bearer", "expires_in": 3_600}
    )
    service.pages["/page"] = lambda request: send(request, {})
    of = source(service, engine, "app")
    with fetcher(of, settings) as net, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: net.get(f"{service.url}/page"), range(40)))
    assert set(service.shown("/page")) == {"Bearer token-number-0"}
    assert len(service.shown("/page")) == 40
    [shown] = service.shown(path)
    assert base64.b64decode(shown.removeprefix("Basic ")).startswith(b"the-id:sk-live")


def test_a_session_is_renewed_when_it_is_refused(service: Service, settings: Settings) -> None:
    bluesky = Bluesky(service)
    with fetcher(source(service, "bluesky", "password"), settings) as net:
        assert net.get(f"{service.url}/read").status == 200
        bluesky.good.clear()
        assert net.get(f"{service.url}/read").status == 200
        assert (bluesky.made, bluesky.refreshed) == (1, 1)
        bluesky.good.clear()
        bluesky.refresh_is_good = False
        assert net.get(f"{service.url}/read").status == 200
        assert (bluesky.made, bluesky.refreshed) == (2, 1)
    assert service.shown("/xrpc/com.atproto.server.refreshSession")[0] == "Bearer refresh-token-1"


def test_threads_refused_together_renew_once(service: Service, settings: Settings) -> None:
    bluesky = Bluesky(service)
    with (
        fetcher(source(service, "bluesky", "password", pace={"concurrency": 8}), settings) as net,
        ThreadPoolExecutor(8) as pool,
    ):
        net.get(f"{service.url}/read")
        bluesky.good.clear()
        answers = list(pool.map(lambda _: net.get(f"{service.url}/read").status, range(40)))
    assert answers == [200] * 40
    assert bluesky.made + bluesky.refreshed <= 3


def test_a_token_that_never_works_is_not_got_again_and_again(
    service: Service, settings: Settings
) -> None:
    bluesky = Bluesky(service)
    service.pages["/read"] = lambda request: send(request, {}, status=401)
    with fetcher(source(service, "bluesky", "password"), settings) as net:
        assert [net.get(f"{service.url}/read").status for _ in range(5)] == [401] * 5
    assert (bluesky.made, bluesky.refreshed) == (1, 0)


def test_a_session_is_renewed_before_it_ends(service: Service, settings: Settings) -> None:
    bluesky, now = Bluesky(service, life=1_000), [0.0]
    of = source(service, "bluesky", "password")
    with Fetcher(of, settings, access=_keys_with_a_clock(of, now)) as net:
        net.get(f"{service.url}/read")
        now[0] = 850.0
        net.get(f"{service.url}/read")
        assert bluesky.refreshed == 0
        now[0] = 910.0
        net.get(f"{service.url}/read")
    assert (bluesky.made, bluesky.refreshed) == (1, 1)


def _keys_with_a_clock(of: Source, now: list[float]) -> Keys:
    found = keys(of)
    found._now = lambda: now[0]
    return found


def test_a_login_refused_stops_the_source_and_is_not_repeated(
    service: Service, settings: Settings
) -> None:
    service.pages["/identity/v1/oauth2/token"] = lambda request: send(
        request, {"error": "invalid_client", "error_description": SECRET}, status=401
    )
    with fetcher(source(service, "ebay", "app"), settings) as net:
        for _ in range(3):
            with pytest.raises(Stop) as caught:
                net.get(f"{service.url}/page")
            assert caught.value.reason == "token-refused"
            assert "invalid_client" in caught.value.message
    assert [path for _, path, *_ in service.asked] == ["/identity/v1/oauth2/token"]


@pytest.mark.parametrize(("status", "reason"), [(503, "server-error"), (429, "rate-limit")])
def test_a_login_that_has_trouble_is_tried_again(
    service: Service, settings: Settings, status: int, reason: str
) -> None:
    path = "/identity/v1/oauth2/token"
    service.pages[path] = lambda request: send(request, {}, status=status)
    with fetcher(source(service, "ebay", "app"), settings) as net:
        with pytest.raises(CollectionError) as caught:
            net.get(f"{service.url}/page")
        assert caught.value.reason == reason
        good = {"access_token": "token-of-some-length"}
        service.pages[path] = lambda request: send(request, good)
        service.pages["/page"] = lambda request: send(request, {})
        assert net.get(f"{service.url}/page").status == 200


def test_a_login_too_large_or_of_media_is_a_failure_of_the_service(
    service: Service, settings: Settings
) -> None:
    path = "/identity/v1/oauth2/token"
    of = source(service, "ebay", "app")
    for body, kind in ((b"\x89PNG\r\n\x1a\n" + bytes(99), "image/png"), (b"x" * 5_000, "text/x")):
        service.pages[path] = lambda request, body=body, kind=kind: send(request, body, kind=kind)
        small = settings.collection.model_copy(update={"max_bytes": 4_096})
        with (
            Fetcher(of, Settings(collection=small), access=keys(of)) as net,
            pytest.raises(CollectionError) as caught,
        ):
            net.get(f"{service.url}/page")
        assert caught.value.reason == "server-error"
        assert not isinstance(caught.value, Skip)


def echo(request: BaseHTTPRequestHandler) -> None:
    """Repeats what it was shown: in body, headers, names of headers and where it leads."""
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    path = request.path.partition("?")[0]
    every = b"\n".join(one for one in spellings(shown) if b"\0" not in one)
    plain = spellings(shown)[0].decode()
    headers: tuple[tuple[str, str], ...] = (
        ("X-Shown", plain),
        ("Set-Cookie", f"t={plain}; Path=/"),
    )
    if path == "/":
        links = "".join(f'<a href="/{each}">x</a>' for each in ("away", "coded", "missing", "late"))
        page = (
            b"<html><body><h1>Offer</h1><p>" + every + b"</p>" + links.encode() + b"</body></html>"
        )
        send(request, page, kind="text/html", headers=headers)
    elif path == "/away":
        place = spellings(shown)[3].decode()
        send(request, b"", status=302, headers=(("Location", f"/to?t={place}"), *headers))
    elif path == "/coded":
        send(request, b"x", kind="text/html", headers=(("Content-Encoding", plain), *headers))
    elif path == "/late":
        request.wfile.write(f"HTTP/1.1 {plain} Nonsense {plain}\r\n\r\n".encode())
        request.close_connection = True
    else:
        send(request, every, kind="text/html", status=404, headers=headers)


def test_what_a_server_repeats_of_a_secret_is_nowhere(
    service: Service,
    settings: Settings,
    workspace: Workspace,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    for path in ("/", "/away", "/coded", "/missing", "/late", "/to"):
        service.pages[path] = echo
    of = source(service, engine="generic", follow=[{"select": "a[href]"}])
    found = keys(of)
    said: list[str] = []
    with open_vault(workspace) as vault:
        vault.add_mandate(
            Mandate("m1", "a", "p", ("net",), "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "law")
        )
        vault.record("keys used", "net", found.told())
        report = collect_source(
            vault, of, settings, access=found, pause=lambda _: None, progress=lambda _: None
        )
        assert report.failures
        said += [str(report), repr(found), str(found.told())]
        captures = list(vault.captures())
        said += [repr(one) for one in captures]
        said += [repr(one) for one in vault.documents()]
        said += [repr(one) for one in vault.custody()]
        assert not list(vault.verify())
        front = next(one for one in captures if one.url == f"{service.url}/")
        assert int(str(front.reading["redacted"])) >= 10
        assert vault.payload(front).count(b"[redacted]") >= 10
        assert dict(front.headers)["X-Shown"] == "[redacted]"
    assert "Bearer " + SECRET in service.shown("/late")
    captured = capsys.readouterr()
    said += [captured.out, captured.err, caplog.text, str(caplog.records)]
    assert holding(SECRET, workspace.root) == []
    everything = "\n".join(said).encode()
    assert not [one for one in spellings(SECRET, core=True) if one in everything]


def test_the_search_for_leaks_finds_one(tmp_path: Path) -> None:
    for number, one in enumerate(spellings(SECRET)):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "file").write_bytes(b"x" + one)
        assert holding(SECRET, folder)


def test_an_error_and_what_caused_it_tell_no_secret(service: Service, settings: Settings) -> None:
    service.pages["/late"] = service.pages["/coded"] = echo
    of = source(service, engine="generic")
    with fetcher(of, settings) as net:
        for path in ("/late", "/coded"):
            with pytest.raises(CollectionError) as caught:
                net.get(f"{service.url}{path}")
            error: BaseException | None = caught.value
            while error is not None:
                assert SECRET not in f"{error} {error!r} {error.__dict__}"
                error = error.__cause__ or error.__context__


def test_what_is_told_of_keys_in_use_is_names_and_places(service: Service) -> None:
    found = keys(source(service, "reddit", "app"))
    assert found.told() == {
        "keys": [
            {"name": "SPOOR_NET_CLIENT_ID", "from": "environment"},
            {"name": "SPOOR_NET_CLIENT_SECRET", "from": "environment"},
        ]
    }
    assert found.part("CLIENT_ID") == "the-id"
    assert redacted(found, "the-id") == ("the-id", 0)
