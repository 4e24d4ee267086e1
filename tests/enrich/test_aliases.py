"""Further names of a seller, and words that only look like some."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Values = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("text", "seller", "wanted"),
    [
        ("Formerly IvoryKing on AlphaBay", "tuskman", ["IvoryKing"]),
        ("formerly on Hansa as IvoryKing", "tuskman", ["IvoryKing"]),
        ("also known as IvoryKing on Empire Market", "tuskman", ["IvoryKing"]),
        ("TuskMan, aka IvoryKing, ships fast", "tuskman", ["IvoryKing"]),
        ("same vendor as IvoryKing!", "tuskman", ["IvoryKing"]),
        ("I am IvoryKing from Dream Market", "tuskman", ["IvoryKing"]),
        ("find us on Empire as “Ivory King”", "tuskman", ["Ivory King"]),
        ("My old account on Dream was ivoryking77.", "tuskman", ["ivoryking77"]),
        ("ehemals Elfenbein24 auf AlphaBay", "tuskman", ["Elfenbein24"]),
        ("Mimosa aka Purple", "tuskman", []),
        ("24k Gold, also known as Kosher Tangie, is a hybrid", "tuskman", []),
        ("Pure MDA a.k.a. Sass!", "tuskman", []),
        ("FORMER TRUSTED VENDOR FROM WALLSTMARKET!", "tuskman", []),
        ("WE ARE NOW ON AGARTHA", "tuskman", []),
        ("we are the best on Empire", "tuskman", []),
        ("Formerly titled POLICE GUIDE TO LOCK PICKING", "tuskman", []),
        ("formerly tuskman on AlphaBay", "tuskman", []),
        ("Wise Formerly Tranferwise Account", "tuskman", []),
    ],
)
def test_aliases(values: Values, text: str, seller: str, wanted: list[str]) -> None:
    found = [one.removeprefix("alias ") for one in values(text, seller=seller)]
    assert [one for one in found if " " not in one or one == "Ivory King"] == wanted
