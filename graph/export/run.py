"""``spoor export``: streams rows to a file, and lays its marking beside it."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from config.settings import Settings
from graph.export import rows as tables
from graph.export.fields import columns
from graph.export.redact import Redactor
from graph.export.rows import Readable, Row, Stated
from graph.export.writers import Writer, csv_text, graph_jsonl, graphml, jsonl
from model.clock import Clock, iso, system_clock
from model.errors import ConfigurationError
from model.findings import Run

FORMATS: dict[str, dict[str, Writer]] = {
    "accounts": {"jsonl": jsonl, "csv": csv_text},
    "actors": {"jsonl": jsonl, "csv": csv_text},
    "networks": {"jsonl": jsonl, "csv": csv_text},
    "listings": {"jsonl": jsonl, "csv": csv_text},
    "statements": {"jsonl": jsonl, "csv": csv_text},
    "graph": {"jsonl": graph_jsonl, "csv": csv_text, "graphml": graphml},
}
"""What can be exported in which formats."""

COLOURS = ("CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED")
HYPOTHESIS = "A link between accounts is a hypothesis with reasons, not a fact."
_BATCH = 1 << 20


class Exportable(Stated, Protocol):
    """The part of the vault that exports need."""

    def statements_digest(self) -> str: ...

    def latest_run(self, kind: str) -> Run | None: ...


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: the file, its rows and SHA-256, and the file that marks it."""

    path: Path
    rows: int
    sha256: str
    marking: Path
    tlp: str

    def __str__(self) -> str:
        return f"{self.path}: {self.rows} rows, TLP:{self.tlp}, marked in {self.marking.name}"


def export(
    what: str,
    fmt: str,
    out: Path,
    *,
    graph: Readable,
    vault: Exportable,
    settings: Settings,
    tlp: str | None = None,
    redact: bool = False,
    clock: Clock = system_clock,
) -> Exported:
    """Write ``what`` as ``fmt`` to ``out`` and its marking to ``out`` + ``.meta.json``.

    The file holds nothing but rows and is the same for the same graph; the marking (TLP,
    handling, grading, time, counts, SHA-256) stands beside it. Both appear whole or not at all.
    """
    write = writer_of(what, fmt)
    colour = colour_of(tlp or settings.evidence.tlp)
    source = _rows(what, graph, vault)
    counted = _Counted(_redacted(source) if redact else source)
    size, sha256 = _stream(out, write(counted, columns(what)))
    about = {
        "what": what,
        "format": fmt,
        "file": out.name,
        "rows": counted.number,
        "bytes": size,
        "sha256": sha256,
        "redacted": redact,
        **_marking(settings, colour, vault),
        "exported_at": iso(clock()),
    }
    beside = out.with_name(out.name + ".meta.json")
    _stream(beside, iter([json.dumps(about, ensure_ascii=False, indent=2) + "\n"]))
    return Exported(out, counted.number, sha256, beside, colour)


def writer_of(what: str, fmt: str) -> Writer:
    """The writer for a table and a format; ConfigurationError names those there are."""
    if what not in FORMATS:
        raise ConfigurationError(f"export {what!r}", remedy=f"one of {', '.join(FORMATS)}")
    if fmt not in FORMATS[what]:
        raise ConfigurationError(
            f"export {what} as {fmt!r}", remedy=f"one of {', '.join(FORMATS[what])}"
        )
    return FORMATS[what][fmt]


def colour_of(tlp: str) -> str:
    """A TLP 2.0 colour as it is written; ConfigurationError for any other word."""
    colour = tlp.upper().removeprefix("TLP:")
    if colour not in COLOURS:
        raise ConfigurationError(f"TLP colour {tlp!r}", remedy=f"one of {', '.join(COLOURS)}")
    return colour


def _rows(what: str, graph: Readable, vault: Stated) -> Iterator[Row]:
    if what == "statements":
        return tables.statements(vault)
    builders = {
        "accounts": tables.accounts,
        "actors": tables.actors,
        "networks": tables.networks,
        "listings": tables.listings,
        "graph": tables.graph_rows,
    }
    return builders[what](graph)


def _redacted(rows: Iterator[Row]) -> Iterator[Row]:
    """Masked under a key that is made for this export and kept nowhere."""
    redactor = Redactor(secrets.token_bytes(32))
    return (redactor.row(row) for row in rows)


def _marking(settings: Settings, colour: str, vault: Exportable) -> dict[str, Any]:
    runs = {kind: vault.latest_run(kind) for kind in ("resolution", "network")}
    return {
        "tlp": f"TLP:{colour}",
        "handling": settings.evidence.handling,
        "caveat": HYPOTHESIS,
        "grading": "Admiralty (NATO AJP-2.1); each statement carries its own grades",
        "organisation": settings.evidence.organisation,
        "workspace": settings.name,
        "material": settings.material,
        "statements_digest": vault.statements_digest(),
        "runs": {kind: run.id for kind, run in runs.items() if run is not None},
    }


class _Counted:
    """Rows, and how many of them went through."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self.number = 0

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            self.number += 1
            yield row


def _stream(out: Path, texts: Iterator[str]) -> tuple[int, str]:
    """Write texts to a file that appears when it is whole; its size and SHA-256."""
    partial = out.with_name(f".{out.name}.part")
    digest, size = hashlib.sha256(), 0
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb", buffering=_BATCH) as file:
            for text in texts:
                data = text.encode("utf-8", "backslashreplace")
                file.write(data)
                digest.update(data)
                size += len(data)
        partial.replace(out)
    except OSError as error:
        raise ConfigurationError(f"--out {out}: {error.strerror}") from error
    finally:
        partial.unlink(missing_ok=True)
    return size, digest.hexdigest()
