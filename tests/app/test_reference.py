"""Every command is documented, has help and an example, and the page is what the program says."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.core import TyperGroup, TyperOption

from app.reference import commands, examples, reference

ROOT = Path(__file__).resolve().parents[2]
ALL = dict(commands())
LEAVES = {name: one for name, one in ALL.items() if not isinstance(one, TyperGroup)}


def test_reference_page_is_what_the_program_says() -> None:
    assert (ROOT / "docs" / "commands.md").read_text("utf-8") == reference()


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_command_has_help(name: str) -> None:
    assert (ALL[name].help or "").strip()


@pytest.mark.parametrize("name", sorted(LEAVES))
def test_every_command_has_an_example_that_names_it(name: str) -> None:
    assert any(name in line for line in examples(LEAVES[name]))


@pytest.mark.parametrize("name", sorted(LEAVES))
def test_every_option_is_explained(name: str) -> None:
    for parameter in LEAVES[name].params:
        if isinstance(parameter, TyperOption):
            assert parameter.help, f"{name} {parameter.opts}"


def test_examples_use_options_that_exist() -> None:
    for name, command in LEAVES.items():
        known = {opt for parameter in command.params for opt in parameter.opts}
        for line in examples(command):
            if line.startswith(f"$ {name}"):
                words = line.split("|")[0].split()
                assert {word for word in words if word.startswith("--")} <= known, line
