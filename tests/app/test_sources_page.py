"""The page on sources says what their files say."""

from __future__ import annotations

from pathlib import Path

from app.sources_page import NOT_LIVE, sources_page
from config.sources import examples

PAGE = Path(__file__).resolve().parents[2] / "docs" / "sources.md"


def test_page_is_what_the_files_say() -> None:
    assert PAGE.read_text("utf-8") == sources_page(), "run 'make docs'"


def test_every_interface_has_a_row_with_terms_and_proof() -> None:
    rows = {
        line.split("`")[1]: line for line in PAGE.read_text("utf-8").splitlines() if "| `" in line
    }
    for source in examples():
        assert source.name in rows
        if source.is_interface:
            terms, proofs = source.interface.terms, source.interface.proof
            assert terms is not None
            assert proofs
            row = rows[source.name]
            assert f"read on {terms.read_on}" in row
            assert (NOT_LIVE in row) is not any(one.live for one in proofs)
            assert all(use in row for use in terms.forbids)
