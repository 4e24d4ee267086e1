"""How fast statements get into the graph, on both engines in one run; prints a table.

    python bench/graph.py [--listings 23000] [--engine embedded|neo4j] [--memory 1g] [--json]

The world is made up and the same in every run: sellers with a long tail of listings, identifiers in
half of the listings, goods in a fifth. Neo4j needs Java 17 and Maven and is left out without them.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from config.settings import GraphSettings, Settings, Workspace  # noqa: E402
from graph.engine import Graph, open_graph  # noqa: E402
from graph.ledger import Ledger  # noqa: E402
from graph.load import load  # noqa: E402
from graph.projection import Projection  # noqa: E402
from graph.questions import ask  # noqa: E402
from graph.search import search  # noqa: E402
from graph.writer import Writer  # noqa: E402
from model import identity  # noqa: E402
from model.facts import Statement  # noqa: E402
from model.identity import Entity  # noqa: E402
from tests.graph.neo4j_server import Unavailable, running  # noqa: E402
from tests.graph.sample import StatefulVault  # noqa: E402

AT = "2026-01-01T00:00:00Z"
WORDS = ("ivory", "tusk", "elephant", "carving", "rare", "antique", "bone", "horn", "powder")
CODES = ("US", "DE", "FR", "NL", "CN", "AU", "EU", "WORLD")
TAXA = ("Elephantidae", "Panthera tigris", "Rhinocerotidae")


@dataclass
class Maker:
    """Statements about a made-up market."""

    listings: int
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    said: list[Statement] = field(default_factory=list)

    def say(
        self, subject: Entity, predicate: str, other: Entity | None, number: int, /, **about: object
    ) -> None:
        document, capture = f"document-{number}", f"{number * 20 // self.listings:064x}"
        self.said.append(
            Statement(
                subject, predicate, other, about, capture, "bench", document, "b/1", AT, AT, 0.9
            )
        )

    def make(self) -> list[Statement]:
        sellers = [identity.account("bench", f"seller{n}") for n in range(self.listings // 8)]
        weights = [1 / (n + 1) ** 0.8 for n in range(len(sellers))]
        posted = self.chance.choices(range(len(sellers)), weights, k=self.listings)
        for place, number in enumerate(posted):
            self._listing(place, sellers[number], number)
        for place in {n * self.listings // 20: n for n in range(20)}:
            capture = identity.capture(f"{place * 20 // self.listings:064x}", "bench")
            self.say(capture, "FROM", identity.source("bench"), place, url="bench.csv")
        return self.said

    def _listing(self, place: int, seller: Entity, number: int) -> None:
        listing = identity.listing("bench", str(place))
        capture = identity.capture(f"{place * 20 // self.listings:064x}", "bench")
        title, text = (" ".join(self.chance.choices(WORDS, k=size)) for size in (6, 90))
        about = {"platform": "bench", "native_id": str(place), "kind": "listing"}
        self.say(
            listing, "DESCRIBED_AS", None, place, **about, title=title, text=text, price="9 EUR"
        )
        self.say(seller, "DESCRIBED_AS", None, place, platform="bench", handle=seller.key[1])
        self.say(seller, "POSTED", listing, place)
        for subject in (listing, seller):
            self.say(subject, "CAPTURED_IN", capture, place, locator=f"row {place}")
        for predicate in ("SHIPS_FROM", "SHIPS_TO"):
            code = self.chance.choice(CODES)
            self.say(listing, predicate, identity.location(code), place, place=code)
        if self.chance.random() < 0.5:
            shown = identity.identifier("email", f"s{number}@example.org")
            about = {"kind": "email", "value": shown.key[0], "context": "contact"}
            self.say(listing, "MENTIONS", shown, place, **about, field="text", start=1, end=9)
            self.say(seller, "USES", shown, place, **about)
        if self.chance.random() < 0.2:
            taxon = identity.taxon(self.chance.choice(TAXA))
            self.say(listing, "OFFERS", taxon, place, price="9.00", currency="EUR", cites="I")


def measure(vault: StatefulVault, place: Workspace, pid: int | None) -> dict[str, object]:
    """Rates (per second) of each stage, seconds of the whole, megabytes resident."""
    sorted_statements = list(vault.statements())
    begin = time.perf_counter()
    with Ledger(place.root / "bench.sqlite") as ledger, open_graph(place) as graph:
        ledger.stage(Projection().elements(sorted_statements))
        staged = time.perf_counter() - begin
        ledger.announce()
        rates = write(ledger, graph)
    found: dict[str, object] = {"statements/s": round(len(sorted_statements) / staged), **rates}
    with open_graph(place) as graph:
        Writer(graph).wipe()
        begin = time.perf_counter()
        report = load(place, vault, graph=graph)
        found["whole load, s"] = round(time.perf_counter() - begin, 1)
        found["elements"] = report.written
        begin = time.perf_counter()
        assert load(place, vault, graph=graph).skipped
        found["nothing new, s"] = round(time.perf_counter() - begin, 3)
        found |= asking(graph)
        server = pid or int(json.loads((place.graph / "engine" / "state").read_text())["pid"])
        found["server, MB"] = resident(server)
    found["python peak, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return found


def write(ledger: Ledger, graph: Graph) -> dict[str, object]:
    """Nodes and relationships a second, without reading statements and without DDL."""
    writer = Writer(graph)
    writer.prepare()
    done, spent = {True: 0, False: 0}, {True: 0.0, False: 0.0}
    for group in ledger.groups():
        begin = time.perf_counter()
        done[group.is_node] += sum(writer.write(group, ledger.pending(group)))
        spent[group.is_node] += time.perf_counter() - begin
    return {
        "nodes/s": round(done[True] / spent[True]),
        "relationships/s": round(done[False] / spent[False]),
    }


def asking(graph: Graph) -> dict[str, object]:
    """Milliseconds of a question and a search, the second time asked."""
    found: dict[str, object] = {}
    for name, rows in (
        ("who-uses, ms", lambda: ask(graph, "who-uses", ["s7@example.org"])),
        ("connected, ms", lambda: ask(graph, "connected", ["seller7", "seller9"])),
        ("search, ms", lambda: search(graph, "ivory tusk powder")),
    ):
        list(rows())
        begin = time.perf_counter()
        list(rows())
        found[name] = round((time.perf_counter() - begin) * 1000)
    return found


def resident(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return (
        int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])
        // 1024
    )


def engines(
    wanted: str | None, folder: Path, memory: str
) -> Iterator[tuple[str, GraphSettings, int | None]]:
    """Each engine while it runs: name, settings, process id where we started it."""
    if wanted in (None, "embedded"):
        yield "embedded", GraphSettings(memory=memory), None
    if wanted in (None, "neo4j"):
        try:
            with running(folder / "neo4j", quick=False) as server:
                os.environ["SPOOR_NEO4J_PASSWORD"] = server.password
                yield "neo4j", GraphSettings(engine="neo4j", uri=server.uri), server.pid
        except Unavailable as missing:
            print(f"neo4j left out: {missing}", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--listings", type=int, default=23_000)
    parser.add_argument("--engine", choices=["embedded", "neo4j"])
    parser.add_argument("--memory", default=GraphSettings().memory, help="of the embedded engine")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    vault = StatefulVault(Maker(options.listings).make())
    results: dict[str, dict[str, object]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, settings, pid in engines(options.engine, Path(folder), options.memory):
            place = Workspace(Path(folder) / f"workspace-{name}", Settings(graph=settings))
            place.root.mkdir()
            results[name] = measure(vault, place, pid)
    show(results, as_json=options.json)


def show(results: dict[str, dict[str, object]], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(results))
        return
    names = list(results)
    print(f"{'':18}" + "".join(f"{name:>12}" for name in names))
    for key in results[names[0]]:
        print(f"{key:18}" + "".join(f"{results[name][key]!s:>12}" for name in names))


if __name__ == "__main__":
    main()
