"""What every command shares: the workspace option, opening vault and graph, arguments as types."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from config.settings import Workspace, find_workspace

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


def the_workspace(given: Path | None) -> Workspace:
    """The workspace a command was told of, before or after its name, or found from here."""
    return find_workspace(given)


def example(*lines: str) -> str:
    """The epilog every command has: examples that can be pasted."""
    return "Examples:\n\n" + "\n\n".join(f"  $ {line}" for line in lines)
