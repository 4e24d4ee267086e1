"""``spoor sources check``: examples, whole folders, and a few pages live, under a mandate only."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from app.sources_check import _live, check_live, check_source
from config.settings import Workspace
from config.sources import Source
from model.canonical import Json
from model.errors import ConfigurationError, PolicyRefusal
from model.evidence import Mandate
from vault.vault import Sealing, open_vault

ROW = '<div class="c"><h3><a href="/ad/{n}5555">Thing {n}</a></h3><p>{n} EUR</p></div>'


@pytest.fixture
def shop() -> Iterator[str]:
    """A site of one result page with nine adverts."""

    class Request(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            rows = "".join(ROW.format(n=n) for n in range(1, 10)) if self.path == "/" else ""
            found = self.path == "/" or self.path.startswith("/ad/")
            body = f"<h1>Things</h1>{rows or '<p>Price: 5 EUR</p><p>Seller: bob</p>'}".encode()
            self.send_response(200 if found else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Request) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture
def attic(workspace: Workspace, shop: str) -> str:
    (workspace.sources / "attic.yml").write_text(
        f'name: attic\nroute: clear\nstart: ["{shop}"]\nallow_private: true\n'
        "pace: {delay_seconds: 0}\n",
        encoding="utf-8",
    )
    return "attic"


def states(rows: list[dict[str, Any]]) -> set[str]:
    return {row["state"] for row in rows}


@pytest.mark.parametrize("name", ["market", "forum", "classifieds", "shop", "feed"])
def test_examples_can_be_named(workspace: Workspace, name: str) -> None:
    rows = list(check_source(workspace, name, []))
    assert rows[0]["where"] == f"{name}.yml"
    assert {"ok", "read"} <= states(rows)
    assert "problem" not in states(rows)


def test_without_a_name_everything_is_checked_and_only_the_result_told(
    workspace: Workspace, attic: str
) -> None:
    (workspace.sources / "broken.yml").write_text("name: borken\n", encoding="utf-8")
    rows = list(check_source(workspace, None, []))
    files = {row["where"]: row["state"] for row in rows if row["what"] == "source file"}
    assert files["broken.yml"] == "problem"
    assert {"attic.yml", "dream.yml", "market.yml"} <= {*files}
    assert {"ok", "problem"} <= states(rows) <= {"ok", "problem", "warning", "note"}
    assert attic


def test_an_example_is_never_collected(workspace: Workspace) -> None:
    with pytest.raises(ConfigurationError, match="no source 'market'"):
        list(check_live(workspace, "market"))


def test_live_needs_a_mandate(workspace: Workspace, attic: str) -> None:
    with pytest.raises(PolicyRefusal, match="no mandate"):
        list(check_live(workspace, attic))


def test_live_seals_a_few_pages_and_tells_what_was_read(workspace: Workspace, attic: str) -> None:
    mandate = Mandate("m1", "T", "t", ("attic",), "2025-01-01T00:00:00Z", "2099-01-01T00:00:00Z")
    with open_vault(workspace) as vault:
        vault.add_mandate(mandate)
    rows = list(check_live(workspace, attic))
    assert [row["says"] for row in rows if row["what"] == "title"][:2] == ["Thing 1", "Thing 2"]
    with open_vault(workspace, write=False) as vault:
        pages = [each for each in vault.captures() if each.reading.get("format") != "robots"]
    assert len(pages) == 3
    again = list(check_live(workspace, attic))
    assert not {row["where"] for row in again} & {page.url for page in pages}


def test_what_is_no_page_is_told_by_its_records(workspace: Workspace) -> None:
    rows = "".join(
        json.dumps({"platform": "x", "listing_id": str(n), "text": f"Thing {n}"}) + "\n"
        for n in range(30)
    )
    reading: dict[str, Json] = {"format": "listings", "name": "a.jsonl", "table": "json"}
    sealing = Sealing(
        "attic", "tg:history", rows.encode(), "2026-01-02T03:04:05Z", "t/1", reading=reading
    )
    with open_vault(workspace) as vault:
        capture = vault.seal(sealing).capture
        told = list(_live(Source(name="attic"), capture, vault.payload(capture)))
    read = [row["says"] for row in told if row["state"] == "read"]
    assert read == [f"Thing {n}" for n in range(20)]
    assert [row["says"] for row in told if row["what"] == "answer"] == ["30 listing"]
