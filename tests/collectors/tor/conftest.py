"""What the tests of Tor share: a web server with slow and broken pages, sources over Tor."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from app.rehearsal.private_tor import PrivateTor, tor_is_installed
from config.settings import CollectionSettings, Settings, TorSettings
from config.sources import Source

SLOW_BYTES = 400_000
SKEW_LIBRARY = """
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
static long skew(void) { const char *text = getenv("TEST_SKEW"); return text ? atol(text) : 0; }
int clock_gettime(clockid_t which, struct timespec *out) {
  int result = syscall(SYS_clock_gettime, which, out);
  if (!result && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) out->tv_sec += skew();
  return result;
}
time_t time(time_t *out) {
  struct timespec now; clock_gettime(CLOCK_REALTIME, &now);
  if (out) *out = now.tv_sec;
  return now.tv_sec;
}
int gettimeofday(struct timeval *out, void *zone) {
  struct timespec now; clock_gettime(CLOCK_REALTIME, &now);
  out->tv_sec = now.tv_sec; out->tv_usec = now.tv_nsec / 1000;
  return 0;
}
"""


def until(true: Callable[[], bool], seconds: float = 60) -> bool:
    """Whether it came true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.05)
    return False


@dataclass(slots=True)
class Web:
    """A web server on loopback: ``/slow`` drips until ``stop``, all else is a short page."""

    port: int
    asked: list[str] = field(default_factory=list)
    dripping: threading.Event = field(default_factory=threading.Event)
    stop: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def web() -> Iterator[Web]:
    class Request(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found.asked.append(self.path)
            slow = self.path == "/slow"
            body = b"x" * (SLOW_BYTES if slow else 100)
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[:100])
            if slow:
                self._drip(body[100:])

        def _drip(self, body: bytes) -> None:
            for start in range(0, len(body), 1000):
                if found.stop.wait(0.05):
                    return
                try:
                    self.wfile.write(body[start : start + 1000])
                except OSError:
                    return
                found.dripping.set()

        def log_message(self, *_: object) -> None: ...

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None: ...

    with Server(("127.0.0.1", 0), Request) as server:
        found = Web(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield found
        finally:
            found.stop.set()
            server.shutdown()
            thread.join()


def onion_source(name: str = "market") -> Source:
    return Source.model_validate({"name": name, "route": "tor", "engine": "generic"})


def settings_for(tor: TorSettings, timeout: float = 60.0) -> Settings:
    return Settings(tor=tor, collection=CollectionSettings(timeout_seconds=timeout))


def own_tor(network: PrivateTor, **more: object) -> TorSettings:
    """Settings of a tor of spoor's own that joins the private network."""
    return TorSettings.model_validate({"start": "always", "options": network.options, **more})


@pytest.fixture
def tor() -> str:
    """The path of tor; skips where it is missing."""
    if not tor_is_installed():
        pytest.skip("no tor is installed; scripts/system-packages.sh installs it")
    return shutil.which("tor", path="/usr/sbin:/usr/bin:/usr/local/bin") or "tor"


@pytest.fixture(scope="session")
def skewed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], str]:
    """Makes a tor whose clock is so many seconds off; skips where there is no C compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip(
            "no C compiler, so tor's clock can not be put wrong (see scripts/system-packages.sh)"
        )
    folder = tmp_path_factory.mktemp("skew")
    (folder / "skew.c").write_text(SKEW_LIBRARY, "ascii")
    library = folder / "skew.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, folder / "skew.c"], check=True)

    def make(seconds: int) -> str:
        script = folder / f"tor{seconds}"
        script.write_text(
            f'#!/bin/sh\nLD_PRELOAD={library} TEST_SKEW={seconds} PATH="$PATH:/usr/sbin" '
            'exec tor "$@"\n',
            "ascii",
        )
        script.chmod(0o755)
        return str(script)

    return make


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "tor"
