"""Commands that the program and its pages tell people to type exist, with the options shown."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from app.cli import cli

ROOT = Path(__file__).resolve().parents[2]
COMMAND = re.compile(r"\bspoor ((?:[a-z]+ ?)+)((?:[^'`;)\n]|\\\n)*)")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
GROUP = typer.main.get_command(cli)


def sentences(path: Path) -> Iterator[str]:
    """The strings of a module, with what is filled in left open."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(p.value) if isinstance(p, ast.Constant) else "X" for p in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def unknown(text: str) -> Iterator[str]:
    """Options shown with a command that has no such option."""
    for found in COMMAND.finditer(text):
        command = GROUP
        for word in found[1].split():
            inner = getattr(command, "commands", {}).get(word)
            if inner is None:
                break
            command = inner
        known = {name for each in (GROUP, command) for p in each.params for name in p.opts}
        for option in OPTION.findall(found[2]):
            if option not in known | {"--help"}:
                yield f"{found[0].strip()}: {option}"


def test_an_option_that_does_not_exist_is_told() -> None:
    assert list(unknown("record one with 'spoor mandate add --sources reef'"))
    assert not list(unknown("record one with 'spoor mandate add --source reef'"))


@pytest.mark.parametrize("package", ["app", "collectors", "config", "enrich", "graph", "vault"])
def test_sentences_of_the_program(package: str) -> None:
    paths = sorted((ROOT / package).rglob("*.py"))
    told = [
        (path.name, says) for path in paths for text in sentences(path) for says in unknown(text)
    ]
    assert told == []


def test_pages() -> None:
    paths = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    told = [(path.name, says) for path in paths for says in unknown(path.read_text("utf-8"))]
    assert told == []
