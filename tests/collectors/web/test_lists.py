"""Rounds over a site that signs its mirrors, and over its clones: real server, real signatures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pysequoia
import pytest
from pysequoia import SignatureMode

from collectors.sessions import SessionCookie
from collectors.sessions.cookies import jar_of
from config.settings import Settings, Workspace
from config.sources import Source
from model.evidence import Mandate
from vault.vault import open_vault

from .conftest import Site, listing, results, send, source
from .rooms import Room, Timeline

SECRET = pysequoia.Tsk.generate("Bazaar <admin@bazaar>")
OTHER = pysequoia.Tsk.generate("Bazaar <other@bazaar>")


@pytest.fixture
def room(workspace: Workspace, settings: Settings, mandate: Mandate) -> Iterator[Room]:
    """A vault at this moment: signatures are made by the clock of the machine."""
    time = Timeline(datetime.now(UTC) + timedelta(minutes=1))
    mandate = replace(mandate, valid_until="9999-01-01T00:00:00Z")
    with open_vault(workspace, clock=time) as vault:
        yield Room(vault, settings, mandate, time)


def signed(*urls: str, by: pysequoia.Tsk = SECRET) -> str:
    text = "Mirrors:\n" + "".join(f"{url}\n" for url in urls)
    return bytes(pysequoia.sign(by.signer(), text.encode(), mode=SignatureMode.CLEAR)).decode()


def market(site: Site, folder: Path, **more: Any) -> Source:
    """A market whose first page leads to one listing, with a list signed by its key."""
    certificate = SECRET.extract_certificate()
    (folder / "bazaar.asc").write_text(str(certificate), encoding="ascii")
    site.pages |= {"/": results("/i/1"), "/i/1": listing(1)}
    wanted = {
        "url": f"{site.url}/mirrors.txt",
        "fingerprint": certificate.fingerprint.upper(),
        "key": str(folder / "bazaar.asc"),
    }
    return source(site, mirror_list=wanted, **more)


def test_an_address_of_a_signed_list_takes_over(site: Site, room: Room, tmp_path: Path) -> None:
    found = market(site, tmp_path)
    other = f"http://localhost:{site.port}/"
    site.pages["/mirrors.txt"] = signed(f"{site.url}/", other)
    site.pages |= {f"/i/{number}": listing(number) for number in range(1, 7)}
    site.pages["/"] = results(*(f"/i/{number}" for number in range(1, 7)))

    def down_after_the_first_page(request: BaseHTTPRequestHandler) -> bool:
        at_first_place = str(request.headers["Host"]).startswith("127.0.0.1")
        request.close_connection = at_first_place and "/" in site.asked
        return request.close_connection

    site.before = down_after_the_first_page
    report = room.collect(found)
    assert report.finished, report
    assert sorted(room.titles()) == [f"Item {number}" for number in range(1, 7)]
    assert report.mirror == other
    (decision,) = room.custody("mirror list read")
    assert decision["accepted"]
    assert decision["added"] == [other]
    listed = [c for c in room.vault.captures() if c.reading["format"] == "mirror-list"]
    assert [capture.sha256 for capture in listed] == [decision["sha256"]]


@pytest.mark.parametrize("change", [("Mirrors", "mirrors"), ("BEGIN PGP SIGNED", "BEGIN")])
def test_a_list_that_is_not_believed_is_told_and_the_known_addresses_are_read(
    site: Site, room: Room, tmp_path: Path, change: tuple[str, str]
) -> None:
    found = market(site, tmp_path)
    other = f"http://localhost:{site.port}/"
    site.pages["/mirrors.txt"] = signed(f"{site.url}/", other).replace(*change)
    site.pages["/"] = results("/i/1", f"{other}i/2")
    report = room.collect(found)
    assert (report.finished, room.titles()) == (True, ["Item 1"])
    assert report.failures["mirror-list"] == 1
    (decision,) = room.custody("mirror list read")
    assert (decision["accepted"], decision["added"]) == (False, [])


def test_a_clone_that_shows_the_markets_real_list(site: Site, room: Room, tmp_path: Path) -> None:
    found = market(site, tmp_path)
    site.pages["/mirrors.txt"] = signed("https://bazaar.example/")
    report = room.collect(found)
    assert (report.failed, report.reason) == (True, "clone")
    assert "does not name 127.0.0.1" in report.sentence
    assert room.titles() == []


def test_a_clone_that_signs_with_a_key_of_its_own(site: Site, room: Room, tmp_path: Path) -> None:
    found = market(site, tmp_path)
    site.pages["/mirrors.txt"] = signed(f"{site.url}/", by=OTHER)
    report = room.collect(found)
    assert report.reason == "clone"
    assert "signed by another key" in report.sentence
    assert room.titles() == []


def test_a_page_with_another_key_in_the_markets_name(
    site: Site, room: Room, tmp_path: Path
) -> None:
    found = market(site, tmp_path)
    site.pages["/mirrors.txt"] = signed(f"{site.url}/")
    site.pages["/"] = results("/key")
    site.pages["/key"] = f"<pre>{OTHER.extract_certificate()}</pre>"
    report = room.collect(found)
    assert report.reason == "clone"
    assert OTHER.extract_certificate().fingerprint.upper() in report.sentence


def test_a_seller_with_a_key_in_the_markets_name_stops_nothing(
    site: Site, room: Room, tmp_path: Path
) -> None:
    found = market(site, tmp_path)
    site.pages["/mirrors.txt"] = signed(f"{site.url}/")
    page = listing(1).replace("</body>", f"<pre>{OTHER.extract_certificate()}</pre></body>")
    site.pages["/i/1"] = page
    report = room.collect(found)
    assert (report.finished, room.titles()) == (True, ["Item 1"])


def test_a_session_is_sent_and_noticed_when_it_is_over(site: Site, room: Room) -> None:
    inside = "<a class='logout' href='/logout'>Leave</a></body>"
    given: list[str] = []

    def home(request: Any) -> None:
        given.append(request.headers.get("Cookie", ""))
        body = results("/i/1")
        send(request, body.replace("</body>", inside) if given[-1] else body)

    site.pages |= {"/": home, "/i/1": listing(1)}
    jar = jar_of([SessionCookie("session", "s3cr3t-VALUE-1f9a", "127.0.0.1")])
    found = source(site, session=[{"select": "a.logout"}])
    report = room.collect(found, cookies=jar)
    assert given == ["session=s3cr3t-VALUE-1f9a"]
    assert report.reason == "session-expired", "the listing shows no sign of the session"
    assert "s3cr3t-VALUE-1f9a" not in str(list(room.vault.custody())) + str(report)
