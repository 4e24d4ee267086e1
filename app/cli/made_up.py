"""Commands on made-up material: rehearse a world, and the demo that runs the whole line on one."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from app.cli.common import example
from app.cli.output import say

SeedOption = Annotated[int, typer.Option(help="The same seed gives the same world.")]
AccountsOption = Annotated[int, typer.Option(help="How many accounts.", min=10)]
NetworksOption = Annotated[int, typer.Option(help="How many planted networks.", min=0)]


def rehearse(
    out: Annotated[Path, typer.Option(help="Folder for pages, sources and truth.json.")],
    seed: SeedOption = 1,
    accounts: AccountsOption = 300,
    networks: NetworksOption = 6,
    serve: Annotated[bool, typer.Option("--serve", help="Serve it on loopback.")] = False,
    port: Annotated[int, typer.Option(help="Port to serve on.")] = 8765,
) -> None:
    """Make up a world: two markets, classifieds, a forum, and the truth about them."""
    from app.rehearsal import make_world, serve_world, write_world

    world = make_world(seed, accounts, networks)
    write_world(world, out, f"http://127.0.0.1:{port}")
    say(f"{len(world.accounts)} accounts, {len(world.adverts)} adverts; truth in {out}/truth.json")
    if serve:
        with serve_world(out, port) as base:
            say(f"served on {base}; Ctrl-C ends")
            while True:
                time.sleep(3600)


def demo(
    out: Annotated[Path, typer.Option(help="Folder for workspace, tables and charts.")] = Path(
        "demo"
    ),
    seed: SeedOption = 1,
    accounts: AccountsOption = 300,
    networks: NetworksOption = 6,
    tor: Annotated[
        bool | None,
        typer.Option(
            "--tor/--no-tor",
            help="Read the markets through a Tor network of our own; where tor is installed.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Run the whole line on a made-up world: collect, read, link, expose, chart, export."""
    from app.demo import run_demo

    done = run_demo(out, say, seed=seed, accounts=accounts, networks=networks, tor=tor)
    same = done.same_seller
    say(
        f"same seller, against the truth: precision {same.precision:.2f},"
        f" recall {same.recall:.2f} of {same.true} pairs"
    )
    say("Look here:")
    for path in done.files:
        typer.echo(path)
    say(f"More: spoor --workspace {done.workspace.root} networks list")


def add_to(cli: typer.Typer) -> None:
    """Hang these commands on the program."""
    cli.command(epilog=example("spoor rehearse --out world --seed 7 --serve"))(rehearse)
    cli.command(epilog=example("spoor demo", "spoor demo --out /tmp/demo --accounts 1000"))(demo)
