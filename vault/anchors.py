"""Heads of the chains noted in a file beside the database, one line a session, to be copied out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vault.session import Heads

FILE = "heads.log"
_LINE = re.compile(r"(\S+) captures (\d{1,18}) ([0-9a-f]{64}) custody (\d{1,18}) ([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where both chains stood when a session ended."""

    at: str
    capture_seq: int
    capture_chain: str
    custody_seq: int
    custody_chain: str


def note(folder: Path, at: str, heads: Heads) -> None:
    """Add a line. Whoever keeps a copy of it elsewhere can prove what the chains held then."""
    captures = f"captures {heads.capture_seq} {heads.capture_chain}"
    custody = f"custody {heads.custody_seq} {heads.custody_chain}"
    with (folder / FILE).open("a", encoding="ascii") as file:
        file.write(f"{at} {captures} {custody}\n")


def read(folder: Path) -> Iterator[Anchor | None]:
    """The notes; None for a line that is none. A last line without its end is passed over."""
    path = folder / FILE
    if not path.is_file():
        return
    with path.open(encoding="ascii", errors="replace") as file:
        for line in file:
            if not line.endswith("\n"):
                return
            yield _anchor(line)


def _anchor(line: str) -> Anchor | None:
    found = _LINE.fullmatch(line.rstrip("\n"))
    if found is None:
        return None
    at, capture_seq, capture_chain, custody_seq, custody_chain = found.groups()
    return Anchor(at, int(capture_seq), capture_chain, int(custody_seq), custody_chain)
