"""Every source file there is: shipped, examples, rehearsal's, and those of ``--sources DIR``."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.rehearsal import make_world, write_sources
from app.rehearsal.pages import SITES, world_pages
from config.saved_pages import Expected, SavedPage, saved_pages
from config.settings import CollectionSettings, Settings
from config.sources import EXAMPLES, SHIPPED, Source, load_source

REHEARSAL = "rehearsal"
BASE = "http://127.0.0.1:4711"


@dataclass(frozen=True, slots=True)
class Kept:
    """One page of a source as it was served: a name, the bytes, and what is expected of it."""

    name: str
    payload: bytes
    expected: Expected | None
    url: str


def source_files(config: pytest.Config) -> dict[str, str]:
    """What each source is called in test names → where its file is; rehearsal's are made later."""
    found = {f"shipped-{path.stem}": str(path) for path in sorted(SHIPPED.glob("*.yml"))}
    found |= {f"example-{path.stem}": str(path) for path in sorted(EXAMPLES.glob("*.yml"))}
    found |= {f"{REHEARSAL}-{name}": f"{REHEARSAL}:{name}" for name in sorted(SITES)}
    if given := config.getoption("--sources"):
        own = sorted(Path(given).glob("*.yml"))
        found |= {f"own-{path.stem}": str(path.resolve()) for path in own}
    return found


def is_asked_for(place: str) -> bool:
    """Whether it is read page by page; files that do not load fail another test.

    Telegram by an account is not: it is held to the same in tests/collectors/telegram.
    """
    if place.startswith(REHEARSAL):
        return True
    text = Path(place).read_text("utf-8", "replace")
    return "route: import" not in text and "\nengine: telegram\n" not in text


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """``place`` is any source file, ``asked`` one that the collector goes to."""
    files = source_files(metafunc.config)
    if "place" in metafunc.fixturenames:
        metafunc.parametrize("place", files.values(), ids=files.keys(), scope="session")
    if "asked" in metafunc.fixturenames:
        wanted = {name: place for name, place in files.items() if is_asked_for(place)}
        metafunc.parametrize("asked", wanted.values(), ids=wanted.keys(), scope="session")


@dataclass(slots=True)
class Shelf:
    """Source files with their pages, found by the place that names them."""

    rehearsed: dict[str, Path]
    world: dict[str, list[Kept]]
    shared: Path | None

    def file(self, place: str) -> Path:
        kind, _, name = place.partition(":")
        return self.rehearsed[name] if kind == REHEARSAL else Path(place)

    def source(self, place: str) -> Source:
        return load_source(self.file(place))

    def pages(self, place: str) -> list[Kept]:
        """The saved pages of a source; those of closed markets lie with the shared data."""
        kind, _, name = place.partition(":")
        if kind == REHEARSAL:
            return self.world[name]
        source = self.source(place)
        own = [kept(page) for page in saved_pages(source)]
        if own or self.shared is None:
            return own
        folder = self.shared / "darknet/html" / source.name
        files = sorted(folder.rglob("*.html")) if folder.is_dir() else []
        return [Kept(path.name, path.read_bytes(), None, "") for path in files]


def kept(page: SavedPage) -> Kept:
    url = page.expected.url if page.expected is not None else ""
    return Kept(page.path.name, page.path.read_bytes(), page.expected, url)


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Shelf:
    world = make_world(seed=5, accounts=12, networks=0)
    pages: dict[str, list[Kept]] = {name: [] for name in SITES}
    for path, content in world_pages(world):
        name = path.partition("/")[0]
        if name in pages:
            url = f"{BASE}/{path.removesuffix('index.html')}"
            pages[name].append(Kept(path, content, None, url))
    files = write_sources(tmp_path_factory.mktemp("rehearsal"), BASE)
    try:
        shared = request.getfixturevalue("shared_data")
    except pytest.skip.Exception:
        shared = None
    return Shelf({file.stem: file for file in files}, pages, shared)


@dataclass(slots=True)
class Served:
    """Saved pages on a loopback server, under the paths they had; ``asked`` is what was asked.

    ``stamp`` is in every other answer, for made-up material goes only into workspaces of its own.
    """

    base: str = ""
    stamp: bytes = b""
    pages: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def add(self, page: Kept) -> str:
        """Serve a page, its links to its own site turned to this one; its address here."""
        parts = urlsplit(page.url)
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        home = f"{parts.scheme}://{parts.netloc}".encode()
        self.pages[path] = page.payload.replace(home, self.base.encode())
        return f"{self.base}{path}"


@pytest.fixture
def served() -> Iterator[Served]:
    found = Served()

    class Request(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 20

        def do_GET(self) -> None:
            found.asked.append(self.path)
            content = found.pages.get(self.path)
            self.send_response(404 if content is None else 200)
            content = found.stamp if content is None else content
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            if not isinstance(sys.exception(), ConnectionError):
                super().handle_error(request, client_address)  # type: ignore[arg-type]

    with Server(("127.0.0.1", 0), Request) as server:
        server.daemon_threads = True
        found.base = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield found
        server.shutdown()
        thread.join()


@pytest.fixture
def settings() -> Settings:
    return Settings(collection=CollectionSettings(delay_seconds=0, timeout_seconds=20))
