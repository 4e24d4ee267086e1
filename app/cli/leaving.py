"""Commands whose result leaves the house: chart and export, always graded and marked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.common import TlpOption, WorkspaceOption, example, the_workspace
from app.cli.output import say


def chart(
    target: Annotated[str, typer.Argument(help="A network, actor, account or listing: its uid.")],
    out: Annotated[Path, typer.Option(help="File to write: .svg, .png or .pdf.")],
    tlp: TlpOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Draw the link chart of a network, an actor, an account or a listing."""
    from graph.chart import chart as draw
    from graph.engine import open_graph

    place = the_workspace(workspace)
    with open_graph(place) as graph:
        report = draw(graph, target, out, settings=place.settings, tlp=tlp)
    say(str(report))


def export(
    what: Annotated[
        str, typer.Argument(help="accounts, actors, networks, listings, graph or statements.")
    ],
    out: Annotated[Path, typer.Option(help="File to write.")],
    format_: Annotated[str, typer.Option("--format", help="jsonl, csv or graphml.")] = "jsonl",
    tlp: TlpOption = None,
    redact: Annotated[
        bool, typer.Option("--redact", help="Replace handles and identifiers by digests.")
    ] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Write accounts, actors, networks, listings, the graph or statements to a file."""
    from graph.engine import open_graph
    from graph.export import export as write
    from vault.vault import open_vault

    place = the_workspace(workspace)
    with open_vault(place, write=False) as vault, open_graph(place) as graph:
        report = write(
            what,
            format_,
            out,
            graph=graph,
            vault=vault,
            settings=place.settings,
            tlp=tlp,
            redact=redact,
        )
    say(str(report))


def add_to(cli: typer.Typer) -> None:
    """Hang these commands on the program."""
    cli.command(epilog=example("spoor chart network-1a2b --out network.svg"))(chart)
    cli.command(epilog=example("spoor export accounts --format jsonl --out accounts.jsonl"))(export)
