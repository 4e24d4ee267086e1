"""Every page is stamped, says what the truth says, and is served on loopback only."""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from html import escape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser

from app.rehearsal import STAMP, World, make_world, serve_world, truth, write_world
from app.rehearsal.files import NETWORKS
from app.rehearsal.nouns import EVERYWHERE, PLATFORMS
from app.rehearsal.pages import world_pages
from config.sources import load_source
from model.errors import PolicyRefusal
from vault.captures import MARKER


@pytest.fixture(scope="module")
def pages(world: World) -> dict[str, bytes]:
    return dict(world_pages(world))


def test_every_page_carries_the_stamp_of_made_up_material(pages: dict[str, bytes]) -> None:
    assert STAMP.encode() == MARKER
    assert [path for path, content in pages.items() if MARKER not in content] == []


def test_no_link_leads_nowhere_or_out(pages: dict[str, bytes]) -> None:
    served = {path.removesuffix("index.html") for path in pages} | set(pages)
    for path, content in pages.items():
        if not path.endswith(".html"):
            continue
        for node in LexborHTMLParser(content).css("a[href]"):
            target = urljoin(f"http://here/{path}", node.attributes["href"] or "")
            assert urlsplit(target).netloc == "here"
            assert urlsplit(target).path.lstrip("/") in served


def test_every_listing_page_shows_its_title_seller_and_price(
    world: World, pages: dict[str, bytes]
) -> None:
    for advert in (item for item in world.adverts if item.platform in PLATFORMS):
        fitting = [path for path in pages if advert.listing_id in path]
        assert len(fitting) == 1
        content = pages[fitting[0]].decode()
        for said in (advert.title, advert.seller, advert.written):
            assert escape(said) in content


def test_every_shown_contact_and_key_stands_on_the_profile(
    world: World, pages: dict[str, bytes]
) -> None:
    for account in (item for item in world.accounts if item.platform in PLATFORMS):
        fitting = [
            content
            for path, content in pages.items()
            if f"/{account.native_id}" in path and path.startswith(f"{account.platform}/")
        ]
        assert fitting
        shown = "".join(content.decode() for content in fitting)
        for contact in account.shown:
            assert escape(contact.written) in shown
        if account.key:
            assert account.key.armoured in shown


def test_what_is_written_is_what_is_true(world: World, tmp_path: Path) -> None:
    out = write_world(world, tmp_path / "world", base="http://127.0.0.1:4711")
    told = json.loads((out / "truth.json").read_text("utf-8"))
    assert told == truth(world)
    assert {"seed", "accounts", "listings", "hubs", "noise"} < set(told)
    assert set(told["accounts"][0]) == {"platform", "handle", "actor", "network"}
    assert set(told["listings"][0]) == {
        "platform", "listing_id", "taxon", "product", "price", "currency", "relevant"
    }  # fmt: skip
    assert told["made_up"] == STAMP
    assert STAMP in (out / "README.md").read_text("utf-8")
    pages = {
        str(file.relative_to(out / "pages")): file.read_bytes()
        for file in (out / "pages").rglob("*")
        if file.is_file()
    }
    assert pages == dict(world_pages(world))


def test_source_files_are_valid_and_start_where_the_world_is_served(
    world: World, tmp_path: Path
) -> None:
    out = write_world(world, tmp_path, base="http://127.0.0.1:4711")
    sources = [load_source(file) for file in sorted((out / "sources").glob("*.yml"))]
    assert {source.name for source in sources} == set(EVERYWHERE)
    for source in sources:
        site = (f"http://127.0.0.1:4711/{source.name}/",)
        network = ("http://127.0.0.1:4711",) if source.name in NETWORKS else ()
        assert source.start == (site if source.name in PLATFORMS else network)
        assert source.filed_under == source.name


def test_a_smaller_world_replaces_a_larger_one(world: World, tmp_path: Path) -> None:
    write_world(world, tmp_path)
    small = make_world(seed=1, accounts=5, networks=0)
    write_world(small, tmp_path)
    written = {str(file.relative_to(tmp_path / "pages")) for file in tmp_path.rglob("*.html")}
    assert written == {path for path, _ in world_pages(small) if path.endswith(".html")}


def test_a_folder_with_something_else_in_it_is_left_alone(world: World, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("evidence", encoding="utf-8")
    with pytest.raises(PolicyRefusal, match="not a made-up world"):
        write_world(world, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["README.md"]


def _get(url: str) -> tuple[int, bytes, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read(), answer.headers["Content-Type"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(), error.headers["Content-Type"]


@pytest.mark.parametrize("from_folder", [False, True])
def test_a_world_is_served_as_it_is(
    world: World, pages: dict[str, bytes], tmp_path: Path, *, from_folder: bool
) -> None:
    served = write_world(world, tmp_path / "world") if from_folder else world
    with serve_world(served) as base:
        for path in list(pages)[::40]:
            status, content, kind = _get(f"{base}/{path}")
            assert (status, content) == (200, pages[path])
            assert kind.endswith("charset=utf-8")
        assert _get(f"{base}/meridian/")[1] == pages["meridian/index.html"]
        status, content, _ = _get(f"{base}/nightjar/listing/0.html")
        assert status == 404
        assert MARKER in content


def test_nothing_outside_the_folder_is_served(world: World, tmp_path: Path) -> None:
    out = write_world(world, tmp_path / "world")
    with serve_world(out) as base:
        for path in (
            "../truth.json",
            "%2e%2e/truth.json",
            "..%2ftruth.json",
            "//etc/passwd",
            "%00",
        ):
            assert _get(f"{base}/{path}")[0] == 404


def test_the_server_listens_on_loopback_only_and_ends_with_the_block(world: World) -> None:
    with serve_world(world) as base:
        port = urlsplit(base).port or 0
        assert urlsplit(base).hostname == "127.0.0.1"
        elsewhere = socket.socket()
        with elsewhere:
            # 127.0.0.2 reaches a server that listens on every address, not one on 127.0.0.1.
            assert elsewhere.connect_ex(("127.0.0.2", port)) != 0
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
