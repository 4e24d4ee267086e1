"""A real Bluesky watched as things happen there: what is asked for is kept once, and nothing else.

The events are those of a real server. Jetstream itself, which puts them into JSON, is not to be had
here; bluesky/jetstream.cjs does so after its documentation.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from collectors.sightings import rebuild
from collectors.watching import jetstream
from collectors.web import collect_source
from collectors.web.report import CollectReport
from config.settings import CollectionSettings, Settings
from config.source_interface import Ask
from config.sources import Source
from model.clock import system_clock
from model.evidence import Document
from vault.vault import Vault

from .bluesky_server import POST, Bluesky, running
from .test_bluesky import moment, opened

pytestmark = pytest.mark.timeout(600)
_NUMBERS = count(1)
SETTINGS = Settings(collection=CollectionSettings(delay_seconds=0, timeout_seconds=60))


@pytest.fixture(scope="module")
def bluesky() -> Iterator[Bluesky]:
    with running(watched=True) as found:
        profile = {"displayName": "Anna", "description": "keeps house"}
        found.join(anna=profile, bert=profile | {"displayName": "Bert"})
        found.do("settle")
        yield found


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jetstream, "BATCH_SECONDS", 0.2)


@dataclass(slots=True)
class Watcher:
    """A source that only watches, run in a thread of its own until it is told to end."""

    vault: Vault
    source: Source
    word: str
    reports: list[CollectReport] = field(default_factory=list)

    def run(self, while_it_runs: Callable[[], None]) -> CollectReport:
        """Watch while something is done; it ends once that is done."""
        stop, failed = threading.Event(), list[BaseException]()

        def watch() -> None:
            try:
                report = collect_source(self.vault, self.source, SETTINGS, stop=stop)
                self.reports.append(report)
            except BaseException as error:
                failed.append(error)

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            while_it_runs()
        finally:
            stop.set()
            thread.join(60)
        assert not failed, failed
        assert not self.reports[-1].failed, self.reports[-1].sentence
        return self.reports[-1]

    def documents(self) -> list[Document]:
        return [one for one in self.vault.documents(self.source.name) if one.kind != "profile"]

    def until(self, number: int) -> None:
        """Wait until so many posts are in the vault."""
        end = time.monotonic() + 60
        while len(self.documents()) < number:
            assert time.monotonic() < end, f"{len(self.documents())} of {number} came"
            time.sleep(0.05)

    def state(self, uri: str) -> str:
        key = ("bluesky", f"post:{uri}")
        return self.vault.sightings(self.source.name).known([key])[key].state

    def until_state(self, uri: str, state: str) -> None:
        end = time.monotonic() + 60
        while self.state(uri) != state:
            assert time.monotonic() < end, f"still {self.state(uri)}"
            time.sleep(0.05)


@pytest.fixture
def watcher(bluesky: Bluesky, tmp_path: Path) -> Iterator[Watcher]:
    """Each watches for a word of its own: what the others posted goes by again."""
    word = f"teapot{next(_NUMBERS)}"
    source = Source(
        name="sky",
        engine="bluesky",
        platform="bluesky",
        route="clear",
        allow_private=True,
        start=(bluesky.jetstream,),
        ask=Ask(words=(word,), tags=(f"{word}tag",), watch=True, days=None),
    )
    with opened(tmp_path, source) as vault:
        yield Watcher(vault, source, word)


def post(bluesky: Bluesky, name: str, text: str, **more: Any) -> str:
    return bluesky.post(name, text, moment(0), **more)["uri"]


def test_keeps_what_is_asked_for_and_only_that(bluesky: Bluesky, watcher: Watcher) -> None:
    uris: list[str] = []

    def talk() -> None:
        time.sleep(1)  # until the line is open: without a cursor it begins with what comes then
        for number in range(30):
            uris.append(
                post(bluesky, "anna", f"{watcher.word.title()}s, No. {number}, hardly used")
            )
            post(bluesky, "bert", f"The weather is fine for walks {number}")
        uris.append(post(bluesky, "bert", f"Für draußen #{watcher.word}TAG"))
        watcher.until(31)

    report = watcher.run(talk)
    found = Counter(one.native_id for one in watcher.documents())
    print(f"jetstream: {len(uris)} wanted, {len(found)} kept, {report.pages} batches")
    assert found == Counter(uris)
    sealed = b"".join(watcher.vault.payload(one) for one in watcher.vault.captures())
    assert b"weather" not in sealed
    told = [one for one in watcher.vault.custody() if one.action == "watched"][-1].details
    assert told["kept"] == 31
    assert int(told["went_by"]) >= 61
    for one in watcher.documents():
        assert one.fields["seller_id"] in bluesky.dids.values()
        assert "seller" not in one.fields
        assert one.fields["url"].startswith("https://bsky.app/profile/did:plc:")
        assert "address" not in one.extra, "nobody but the stream is asked"


def test_goes_on_where_it_stopped_and_keeps_nothing_twice(
    bluesky: Bluesky, watcher: Watcher
) -> None:
    uris: list[str] = []

    def begin() -> None:
        time.sleep(1)
        uris.append(post(bluesky, "anna", f"a {watcher.word}, first"))
        watcher.until(1)

    watcher.run(begin)
    uris += [post(bluesky, "bert", f"{watcher.word} while nobody watched {n}") for n in range(12)]

    def broken() -> None:
        watcher.until(13)
        bluesky.do("hang_up")
        uris.append(post(bluesky, "anna", f"{watcher.word} after the line broke"))
        watcher.until(14)
        time.sleep(1)

    watcher.run(broken)
    found = Counter(one.native_id for one in watcher.documents())
    print(f"jetstream, interrupted: {len(uris)} wanted, {len(found)} kept, none twice")
    assert found == Counter(uris)


def test_deletions_of_what_is_known_are_told(bluesky: Bluesky, watcher: Watcher) -> None:
    """A deletion of a post that was kept makes it removed; others go by unkept."""
    uris: list[str] = []

    def sell_and_delete() -> None:
        time.sleep(1)
        uris.extend(post(bluesky, "anna", f"{watcher.word} {n}") for n in range(3))
        other = post(bluesky, "bert", "nothing of that kind")
        watcher.until(3)
        bluesky.remove("bert", other)
        bluesky.remove("anna", uris[1])
        watcher.until_state(uris[1], "removed")

    watcher.run(sell_and_delete)
    store = watcher.vault.sightings("sky")
    last = store.events(("bluesky", f"post:{uris[1]}"))[-1]
    assert last.state == "removed"
    assert "deleted" in str(last.detail["notice"])
    assert [watcher.state(uri) for uri in uris] == ["new", "removed", "new"]
    lines = [
        line for one in watcher.vault.captures() for line in watcher.vault.payload(one).splitlines()
    ]
    assert sum(b'"delete"' in line for line in lines) == 1
    before = [(one.key, one.state, one.notice) for one in store.listings()]
    rebuild(watcher.vault, watcher.source, clock=system_clock, address=lambda url: url)
    assert [(one.key, one.state, one.notice) for one in store.listings()] == before


def test_updates_of_what_is_known_are_kept(bluesky: Bluesky, watcher: Watcher) -> None:
    uris: list[str] = []

    def edit() -> None:
        time.sleep(1)
        uris.append(post(bluesky, "bert", f"{watcher.word}, blue"))
        watcher.until(1)
        key = uris[0].rpartition("/")[2]
        record = {"text": "sold", "createdAt": moment(0)}
        bluesky.do("put", name="bert", collection=POST, key=key, record=record)
        watcher.until_state(uris[0], "changed")

    watcher.run(edit)
    assert [one.fields["text"] for one in watcher.documents()] == [f"{watcher.word}, blue", "sold"]
