"""The source files of a made-up world read all of it: every listing, profile, post and key."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from app.rehearsal import World, truth, write_sources
from app.rehearsal.nouns import CLASSIFIEDS, FORUM, MARKETS, PLATFORMS
from app.rehearsal.pages import SITES, world_pages
from collectors.reading import PageReading, PageRecord, read_page
from config.contact_words import load_contact_words
from config.sources import load_source
from enrich.contacts import Contacts

BASE = "http://127.0.0.1:4711"


@pytest.fixture(scope="module")
def readings(world: World, tmp_path_factory: pytest.TempPathFactory) -> dict[str, PageReading]:
    """Path → what was read there."""
    folder: Path = tmp_path_factory.mktemp("sources")
    sources = {file.stem: load_source(file) for file in write_sources(folder, BASE)}
    return {
        path: read_page(
            content,
            source=sources[path.split("/")[0]],
            url=f"{BASE}/{path.removesuffix('index.html')}",
            content_type="text/html; charset=utf-8",
        )
        for path, content in world_pages(world)
        if path.split("/")[0] in SITES
    }


def records(readings: dict[str, PageReading], kind: str) -> list[tuple[str, PageRecord]]:
    return [
        (reading.platform, record)
        for reading in readings.values()
        for record in reading.records
        if reading.kind == record.kind == kind
    ]


def test_no_page_has_an_issue(readings: dict[str, PageReading]) -> None:
    issues = {path: reading.issues for path, reading in readings.items() if reading.issues}
    assert issues == {}


def test_every_listing_of_the_truth_is_read(world: World, readings: dict[str, PageReading]) -> None:
    read = {(name, record.native_id): record for name, record in records(readings, "listing")}
    told = truth(world)["listings"]
    on_sites = [row for row in told if row["platform"] in PLATFORMS]
    assert set(read) == {(row["platform"], row["listing_id"]) for row in on_sites}
    for advert in (item for item in world.adverts if item.platform in PLATFORMS):
        fields = read[advert.platform, advert.listing_id].fields
        assert fields["title"] == advert.title
        assert fields["seller"] == advert.seller
        assert fields["posted_at"] == advert.posted.isoformat()
        assert fields["text"].split() == advert.text.split()
        if advert.platform in MARKETS:
            assert (float(fields["price"]), fields["currency"]) == (advert.price, advert.currency)
        else:
            assert fields["price"] == advert.written


def test_every_account_has_its_profile_with_all_it_shows(
    world: World, readings: dict[str, PageReading]
) -> None:
    read = {
        (name, record.fields["seller"]): record for name, record in records(readings, "profile")
    }
    here = [account for account in world.accounts if account.platform in PLATFORMS]
    assert set(read) == {account.name for account in here}
    for account in here:
        record = read[account.name]
        assert record.native_id == account.native_id
        for contact in account.shown:
            assert contact.written in record.fields["text"]
        if account.key:
            assert account.key.armoured in record.fields["text"]


def test_every_post_is_read_with_its_author(world: World, readings: dict[str, PageReading]) -> None:
    read = Counter(
        record.fields["seller"]
        for reading in readings.values()
        for record in reading.records
        if record.kind == "post"
    )
    assert read == Counter(post.author for thread in world.threads for post in thread.posts)


def test_only_who_opens_a_thread_offers_what_its_subject_says(
    readings: dict[str, PageReading],
) -> None:
    posts = [
        record
        for reading in readings.values()
        for record in reading.records
        if record.kind == "post"
    ]
    for post in posts:
        assert ("title" in post.fields) == post.native_id.endswith("-1")


def test_pages_that_are_no_content_are_told_apart(readings: dict[str, PageReading]) -> None:
    kinds = {path: reading.kind for path, reading in readings.items() if not reading.is_content}
    assert Counter(kinds.values()) == {"login": 4, "error": 4}


def test_everything_is_found_by_following_links(
    world: World, readings: dict[str, PageReading]
) -> None:
    by_url = {f"{BASE}/{path.removesuffix('index.html')}": item for path, item in readings.items()}
    for site in SITES:
        reached, waiting = set(), [f"{BASE}/{site}/"]
        while waiting:
            url = waiting.pop()
            if url not in reached:
                reached.add(url)
                waiting += by_url[url].follow
        kinds = Counter(by_url[url].kind for url in reached)
        here = [account for account in world.accounts if account.platform == site]
        assert kinds["profile"] == len(here)
        assert kinds["listing"] == sum(item.platform == site for item in world.adverts)
        assert not {kinds["login"], kinds["error"]} - {0}


def test_what_profiles_show_is_extracted(world: World, readings: dict[str, PageReading]) -> None:
    """Everything with a checksum or an @; of handles and numbers nearly all."""
    reader = Contacts(load_contact_words())
    found = defaultdict(set)
    for name, record in records(readings, "profile"):
        for one in reader.read(dict(record.fields), ()):
            found[name, record.fields["seller"]].add((one.kind, one.value))
    missed: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    for account in (item for item in world.accounts if item.platform in PLATFORMS):
        assert account.key is None or ("pgp_key", account.key.fingerprint) in found[account.name]
        for contact in account.shown:
            shown[contact.kind] += 1
            missed[contact.kind] += (contact.kind, contact.value) not in found[account.name]
    assert missed["wallet"] == missed["email"] == 0
    assert sum(missed.values()) <= 0.03 * sum(shown.values())


def test_sites_differ_in_layout(readings: dict[str, PageReading]) -> None:
    assert {reading.adapter for reading in readings.values()} == {*MARKETS, CLASSIFIEDS, FORUM}
