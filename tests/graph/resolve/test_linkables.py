"""What identifiers and names are compared by."""

from __future__ import annotations

import pytest

from graph.resolve.linkables import telling_length


@pytest.mark.parametrize(
    ("name", "length"), [("tusk", 4.0), ("听雨阁", 4.5), ("阿明", 3.0), ("งาช้าง", 6.0)]
)
def test_signs_that_are_words_tell_more(name: str, length: float) -> None:
    assert telling_length(name) == length
