"""Captures and their sources as they stand in the vault: where everything else was seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from graph.elements import Edge, End, Node, storable
from model import identity
from model.evidence import Capture


class Sealed(Protocol):
    """The part of the vault that holds the evidence."""

    def captures(self, after: int = 0) -> Iterator[Capture]: ...


@dataclass(frozen=True, slots=True)
class Sighting:
    """The first capture of one content from one source, and when it was seen last."""

    capture: Capture
    last_seen: str


def sightings(vault: Sealed) -> dict[str, Sighting]:
    """Every capture by the uid of its node; the same bytes of one source are one node."""
    found: dict[str, Sighting] = {}
    for capture in vault.captures():
        uid = identity.capture(capture.sha256, capture.source).uid
        known = found.get(uid)
        if known is None:
            found[uid] = Sighting(capture, capture.captured_at)
        else:
            found[uid] = replace(known, last_seen=max(known.last_seen, capture.captured_at))
    return found


def provenance(found: dict[str, Sighting]) -> Iterator[Node | Edge]:
    """Captures, sources, and what comes from where; known from the seal, not from a statement."""
    names = {sighting.capture.source for sighting in found.values()}
    for name in sorted(names):
        yield Node("Source", identity.source(name).uid, {"name": storable(name)})
    for uid, sighting in found.items():
        capture = sighting.capture
        told = {
            "captured_at": capture.captured_at,
            "content_type": capture.content_type,
            "route": capture.route,
            "sha256": capture.sha256,
            "source": capture.source,
            "url": capture.url or str(capture.reading.get("name") or ""),
        }
        yield Node("Capture", uid, {name: storable(text) for name, text in told.items() if text})
        yield Edge(
            "FROM",
            End("Capture", uid),
            End("Source", identity.source(capture.source).uid),
            {
                "captures": [capture.sha256],
                "confidence": 1.0,
                "first_seen": capture.captured_at,
                "last_seen": sighting.last_seen,
                "n_sources": 1,
                "statement_ids": [],
            },
        )
