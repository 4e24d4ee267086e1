"""Mutated real pages and made-up nonsense: a reading or one of our errors, never anything else."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.reading import page_rows, read_page
from collectors.text import words
from config.sources import load_source
from model.errors import SpoorError

PAGES = Path(__file__).parent / "pages"
SOURCES = (None, load_source("dream"), load_source("empire"))


def read_anything(payload: bytes, number: int = 0) -> None:
    """A reading whose rows can be printed, or an error of ours."""
    try:
        reading = read_page(payload, source=SOURCES[number % len(SOURCES)], url="http://x.example/")
    except SpoorError:
        return
    for row in page_rows(reading):
        json.dumps(row).encode("utf-8")


def flipped(page: bytearray, dice: random.Random) -> bytes:
    for _ in range(dice.randint(1, 200)):
        page[dice.randrange(len(page))] = dice.randrange(256)
    return bytes(page)


def cut(page: bytearray, dice: random.Random) -> bytes:
    return bytes(page[: dice.randrange(len(page))])


def repeated(page: bytearray, dice: random.Random) -> bytes:
    start = dice.randrange(len(page))
    piece = page[start : start + dice.randint(1, 300)]
    return bytes(page[:start] + piece * dice.randint(2, 300) + page[start:])


def nested(page: bytearray, dice: random.Random) -> bytes:
    tag = dice.choice(
        [b"<div class=shopItem>", b"<table><tr><td>", b"<b>", b"<a href=/u/x>", b"<li>"]
    )
    at = dice.randrange(len(page))
    return bytes(page[:at] + tag * dice.randint(100, 3_000) + page[at:])


def stuffed(page: bytearray, dice: random.Random) -> bytes:
    at = dice.randrange(len(page))
    return bytes(page[:at] + dice.randbytes(dice.randint(1, 3_000)) + page[at:])


def crossed(page: bytearray, dice: random.Random) -> bytes:
    """Pieces of the page in another order."""
    cuts = sorted(dice.randrange(len(page)) for _ in range(8))
    pieces = [page[a:b] for a, b in zip([0, *cuts], [*cuts, len(page)], strict=True)]
    dice.shuffle(pieces)
    return b"".join(bytes(piece) for piece in pieces)


def without_ends(page: bytearray, dice: random.Random) -> bytes:
    """Some end tags, quotes or angle brackets taken out."""
    victim = dice.choice([b"</", b'"', b">", b"<", b"=", b"\n"])
    return bytes(page).replace(victim, b"", dice.randint(1, 500))


MUTATIONS = (flipped, cut, repeated, nested, stuffed, crossed, without_ends)


@pytest.mark.timeout(240)
def test_210_mutated_real_pages(shared_data: Path) -> None:
    dice = random.Random(20261122)
    files = sorted((shared_data / "darknet/html").rglob("*.html"))
    assert len(files) == 58
    for number in range(210):
        page = bytearray(dice.choice(files).read_bytes())
        mutate = MUTATIONS[number % len(MUTATIONS)]
        read_anything(mutate(page, dice), number)


@pytest.mark.timeout(120)
def test_mutated_hand_made_pages() -> None:
    dice = random.Random(7)
    for file in sorted(PAGES.glob("*.html")):
        for mutate in MUTATIONS:
            read_anything(mutate(bytearray(file.read_bytes()), dice))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=2_000))
def test_random_bytes(payload: bytes) -> None:
    read_anything(payload)


TAGS = st.sampled_from(
    sorted(
        words(
            "div p a span table tr td th li ul h1 form input select option pre textarea dl dt dd "
            "label script style svg math template noscript title meta article section button img b"
        )
    )
)
ATTRIBUTES = st.sampled_from(
    [
        "class=post",
        "class='price'",
        'id="offerDescription"',
        "href=/u/x",
        "href='http://[bad'",
        "href='//a.onion/?member=\ud800'",
        "itemscope itemtype=http://schema.org/Product",
        "itemprop=price content=1,2",
        "type=password",
        "http-equiv=refresh content='0;url=x'",
        "property=og:title content=x",
        "type=application/ld+json",
        "style=display:none",
        "src=data:x",
    ]
)
TEXTS = st.sampled_from(
    [
        "Price:",
        "Vendor: x",
        "$1,2.3.4",
        "฿0.0.1 (€",
        "Member since 2020",
        "-----BEGIN PGP PUBLIC KEY BLOCK-----",
        "captcha",
        "Error 404",
        "3d 99999999999999h",
        "\x00\ufffe\U0010ffff",
        '{"@type":"Product","offers":[[{"price":null}]],"name":{"@value":[]}}',
        '[{"@graph":[{"@type":["ItemList"],"itemListElement":[1,null,{"item":{"@type":"Offer"}}]}]}]',
        "&#xD800;&#x110000;&nbsp",
    ]
)


@settings(max_examples=250, deadline=None)
@given(st.lists(st.one_of(st.tuples(TAGS, st.lists(ATTRIBUTES, max_size=2)), TEXTS), max_size=60))
def test_random_markup(parts: list[tuple[str, list[str]] | str]) -> None:
    page = "".join(
        part if isinstance(part, str) else f"<{part[0]} {' '.join(part[1])}>" for part in parts
    )
    read_anything(page.encode("utf-8", "surrogatepass"))
