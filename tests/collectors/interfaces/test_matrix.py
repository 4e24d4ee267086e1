"""Matrix's interface: addresses, messages with their edits, rooms, errors, hostile answers."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from collectors.interfaces.interface import Term, Told
from collectors.interfaces.matrix import INTERFACE
from collectors.records import PageReading
from config.sources import EXAMPLES, Source, load_source
from model.canonical import canonical
from model.errors import Retry, Skip

FOLDER = EXAMPLES / "matrix"
BASE = "https://matrix.fjord.example/_matrix/client/v3"
ROOM = f"{BASE}/rooms/%21abcdef%3Afjord.example"
MESSAGES = f"{ROOM}/messages?dir=b&limit=100"
AUK, SKUA = "@auk:fjord.example", "@skua:fjord.example"


@pytest.fixture(scope="module")
def source() -> Source:
    return load_source(EXAMPLES / "matrix.yml")


@pytest.fixture
def page() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "messages.json").read_bytes())
    return found


def read(content: object, source: Source, url: str = MESSAGES, since: str = "") -> PageReading:
    return INTERFACE.read(json.dumps(content).encode(), source, url, since=since)


def changed(source: Source, **ask: object) -> Source:
    return source.model_copy(update={"ask": source.ask.model_copy(update=ask)})


def said(number: str, sender: str, text: str, at: int, **more: Any) -> dict[str, Any]:
    content = {"msgtype": "m.text", "body": text, **more}
    return {
        "type": "m.room.message", "event_id": number, "sender": sender, "content": content,
        "origin_server_ts": at, "room_id": "!abcdef:fjord.example",
    }  # fmt: skip


def edit(number: str, sender: str, of: str, text: str, at: int) -> dict[str, Any]:
    new = {"msgtype": "m.text", "body": text}
    relates = {"rel_type": "m.replace", "event_id": of}
    return said(number, sender, f"* {text}", at, **{"m.new_content": new, "m.relates_to": relates})


def test_a_round_begins_with_what_is_asked_and_words_are_not(source: Source) -> None:
    asked = changed(source, accounts=(AUK,), groups=("#horn:fjord.example", "!r:x", "pier"))
    assert list(INTERFACE.start(asked, [Term("horn")])) == [
        f"{BASE}/directory/room/%23horn%3Afjord.example",
        f"{BASE}/rooms/%21r%3Ax/state",
        f"{BASE}/rooms/%21r%3Ax/messages?dir=b&limit=100",
        f"{BASE}/profile/%40auk%3Afjord.example",
        f"{BASE}/publicRooms?limit=100",
    ]


def test_a_message_says_what_its_newest_edit_says(source: Source) -> None:
    """Without the server's help, where both stand on one page."""
    events = [
        edit("$e2", AUK, "$m", "third words", 30_000),
        edit("$e1", AUK, "$m", "second words", 20_000),
        said("$m", AUK, "first words", 10_000),
    ]
    (record,) = read({"chunk": events, "start": "a"}, source).records
    assert record.native_id == "$m"
    assert record.fields["text"] == "third words"
    assert (record.extra["former"], record.extra["edited_at"]) == (
        "first words",
        "1970-01-01T00:00:30Z",
    )


def test_nobody_puts_words_into_the_mouth_of_another(source: Source) -> None:
    """Neither by an edit on the page nor by one that stands beside the message."""
    forged = edit("$e", SKUA, "$m", "forged", 20_000)
    message = said("$m", AUK, "meant", 10_000)
    message["unsigned"] = {"m.relations": {"m.replace": forged}}
    (record,) = read({"chunk": [forged, message], "start": "a"}, source).records
    assert (record.fields["text"], record.fields["seller"]) == ("meant", AUK)
    assert "edited_at" not in record.extra


def test_what_an_edit_or_a_withdrawal_is_about_elsewhere_is_asked_for(source: Source) -> None:
    old = {"type": "m.room.redaction", "event_id": "$r1", "sender": AUK, "redacts": "$a"}
    new = {"type": "m.room.redaction", "event_id": "$r2", "sender": AUK,
           "content": {"redacts": "$b"}}  # fmt: skip
    reading = read({"chunk": [old, new, edit("$e", AUK, "$c", "x", 1)], "start": "a"}, source)
    assert reading.records == ()
    assert set(reading.follow) == {f"{ROOM}/event/%24{name}" for name in "abc"}


def test_paging_goes_on_until_the_server_says_that_there_is_no_more(
    source: Source, page: dict[str, Any]
) -> None:
    assert f"{MESSAGES}&from={page['end']}" in read(page, source).follow
    end = {"chunk": page["chunk"], "start": "a"}
    assert not [url for url in read(end, source).follow if "/messages" in url]
    same = {"chunk": page["chunk"], "start": "a", "end": "here"}
    follow = read(same, source, f"{MESSAGES}&from=here").follow
    assert not [url for url in follow if "/messages" in url]


def test_empty_pages_are_gone_through_but_not_for_ever(source: Source) -> None:
    url, pages = MESSAGES, 0
    while True:
        follow = read({"chunk": [], "start": f"s{pages}", "end": f"e{pages}"}, source, url).follow
        if not follow:
            break
        (url,), pages = follow, pages + 1
    assert pages == 9


def test_reading_ends_where_what_is_wanted_ends(source: Source, page: dict[str, Any]) -> None:
    def leads_on(since: str) -> bool:
        return any("/messages" in url for url in read(page, source, since=since).follow)

    assert leads_on("2026-11-01T00:00:00Z")
    assert not leads_on("2026-11-21T00:00:00Z")
    page["chunk"][-1]["origin_server_ts"] = 1
    assert leads_on("2026-11-01T00:00:00Z")


def test_what_is_not_read_is_said(source: Source, page: dict[str, Any]) -> None:
    page["chunk"].append({"type": "m.call.invite", "event_id": "$c", "sender": AUK, "content": {}})
    notes = [issue.message for issue in read(page, source).issues]
    assert notes == [
        "1 encrypted messages are not read",
        "1 events of type 'm.call.invite' are not read",
    ]


def test_members_are_told_only_where_wanted(source: Source) -> None:
    content = json.loads((FOLDER / "state.json").read_bytes())
    url = f"{ROOM}/state"
    few = read(content, source, url).records[0].extra
    all_ = read(content, changed(source, members=True), url).records[0].extra
    assert [one["handle"] for one in few["members"]] == [AUK, "@puffin:fjord.example"]
    assert [one["handle"] for one in all_["members"]] == [AUK, "@puffin:fjord.example", SKUA]


def test_who_made_a_room_leads_it_from_version_twelve_on(source: Source) -> None:
    content = {"room_version": "12", "additional_creators": [SKUA]}
    state = [{"type": "m.room.create", "state_key": "", "sender": AUK, "content": content}]
    (record,) = read(state, source, f"{ROOM}/state").records
    assert {one["handle"]: one["role"] for one in record.extra["members"]} == {
        AUK: "admin",
        SKUA: "admin",
    }


def test_the_directory_leads_to_rooms_that_all_may_read_where_all_is_wanted(
    source: Source,
) -> None:
    content = json.loads((FOLDER / "directory.json").read_bytes())
    content["chunk"].append({**content["chunk"][0], "room_id": "!open:x", "world_readable": True})
    reading = read(content, changed(source, listings=True), f"{BASE}/publicRooms?limit=100")
    assert [one.native_id for one in reading.records] == ["!abcdef:fjord.example", "!open:x"]
    assert f"{BASE}/rooms/%21open%3Ax/state" in reading.follow
    assert f"{ROOM}/state" not in reading.follow


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (401, "M_UNKNOWN_TOKEN", "token-refused"),
        (401, "M_MISSING_TOKEN", "token-missing"),
        (403, "M_FORBIDDEN", "forbidden"),
        (404, "M_NOT_FOUND", "gone"),
        (429, "M_LIMIT_EXCEEDED", "rate-limit"),
        (400, "M_INVALID_PARAM", "interface-error"),
        (404, "M_UNRECOGNIZED", "interface-error"),
        (500, "M_UNKNOWN", ""),
    ],
)
def test_errors_by_their_code(status: int, code: str, reason: str) -> None:
    payload = json.dumps({"errcode": code, "error": "words", "retry_after_ms": 2500}).encode()
    error = INTERFACE.trouble(Told(MESSAGES, status, payload))
    assert (error.reason if error else "") == reason
    if isinstance(error, Retry):
        assert error.after == 2.5


def saved() -> Iterator[tuple[str, Any]]:
    for path in sorted(FOLDER.glob("*.json")):
        yield path.stem, json.loads(path.read_bytes())


HOSTILE: tuple[Any, ...] = (
    None, True, -1, 10**400, 1e308, float("inf"), "", "\ud800\x00\u202e", "javascript:alert(1)",
    "9" * 5000, 2**63, "<a href='//[::'><mx-reply>" * 50, [], {}, [[]], [None], {"a": {}},
    {"\ud800": 100}, "mxc://\ud800", "x" * 9000, "https://\ud800.example/", "> " * 5000,
)  # fmt: skip
URLS = (MESSAGES, f"{ROOM}/state", f"{ROOM}/event/%24x", f"{BASE}/publicRooms", f"{BASE}/profile/x",
        f"{BASE}/directory/room/x", "")  # fmt: skip


def mutated(dice: Random, value: Any) -> Any:
    """The same with some values replaced by what nobody expects there."""
    if dice.random() < 0.04:
        return copy.deepcopy(dice.choice(HOSTILE))
    if isinstance(value, dict):
        return {name: mutated(dice, one) for name, one in value.items() if dice.random() > 0.02}
    if isinstance(value, list):
        return [mutated(dice, one) for one in value]
    return value


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize(("name", "content"), list(saved()), ids=[name for name, _ in saved()])
def test_no_answer_brings_the_reader_down(
    source: Source, seed: int, name: str, content: Any
) -> None:
    dice, wide = Random(f"{name} {seed}"), changed(source, members=True, listings=True)
    for _ in range(20):
        payload = json.dumps(mutated(dice, content)).encode()
        for url in URLS:
            try:
                reading = INTERFACE.read(payload, wide, url, since="2026-11-19T00:00:00Z")
            except Skip:
                continue
            for record in (*reading.records, *reading.asides):
                assert record.native_id
                canonical(dict(record.extra)).decode("utf-8")
                "".join(record.fields.values()).encode("utf-8")
                "".join(image.url + image.alt for image in record.images).encode("utf-8")
            "".join(reading.follow).encode("utf-8")
        INTERFACE.trouble(Told(MESSAGES, dice.choice((200, 401, 429)), payload))


@pytest.mark.parametrize("payload", [b"", b"\xff\xfe", b"[" * 100_000, b"5", b'"x"', b"{}", b"nul"])
def test_what_is_no_answer_is_skipped(source: Source, payload: bytes) -> None:
    with pytest.raises(Skip):
        INTERFACE.read(payload, source, MESSAGES)
