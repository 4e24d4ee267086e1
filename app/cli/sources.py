"""Commands on sources: what there is, how each fares, and whether its file reads its pages."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.common import JsonOption, WorkspaceOption, example, the_workspace
from app.cli.output import rows, say
from model.errors import ConfigurationError

if TYPE_CHECKING:
    from collectors.access import Part

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


def sources_add(
    example_name: Annotated[
        str, typer.Argument(metavar="EXAMPLE", help="A worked example: mastodon, forum, feed …")
    ],
    name: Annotated[str | None, typer.Argument(help="Name of the new source.")] = None,
    start: Annotated[str | None, typer.Option(help="Its first address.")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Copy a worked example into the workspace, to be adapted."""
    from app.sources_add import add_source

    path = add_source(the_workspace(workspace), example_name, name, start)
    typer.echo(path)
    say(f"read it, adapt it, then: spoor sources check {path.stem}")


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
    live: Annotated[
        bool, typer.Option("--live", help="Collect three pages too, under its mandate.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check source files, and read their saved pages field by field, with what is left over."""
    from app.sources_check import check_live, check_source

    place = the_workspace(workspace)
    found = list(check_source(place, name, page or []))
    if live and name is None:
        raise ConfigurationError("--live needs the name of the source to collect")
    if live and name is not None:
        found += check_live(place, name, say=say)
    rows(found, as_json=as_json)
    if any(row["state"] == "problem" for row in found):
        raise typer.Exit(1)


def sources_cookies(
    name: Annotated[str, typer.Argument(help="Name of the source.")],
    file: Annotated[
        Path | None,
        typer.Argument(
            help="cookies.txt, JSON of a browser extension, or a 'Cookie:' line; - reads standard "
            "input. Without it, what is kept is shown.",
        ),
    ] = None,
    forget: Annotated[
        bool, typer.Option("--forget", help="Overwrite and remove the session.")
    ] = False,
    host: Annotated[
        str, typer.Option("--host", help="The host a 'Cookie:' line is for; else the first.")
    ] = "",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hand in session cookies for a source, or forget them; their values are never shown.

    They are kept encrypted, with a key from SPOOR_SECRET_KEY_FILE or SPOOR_SECRET_KEY, and who
    handed them in goes into the custody log.
    """
    from app import sessions

    here = the_workspace(workspace)
    if forget:
        if file is not None:
            raise typer.BadParameter("--forget takes no file")
        done = sessions.forget(here, name)
        say(f"{name}: the session is forgotten" if done else f"{name}: no session was kept")
        return
    if file is not None:
        kept = sessions.hand_in_session(here, name, file, host=host)
        say(f"{name}: {len(kept.cookies)} cookies kept, encrypted")
        if left_out := kept.expired + kept.elsewhere:
            say(f"{left_out} left out: {kept.expired} expired, {kept.elsewhere} of other hosts")
    if not rows(sessions.session_rows(here, name), as_json=as_json):
        say(f"{name}: no session is kept")


def sources_mirrors(
    name: Annotated[str, typer.Argument(help="Name of the source.")],
    list_: Annotated[
        Path | None,
        typer.Option("--list", help="A saved signed list of mirrors to check and take."),
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """List a source's addresses: where from, verified when, last answer, last failure."""
    from app import mirrors

    here = the_workspace(workspace)
    reading = None if list_ is None else mirrors.take_mirror_list(here, name, list_)
    for problem in reading.problems if reading else ():
        say(problem)
    rows(mirrors.mirror_rows(here, name), as_json=as_json)
    if reading is not None and not reading.accepted:
        raise typer.Exit(1)


def sources_listings(
    name: Annotated[str, typer.Argument(help="Name of the source.")],
    state: Annotated[
        str | None, typer.Option("--state", help="Only listings in this state, such as removed.")
    ] = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Tell all states again from the captures first.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what became of each listing of a source."""
    from app.listing_states import COLUMNS, listing_rows, rebuild_listings

    if rebuild:
        rebuild_listings(the_workspace(workspace), name)
    rows(listing_rows(the_workspace(workspace), name, state), as_json=as_json, columns=COLUMNS)


def sources_history(
    name: Annotated[str, typer.Argument(help="Name of the source.")],
    listing_id: Annotated[str, typer.Argument(help="The listing's id on the platform.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell all that happened to one listing, with the captures that prove it."""
    from app.listing_states import history_rows

    rows(history_rows(the_workspace(workspace), name, listing_id), as_json=as_json)


def sources_key(
    name: Annotated[str, typer.Argument(help="Name of the source.")],
    forget: Annotated[
        bool, typer.Option("--forget", help="Remove the key from the keyring.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put the key of a source's interface into the keyring, or take it out; it is never shown.

    It is asked for without showing it, or read from standard input, one line for each part.
    Without a keyring, keys are taken from environment variables, or from files that only you can
    read: 'spoor sources show NAME' says under which names.
    """
    from app import keys
    from config.sources import load_source

    here = the_workspace(workspace)
    if forget:
        gone = keys.forget_key(here, name)
        say(f"{name}: {', '.join(gone)} forgotten" if gone else f"{name}: no key was kept")
    else:
        kept = keys.hand_in_key(here, name, _asked_for)
        say(f"{name}: {', '.join(kept)} kept in the keyring")
    rows(keys.key_rows(here, load_source(name, here)), as_json=as_json)


def _asked_for(part: Part, variable: str) -> str:
    """A part of a key from the terminal, or the next line of what is piped in."""
    if not sys.stdin.isatty():
        return sys.stdin.readline()
    return str(typer.prompt(f"{variable} ({part.what})", hide_input=part.secret, err=True))


def sources_searches(
    name: Annotated[str, typer.Argument(help="Name of the source.")],
    round_: Annotated[
        int | None, typer.Option("--round", help="Only what this round searched for.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what a source was searched for: requests, answers, and how many of those were new."""
    from app.searches import EFFORT, search_rows

    found = search_rows(the_workspace(workspace), name, round_)
    if not rows(found, as_json=as_json, columns=EFFORT):
        say(f"{name}: nothing was searched for")


def sources_plan(
    name: Annotated[str, typer.Argument(help="Name of the source.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what a source would be searched for next, in order, and why."""
    from app.searches import NEXT, plan_rows

    if not rows(plan_rows(the_workspace(workspace), name), as_json=as_json, columns=NEXT):
        say(f"{name}: its file names no words and no plan")


def add_to(cli: typer.Typer) -> None:
    """Hang these commands on the program."""
    group.command("list", epilog=example("spoor sources list"))(sources_list)
    group.command("show", epilog=example("spoor sources show dream"))(sources_show)
    group.command(
        "add",
        epilog=example(
            "spoor sources add mastodon reef --start https://reef.example",
            "spoor sources add telegram-web",
        ),
    )(sources_add)
    group.command("issues", epilog=example("spoor sources issues dwdata"))(sources_issues)
    group.command(
        "check",
        epilog=example(
            "spoor sources check",
            "spoor sources check dream --page saved.html",
            "spoor sources check attic --live",
        ),
    )(sources_check)
    group.command(
        "cookies",
        epilog=example(
            "spoor sources cookies bazaar cookies.txt", "spoor sources cookies bazaar --forget"
        ),
    )(sources_cookies)
    group.command(
        "mirrors",
        epilog=example(
            "spoor sources mirrors bazaar", "spoor sources mirrors bazaar --list mirrors.txt"
        ),
    )(sources_mirrors)
    group.command(
        "listings",
        epilog=example(
            "spoor sources listings dream", "spoor sources listings dream --state removed"
        ),
    )(sources_listings)
    group.command("history", epilog=example("spoor sources history dream 48213"))(sources_history)
    group.command(
        "key", epilog=example("spoor sources key reef", "spoor sources key reef --forget")
    )(sources_key)
    group.command(
        "searches",
        epilog=example("spoor sources searches reef", "spoor sources searches reef --round 12"),
    )(sources_searches)
    group.command("plan", epilog=example("spoor sources plan reef"))(sources_plan)
    cli.add_typer(group, name="sources")
