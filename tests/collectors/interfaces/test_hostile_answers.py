"""Answers with anything in the place of anything: a reading or a Skip, never another exception."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from collectors.interfaces import interface_of
from collectors.interfaces.interface import Told
from collectors.records import PageReading, page_rows
from config.saved_pages import saved_pages
from config.sources import Source, examples
from model.errors import CollectionError, Skip

TURNS = 60
HOSTILE: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1e308, 10**60, -(2**63), 0.1, "", " ", "0", "-5", "1e9"),
    *("javascript:alert(1)", "http://[", "https://a b/", "//x", "\x00\x1f\x7f", "\u202eabc"),
    *("\ud800", "\udfff x", "<b onclick=x>&lt;script&gt;", "9" * 400, "a" * 5_000, "٣", "२"),
    *([], {}, [[]], [None], [1, "x"], {"": {}}, {"data": None}, {"items": [0, [], {"id": {}}]}),
)
SOURCES = {one.name: one for one in examples() if interface_of(one.engine) is not None}


def saved() -> Iterator[Any]:
    for name, source in SOURCES.items():
        for page in saved_pages(source):
            if page.path.suffix == ".json":
                yield pytest.param(name, page, id=f"{name}-{page.path.stem}")


def places(content: Any) -> list[tuple[Any, Any]]:
    """Each container of an answer with each key or number in it."""
    found, waiting = list[tuple[Any, Any]](), [content]
    while waiting:
        here = waiting.pop()
        keys = (
            here if isinstance(here, dict) else range(len(here)) if isinstance(here, list) else ()
        )
        for key in list(keys):
            found.append((here, key))
            waiting.append(here[key])
    return found


def with_another_value(content: Any, dice: random.Random) -> None:
    here, key = dice.choice(places(content) or [({"": 0}, "")])
    here[key] = copy.deepcopy(dice.choice(HOSTILE))


def without_a_value(content: Any, dice: random.Random) -> None:
    here, key = dice.choice(places(content) or [({"": 0}, "")])
    del here[key]


def with_a_value_moved(content: Any, dice: random.Random) -> None:
    known = places(content)
    if len(known) > 1:
        (here, key), (there, other) = dice.choice(known), dice.choice(known)
        here[key] = copy.deepcopy(there[other])


CHANGES: tuple[Callable[[Any, random.Random], None], ...] = (
    with_another_value,
    with_another_value,
    without_a_value,
    with_a_value_moved,
)


def read(source: Source, url: str, payload: bytes) -> PageReading | None:
    """The reading, which can be printed and stored; None where the answer was skipped."""
    interface = interface_of(source.engine)
    assert interface is not None
    for status in (200, 400, 403, 500):
        trouble = interface.trouble(Told(url, status, payload, {"x-ratelimit-reset": "soon"}))
        assert trouble is None or isinstance(trouble, CollectionError)
    try:
        reading = interface.read(payload, source, url, since="2023-01-01T00:00:00Z")
    except Skip:
        return None
    for row in page_rows(reading):
        json.dumps(row, allow_nan=False).encode("utf-8")
    for record in (*reading.records, *reading.asides):
        assert record.native_id, "a record without an id"
        json.dumps([dict(record.fields), record.extra], ensure_ascii=False).encode("utf-8")
        assert all(isinstance(value, str) for value in record.fields.values())
        addresses = [*record.links, *(image.url for image in record.images)]
        assert not any(one.lower().startswith(("javascript:", "data:")) for one in addresses)
    assert all(place.startswith("http") for place in reading.follow)
    for place in reading.follow:
        interface.question(place)
        interface.cost(place)
    return reading


@pytest.mark.parametrize(("name", "page"), [*saved()])
def test_changed_answers_are_read_or_skipped(name: str, page: Any) -> None:
    source, dice = SOURCES[name], random.Random(page.path.name)
    whole = page.path.read_bytes()
    for _ in range(TURNS):
        content = [json.loads(whole)]
        for _ in range(dice.randint(1, 6)):
            dice.choice(CHANGES)(content, dice)
        changed = content[0] if content else None
        payload = json.dumps(changed).encode("utf-8", "surrogatepass")
        read(source, page.expected.url, payload)


@pytest.mark.parametrize(("name", "page"), [*saved()])
def test_the_same_bytes_give_the_same_reading_and_never_a_loop(name: str, page: Any) -> None:
    """An answer does not lead to itself: a cursor that stays where it is ends the reading."""
    payload, source, url = page.path.read_bytes(), SOURCES[name], page.expected.url
    first = read(source, url, payload)
    assert first == read(source, url, payload)
    assert first is None or url not in first.follow


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize(
    "payload",
    [
        *(b"", b"{", b"null", b"[]", b"{}", b"7", b'"x"', b"\xff\xfe", b"<html>", b"[[[[]]]]"),
        *(b"[" * 50_000, b'{"a":' * 50_000, b"9" * 5_000, b'{"x": NaN}', b'{"data": "\\ud800"}'),
    ],
    ids=range(15),
)
def test_what_is_no_answer_harms_nobody(name: str, payload: bytes) -> None:
    source = SOURCES[name]
    start = source.start[0] if source.start else "https://made.example"
    reading = read(source, f"{start}/method/wall.get", payload)
    assert reading is None or not reading.records
