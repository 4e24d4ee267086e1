"""Starts writers to the vault of a workspace, for ``test_crash.py`` to kill.

    python crash_writer.py WORKSPACE write|visit

For each seed read from standard input a child is forked that opens the vault and writes on and
on. Each thing it was told is durable gets a line ``KIND ID .``; the dot shows that the line is
whole. ``started PID`` stands before, ``ended`` after a child's lines.
"""

from __future__ import annotations

import hashlib
import os
import random
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from config.settings import load_workspace
from model import identity
from model.evidence import Document
from model.facts import Statement
from vault.vault import Address, Frontier, Sealing, Vault, open_vault

AT = "2026-01-01T00:00:00Z"


def write_one(vault: Vault, chance: random.Random) -> list[str]:
    """Seal a page and put in what was read from it."""
    noise = hashlib.sha256(chance.randbytes(8)).hexdigest() * chance.choice((1, 50, 5_000))
    sealing = Sealing(
        "market", "http://m.onion/", noise.encode(), AT, "t/1", status=200, route="tor"
    )
    capture = vault.seal(sealing).capture
    told = [f"capture {capture.record_id}"]
    documents = [
        Document(capture.sha256, "market", "listing", "m", str(n), f"row {n}", AT, {"title": "x"})
        for n in range(chance.choice((1, 20)))
    ]
    vault.add_documents(capture, "pages/1", documents)
    told += [f"document {document.uid}" for document in documents]
    made = [(document.uid, [said(document)]) for document in documents]
    vault.add_statements("enrich/1", made)
    return told + [f"statement {statement.id}" for _, [statement] in made]


def said(document: Document) -> Statement:
    account, listing = identity.account("m", "bob"), identity.listing("m", document.native_id)
    where = (document.capture_sha256, "market", document.uid)
    return Statement(account, "POSTED", listing, {}, *where, "r/1", AT, AT, 1.0)


def write_on(root: Path, seed: int) -> None:
    chance = random.Random(seed)
    with open_vault(load_workspace(root)) as vault:
        while True:
            if chance.random() < 0.5:
                told = write_one(vault, chance)
            else:
                with vault.batch():
                    told = [line for _ in range(3) for line in write_one(vault, chance)]
            print("\n".join(f"{line} ." for line in told), flush=True)


def visit_on(root: Path, seed: int) -> None:
    """Three threads visit a source each; what a page links to is known from its number."""
    with open_vault(load_workspace(root)) as vault:
        threads = [
            threading.Thread(target=visit_source, args=(vault, f"m{n}", random.Random(seed + n)))
            for n in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def visit_source(vault: Vault, source: str, chance: random.Random) -> None:
    frontier = vault.frontier(source)
    if frontier.round is None:
        with vault.batch():
            frontier.begin("m1", AT)
            frontier.add([Address(f"http://{source}/1")])
    while True:
        taken = frontier.take(chance.choice((1, 5)), AT)
        with vault.batch():
            told = [visit_one(vault, frontier, source, address.url, chance) for address in taken]
        os.write(1, "".join(f"capture {one} .\n" for one in told).encode())


def visit_one(
    vault: Vault, frontier: Frontier, source: str, url: str, chance: random.Random
) -> str:
    """What belongs together: the page, what was read from it, its links, its answer."""
    page = url.encode() * chance.choice((1, 2_000))
    capture = vault.seal(Sealing(source, url, page, AT, "t/1", status=200, route="tor")).capture
    found = Document(capture.sha256, source, "page", source, url, "", AT, {"title": "x"})
    vault.add_documents(capture, "pages/1", [found])
    number = int(url.rpartition("/")[2])
    frontier.add(Address(f"http://{source}/{2 * number + n}") for n in (0, 1))
    frontier.answered(url, status=200, capture=capture.seq)
    return capture.record_id


def main() -> None:
    root, work = Path(sys.argv[1]), {"write": write_on, "visit": visit_on}[sys.argv[2]]
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            work(root, int(line))
        print(f"started {child}", flush=True)
        os.waitpid(child, 0)
        print("\nended", flush=True)


if __name__ == "__main__":
    main()
