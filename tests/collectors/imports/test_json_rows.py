"""JSON tables from strangers: lines, arrays, one object, numbers as written, broken rows."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.imports.json_rows import Written, json_rows, plain_number
from collectors.imports.rows import Row


def rows(text: str) -> list[Row]:
    return list(json_rows(text.encode("utf-8", "surrogatepass"), "utf-8"))


def said(text: str) -> list[str]:
    return [issue.message for row in rows(text) for issue in row.issues]


def test_lines_are_rows_and_blank_ones_only_count() -> None:
    read = rows('{"a": 1}\n\n{"a": 2}\n')
    assert [(row.locator, row.values) for row in read] == [
        ("row 1", {"a": "1"}),
        ("row 3", {"a": "2"}),
    ]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('{"a": ', "not JSON"),
        ("[1, 2]", "not a JSON object"),
        ('"x"', "not a JSON object"),
        ('{"a": NaN}', "NaN is no JSON value"),
        ('{"a": 1, "a": 2}', "the key 'a' stands twice"),
        ('{"a": ' + "[" * 40 + "]" * 40 + "}", "nested deeper than 32 levels"),
        ('{"a": ' + "[" * 100_000, "nested too deeply"),
        ('{"a": "' + "x" * (9 << 20) + '"}', "longer than"),
    ],
)
def test_a_bad_line_is_told_and_the_next_one_read(line: str, why: str) -> None:
    text = f'{{"ok": 0}}\n{line}\n{{"ok": 1}}\n'
    read = rows(text)
    assert [row.values for row in read if row.values] == [{"ok": "0"}, {"ok": "1"}]
    assert said(text)[0].startswith("row 2 left out: ")
    assert why in said(text)[0]


def test_an_array_over_many_buffers() -> None:
    table = [{"n": number, "text": "x" * 5_000} for number in range(100)]
    read = rows(json.dumps(table, indent=1))
    assert [row.locator for row in read] == [f"row {number}" for number in range(1, 101)]
    assert [row.values["n"] for row in read] == [str(number) for number in range(100)]


def test_an_array_that_breaks_keeps_what_came_before() -> None:
    assert [row.values for row in rows('[{"a": 1}, {"b": 2}, {"c"')][:2] == [{"a": "1"}, {"b": "2"}]
    assert "nothing after it was read" in said('[{"a": 1}, {"b": 2}, {"c"')[0]
    assert "something follows" in said('[{"a": 1}] {"b": 2}')[0]
    assert said('[{"a": 1}, 7]') == ["row 2 left out: not a JSON object"]


def test_one_object_over_several_lines_is_one_row() -> None:
    assert [row.values for row in rows('{\n  "a": 1,\n  "b": "x"\n}\n')] == [{"a": "1", "b": "x"}]


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff", "[]", "[ ]\n", "{}\n"])
def test_tables_without_rows(text: str) -> None:
    assert not [row for row in rows(text) if row.values]


def test_numbers_keep_their_digits_and_become_numbers_again() -> None:
    (row,) = rows(
        '{"price": 0.10, "deep": [1, {"x": 2.5}], "huge": 1e999, "big": 12345678901234567890}'
    )
    assert row.values["price"] == Written("0.10")
    assert plain_number(row.values["deep"]) == [1, {"x": 2.5}]
    assert plain_number(row.values["huge"]) == "1e999"
    assert plain_number(row.values["big"]) == 12345678901234567890.0


SCALARS = st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False)


@given(
    st.lists(st.dictionaries(st.text(min_size=1), SCALARS, min_size=1), max_size=6), st.booleans()
)
def test_what_json_wrote_is_read_back(table: list[dict[str, object]], as_array: bool) -> None:
    clean = [
        {k: v for k, v in row.items() if v not in (float("inf"), float("-inf"))} for row in table
    ]
    clean = [row for row in clean if row]
    text = json.dumps(clean) if as_array else "".join(json.dumps(row) + "\n" for row in clean)
    read = list(json_rows(text.encode(), "utf-8"))
    assert len(read) == len(clean)
    for row, wanted in zip(read, clean, strict=True):
        assert not row.issues
        found = {key: plain_number(value) for key, value in row.values.items()}
        assert found.keys() == wanted.keys()
        for key, value in wanted.items():
            same = float(found[key]) == float(value) if type(value) in (int, float) else None
            assert same or found[key] == value
