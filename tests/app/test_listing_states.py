"""What became of listings as the program tells it: rows, sentences, and a source that is down."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from app.cli import cli
from app.listing_states import history_lines, history_rows, listing_rows, rebuild_listings, sentence
from collectors.sightings import STATES, Sightings, outcome_of
from collectors.web.addresses import normal
from config.settings import Workspace
from config.sources import load_source
from model.clock import Clock
from model.errors import ConfigurationError
from model.evidence import Capture, Document
from vault.records import Sealing
from vault.sightings import SightingEvent
from vault.vault import Vault, open_vault

SOURCE = """
name: ads
engine: generic
route: clear
start: [http://ads.example/search]
"""


class Ads:
    """Rounds of a source whose pages hold one listing each."""

    def __init__(self, vault: Vault, workspace: Workspace, clock: Clock) -> None:
        self.vault = vault
        self.source = load_source("ads", workspace)
        self.clock = clock
        self.number = 0

    def round(self, outcome: str = "finished", /, **prices: str | int) -> None:
        """Listings by id with their price, or the status their address answers."""
        self.number += 1
        sightings = Sightings(self.vault, self.source, self.number, self.clock, address=normal)
        with self.vault.batch():
            for name, what in prices.items():
                self.answer(sightings, name, what)
            sightings.close(outcome)

    def answer(self, sightings: Sightings, name: str, what: str | int) -> None:
        status = what if isinstance(what, int) else 200
        capture = self.seal(f"http://ads.example/{name}", status)
        found = [] if isinstance(what, int) else [_listing(capture, name, what)]
        outcome, why = outcome_of(capture, None, found)
        sightings.page(capture.url, outcome, capture=capture, documents=found, reason=why)

    def seal(self, url: str, status: int) -> Capture:
        payload = f"{url} {self.number}".encode()
        at = self.clock().isoformat()
        sealing = Sealing("ads", url, payload, at, "web/2", status=status, route="clear")
        return self.vault.seal(sealing).capture


def _listing(capture: Capture, name: str, price: str) -> Document:
    fields = {"title": f"Carving {name}\x1b[31m", "price": price, "url": capture.url}
    return Document(capture.sha256, "ads", "listing", "ads", name, "", capture.captured_at, fields)


@pytest.fixture
def ads(workspace: Workspace, clock: Clock) -> Ads:
    (workspace.sources / "ads.yml").write_text(SOURCE, encoding="utf-8")
    with open_vault(workspace, clock=clock) as vault:
        made = Ads(vault, workspace, clock)
        made.round(a="100 EUR", b="5 EUR", c="7 EUR")
        made.round(a="80 EUR", b="5 EUR")
        made.round(a=410, b="5 EUR", c="7 EUR")
    return made


def states(workspace: Workspace) -> dict[str, str]:
    return {row["listing"]: row["state"] for row in listing_rows(workspace, "ads")}


def test_each_listing_as_it_stands(ads: Ads, workspace: Workspace) -> None:
    assert states(workspace) == {"a": "removed", "b": "seen", "c": "back-again"}
    (row,) = listing_rows(workspace, "ads", "removed")
    assert (row["price"], row["says"], row["missed_rounds"]) == ("80 EUR", "HTTP 410", 0)


def test_the_history_of_one_listing_can_stand_in_a_report(ads: Ads, workspace: Workspace) -> None:
    lines = list(history_lines(workspace, "ads", "a"))
    assert [line.partition(" (capture ")[0] for line in lines] == [
        "2026-01-01 first seen on its own page",
        "2026-01-01 price 100 EUR → 80 EUR",
        "2026-01-01 removed: HTTP 410",
    ]
    assert all(" (capture " in line for line in lines)
    last = list(history_rows(workspace, "ads", "a"))[-1]
    with open_vault(workspace, write=False) as vault:
        proof = vault.capture(last["capture"])
    assert proof is not None
    assert (proof.status, proof.url) == (410, last["url"])


def test_while_the_source_is_down_listings_show_it_and_keep_their_last_state(
    ads: Ads, workspace: Workspace, clock: Clock
) -> None:
    with open_vault(workspace, clock=clock) as vault:
        ads.vault = vault
        ads.round("failed:timeout")
    assert states(workspace) == {"a": "removed", "b": "source-down", "c": "source-down"}
    (row, _) = listing_rows(workspace, "ads", "source-down")
    assert (row["last_state"], row["says"]) == ("seen", "the source does not answer")
    last = list(history_lines(workspace, "ads", "b"))[-1]
    assert last.endswith("the source does not answer: the site took too long")


def test_in_an_open_round_an_answer_is_shown_as_not_counted_yet(
    ads: Ads, workspace: Workspace, clock: Clock
) -> None:
    with open_vault(workspace, clock=clock) as vault:
        ads.vault, ads.number = vault, 4
        open_round = Sightings(vault, ads.source, 4, clock, address=normal)
        ads.answer(open_round, "b", 404)
    (row,) = listing_rows(workspace, "ads", "seen")
    assert row["says"] == "its address told: HTTP 404; counted when the round ends"


def test_rebuilding_forgets_nothing_that_no_capture_tells(ads: Ads, workspace: Workspace) -> None:
    rebuild_listings(workspace, "ads")
    with open_vault(workspace, write=False) as vault:
        told = [event.state for event in vault.sightings("ads").events(("", ""))]
    assert told == ["round-begun", "round-ended"] * 3


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda w: listing_rows(w, "ads", "vanished"), "no state 'vanished'"),
        (lambda w: listing_rows(w, "nowhere"), "no source 'nowhere'"),
        (lambda w: history_rows(w, "ads", "z"), "no listing 'z' is known"),
        (lambda w: history_rows(w, "nowhere", "z"), "no source 'nowhere'"),
    ],
)
def test_what_is_not_there_is_named(
    ads: Ads, workspace: Workspace, call: object, says: str
) -> None:
    with pytest.raises(ConfigurationError, match=says):
        list(call(workspace))  # type: ignore[operator]


@pytest.mark.parametrize("state", [*STATES, "no-answer", "source-up"])
def test_every_state_has_a_sentence(state: str) -> None:
    changes = [{"field": "text", "before": "", "after": "other"}]
    detail = {"on": "row", "reason": "timeout", "changes": changes}
    event = SightingEvent("ads", "ads", "1", "2026-01-01T00:00:00Z", 1, state, "", detail)
    assert "{" not in sentence(event)
    assert sentence(event)


def test_commands_list_and_tell(ads: Ads, workspace: Workspace) -> None:
    run = CliRunner().invoke
    folder = str(workspace.root)
    listed = run(cli, ["sources", "listings", "ads", "--json", "-w", folder])
    rows = [json.loads(line) for line in listed.output.splitlines()]
    assert {row["listing"] for row in rows} == {"a", "b", "c"}
    table = run(cli, ["sources", "listings", "ads", "--state", "removed", "-w", folder])
    assert table.output.splitlines()[0].split("\t")[:2] == ["listing", "state"]
    assert "\x1b" not in table.output
    told = run(cli, ["sources", "history", "ads", "a", "-w", folder])
    assert "price 100 EUR → 80 EUR" in told.output
