"""What every command shares: the workspace option, opening vault and graph, arguments as types."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from config.settings import Workspace, find_workspace
from model.errors import ConfigurationError

WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        "-w",
        help="Folder of the workspace. Else SPOOR_WORKSPACE, else upwards from here.",
        rich_help_panel="Common",
    ),
]
JsonOption = Annotated[
    bool,
    typer.Option("--json", help="Print JSON Lines instead of a table.", rich_help_panel="Common"),
]
TlpOption = Annotated[
    str | None,
    typer.Option(
        "--tlp",
        help="TLP 2.0 marking: CLEAR, GREEN, AMBER, AMBER+STRICT or RED.",
        show_default=False,
    ),
]

TLP = ("CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED")


def the_workspace(given: Path | None) -> Workspace:
    """The workspace a command was told of, before or after its name, or found from here."""
    return find_workspace(given)


def marking(tlp: str | None, workspace: Workspace) -> str:
    """The TLP colour to mark an export with; ConfigurationError for an unknown one."""
    if tlp is None:
        return workspace.settings.evidence.tlp
    colour = tlp.upper().removeprefix("TLP:")
    if colour not in TLP:
        raise ConfigurationError(f"--tlp {tlp}: not a TLP 2.0 colour", remedy=", ".join(TLP))
    return colour


def example(*lines: str) -> str:
    """The epilog every command has: examples that can be pasted."""
    return "Examples:\n\n" + "\n\n".join(f"  $ {line}" for line in lines)
