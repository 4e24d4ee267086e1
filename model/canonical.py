"""Canonical JSON and the digests taken over it.

Canonical as in RFC 8785: keys sorted, no white space, UTF-8, no NaN; floats as Python writes them.
Two equal values always give the same bytes, so a digest over them can be recomputed years later.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

_ENCODER = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
)

Json = Any  # None, bool, int, float, str, list and dict with str keys, nested


def canonical(value: object) -> bytes:
    """The one UTF-8 JSON spelling of ``value``; ValueError for NaN and infinities."""
    return _ENCODER.encode(value).encode("utf-8", "surrogatepass")


def digest(value: object) -> str:
    """SHA-256 of the canonical JSON of ``value``, 64 hexadecimal digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def short_digest(value: object) -> str:
    """The first 128 bits of :func:`digest`, 32 hexadecimal digits: enough for an identifier."""
    return digest(value)[:32]
