"""The listings that a page shows: each once, with the fields that are compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from collectors.records import PageReading
from collectors.sightings.compare import ASIDE, PAGE, ROW, same_title, values_of
from collectors.sightings.states import Sight
from config.sources import Source
from model.evidence import Capture, Document
from vault.sightings import Key, Sighting

Keying = Callable[[str], str]
"""An address as the frontier knows it; empty for none and for another site's."""


@dataclass(frozen=True, slots=True)
class Came:
    """What came for an address of the source, or that nothing did.

    ``url`` is as the frontier knows it, ``why`` in words; ``down`` whether it speaks for the
    source being down.
    """

    url: str
    outcome: str
    why: str
    at: str
    capture: Capture | None = None
    reading: PageReading | None = None
    documents: Sequence[Document] = ()
    down: bool = False

    @property
    def number(self) -> int | None:
        """The capture's number."""
        return None if self.capture is None else self.capture.seq


def sights(came: Came, source: Source, key: Keying) -> dict[Key, Sight]:
    """The listings among the documents of a page, its own before rows."""
    found: dict[Key, Sight] = {}
    for document in came.documents:
        name = _name(document, key) if document.kind == "listing" else None
        part = _part(document, came.reading)
        if name is None or (name in found and part != PAGE):
            continue
        url = came.url if part == PAGE else key(document.fields.get("url", ""))
        values = values_of(document, part, source)
        own = "" if part == ASIDE else url
        found[name] = Sight(name, part, own, came.at, came.number, values)
    return found


def _part(document: Document, reading: PageReading | None) -> str:
    """Which kind of reading a record is."""
    if document.locator:
        return ROW
    return PAGE if reading is None or reading.kind == "listing" else ASIDE


def _name(document: Document, key: Keying) -> Key | None:
    """What the listing is known by; None for one that nothing tells again from others.

    Where its address stands for its id it is the address as the frontier knows it, so that
    mirrors and session ids do not make another listing of it.
    """
    given = document.native_id
    if not given or given.startswith(document.capture_sha256[:32]):
        return None
    if given == document.fields.get("url"):
        given = key(given) or given
    return document.platform, given


def same_under_another_id(listing: Sighting, own: Sight) -> bool:
    """Whether a listing known only from rows is the one its page shows under an id of its own."""
    if listing.values.get(PAGE):
        return False
    title = str(listing.values.get(ROW, {}).get("title", ""))
    return bool(title) and same_title(title, own.values.get("title", ""))
