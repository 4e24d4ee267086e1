"""Commands on Tor: is it there, fresh circuits, which circuits there are."""

from __future__ import annotations

from dataclasses import asdict

import typer

from app.cli.common import JsonOption, WorkspaceOption, example, the_workspace
from app.cli.output import rows, say

group = typer.Typer(no_args_is_help=True, help="The tor that onion sources are read through.")


def tor_status_(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Say whether the tor of the settings is connected, and if not, why and what to do."""
    from collectors.tor import tor_status

    status = tor_status(the_workspace(workspace).settings.tor)
    rows([asdict(status)], as_json=as_json)
    if not status.ready:
        say(f"{status.sentence}; {status.remedy}" if status.remedy else status.sentence)
        raise typer.Exit(1)


def tor_identity(workspace: WorkspaceOption = None) -> None:
    """Ask tor for fresh circuits; what is read from then on takes new ways."""
    from collectors.tor import new_identity

    wait = new_identity(the_workspace(workspace).settings.tor)
    say("new circuits from now on" if not wait else f"new circuits in {wait:.0f} s")


def tor_circuits(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List the circuits there are: which source each serves, and over which relays."""
    from collectors.tor import circuits

    found = circuits(the_workspace(workspace).settings.tor)
    rows((asdict(circuit) for circuit in found), as_json=as_json)


def add_to(cli: typer.Typer) -> None:
    """Hang these commands on the program."""
    group.command("status", epilog=example("spoor tor status"))(tor_status_)
    group.command("identity", epilog=example("spoor tor identity"))(tor_identity)
    group.command("circuits", epilog=example("spoor tor circuits"))(tor_circuits)
    cli.add_typer(group, name="tor")
