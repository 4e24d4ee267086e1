"""What the tests of social networks share: a token, a vault, rounds, and numbers said plainly."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from collectors.interfaces.interface import Told
from collectors.web import collect_source
from collectors.web.report import CollectReport
from config.settings import CollectionSettings, Settings, load_workspace
from config.sources import EXAMPLES, Source, load_source
from model.clock import iso, system_clock
from model.evidence import Document, Mandate
from vault.vault import Vault, open_vault

SETTINGS = Settings(collection=CollectionSettings(delay_seconds=0, timeout_seconds=60))


@dataclass(frozen=True, slots=True)
class Token:
    """Shows one token, which is never renewed and never kept."""

    secret: str

    def through(self, ask: object) -> None:
        """Nothing is asked for."""

    def headers(self, url: str) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}

    def renew(self, told: Told, shown: Mapping[str, str]) -> bool:
        return False

    def redact(self, data: bytes) -> tuple[bytes, int]:
        secret = self.secret.encode()
        return data.replace(secret, b"[redacted]"), data.count(secret)


@dataclass(slots=True)
class Case:
    """A vault that reads one network in rounds; each run's documents are kept apart."""

    vault: Vault
    source: Source
    token: Token | None = None
    reports: list[CollectReport] = field(default_factory=list)
    runs: list[list[Document]] = field(default_factory=list)

    def read(self, stop_after: int = 0) -> list[Document]:
        """One run, stopped after so many answers if any; the documents that it brought."""
        before, stop = {one.uid for one in self.vault.documents()}, threading.Event()

        def halt(report: CollectReport) -> None:
            if stop_after and report.pages >= stop_after:
                stop.set()

        report = collect_source(
            self.vault, self.source, SETTINGS, access=self.token, stop=stop, progress=halt
        )
        self.reports.append(report)
        self.runs.append([one for one in self.vault.documents() if one.uid not in before])
        return self.runs[-1]

    def read_in_pieces(self, pages: int) -> list[Document]:
        """Runs stopped again and again until the round is read to its end."""
        found: list[Document] = []
        for _ in range(200):
            found += self.read(stop_after=pages)
            if self.reports[-1].finished:
                return found
        raise AssertionError("it never ends")

    def payloads(self) -> bytes:
        """Everything that was sealed."""
        return b"\n".join(map(self.vault.payload, self.vault.captures()))


def asked(engine: str, base: str, **ask: Any) -> Source:
    """The worked example of an engine, at another address and asked for other things, unhurried."""
    example = load_source(EXAMPLES / f"{engine}.yml")
    nothing = {"words": (), "tags": (), "accounts": (), "groups": (), "listings": False}
    update = {
        "ask": example.ask.model_copy(update={**nothing, "days": None, **ask}),
        "start": (base,),
        "allow_private": True,
        "pace": example.pace.model_copy(update={"delay_seconds": 0.0}),
        "interface": example.interface.model_copy(update={"rate": None}),
    }
    return example.model_copy(update=update)


@contextmanager
def opened(folder: Path, source: Source, token: Token | None = None) -> Iterator[Case]:
    """A vault for real material: the texts are plain sentences and carry no stamp."""
    folder.mkdir(parents=True, exist_ok=True)
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
        yield Case(vault, source, token)


def told(server: str, what: str, database: set[str], collected: set[str]) -> None:
    """The numbers of one comparison, for whoever reads the test's output."""
    print(
        f"\n{server}, {what}: {len(database)} in the database, {len(collected)} collected, "
        f"{len(database - collected)} missing, {len(collected - database)} not in the database"
    )
