"""The ``spoor`` command: parses, makes one call, sets the exit code."""

from __future__ import annotations

import os
import signal
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from app.cli import asking, evidence, intake, leaving, made_up, place, sources, steps, tor
from app.cli.output import say
from model.errors import SpoorError

cli = typer.Typer(
    name="spoor",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Lawful, read-only collection and network analysis against wildlife trafficking.",
    epilog="Start with 'spoor demo', or 'spoor init DIR' and 'spoor import'.",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"spoor {version('spoor')}")
        raise typer.Exit


@cli.callback()
def common(
    workspace: Annotated[
        Path | None, typer.Option("--workspace", "-w", help="Folder of the workspace.")
    ] = None,
    show_version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Lawful, read-only collection and network analysis against wildlife trafficking."""
    if workspace is not None:
        os.environ["SPOOR_WORKSPACE"] = str(workspace)


for room in (place, sources, tor, intake, steps, asking, leaving, evidence, made_up):
    room.add_to(cli)


def main() -> None:
    """Run the command line: exit 0 done, 1 problems listed, 2 usage, 3 refused or damaged.

    SIGTERM ends a command as Ctrl-C does: in order.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        cli()
    except SpoorError as error:
        say(f"spoor: {error.message}")
        if error.remedy:
            say(f"  → {error.remedy}")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        say("spoor: interrupted; what was acknowledged is kept, run again to go on")
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output has gone (head, a closed pager): that is not our error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
