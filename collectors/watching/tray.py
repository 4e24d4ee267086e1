"""What was kept of a stream and waits to be sealed, and where in the stream it stands."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from collectors.watching.events import Event
from model.canonical import Json

REWIND_US = 5_000_000
"""A line that broke goes on this much earlier: the order of events is only roughly that of time."""

_REMEMBERED = 5_000


class Kept(NamedTuple):
    """A frame and its event; ``if_known`` where it is wanted only if what it is about is known."""

    frame: bytes
    event: Event
    if_known: bool


@dataclass(slots=True)
class Tray:
    """Frames that wait. ``time_us`` is of the last event that went by, ``seen`` how many did.

    ``recent`` are the events kept lately by what they are known by, with their times: after a
    rewind they come again, and are not kept twice.
    """

    time_us: int = 0
    seen: int = 0
    size: int = 0
    frames: list[Kept] = field(default_factory=list)
    recent: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, kept: Json) -> Tray:
        """As it was left; empty at first, or where what was kept is not what it should be."""
        held = kept if isinstance(kept, Mapping) else {}
        time_us, recent = held.get("time_us"), held.get("recent")
        tray = cls(time_us if isinstance(time_us, int) else 0)
        if isinstance(recent, Mapping):
            tray.recent = {str(key): at for key, at in recent.items() if isinstance(at, int)}
        return tray

    @property
    def begin(self) -> int:
        """Where to go on from, in microseconds since 1970; 0 for from now on."""
        return max(self.time_us - REWIND_US, 1) if self.time_us else 0

    def went_by(self, told: Event, latest: int) -> None:
        """Count an event; one from after ``latest`` does not move the place to go on from."""
        self.seen += 1
        if told.time_us <= latest:
            self.time_us = max(self.time_us, told.time_us)

    def keep(self, frame: bytes, told: Event, *, if_known: bool) -> None:
        """Put a frame by; ``if_known`` where it is wanted only if its record or account is."""
        identity = told.identity
        if identity in self.recent:
            return
        self.recent[identity] = told.time_us
        self.frames.append(Kept(frame, told, if_known))
        self.size += len(frame)

    def doubtful(self) -> list[Event]:
        """Events of records and accounts of which this tray alone does not show that they are
        wanted."""
        return [one.event for one in self.frames if one.if_known]

    def wanted(self, known: Set[str]) -> list[Kept]:
        """The frames to be sealed, in their order; ``known`` are records and accounts."""
        shown, found = set(known), list[Kept]()
        for one in self.frames:
            if not one.if_known or one.event.uri in shown:
                shown.add(one.event.uri)
                found.append(one)
        return found

    def emptied(self) -> Tray:
        """The tray that follows once these frames are sealed."""
        least = self.time_us - 2 * REWIND_US
        lately = [(key, at) for key, at in self.recent.items() if at >= least]
        return Tray(self.time_us, recent=dict(lately[-_REMEMBERED:]))

    def cursor(self) -> dict[str, Json]:
        """What is kept for the next run."""
        return {"time_us": self.time_us, "recent": dict(self.emptied().recent)}
