"""However large a site is, a run over it takes the same memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from collectors.web import CollectReport
from config.settings import Settings, Workspace
from model.evidence import Mandate
from vault.vault import open_vault

from .conftest import Site, listing, send, source
from .rooms import Room, Timeline

PAGES = 900


@pytest.fixture
def room(workspace: Workspace, settings: Settings, mandate: Mandate) -> Iterator[Room]:
    time = Timeline()
    with open_vault(workspace, clock=time) as vault:
        yield Room(vault, settings, mandate, time)


def test_memory_does_not_grow_with_the_site(site: Site, room: Room) -> None:
    def tree(request: BaseHTTPRequestHandler) -> bool:
        if request.path == "/robots.txt":
            return False
        number = int(request.path.rpartition("/")[2] or 0)
        below = [n for n in range(4 * number + 1, 4 * number + 5) if n < PAGES]
        send(request, listing(number, *(f"/i/{n}" for n in below)))
        return True

    site.before = tree
    marks: list[int] = []

    def watch(report: CollectReport) -> None:
        if report.pages >= (len(marks) + 1) * PAGES // 3:
            marks.append(tracemalloc.get_traced_memory()[0])

    tracemalloc.start()
    try:
        report = room.collect(source(site, pace={"concurrency": 4}), progress=watch)
    finally:
        tracemalloc.stop()
    assert (report.finished, report.documents) == (True, PAGES)
    assert len(marks) == 3
    assert marks[2] - marks[0] < 3_000_000, marks
