"""All listing states of a source once more, from its captures and what no capture tells.

Captures are read again as they were the first time. Three kinds of facts stand in no capture and
are therefore kept as events for good, with the number of the newest capture at that moment: where
a round began and how it ended, addresses of listings or of the start that did not answer (in the
end: answers after which it was tried again do not count), and since when the source was down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from itertools import chain

from collectors.imports.reading import Reading, stream_documents
from collectors.sightings import stand
from collectors.sightings.answers import of_interface, outcome_of
from collectors.sightings.rounds import Sightings
from collectors.sightings.sights import Came
from config.sources import Source
from model.clock import Clock
from model.evidence import Capture
from vault.sightings import SightingEvent
from vault.vault import Vault

_PAGES = ("html", "interface", "telethon")

_WATCHED: Mapping[str, str] = {"jetstream": "collectors.watching.stands"}
"""Format of what was watched → module whose ``again`` tells it once more."""


def rebuild(vault: Vault, source: Source, *, clock: Clock, address: Callable[[str], str]) -> None:
    """Tell all rounds of ``source`` again, in one transaction; whole or not at all.

    ``address`` as for :class:`Sightings`. The same captures, source file and reader give the same
    states and events. What was read between two rounds, or before the first, belongs to none, but
    for what was watched.
    """
    store = vault.sightings(source.name)
    with store.at_once():
        store.forget_derived()
        stand.forget(vault, source.name)
        now: Sightings | None = None
        for told in _in_order(vault, source.name):
            if isinstance(told, SightingEvent):
                if told.state == stand.ROUND_BEGUN:
                    since = str(told.detail.get("since", ""))
                    now = Sightings(
                        vault,
                        source,
                        told.round,
                        clock,
                        address=address,
                        since=since,
                        replay=True,
                    )
                if now is not None:
                    now.again(told)
                if told.state == stand.ROUND_ENDED:
                    now = None
            elif watched := _WATCHED.get(str(told.reading.get("format"))):
                import_module(watched).again(vault, source, told)
            elif now is not None:
                _read_again(vault, source, told, now)


def _in_order(vault: Vault, source: str) -> Iterator[SightingEvent | Capture]:
    """Captures and facts as they came: a fact after the captures that were there before it."""
    captures = _pages(vault, source)
    waiting = next(captures, None)
    for fact in vault.sightings(source).all_events(facts_only=True):
        while waiting is not None and waiting.seq <= int(fact.detail["after"]):
            yield waiting
            waiting = next(captures, None)
        yield fact
    if waiting is not None:
        yield from chain([waiting], captures)


def _pages(vault: Vault, source: str) -> Iterator[Capture]:
    for capture in vault.captures():
        fetched = capture.source == source and capture.route != "import"
        if fetched and capture.reading.get("format") in (*_PAGES, *_WATCHED):
            yield capture


def _read_again(vault: Vault, source: Source, capture: Capture, now: Sightings) -> None:
    """One capture as it was read when it came."""
    reading, payload = Reading(), vault.payload(capture)
    trouble = of_interface(source, capture, payload)
    found = [] if trouble else list(stream_documents(payload, capture, source, reading))
    outcome, why = outcome_of(capture, reading.page, found, trouble)
    url = now.key(capture.url)
    now.came(Came(url, outcome, why, capture.captured_at, capture, reading.page, found))
