"""The whole line on real material: saved darknet pages and listing tables to exposed networks.

Usage: python bench/real_material.py [DATA [OUT]] [--json]

DATA is a folder with ``darknet/html/{dream,empire}`` and ``darknet/*.csv`` (public research data,
see the README beside them). Prints seconds and peak memory (Pss, the graph engine's process
included) of every step, and the counts the graph holds at the end.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

SPOOR = str(Path(sys.executable).with_name("spoor"))
DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
PAGES = ("dream", "empire")
TABLES = {
    "agora": ("agora_2014_01_vendor_listings_dev.csv", "agora"),
    "grams-alphabay": ("grams_alphabay_2015_dev.csv", "grams-alphabay"),
    "agartha": ("cryptomarketstudy_agartha_dev.csv", "agartha"),
    "cryptonia": ("cryptomarketstudy_cryptonia_dev.csv", "cryptonia"),
    "tochka": ("cryptomarketstudy_tochka_dev.csv", "tochka"),
    "dwdata": ("dwdata_listings_dev.csv", "dwdata"),
}


@dataclass(slots=True)
class Measured:
    """One command: wall seconds, peak resident memory of it and all it started (MB), its output."""

    name: str
    seconds: float
    peak_mb: float
    code: int
    out: str
    err: str


def _servers(workspace: Path) -> set[int]:
    """The graph engine of this workspace: a process of its own, started by no child of ours."""
    found = set()
    for link in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if link.readlink().is_relative_to(workspace / "graph"):
                found.add(int(link.parent.name))
        except OSError:
            continue
    return found


def _children(root: int) -> set[int]:
    """``root`` and everything below it, from /proc."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text("utf-8", "replace")
            except OSError:
                continue
            parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
    family = {root}
    while grown := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= grown
    return family


def _resident_mb(pids: set[int]) -> float:
    """Resident memory with shared pages counted once among the processes (Pss)."""
    total = 0
    for pid in pids:
        try:
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8").splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
        except OSError:
            continue
    return total / 1024


def measure(name: str, arguments: list[str], workspace: Path) -> Measured:
    """Run ``spoor ARGUMENTS`` and watch it."""
    environment = {**os.environ, "SPOOR_WORKSPACE": str(workspace)}
    begin = time.monotonic()
    child = subprocess.Popen(
        [SPOOR, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    peak = 0.0
    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.2):
            family = _children(child.pid) | _servers(workspace.resolve())
            peak = max(peak, _resident_mb(family))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    out, err = child.communicate()
    seconds = time.monotonic() - begin
    done.set()
    watcher.join()
    return Measured(name, seconds, peak, child.returncode, out, err)


def plan(data: Path) -> list[tuple[str, list[str]]]:
    """The commands, in order."""
    steps = [
        (f"import {market}", ["import", str(data / "darknet/html" / market), "--source", market])
        for market in PAGES
    ]
    steps += [
        (
            f"import {name}",
            ["import", str(data / "darknet" / file), "--source", name, "--map", columns],
        )
        for name, (file, columns) in TABLES.items()
    ]
    return [
        *steps,
        ("run", ["run", "--no-collect", "--json"]),
        ("run again, nothing new", ["run", "--no-collect", "--json"]),
        ("vault verify", ["vault", "verify"]),
    ]


COUNTS = (
    "MATCH (n) WITH labels(n) AS labels, count(*) AS n UNWIND labels AS label "
    "RETURN label, sum(n) AS n ORDER BY label"
)


def main() -> None:
    """Run the plan and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("data", type=Path, nargs="?", default=DATA)
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if not options.data.is_dir():
        print(f"no real material at {options.data}: nothing measured")
        return
    workspace = (options.out or Path(tempfile.mkdtemp())) / "workspace"
    subprocess.run([SPOOR, "init", str(workspace)], check=True)
    results = []
    for name, arguments in plan(options.data):
        measured = measure(name, arguments, workspace)
        results.append(measured)
        print(
            f"{measured.name:28} {measured.seconds:8.1f} s {measured.peak_mb:8.0f} MB"
            f"  exit {measured.code}",
            flush=True,
        )
        for line in (measured.out + measured.err).splitlines()[-12:]:
            print(f"    {line[:200]}")
    whole = [m for m in results if not m.name.startswith(("run again", "vault"))]
    print(
        f"{'import and run':28} {sum(m.seconds for m in whole):8.1f} s "
        f"{max(m.peak_mb for m in whole):8.0f} MB"
    )
    counts = measure("counts", ["cypher", COUNTS], workspace)
    print(counts.out or counts.err)
    if options.json:
        print(
            json.dumps([{"step": m.name, "seconds": m.seconds, "mb": m.peak_mb} for m in results])
        )


if __name__ == "__main__":
    main()
