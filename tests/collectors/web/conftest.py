"""A small real web server on loopback whose every answer a test can set."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from config.settings import CollectionSettings, Settings
from config.sources import Source
from model.evidence import Mandate

Handler = Callable[[BaseHTTPRequestHandler], None]


@dataclass(slots=True)
class Site:
    """``pages`` maps paths to HTML, or to a function that answers; ``asked`` is what was asked.

    ``before`` is called first, and may change pages or path; what it answers true to is done with.
    """

    port: int = 0
    pages: dict[str, str | Handler] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    before: Callable[[BaseHTTPRequestHandler], object] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        if self.before is not None and self.before(request):
            return
        self.asked.append(request.path)
        page = self.pages.get(request.path)
        if callable(page):
            page(request)
        elif page is None:
            send(request, "<html><body>not found</body></html>", status=404)
        else:
            send(request, page)


def send(
    request: BaseHTTPRequestHandler,
    body: str | bytes,
    *,
    status: int = 200,
    headers: tuple[tuple[str, str], ...] = (),
) -> None:
    """A whole answer with its length."""
    raw = body.encode() if isinstance(body, str) else body
    request.send_response(status)
    for name, value in (("Content-Type", "text/html; charset=utf-8"), *headers):
        request.send_header(name, value)
    request.send_header("Content-Length", str(len(raw)))
    request.end_headers()
    request.wfile.write(raw)


def redirect(target: str) -> Handler:
    return lambda request: send(request, "", status=302, headers=(("Location", target),))


@pytest.fixture
def site() -> Iterator[Site]:
    found = Site()

    class Request(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 20  # one packet an answer: no waiting for a delayed acknowledgement

        def do_GET(self) -> None:
            found.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            if not isinstance(sys.exception(), ConnectionError):  # the client hung up: as tested
                super().handle_error(request, client_address)  # type: ignore[arg-type]

    server = Server(("127.0.0.1", 0), Request)
    server.daemon_threads = True
    found.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def settings() -> Settings:
    return Settings(
        collection=CollectionSettings(delay_seconds=0, timeout_seconds=0.5, max_bytes=200_000)
    )


@pytest.fixture
def mandate() -> Mandate:
    return Mandate(
        id="m1",
        authority="Test",
        purpose="test",
        sources=("bazaar",),
        valid_from="2025-01-01T00:00:00Z",
        valid_until="2027-01-01T00:00:00Z",
    )


def source(site: Site, **more: object) -> Source:
    """A market of two kinds of pages: results with links, and listings."""
    return Source.model_validate(
        {
            "name": "bazaar",
            "engine": "market",
            "route": "clear",
            "allow_private": True,
            "start": [f"{site.url}/"],
            "follow": [{"select": "a.follow"}],
            "signs": {
                "login": {"select": "input[type=password]"},
                "captcha": {"select": "img.captcha"},
                "queue": {"title": "(?i)please wait"},
            },
            "pages": {
                "listing": {
                    "kind": "listing",
                    "when": {"select": "h1.listing"},
                    "id": {"select": "[data-id]", "attribute": "data-id"},
                    "fields": {
                        "title": {"select": "h1.listing"},
                        "seller": {"select": ".seller", "optional": True},
                    },
                },
                "results": {"kind": "results", "when": {"select": "ul.results"}},
            },
        }
        | more
    )


def results(*paths: str) -> str:
    links = "".join(f'<li><a class="follow" href="{path}">{path}</a></li>' for path in paths)
    head = "<html><head><title>Bazaar</title></head><body>"
    return f"{head}<ul class='results'>{links}</ul></body></html>"


def listing(number: int, *paths: str) -> str:
    links = "".join(f'<a class="follow" href="{path}">more</a>' for path in paths)
    return (
        f"<html><head><title>Bazaar</title></head><body data-id='{number}'>"
        f"<h1 class='listing'>Item {number}</h1><p class='seller'>eve</p>{links}</body></html>"
    )
