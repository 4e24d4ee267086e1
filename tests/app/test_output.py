"""What is printed can not drive the terminal of whoever reads it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cli.output import rows, say, tame


@given(st.text())
def test_tamed_text_has_no_control_characters(text: str) -> None:
    assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in tame(text))


def test_escape_sequences_are_shown_not_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    say("\x1b[2Jhello\x07")
    assert capsys.readouterr().err == "\\x1b[2Jhello\\x07\n"


def test_json_rows_are_json_lines(capsys: pytest.CaptureFixture[str]) -> None:
    assert rows([{"a": 1}, {"a": "ü\n"}], as_json=True) == 2
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line) for line in lines] == [{"a": 1}, {"a": "ü\n"}]


def test_table_without_terminal_is_tab_separated(capsys: pytest.CaptureFixture[str]) -> None:
    rows([{"a": 1, "b": ["x", "y"]}, {"a": None, "b": "t\tab"}], as_json=False)
    assert capsys.readouterr().out == "a\tb\n1\tx, y\n\tt ab\n"
