"""The listings, or records of a network, that a page shows: each once, with what is compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from collectors.records import PageReading
from collectors.sightings.compare import ASIDE, PAGE, ROW, same_title, values_of
from collectors.sightings.kinds import is_deleted, is_followed, known_as, of_networks
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
    if source.is_interface:
        return _of_networks(came, source, key)
    found: dict[Key, Sight] = {}
    for document in came.documents:
        followed = is_followed(document, interface=False)
        name = _name(document, key) if followed else None
        part = _part(document, came.reading)
        if name is None or (name in found and part != PAGE):
            continue
        url = came.url if part == PAGE else key(document.fields.get("url", ""))
        values = values_of(document, part, source)
        own = "" if part == ASIDE else url
        found[name] = Sight(name, part, own, came.at, came.number, values)
    return found


def _of_networks(came: Came, source: Source, key: Keying) -> dict[Key, Sight]:
    """Records of an interface: a row shows as much as the record's own address does."""
    found: dict[Key, Sight] = {}
    for document in came.documents:
        if not is_followed(document, interface=True) or not _has_id(document):
            continue
        name = document.platform, known_as(document.kind, document.native_id, interface=True)
        url = key(str(document.extra.get("address") or ""))
        part = PAGE if url and url == came.url else ROW
        if name in found and part != PAGE:
            continue
        gone = is_deleted(document)
        values = {} if gone else values_of(document, PAGE, source) | of_networks(document)
        found[name] = Sight(name, part, url, came.at, came.number, values, slot=PAGE, gone=gone)
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
    if not _has_id(document):
        return None
    if given == document.fields.get("url"):
        given = key(given) or given
    return document.platform, given


def _has_id(document: Document) -> bool:
    """Whether a record has an id, not one made up from its place in a capture."""
    given = document.native_id
    return bool(given) and not given.startswith(document.capture_sha256[:32])


def same_under_another_id(listing: Sighting, own: Sight) -> bool:
    """Whether a listing known only from rows is the one its page shows under an id of its own."""
    if listing.values.get(PAGE):
        return False
    title = str(listing.values.get(ROW, {}).get("title", ""))
    return bool(title) and same_title(title, own.values.get("title", ""))
