"""The page on source files says what the program reads."""

from __future__ import annotations

from pathlib import Path

from app.source_keys import PARTS, source_keys

ROOT = Path(__file__).resolve().parents[2]


def test_page_is_what_the_program_says() -> None:
    assert (ROOT / "docs" / "new-source.md").read_text("utf-8") == source_keys()


def test_every_key_is_explained() -> None:
    for _, part in PARTS:
        for name, field in part.model_fields.items():
            assert field.description, f"{part.__name__}.{name}"
