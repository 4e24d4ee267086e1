"""``spoor extract``: order kept, bad lines answered in their place, nothing lost."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrich.jsonl import Tally, extract_lines, text_of
from enrich.reading import Reading
from model.facts import Observation, Relevance


class FirstWord:
    """Reads the first character of ``text``."""

    def read(self, record: Mapping[str, str]) -> Reading:
        text = record.get("text", "")
        found = [Observation("word", text[:1], text[:1], "text", 0, 1, 1.0, "first/1:word")]
        return Reading(tuple(found if text else []), Relevance("irrelevant", 0.0, ("none",)))


def run(*lines: str) -> tuple[list[dict[str, object]], Tally]:
    tally = Tally()
    out = list(extract_lines(lines, FirstWord(), tally))
    assert all("\n" not in line and "\u2028" not in line for line in out)
    return [json.loads(line) for line in out], tally


def test_a_record_gives_what_the_contract_says() -> None:
    out, tally = run('{"id": "a", "text": "x"}\n')
    assert out == [
        {
            "id": "a",
            "observations": [
                {
                    "kind": "word",
                    "value": "x",
                    "text": "x",
                    "field": "text",
                    "start": 0,
                    "end": 1,
                    "confidence": 1.0,
                    "rule": "first/1:word",
                    "attributes": {},
                }
            ],
            "relevance": {"label": "irrelevant", "score": 0.0, "reasons": ["none"]},
        }
    ]
    assert (tally.lines, tally.problems) == (1, 0)


def test_order_is_kept_and_bad_lines_do_not_stop_the_rest() -> None:
    out, tally = run(
        '{"id": 1, "text": "a"}', "", "nonsense", '["x"]', '{"id": "b"}', '{"id": "c", "text": 5}',
        '{"id": 2, "text": "b"}',
    )  # fmt: skip
    assert [one["id"] for one in out] == [1, None, None, "b", "c", 2]
    assert [one.get("line") for one in out] == [None, 3, 4, 5, 6, None]
    assert [bool(one.get("error")) for one in out] == [False, True, True, True, True, False]
    assert (tally.lines, tally.problems) == (6, 4)


@pytest.mark.parametrize(
    "line",
    ["{", "null", "1", '"x"', "[" * 100_000, "{}", '{"text": null}', '{"text": "x"', "\x00", "NaN"],
)
def test_no_line_is_fatal(line: str) -> None:
    out, tally = run(line)
    assert tally.problems == 1
    assert set(out[0]) == {"id", "error", "line"}


def test_any_listing_field_will_do() -> None:
    out, tally = run('{"id": 7, "title": "x"}')
    assert tally.problems == 0
    assert out[0]["observations"] == []


def test_numbers_are_read_as_written_and_lists_left_out() -> None:
    fields = {"price": 12.5, "n": 3, "ok": True, "images": ["a"], "text": "x", "none": None}
    assert text_of(fields) == {"price": "12.5", "n": "3", "text": "x"}


def test_text_that_no_encoding_holds_comes_back_escaped() -> None:
    tally = Tally()
    (line,) = extract_lines(['{"id": "\\ud800", "text": "\\ud800é"}'], FirstWord(), tally)
    line.encode("utf-8")
    assert json.loads(line)["observations"][0]["text"] == "\ud800"


@given(st.lists(st.one_of(st.text(max_size=30), st.just('{"id": "x", "text": "y"}')), max_size=20))
def test_as_many_lines_out_as_in(lines: list[str]) -> None:
    tally = Tally()
    out = list(extract_lines(lines, FirstWord(), tally))
    assert len(out) == sum(1 for line in lines if line.strip()) == tally.lines
