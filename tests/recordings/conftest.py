"""Recorded answers nobody here wrote, and a server on loopback that gives them again."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from .exchanges import Exchange
from .packages import Missing, unpacked

HOP_BY_HOP = frozenset(
    {"connection", "content-encoding", "content-length", "keep-alive", "transfer-encoding"}
)
"""Headers of the connection the answer was recorded on; the replaying one has its own."""


@pytest.fixture(scope="session")
def source_package() -> Callable[[str], Path]:
    """The unpacked source package ``NAME.txt`` pins; skips, saying why, where it is not had."""

    def found(name: str) -> Path:
        try:
            return unpacked(name)
        except Missing as problem:
            pytest.skip(str(problem))

    return found


@dataclass(slots=True)
class Replayed:
    """A server that answers with what was recorded: the n-th time with the n-th answer.

    The last answer to an address is given for ever; ``asked`` are the paths it was asked for.
    ``missing`` is the answer to everything else.
    """

    base: str = ""
    asked: list[str] = field(default_factory=list)
    missing: tuple[int, bytes] = (404, b"")
    _answers: dict[str, deque[Exchange]] = field(default_factory=lambda: defaultdict(deque))

    def add(self, exchanges: Iterable[Exchange]) -> None:
        for one in exchanges:
            self._answers[one.path].append(one)

    def answer(self, path: str) -> Exchange | None:
        waiting = self._answers.get(path)
        if not waiting:
            return None
        return waiting.popleft() if len(waiting) > 1 else waiting[0]


@pytest.fixture
def replayed() -> Iterator[Replayed]:
    """The server, running on a port of its own."""
    found = Replayed()

    class Request(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 20

        def do_GET(self) -> None:
            found.asked.append(self.path)
            told = found.answer(self.path)
            status, payload = found.missing if told is None else (told.status, told.payload)
            self.send_response_only(status)
            for name, value in {} if told is None else told.headers.items():
                if name not in HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Request) as server:
        server.daemon_threads = True
        found.base = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield found
        server.shutdown()
        thread.join()
