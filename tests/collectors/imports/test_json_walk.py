"""Large JSON from front to back: the same values as all at once, whatever pieces it comes in."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.imports import json_walk
from collectors.imports.json_walk import BadValue, BrokenDocument, JsonWalk, repaired
from model.canonical import Json

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


class Pieces(io.StringIO):
    """A stream that gives a few characters at a time, however many are asked for."""

    def __init__(self, text: str, size: int) -> None:
        super().__init__(text)
        self._size = size

    def read(self, size: int | None = -1, /) -> str:
        return super().read(self._size)


def walk(text: str, size: int = 7) -> JsonWalk:
    return JsonWalk(Pieces(text, size), repaired)


def all_of(reader: JsonWalk) -> Json:
    """The whole document, every container at the top read piece by piece."""
    if reader.begins() == "{":
        return {key: reader.value() for key in reader.members()}
    if reader.begins() == "[":
        return [reader.value() for _ in reader.items()]
    return reader.value()


@given(JSON, st.integers(1, 40), st.sampled_from((None, 1)))
@settings(deadline=None, max_examples=150)
def test_reads_what_json_reads(value: Json, size: int, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    reader = walk(text, size)
    assert all_of(reader) == json.loads(text)
    assert not reader.begins()


@given(JSON, JSON, st.integers(1, 40))
@settings(deadline=None, max_examples=150)
def test_passes_over_any_value(value: Json, after: Json, size: int) -> None:
    reader = walk(json.dumps([value, after]), size)
    found = []
    for number in reader.items():
        if number == 1:
            reader.skip()
        else:
            found.append(reader.value())
    assert found == [after]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 1000])
def test_escapes_that_telegram_desktop_invented(size: int) -> None:
    r"""It writes ``\x1F`` for control characters, which is no JSON."""
    text = r'{"a": "x\x1Fy\\x1Fz\n\"\\\x02", "b": "\\\\x41"}'
    assert all_of(walk(text, size)) == {"a": 'x\x1fy\\x1Fz\n"\\\x02', "b": "\\\\x41"}


def test_one_bad_value_costs_no_other() -> None:
    deep = "[" * 5_000 + "]" * 5_000
    reader = walk(f'[1, {{"a": NaN}}, "\\q", {deep}, {{"b" 2}}, 5]', 50)
    found: list[Json] = []
    for _ in reader.items():
        try:
            found.append(reader.value())
        except BadValue as error:
            found.append(str(error))
    assert [found[0], found[-1]] == [1, 5]
    assert found[3] == "nested too deeply"
    assert all("not JSON" in str(one) or "no JSON" in str(one) for one in (found[1], found[2]))


def test_a_value_beyond_the_limit_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_walk, "MAX_VALUE", 200)
    monkeypatch.setattr(json_walk, "_CHUNK", 50)
    reader = JsonWalk(io.StringIO(f'["{"x" * 1000}", 2]'))
    found = []
    for _ in reader.items():
        try:
            found.append(reader.value())
        except BadValue as error:
            found.append(str(error))
    assert found == ["longer than 200 characters", 2]


@pytest.mark.parametrize("text", ["", "{", '{"a"', '{"a": ', '{"a": 1', '{"a" 1}', "{1: 2}", "{,}"])
def test_a_document_that_breaks_off_says_so(text: str) -> None:
    with pytest.raises(BrokenDocument):
        list(walk(text).members() and [all_of(walk(text))])


@given(st.text(alphabet='{}[]":,\\x1 \n\u2028ab', max_size=60), st.integers(1, 9))
@settings(deadline=None, max_examples=300)
def test_any_text_is_read_or_refused(text: str, size: int) -> None:
    reader = walk(text, size)
    try:
        all_of(reader)
    except (BadValue, BrokenDocument):
        return


def pass_over_all(reader: JsonWalk) -> None:
    for _ in reader.items():
        reader.skip()


@pytest.mark.parametrize(
    "hostile", ['"' + "\\" * 20_000, "[" * 20_000, '{"a":' * 5_000, '["' + "x" * 20_000]
)
def test_what_never_ends_ends_with_the_text(hostile: str) -> None:
    with pytest.raises(BrokenDocument):
        pass_over_all(walk(f"[{hostile}", 50))
