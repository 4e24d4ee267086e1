"""A vault, a source turned to a replaying server, and a clock that goes on where somebody waits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from collectors.interfaces.interface import Told
from collectors.web import collect_source
from collectors.web.report import CollectReport
from config.settings import CollectionSettings, Settings, load_workspace
from config.sources import Source
from model.clock import iso, system_clock
from model.evidence import Mandate
from vault.vault import Vault, open_vault

from .conftest import Replayed
from .exchanges import Exchange

SECRET = "made-up-token"


class Clock:
    """Goes on where somebody waits."""

    def __init__(self, now: datetime | None = None) -> None:
        self.now = now or system_clock()

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Token:
    """Shows a token that is never renewed."""

    def through(self, ask: object) -> None:
        """Nothing is asked for."""

    def headers(self, url: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {SECRET}"}

    def renew(self, told: Told, shown: object) -> bool:
        return False

    def redact(self, data: bytes) -> tuple[bytes, int]:
        return data.replace(SECRET.encode(), b"[redacted]"), data.count(SECRET.encode())


@dataclass(frozen=True, slots=True)
class Room:
    """A vault, and a server that answers as it is told."""

    vault: Vault
    server: Replayed
    source: Source

    def collect(
        self, *, access: Token | None = None, begin: datetime | None = None, **ask: Any
    ) -> CollectReport:
        """One run over what ``ask`` names, and nothing besides."""
        clock = Clock(begin)
        settings = Settings(collection=CollectionSettings(delay_seconds=0, timeout_seconds=30))
        none = dict.fromkeys(("words", "tags", "accounts", "groups"), ())
        less = {"threads": False, "members": False, "listings": False, "days": None}
        update = {
            "ask": self.source.ask.model_copy(update={**none, **less, **ask}),
            "start": (self.server.base,),
            "allow_private": True,
            "pace": self.source.pace.model_copy(update={"delay_seconds": 0.0}),
        }
        source = self.source.model_copy(update=update)
        return collect_source(
            self.vault, source, settings, clock=clock, pause=clock.pause, access=access
        )

    def keeps_no_secret(self) -> bool:
        """Whether the token stands in nothing that was sealed."""
        payloads = b"".join(map(self.vault.payload, self.vault.captures()))
        return SECRET.encode() not in payloads


@contextmanager
def opened(folder: Path, server: Replayed, source: Source) -> Iterator[Room]:
    """The room of a source in a new vault for real material, with a mandate for it."""
    (folder / "spoor.toml").write_text('material = "real"\n', encoding="utf-8")
    now = system_clock()
    mandate = Mandate(
        id="m1",
        authority="Test",
        purpose="test",
        sources=(source.name,),
        valid_from=iso(now.replace(year=now.year - 1)),
        valid_until=iso(now.replace(year=now.year + 1)),
    )
    with open_vault(load_workspace(folder)) as vault:
        vault.add_mandate(mandate)
        yield Room(vault, server, source)


def at(path: str, one: Exchange) -> Exchange:
    """The exchange as if this had been asked for."""
    return replace(one, url=f"http://recorded{path}")
