"""A service on loopback that asks for keys, gives tokens, and repeats what it is shown."""

from __future__ import annotations

import base64
import gzip
import html
import json
import re
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest

from config.settings import CollectionSettings, Settings

Handler = Callable[[BaseHTTPRequestHandler], None]


@dataclass(slots=True)
class Service:
    """``pages`` maps paths without their query to what answers; ``asked`` is what came."""

    port: int = 0
    pages: dict[str, Handler] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def shown(self, path: str) -> list[str]:
        """The Authorization headers that came with requests for this path."""
        return [head.get("authorization", "") for _, at, head, _ in self.asked if at == path]

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        path = request.path.partition("?")[0]
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.asked.append((request.command, path, headers, body))
        page = self.pages.get(path)
        if page is None:
            send(request, "{}", status=404)
        else:
            page(request)


def send(
    request: BaseHTTPRequestHandler,
    body: object,
    *,
    status: int = 200,
    kind: str = "application/json",
    headers: tuple[tuple[str, str], ...] = (),
) -> None:
    """A whole answer; what is no text or bytes goes out as JSON."""
    raw = body if isinstance(body, bytes) else body if isinstance(body, str) else json.dumps(body)
    raw = raw.encode() if isinstance(raw, str) else raw
    request.send_response(status)
    for name, value in (("Content-Type", kind), *headers):
        request.send_header(name, value)
    request.send_header("Content-Length", str(len(raw)))
    request.end_headers()
    request.wfile.write(raw)


def spellings(secret: str, *, core: bool = False) -> list[bytes]:
    """A secret as a server may write it, made here by encoding.

    ``core`` is what of Base64 stays the same whatever stands beside the secret.
    """
    found = [secret.encode(), html.escape(secret).encode(), json.dumps(secret)[1:-1].encode()]
    percent = quote(secret, safe="")
    lower = re.sub("%..", lambda found: found.group().lower(), percent)
    found += [percent.encode(), lower.encode(), quote(percent, safe="").encode()]
    found += [secret.replace("/", "\\/").encode(), secret.encode("utf-16-le")[:-1]]
    found += [secret.encode().hex().encode(), secret.encode().hex().upper().encode()]
    found.append("".join(f"\\u{ord(c):04x}" if not c.isalnum() else c for c in secret).encode())
    for before in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            packed = encode(b"x" * before + secret.encode())
            found.append(packed[4:-4] if core else packed)
    return found


def holding(secret: str, folder: Path) -> list[str]:
    """The files in which a secret stands, in whatever spelling, packed files unpacked."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            if path.suffix == ".gz":
                content += gzip.decompress(content)
            found += [str(path) for one in spellings(secret, core=True) if one in content]
    return found


@pytest.fixture
def service() -> Iterator[Service]:
    found = Service()

    class Request(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 20

        def do_GET(self) -> None:
            found.answer(self)

        def do_POST(self) -> None:
            found.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            if not isinstance(sys.exception(), ConnectionError):
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
    return Settings(collection=CollectionSettings(delay_seconds=0, timeout_seconds=10))
