"""Which words count as found in what goes by."""

from __future__ import annotations

import pytest

from collectors.interfaces.interface import Term
from collectors.watching.words import watch
from config.source_interface import Ask

DID = "did:plc:exampleaaaaaaaaaaaaaaaaa"


def wants(word: str, text: str) -> bool:
    return watch([Term(word)], Ask()).wants([text])


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("tusk", "old TUSK, whole"),
        ("tusk", "two tusks"),
        ("rhino horn", "Rhino   horn\nfor sale"),
        ("elfenbein", "ＥＬＦＥＮＢＥＩＮ"),
        ("象牙", "出售象牙制品"),
        ("งาช้าง", "ขายงาช้างแท้"),
        ("слоновая кость", "СЛОНОВАЯ КОСТЬ"),
        ("sừng tê giác", "bán sừng tê giác!"),
        ("#ivory", "new #ivory"),
        ("horn", "(horn)"),
    ],
)
def test_found(word: str, text: str) -> None:
    assert wants(word, text)


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("horn", "hornbillish"),
        ("horn", "thorn bush"),
        ("owl", "bowl"),
        ("owl", "owls"),  # too short to be taken with an ending
        ("tusk", "a nice day"),
        ("rhino horn", "rhino and horn"),
        ("ivory", ""),
    ],
)
def test_not_found(word: str, text: str) -> None:
    assert not wants(word, text)


def test_what_is_asked_is_watched_for() -> None:
    ask = Ask(tags=("#Ivory",), accounts=(DID, "name.example"))
    found = watch([Term("Rhino  Horn")], ask)
    assert found.words == ("rhino horn", "#ivory")
    assert found.accounts == {DID}, "what goes by names no handles"
    assert not watch([], Ask()).wants(["anything"])
