"""Events of Bluesky's Jetstream: what each says, and batches of them as sealed captures are read.

Jetstream's README (github.com/bluesky-social/jetstream, version 1 of /subscribe, read 2026-11-22):
each frame is one JSON object with ``did``, ``time_us``, and a ``kind``: commit (create, update or
delete of one record), identity (the handle may have changed), account (active or not, and why).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from collectors.imports.content import Content
from collectors.imports.formats import Found
from collectors.interfaces.answers import Item, read_object
from collectors.interfaces.bluesky import ask, names
from collectors.interfaces.bluesky.accounts import Who, profile
from collectors.interfaces.bluesky.posts import of_record
from collectors.records import PageRecord
from config.sources import Source
from model.canonical import Json, short_digest
from model.errors import Skip
from model.evidence import Capture, Document, Issue

FORMAT = "jetstream"
MAX_FRAME = 1 << 20
_LATEST = 253_402_300_799_000_000
_WRITES = ("create", "update")
_NOT_AS_SHOWN = frozenset({"avatar", "banner", "labels"})
"""In a repository these are of other types than where the interface shows the profile."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event. ``what`` is create, update, delete, identity, account, or empty for another."""

    what: str
    did: str
    time_us: int
    item: Item
    collection: str = ""
    key: str = ""

    @property
    def uri(self) -> str:
        """The address of the record it is about; the account's DID where it is about that."""
        is_record = self.what in (*_WRITES, "delete") and self.collection != names.PROFILE
        return names.Place(self.did, self.collection, self.key).uri if is_record else self.did

    @property
    def at(self) -> str:
        """When the network told of it, ISO 8601 UTC."""
        moment = datetime.fromtimestamp(self.time_us // 1_000_000, UTC)
        return moment.isoformat().replace("+00:00", "Z")

    @property
    def identity(self) -> str:
        """The same for the same event told again, also by another instance."""
        version = self.item.line("commit", "rev") or str(self.item.number(self.what, "seq"))
        return short_digest([self.did, self.what, self.collection, self.key, version])[:16]

    @property
    def texts(self) -> Iterator[str]:
        """What people wrote in it: of a post its text, tags, and what its pictures and card say."""
        record = self.item.item("commit", "record")
        yield from (record.text("text"), record.text("displayName"), record.text("description"))
        yield from (f"#{tag}" for tag in record.texts("tags"))
        for embed in (record.item("embed"), record.item("embed", "media")):
            yield from (image.text("alt") for image in embed.items("images"))
            yield embed.text("alt")
            yield f"{embed.line('external', 'title')}\n{embed.text('external', 'description')}"

    @property
    def is_gone(self) -> bool:
        """Whether it tells that the record, or the account, is not there any more."""
        inactive = self.what == "account" and not self.item.flag("account", "active")
        return inactive or self.what == "delete"

    @property
    def notice(self) -> str:
        """Why it is gone, in words."""
        if self.what == "delete":
            return "deleted in its author's repository, as Jetstream tells"
        status = self.item.line("account", "status") or "not active"
        return f"the account is {status}, as Jetstream tells"


def event(frame: bytes) -> Event:
    """The event in a frame; Skip for what is none."""
    item = read_object(frame)
    kind, did = item.line("kind"), names.did(item.line("did"))
    time_us = item.number("time_us") or 0
    if not did or not 0 < time_us <= _LATEST:
        raise Skip("an event without account or time", reason="not-a-page")
    if kind != "commit":
        return Event(kind if kind in ("identity", "account") else "", did, time_us, item)
    commit = item.item("commit")
    what, collection, key = (commit.line(name) for name in ("operation", "collection", "rkey"))
    place = names.place(names.Place(did, collection, key).uri)
    if what not in (*_WRITES, "delete") or place is None:
        raise Skip("an event of an unknown operation or place", reason="not-a-page")
    return Event(what, did, time_us, item, collection, key)


def read_batch(content: Content, capture: Capture, source: Source | None) -> Iterator[Found]:
    """The events of a sealed batch (a line each) as documents.

    What only says that something is gone gives no document: it changes a state, and is evidence
    of that as it lies in the capture.
    """
    base = ask.base_of(source) if source is not None else ""
    platform = source.filed_under if source else "bluesky"
    with content.open() as lines:
        for number, line in enumerate(iter(lambda: lines.readline(MAX_FRAME), b""), 1):
            where = f"event {number}"
            try:
                told = event(line)
                record = _record(told, base, where)
            except Skip as error:
                yield Issue("warning", f"left out: {error.message}", where)
                continue
            yield from told.item.notes.issues()
            if record is not None:
                yield _document(record, capture, platform)


def _record(told: Event, base: str, where: str) -> PageRecord | None:
    who = Who(told.did, "")
    extra: dict[str, Json] = {"time_us": told.time_us, "event": told.what}
    if told.what == "identity":
        named = names.handle(told.item.line("identity", "handle"))
        held = {"did": told.did, "handle": named} if named else {}
        return profile(Item(held, where, told.item.notes), base, where) if held else None
    if told.what not in _WRITES:
        return None
    commit = told.item.item("commit").here(where)
    if told.collection == names.PROFILE:
        held = {**commit.item("record").value, "did": told.did}
        kept = {name: value for name, value in held.items() if name not in _NOT_AS_SHOWN}
        return profile(Item(kept, where, told.item.notes), base, where)
    if told.collection != names.POST:
        return None
    place = names.Place(told.did, told.collection, told.key)
    extra["cid"] = commit.line("cid")
    return of_record(
        place,
        commit.item("record"),
        author=who,
        base=base,
        locator=where,
        indexed_at=told.at,
        extra=extra,
    )


def _document(record: PageRecord, capture: Capture, platform: str) -> Document:
    """A handle is not told by events; the account is known by its DID alone."""
    fields = dict(record.fields)
    if fields.get("seller") == fields.get("seller_id"):
        fields.pop("seller", None)
    return Document(
        capture_sha256=capture.sha256,
        source=capture.source,
        kind=record.kind,
        platform=platform,
        native_id=record.native_id,
        locator=record.locator,
        seen_at=capture.captured_at,
        fields=fields,
        images=record.images,
        links=record.links,
        extra=record.extra,
    )
