"""Commands on sources: what there is, how each fares, and whether its file reads its pages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.common import JsonOption, WorkspaceOption, example, the_workspace
from app.cli.output import rows

group = typer.Typer(no_args_is_help=True, help="The sources this workspace reads.")


def sources_list(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List the sources with their last success, last failure and why."""
    from app.sources import source_rows

    rows(source_rows(the_workspace(workspace)), as_json=as_json)


def sources_show(
    name: Annotated[str, typer.Argument(help="Name of the source.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one source: its file, its settings as read, and its state."""
    from app.sources import source_view

    rows(source_view(the_workspace(workspace), name), as_json=as_json)


def sources_issues(
    name: Annotated[str, typer.Argument(help="Name of the source.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what could not be taken at its word in this source's material."""
    from app.sources import source_issues

    rows(source_issues(the_workspace(workspace), name), as_json=as_json)


def sources_check(
    name: Annotated[str | None, typer.Argument(help="Name of the source; all without.")] = None,
    page: Annotated[
        list[Path] | None, typer.Option("--page", help="A saved page to read with it.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check source files, and read saved pages with one, field by field."""
    from app.sources_check import check_source

    found = list(check_source(the_workspace(workspace), name, page or []))
    rows(found, as_json=as_json)
    if any(row["state"] == "problem" for row in found):
        raise typer.Exit(1)


def add_to(cli: typer.Typer) -> None:
    """Hang these commands on the program."""
    group.command("list", epilog=example("spoor sources list"))(sources_list)
    group.command("show", epilog=example("spoor sources show dream"))(sources_show)
    group.command("issues", epilog=example("spoor sources issues dwdata"))(sources_issues)
    group.command(
        "check",
        epilog=example("spoor sources check", "spoor sources check dream --page saved.html"),
    )(sources_check)
    cli.add_typer(group, name="sources")
