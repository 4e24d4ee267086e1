"""Evidence nouns: mandates, captures, and the documents read out of captures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from model.canonical import Json, short_digest


@dataclass(frozen=True, slots=True)
class Mandate:
    """Who authorised collection, for what purpose, on which sources, from when until when.

    ``sources`` holds source names; ``*`` stands for every source. Times are ISO 8601 UTC;
    ``valid_until`` is exclusive, ``ended_at`` set once a person ended it early. ``media`` allows
    pictures to be fetched, ``ignore_robots`` to leave robots.txt unheeded where a source says so
    too. ``pages_per_day``, ``quiet_hours`` (``HH:MM-HH:MM`` UTC), ``delay_seconds`` (at least)
    and ``concurrency`` (at most) hold for each source it covers, beside the source's own.
    """

    id: str
    authority: str
    purpose: str
    sources: tuple[str, ...]
    valid_from: str
    valid_until: str
    legal_basis: str = ""
    ended_at: str | None = None
    media: bool = False
    ignore_robots: bool = False
    pages_per_day: int | None = None
    quiet_hours: str = ""
    delay_seconds: float | None = None
    concurrency: int | None = None

    def covers(self, source: str, moment: str) -> bool:
        """Whether ``source`` may be read at ``moment`` (ISO 8601 UTC) under this mandate."""
        named = source in self.sources or "*" in self.sources
        begun = self.valid_from <= moment < self.valid_until
        return named and begun and (self.ended_at is None or moment < self.ended_at)


@dataclass(frozen=True, slots=True)
class Capture:
    """One sealed piece of evidence: bytes in a WARC file and a link of the hash chain.

    ``sha256`` is over the payload (the content as received, without HTTP headers).
    ``offset`` and ``length`` are bytes of the gzip member in ``warc_file``.
    ``route`` is ``clear``, ``tor`` or ``import``. ``previous`` is the chain hash of the
    capture sealed before; ``chain`` is SHA-256 over the canonical JSON of all other fields.
    ``member_sha256`` is over the gzip member as it stands in the file. ``refers_to`` is the
    number of the capture that holds the bytes, where the site said or showed that they are the
    same as then; such a capture is a revisit, and has the bytes' ``sha256`` and ``size``.
    """

    seq: int
    source: str
    url: str
    final_url: str
    status: int | None
    content_type: str
    headers: tuple[tuple[str, str], ...]
    captured_at: str
    sha256: str
    size: int
    warc_file: str
    offset: int
    length: int
    record_id: str
    route: str
    collector: str
    mandate: str | None
    reading: Mapping[str, Json]
    previous: str
    chain: str
    member_sha256: str = ""
    refers_to: int | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """A picture as the page names it; never fetched unless the mandate says so."""

    url: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One listing, profile, post, message or page as written, tied to its capture.

    ``locator`` tells where in the capture it stands (``row 17``, ``item 3``; empty for all of
    it). ``fields`` holds the text fields of the public record format by name (title, text,
    category, language, country, seller, seller_id, seller_url, price, currency, ships_from,
    ships_to, posted_at, collected_at, url …), as written; ``extra`` what else the record held.
    """

    capture_sha256: str
    source: str
    kind: str
    platform: str
    native_id: str
    locator: str
    seen_at: str
    fields: Mapping[str, str]
    images: tuple[Image, ...] = ()
    links: tuple[str, ...] = ()
    extra: Mapping[str, Json] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.capture_sha256:
            raise ValueError("a document without a capture cannot be constructed")

    @property
    def uid(self) -> str:
        """Digest of capture, place, identity and moment: the same reading gives the same row.

        The moment belongs to it: the same bytes fetched twice are two sightings.
        """
        return short_digest(
            [
                self.capture_sha256,
                self.source,
                self.kind,
                self.platform,
                self.native_id,
                self.locator,
                self.seen_at,
            ]
        )

    @property
    def handle(self) -> str | None:
        """The account behind the document: the handle shown, else the platform's own id."""
        return self.fields.get("seller") or self.fields.get("seller_id") or None


@dataclass(frozen=True, slots=True)
class Issue:
    """Something the reader could not take at its word; the record it belongs to goes on or not.

    ``severity`` is ``note`` (a leftover), ``warning`` (a field is missing) or ``error`` (the
    record was left out).
    """

    severity: str
    message: str
    locator: str = ""
    key: str = ""
