"""The worked example of CONTRIBUTING is a source file that reads pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.rehearsal import make_world
from app.rehearsal.pages import world_pages
from collectors.reading import read_page
from config.sources import Source, load_source


@pytest.fixture(scope="module")
def example(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Source:
    text = (root / "CONTRIBUTING.md").read_text("utf-8")
    blocks = re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 1
    file = tmp_path_factory.mktemp("sources") / "flohkiste.yml"
    file.write_text(blocks[0], encoding="utf-8")
    return load_source(file)


def test_the_example_reads_listings_and_results(example: Source) -> None:
    world = make_world(seed=4, accounts=20, networks=0)
    pages = {path: content for path, content in world_pages(world) if path.startswith("flohkiste/")}
    adverts = {item.listing_id: item for item in world.adverts if item.platform == "flohkiste"}
    assert adverts
    for path, content in pages.items():
        reading = read_page(content, source=example, url=f"https://www.example.org/{path}")
        if "/anzeige/" in path:
            (record,) = reading.records
            assert reading.kind == "listing"
            assert record.fields["title"] == adverts[record.native_id].title
            assert reading.issues == ()
        elif "/suche/" in path:
            assert reading.pages == 1
            assert {record.native_id for record in reading.records} == set(adverts)
        elif path.endswith(("anmelden.html", "fehler.html")):
            assert not reading.is_content
