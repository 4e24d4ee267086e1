"""The command reference, made from the program itself, so that it can not drift from it."""

from __future__ import annotations

from collections.abc import Iterator

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup

from app.cli import cli

HEAD = """\
# Command reference

Made from the program by `make docs`; a test holds it to what the program does.
Data goes to standard output, messages and progress to standard error. Exit codes: 0 done,
1 finished with problems listed, 2 wrong usage or configuration, 3 refused by mandate or evidence
damaged.
"""


Command = TyperCommand | TyperGroup


def commands() -> Iterator[tuple[str, Command]]:
    """Every command with its full name, groups before what they hold, in order of help."""
    yield from _below("spoor", typer.main.get_command(cli))


def _below(name: str, command: object) -> Iterator[tuple[str, Command]]:
    if not isinstance(command, Command):
        raise TypeError(f"{name}: {type(command)} is no command")
    yield name, command
    if isinstance(command, TyperGroup):
        for child, below in command.commands.items():
            yield from _below(f"{name} {child}", below)


def reference() -> str:
    """The whole page, Markdown."""
    return HEAD + "".join(_section(name, command) for name, command in commands())


def _section(name: str, command: Command) -> str:
    context = typer.Context(command, info_name=name)
    usage = " ".join([name, *command.collect_usage_pieces(context)])
    parts = [f"\n## {name}\n\n{(command.help or '').strip()}\n\n    {usage}\n"]
    shown = [parameter for parameter in command.params if parameter.name not in _EVERYWHERE]
    if shown:
        parts.append("\n| | |\n|---|---|\n")
    for parameter in shown:
        names = ", ".join(f"`{one}`" for one in [*parameter.opts, *parameter.secondary_opts])
        if isinstance(parameter, TyperArgument):
            names = f"`{(parameter.name or '').upper()}`"
        told = (getattr(parameter, "help", None) or "").replace("|", "\\|")
        parts.append(f"| {names} | {told} |\n")
    if lines := examples(command):
        parts.append("\n```console\n" + "\n".join(lines) + "\n```\n")
    return "".join(parts)


_EVERYWHERE = {"help", "show_completion", "install_completion"}


def examples(command: Command) -> list[str]:
    """The lines that can be pasted, from the end of the command's help."""
    lines = (command.epilog or "").splitlines()
    return [line.strip() for line in lines if line.strip().startswith("$ ")]


def main() -> None:
    """Print the page."""
    typer.echo(reference(), nl=False)


if __name__ == "__main__":
    main()
