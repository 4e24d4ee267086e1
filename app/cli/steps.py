"""Commands that bring the workspace up to date: run, enrich, load, resolve, networks, schedule."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.common import JsonOption, WorkspaceOption, example, the_workspace
from app.cli.output import json_line, progress, rows, say

if TYPE_CHECKING:
    from app import pipeline

RebuildOption = Annotated[bool, typer.Option("--rebuild", help="Do it afresh.")]

networks = typer.Typer(help="Exposed networks: find them, list them, show one.")
schedule = typer.Typer(no_args_is_help=True, help="Due jobs, for as long as it runs.")


def _show(steps: Iterable[pipeline.Step], *, as_json: bool) -> None:
    """Say each step as it ends."""
    for step in steps:
        if as_json:
            json_line(
                {"step": step.name, "seconds": step.seconds, "peak_mb": step.peak_mb, **step.did}
            )
        else:
            say(step.sentence)


def run(
    no_collect: Annotated[
        bool, typer.Option("--no-collect", help="Only what is in the vault already.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring everything up to date: collect, enrich, load, resolve, networks."""
    from app import pipeline
    from app.collecting import collect_sources
    from vault.vault import open_vault

    place = the_workspace(workspace)
    failed = False
    with open_vault(place) as vault:
        for repair in vault.repairs:
            say(repair)
        if not no_collect:
            reports = collect_sources(place, vault, [], progress=progress(), say=say)
            for report in reports:
                say(report.sentence)
            failed = any(report.failed or report.refused for report in reports)
        _show(pipeline.bring_up_to_date(place, vault, progress=progress()), as_json=as_json)
    if failed:
        raise typer.Exit(1)


def enrich(
    rebuild: RebuildOption = False, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """Read observations out of every new document into statements."""
    from app import pipeline
    from vault.vault import open_vault

    place = the_workspace(workspace)
    with open_vault(place) as vault:
        step = pipeline.timed(
            "enrich", lambda: pipeline.enrich(place, vault, rebuild=rebuild, progress=progress())
        )
    _show([step], as_json=as_json)


def load(
    rebuild: RebuildOption = False, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """Bring the graph in line with the vault's statements."""
    from app import pipeline
    from vault.vault import open_vault

    place = the_workspace(workspace)
    with open_vault(place) as vault:
        step = pipeline.timed(
            "load",
            lambda: pipeline.load_graph(place, vault, rebuild=rebuild, progress=progress()),
        )
    _show([step], as_json=as_json)


def resolve(
    rebuild: RebuildOption = False, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """Link accounts to actors, with the reasons; judgements by people come first."""
    from app import pipeline
    from vault.vault import open_vault

    place = the_workspace(workspace)
    with open_vault(place) as vault:
        _show(
            [
                pipeline.timed(
                    "resolve",
                    lambda: pipeline.find_actors(
                        place, vault, rebuild=rebuild, progress=progress()
                    ),
                ),
                pipeline.timed(
                    "load", lambda: pipeline.load_graph(place, vault, progress=progress())
                ),
            ],
            as_json=as_json,
        )


def find_networks(
    context: typer.Context,
    rebuild: RebuildOption = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find the networks among the actors; with a sub-command, list or show them."""
    from app import pipeline
    from vault.vault import open_vault

    if context.invoked_subcommand is not None:
        return
    place = the_workspace(workspace)
    with open_vault(place) as vault:
        _show(
            [
                pipeline.timed(
                    "networks",
                    lambda: pipeline.find_networks(
                        place, vault, rebuild=rebuild, progress=progress()
                    ),
                ),
                pipeline.timed(
                    "load", lambda: pipeline.load_graph(place, vault, progress=progress())
                ),
            ],
            as_json=as_json,
        )


def networks_list(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """List the networks: size, taxa, what binds them, how unlikely by chance."""
    from app.findings import network_rows
    from vault.vault import open_vault

    with open_vault(the_workspace(workspace), write=False) as vault:
        rows(network_rows(vault), as_json=as_json)


def networks_show(
    network: Annotated[str, typer.Argument(help="Id of the network, or its beginning.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a network: members, roles, and the evidence that binds them."""
    from app.findings import network_view
    from vault.vault import open_vault

    with open_vault(the_workspace(workspace), write=False) as vault:
        rows(network_view(vault, network), as_json=as_json)


def run_schedule(workspace: WorkspaceOption = None) -> None:
    """Run due jobs for as long as this command runs; Ctrl-C ends it after the job at hand."""
    from app.schedule import schedule_run

    schedule_run(the_workspace(workspace), say)


def schedule_status(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Show each source's schedule, last run and next run."""
    from app.schedule import schedule_rows

    rows(schedule_rows(the_workspace(workspace)), as_json=as_json)


def pause(
    names: Annotated[list[str] | None, typer.Argument(help="Sources; all without.")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Pause the schedule, of some sources or of all."""
    from app.schedule import schedule_pause

    schedule_pause(the_workspace(workspace), names or [], paused=True)


def resume(
    names: Annotated[list[str] | None, typer.Argument(help="Sources; all without.")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Resume the schedule, of some sources or of all."""
    from app.schedule import schedule_pause

    schedule_pause(the_workspace(workspace), names or [], paused=False)


def add_to(cli: typer.Typer) -> None:
    """Hang these commands on the program."""
    cli.command(epilog=example("spoor run", "spoor run --no-collect"))(run)
    cli.command(epilog=example("spoor enrich", "spoor enrich --rebuild"))(enrich)
    cli.command(epilog=example("spoor load", "spoor load --rebuild"))(load)
    cli.command(epilog=example("spoor resolve"))(resolve)
    networks.callback(
        invoke_without_command=True,
        epilog=example("spoor networks", "spoor networks list"),
    )(find_networks)
    networks.command("list", epilog=example("spoor networks list --json"))(networks_list)
    networks.command("show", epilog=example("spoor networks show network-1a2b"))(networks_show)
    schedule.command("run", epilog=example("spoor schedule run"))(run_schedule)
    schedule.command("status", epilog=example("spoor schedule status"))(schedule_status)
    schedule.command("pause", epilog=example("spoor schedule pause dream"))(pause)
    schedule.command("resume", epilog=example("spoor schedule resume dream"))(resume)
    cli.add_typer(networks, name="networks")
    cli.add_typer(schedule, name="schedule")
