"""The page on source files, made from the model that reads them."""

from __future__ import annotations

from collections.abc import Iterator

import typer
from pydantic import BaseModel

from config.sources import Follow, MirrorList, Pace, Page, Rows, Sign, Source, Traps, Value

HEAD = """\
# A new source

A source is one YAML file in the workspace's `sources/`; no code is edited. How to make one in ten
minutes, with a whole example: [CONTRIBUTING](../CONTRIBUTING.md#add-a-source-in-ten-minutes).
Check it with `spoor sources check NAME --page SAVED.html`.

This page lists every key. It is made from the program by `make docs`. An unknown key is refused
with the nearest known one; a wrong value is refused with file, line and key.
"""

PARTS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("The file", Source),
    ("`follow:` links to go on to", Follow),
    ("`pace:` how politely it is read", Pace),
    ("`traps:` what ends reading without an end", Traps),
    ("`mirror_list:` the site's own signed list of its addresses", MirrorList),
    ("`pages:` kinds of pages, by a name of yours", Page),
    ("`rows:` repeated records of a page", Rows),
    ("A value: under `id`, `fields`, `extra` and `pages`", Value),
    ("A sign: under `when`, `signs` and `recognise`", Sign),
)


def source_keys() -> str:
    """The whole page, Markdown."""
    return HEAD + "".join(_part(title, part) for title, part in PARTS)


def _part(title: str, part: type[BaseModel]) -> str:
    return f"\n## {title}\n\n| key | |\n|---|---|\n" + "".join(_rows(part))


def _rows(part: type[BaseModel]) -> Iterator[str]:
    for name, field in part.model_fields.items():
        needed = " **(needed)**" if field.is_required() else ""
        told = " ".join((field.description or "").split()).replace("|", "\\|")
        yield f"| `{field.alias or name}`{needed} | {told} |\n"


if __name__ == "__main__":
    typer.echo(source_keys(), nl=False)
