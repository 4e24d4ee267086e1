"""Every reader of JSON there is, on its own saved answers with anything anywhere in them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from collectors.interfaces import Told, interface_of
from collectors.reading import read_page
from config.saved_pages import saved_pages
from config.sources import EXAMPLES, INTERFACES, load_source
from model.errors import CollectionError, Skip

ODD: tuple[Any, ...] = (
    None, True, 0, -1, 2**80, 1e308, "", "x" * 5_000, "\x00\u202e\ud800", [], {}, [[[]]],
    "<blockquote>" * 300, "javascript:alert(1)", "//elsewhere.example/x", "https://elsewhere.example",
    {"id": {"id": []}}, ["x", 1, None, {}], "NaN", "../../../etc", "a@b.example?x=1#y",
)  # fmt: skip


def changed(value: Any, dice: Random) -> Any:
    """The value with a few of its parts made something else, taken out, or put in twice."""
    if dice.random() < 0.03:
        return dice.choice(ODD)
    if isinstance(value, dict):
        kept = {key: changed(one, dice) for key, one in value.items() if dice.random() > 0.02}
        return dict(dice.sample(sorted(kept.items(), key=str), len(kept)))
    if isinstance(value, list):
        grown = value * 2 if dice.random() < 0.05 else value
        return [changed(one, dice) for one in grown if dice.random() > 0.02]
    return value


def answers() -> Iterator[tuple[str, str]]:
    """Engine and file name of every saved answer in JSON."""
    for engine in INTERFACES:
        file = EXAMPLES / f"{engine}.yml"
        if file.is_file() and interface_of(engine) is not None:
            for page in saved_pages(load_source(file)):
                if page.path.suffix == ".json" and page.expected is not None:
                    yield engine, page.path.name


@pytest.mark.parametrize(("engine", "page"), tuple(answers()))
def test_answers_with_anything_anywhere_are_read_or_skipped(engine: str, page: str) -> None:
    """Seeded changes of saved answers: other types, other texts, things missing, things twice."""
    file = EXAMPLES / f"{engine}.yml"
    source, asked = load_source(file), interface_of(engine)
    path = file.with_suffix("") / page
    url = next(one.expected.url for one in saved_pages(source) if one.path == path if one.expected)
    whole, dice = json.loads(path.read_bytes()), Random(f"{engine} {page}")
    assert asked is not None
    for _ in range(40):
        payload = json.dumps(changed(whole, dice)).encode()
        told = Told(url, dice.choice((200, 400, 401, 403, 404, 429, 500)), payload)
        assert isinstance(asked.trouble(told), CollectionError | None)
        try:
            reading = read_page(payload, source=source, url=url)
        except Skip:
            continue
        for one in (*reading.records, *reading.asides):
            assert one.native_id
            json.dumps([one.extra, dict(one.fields)], allow_nan=False)
            texts = (*one.fields.values(), *one.links, *(image.url for image in one.images))
            assert all(isinstance(each, str) for each in texts)
        assert all(each.startswith(("http://", "https://")) for each in reading.follow)


def test_saved_answers_are_there() -> None:
    assert len({engine for engine, _ in answers()}) >= 8
