"""The page on source files says what the program reads."""

from __future__ import annotations

from pathlib import Path

from app.source_keys import MARK, PARTS, source_keys

ROOT = Path(__file__).resolve().parents[2]


def test_page_is_what_the_program_says() -> None:
    page = (ROOT / "docs" / "new-source.md").read_text("utf-8")
    assert page.count(MARK) == 1
    assert page == source_keys(page)


def test_every_key_is_explained() -> None:
    for _, part in PARTS:
        for name, field in part.model_fields.items():
            assert field.description, f"{part.__name__}.{name}"
