"""Commands that bring material in or read it in passing: import, collect, read, extract."""

from __future__ import annotations

import io
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO, Annotated

import typer

from app.cli.common import JsonOption, WorkspaceOption, example, the_workspace
from app.cli.output import data, json_line, progress, rows, say
from config.settings import find_workspace
from model.errors import ConfigurationError


def import_(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders.")],
    source: Annotated[str, typer.Option(help="The source the material comes from.")],
    format_: Annotated[
        str | None,
        typer.Option("--format", help="What the files are, in a word; told from them without."),
    ] = None,
    map_: Annotated[
        str | None,
        typer.Option("--map", help="YAML file (or name of a shipped one) that names the columns."),
    ] = None,
    saved_by: Annotated[str | None, typer.Option(help="Who saved or received it.")] = None,
    saved_at: Annotated[
        str | None, typer.Option(help="When, as 2026-11-22T14:30; UTC unless it says otherwise.")
    ] = None,
    saved_how: Annotated[
        str | None, typer.Option(help="How, as 'export of the phone's owner by e-mail'.")
    ] = None,
    note: Annotated[str | None, typer.Option(help="What else there is to note.")] = None,
    timezone: Annotated[
        str | None, typer.Option(help="Of the times in it, as Asia/Bangkok or +07:00.")
    ] = None,
    date_order: Annotated[
        str | None, typer.Option(help="dmy, mdy or ymd, where its dates leave that open.")
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Seal saved material in the vault and read it; the same again adds nothing."""
    from app.importing import import_material, must_be_told
    from collectors.imports.saving import saving
    from model.clock import system_clock
    from vault.vault import open_vault

    place = the_workspace(workspace)
    now = system_clock()
    zone, order = timezone, date_order
    told = saving(saved_by, saved_at, saved_how, note, timezone=zone, date_order=order, now=now)
    if told.missing and sys.stdin.isatty() and (name := must_be_told(paths, format_)):
        say(f"{name}: who saved it, when and how is kept with it")
        by = saved_by or typer.prompt("Saved by", err=True)
        at = saved_at or typer.prompt("Saved at (as 2026-11-22T14:30)", err=True)
        how = saved_how or typer.prompt("Saved how", err=True)
        zone = zone or typer.prompt("Time zone of the times in it", default="UTC", err=True)
        told = saving(by, at, how, note, timezone=zone, date_order=order, now=now)
    with open_vault(place) as vault:
        for repair in vault.repairs:
            say(repair)
        report = import_material(
            place,
            vault,
            paths,
            source,
            format_=format_,
            map_=map_,
            progress=progress(),
            saving=told,
        )
    for sentence in report.sentences:
        say(sentence)
    rows([report.counts], as_json=as_json)
    if report.has_errors:
        raise typer.Exit(1)


def collect(
    names: Annotated[list[str] | None, typer.Argument(help="Sources; without, those due.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be read, under which mandate.")
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Begin a new round, also where one is open.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read the sources that are due, or those named, under their mandate."""
    from app.collecting import collect_sources
    from vault.vault import open_vault

    place = the_workspace(workspace)
    with open_vault(place) as vault:
        for repair in vault.repairs:
            say(repair)
        reports = collect_sources(
            place,
            vault,
            names or [],
            dry_run=dry_run,
            fresh=fresh,
            progress=progress(),
            say=say,
        )
    rows((report.row for report in reports), as_json=as_json)
    if refused := [report for report in reports if report.refused]:
        say(refused[0].sentence)
        raise typer.Exit(3)
    if any(report.failed for report in reports):
        raise typer.Exit(1)


def read(
    file: Annotated[Path, typer.Argument(help="A saved page.")],
    source: Annotated[
        str | None, typer.Option(help="Source whose adapter reads it; the generic one without.")
    ] = None,
    url: Annotated[str, typer.Option(help="Where the page was.")] = "",
) -> None:
    """Read one saved page into JSON Lines of documents; needs no workspace."""
    from collectors.reading import page_rows, read_page
    from config.sources import load_source

    try:
        payload = file.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{file}: {error.strerror}") from error
    place = None
    if source is not None:
        try:
            place = find_workspace()
        except ConfigurationError:
            place = None
    adapter = load_source(source, place) if source else None
    _refuse_what_is_no_page(file.name, payload)
    for row in page_rows(read_page(payload, source=adapter, url=url)):
        json_line(row)


def _refuse_what_is_no_page(name: str, payload: bytes) -> None:
    """ConfigurationError for what holds a page or chat but is none: a HAR's text is its secrets."""
    from collectors.imports.detect import HEAD, Unknown, detect
    from collectors.imports.formats import FORMATS

    try:
        found = FORMATS.get(detect(payload[:HEAD], name))
    except Unknown:
        return
    if found is not None and found.handed_in:
        raise ConfigurationError(
            f"{name}: {found.word}, not a page",
            remedy="import it into a workspace: spoor import FILE --source NAME",
        )


def extract(
    file: Annotated[str, typer.Argument(help="JSON Lines to read, or - for standard input.")] = "-",
) -> None:
    """Read observations out of JSON Lines of records; needs no workspace."""
    from enrich.extract import build_extractor
    from enrich.jsonl import Tally, extract_lines

    if file != "-" and not Path(file).is_file():
        raise ConfigurationError(f"{file}: not a file")
    tally = Tally()
    place: AbstractContextManager[IO[bytes]] = (
        nullcontext(sys.stdin.buffer) if file == "-" else open(file, "rb")  # noqa: PTH123, SIM115
    )
    with place as stream, io.TextIOWrapper(stream, "utf-8-sig", "replace") as lines:
        for line in extract_lines(lines, build_extractor(), tally):
            data(line)
    if tally.problems:
        say(f"spoor: {tally.problems} of {tally.lines} lines could not be read; the others were")
        raise typer.Exit(1)


def add_to(cli: typer.Typer) -> None:
    """Hang these commands on the program."""
    cli.command(
        "import",
        epilog=example(
            "spoor import saved/ --source dream",
            "spoor import listings.csv --source agora --map agora",
            "spoor import chat.zip --source phone-7 --saved-by 'A. Officer' --saved-at 2026-11-20"
            " --saved-how 'exported on the phone' --timezone Asia/Bangkok",
        ),
    )(import_)
    cli.command(epilog=example("spoor collect", "spoor collect dream --dry-run"))(collect)
    cli.command(epilog=example("spoor read listing.html --source dream | spoor extract"))(read)
    cli.command(
        epilog=example("""echo '{"id": "1", "text": "ivory tusk, wickr: abc"}' | spoor extract""")
    )(extract)
