"""How fast a site is collected, beside bare requests over the same way, and in how much memory.

    python bench/collect.py [--pages 1500] [--threads 32] [--rounds 3] [--flat 20000]

A made-up market of 20 KB pages stands behind an onion service of a private Tor network (where
`tor` is installed; else that part is left out and said) and on plain loopback. In one run, turn by
turn: `requests` in threads with nothing done to the answers, and `collect_source`, which keeps
pace and frontier, seals, reads and writes documents. Only the ratio of the two matters. Then
pages are read without a network, and a large site is collected while the memory is watched.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import re
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import requests  # noqa: E402

from app.rehearsal.private_tor import private_tor, tor_is_installed  # noqa: E402
from collectors.reading import read_page  # noqa: E402
from collectors.web import CollectReport, collect_source  # noqa: E402
from config.settings import CollectionSettings, Settings, Workspace  # noqa: E402
from config.sources import Source  # noqa: E402
from model.clock import iso, system_clock  # noqa: E402
from model.evidence import Mandate  # noqa: E402
from vault.vault import open_vault  # noqa: E402

BRANCHES = 8
SIZE = 20_000
WORDS = [
    "tusk",
    "carved",
    "old",
    "shell",
    "horn",
    "feather",
    "skin",
    "price",
    "ship",
    "weight",
    "photo",
    "rare",
    "box",
    "trade",
]


def page(number: int, total: int) -> bytes:
    """A listing of about 20 KB that links to others, so that the site is a tree."""
    chance = random.Random(number)
    below = range(BRANCHES * number + 1, min(BRANCHES * number + BRANCHES + 1, total))
    links = "".join(f'<li><a class="more" href="/item/{n}">Item {n}</a></li>' for n in below)
    head = (
        f"<!DOCTYPE html><html><head><title>Item {number}</title></head><body>"
        f"<h1>Item {number}</h1><b class=id>{number}</b>"
        f"<a class=seller href='/seller/{number % 50}'>seller{number % 50}</a>"
        f"<span class=price>{chance.randrange(10, 9000)} USD</span><ul>{links}</ul><div class=text>"
    )
    text = []
    size = len(head) + 40
    while size < SIZE:
        line = f"<p>{' '.join(chance.choices(WORDS, k=12))}</p>\n"
        text.append(line)
        size += len(line)
    return f"{head}{''.join(text)}</div></body></html>".encode()


def source(start: str, route: str, threads: int) -> Source:
    return Source.model_validate(
        {
            "name": "bench",
            "engine": "market",
            "route": route,
            "allow_private": route == "clear",
            "start": [start],
            "recheck": False,
            "pace": {"delay_seconds": 0, "concurrency": threads, "pages_per_run": 1_000_000},
            "follow": [{"select": "a.more"}],
            "pages": {
                "item": {
                    "kind": "listing",
                    "when": {"select": "b.id"},
                    "id": {"select": "b.id"},
                    "fields": {
                        "title": {"select": "h1"},
                        "seller": {"select": "a.seller"},
                        "price": {"select": "span.price", "as": "money"},
                        "text": {"select": "div.text", "text": "block"},
                    },
                }
            },
        }
    )


def serve(pipe: Connection, total: int) -> None:
    """Serve the market in a process of its own until the pipe closes; pages are made once."""
    made: dict[int, bytes] = {}

    class Request(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = 1 << 16

        def do_GET(self) -> None:
            found = re.fullmatch(r"/(?:item/([0-9]+))?", self.path)
            number = int(found.group(1) or 0) if found else total
            body = made.get(number) or page(number, total) if number < total else b""
            if total <= 5_000:
                made.setdefault(number, body)
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 128
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Request)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    pipe.send(server.server_port)
    with suppress(EOFError):
        pipe.recv()


@contextmanager
def market(total: int) -> Iterator[int]:
    """The port of a market of ``total`` pages."""
    ours, theirs = multiprocessing.Pipe()
    child = multiprocessing.Process(target=serve, args=(theirs, total), daemon=True)
    child.start()
    try:
        yield ours.recv()
    finally:
        ours.send(None)
        child.join()


def bare(start: str, total: int, threads: int, settings: Settings, route: str) -> float:
    """Pages a second of requests.Session in threads, answers thrown away."""
    numbers = iter(range(total))
    lock = threading.Lock()

    def work() -> None:
        with requests.Session() as session:
            session.trust_env = False
            if route == "tor":
                proxy = f"socks5h://bare:bare@{settings.tor.socks}"
                session.proxies = {"http": proxy, "https": proxy}
            while True:
                with lock:
                    number = next(numbers, None)
                if number is None:
                    return
                session.get(f"{start}item/{number}", timeout=60).raise_for_status()

    workers = [threading.Thread(target=work) for _ in range(threads)]
    begin = time.perf_counter()
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    return total / (time.perf_counter() - begin)


def collected(
    found: Source, settings: Settings, progress: Callable[[CollectReport], None] | None = None
) -> tuple[float, CollectReport]:
    """Pages a second of a whole round into a new vault, and the report."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder), settings)
        workspace.vault.mkdir()
        now = system_clock()
        with open_vault(workspace) as vault:
            vault.add_mandate(
                Mandate(
                    id="m1",
                    authority="bench",
                    purpose="bench",
                    sources=("*",),
                    valid_from=iso(now - timedelta(seconds=1)),
                    valid_until=iso(now + timedelta(days=1)),
                )
            )
            begin = time.perf_counter()
            report = collect_source(vault, found, settings, progress=progress)
            took = time.perf_counter() - begin
    return report.pages / took, report


def compare(start: str, args: argparse.Namespace, settings: Settings, route: str) -> None:
    """Bare requests and collecting, turn by turn."""
    found = source(start, route, args.threads)
    bare(start, min(args.pages, 200), args.threads, settings, route)
    pairs = []
    for _ in range(args.rounds):
        one = bare(start, args.pages, args.threads, settings, route)
        two, report = collected(found, settings)
        if report.pages != args.pages or report.documents != args.pages:
            raise SystemExit(f"incomplete: {report}")
        pairs.append((one, two))
    requests_rate = statistics.median(one for one, _ in pairs)
    ours = statistics.median(two for _, two in pairs)
    ratio = statistics.median(two / one for one, two in pairs)
    print(f"{route:9} bare requests {requests_rate:6.0f} pages/s, collected {ours:6.0f} pages/s,")
    print(f"{'':9} ratio {ratio:.2f} ({args.pages} pages, {args.threads} threads)", flush=True)


def reading(args: argparse.Namespace) -> None:
    """Pages a second of one core, without network and vault."""
    found = source("http://127.0.0.1:1/", "clear", 1)
    pages = [page(number, 400) for number in range(400)]
    begin = time.process_time()
    for payload in pages:
        read_page(payload, source=found, url="http://127.0.0.1:1/item/1")
    print(f"reading   {len(pages) / (time.process_time() - begin):6.0f} pages/s of one core")


def flat(args: argparse.Namespace, settings: Settings) -> None:
    """Memory while a large site is collected, at every tenth of it."""
    marks: list[int] = []

    def watch(report: CollectReport) -> None:
        if report.pages >= len(marks) * args.flat / 10:
            marks.append(resident())

    with market(args.flat) as port:
        rate, report = collected(
            source(f"http://127.0.0.1:{port}/", "clear", args.threads), settings, watch
        )
    told = " ".join(str(mark) for mark in marks)
    print(f"memory    {report.pages} pages at {rate:.0f} pages/s; MB at every tenth: {told}")


def resident() -> int:
    status = Path("/proc/self/status").read_text("ascii")
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) // 1024  # type: ignore[union-attr]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=1_500)
    parser.add_argument("--threads", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--flat", type=int, default=20_000)
    args = parser.parse_args()
    settings = Settings(collection=CollectionSettings(delay_seconds=0, timeout_seconds=60))
    reading(args)
    with market(args.pages) as port:
        compare(f"http://127.0.0.1:{port}/", args, settings, "clear")
        if not tor_is_installed():
            print("tor       left out: tor is not installed")
        else:
            with tempfile.TemporaryDirectory() as folder, private_tor(Path(folder)) as net:
                inside = settings.model_copy(update={"tor": net.settings})
                compare(f"http://{net.onion(port)}/", args, inside, "tor")
    flat(args, settings)


if __name__ == "__main__":
    main()
