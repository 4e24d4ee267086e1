"""A real Synapse, read by its interface and compared, message by message, with its database."""

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

from .matrix_server import Matrix, Person, running
from .neutral import TONGUES, sentences
from .social import Case, Token, asked, opened, told

pytestmark = pytest.mark.timeout(600)  # the first run on a machine also installs Synapse


@dataclass(slots=True)
class Town:
    """A server with people and rooms: one the reader is in, one open to all, one closed."""

    server: Matrix
    people: dict[str, Person]
    rooms: dict[str, str] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)

    def truth(self, *names: str) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for name in names:
            found |= self.server.messages(self.rooms[name])
        return found


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with running(tmp_path_factory.mktemp("matrix")) as server:
        yield fill(server)


def fill(server: Matrix) -> Town:
    """Three rooms, one with several pages, with edits, answers, signs, threads and withdrawals."""
    people = {name: server.register(name) for name in ("mora", "tides", "gull", "reader")}
    town, dice = Town(server, people), Random(8)
    mora, tides, gull = (people[name] for name in ("mora", "tides", "gull"))
    mora.do("PUT", f"profile/{mora.id}/displayname", {"displayname": "Mora of the coast"})
    coast = mora.make_room(
        preset="public_chat", room_alias_name="coast", name="Coast", visibility="public",
        topic="Made up: house and garden",
        power_level_content_override={"users": {tides.id: 50}},
    )  # fmt: skip
    readable = {"history_visibility": "world_readable"}
    state = [{"type": "m.room.history_visibility", "state_key": "", "content": readable}]
    pier = tides.make_room(
        preset="public_chat", room_alias_name="pier", name="Pier", visibility="public",
        initial_state=state,
    )  # fmt: skip
    closed = gull.make_room(preset="private_chat", name="Closed", visibility="public")
    town.rooms = {"coast": coast, "pier": pier, "closed": closed}
    for one in (tides, gull, people["reader"]):
        one.join(coast)
    talk(town, coast, 210, dice)
    for number in range(30):
        tides.say(pier, f"{sentences(dice, 'de')} P{number}")
        if number < 5:
            gull.say(closed, f"Not for everybody, mark-of-the-closed-room-{number}")
    return town


def talk(town: Town, room: str, number: int, dice: Random) -> None:
    """Sentences of three people in many languages, and some of everything that can be said."""
    speakers = [town.people[name] for name in ("mora", "tides", "gull")]
    mora, tides, gull = speakers
    first = mora.say(room, "A green watering can, who wants it?")
    for at in range(number):
        speaker, language = dice.choice(speakers), dice.choice(list(TONGUES))
        said = speaker.say(room, f"{sentences(dice, language, 1, 2)} C{at}")
        if at == 5:
            town.marks["edited far"] = said
            town.marks["by"] = next(n for n, p in town.people.items() if p is speaker)
    quote = {"m.in_reply_to": {"event_id": first}}
    answer = "> <@mora> A green watering can, who wants it?\n\nprice?"
    town.marks["answer"] = gull.say(room, answer, **{"m.relates_to": quote})
    thread = {"rel_type": "m.thread", "event_id": first, "is_falling_back": True, **quote}
    town.marks["threaded"] = mora.say(room, "pm", **{"m.relates_to": thread})
    town.marks["first"] = first
    picture = {"msgtype": "m.image", "body": "bench.jpg", "url": "mxc://coast.test/abc"}
    town.marks["picture"] = tides.send(room, picture)
    markup = (
        f'<b>Look</b> <a href="https://garden.example/x">here</a>, '
        f'<a href="https://matrix.to/#/{gull.id}">gull</a>'
    )
    town.marks["formatted"] = mora.say(
        room, "**Look** here, gull", format="org.matrix.custom.html", formatted_body=markup
    )
    for one in speakers:
        sign = {"rel_type": "m.annotation", "event_id": town.marks["formatted"], "key": "👍"}
        one.send(room, {"m.relates_to": sign}, "m.reaction")
    town.marks["edited near"] = tides.say(room, "The bench is blue")
    tides.edit(room, town.marks["edited near"], "The bench is green")
    tides.edit(room, town.marks["edited near"], "The bench is yellow")
    gull.edit(room, town.marks["edited near"], "gull puts words into the mouth of tides")
    by = town.people[town.marks["by"]]
    by.edit(room, town.marks["edited far"], "Said long ago, and said anew")
    town.marks["withdrawn"] = gull.say(room, "Sorry, wrong room")
    gull.withdraw(room, town.marks["withdrawn"], "by mistake")
    secret = {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "x", "session_id": "y"}
    gull.send(room, secret, "m.room.encrypted")


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
        "matrix", town.server.url, groups=("#coast:coast.test",), listings=True, members=True
    )


def messages(documents: Sequence[Document]) -> set[str]:
    return {one.native_id for one in documents if one.kind == "message"}


def test_complete_and_none_twice(twice: Case, town: Town) -> None:
    truth, read = town.truth("coast", "pier"), twice.runs[0]
    assert twice.reports[0].finished, twice.reports[0].sentence
    assert not twice.reports[0].failures
    told("Synapse", "first run", set(truth), messages(read))
    assert messages(read) == set(truth)
    assert len(truth) >= 245
    listed = Counter(one.native_id for one in read if one.kind == "message" and one.locator)
    assert set(listed.values()) == {1}
    odd = {town.marks["formatted"], town.marks["answer"]}
    for one in read:
        if one.kind != "message":
            continue
        row = truth[one.native_id]
        assert one.fields["seller"] == one.fields["seller_id"] == row["sender"]
        assert bool(one.extra.get("deleted")) is row["deleted"]
        if one.native_id not in odd:
            assert " ".join(one.fields.get("text", "").split()) == " ".join(row["text"].split())
    assert [issue.message for _, issue in twice.vault.issues() if issue.severity != "note"] == []
    assert b"mark-of-the-closed-room" not in twice.payloads()
    assert list(twice.vault.verify()) == []


def states(case: Case) -> Counter[str]:
    return Counter(
        one.state for one in case.vault.sightings("matrix").listings() if named(one.native_id)
    )


def named(kept: str) -> str:
    """A message's own id in what its states are kept under; empty for anything else."""
    return kept.removeprefix("post:") if kept.startswith("post:") else ""


def in_state(case: Case, state: str) -> set[str]:
    return {named(one.native_id) for one in case.vault.sightings("matrix").listings(state)} - {""}


def test_what_was_said_is_told_as_it_was_meant(twice: Case, town: Town) -> None:
    """Edits, answers, threads, signs, pictures, links and people; nobody speaks for another."""
    found = {one.native_id: one for one in twice.runs[0] if one.kind == "message"}
    mark = {name: found.get(event) for name, event in town.marks.items()}
    answer, threaded, picture = mark["answer"], mark["threaded"], mark["picture"]
    near, far, withdrawn = mark["edited near"], mark["edited far"], mark["withdrawn"]
    formatted = mark["formatted"]
    assert answer and threaded and picture and near and far and withdrawn and formatted  # noqa: PT018
    assert (answer.fields["text"], answer.extra["reply_to"]) == ("price?", town.marks["first"])
    assert threaded.extra["thread"] == town.marks["first"]
    assert "reply_to" not in threaded.extra
    assert [one.url for one in picture.images] == ["mxc://coast.test/abc"]
    assert near.fields["text"] == "The bench is yellow"
    assert (near.extra["former"], near.handle) == ("The bench is blue", town.people["tides"].id)
    assert far.fields["text"] == "Said long ago, and said anew"
    assert far.extra["edited_at"] > far.fields["posted_at"]
    assert withdrawn.fields.get("text") is None
    assert withdrawn.extra["deleted"]["why"] == "by mistake"
    assert formatted.fields["text"] == "Look here, gull"
    assert formatted.links == ("https://garden.example/x",)
    assert formatted.extra["mentions"] == [town.people["gull"].id]
    assert formatted.extra["reactions"] == {"👍": 3}
    notes = [issue.message for _, issue in twice.vault.issues()]
    assert "1 encrypted messages are not read" in notes


def test_rooms_and_people(twice: Case, town: Town) -> None:
    whole = [one for one in twice.runs[0] if one.kind == "group" and not one.locator]
    rooms = {one.native_id: one for one in whole}
    assert set(rooms) == {town.rooms["coast"], town.rooms["pier"]}
    coast = rooms[town.rooms["coast"]]
    assert (coast.fields["title"], coast.fields["text"]) == ("Coast", "Made up: house and garden")
    roles = {one["handle"]: one.get("role") for one in coast.extra["members"]}
    people = {name: one.id for name, one in town.people.items()}
    assert roles == {
        people["mora"]: "admin", people["tides"]: "moderator", people["gull"]: None,
        people["reader"]: None,
    }  # fmt: skip
    profiles = {one.native_id: one for one in twice.runs[0] if one.kind == "profile"}
    assert profiles[people["mora"]].fields["title"] == "Mora of the coast"
    told("Synapse", "profiles", {people[one] for one in ("mora", "tides", "gull")}, set(profiles))
    assert set(profiles) == {people[one] for one in ("mora", "tides", "gull")}


def test_a_second_run_brings_nothing_new(twice: Case, town: Town) -> None:
    truth, second = town.truth("coast", "pier"), messages(twice.runs[1])
    assert twice.reports[1].finished
    told("Synapse", "second run", set(truth), second)
    assert second == set(truth)
    there = [one for one, row in truth.items() if not row["deleted"]]
    assert states(twice) == {"seen": len(there)}  # what was never seen with words has no state


def test_interrupted_runs_lose_nothing_and_read_nothing_twice(case: Case, town: Town) -> None:
    truth = town.truth("coast", "pier")
    found = case.read_in_pieces(2)
    assert len(case.reports) > 2
    told("Synapse", f"in {len(case.reports)} runs", set(truth), messages(found))
    assert messages(found) == set(truth)
    assert max(Counter(one.url for one in case.vault.captures()).values()) == 1
    assert list(case.vault.verify()) == []


@pytest.mark.parametrize(
    ("secret", "reason"), [("", "token-missing"), ("syt_not_a_token", "token-refused")]
)
def test_without_a_token_that_holds_it_stops_and_says_so(
    case: Case, town: Town, secret: str, reason: str
) -> None:
    """And goes on where it was once there is one: nothing is lost."""
    case.token = Token(secret) if secret else None
    case.read()
    assert (case.reports[0].reason, case.reports[0].failed) == (reason, True)
    assert case.reports[0].remedy
    case.token = Token(town.people["reader"].token)
    read = case.read()
    assert case.reports[1].finished
    assert messages(read) == set(town.truth("coast", "pier"))
    assert town.people["reader"].token.encode() not in case.payloads()


def test_a_room_that_is_not_for_us_is_said_and_left(case: Case, town: Town) -> None:
    ask = {"groups": (town.rooms["closed"], "pier"), "listings": False}
    update = {"ask": case.source.ask.model_copy(update=ask)}
    case.source = case.source.model_copy(update=update)
    read = case.read()
    assert case.reports[0].finished
    assert case.reports[0].failures == {"forbidden": 2}
    assert messages(read) == set(town.truth("pier"))


def test_edits_and_withdrawals_are_noticed(twice: Case, town: Town) -> None:
    """On the newest page and on the last; last of all tests here, for it changes what is there."""
    before = town.truth("coast", "pier")
    coast, tides = town.rooms["coast"], town.people["tides"]
    own = [one for one, row in before.items() if row["sender"] == tides.id and not row["deleted"]]
    own = [one for one in own if one in town.truth("coast") and one not in town.marks.values()]
    own.sort(key=lambda one: int(before[one]["at"]))
    for event in (own[0], own[-1]):
        tides.edit(coast, event, f"Said anew: {event}")
    for event in (own[1], own[-2]):
        tides.withdraw(coast, event)
    new = tides.say(coast, "One thing more")
    after = town.truth("coast", "pier")
    read = twice.read()
    told("Synapse", "after edits and withdrawals", set(after), messages(read))
    assert messages(read) == set(after)
    said = {one.native_id: one.fields.get("text", "") for one in read if one.kind == "message"}
    assert said[own[0]] == f"Said anew: {own[0]}"
    assert said[own[1]] == ""
    assert in_state(twice, "changed") == {own[0], own[-1]}
    assert in_state(twice, "new") == {new}
    assert in_state(twice, "removed") == {own[1], own[-2]}
    assert all(after[one]["deleted"] for one in (own[1], own[-2]))
    told("Synapse", "edited", {own[0], own[-1]}, in_state(twice, "changed"))
    told("Synapse", "withdrawn", {own[1], own[-2]}, in_state(twice, "removed"))
