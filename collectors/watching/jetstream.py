"""Bluesky watched as it happens: Jetstream's events, of which those asked for are kept.

Of all that goes by only frames are kept that hold a word that is searched for, or are of an account
that is asked, or tell that something known has changed or is gone. They are sealed as they came,
many at a time, before they are read; with them, in the same commit, where to go on from. What else
went by is counted and gone.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from collectors.imports.reading import READER, Reading, stream_documents
from collectors.interfaces.bluesky import names
from collectors.watching import stands
from collectors.watching.events import FORMAT, MAX_FRAME, Event, event
from collectors.watching.line import connected
from collectors.watching.tray import Kept, Tray
from collectors.watching.words import Watch, watch
from collectors.web.collect import Context
from collectors.web.failures import failure
from collectors.web.pace import Limits, back_off, limits
from config.sources import Source
from model.clock import iso
from model.errors import ConfigurationError, PolicyRefusal, Retry, Skip
from model.evidence import Document
from vault.records import Sealing

COLLECTOR = "jetstream/1"
CURSOR = "jetstream"
PATH = "/subscribe"
RUN_SECONDS = 900.0
"""How long one run watches; the next goes on where it stopped, for the network keeps some days."""

BATCH_SECONDS = 5.0
BATCH_FRAMES = 500
BATCH_BYTES = 4 << 20
_QUIET_SECONDS = 30.0
"""How often it is noted where the stream stands while nothing is kept."""

_TICK = 0.25
_AHEAD_US = 600_000_000
"""An event from further in the future is not believed to be from then."""

_ATTEMPTS = 6
_FEW = 30
"""So many accounts are named in the address; of more, everything is looked at."""


def collect(context: Context) -> Iterator[Document]:
    """Watch until the run is stopped, its time or its number of batches is over.

    ``pace.pages_per_run`` bounds the batches. Retry where the line does not hold; nothing is lost
    then, nor after a crash: the next run goes on a few seconds before the last batch.
    """
    run = _Run.begun(context)
    attempt = 0
    while not run.is_over:
        before = run.total
        broken: Retry | None = None
        try:
            yield from _listen(run)
        except Retry as error:
            broken = error
        yield from run.seal()
        if broken is not None:
            attempt = 1 if run.total > before else attempt + 1
            context.report.retries += 1
            if attempt >= _ATTEMPTS:
                run.close(finished=False)
                raise broken
            run.wait(back_off(attempt) if broken.after is None else broken.after)
    run.close(finished=True)


@dataclass(slots=True)
class _Run:
    """One run: what is watched for, what waits to be sealed, and when it is over."""

    context: Context
    watch: Watch
    tray: Tray
    pace: Limits
    until: float
    sealed_at: float
    total: int = 0
    kept: int = 0
    batches: int = 0

    @classmethod
    def begun(cls, context: Context) -> _Run:
        wanted = watch(context.terms, context.source.ask)
        if not wanted.words and not wanted.accounts:
            raise ConfigurationError(
                f"{context.source.name}: nothing to watch for",
                remedy="give words, tags, a plan, or accounts by their DID under 'ask'",
            )
        now = time.monotonic()
        pace = limits(context.source, context.mandate, context.settings)
        return cls(context, wanted, Tray.of(context.cursor(CURSOR)), pace, now + RUN_SECONDS, now)

    @property
    def is_over(self) -> bool:
        most = self.pace.per_run
        enough = most is not None and self.batches >= most
        quiet = self.pace.quiet_until(self.context.clock()) is not None
        return self.context.stop.is_set() or time.monotonic() >= self.until or enough or quiet

    def wait(self, seconds: float) -> None:
        """Let some time go by, unless the run is to end."""
        if self.context.pause is not None:
            self.context.pause(seconds)
        else:
            self.context.stop.wait(min(seconds, max(0.0, self.until - time.monotonic())))

    def consider(self, frame: bytes) -> None:
        """Keep a frame that is wanted; let go of any other, and of what is no event."""
        try:
            told = event(frame)
        except Skip:
            return
        latest = int(self.context.clock().timestamp() * 1_000_000) + _AHEAD_US
        self.tray.went_by(told, latest)
        self.total += 1
        if _is_wanted(told, self.watch):
            self.tray.keep(frame, told, if_known=False)
        elif told.what in ("delete", "update", "account", "identity"):
            self.tray.keep(frame, told, if_known=True)

    @property
    def is_due(self) -> bool:
        """Whether what waits is to be sealed now."""
        waited = time.monotonic() - self.sealed_at
        full = len(self.tray.frames) >= BATCH_FRAMES or self.tray.size >= BATCH_BYTES
        return full or waited > (BATCH_SECONDS if self.tray.frames else _QUIET_SECONDS)

    def seal(self) -> Iterator[Document]:
        """Seal what waits, read it, and note where the stream stands: one commit."""
        self._check_mandate()
        tray, context = self.tray, self.context
        if not tray.seen:
            return
        frames = tray.wanted(stands.known(context.vault, context.source, tray.doubtful()))
        documents: Sequence[Document] = ()
        with context.vault.batch():
            if frames:
                documents = self._seal(frames)
            context.keep_cursor(CURSOR, tray.cursor())
        self.tray, self.sealed_at = tray.emptied(), time.monotonic()
        yield from documents

    def _seal(self, frames: Sequence[Kept]) -> Sequence[Document]:
        context, source = self.context, self.context.source
        payload = b"".join(_line(one.frame) for one in frames)
        address = _endpoint(source)
        round_ = context.vault.frontier(source.name).round
        sealing = Sealing(
            source=source.name,
            url=address,
            final_url=address,
            payload=payload,
            captured_at=iso(context.clock()),
            collector=COLLECTOR,
            content_type="application/x-ndjson",
            route=source.route,
            mandate=context.mandate.id,
            reading={
                "format": FORMAT,
                "round": 0 if round_ is None else round_.id,
                "went_by": self.tray.seen,
                "from_us": frames[0].event.time_us,
                "to_us": frames[-1].event.time_us,
            },
        )
        capture = context.vault.seal(sealing).capture
        reading = Reading()
        found = tuple(stream_documents(payload, capture, source, reading))
        report = context.report
        report.documents += context.vault.add_documents(capture, READER, found, reading.said())
        report.issue_counts.update(reading.counts)
        report.pages += 1
        told = [one.event for one in frames]
        stands.note(context.vault, source, capture, found, told)
        self.batches, self.kept = self.batches + 1, self.kept + len(frames)
        return found

    def _check_mandate(self) -> None:
        """A run goes on for long: what authorised it may have ended meanwhile."""
        context = self.context
        if context.vault.mandate_for(context.source.name) is None:
            raise PolicyRefusal(f"{context.source.name}: the mandate is over; watching ends")

    def close(self, *, finished: bool) -> None:
        """Say what the watching took: how much went by, and how much of it was kept."""
        context = self.context
        effort = {"went_by": self.total, "kept": self.kept, "words": len(self.watch.words)}
        details = {**effort, "accounts": len(self.watch.accounts)}
        context.vault.record("watched", context.source.name, details, context.mandate.id)
        if not context.source.ask.more_than_watch:
            context.report.finished = finished


def _listen(run: _Run) -> Iterator[Document]:
    """What one line brings, until it breaks or the run is over."""
    context = run.context
    address = _address(context.source, run.watch, run.tray.begin)
    with connected(address, context.source, context.settings) as line:
        while not run.is_over:
            frame = line.receive(_TICK)
            if frame is not None:
                run.consider(frame)
            if run.is_due:
                yield from run.seal()


def _is_wanted(told: Event, wanted: Watch) -> bool:
    """Whether an event is asked for by what is written in it, or by whose it is."""
    if told.collection not in (names.POST, names.PROFILE) or told.is_gone:
        return False
    return told.did in wanted.accounts or wanted.wants(told.texts)


def _line(frame: bytes) -> bytes:
    """A frame on a line of its own; JSON may be written over several."""
    return frame.replace(b"\r", b" ").replace(b"\n", b" ") + b"\n"


def _endpoint(source: Source) -> str:
    """The address that is watched: the one under ``start`` that ends in /subscribe."""
    for address in source.start:
        if urlsplit(address).path.endswith(PATH):
            return address.partition("?")[0]
    raise failure("bad-address", source.name, f"no address under 'start' ends in {PATH}")


def _address(source: Source, wanted: Watch, begin: int) -> str:
    """With what is wanted: posts and profiles, from where, and of whom where it is of some only."""
    query = [("wantedCollections", names.POST), ("wantedCollections", names.PROFILE)]
    query.append(("maxMessageSizeBytes", str(MAX_FRAME)))
    if not wanted.words and len(wanted.accounts) <= _FEW:
        query += [("wantedDids", did) for did in sorted(wanted.accounts)]
    if begin:
        query.append(("cursor", str(begin)))
    return f"{_endpoint(source)}?{urlencode(query)}"
