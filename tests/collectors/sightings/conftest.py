"""A made-up classifieds site without a network: rounds of answers go straight to the sightings."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collectors.imports.reading import READER, Reading, stream_documents
from collectors.sightings import Sightings, outcome_of, rebuild
from collectors.web.addresses import normal
from config.settings import load_workspace
from config.sources import Source
from model.evidence import Capture
from vault.records import Sealing
from vault.sightings import Sighting, SightingEvent
from vault.vault import Vault, open_vault

SITE = "http://ads.example"
START = f"{SITE}/search"

SOURCE = Source.model_validate(
    {
        "name": "ads",
        "engine": "classifieds",
        "route": "clear",
        "start": [START],
        "currency": "EUR",
        "decimal": ".",
        "signs": {"login": {"select": "#login"}, "error": {"select": "#oops"}},
        "removed": {"select": "p.notice"},
        "pages": {
            "results": {
                "kind": "results",
                "when": {"select": "#results"},
                "rows": {
                    "select": "li",
                    "id": {"select": "a", "attribute": "data-id"},
                    "fields": {
                        "title": {"select": "a"},
                        "url": {"select": "a", "attribute": "href"},
                        "price": {"select": ".price", "as": "money", "optional": True},
                    },
                },
            },
            "listing": {
                "kind": "listing",
                "when": {"select": "h1[data-id]"},
                "id": {"select": "h1", "attribute": "data-id"},
                "fields": {
                    "title": {"select": "h1"},
                    "text": {"select": ".text", "optional": True},
                    "price": {"select": ".price", "as": "money", "optional": True},
                    "posted_at": {"select": ".posted", "optional": True},
                },
            },
            "about": {"kind": "page", "when": {"select": "#about"}},
        },
    }
)


def ad(number: int | str) -> str:
    return f"{SITE}/ad/{number}"


def row(number: int, price: str = "100 EUR", title: str = "") -> str:
    title = title or f"Carving {number}"
    return (
        f"<li><a data-id={number} href='/ad/{number}'>{title}</a>"
        f"<span class=price>{price}</span></li>"
    )


def results(*rows: str) -> str:
    return f"<title>ads</title><ul id=results>{''.join(rows)}</ul>"


def listing(number: int | str, price: str = "100 EUR", text: str = "Old.", posted: str = "") -> str:
    return (
        f"<title>ads</title><h1 data-id={number}>Carving {number}</h1><p class=text>{text}</p>"
        f"<span class=price>{price}</span><span class=posted>{posted}</span>"
    )


NOTICE = "<title>ads</title><p class=notice>This ad was removed by our moderators.</p>"
LOGIN = "<title>ads</title><form id=login></form>"
OOPS = "<title>ads</title><p id=oops>Something went wrong</p>"
ABOUT = "<title>ads</title><p id=about>About this site and who runs it.</p>"


class Clock:
    """Moves on a second a look, and by whole days between rounds."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def next_day(self) -> None:
        self.now = self.now.replace(hour=8, minute=0, second=0) + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the site answers at an address; ``reason`` where nothing came."""

    url: str
    body: str = ""
    status: int = 200
    location: str = ""
    reason: str = ""


@dataclass(slots=True)
class Site:
    """Seals answers as a collector does, and tells the sightings."""

    vault: Vault
    clock: Clock
    source: Source = SOURCE
    number: int = 0

    def round(self, *answers: Answer | str, outcome: str = "finished") -> Sightings:
        """One round on a day of its own: the result page first where only text is given."""
        if self.number:
            self.clock.next_day()
        self.number += 1
        sightings = self.sightings()
        with self.vault.batch():
            for answer in answers:
                given = Answer(START, answer) if isinstance(answer, str) else answer
                self.answer(sightings, given)
            if outcome:
                sightings.close(outcome)
        return sightings

    def sightings(self) -> Sightings:
        return Sightings(self.vault, self.source, self.number, self.clock, address=address)

    def answer(self, sightings: Sightings, answer: Answer) -> Capture | None:
        if answer.reason:
            sightings.page(answer.url, "failed", reason=answer.reason)
            return None
        capture = self.seal(answer)
        reading = Reading()
        payload = self.vault.payload(capture)
        found = list(stream_documents(payload, capture, self.source, reading))
        self.vault.add_documents(capture, READER, found)
        outcome, why = outcome_of(capture, reading.page, found)
        sightings.page(
            answer.url,
            outcome,
            capture=capture,
            reading=reading.page,
            documents=found,
            reason=why,
        )
        return capture

    def seal(self, answer: Answer) -> Capture:
        headers = (("Content-Type", "text/html"),)
        if answer.location:
            headers = (*headers, ("Location", answer.location))
        sealing = Sealing(
            source=self.source.name,
            url=answer.url,
            final_url=answer.url,
            payload=answer.body.encode(),
            captured_at=self.clock().isoformat(),
            collector="web/2",
            status=answer.status,
            content_type="text/html",
            headers=headers,
            route="clear",
            reading={"format": "html"},
        )
        return self.vault.seal(sealing).capture

    def listing(self, number: int | str) -> Sighting:
        return self.vault.sightings("ads").known([("ads", str(number))])["ads", str(number)]

    def state(self, number: int | str = 1) -> str:
        return self.listing(number).state

    def events(self, number: int | str = 1) -> list[SightingEvent]:
        return self.vault.sightings("ads").events(("ads", str(number)))

    def told(self, number: int | str = 1) -> list[str]:
        """The states a listing went through, addresses that did not answer left out."""
        return [event.state for event in self.events(number) if event.state != "no-answer"]

    def everything(self) -> tuple[list[Sighting], list[SightingEvent], object]:
        """Listings, events (without their place) and cursor, in an order of their own."""
        store = self.vault.sightings("ads")
        events = [replace(event, seq=0) for event in store.all_events()]
        return (
            list(store.listings()),
            sorted(events, key=repr),
            self.vault.cursor("ads", "sightings"),
        )

    def rebuild(self) -> None:
        rebuild(self.vault, self.source, clock=self.clock, address=address)


def address(url: str) -> str:
    """As the frontier knows it: of this site only."""
    found = normal(url)
    if not found.startswith(f"{SITE}/"):
        raise ValueError("another site")
    return found


def gone(*numbers: int, status: int = 404) -> Sequence[Answer]:
    return [Answer(ad(number), "<h1>Not found</h1>", status) for number in numbers]


class Make:
    """What tests write pages and answers with."""

    START, NOTICE, LOGIN, OOPS, ABOUT = START, NOTICE, LOGIN, OOPS, ABOUT
    Answer, Site, Clock, source = Answer, Site, Clock, SOURCE
    ad, row, results, listing = (
        staticmethod(ad),
        staticmethod(row),
        staticmethod(results),
        staticmethod(listing),
    )
    gone = staticmethod(gone)


@pytest.fixture(scope="session")
def make() -> type[Make]:
    return Make


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a vault to which nothing was written yet."""
    root = tmp_path_factory.mktemp("blank")
    (root / "spoor.toml").write_text('name = "t"\nmaterial = "real"\n', encoding="utf-8")
    open_vault(load_workspace(root)).close()
    return root


Open = Callable[[], AbstractContextManager[Site]]


@pytest.fixture(scope="session")
def fresh(blank: Path) -> Open:
    """Opens a site whose vault is empty, as often as wanted."""

    @contextmanager
    def opened() -> Iterator[Site]:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "workspace"
            shutil.copytree(blank, root)
            clock = Clock()
            with open_vault(load_workspace(root), who="eva@desk", clock=clock) as vault:
                yield Site(vault, clock)

    return opened


@pytest.fixture
def site(fresh: Open) -> Iterator[Site]:
    with fresh() as opened:
        yield opened
