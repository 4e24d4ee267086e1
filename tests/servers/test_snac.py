"""A real fediverse server (snac2), read by Mastodon's interface and compared with its own files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest

from config.sources import Source
from model.evidence import Document

from .neutral import TONGUES, sentences
from .snac_server import Person, Snac, running
from .social import Case, Token, asked, opened, told
from .words_of import words_of

pytestmark = pytest.mark.timeout(300)  # the first run on a machine also builds the server
SECRET = "mark-of-a-post-for-some"
POSTS = ("post", "comment")
NAMES = ("mora", "tides", "anna", "bert")


@dataclass(slots=True)
class Town:
    """A server with people on it; ``reader`` follows two of them, whose threads it may ask for."""

    server: Snac
    people: dict[str, Person]
    marks: dict[str, dict[str, Any]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with running(tmp_path_factory.mktemp("snac")) as server:
        yield fill(server)


def fill(server: Snac) -> Town:
    """Three pages of a hashtag, a conversation, posts not on the front page, one not for all."""
    people = {name: server.register(name) for name in (*NAMES, "reader")}
    town, dice = Town(server, people), Random(5)
    mora, tides, *others = (people[name] for name in NAMES)
    mora.describe(display_name="Mora of the coast", note="House and garden. https://mora.example/")
    for one in (mora, tides):
        server.run("follow", "reader", one.uri)
    server.until(lambda: min(server.followers("mora"), server.followers("tides")) > 0)
    first = mora.post("A green bench & a kettle #garden, see https://pictures.example/a?b=1&c=2")
    asked_for = tides.post("price?", in_reply_to_id=first["id"])
    answer = mora.post("pm", in_reply_to_id=asked_for["id"])
    town.marks = {"first": first, "asked": asked_for, "answer": answer}
    for number in range(130):
        speaker, language = dice.choice(others), dice.choice(list(TONGUES))
        tag = "#tools" if number < 95 else "#other"
        speaker.post(f"{sentences(dice, language, 1, 2)} {tag} N{number}")
    town.marks["unlisted"] = mora.post("Not on the front page #garden", visibility="unlisted")
    town.marks["warned"] = tides.post("A kettle with a dent", spoiler_text="dented things")
    town.marks["gone"] = tides.post("Sold tomorrow #garden")
    mora.post(f"A bench, {SECRET}", visibility="private")
    server.until(lambda: server.reached("reader") >= 6)
    return town


@pytest.fixture
def case(town: Town, tmp_path: Path) -> Iterator[Case]:
    """Nothing read yet."""
    with opened(tmp_path / "w", source_of(town), Token(town.people["reader"].token)) as found:
        yield found


@pytest.fixture(scope="module")
def twice(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """Read to the end two times, while nothing happened."""
    folder = tmp_path_factory.mktemp("twice")
    with opened(folder, source_of(town), Token(town.people["reader"].token)) as found:
        found.read()
        found.read()
        yield found


def source_of(town: Town) -> Source:
    return asked(
        "mastodon", town.server.url, words=("kettle",), tags=("tools", "garden"),
        accounts=NAMES, listings=True,
    )  # fmt: skip


def posts(documents: Sequence[Document]) -> set[str]:
    return {one.native_id for one in documents if one.kind in POSTS}


def in_state(case: Case, state: str) -> set[str]:
    found = (one.native_id for one in case.vault.sightings("mastodon").listings(state))
    return {one.removeprefix("post:") for one in found if one.startswith("post:")}


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_complete_and_none_twice(twice: Case, town: Town) -> None:
    truth, read = town.server.notes(), twice.runs[0]
    assert twice.reports[0].finished, twice.reports[0].sentence
    assert not twice.reports[0].failures
    told("snac2", "first run", set(truth), posts(read))
    assert posts(read) == set(truth)
    assert len(truth) >= 136
    for one in read:
        if one.kind not in POSTS:
            continue
        row = truth[one.native_id]
        assert squeezed(one.fields["text"]) == squeezed(words_of(row["content"]))
        assert one.fields["seller_id"] == row["attributedTo"]
        assert one.fields["posted_at"] == row["published"]
        assert one.kind == ("comment" if row["inReplyTo"] else "post")
        assert one.fields.get("title", "") == row["summary"]
    shown = (one for one in read if one.kind in POSTS)
    assert set(Counter((one.capture_sha256, one.native_id) for one in shown).values()) == {1}
    assert not [issue for _, issue in twice.vault.issues() if issue.severity != "note"]
    assert list(twice.vault.verify()) == []


def test_each_list_is_complete_and_has_nothing_twice(case: Case, town: Town) -> None:
    """The pages of one hashtag, one after the other, hold each of its posts once."""
    tagged = {
        uri
        for uri, note in town.server.notes().items()
        if any(tag.get("name") == "#tools" for tag in note.get("tag") or ())
    }
    case.source = asked("mastodon", town.server.url, tags=("tools",))
    case.token = None
    found = Counter(one.native_id for one in case.read() if one.kind in POSTS)
    told("snac2", "one hashtag, 40 a page, without a token", tagged, set(found))
    assert set(found) == tagged
    assert set(found.values()) == {1}
    assert len(tagged) == 95
    assert case.reports[0].pages >= 3


def test_conversations_accounts_and_what_is_not_for_all(twice: Case, town: Town) -> None:
    read = twice.runs[0]
    mark = {name: row["uri"] for name, row in town.marks.items()}
    threaded = {one.native_id: one.extra for one in read if "thread" in one.extra}
    assert threaded[mark["asked"]]["reply_to"] == mark["first"]
    assert threaded[mark["answer"]]["reply_to"] == mark["asked"]
    assert {one["thread"] for one in threaded.values()} == {mark["first"]}
    first = next(one for one in read if one.native_id == mark["first"])
    assert first.links == ("https://pictures.example/a?b=1&c=2",)
    assert first.extra["tags"] == ["garden"]
    profiles = {one.native_id: one for one in read if one.kind == "profile"}
    people = {town.people[name].uri for name in NAMES}
    told("snac2", "profiles", people, set(profiles))
    assert set(profiles) == people
    mora = profiles[town.people["mora"].uri]
    assert mora.fields["title"] == "Mora of the coast"
    assert mora.fields["text"] == "House and garden. https://mora.example/"
    assert mora.links == ("https://mora.example/",)
    assert mora.handle == f"mora@{town.server.url.removeprefix('http://')}"
    assert SECRET not in repr(read)
    assert town.people["reader"].token.encode() not in twice.payloads()


def test_a_second_run_brings_nothing_new(twice: Case, town: Town) -> None:
    truth, second = set(town.server.notes()), posts(twice.runs[1])
    told("snac2", "second run", truth, second)
    assert second == truth
    assert in_state(twice, "seen") == truth
    assert twice.reports[1].unchanged == twice.reports[1].pages


def test_interrupted_runs_lose_nothing_and_read_nothing_twice(case: Case, town: Town) -> None:
    truth = set(town.server.notes())
    found = posts(case.read_in_pieces(2))
    assert len(case.reports) > 3
    told("snac2", f"in {len(case.reports)} runs", truth, found)
    assert found == truth
    assert max(Counter(one.url for one in case.vault.captures()).values()) == 1


def test_an_edit_and_a_deletion_are_noticed(twice: Case, town: Town) -> None:
    """By the third run; last of all tests here, for it changes what is there."""
    mora, tides = town.people["mora"], town.people["tides"]
    mora.edit(town.marks["first"]["id"], "A blue bench & a kettle #garden")
    tides.delete(town.marks["gone"]["uri"])
    new = mora.post("A second bench #garden")
    gone, server = town.marks["gone"]["uri"], town.server
    server.until(lambda: gone not in (notes := server.notes()) and "blue" in repr(notes))
    truth = server.notes()
    read = twice.read()
    told("snac2", "after an edit, a deletion and a new post", set(truth), posts(read))
    assert posts(read) == set(truth)
    said = {one.native_id: one.fields["text"] for one in read if one.kind in POSTS}
    assert said[town.marks["first"]["uri"]] == "A blue bench & a kettle #garden"
    told("snac2", "edited", {town.marks["first"]["uri"]}, in_state(twice, "changed"))
    told("snac2", "deleted", {gone}, in_state(twice, "removed"))
    assert in_state(twice, "changed") == {town.marks["first"]["uri"]}
    assert in_state(twice, "removed") == {gone}
    assert in_state(twice, "new") == {new["uri"]}
