"""Serves a made-up world on this machine's loopback, and nowhere else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from app.rehearsal.files import PAGES
from app.rehearsal.nouns import World
from app.rehearsal.pages import world_pages
from app.rehearsal.sites.html import STAMP

LOOPBACK = "127.0.0.1"
_TYPES = {"html": "text/html; charset=utf-8", "txt": "text/plain; charset=utf-8"}
_LOST = f"<!DOCTYPE html><title>Not found</title><!-- {STAMP} --><p>Nothing here.".encode()

Read = Callable[[str], bytes | None]
"""A path below the root → the bytes served there."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int, read: Read) -> None:
        super().__init__((LOOPBACK, port), _Handler)
        self.read = read


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
        path = unquote(urlsplit(self.path).path).lstrip("/")
        path = f"{path}index.html" if path.endswith("/") or not path else path
        content = self.server.read(path)
        kind = _TYPES.get(path.rpartition(".")[2], "application/octet-stream")
        self.send_response(HTTPStatus.NOT_FOUND if content is None else HTTPStatus.OK)
        self.send_header("Content-Type", _TYPES["html"] if content is None else kind)
        self.send_header("Content-Length", str(len(_LOST if content is None else content)))
        self.end_headers()
        if body:
            self.wfile.write(_LOST if content is None else content)

    def date_time_string(self, timestamp: float | None = None) -> str:
        return formatdate(timestamp, usegmt=True)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (its name there)
        """Requests are the collector's to log."""


@contextmanager
def serve_world(world: World | Path, port: int = 0) -> Iterator[str]:
    """Serve a world, or the folder that :func:`write_world` made; yields ``http://127.0.0.1:PORT``.

    Port 0 takes a free one. The server ends with the block.
    """
    read = _from_folder(world / PAGES) if isinstance(world, Path) else dict(world_pages(world)).get
    with _Server(port, read) as server:
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
