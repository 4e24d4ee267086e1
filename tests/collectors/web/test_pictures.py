"""Pictures of listings: only where source and mandate say so, and only through the gate."""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from collectors.web import CollectReport
from config.settings import Settings, Workspace
from model.evidence import Mandate
from vault.vault import open_vault

from .conftest import Site, results, send, source
from .rooms import Room, Timeline

PAGES = {
    "listing": {
        "kind": "listing",
        "when": {"select": "h1.listing"},
        "id": {"select": "[data-id]", "attribute": "data-id"},
        "fields": {"title": {"select": "h1.listing"}},
        "images": "img.goods",
    },
    "results": {"kind": "results", "when": {"select": "ul.results"}},
}
TITLE = "<title>Bazaar</title>"


@pytest.fixture
def room(workspace: Workspace, settings: Settings, mandate: Mandate) -> Iterator[Room]:
    time = Timeline()
    with open_vault(workspace, clock=time) as vault:
        yield Room(vault, settings, mandate, time)


def picture(seed: int) -> bytes:
    chance, out = random.Random(seed), io.BytesIO()
    image = Image.new("RGB", (96, 96))
    image.putdata([(chance.randrange(256),) * 3 for _ in range(96 * 96)])
    image.resize((320, 240)).save(out, "PNG")
    return out.getvalue()


def market(site: Site) -> None:
    shown = "".join(f"<img class=goods src='/img/{name}'>" for name in ("1.png", "2.png", "x.png"))
    elsewhere = "<img class=goods src='http://cdn.example/3.png'><img src='/img/logo.png'>"
    site.pages = {
        "/": results("/i/1"),
        "/i/1": f"<html>{TITLE}<body data-id=1><h1 class=listing>Item</h1>{shown}{elsewhere}",
        "/img/1.png": lambda request: send(request, picture(1), headers=(("ETag", '"p1"'),)),
        "/img/2.png": lambda request: send(request, picture(2)),
        "/img/x.png": lambda request: send(request, b"\x89PNG\r\n\x1a\nno picture at all"),
    }


def collect(room: Room, site: Site, **more: object) -> CollectReport:
    return room.collect(source(site, pages=PAGES, **more))


@pytest.mark.parametrize(("by_source", "by_mandate"), [(True, False), (False, True)])
def test_no_picture_is_asked_for_where_one_of_them_says_nothing(
    by_source: bool, by_mandate: bool, site: Site, room: Room
) -> None:
    market(site)
    room.grant(media=by_mandate)
    assert collect(room, site, media=by_source).finished
    assert not [path for path in site.asked if "img" in path]


def test_pictures_of_listings_are_hashed_and_sealed(site: Site, room: Room) -> None:
    market(site)
    room.grant(media=True)
    report = collect(room, site, media=True)
    assert (report.finished, report.media, report.pages) == (True, 2, 2)
    assert report.failures == {"media": 1}
    assert "/img/logo.png" not in site.asked
    kept = [c for c in room.vault.captures() if c.reading.get("format") == "media"]
    assert {room.vault.payload(capture) for capture in kept} == {picture(1), picture(2)}
    assert all(capture.reading["pdq"] for capture in kept)
    again = collect(room, site, media=True)
    assert (again.media, again.finished) == (2, True)
    assert list(room.vault.verify()) == []


def test_a_blocked_picture_is_never_written(site: Site, room: Room, tmp_path: Path) -> None:
    market(site)
    room.grant(media=True)
    blocked = tmp_path / "blocked.txt"
    sha256 = hashlib.sha256(picture(2)).hexdigest()
    blocked.write_text(f"sha256:{sha256}\n", "utf-8")
    settings = room.settings.collection.model_copy(update={"blocked_images": str(blocked)})
    room.settings = room.settings.model_copy(update={"collection": settings})
    report = collect(room, site, media=True)
    assert (report.finished, report.media) == (True, 1)
    assert report.failures == {"media": 1, "media-blocked": 1}
    (entry,) = room.custody("media-blocked")
    assert entry["sha256"] == sha256
    assert picture(2) not in [room.vault.payload(capture) for capture in room.vault.captures()]
