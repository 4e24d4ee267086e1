"""Interfaces with the network cut, the token revoked, or kill -9 in the middle: nothing is lost.

Each network is read undisturbed first; whatever happens to the next reading of it, at its end it
holds the very same records, as often.
"""

from __future__ import annotations

import json
import os
import random
import socket
import struct
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from app.rehearsal.social import bluesky, mastodon
from app.rehearsal.world import make_world
from collectors.interfaces import interface_of
from collectors.web import CollectReport, collect_source
from config.settings import Settings, Workspace, load_workspace
from config.sources import Source
from model.canonical import Json
from model.evidence import Mandate
from vault.captures import MARKER
from vault.vault import Vault, open_vault

from .conftest import Site, send
from .paged import Network, network_source, put_in, take_out
from .rooms import Timeline

CHILD = Path(__file__).with_name("interface_child.py")
ROOT = Path(__file__).resolve().parents[3]
KILLS = int(os.environ.get("SPOOR_KILLS", "4"))
JSON = (("Content-Type", "application/json"), ("X-Made-Up", MARKER.decode()))
STEPS = ("sealed", "read", "answered", "states", "followed", "handed-out")

Guard = Callable[[BaseHTTPRequestHandler], object]
Found = Counter[tuple[str, str, str]]


@dataclass(slots=True)
class Place:
    """A network on a test site; ``guard`` may answer before it, ``asked`` counts its answers."""

    site: Site
    engine: str
    answer: Callable[[str], Json | None]
    more: Mapping[str, object]
    guard: Guard | None = None
    asked: int = 0

    def before(self, request: BaseHTTPRequestHandler) -> bool:
        if self.guard is not None and self.guard(request):
            return True
        self.asked += 1
        found = self.answer(request.path)
        status = 404 if found is None else 200
        send(request, json.dumps(found), status=status, headers=JSON)
        return True

    def source(self, **more: object) -> Source:
        base = {"engine": self.engine, "start": [f"{self.site.url}/"]}
        return network_source(self.site, **{**base, **self.more, **more})


@cache
def world_of(name: str) -> Mapping[str, Json]:
    world = make_world(seed=3, accounts=120)
    return (mastodon if name == "mastodon" else bluesky).everything(world)


def of_mastodon(path: str) -> Json | None:
    parts = urlsplit(path)
    query = dict(parse_qsl(parts.query)) | {"limit": "5"}
    return mastodon.answer(world_of("mastodon"), parts.path.removeprefix("/api/"), query)


def of_bluesky(path: str) -> Json | None:
    parts = urlsplit(path)
    query = dict(parse_qsl(parts.query)) | {"limit": "5"}
    return bluesky.answer(world_of("bluesky"), parts.path.removeprefix("/xrpc/"), query)


def made_up() -> Callable[[str], Json | None]:
    network = Network()
    network.fill(70, replies=6)
    return network.found


@pytest.fixture(params=["made-up", "mastodon", "bluesky"])
def place(site: Site, request: pytest.FixtureRequest) -> Iterator[Place]:
    put_in()
    everything: Mapping[str, object] = {"ask": {"listings": True, "days": None}}
    match request.param:
        case "mastodon":
            found = Place(site, "mastodon", of_mastodon, everything)
        case "bluesky":
            words = [str(one["record"]["text"]).split()[0] for one in world_of("bluesky")["posts"]]
            common = [word for word, _ in Counter(words).most_common(4)]
            found = Place(site, "bluesky", of_bluesky, {"ask": {"words": common, "days": None}})
        case _:
            start = {"start": [f"{site.url}/api/"]}
            found = Place(site, "oscar", made_up(), start)
    assert interface_of(found.engine) is not None
    site.before = found.before
    yield found
    take_out()


@pytest.fixture
def ready(tmp_path: Path, mandate: Mandate) -> Workspace:
    return made_up_workspace(tmp_path / "ready", mandate)


def made_up_workspace(folder: Path, mandate: Mandate) -> Workspace:
    """One for made-up material, with a mandate in force now and no delay."""
    folder.mkdir()
    text = "[collection]\ndelay_seconds = 0\ntimeout_seconds = 20\n"
    (folder / "spoor.toml").write_text(f'name = "w"\nmaterial = "made-up"\n{text}', "utf-8")
    workspace = load_workspace(folder)
    with open_vault(workspace) as vault:
        vault.add_mandate(replace(mandate, valid_from="2025-01-01T00:00:00Z", valid_until="9999"))
    return workspace


def records(vault: Vault) -> Found:
    return Counter((one.kind, one.platform, one.native_id) for one in vault.documents())


def undisturbed(place: Place, folder: Path, mandate: Mandate, settings: Settings) -> Found:
    """What a reading brings to which nothing happens."""
    with open_vault(made_up_workspace(folder / "calm", mandate)) as vault:
        report = collect_source(vault, place.source(), settings)
        assert report.finished, report.sentence
        assert not report.failures
        assert not report.traps
        found = records(vault)
    assert len(found) > 30
    return found


def saved(source: Source, folder: Path) -> Path:
    file = folder / "source.json"
    file.write_text(source.model_dump_json(by_alias=True, exclude_defaults=True), "utf-8")
    return file


def start(workspace: Workspace, file: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(CHILD), str(workspace.root), str(file), *more],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_killed_at_any_moment_it_reads_on_and_spends_no_unit_twice(
    place: Place, ready: Workspace, tmp_path: Path, mandate: Mandate, settings: Settings
) -> None:
    wanted = undisturbed(place, tmp_path, mandate, settings)
    needed, place.asked = place.asked, 0
    quota = {"quota": {"units": {"search": 10**6, "units": 10**6}}}
    file = saved(place.source(interface=quota, pace={"concurrency": 3}), tmp_path)
    chance, at_once = random.Random(7), max(2, needed // (2 * KILLS))
    for number in range(KILLS):
        more = (
            [f"{STEPS[number % len(STEPS)]}:{chance.randrange(1, at_once)}"] if number % 2 else []
        )
        with start(ready, file, *more) as child:
            assert child.stdout is not None
            told, most = 0, chance.randrange(1, at_once)
            while told < most and child.stdout.read(1) == ".":
                told += 1
            time.sleep(chance.random() * 0.05)
            child.kill()
    with start(ready, file) as child:
        said, _ = child.communicate(timeout=300)
    assert said.endswith("finished\n"), said
    with open_vault(ready) as vault:
        assert records(vault) == wanted
        assert not list(vault.verify())
        ledger = vault.cursor("bazaar", "quota")
        if place.engine == "oscar":
            assert isinstance(ledger, dict)
            assert sum(ledger["used"].values()) >= place.asked
    assert place.asked >= needed


def reset(request: BaseHTTPRequestHandler) -> None:
    """End the connection without a word."""
    linger = struct.pack("ii", 1, 0)
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    request.connection.close()
    request.close_connection = True


class Cut:
    """A network that is cut now and then, for some requests in a row: before or within answers."""

    def __init__(self, place: Place, every: int, chance: random.Random) -> None:
        self.place, self.every, self.chance = place, every, chance
        self.seen, self.down, self.times = 0, 0, 0

    def __call__(self, request: BaseHTTPRequestHandler) -> bool:
        self.seen += 1
        if not self.down and self.seen % self.every == 0:
            self.down = self.chance.randrange(6, 12)
            self.times += 1
        if not self.down:
            return False
        self.down -= 1
        if self.chance.random() < 0.6:
            body = json.dumps(self.place.answer(request.path)).encode()
            request.send_response(200)
            for name, value in JSON:
                request.send_header(name, value)
            request.send_header("Content-Length", str(len(body)))
            request.end_headers()
            request.wfile.write(body[: len(body) // 2])
            request.wfile.flush()
        reset(request)
        return True


def test_cut_off_in_the_middle_it_says_so_and_loses_nothing(
    place: Place, ready: Workspace, tmp_path: Path, mandate: Mandate, settings: Settings
) -> None:
    wanted = undisturbed(place, tmp_path, mandate, settings)
    place.guard = cut = Cut(place, max(9, place.asked // 4), random.Random(11))
    source = place.source(pace={"concurrency": 2})
    told, left, clock = Counter[str](), 60, Timeline()
    with open_vault(ready) as vault:
        while left and not (report := collect(vault, source, settings, clock)).finished:
            told[report.reason] += 1
            left -= 1
        assert report.finished, report.sentence
        assert report.round_counts.keys() <= {"read", "unchanged", "suspect"}
        assert records(vault) == wanted
    assert cut.times >= 3
    assert told.keys() <= {"broken-off", "rate-limit"}
    assert told["broken-off"] >= 1


def collect(vault: Vault, source: Source, settings: Settings, time: Timeline) -> CollectReport:
    return collect_source(vault, source, settings, clock=time, pause=time.pause)


@dataclass(slots=True)
class Token:
    """What stands for the keys of a source."""

    value: str

    def through(self, ask: object) -> None:
        """It does not log in."""

    def headers(self, url: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.value}"}

    def renew(self, told: object, shown: object) -> bool:
        return False

    def redact(self, data: bytes) -> tuple[bytes, int]:
        return data.replace(self.value.encode(), b"[redacted]"), data.count(self.value.encode())


def test_a_token_revoked_in_the_middle_is_told_and_the_next_one_reads_on(
    place: Place, ready: Workspace, tmp_path: Path, mandate: Mandate, settings: Settings
) -> None:
    wanted = undisturbed(place, tmp_path, mandate, settings)
    half, place.asked, good = place.asked // 2, 0, {"old-token-1"}

    def guard(request: BaseHTTPRequestHandler) -> bool:
        if place.asked == half:
            good.discard("old-token-1")
        if request.headers.get("Authorization", "").removeprefix("Bearer ") in good:
            return False
        said = {"error": "The access token was revoked", "message": "token"}
        send(request, json.dumps(said), status=401, headers=JSON)
        return True

    place.guard = guard
    source = place.source()
    with open_vault(ready) as vault:
        report = collect_source(vault, source, settings, access=Token("old-token-1"))
        assert (report.reason, report.failed) == ("token-refused", True)
        assert not report.finished
        good.add("new-token-2")
        report = collect_source(vault, source, settings, access=Token("new-token-2"))
        assert report.finished
        assert not report.failures
        assert records(vault) == wanted
