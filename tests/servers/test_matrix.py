"""A real Synapse, read by its interface and compared, message by message, with its database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest

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
    talk(town, coast, 260, dice)
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
    source = asked("matrix", town.server.url, groups=("#coast:coast.test",), listings=True)
    with opened(tmp_path / "w", source, Token(town.people["reader"].token)) as found:
        yield found


def messages(documents: Sequence[Document]) -> set[str]:
    return {one.native_id for one in documents if one.kind == "message"}


def test_complete_and_none_twice(case: Case, town: Town) -> None:
    truth = town.truth("coast", "pier")
    read = case.read()
    assert case.reports[0].finished, case.reports[0].sentence
    assert not case.reports[0].failures
    told("Synapse", "first run", set(truth), messages(read))
    assert messages(read) == set(truth)
    assert len(truth) >= 295
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
    assert [issue.message for _, issue in case.vault.issues() if issue.severity != "note"] == []
    assert b"mark-of-the-closed-room" not in case.payloads()
    assert list(case.vault.verify()) == []
