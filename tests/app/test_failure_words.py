"""The page on failures says what the program knows."""

from __future__ import annotations

from pathlib import Path

from app.failure_words import failure_words
from collectors.web.failures import FAILURES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "failures.md"


def test_page_is_what_the_program_says() -> None:
    assert PAGE.read_text("utf-8") == failure_words()


def test_every_reason_has_a_row_with_a_remedy() -> None:
    rows = [line for line in failure_words().splitlines() if line.startswith("| `")]
    assert len(rows) == len(FAILURES)
    assert all(row.rstrip(" |").rpartition("|")[2].strip() for row in rows)
