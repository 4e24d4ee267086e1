"""How fast the vault seals, verifies, stores and streams; prints a table.

    python bench/vault.py [--megabytes 300] [--statements 140000] [--visits 800]
                          [--addresses 1000000]

Pages are the saved Dream and Empire pages of the shared data where they are there (each with a
serial number, so that none is like another), else made-up HTML of the same size.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from config.settings import Workspace, load_workspace  # noqa: E402
from model import identity  # noqa: E402
from model.evidence import Capture, Document  # noqa: E402
from model.facts import Statement  # noqa: E402
from vault.vault import Address, Frontier, Sealing, Vault, open_vault  # noqa: E402

AT = "2026-01-01T00:00:00Z"
BIG = 200_000_000


def pages(total: int) -> Iterator[bytes]:
    """About ``total`` bytes of different pages."""
    shared = Path(os.environ.get("SPOOR_SHARED", ROOT.parent / "shared"))
    saved = [p.read_bytes() for p in sorted((shared / "data/darknet/html").rglob("*.html"))]
    words = [f"w{n}" for n in range(5_000)]
    chance = random.Random(1)
    made = saved or [" ".join(chance.choices(words, k=8_000)).encode() for _ in range(40)]
    number = done = 0
    while done < total:
        page = made[number % len(made)] + b"<!-- %d -->" % number
        number, done = number + 1, done + len(page)
        yield page


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def workspace(folder: Path) -> Workspace:
    folder.mkdir()
    (folder / "spoor.toml").write_text('name = "bench"\n', encoding="utf-8")
    return load_workspace(folder)


def fetched(page: bytes, number: int) -> Sealing:
    headers = (("Content-Type", "text/html"), ("Server", "nginx"))
    url = f"http://example.onion/{number}"
    return Sealing("bench", url, page, AT, "bench/1", status=200, headers=headers, route="tor")


def documents(capture: Capture, count: int) -> Iterator[Document]:
    for n in range(count):
        fields = {"title": f"title {n}", "text": "text " * 60, "seller": f"seller {n % 997}"}
        yield Document(capture.sha256, "bench", "listing", "market", str(n), f"row {n}", AT, fields)


def statements(document: Document) -> list[Statement]:
    seller = identity.account("market", document.fields["seller"])
    listing = identity.listing("market", document.native_id)
    phone = identity.identifier("phone", f"+4930{hash(document.fields['seller']) % 10**6:06d}")
    said = [
        (seller, "POSTED", listing, {}),
        (listing, "CAPTURED_IN", identity.capture(document.capture_sha256, "bench"), {}),
        (listing, "DESCRIBED_AS", None, {**document.fields, "n": document.native_id}),
        (listing, "OFFERS", identity.taxon("Elephantidae"), {"form": "IVC", "rank": "family"}),
        (listing, "MENTIONS", phone, {"context": "contact", "start": 4, "end": 16}),
        (seller, "USES", phone, {"context": "contact"}),
    ]
    return [
        Statement(s, p, o, a, document.capture_sha256, "bench", document.uid, "b/1", AT, AT, 0.9)
        for s, p, o, a in said
    ]


def report(name: str, amount: float, unit: str, seconds: float) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:44s} {amount / seconds:12,.0f} {unit:14s} {seconds:7.2f} s  peak {peak:5.0f} MiB")


def bench_pages(vault: Vault, megabytes: int) -> None:
    made = list(pages(megabytes * 1_000_000))
    size = sum(map(len, made)) / 1e6

    def seal_all() -> None:
        with vault.batch():
            for number, page in enumerate(made):
                vault.seal(fetched(page, number))

    seconds = timed(seal_all)
    report("seal pages, one batch", size, "MB/s", seconds)
    report("seal pages, one batch", len(made), "pages/s", seconds)
    few = made[:100]
    seconds = timed(lambda: [vault.seal(fetched(page, 0)) for page in few])
    report("seal pages, each acknowledged (fsync)", len(few), "pages/s", seconds)
    total = size + sum(map(len, few)) / 1e6
    report("verify pages", total, "MB/s", timed(lambda: check(vault)))


def bench_big(vault: Vault, folder: Path) -> None:
    text = folder / "big.csv"
    line = "market,2021-05-01,seller {0},Ivory carving number {0},12.{0} USD\n"
    with text.open("w") as file:
        for number in range(BIG // 70):
            file.write(line.format(number))
    noise = folder / "big.bin"
    noise.write_bytes(random.Random(2).randbytes(BIG))
    for name, path in (("text", text), ("incompressible", noise)):
        sealing = Sealing("bench", f"file:{name}", path, AT, "bench/1")
        size = path.stat().st_size / 1e6
        report(f"seal one file, {name}", size, "MB/s", timed(lambda s=sealing: vault.seal(s)))
    size = (text.stat().st_size + noise.stat().st_size) / 1e6
    report("verify two files, one of each", size, "MB/s", timed(lambda: check(vault)))


def bench_statements(vault: Vault, count: int) -> None:
    capture = vault.seal(Sealing("bench", "file:list.csv", b"list", AT, "bench/1")).capture
    number = count // 6
    listed = list(documents(capture, number))
    seconds = timed(lambda: vault.add_documents(capture, "bench/1", listed))
    report("add documents", number, "documents/s", seconds)
    made = [(document.uid, statements(document)) for document in listed]
    total = sum(len(said) for _, said in made)
    seconds = timed(lambda: vault.add_statements("bench/1", made))
    report("add statements", total, "statements/s", seconds)
    seconds = timed(lambda: vault.add_statements("bench/1", made))
    report("add the same statements again", total, "statements/s", seconds)
    report("stream statements", total, "statements/s", timed(lambda: drain(vault.statements())))
    seconds = timed(lambda: drain(vault.unenriched("bench/1")))
    report("find nothing left to enrich", number, "documents/s", seconds)
    report("verify statements", total, "statements/s", timed(lambda: check(vault)))


def bench_visits(vault: Vault, count: int) -> None:
    """Pages of 20 KB sealed, read, answered in the frontier and acknowledged, by batch."""
    for threads, size in ((1, 1), (1, 16), (8, 1), (8, 16)):
        share = count // threads
        names = [f"{threads}-{size}-{n}" for n in range(threads)]
        works = [Thread(target=visit, args=(vault, name, share, size)) for name in names]

        def run(started: list[Thread] = works) -> None:
            for thread in started:
                thread.start()
            for thread in started:
                thread.join()

        name = f"visit, {threads} sources at once, {size} pages a batch"
        report(name, share * threads, "pages/s", timed(run))
    check(vault)


def visit(vault: Vault, source: str, count: int, size: int) -> None:
    """One source as a collector visits it; each page has ten links, most of them known."""
    chance = random.Random(source)
    text = " ".join(chance.choices([f"w{n}" for n in range(5_000)], k=4_000))[:20_000]
    frontier = vault.frontier(source)
    frontier.begin("", AT)
    frontier.add([Address(f"http://{source}/0")])
    for _ in range(0, count, size):
        with vault.batch():
            for address in frontier.take(size, AT):
                page = f"{text} {address.url}".encode()
                sealing = replace(fetched(page, 0), source=source, url=address.url)
                capture = vault.seal(sealing).capture
                vault.add_documents(capture, "bench/1", documents(capture, 1))
                number = int(address.url.rpartition("/")[2])
                links = (f"http://{source}/{number + n}" for n in range(10))
                frontier.add(Address(link, 1, address.url) for link in links)
                frontier.answered(address.url, status=200, capture=capture.seq, etag='"1"')
                frontier.note_request(AT)


def bench_frontier(vault: Vault, count: int) -> None:
    frontier = vault.frontier("bench")
    frontier.begin("", AT)
    done = 0
    for total in (count // 10, count):
        seconds = timed(lambda first=done, last=total: add_addresses(vault, frontier, first, last))
        report(f"frontier: add up to {total:,} addresses", total - done, "addresses/s", seconds)
        done = total
    few = min(count, 16_000)
    seconds = timed(lambda: answer_addresses(vault, frontier, few))
    report(f"frontier: take and answer, of {count:,}", few, "addresses/s", seconds)


def add_addresses(vault: Vault, frontier: Frontier, first: int, last: int) -> None:
    """Links of a page, twenty pages a batch, in no order that an index would like."""
    host = "x" * 56
    for start in range(first, last, 1_000):
        with vault.batch():
            for page in range(start, min(start + 1_000, last), 50):
                numbers = (number * 7_919 % 1_000_003 for number in range(page, page + 50))
                frontier.add(Address(f"http://{host}.onion/listing/{n}", 1, host) for n in numbers)


def answer_addresses(vault: Vault, frontier: Frontier, count: int) -> None:
    for _ in range(0, count, 16):
        taken = frontier.take(16, AT)
        with vault.batch():
            for address in taken:
                frontier.answered(address.url, status=200, capture=None)


def drain(items: Iterator[object]) -> None:
    for _ in items:
        pass


def check(vault: Vault) -> None:
    damages = list(vault.verify())
    if damages:
        raise SystemExit(f"damaged: {damages[:3]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=300)
    parser.add_argument("--statements", type=int, default=140_000)
    parser.add_argument("--visits", type=int, default=800)
    parser.add_argument("--addresses", type=int, default=1_000_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with open_vault(workspace(folder / "visits")) as vault:
            bench_visits(vault, given.visits)
        with open_vault(workspace(folder / "frontier")) as vault:
            bench_frontier(vault, given.addresses)
        with open_vault(workspace(folder / "pages")) as vault:
            bench_pages(vault, given.megabytes)
        with open_vault(workspace(folder / "big")) as vault:
            bench_big(vault, folder)
        with open_vault(workspace(folder / "statements")) as vault:
            bench_statements(vault, given.statements)


if __name__ == "__main__":
    main()
