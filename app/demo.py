"""``spoor demo``: a made-up world served on loopback, and the whole line run over it."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from app.collecting import collect_sources
from app.findings import network_rows
from app.importing import import_material
from app.pipeline import bring_up_to_date
from app.rehearsal import (
    Score,
    World,
    make_world,
    score,
    serve_world,
    truth,
    write_sources,
    write_world,
)
from app.rehearsal.files import CHATS, EXPORTS, watched
from app.rehearsal.private_tor import private_tor, tor_is_installed
from app.workspaces import make_workspace
from collectors.imports.saving import Saving
from config.settings import SETTINGS_FILE, TorSettings, Workspace
from graph.chart import chart
from graph.engine import open_graph
from graph.export import export
from model.clock import Clock, iso, system_clock
from model.errors import ConfigurationError
from model.evidence import Mandate
from model.progress import silent
from vault.vault import Vault, open_vault

Say = Callable[[str], None]
TABLES = ("accounts", "actors", "networks", "listings")
CHARTS = ("svg", "png")


@dataclass(frozen=True, slots=True)
class Demo:
    """Where the results lie, and how near the program came to the truth it was not told."""

    workspace: Workspace
    files: tuple[Path, ...]
    same_seller: Score


def run_demo(
    out: Path,
    say: Say,
    *,
    seed: int,
    accounts: int,
    networks: int,
    tor: bool | None = None,
    clock: Clock = system_clock,
) -> Demo:
    """Make a world, serve it, collect it, and find who is who; an earlier demo is replaced.

    Its two markets are onion services of a Tor network of our own where ``tor`` is true, or is
    not said and tor is installed.
    """
    _make_room(out)
    workspace = make_workspace(out / "workspace", made_up=True)
    world = make_world(seed, accounts, networks)
    write_world(world, out / "world")
    say(f"made-up world {seed}: {len(world.accounts)} accounts, {len(world.adverts)} adverts")
    with (
        serve_world(world) as base,
        _hidden(base, say, tor) as (onion, settings),
        open_vault(workspace) as vault,
    ):
        (workspace.sources / "example.yml").unlink()
        written = write_sources(workspace.sources, base, onion, watched(world))
        names = [path.stem for path in written if path.stem not in CHATS]
        say(f"served on {base}, nowhere else")
        through = replace(
            workspace, settings=workspace.settings.model_copy(update={"tor": settings})
        )
        vault.add_mandate(rehearsal_mandate(clock))
        for outcome in collect_sources(through, vault, names):
            say(outcome.sentence)
        for sentence in _imported(workspace, vault, out / "world" / EXPORTS, clock):
            say(sentence)
        for step in bring_up_to_date(workspace, vault):
            say(step.sentence)
        files = tuple(_results(workspace, vault))
    return Demo(workspace, files, _same_seller(world, workspace))


@contextmanager
def _hidden(base: str, say: Say, wanted: bool | None) -> Iterator[tuple[str, TorSettings]]:
    """An onion service in front of ``base`` and the tor to reach it by; no host without tor."""
    if not (tor_is_installed() if wanted is None else wanted):
        say("the markets are read over plain loopback: " + _why_not(wanted))
        yield "", TorSettings()
        return
    begin = time.monotonic()
    with TemporaryDirectory() as folder, private_tor(Path(folder), say=say) as network:
        onion = network.onion(urlsplit(base).port or 80)
        took = time.monotonic() - begin
        say(f"the markets are read through Tor, a network of our own on loopback ({took:.0f} s)")
        say(f"they stand at http://{onion}")
        yield onion, network.settings


def _why_not(wanted: bool | None) -> str:
    return "asked for with --no-tor" if wanted is False else "tor is not installed"


def _imported(workspace: Workspace, vault: Vault, folder: Path, clock: Clock) -> Iterator[str]:
    """Take in the chats that somebody in the made-up world exported."""
    told = Saving(by="nobody: a rehearsal", at=iso(clock()), how="made up", timezone="UTC")
    for name in CHATS:
        if (folder / name).is_dir():
            done = import_material(
                workspace,
                vault,
                [folder / name],
                name,
                format_=None,
                map_=None,
                saving=told,
                progress=silent,
            )
            yield f"{name}: {done.counts['files']} exports, {done.counts['documents']} documents"


def _make_room(out: Path) -> None:
    """An empty folder for the demo; only what an earlier demo made is removed."""
    if not out.exists() or not any(out.iterdir()):
        return
    settings = out / "workspace" / SETTINGS_FILE
    if not settings.is_file() or 'material = "made-up"' not in settings.read_text("utf-8"):
        raise ConfigurationError(
            f"{out} holds something that is no demo", remedy="name an empty folder with --out"
        )
    shutil.rmtree(out / "workspace")


def rehearsal_mandate(clock: Clock) -> Mandate:
    """A day's leave to read every source of a made-up world."""
    now = clock()
    return Mandate(
        id="m-rehearsal",
        authority="nobody: a rehearsal on made-up material",
        purpose="demonstration",
        sources=("*",),
        valid_from=iso(now - timedelta(seconds=1)),
        valid_until=iso(now + timedelta(days=1)),
    )


def _results(workspace: Workspace, vault: Vault) -> Iterator[Path]:
    """Tables of everything and a chart of the first networks."""
    settings = workspace.settings
    with open_graph(workspace) as graph:
        for what in TABLES:
            for form in ("csv", "jsonl"):
                path = workspace.exports / f"{what}.{form}"
                export(what, form, path, graph=graph, vault=vault, settings=settings)
                yield path
        for number, row in zip(range(1, 4), network_rows(vault), strict=False):
            for form in CHARTS:
                path = workspace.exports / f"network-{number}.{form}"
                chart(graph, row["network"], path, settings=settings)
                yield path


def _same_seller(world: World, workspace: Workspace) -> Score:
    lines = (workspace.exports / "accounts.jsonl").read_text("utf-8").splitlines()
    return score(truth(world), [json.loads(line) for line in lines])
