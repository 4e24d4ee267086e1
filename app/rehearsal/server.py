"""Serves a made-up world on this machine's loopback, and nowhere else."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

from app.rehearsal.files import NETWORKS, PAGES, SOCIAL, social_data
from app.rehearsal.nouns import World
from app.rehearsal.pages import world_pages
from app.rehearsal.sites.html import STAMP
from app.rehearsal.social import bluesky, mastodon
from model.canonical import Json

LOOPBACK = "127.0.0.1"
_TYPES = {"html": "text/html; charset=utf-8", "txt": "text/plain; charset=utf-8"}
_LOST = f"<!DOCTYPE html><title>Not found</title><!-- {STAMP} --><p>Nothing here.".encode()

Read = Callable[[str], bytes | None]
"""A path below the root → the bytes served there."""

Networks: TypeAlias = Mapping[str, Mapping[str, Json]]
"""What the servers of the networks know, by network."""

_JSON = "application/json; charset=utf-8"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int, read: Read, social: Networks) -> None:
        super().__init__((LOOPBACK, port), _Handler)
        self.read = read
        self.social = social


class _Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD, each in one packet; says nothing on standard error."""

    disable_nagle_algorithm = True
    wbufsize = 1 << 16

    protocol_version = "HTTP/1.1"
    server_version = "rehearsal"
    sys_version = ""
    server: _Server

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def _answer(self, *, body: bool) -> None:
        parts = urlsplit(self.path)
        path = unquote(parts.path).lstrip("/")
        if path.startswith(("api/", "xrpc/")):
            status, kind, content = _of_network(self.server.social, path, parts.query)
        else:
            status, kind, content = _of_site(self.server.read, path)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Made-Up", STAMP)
        self.end_headers()
        if body:
            self.wfile.write(content)

    def date_time_string(self, timestamp: float | None = None) -> str:
        return formatdate(timestamp, usegmt=True)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (its name there)
        """Requests are the collector's to log."""


def _of_site(read: Read, path: str) -> tuple[HTTPStatus, str, bytes]:
    path = f"{path}index.html" if path.endswith("/") or not path else path
    content = read(path)
    if content is None:
        return HTTPStatus.NOT_FOUND, _TYPES["html"], _LOST
    return HTTPStatus.OK, _TYPES.get(path.rpartition(".")[2], "application/octet-stream"), content


def _of_network(known: Networks, path: str, query: str) -> tuple[HTTPStatus, str, bytes]:
    """An answer of one of the networks, with the status that it has there."""
    asked = dict(parse_qsl(query))
    interface, _, rest = path.partition("/")
    try:
        if interface == "api":
            found = mastodon.answer(known["mastodon"], rest, asked)
        else:
            found = bluesky.answer(known["bluesky"], rest, asked)
    except ValueError:  # a number that is none
        found = {"error": "InvalidRequest", "message": "a parameter is malformed"}
    status = HTTPStatus.BAD_REQUEST if bluesky.is_error(found) else HTTPStatus.OK
    if found is None:
        status, found = HTTPStatus.NOT_FOUND, {"error": "Record not found"}
    return status, _JSON, json.dumps(found, ensure_ascii=False).encode()


@contextmanager
def serve_world(world: World | Path, port: int = 0) -> Iterator[str]:
    """Serve a world, or the folder that :func:`write_world` made; yields ``http://127.0.0.1:PORT``.

    Port 0 takes a free one. The server ends with the block.
    """
    if isinstance(world, Path):
        read, social = _from_folder(world / PAGES), _networks(world / SOCIAL)
    else:
        read, social = dict(world_pages(world)).get, social_data(world)
    with _Server(port, read, social) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://{LOOPBACK}:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def _from_folder(folder: Path) -> Read:
    root = folder.resolve()

    def read(path: str) -> bytes | None:
        """Nothing outside the folder, whatever the path says."""
        try:
            file = (root / path).resolve()
            return file.read_bytes() if file.is_relative_to(root) and file.is_file() else None
        except (OSError, ValueError):
            return None

    return read


def _networks(folder: Path) -> Networks:
    return {name: json.loads((folder / f"{name}.json").read_text("utf-8")) for name in NETWORKS}
