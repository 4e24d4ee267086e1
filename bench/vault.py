"""How fast the vault seals, verifies, stores and streams; prints a table.

    python bench/vault.py [--megabytes 300] [--statements 140000]

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
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from config.settings import Workspace, load_workspace  # noqa: E402
from model import identity  # noqa: E402
from model.evidence import Capture, Document  # noqa: E402
from model.facts import Statement  # noqa: E402
from vault.vault import Sealing, Vault, open_vault  # noqa: E402

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
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with open_vault(workspace(folder / "pages")) as vault:
            bench_pages(vault, given.megabytes)
        with open_vault(workspace(folder / "big")) as vault:
            bench_big(vault, folder)
        with open_vault(workspace(folder / "statements")) as vault:
            bench_statements(vault, given.statements)


if __name__ == "__main__":
    main()
