"""What one round of a source tells of its listings, page by page and at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar
from urllib.parse import urljoin

from collectors.records import PageReading
from collectors.sightings import stand, states
from collectors.sightings.answers import (
    DOWN,
    ERROR_PAGE,
    FAILED,
    GONE_STATUSES,
    READ,
    REMOVED,
    SUSPECT,
    UNCHANGED,
    location,
    notice_in,
)
from collectors.sightings.changes import Changes
from collectors.sightings.compare import ASIDE, PAGE
from collectors.sightings.sights import Came, same_under_another_id, sights
from collectors.sightings.stand import Stand
from collectors.sightings.states import RoundFacts, Sight, Told
from config.sources import Source
from model.clock import Clock, iso
from model.evidence import Capture, Document
from vault.sightings import GONE, SOURCE, Key, Sighting, SightingEvent
from vault.vault import Vault

Some = TypeVar("Some")

_REMEMBERED = 1_000
"""Redirects and notices of one round that are remembered to be told together."""

_AT_ONCE = 500


class Sightings:
    """One round of one source; every method is called inside the engine's batch.

    ``address`` gives the address under which the frontier knows a page, ValueError for what is
    none or of another site. The work of a page does not grow with the source, nor does the memory
    of a round. ``since`` (ISO 8601 UTC) is when what the round looks at begins, ``clock`` tells
    when an address did not answer, and when the round ended.
    ``replay`` leaves out what only the first time tells, see :mod:`collectors.sightings.rebuild`.
    """

    def __init__(
        self,
        vault: Vault,
        source: Source,
        round_id: int,
        clock: Clock,
        *,
        address: Callable[[str], str],
        since: str = "",
        replay: bool = False,
    ) -> None:
        self._vault = vault
        self._source = source
        self._round = round_id
        self._clock = clock
        self._address = address
        self._since = since
        self._replay = replay
        self._store = vault.sightings(source.name)
        self._stand = Stand(vault, source.name, round_id, since=since, replay=replay)
        self._starts = frozenset(filter(None, map(self.key, source.start)))
        self._led: dict[str, tuple[str, ...]] = {}
        self._notices: dict[str, Came] = {}

    def page(
        self,
        url: str,
        outcome: str,
        *,
        capture: Capture | None = None,
        reading: PageReading | None = None,
        documents: Sequence[Document] = (),
        reason: str = "",
    ) -> None:
        """What came for ``url``; ``outcome`` as :func:`outcome_of` says, or ``failed``.

        ``reason`` tells why in words, or by a word of the failure table. Call it once for the
        final answer to an address, not for answers after which it is tried again.
        """
        at = iso(self._clock()) if capture is None else capture.captured_at
        down = reason in DOWN or _speaks_for_down(capture, reason)
        self.came(Came(self.key(url), outcome, reason, at, capture, reading, documents, down))

    def came(self, came: Came) -> None:
        """The same, put together already."""
        self._stand.begin(came.at, came.number)
        changed = Changes()
        here = self._store.at(came.url)
        if came.outcome in (READ, UNCHANGED):
            self._read(changed, came, here)
        elif came.outcome == REMOVED:
            self._removed(changed, came, here)
        elif came.outcome == GONE:
            self._answer(changed, here, GONE, self._notice(came, here), came)
        elif came.outcome == SUSPECT:
            self._suspect(changed, came, here)
        else:
            self._not_reached(changed, came, here)
        self._save(changed)
        self._of_the_site(came)

    def unmet(self) -> Iterator[str]:
        """Addresses of known listings that this round neither met nor asked for."""
        if not self._source.recheck:
            return
        facts = self._facts("", finished=False)
        for listing in self._store.unmet(self._round, self._since):
            if not facts.concerns(listing):
                continue
            url = self.key(listing.url)
            if not url:  # no longer an address of the source
                continue
            if url != listing.url:  # meanwhile known by a shorter address
                self._store.save([replace(listing, url=url)])
            yield url

    def down(self, reason: str) -> None:
        """The source does not answer; a word of the failure table says why."""
        if reason in DOWN:
            self._stand.go_down(reason, iso(self._clock()))

    def close(self, outcome: str, *, at: str = "") -> None:
        """The round ends: ``finished``, ``stopped:<reason>`` or ``failed:<reason>``.

        Only a finished round says that a listing was not seen, only a failed one that the source
        is down; what listings' own addresses answered counts in any case. Said once only.
        """
        if not self._stand.ended:
            with self._store.at_once():
                self._close(outcome, at or iso(self._clock()))

    def _close(self, outcome: str, at: str) -> None:
        self._stand.begin(at)
        facts = self._facts(at, finished=outcome == "finished")
        kind, _, reason = outcome.partition(":")
        if kind == "failed" and reason in DOWN:
            self._stand.go_down(reason, at)
        elif facts.start.startswith("down:") and not facts.there:
            self._stand.go_down(facts.start.removeprefix("down:"), at)
        self._settle(facts)
        if facts.finished and not facts.broken:
            self._store.count_removed(self._round)
        told = {"outcome": outcome, "gone": facts.gone, "there": facts.there, "met": facts.met}
        self._stand.end(told, at)

    # pages
    def _read(self, changed: Changes, came: Came, here: Sequence[Sighting]) -> None:
        """A page of the site: every listing on it was met; its own should be among them."""
        found = sights(came, self._source, self.key)
        own = next((sight for sight in found.values() if sight.part == PAGE), None)
        for listing in here:
            if listing.key not in found:
                self._not_there(changed, listing, own, came)
        self._shown_as_gone(changed, found, came)
        self._met(changed, {k: sight for k, sight in found.items() if not sight.gone}, here)

    def _removed(self, changed: Changes, came: Came, here: Sequence[Sighting]) -> None:
        """A notice of removal, at a listing's own address or where that leads; rows are met."""
        _remember(self._notices, came.url, came)
        found = sights(came, self._source, self.key)
        own = [key for key, sight in found.items() if sight.part == PAGE]
        concerned = {listing.key: listing for listing in here} | self._store.known(own)
        for url in self._led.get(came.url, ()):
            concerned |= {listing.key: listing for listing in self._store.at(url)}
        self._answer(changed, concerned.values(), GONE, came.why, came)
        self._met(changed, {key: sight for key, sight in found.items() if key not in own}, here)

    def _shown_as_gone(self, changed: Changes, found: dict[Key, Sight], came: Came) -> None:
        """Records in whose place a notice stands; one that was never seen itself is none."""
        notices = {key: sight.gone for key, sight in found.items() if sight.gone}
        for key, listing in self._store.known(notices).items():
            self._answer(changed, [listing], GONE, notices[key], came)

    def _suspect(self, changed: Changes, came: Came, here: Iterable[Sighting]) -> None:
        """A page that could not be read as it should: what it names is there, and no more."""
        found = self._store.known(sights(came, self._source, self.key))
        missing = [listing for listing in here if listing.key not in found]
        self._answer(changed, missing, SUSPECT, came.why or "its page could not be read", came)
        for key, listing in found.items():
            sight = Sight(key, ASIDE, "", came.at, came.number, {})
            changed.take(states.met(listing, sight, self._source.name, self._round))

    def _met(self, changed: Changes, found: dict[Key, Sight], here: Iterable[Sighting]) -> None:
        known = {listing.key: listing for listing in here} | changed.listings
        known |= self._store.known(key for key in found if key not in known)
        for key, sight in found.items():
            changed.take(states.met(known.get(key), sight, self._source.name, self._round))

    def _not_there(
        self, changed: Changes, listing: Sighting, own: Sight | None, came: Came
    ) -> None:
        """A listing whose own address shows a page on which it does not stand."""
        if own is not None and same_under_another_id(listing, own):
            sight = Sight(listing.key, PAGE, own.url, came.at, came.number, {})
            changed.take(states.met(listing, sight, self._source.name, self._round))
        elif own is not None:
            why = f"its address shows another listing, {own.key[1][:100]}"
            self._answer(changed, [listing], SUSPECT, why, came)
        elif came.reading is not None and came.reading.kind == "results":
            self._failed(changed, [listing], "its address shows a result page", came)
        else:
            self._answer(changed, [listing], SUSPECT, "no listing was read from its page", came)

    def _not_reached(self, changed: Changes, came: Came, here: Sequence[Sighting]) -> None:
        """No page came; an address that leads to a notice of removal says as much itself."""
        target = self._target(came.capture)
        if target:
            sources = (*self._led.get(target, ()), came.url, *self._led.get(came.url, ()))
            _remember(self._led, target, sources[:_REMEMBERED])
        notice = self._notices.get(target)
        if notice is not None:
            self._answer(changed, here, GONE, notice.why, came)
        elif not self._replay:
            self._failed(changed, here, came.why or "it was not reached", came)

    def _answer(
        self, changed: Changes, listings: Iterable[Sighting], outcome: str, why: str, came: Came
    ) -> None:
        for listing in listings:
            told = Told(outcome, why, came.at, came.number)
            changed.take((states.answered(listing, told, self._round), None))

    def _failed(self, changed: Changes, listings: Iterable[Sighting], why: str, came: Came) -> None:
        """That no page came is kept by itself: not every capture of a failure was final."""
        for listing in listings:
            told = Told(FAILED, why, came.at, came.number)
            changed.take((states.failed(listing, told, self._round), None))
            self._stand.no_answer(
                listing.key, listing.state, why, came.at, came.number, down=came.down
            )

    def _notice(self, came: Came, here: Sequence[Sighting]) -> str:
        """The status, and what the body says of the removal."""
        capture = came.capture
        told = self._source.is_interface or not here
        if told or capture is None or capture.status not in GONE_STATUSES:
            return came.why
        said = notice_in(self._vault.payload(capture), capture, self._source)
        return f"HTTP {capture.status}" + (f": {said}" if said else "")

    def _of_the_site(self, came: Came) -> None:
        """What an answer tells of the site itself."""
        read = came.outcome in (READ, UNCHANGED)
        if read and (came.reading is None or came.reading.is_content):
            self._stand.come_up(came.at, came.number)
        if came.url not in self._starts or self._target(came.capture):
            return
        if read:
            self._stand.start_fared(READ)
        elif came.outcome == GONE:
            self._start_failed(came.why, down=True)
        elif came.outcome == FAILED and not self._replay:
            self._start_failed(came.why, down=came.down)
            self._stand.no_answer(SOURCE, came.url, came.why, came.at, came.number, down=came.down)

    def _start_failed(self, why: str, *, down: bool) -> None:
        if self._stand.start != READ:
            self._stand.start_fared(f"down:{why}" if down else FAILED)

    def again(self, event: SightingEvent) -> None:
        """What :mod:`.rebuild` finds that no capture tells: rounds, silence, the source down."""
        match event.state:
            case states.SOURCE_DOWN:
                self._stand.go_down("", event.at)
            case states.SOURCE_UP:
                self._stand.come_up(event.at, event.capture)
            case stand.ROUND_BEGUN:
                self._stand.begin(event.at)
            case stand.ROUND_ENDED:
                self.close(str(event.detail["outcome"]), at=event.at)
            case _:
                self._silent_again(event)

    def _silent_again(self, event: SightingEvent) -> None:
        why, down = str(event.detail["reason"]), bool(event.detail.get("down"))
        if event.key == SOURCE:
            self._start_failed(why, down=down)
        for listing in self._store.known([event.key]).values():
            told = Told(FAILED, why, event.at, event.capture)
            self._store.save([states.failed(listing, told, self._round)])

    # addresses
    def key(self, url: str) -> str:
        """The address as the frontier knows it; empty for none and for another site's."""
        try:
            return self._address(url) if url else ""
        except ValueError:
            return ""

    def _target(self, capture: Capture | None) -> str:
        """Where a redirect leads, if that is on the site."""
        if capture is None or not 300 <= (capture.status or 0) < 400 or capture.status == 304:
            return ""
        to = location(capture)
        try:
            return self.key(urljoin(capture.final_url or capture.url, to)) if to else ""
        except ValueError:
            return ""

    # the end of the round
    def _facts(self, at: str, *, finished: bool) -> RoundFacts:
        return RoundFacts(
            number=self._round,
            at=at,
            finished=finished,
            start=self._stand.start,
            gone=self._store.newly_gone(self._round),
            there=self._store.met_and_there(self._round),
            met=self._store.met(self._round),
            rechecked=self._source.recheck,
            since=self._since,
        )

    def _settle(self, facts: RoundFacts) -> None:
        """Go through all that the round did not simply meet, in pieces."""
        changed = Changes()
        for listing in self._store.unsettled(self._round, self._since):
            step = states.settled(listing, facts)
            if step[0] is not listing:
                changed.take(step)
            if len(changed.listings) >= _AT_ONCE:
                self._save(changed)
                changed = Changes()
        self._save(changed)

    def _save(self, changed: Changes) -> None:
        self._store.save(list(changed.listings.values()), changed.events)


def _speaks_for_down(capture: Capture | None, why: str) -> bool:
    """Whether a server's answer says that the site is out of order, not that it keeps us out."""
    status = 0 if capture is None else capture.status or 0
    return status >= 500 or status in (404, 410) or why == ERROR_PAGE


def _remember(where: dict[str, Some], url: str, what: Some) -> None:
    """Keep for a while: the oldest is forgotten where there are many."""
    if len(where) >= _REMEMBERED:
        del where[next(iter(where))]
    where[url] = what
