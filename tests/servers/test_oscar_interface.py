"""A real django-oscar asked through its interface, against its database: complete, none twice.

Two rounds: the first broken off and gone on with, the second after a day in which products were
edited and deleted.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from collectors.web import collect_source
from collectors.web.report import CollectReport
from config.settings import CollectionSettings, Settings, load_workspace
from config.sources import Pace, load_source
from model.clock import iso, system_clock
from model.evidence import Document, Mandate
from vault.vault import Vault, open_vault

from .conftest import served

ROOT = Path(__file__).resolve().parents[2]
PAGES_BEFORE_THE_BREAK = 120
pytestmark = pytest.mark.timeout(900)  # the first run on a machine also installs the shop


@dataclass(frozen=True, slots=True)
class Read:
    """The shop as it was read: of each round what was true, what was reported, what was seen."""

    vault: Vault
    truths: list[dict[str, dict[str, str]]]
    reports: list[list[CollectReport]]
    rounds: list[tuple[Document, ...]]

    def own(self, turn: int) -> dict[str, Document]:
        """Products as their own pages tell them; none stands there twice."""
        return self.only(turn, "")

    def only(self, turn: int, locator: str) -> dict[str, Document]:
        found = [one for one in self.rounds[turn] if one.locator == locator]
        assert max(Counter(one.native_id for one in found).values()) == 1
        return {one.native_id: one for one in found}


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Read]:
    with served("shop", tmp_path_factory.mktemp("oscar")) as shop:
        source = load_source(ROOT / "config/examples/oscar.yml").model_copy(
            update={
                "start": (f"{shop.url}/api",),
                "allow_private": True,
                "pace": Pace(concurrency=4),
            }
        )
        broken = source.model_copy(
            update={"pace": Pace(concurrency=4, pages_per_run=PAGES_BEFORE_THE_BREAK)}
        )
        settings = Settings(collection=CollectionSettings(delay_seconds=0, timeout_seconds=60))
        with _vault(tmp_path_factory.mktemp("workspace")) as vault:
            found = Read(vault, [], [], [])
            for turn, runs in enumerate(((broken, source), (source,))):
                if turn == 1:
                    shop.change()
                found.truths.append(shop.truth["api"])
                before = {one.uid for one in vault.documents()}
                begun = time.monotonic()
                found.reports.append([collect_source(vault, run, settings) for run in runs])
                after = tuple(one for one in vault.documents() if one.uid not in before)
                found.rounds.append(after)
                number = len({one.native_id for one in after})
                print(
                    f"round {turn + 1}: {len(found.truths[turn])} products in the database, "
                    f"{number} collected, {time.monotonic() - begun:.1f} s"
                )
            yield found


def _vault(folder: Path) -> Vault:
    """A vault for real material: the shop's texts are plain, and carry no stamp."""
    for part in ("sources", "vault", "graph", "exports"):
        (folder / part).mkdir(parents=True)
    (folder / "spoor.toml").write_text('name = "oscar"\nmaterial = "real"\n', encoding="utf-8")
    vault = open_vault(load_workspace(folder))
    now = system_clock()
    vault.add_mandate(
        Mandate(
            id="m1",
            authority="Test",
            purpose="test",
            sources=("oscar",),
            valid_from=iso(now.replace(year=now.year - 1)),
            valid_until=iso(now.replace(year=now.year + 1)),
        )
    )
    return vault


def words(text: Any) -> str:
    return " ".join(str(text).split())


def test_the_rounds_come_to_their_end(read: Read) -> None:
    first, *others = read.reports
    assert not first[0].finished
    assert first[0].pages == PAGES_BEFORE_THE_BREAK
    for report in (first[1], *(report for reports in others for report in reports)):
        assert report.finished, report.sentence
        assert not report.traps
    assert [issue.message for _, issue in read.vault.issues() if issue.severity != "note"] == []
    assert list(read.vault.verify()) == []


def test_no_address_is_asked_twice_in_a_round(read: Read) -> None:
    """Neither by the run that goes on where the first was broken off."""
    asked = Counter(capture.url for capture in read.vault.captures())
    assert max(asked.values()) <= len(read.rounds)


@pytest.mark.parametrize("turn", [0, 1])
def test_what_was_collected_is_what_the_database_holds(read: Read, turn: int) -> None:
    truth, own = read.truths[turn], read.own(turn)
    assert len(truth) >= 300
    assert set(own) == set(truth)
    assert set(read.only(turn, "price")) == set(truth)
    assert set(read.only(turn, "availability")) == set(truth)
    rows = Counter(one.native_id for one in read.rounds[turn] if one.locator.startswith("listing"))
    assert rows == Counter(dict.fromkeys(truth, 1))


@pytest.mark.parametrize("turn", [0, 1])
def test_products_say_what_the_database_says(read: Read, turn: int) -> None:
    truth, prices = read.truths[turn], read.only(turn, "price")
    stock = read.only(turn, "availability")
    for number, one in read.own(turn).items():
        true = truth[number]
        for name in ("title", "text", "seller"):
            assert words(one.fields.get(name, "")) == words(true[name]), (number, name)
        assert one.extra["upc"] == true["upc"]
        if "category" in one.fields:  # sizes have that of what they are a size of
            assert one.fields["category"] == true["category"]
        if one.extra["structure"] == "parent":
            continue
        assert prices[number].fields.get("price", "") == true["price"]
        assert prices[number].fields.get("currency", "") == true["currency"]
        assert stock[number].extra.get("sold_out", False) is (true["available"] != "True")


def test_edits_and_deletions_are_noticed(read: Read) -> None:
    """One state for each product there ever was: the second round tells what became of it."""
    before, after = read.truths
    states = read.vault.sightings("oscar").listings()
    found = {one.native_id.removeprefix("listing:"): one.state for one in states}
    expected = dict.fromkeys(before, "seen")
    expected |= {number: "changed" for number in before if after.get(number) != before[number]}
    expected |= dict.fromkeys(set(after) - set(before), "new")
    expected |= dict.fromkeys(set(before) - set(after), "removed")
    assert found == expected
    assert Counter(found.values()) == {
        "seen": len(before) - 7, "changed": 5, "removed": 2, "new": 2
    }  # fmt: skip
