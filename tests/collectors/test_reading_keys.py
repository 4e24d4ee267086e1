"""Keys, onion addresses and wallets of the saved markets come out of their pages."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from pathlib import Path

import pysequoia
import pytest

from collectors.reading import PageReading, page_rows, read_page
from config.sources import Source

BEGIN, END = "-----BEGIN PGP PUBLIC KEY BLOCK-----", "-----END PGP PUBLIC KEY BLOCK-----"


def fingerprints(text: str) -> set[str]:
    """The keys whose armour stands in a text, read by an OpenPGP library."""
    found = set()
    for piece in text.split(BEGIN)[1:]:
        armour = BEGIN + piece.split(END)[0] + END + "\n"
        found.add(pysequoia.Cert.from_bytes(armour.encode()).fingerprint.upper())
    return found


@pytest.mark.parametrize("known", [None, ()], ids=["adapters", "by structure"])
def test_every_key_parses_out_of_the_text(
    shared_data: Path, known: tuple[Source, ...] | None
) -> None:
    folder = shared_data / "darknet/html"
    keys = json.loads((folder / "pgp_keys_in_pages_expected.json").read_text("utf-8"))
    assert len(keys) == 7
    for key in keys:
        reading = read_page((folder / key["page"]).read_bytes(), known=known)
        (record,) = reading.records
        assert record.kind == "profile"
        assert key["fingerprint"] in fingerprints(record.fields["text"])


def everything(reading: PageReading) -> str:
    return json.dumps(list(page_rows(reading)))


@pytest.mark.parametrize("known", [None, ()], ids=["adapters", "by structure"])
def test_every_onion_and_wallet_is_in_what_is_printed(
    shared_data: Path, known: tuple[Source, ...] | None
) -> None:
    folder = shared_data / "darknet/html"
    expected: dict[str, set[str]] = defaultdict(set)
    with (folder / "onions_and_btc_in_pages_expected.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            expected[row["page"]].add(row["value"])
    assert sum(map(len, expected.values())) == 370
    for page, values in expected.items():
        printed = everything(read_page((folder / page).read_bytes(), known=known))
        assert {value for value in values if value not in printed} == set(), page


def test_market_addresses_in_menus_are_no_links_of_the_listing(shared_data: Path) -> None:
    page = shared_data / "darknet/html/dream/listings/listing_1.html"
    reading = read_page(page.read_bytes())
    assert "7ep7acrkunzdcw3l.onion" in reading.hosts
    assert not any(".onion" in link for link in reading.records[0].links)
