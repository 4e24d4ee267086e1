"""Changes of listing states that are kept together."""

from __future__ import annotations

from collectors.sightings.states import Step
from vault.sightings import Key, Sighting, SightingEvent


class Changes:
    """What is to be kept together: listings as they now stand, and events."""

    def __init__(self) -> None:
        self.listings: dict[Key, Sighting] = {}
        self.events: list[SightingEvent] = []

    def take(self, step: Step) -> None:
        after, event = step
        self.listings[after.key] = after
        if event is not None:
            self.events.append(event)
