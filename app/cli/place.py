"""Commands on the workspace itself: init, doctor, sources, mandates."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from app.cli.common import JsonOption, WorkspaceOption, example, the_workspace
from app.cli.output import rows, say
from model.canonical import short_digest
from model.clock import iso, system_clock
from model.errors import ConfigurationError
from model.evidence import Mandate

sources = typer.Typer(no_args_is_help=True, help="The sources this workspace reads.")
mandate = typer.Typer(
    no_args_is_help=True, help="Who authorised what, for what purpose, from when until when."
)


def init(
    directory: Annotated[Path, typer.Argument(help="Where the workspace is made.")] = Path(),
) -> None:
    """Make a workspace, with commented settings and one example source."""
    from app.workspaces import make_workspace

    made = make_workspace(directory)
    say(f"workspace made in {made.root}; next: spoor import, or spoor mandate add")


def doctor(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Check workspace, sources, mandates, Tor, graph, disk and clock; say what to do."""
    from app.doctor import examine

    checks = list(examine(the_workspace(workspace)))
    rows((asdict(check) for check in checks), as_json=as_json)
    if any(check.state == "problem" for check in checks):
        raise typer.Exit(1)


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
    from app.sources import check_source

    found = list(check_source(the_workspace(workspace), name, page or []))
    rows(found, as_json=as_json)
    if any(row["state"] == "problem" for row in found):
        raise typer.Exit(1)


def mandate_add(
    authority: Annotated[str, typer.Option(help="Who authorises: person and office.")],
    purpose: Annotated[str, typer.Option(help="What for.")],
    until: Annotated[datetime, typer.Option(help="First day on which it is no longer in force.")],
    source: Annotated[
        list[str], typer.Option(help="Source it covers; repeat it, or '*' for every source.")
    ],
    since: Annotated[
        datetime | None, typer.Option("--from", help="From when; now without.")
    ] = None,
    legal_basis: Annotated[str, typer.Option(help="The law or decision it rests on.")] = "",
    workspace: WorkspaceOption = None,
) -> None:
    """Record a mandate; nothing is collected without one."""
    from vault.vault import open_vault

    begin = iso((since or system_clock()).astimezone())
    end = iso(until.astimezone())
    if end <= begin:
        raise ConfigurationError(f"--until {end} is not after {begin}")
    named = tuple(sorted(set(source)))
    known = Mandate(
        id="m-" + short_digest([authority, purpose, list(named), begin, end])[:8],
        authority=authority,
        purpose=purpose,
        sources=named,
        valid_from=begin,
        valid_until=end,
        legal_basis=legal_basis,
    )
    with open_vault(the_workspace(workspace)) as vault:
        vault.add_mandate(known)
    typer.echo(known.id)


def mandate_list(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List the mandates, past ones too."""
    from vault.vault import open_vault

    with open_vault(the_workspace(workspace), write=False) as vault:
        rows((asdict(known) for known in vault.mandates()), as_json=as_json)


def mandate_end(
    mandate_id: Annotated[str, typer.Argument(help="Id of the mandate.")],
    why: Annotated[str, typer.Option(help="Why it ends early.")],
    workspace: WorkspaceOption = None,
) -> None:
    """End a mandate now; what was collected under it stays."""
    from vault.vault import open_vault

    with open_vault(the_workspace(workspace)) as vault:
        vault.end_mandate(mandate_id, why)
    say(f"mandate {mandate_id} ended")


def add_to(cli: typer.Typer) -> None:
    """Hang these commands on the program."""
    cli.command(epilog=example("spoor init wildlife"))(init)
    cli.command(epilog=example("spoor doctor", "spoor doctor --json"))(doctor)
    sources.command("list", epilog=example("spoor sources list"))(sources_list)
    sources.command("show", epilog=example("spoor sources show dream"))(sources_show)
    sources.command("issues", epilog=example("spoor sources issues dwdata"))(sources_issues)
    sources.command(
        "check",
        epilog=example("spoor sources check", "spoor sources check dream --page saved.html"),
    )(sources_check)
    mandate.command(
        "add",
        epilog=example(
            "spoor mandate add --authority 'Prosecutor 12/2026' --purpose 'ivory survey' "
            "--source dream --until 2027-01-01"
        ),
    )(mandate_add)
    mandate.command("list", epilog=example("spoor mandate list"))(mandate_list)
    mandate.command("end", epilog=example("spoor mandate end m-1a2b3c4d --why 'case closed'"))(
        mandate_end
    )
    cli.add_typer(sources, name="sources")
    cli.add_typer(mandate, name="mandate")
