"""Commands on the evidence itself: verify the vault, show and hand out captures."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.common import JsonOption, WorkspaceOption, example, the_workspace
from app.cli.output import progress, rows, say
from model.errors import ConfigurationError
from model.evidence import Capture

if TYPE_CHECKING:
    from vault.vault import Vault

_LONGEST_NUMBER = 19

vault_commands = typer.Typer(
    no_args_is_help=True, help="Prove that nothing was altered; hand out captures."
)


def _capture(vault: Vault, sha256: str) -> Capture:
    """The first capture of this content, or the one of this number: of a revisit, for example."""
    if sha256.isdecimal() and len(sha256) < _LONGEST_NUMBER:
        known = vault.capture_at(int(sha256))
    else:
        known = vault.capture(sha256)
    if known is None:
        raise ConfigurationError(
            f"no capture with SHA-256 or number {sha256}",
            remedy="give all 64 digits, as printed elsewhere, or the capture's number",
        )
    return known


def verify(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Recompute every hash and both chains; name whatever does not match."""
    from vault.vault import open_vault

    told = progress()
    with open_vault(the_workspace(workspace), write=False) as vault:
        damage = rows(
            (
                asdict(found)
                for found in vault.verify(lambda done, total: told("verify", done, total))
            ),
            as_json=as_json,
        )
        captures = sum(1 for _ in vault.captures())
    if damage:
        say(f"spoor: {damage} findings: this evidence does not match what was recorded")
        raise typer.Exit(3)
    say(f"{captures} captures, chains and statements intact")


def show(
    sha256: Annotated[str, typer.Argument(help="SHA-256 of the content, or number.")],
    raw: Annotated[bool, typer.Option("--raw", help="The bytes themselves, untouched.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what is recorded about a capture, or its bytes."""
    from vault.vault import open_vault

    with open_vault(the_workspace(workspace), write=False) as vault:
        capture = _capture(vault, sha256)
        if raw:
            sys.stdout.buffer.write(vault.payload(capture))
            return
        record = asdict(capture)
        if as_json:
            rows([record], as_json=True)
        else:
            rows(({"key": key, "value": value} for key, value in record.items()), as_json=False)


def export(
    sha256: Annotated[str, typer.Argument(help="SHA-256 of the content, or number.")],
    out: Annotated[Path, typer.Option(help="WARC file to write (.warc.gz).")],
    workspace: WorkspaceOption = None,
) -> None:
    """Hand out one capture as a WARC file of its own."""
    from vault.vault import open_vault

    with open_vault(the_workspace(workspace), write=False) as vault:
        vault.export_capture(_capture(vault, sha256), out)
    say(f"written: {out}")


def custody(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Print the custody log: who did what, when, under which mandate."""
    from vault.vault import open_vault

    with open_vault(the_workspace(workspace), write=False) as vault:
        rows((asdict(entry) for entry in vault.custody()), as_json=as_json)


def add_to(cli: typer.Typer) -> None:
    """Hang these commands on the program."""
    vault_commands.command("verify", epilog=example("spoor vault verify"))(verify)
    vault_commands.command("show", epilog=example("spoor vault show SHA256 --raw > page.html"))(
        show
    )
    vault_commands.command("export", epilog=example("spoor vault export SHA256 --out one.warc.gz"))(
        export
    )
    vault_commands.command("custody", epilog=example("spoor vault custody --json"))(custody)
    cli.add_typer(vault_commands, name="vault")
