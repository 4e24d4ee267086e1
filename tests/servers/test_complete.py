"""A real shop and a real forum, read to their end through onion services, against their databases.

Each site is read twice by ``collect_source`` with the worked example of its engine; between the
rounds the shop changes, the forum does not. What the databases hold for a guest must be there,
each once a round, none of it invented.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.rehearsal.private_tor import PrivateTor
from collectors.web import collect_source
from collectors.web.report import CollectReport
from config.settings import CollectionSettings, Settings, load_workspace
from config.sources import Source, load_source
from model.clock import iso, system_clock
from model.evidence import Document, Mandate
from vault.vault import Vault, open_vault

from .conftest import Served

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.timeout(900)  # the first run on a machine also installs both sites


@dataclass(frozen=True, slots=True)
class Read:
    """A site that was read twice: of each round what was true, what it reported and what it saw."""

    vault: Vault
    source: Source
    truths: tuple[dict[str, Any], ...]
    reports: tuple[CollectReport, ...]
    rounds: tuple[tuple[Document, ...], ...]
    seconds: tuple[float, ...]

    def own(self, kind: str, turn: int = 0) -> list[Document]:
        """Records of a page of their own, in one of the rounds."""
        return [one for one in self.rounds[turn] if one.kind == kind and not one.locator]

    def rows(self, kind: str, turn: int = 0) -> list[Document]:
        """Records that stood in a row of a page."""
        return [one for one in self.rounds[turn] if one.kind == kind and one.locator]


def read_twice(
    site: Served, tor: PrivateTor, name: str, start: str, folder: Path
) -> Iterator[Read]:
    """Put the site behind an onion service and read it to its end, twice."""
    source = load_source(ROOT / "config" / "examples" / f"{name}.yml")
    onion = f"http://{tor.onion(site.port)}"
    source = source.model_copy(update={"start": (onion + start,), "route": "tor"})
    settings = Settings(
        tor=tor.settings, collection=CollectionSettings(delay_seconds=0, timeout_seconds=60)
    )
    truths, reports, rounds, seconds = [], [], [], []
    with _vault(folder, source) as vault:
        for turn in range(2):
            if turn and name == "shop":
                site.change()
            truths.append(site.truth)
            before = {one.uid for one in vault.documents()}
            begun = time.monotonic()
            reports.append(collect_source(vault, source, settings))
            seconds.append(time.monotonic() - begun)
            rounds.append(tuple(one for one in vault.documents() if one.uid not in before))
        told = map(tuple, (truths, reports, rounds, seconds))
        yield Read(vault, source, *told)


def _vault(folder: Path, source: Source) -> Vault:
    """A vault for real material: the texts of both sites are plain, and carry no stamp."""
    for part in ("sources", "vault", "graph", "exports"):
        (folder / part).mkdir(parents=True)
    (folder / "spoor.toml").write_text('name = "servers"\nmaterial = "real"\n', encoding="utf-8")
    vault = open_vault(load_workspace(folder))
    now = system_clock()
    vault.add_mandate(
        Mandate(
            id="m1",
            authority="Test",
            purpose="test",
            sources=(source.name,),
            valid_from=iso(now.replace(year=now.year - 1)),
            valid_until=iso(now.replace(year=now.year + 1)),
        )
    )
    return vault


@pytest.fixture(scope="module")
def bought(
    shop: Served, private_tor: PrivateTor, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Read]:
    yield from read_twice(shop, private_tor, "shop", "/catalogue/", tmp_path_factory.mktemp("s"))


@pytest.fixture(scope="module")
def said(
    forum: Served, private_tor: PrivateTor, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Read]:
    yield from read_twice(forum, private_tor, "forum", "/", tmp_path_factory.mktemp("f"))


def words(text: str) -> str:
    return " ".join(text.split())


def once_each(documents: Sequence[Document]) -> set[str]:
    """The ids of documents of which none stands there twice."""
    count = Counter(one.native_id for one in documents)
    assert {number for number, times in count.items() if times > 1} == set()
    return set(count)


def differences(documents: Sequence[Document], truth: dict[str, Any], *names: str) -> list[str]:
    """Where a text field is not what the database says, white space made single."""
    return [
        f"{one.native_id} {name}: {one.fields.get(name)!r}, not {truth[one.native_id][name]!r}"
        for one in documents
        for name in names
        if words(one.fields.get(name, "")) != words(str(truth[one.native_id][name]))
    ]


def quotes(post: Document) -> list[dict[str, str]]:
    """Whose words a post quotes, and the words; they stand apart from its own."""
    told = post.extra["quotes"]
    return [{"of": each["of"], "text": words(each["text"])} for each in told]


@pytest.mark.parametrize("name", ["bought", "said"])
def test_both_rounds_come_to_their_end(name: str, request: pytest.FixtureRequest) -> None:
    read: Read = request.getfixturevalue(name)
    for report, seconds in zip(read.reports, read.seconds, strict=True):
        assert report.finished, report.sentence
        assert not report.traps
        print(f"{name}: {report.pages} pages, {report.documents} documents in {seconds:.1f} s")
    assert [issue.message for _, issue in read.vault.issues() if issue.severity != "note"] == []
    assert {capture.route for capture in read.vault.captures()} == {"tor"}
    assert [entry.outcome for entry in read.vault.rounds(read.source.name)] == ["finished"] * 2
    assert list(read.vault.verify()) == []


@pytest.mark.parametrize("turn", [0, 1])
def test_every_listing_of_the_shop_is_there_once_and_none_is_invented(
    bought: Read, turn: int
) -> None:
    listings = bought.truths[turn]["listings"]
    assert len(listings) >= 300
    assert once_each(bought.own("listing", turn)) == set(listings)
    assert once_each(bought.rows("listing", turn)) == set(bought.truths[turn]["listed"])
    assert not set(bought.truths[turn]["hidden"]) & set(listings)


@pytest.mark.parametrize("turn", [0, 1])
def test_listings_say_what_the_database_says(bought: Read, turn: int) -> None:
    listings = bought.truths[turn]["listings"]
    names = ("title", "text", "seller", "category", "price", "currency")
    assert differences(bought.own("listing", turn), listings, *names) == []
    assert differences(bought.rows("listing", turn), listings, "title", "price", "currency") == []
    for one in bought.own("listing", turn):
        truth = listings[one.native_id]
        told = str(one.extra.get("available", "Unavailable"))
        assert one.extra["upc"] == truth["upc"]
        assert ("Unavailable" not in told) is (truth["available"] == "True"), one.native_id
    priced = [one for one in listings.values() if one["price"]]
    assert len(priced) >= 300
    assert any(float(one["price"]) > 9_999 for one in priced)
    assert any(one["available"] == "False" for one in priced)


def test_the_second_round_tells_what_became_of_each_listing(bought: Read) -> None:
    """One state for each listing there ever was; only products withdrawn or deleted are removed."""
    before, after = (truth["listings"] for truth in bought.truths)
    found = {one.native_id: one.state for one in bought.vault.sightings("shop").listings()}
    expected = dict.fromkeys(before, "seen")
    expected |= {number: "changed" for number in before if after.get(number) != before[number]}
    expected |= dict.fromkeys(set(after) - set(before), "new")
    expected |= dict.fromkeys(set(before) - set(after), "removed")
    assert found == expected
    assert Counter(found.values()) == {
        "seen": len(before) - 10, "changed": 5, "removed": 5, "new": 2
    }  # fmt: skip


@pytest.mark.parametrize("turn", [0, 1])
def test_reviews_are_there_once_with_who_wrote_them(bought: Read, turn: int) -> None:
    reviews, found = bought.truths[turn]["reviews"], bought.rows("feedback", turn)
    assert once_each(found) == set(reviews)
    assert differences(found, reviews, "title", "text") == []
    for one in found:
        truth = reviews[one.native_id]
        assert (one.extra["buyer"], one.extra["stars"]) == (truth["buyer"], truth["stars"])


@pytest.mark.parametrize("turn", [0, 1])
def test_every_thread_and_post_of_the_forum_is_there_and_none_is_invented(
    said: Read, turn: int
) -> None:
    """Once, but for the posts that Misago repeats at the head of the next page of a thread."""
    threads, posts = said.truths[turn]["threads"], said.truths[turn]["posts"]
    assert len(threads) >= 60
    assert len(posts) >= 600
    assert once_each(said.own("thread", turn)) == set(threads)
    assert once_each(said.rows("thread", turn)) == set(threads)
    found = said.rows("post", turn)
    shown = {number: post["pages"] for number, post in posts.items()}
    assert Counter(one.native_id for one in found) == shown
    assert Counter(shown.values())[2] >= 10
    assert len({(one.native_id, one.capture_sha256) for one in found}) == len(found)


@pytest.mark.parametrize("turn", [0, 1])
def test_threads_and_posts_say_what_the_database_says(said: Read, turn: int) -> None:
    threads, posts = said.truths[turn]["threads"], said.truths[turn]["posts"]
    assert differences(said.own("thread", turn), threads, "title", "seller", "category") == []
    assert differences(said.rows("thread", turn), threads, "title") == []
    found = said.rows("post", turn)
    assert differences(found, posts, "seller", "seller_id", "text", "posted_at") == []
    assert [one for one in found if one.extra["thread"] != posts[one.native_id]["thread"]] == []
    assert [one.native_id for one in found if quotes(one) != posts[one.native_id]["quotes"]] == []
    openings = {one.native_id: one for one in found if "title" in one.fields}
    assert len(openings) == len(threads)
    for number, one in openings.items():
        assert one.fields["title"] == threads[posts[number]["thread"]]["title"]


def test_what_a_guest_may_not_see_is_in_no_capture(bought: Read, said: Read) -> None:
    """Each post ends in a mark of its own: not one of a hidden post was sealed anywhere."""
    marks = {text.split()[-1] for text in said.truths[0]["hidden"].values()} - {"-"}
    assert len(marks) > 40
    payloads = [said.vault.payload(capture) for capture in said.vault.captures()]
    assert not [mark for mark in marks if any(mark.encode() in each for each in payloads)]
    titles = {one.fields["title"] for one in bought.rounds[0] if one.kind == "listing"}
    assert not titles & set(bought.truths[0]["hidden"].values())
