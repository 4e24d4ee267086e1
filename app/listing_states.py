"""``spoor sources listings`` and ``history``: what became of listings, in rows and sentences.

Of interfaces these are posts, threads, profiles and groups, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from collectors.mirrors import CURSOR, Mirrors
from collectors.sightings import STATES, down_since, kept_as, rebuild, told_apart
from collectors.web.failures import FAILURES
from collectors.web.site import Site
from config.settings import Workspace
from config.sources import Source, load_source
from model.clock import system_clock
from model.errors import ConfigurationError
from vault.sightings import SOURCE, Sighting, SightingEvent
from vault.vault import Vault, open_vault

COLUMNS = ("listing", "state", "kind", "since", "title", "price", "last_seen", "says", "url")
"""What a table shows; JSON has all."""

_SHOWN = 80
"""Characters of a text that stands for a title."""

_REMOVED, _DOWN, _UP = "removed", "source-down", "source-up"
_SENTENCES = {
    "new": "first seen {where}",
    "seen": "seen {where}",
    "changed": "{changed}",
    "back-again": "back again, {where}{also}",
    "not-seen": "not seen: {reason}",
    "parse-suspect": "can not be judged: {reason}",
    "removed": "removed: {reason}",
    "no-answer": "its address gave no page: {reason}",
    _DOWN: "the source does not answer: {reason}",
    _UP: "the source answers again",
}
_WHERE = {"page": "on its own page", "row": "in a result row", "aside": "beside another page"}


def listing_rows(
    workspace: Workspace, name: str, state: str | None = None
) -> Iterator[dict[str, Any]]:
    """Every known listing of a source as it stands, or those in one state."""
    if state not in (None, *STATES):
        raise ConfigurationError(f"no state '{state}'", remedy=f"states are {', '.join(STATES)}")
    with open_vault(workspace, write=False) as vault:
        down, found = down_since(vault, name), False
        for listing in vault.sightings(name).listings():
            found = True
            row = _row(listing, down)
            if state in (None, row["state"]):
                yield row
    if not found:
        load_source(name, workspace)


def _row(listing: Sighting, down: str) -> dict[str, Any]:
    """One listing; while its source is down it shows that, and its last state beside."""
    hidden = bool(down) and listing.state != _REMOVED
    shown = {**listing.values.get("row", {}), **listing.values.get("page", {})}
    says = "the source does not answer" if hidden else _words(listing.notice)
    kind, native_id = told_apart(listing.native_id)
    return {
        "listing": native_id,
        "kind": kind,
        "platform": listing.platform,
        "state": _DOWN if hidden else listing.state,
        "since": down if hidden else listing.since,
        "last_state": listing.state,
        "last_state_since": listing.since,
        "title": shown.get("title") or str(shown.get("text", ""))[:_SHOWN] or None,
        "price": shown.get("price"),
        "seller": shown.get("seller"),
        "first_seen": listing.first_seen,
        "last_seen": listing.last_seen,
        "missed_rounds": listing.missed,
        "says": says or _pending(listing),
        "url": listing.url,
    }


def _pending(listing: Sighting) -> str:
    """What its address answered in a round that has not ended."""
    if listing.outcome in ("", "listed") or listing.state in (_REMOVED, "parse-suspect"):
        return ""
    why = _words(str(listing.answer.get("why", "")))
    return f"its address told: {why}; counted when the round ends"


def history_rows(workspace: Workspace, name: str, listing_id: str) -> Iterator[dict[str, Any]]:
    """All that happened to one listing: when, what, and the capture that proves it."""
    with open_vault(workspace, write=False) as vault:
        found = vault.sightings(name).named(*kept_as(listing_id))
        if not found:
            load_source(name, workspace)
            raise ConfigurationError(
                f"{name}: no listing '{listing_id}' is known",
                remedy=f"'spoor sources listings {name}' names those that are",
            )
        for listing in found:
            yield from (_event_row(vault, event) for event in _history(vault, listing))


def _history(vault: Vault, listing: Sighting) -> list[SightingEvent]:
    """The listing's own events, and when its source was down since it was first seen."""
    store = vault.sightings(listing.source)
    of_source = [
        event
        for event in store.events(SOURCE)
        if event.state in (_DOWN, _UP) and _moment(event.at) >= _moment(listing.first_seen)
    ]
    events = [*store.events(listing.key), *of_source]
    return sorted(events, key=lambda event: (_moment(event.at), event.seq))


def _event_row(vault: Vault, event: SightingEvent) -> dict[str, Any]:
    capture = None if event.capture is None else vault.capture_at(event.capture)
    return {
        "at": event.at,
        "state": event.state,
        "says": sentence(event),
        "capture": None if capture is None else capture.sha256,
        "url": None if capture is None else capture.url,
        "round": event.round or None,
        "detail": dict(event.detail),
    }


def history_lines(workspace: Workspace, name: str, listing_id: str) -> Iterator[str]:
    """The same as sentences for a report: day, what happened, capture."""
    for row in history_rows(workspace, name, listing_id):
        proof = f" (capture {row['capture'][:12]}…)" if row["capture"] else ""
        yield f"{row['at'][:10]} {row['says']}{proof}"


def sentence(event: SightingEvent) -> str:
    """What one event says, without its date."""
    detail = event.detail
    changed = "; ".join(map(_change, detail.get("changes", ())))
    return _SENTENCES[event.state].format(
        where=_WHERE.get(str(detail.get("on")), ""),
        changed=changed,
        also=f"; {changed}" if changed else "",
        reason=_words(str(detail.get("notice") or detail.get("reason") or "")),
    )


def _change(change: Mapping[str, str]) -> str:
    if not change["before"]:
        return f"{change['field']}: {change['after']}"
    return f"{change['field']} {change['before']} → {change['after']}"


def _words(reason: str) -> str:
    """A word of the failure table as what it means; anything else as it stands."""
    return FAILURES[reason].meaning if reason in FAILURES else reason


def _moment(at: str) -> datetime:
    return datetime.fromisoformat(at)


def rebuild_listings(workspace: Workspace, name: str) -> None:
    """Tell all listing states of a source again, from its captures and kept facts."""
    source = load_source(name, workspace)
    with open_vault(workspace) as vault:
        rebuild(vault, source, clock=system_clock, address=_addresses(vault, source))


def _addresses(vault: Vault, source: Source) -> Callable[[str], str]:
    """How addresses of a source are known: of one without a start address, as they are."""
    if not source.start:
        return str
    mirrors = Mirrors(source, state=vault.cursor(source.name, CURSOR), clock=system_clock)
    return Site(source, mirrors, vault.cursor(source.name, "traps")).key
