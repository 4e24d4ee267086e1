"""A source for Telegram with keys that are none of anybody's, in a workspace of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collectors.access import access_to
from collectors.telegram import collect
from collectors.web.collect import Context
from collectors.web.network import Fetcher
from collectors.web.report import CollectReport
from config.settings import CollectionSettings, Settings, load_workspace
from config.sources import Source
from model.clock import iso
from model.errors import CollectionError
from model.evidence import Mandate
from vault.vault import Vault, open_vault

from .world import World

KEYS = {
    "SPOOR_TG_API_ID": "12345678",
    "SPOOR_TG_API_HASH": "0123456789abcdef0123456789abcdef",
    "SPOOR_TG_SESSION": "1" + "A" * 352,
}


class Now:
    """A clock that stands still until it is told to go on; waits are made on it."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 22, 10, tzinfo=UTC)
        self.waited = 0.0

    def __call__(self) -> datetime:
        self.moment += timedelta(milliseconds=1)
        return self.moment

    def pause(self, seconds: float) -> None:
        self.waited += seconds
        self.moment += timedelta(seconds=seconds)


def a_source(**ask: Any) -> Source:
    given = {"groups": ["@Ivory_Corner"], "days": None, "profiles": True} | ask
    return Source.model_validate(
        {
            "name": "tg",
            "engine": "telegram",
            "route": "clear",
            "platform": "telegram",
            "ask": given,
            "interface": {"access": {"kind": "session"}},
            "pace": {"delay_seconds": 1},
        }
    )


MANDATE = Mandate(
    id="m1",
    authority="Test",
    purpose="test",
    sources=("tg",),
    valid_from="2026-01-01T00:00:00Z",
    valid_until="2028-01-01T00:00:00Z",
)
SETTINGS = Settings(collection=CollectionSettings(delay_seconds=0, timeout_seconds=1))


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def vault(tmp_path: Path, now: Now) -> Iterator[Vault]:
    (tmp_path / "spoor.toml").write_text('material = "real"\n', encoding="utf-8")
    with open_vault(load_workspace(tmp_path), clock=now) as opened:
        opened.add_mandate(MANDATE)
        yield opened


Run = Callable[..., CollectReport]


@pytest.fixture
def run(vault: Vault, now: Now) -> Run:
    """One run over the world; errors that end it are in the report."""

    def once(world: World, source: Source | None = None) -> CollectReport:
        return one_run(vault, now, world, source or a_source())

    return once


def one_run(vault: Vault, now: Now, world: World, source: Source) -> CollectReport:
    report = CollectReport(source.name, iso(now()))
    access = access_to(source, environment=KEYS)
    with Fetcher(source, SETTINGS) as fetcher:
        context = Context(vault, source, SETTINGS, MANDATE, fetcher, report, now)
        context.pause, context.access = now.pause, access
        try:
            for _ in collect(context, connecting=world.connecting):
                pass
        except CollectionError as error:
            report.note(error, ends=True)
    return report
