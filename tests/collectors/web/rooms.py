"""A vault to collect into, with a clock that only goes on when somebody waits."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from collectors.web import CollectReport, collect_source
from config.settings import Settings
from config.sources import Source
from model.evidence import Mandate
from vault.vault import Vault

BEGUN = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Timeline:
    """A clock on which a millisecond passes a look, and pauses take no time but their own."""

    def __init__(self, now: datetime = BEGUN) -> None:
        self.now = now
        self.pauses: list[float] = []
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        with self._lock:
            self.now += timedelta(milliseconds=1)
            return self.now

    def pause(self, seconds: float) -> None:
        with self._lock:
            self.pauses.append(seconds)
            self.now += timedelta(seconds=seconds)


class Room:
    """A vault with a mandate, and the way to collect into it without waiting."""

    def __init__(self, vault: Vault, settings: Settings, mandate: Mandate, time: Timeline) -> None:
        self.vault = vault
        self.settings = settings
        self.time = time
        vault.add_mandate(mandate)
        self.mandate = mandate

    def grant(self, **more: Any) -> None:
        """A newer mandate that says more."""
        number = len(self.vault.mandates()) + 1
        begins = "2025-06-01T00:00:00Z"
        self.mandate = replace(self.mandate, id=f"m{number}", valid_from=begins, **more)
        self.vault.add_mandate(self.mandate)

    def collect(self, source: Source, **more: Any) -> CollectReport:
        return collect_source(
            self.vault, source, self.settings, clock=self.time, pause=self.time.pause, **more
        )

    def titles(self) -> list[str]:
        return [document.fields["title"] for document in self.vault.documents()]

    def custody(self, action: str) -> list[dict[str, Any]]:
        return [dict(entry.details) for entry in self.vault.custody() if entry.action == action]
