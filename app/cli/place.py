"""Commands on the workspace itself: init, doctor, mandates."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from app.cli.common import JsonOption, WorkspaceOption, example, the_workspace
from app.cli.output import rows, say
from config.source_conduct import check_hours
from model.canonical import short_digest
from model.clock import iso, system_clock
from model.errors import ConfigurationError
from model.evidence import Mandate

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
    media: Annotated[
        bool, typer.Option("--media", help="Pictures of listings may be fetched.")
    ] = False,
    ignore_robots: Annotated[
        bool,
        typer.Option("--ignore-robots", help="robots.txt may be left unheeded where a source is."),
    ] = False,
    pages_per_day: Annotated[
        int | None, typer.Option(min=1, help="At most so many pages a day of each source.")
    ] = None,
    quiet_hours: Annotated[
        str, typer.Option(help="HH:MM-HH:MM UTC in which nothing is asked for.")
    ] = "",
    delay_seconds: Annotated[
        float | None, typer.Option(min=0, help="At least so long between requests to a host.")
    ] = None,
    concurrency: Annotated[
        int | None, typer.Option(min=1, help="At most so many requests at the same time.")
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Record a mandate; nothing is collected without one."""
    from vault.vault import open_vault

    begin = iso((since or system_clock()).astimezone())
    end = iso(until.astimezone())
    if end <= begin:
        raise ConfigurationError(f"--until {end} is not after {begin}")
    try:
        check_hours(quiet_hours)
    except ValueError as error:
        raise ConfigurationError(f"--quiet-hours {quiet_hours}: {error}") from error
    named = tuple(sorted(set(source)))
    allowed = [media, ignore_robots, pages_per_day, quiet_hours, delay_seconds, concurrency]
    known = Mandate(
        id="m-" + short_digest([authority, purpose, list(named), begin, end, *allowed])[:8],
        authority=authority,
        purpose=purpose,
        sources=named,
        valid_from=begin,
        valid_until=end,
        legal_basis=legal_basis,
        media=media,
        ignore_robots=ignore_robots,
        pages_per_day=pages_per_day,
        quiet_hours=quiet_hours,
        delay_seconds=delay_seconds,
        concurrency=concurrency,
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
    cli.add_typer(mandate, name="mandate")
