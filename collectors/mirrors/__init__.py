"""The addresses of one site: mirrors taken in turn, signed lists of them, clones told apart."""

from __future__ import annotations

from collectors.mirrors.book import CURSOR, Accepted, Known, Mirrors
from collectors.mirrors.clones import clone_signs, looks_like
from collectors.mirrors.lists import MirrorListReading, market_key, read_mirror_list
from collectors.mirrors.watch import Watch

__all__ = [
    "CURSOR",
    "Accepted",
    "Known",
    "MirrorListReading",
    "Mirrors",
    "Watch",
    "clone_signs",
    "looks_like",
    "market_key",
    "read_mirror_list",
]
