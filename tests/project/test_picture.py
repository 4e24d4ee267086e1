"""The picture of the architecture shows the rooms there are and the imports there may be."""

from __future__ import annotations

import itertools
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_import_picture_is_what_the_import_rules_say() -> None:
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    layers = [
        {room.strip() for room in layer.split("|")} for layer in rules["contracts"][0]["layers"]
    ]
    expected = {
        (upper, lower)
        for above, below in itertools.pairwise(layers)
        for upper in above
        for lower in below
    }
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    picture = re.findall(r"```mermaid\nflowchart TD\n(.*?)```", page, re.DOTALL)[0]
    drawn = set(re.findall(r"(\w+) --> (\w+)", picture))
    assert drawn == expected


def test_every_room_is_described() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    for room in ("model", "config", "vault", "collectors", "enrich", "graph", "app"):
        assert f"| `{room}/` |" in page
        assert (ROOT / room / "__init__.py").is_file()
