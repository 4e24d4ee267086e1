"""OpenPGP keys: whole, damaged, several, and fingerprints written out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from model.facts import Observation

Read = Callable[..., list[Observation]]


def keys(read: Read, text: str) -> list[Observation]:
    return [one for one in read(text) if one.kind == "pgp_key"]


def armoured(shared_data: Path) -> list[tuple[dict[str, object], str]]:
    folder = shared_data / "vectors/pgp"
    expected = json.loads((folder / "expected.json").read_text())
    return [(one, (folder / one["file"]).read_text("latin-1")) for one in expected]


def collapsed(text: str) -> str:
    return " ".join(text.split())


def joined(text: str) -> str:
    """All lines of the data without any break, as some pages leave them."""
    head, _, rest = text.partition("KEY BLOCK-----")
    body, _, tail = rest.partition("-----END")
    lines = [line for line in body.splitlines() if line and ":" not in line]
    return f"{head}KEY BLOCK-----\n\n{''.join(lines)}\n-----END{tail}"


def indented(text: str) -> str:
    return "".join(f"   \t{line}\r\n" for line in text.splitlines())


@pytest.mark.parametrize("damage", [str, collapsed, joined, indented])
def test_keys_of_the_vectors(read: Read, shared_data: Path, damage: Callable[[str], str]) -> None:
    for expected, text in armoured(shared_data):
        found = keys(read, "my key:\n" + damage(text))
        assert found, expected["file"]
        assert found[0].value == expected["fingerprint"]
        assert found[0].attributes["key_id"] == expected["key_id"]
        names = [name for one in found for name in one.attributes["user_ids"]]
        assert names == expected["user_ids"]
        assert found[0].attributes["created"].startswith("20")


def test_keys_of_market_pages(read: Read, shared_data: Path) -> None:
    folder = shared_data / "darknet/html"
    pages = json.loads((folder / "pgp_keys_in_pages_expected.json").read_text())
    assert len(pages) >= 7
    for page in pages:
        found = keys(read, (folder / page["page"]).read_text("utf-8", errors="replace"))
        assert page["fingerprint"] in [one.value for one in found], page["page"]


def test_a_key_with_a_wrong_checksum_is_none(read: Read, shared_data: Path) -> None:
    for _, text in armoured(shared_data)[:2]:
        line = text.splitlines()[6]
        swapped = ("B" if line[10] == "A" else "A") + line[11:]
        assert keys(read, text.replace(line, line[:10] + swapped)) == []


FINGERPRINT = "A3B3D2911307854FF9F1EF26023A978295E3F02E"
BEGIN, END = (f"-----{edge} PGP PUBLIC KEY BLOCK-----" for edge in ("BEGIN", "END"))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("PGP fingerprint: a3b3d2911307854ff9f1ef26023a978295e3f02e", [FINGERPRINT]),
        ("GPG: A3B3 D291 1307 854F F9F1  EF26 023A 9782 95E3 F02E", [FINGERPRINT]),
        ("commit a3b3d2911307854ff9f1ef26023a978295e3f02e", []),
        ("PGP a3b3d2911307854ff9f1ef26023a978295e3f02e00", []),
        (f"{BEGIN} nothing {END}", []),
        (f"{BEGIN}\n" * 50, []),
        (f"{BEGIN}\nmQENB mQENB mQENB\n{END}", []),
    ],
)  # fmt: skip
def test_fingerprints_and_nonsense(read: Read, text: str, values: list[str]) -> None:
    assert [one.value for one in keys(read, text)] == values


def test_nothing_is_read_inside_messages(read: Read) -> None:
    text = (
        "-----BEGIN PGP MESSAGE-----\nwickr: insideman\ncall +12817839236\n"
        "-----END PGP MESSAGE-----\nwickr: outsideman"
    )
    assert [one.value for one in read(text)] == ["wickr:outsideman"]
