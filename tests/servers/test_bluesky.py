"""A real Bluesky, read by its interface and compared, one by one, with its own databases."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from collectors.access import access_to
from collectors.web import collect_source
from collectors.web.report import CollectReport
from config.settings import CollectionSettings, Settings, load_workspace
from config.source_interface import Access, Ask, Interface
from config.sources import Source
from model.clock import iso, system_clock
from model.evidence import Document, Mandate
from vault.vault import Vault, open_vault

from .bluesky_server import REPOST, Bluesky, running

pytestmark = pytest.mark.timeout(600)  # the first run on a machine also installs the servers
WORDS = "watering can"
SETTINGS = Settings(collection=CollectionSettings(delay_seconds=0, timeout_seconds=60))
POSTS = ("post", "comment")


def moment(minutes: int) -> str:
    """So many minutes ago, as the network writes times."""
    return f"{system_clock() - timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%S.000Z}"


@dataclass(slots=True)
class Town:
    """A network with people in it; ``link`` is the shortened link that one of them posted."""

    bluesky: Bluesky
    thread: list[dict[str, str]] = field(default_factory=list)


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with running() as bluesky:
        yield fill(bluesky)


def fill(bluesky: Bluesky) -> Town:
    """Three pages of hits, other talk, a long and a wide conversation, reposts, links, pictures."""
    names = ("anna", "bert", "cora", "dirk")
    bluesky.join(
        **{
            name: {"displayName": name.title(), "description": f"{name} keeps house\nt.me/{name}_x"}
            for name in names
        }
    )
    for number, name in enumerate(names):
        hits = [
            {"text": f"Green {WORDS} No. {number}-{at}, as good as new", "langs": ["en"],
             "createdAt": moment(3_000 - 10 * at - number)}
            for at in range(60)
        ]  # fmt: skip
        talk = [
            {"text": f"Oak shelf {at} in the kitchen", "createdAt": moment(500 - at)}
            for at in range(12)
        ]
        bluesky.posts(name, hits + talk)
    town = Town(bluesky)
    root = bluesky.post("anna", f"Who wants my {WORDS}? Ask me", moment(60))
    town.thread = [root]
    for depth in range(14):
        ends = {"root": root, "parent": town.thread[-1]}
        name = names[depth % 4]
        town.thread.append(bluesky.post(name, f"Answer {depth}", moment(50 - depth), reply=ends))
    for wide in range(8):
        ends = {"root": root, "parent": root}
        bluesky.post("dirk", f"price? {wide}", moment(30 - wide), reply=ends)
    shown, link = "t.me/joinchat/AAAA…", "https://t.me/joinchat/AAAAAEkk2WdoDrB4-Q8-gg"
    text = f"Ein neuer {WORDS} 🪴 für den Garten: {shown} @bert.test #garten"
    bluesky.post("cora", text, moment(20), langs=["de"], facets=facets(bluesky, text, shown, link))
    for name in ("anna", "bert"):
        record = {"subject": root, "createdAt": moment(10)}
        bluesky.do("create", name=name, collection=REPOST, record=record)
    bluesky.do("settle")
    return town


def facets(bluesky: Bluesky, text: str, shown: str, link: str) -> list[dict[str, Any]]:
    def facet(piece: str, kind: str, **more: str) -> dict[str, Any]:
        start = len(text[: text.index(piece)].encode())
        end = start + len(piece.encode())
        feature = {"$type": f"app.bsky.richtext.facet#{kind}", **more}
        return {"index": {"byteStart": start, "byteEnd": end}, "features": [feature]}

    return [
        facet(shown, "link", uri=link),
        facet("@bert.test", "mention", did=bluesky.dids["bert"]),
        facet("#garten", "tag", tag="garten"),
    ]


def source_of(bluesky: Bluesky, **ask: Any) -> Source:
    return Source(
        name="sky",
        engine="bluesky",
        platform="bluesky",
        route="clear",
        allow_private=True,
        start=(f"{bluesky.appview}/",),
        pace={"delay_seconds": 0, "concurrency": 4},
        ask=Ask(**{"words": (WORDS,), "accounts": ("bert.test",), **ask}),
    )


@dataclass(slots=True)
class Case:
    """A vault that reads the town; each round is kept apart."""

    town: Town
    vault: Vault
    source: Source
    rounds: list[list[Document]] = field(default_factory=list)
    reports: list[CollectReport] = field(default_factory=list)

    def read(self, **more: Any) -> list[Document]:
        """One run; the documents that were not there before."""
        before = {one.uid for one in self.vault.documents()}
        self.reports.append(collect_source(self.vault, self.source, SETTINGS, **more))
        self.rounds.append([one for one in self.vault.documents() if one.uid not in before])
        return self.rounds[-1]


@pytest.fixture
def case(town: Town, tmp_path: Path) -> Iterator[Case]:
    source = source_of(town.bluesky)
    with opened(tmp_path, source) as vault:
        yield Case(town, vault, source)


def opened(folder: Path, source: Source) -> Vault:
    """A vault for real material: the texts are plain sentences and carry no stamp."""
    for part in ("sources", "vault", "graph", "exports"):
        (folder / part).mkdir(parents=True)
    (folder / "spoor.toml").write_text('name = "sky"\nmaterial = "real"\n', encoding="utf-8")
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


def wanted(truth: dict[str, Any], bluesky: Bluesky) -> dict[str, dict[str, Any]]:
    """What the source asks for, by the database: hits, one account's posts, their conversations."""
    posts = {one["uri"]: one for one in truth["posts"]}
    bert = bluesky.dids["bert"]
    passed_on = {one["subject"] for one in truth["reposts"] if one["creator"] == bert}
    found = {
        uri
        for uri, one in posts.items()
        if WORDS in one["text"] or one["creator"] == bert or uri in passed_on
    }
    roots = {posts[uri]["replyRoot"] or uri for uri in found}
    return {uri: one for uri, one in posts.items() if uri in found or one["replyRoot"] in roots}


def ids(documents: Sequence[Document], *kinds: str) -> set[str]:
    return {
        one.native_id for one in documents if one.kind in kinds and "/app.bsky.feed.repost/" not in
        one.native_id
    }  # fmt: skip


def told(what: str, database: int, collected: int, missing: set[str], invented: set[str]) -> None:
    print(
        f"bluesky, {what}: {database} in the database, {collected} collected, "
        f"{len(missing)} missing, {len(invented)} not in the database"
    )


def test_complete_and_none_twice(case: Case) -> None:
    """Every post that was asked for, each with its author's account, time and place in its talk."""
    truth = case.town.bluesky.truth()
    expected = wanted(truth, case.town.bluesky)
    read = case.read()
    assert case.reports[0].finished, case.reports[0].sentence
    found = ids(read, *POSTS)
    told("first run", len(expected), len(found), set(expected) - found, found - set(expected))
    assert found == set(expected)
    handles = {one["did"]: one["handle"] for one in truth["actors"]}
    for one in read:
        if one.native_id not in expected:
            continue
        row = expected[one.native_id]
        assert one.fields["seller_id"] == row["creator"]
        assert one.fields["seller"] == handles[row["creator"]]
        assert one.kind == ("comment" if row["replyParent"] else "post")
        assert one.extra.get("reply_to") == row["replyParent"]
        assert one.extra.get("thread") == row["replyRoot"]
        assert one.fields["posted_at"] == f"{row['createdAt'][:19]}Z"
        if "t.me" not in row["text"]:
            assert one.fields["text"] == row["text"]
    posts = (one for one in read if one.kind in POSTS)
    seen = Counter((one.capture_sha256, one.native_id) for one in posts)
    assert set(seen.values()) == {1}, "a post twice on one page"
    assert not [issue for _, issue in case.vault.issues() if issue.severity != "note"]


def test_profiles_reposts_and_links(case: Case) -> None:
    truth = case.town.bluesky.truth()
    read = case.read()
    profiles = {one.native_id: one for one in read if one.kind == "profile"}
    told("profiles", 4, len(profiles), set(case.town.bluesky.dids.values()) - set(profiles), set())
    assert set(profiles) == set(case.town.bluesky.dids.values())
    by_did = {one["creator"]: one for one in truth["profiles"]}
    for did, one in profiles.items():
        assert one.fields["text"] == by_did[did]["description"]
        assert one.fields["title"] == by_did[did]["displayName"]
    passed_on = {one.native_id: one for one in read if "forwarded_from" in one.extra}
    bert = case.town.bluesky.dids["bert"]
    assert set(passed_on) == {one["uri"] for one in truth["reposts"] if one["creator"] == bert}
    assert not any("text" in one.fields for one in passed_on.values())
    linked = next(one for one in read if "garten" in one.extra.get("tags", ()))
    assert linked.links == ("https://t.me/joinchat/AAAAAEkk2WdoDrB4-Q8-gg",)
    assert linked.links[0] in linked.fields["text"]
    assert linked.extra["mentions"] == ["bert.test"]
    assert linked.fields["language"] == "de"


def test_second_run_brings_nothing_new(case: Case) -> None:
    expected = wanted(case.town.bluesky.truth(), case.town.bluesky)
    case.read()
    first = ids(list(case.vault.documents()), *POSTS)
    case.read()
    second = ids(list(case.vault.documents()), *POSTS)
    told("second run", len(expected), len(second), set(expected) - second, second - first)
    assert second == first == set(expected)
    assert case.reports[1].finished


def test_interrupted_runs_lose_nothing(case: Case) -> None:
    """Stopped again and again after a few pages, until the round is read to its end."""
    expected = wanted(case.town.bluesky.truth(), case.town.bluesky)
    runs = 0
    while not case.reports or not case.reports[-1].finished:
        stop = threading.Event()

        def halt(report: CollectReport, stop: threading.Event = stop) -> None:
            if report.pages >= 5:
                stop.set()

        case.read(stop=stop, progress=halt)
        runs += 1
        assert runs < 100, "it never ends"
    assert runs > 1
    found = ids(list(case.vault.documents()), *POSTS)
    told(f"{runs} runs", len(expected), len(found), set(expected) - found, found - set(expected))
    assert found == set(expected)


def test_deletion_and_edit_are_noticed(case: Case) -> None:
    """What a second round tells of what was deleted and changed between; the rest stands."""
    bluesky = case.town.bluesky
    lost = bluesky.post("cora", f"One more {WORDS}, soon gone", moment(5))
    bluesky.do("settle")
    before = wanted(bluesky.truth(), bluesky)
    case.read()
    bluesky.remove("cora", lost["uri"])
    bluesky.do(
        "put",
        name="anna",
        collection="app.bsky.actor.profile",
        key="self",
        record={"displayName": "Anna", "description": "moved: t.me/anna_new"},
    )
    bluesky.do("rename", name="dirk", handle="dirk-again.test")
    after = wanted(bluesky.truth(), bluesky)
    case.read()
    assert case.reports[-1].finished, case.reports[-1].sentence
    states = {one.native_id: one for one in case.vault.sightings("sky").listings()}
    there = {
        name.removeprefix("post:")
        for name, one in states.items()
        if name.startswith("post:at:") and "/app.bsky.feed.post/" in name and one.state != "removed"
    }
    told("after a deletion", len(after), len(there), set(after) - there, there - set(after))
    assert set(before) - set(after) == {lost["uri"]}
    assert there == set(after)
    assert states[f"post:{lost['uri']}"].state == "removed"
    changed = {
        name: sorted(change["field"] for change in event.detail.get("changes", ()))
        for name in (f"profile:{bluesky.dids[who]}" for who in ("anna", "dirk", "bert"))
        for event in case.vault.sightings("sky").events(("bluesky", name))
        if event.state == "changed"
    }
    print(f"bluesky, noticed: {changed}")
    assert "text" in changed[f"profile:{bluesky.dids['anna']}"]
    assert changed[f"profile:{bluesky.dids['dirk']}"] == ["seller"]
    assert f"profile:{bluesky.dids['bert']}" not in changed
    bluesky.do("rename", name="dirk", handle="dirk.test")


def test_with_an_app_password(town: Town, tmp_path: Path) -> None:
    """Through the account's own server, logged in; without, and after it was taken back, it says
    so. Nothing that was shown lies in the vault."""
    bluesky = town.bluesky
    password = bluesky.do("app_password", name="cora")["password"]
    source = source_of(bluesky, accounts=(), threads=False, profiles=False)
    source = source.model_copy(
        update={
            "start": (f"{bluesky.pds}/",),
            "interface": Interface(access=Access(kind="password")),
        }
    )
    given = {"SPOOR_SKY_USER": "cora.test", "SPOOR_SKY_PASSWORD": password}
    hits = {one["uri"] for one in bluesky.truth()["posts"] if WORDS in one["text"]}
    with opened(tmp_path, source) as vault:
        nobody = collect_source(vault, source, SETTINGS)
        assert nobody.reason == "token-missing"
        keys = access_to(source, environment=given)
        report = collect_source(vault, source, SETTINGS, access=keys, fresh=True)
        assert report.finished, report.sentence
        assert ids(list(vault.documents()), *POSTS) == hits
        bluesky.do("revoke", name="cora")
        refused = collect_source(
            vault, source, SETTINGS, access=access_to(source, environment=given)
        )
        assert refused.reason == "token-refused", refused.sentence
        assert ids(list(vault.documents()), *POSTS) == hits
        sealed = b"".join(map(vault.payload, vault.captures()))
        told_of = repr([list(vault.captures()), list(vault.custody())]).encode()
        assert password.encode() not in sealed + told_of
        print(f"bluesky, logged in: {len(hits)} in the database, {len(hits)} collected")


def test_lists_with_their_members_and_posts(town: Town, tmp_path: Path) -> None:
    bluesky = town.bluesky
    listed = ("bert", "cora")
    record = {
        "name": "Garden people",
        "purpose": "app.bsky.graph.defs#curatelist",
        "description": "who gardens",
        "createdAt": moment(9),
    }
    uri = bluesky.do("create", name="anna", collection="app.bsky.graph.list", record=record)["uri"]
    for name in listed:
        item = {"list": uri, "subject": bluesky.dids[name], "createdAt": moment(8)}
        bluesky.do("create", name="anna", collection="app.bsky.graph.listitem", record=item)
    truth = bluesky.truth()
    dids = {bluesky.dids[name] for name in listed}
    source = source_of(
        bluesky, words=(), accounts=(), groups=(uri,), members=True, threads=False, profiles=False
    )
    with opened(tmp_path, source) as vault:
        report = collect_source(vault, source, SETTINGS)
        assert report.finished, report.sentence
        read = list(vault.documents())
    group = next(one for one in read if one.kind == "group")
    assert group.fields["title"] == "Garden people"
    assert {one["id"] for one in group.extra["members"]} == dids
    expected = {one["uri"] for one in truth["posts"] if one["creator"] in dids}
    found = ids(read, *POSTS)
    told("a list", len(expected), len(found), expected - found, found - expected)
    assert found == expected


def test_an_account_that_leaves_is_noticed(case: Case) -> None:
    bluesky = case.town.bluesky
    bluesky.join(eva={"displayName": "Eva", "description": "here for a day"})
    post = bluesky.post("eva", f"My {WORDS} and I", moment(4))
    bluesky.do("settle")
    case.read()
    bluesky.do("leave", name="eva")
    bluesky.do("settle")
    case.read()
    assert case.reports[-1].finished, case.reports[-1].sentence
    store = case.vault.sightings("sky")
    names = (f"post:{post['uri']}", f"profile:{bluesky.dids['eva']}")
    stands = {name: one for name in names for one in store.named(name)}
    print({name: (one.state, one.notice) for name, one in stands.items()})
    assert [one.state for one in stands.values()] == ["removed", "removed"]
