"""The keys of source files for their page, made from the model that reads them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import typer
from pydantic import BaseModel

from config.saved_pages import Expected
from config.source_interface import (
    Access,
    Ask,
    Interface,
    Plan,
    Proof,
    Quota,
    Rate,
    Terms,
)
from config.sources import Feed, Follow, MirrorList, Pace, Page, Rows, Sign, Source, Traps, Value

MARK = "<!-- From here on made from the program by `make docs`. -->\n"
"""What stands before it on the page is written by hand, and followed by a test."""

HEAD = f"""\
{MARK}
## Every key

An unknown key is refused with the nearest known one; a wrong value is refused with file, line and
key.
"""

PARTS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("The file", Source),
    ("`follow:` links to go on to", Follow),
    ("`feed:` how entries of feeds are taken", Feed),
    ("`ask:` what an interface is asked for", Ask),
    ("`ask.plan:` words from the vocabulary", Plan),
    ("`interface:` what it gives, its limits, terms and proof", Interface),
    ("`interface.access:` what it wants to be shown", Access),
    ("`interface.rate:` how often it may be asked", Rate),
    ("`interface.quota:` its budgets", Quota),
    ("`interface.terms:` the terms it is used under", Terms),
    ("`interface.proof:` how it was proved", Proof),
    ("`pace:` how politely it is read", Pace),
    ("`traps:` what ends reading without an end", Traps),
    ("`mirror_list:` the site's own signed list of its addresses", MirrorList),
    ("`pages:` kinds of pages, by a name of yours", Page),
    ("`rows:` repeated records of a page", Rows),
    ("A value: under `id`, `fields`, `extra` and `pages`", Value),
    ("A sign: under `when`, `signs`, `removed`, `session` and `recognise`", Sign),
    ("A saved page: under its name in `NAME/expected.yml`", Expected),
)


def source_keys(page: str) -> str:
    """The whole page, Markdown: what was written by hand in ``page``, then every key."""
    return page.partition(MARK)[0] + HEAD + "".join(_part(title, part) for title, part in PARTS)


def _part(title: str, part: type[BaseModel]) -> str:
    return f"\n### {title}\n\n| key | |\n|---|---|\n" + "".join(_rows(part))


def _rows(part: type[BaseModel]) -> Iterator[str]:
    for name, field in part.model_fields.items():
        needed = " **(needed)**" if field.is_required() else ""
        told = " ".join((field.description or "").split()).replace("|", "\\|")
        yield f"| `{field.alias or name}`{needed} | {told} |\n"


if __name__ == "__main__":
    typer.echo(source_keys(Path(sys.argv[1]).read_text("utf-8")), nl=False)
