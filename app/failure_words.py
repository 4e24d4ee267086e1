"""The page on what can go wrong with a source, made from the table the collectors use."""

from __future__ import annotations

import typer

from collectors.web.failures import FAILURES
from model.errors import Retry, Skip

HEAD = """\
# When a source fails

Made from the program by `make docs`. What can go wrong between spoor and a site, as `spoor
sources list`, `spoor doctor` and `spoor collect --json` (`reason`) name it.

**tried again**: after a pause, on a new circuit or another mirror, then on the next run.
**left out**: this page only; the rest of the source is read.
**stops**: the source waits for a person; other sources go on.

| reason | means | fate | what to do |
|---|---|---|---|
"""


def failure_words() -> str:
    """The whole page, Markdown."""
    rows = (
        f"| `{reason}` | {known.meaning} | {_fate(known.fate)} | {known.remedy} |\n"
        for reason, known in FAILURES.items()
    )
    return HEAD + "".join(rows)


def _fate(fate: type[Exception]) -> str:
    if issubclass(fate, Retry):
        return "tried again"
    return "left out" if issubclass(fate, Skip) else "stops"


if __name__ == "__main__":
    typer.echo(failure_words(), nl=False)
