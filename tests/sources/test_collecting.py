"""What every source does when it is collected: obeys its mandate, seals first, resumes, tells."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.rehearsal.sites.html import STAMP
from collectors.reading import read_page
from collectors.web import CollectReport, collect_source
from config.settings import Settings, Workspace, load_workspace
from config.sources import Source
from model.clock import Clock, iso
from model.errors import PolicyRefusal
from model.evidence import Mandate
from vault.frontier import Address
from vault.vault import Vault, open_vault

from .conftest import REHEARSAL, Served, Shelf

UNREADABLE = b'{"version": "https://jsonfeed.org/version/1.1", "title": "%s", "items": ['
"""A feed that breaks off: the bytes are let in, and nothing can be read from them."""


def here(source: Source, addresses: list[str], **more: object) -> Source:
    """The source as it is, but at other addresses, without waiting."""
    pace = source.pace.model_copy(
        update={"delay_seconds": 0.0, "quiet_hours": "", "pages_per_run": None, **more}
    )
    moved = {
        "start": tuple(addresses),
        "mirrors": (),
        "mirror_list": None,
        "route": "clear",
        "allow_private": True,
        "session": (),
        "pace": pace,
    }
    return source.model_copy(update=moved)


@dataclass(frozen=True, slots=True)
class Room:
    """A source, the addresses at which its saved pages are served, and how it is collected."""

    source: Source
    material: str
    addresses: list[str]
    served: Served
    settings: Settings
    clock: Clock

    def workspace(self, folder: Path) -> Workspace:
        """A workspace for material of the source's kind: made up or real, never both."""
        folder.mkdir(exist_ok=True)
        (folder / "spoor.toml").write_text(f'material = "{self.material}"\n', encoding="utf-8")
        return load_workspace(folder)

    def collect(self, vault: Vault, *more: str, pages: int | None = None) -> CollectReport:
        moved = here(self.source, [*self.addresses, *more], pages_per_run=pages)
        if self.source.is_interface:
            moved = self._at_the_interface(vault, moved, [*self.addresses, *more])
        return collect_source(vault, moved, self.settings, clock=self.clock, pause=lambda _: None)

    def _at_the_interface(self, vault: Vault, source: Source, addresses: list[str]) -> Source:
        """An interface begins with what its file asks: here also with the answers saved of it."""
        frontier = vault.frontier(source.name)
        if frontier.round is None and vault.mandate_for(source.name):
            with vault.batch():
                frontier.begin("m1", iso(self.clock()))
                frontier.add(Address(url, why="start") for url in addresses)
        ask = source.ask.model_copy(update={"days": None, "plan": None, "watch": False})
        return source.model_copy(update={"start": (self.served.base,), "ask": ask})


@pytest.fixture
def room(asked: str, shelf: Shelf, served: Served, settings: Settings, clock: Clock) -> Room:
    """The source's saved pages with content on loopback; skips where it has none with addresses."""
    source = shelf.source(asked)
    addresses = [
        served.add(page)
        for page in shelf.pages(asked)
        if page.url and read_page(page.payload, source=source, url=page.url).is_content
    ]
    if not addresses:
        pytest.skip("no saved page with its address: put some beside the file, with expected.yml")
    made_up = asked.startswith(REHEARSAL)
    material, served.stamp = ("made-up", STAMP.encode()) if made_up else ("real", b"")
    return Room(source, material, addresses, served, settings, clock)


def mandate(source: Source) -> Mandate:
    return Mandate(
        id="m1",
        authority="Test",
        purpose="test",
        sources=(source.name,),
        valid_from="2025-01-01T00:00:00Z",
        valid_until="2027-01-01T00:00:00Z",
    )


def pages(vault: Vault) -> Counter[str]:
    return Counter(
        capture.url for capture in vault.captures() if not capture.url.endswith("/robots.txt")
    )


def records(vault: Vault) -> set[tuple[str, str, str, str]]:
    return {
        (document.kind, document.native_id, document.locator, repr(sorted(document.fields.items())))
        for document in vault.documents()
    }


def test_refused_without_a_mandate(room: Room, tmp_path: Path) -> None:
    with open_vault(room.workspace(tmp_path), clock=room.clock) as vault:
        with pytest.raises(PolicyRefusal, match="no mandate"):
            room.collect(vault)
        assert room.served.asked == []
        assert list(vault.captures()) == []
        assert [entry.action for entry in vault.custody()].count("refused") == 1


def test_seals_before_reading(room: Room, tmp_path: Path) -> None:
    """Every answer lies in the vault byte for byte, the one that can not be read as well."""
    room.served.pages["/unreadable"] = UNREADABLE % room.served.stamp
    with open_vault(room.workspace(tmp_path), clock=room.clock) as vault:
        vault.add_mandate(mandate(room.source))
        room.collect(vault, f"{room.served.base}/unreadable")
        sealed = {capture.url: vault.payload(capture) for capture in vault.captures()}
        for path, content in room.served.pages.items():
            assert sealed[f"{room.served.base}{path}"] == content
        captures = {capture.sha256 for capture in vault.captures()}
        assert {document.capture_sha256 for document in vault.documents()} <= captures
        assert records(vault)
        assert all(capture.mandate == "m1" for capture in vault.captures())


def test_resumes_where_it_stopped(room: Room, tmp_path: Path) -> None:
    """A few pages a run, until the end: the same records as in one go, and no page twice."""
    read = []
    for name, most in (("whole", None), ("bit by bit", 3)):
        with open_vault(room.workspace(tmp_path / name), clock=room.clock) as vault:
            vault.add_mandate(mandate(room.source))
            for _ in range(200):
                report = room.collect(vault, pages=most)
                if report.finished:
                    break
            assert report.finished, report
            assert max(pages(vault).values()) == 1
            read.append(records(vault))
    assert read[0] == read[1]
