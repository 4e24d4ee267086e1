"""What events tell of posts and accounts that are known: that they changed, are gone, or back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from collectors.imports.content import of_bytes
from collectors.sightings import states
from collectors.sightings.compare import PAGE, values_of
from collectors.sightings.kinds import known_as, of_networks
from collectors.sightings.states import Sight
from collectors.watching.events import Event, event, read_batch
from collectors.web.addresses import normal
from config.sources import Source
from model.errors import Skip
from model.evidence import Capture, Document
from vault.sightings import REMOVED, Key, Sighting, SightingEvent
from vault.vault import Vault

_AT_ONCE = 500


def known(vault: Vault, source: Source, events: Iterable[Event]) -> frozenset[str]:
    """Those of the records and accounts of these events that the source has shown before."""
    keys = {_key(source, one.uri): one.uri for one in events}
    return frozenset(keys[key] for key in vault.sightings(source.name).known(keys))


def note(
    vault: Vault,
    source: Source,
    capture: Capture,
    documents: Sequence[Document],
    events: Sequence[Event | None],
) -> None:
    """What a sealed batch tells, in the order it was told; ``events`` are those of its lines.

    Belongs inside its batch.
    """
    store = vault.sightings(source.name)
    begun = capture.reading.get("round")
    begun = begun if isinstance(begun, int) else 0
    shown = {one.locator: one for one in documents}
    now = store.known(_key(source, told.uri) for told in events if told is not None)
    changed: dict[Key, Sighting] = {}
    tell: list[SightingEvent] = []
    for line, told in enumerate(events, 1):
        if told is None:
            continue
        before = now.get(_key(source, told.uri))
        number = begun or (before.round if before else 0)
        document = shown.get(f"event {line}")
        for after, said in _steps(before, told, document, _Batch(source, capture, number)):
            now[after.key] = changed[after.key] = after
            tell += [said] if said is not None else []
    store.save(list(changed.values()), tell)


def again(vault: Vault, source: Source, capture: Capture) -> None:
    """The same once more, from the capture alone."""
    payload = vault.payload(capture)
    found = read_batch(of_bytes(payload), capture, source)
    documents = [one for one in found if isinstance(one, Document)]
    note(vault, source, capture, documents, list(map(_event, payload.splitlines())))


def _event(line: bytes) -> Event | None:
    try:
        return event(line)
    except Skip:
        return None


def _key(source: Source, uri: str) -> Key:
    kind = "post" if uri.startswith("at://") else "profile"
    return source.filed_under, known_as(kind, uri, interface=True)


@dataclass(frozen=True, slots=True)
class _Batch:
    """The batch that tells, and the round in which it does."""

    source: Source
    capture: Capture
    round: int


def _steps(
    before: Sighting | None, told: Event, shown: Document | None, batch: _Batch
) -> Iterator[states.Step]:
    """What one event changes: at most one step."""
    if told.is_gone:
        if before is not None and before.state != REMOVED:
            yield _turned(before, REMOVED, told.notice, told, batch)
    elif shown is not None:
        sight = Sight(
            _key(batch.source, told.uri),
            PAGE,
            before.url if before is not None and before.url else _address(shown),
            batch.capture.captured_at,
            batch.capture.seq,
            values_of(shown, PAGE, batch.source) | of_networks(shown),
        )
        yield states.met(before, sight, batch.source.name, batch.round)
    elif told.what == "account" and before is not None and before.state == REMOVED:
        said = "the account is active again, as Jetstream tells"
        yield _turned(before, states.BACK, said, told, batch)


def _turned(before: Sighting, state: str, notice: str, told: Event, batch: _Batch) -> states.Step:
    """The listing in another state, by what the network said of it."""
    at, capture = batch.capture.captured_at, batch.capture.seq
    kept = notice if state == REMOVED else ""
    after = replace(before, state=state, since=at, notice=kept, capture=capture)
    detail = {"notice": notice, "told_at": told.at}
    said = SightingEvent(
        before.source, *before.key, at, batch.round, state, before.state, detail, capture
    )
    return after, said


def _address(shown: Document) -> str:
    try:
        return normal(str(shown.extra.get("address", "")))
    except ValueError:
        return ""
