"""Saved pages of a source, in the folder of its name beside its file, and what they must read as.

``NAME.yml`` has its pages in ``NAME/``; ``NAME/expected.yml`` says of each what is read there. The
standard suite and ``spoor sources check`` hold the source to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, TypeAdapter, ValidationError

from config.source_parts import Part
from config.sources import Source, explain_in
from config.yaml_files import read_yaml
from model.canonical import Json

EXPECTED = "expected.yml"


class Expected(Part):
    """What one saved page must read as; what is not given is not compared."""

    url: str = Field(default="", description="the address the page was saved from")
    kind: str = Field(description="kind of the page: a kind of record, results, login, empty …")
    layout: str | None = Field(
        default=None, description="its name under `pages`; the only one whose signs may hold"
    )
    records: int | None = Field(default=None, ge=0, description="how many records it has")
    first: Mapping[str, Json] = Field(
        default={}, description="values of its first record: `id`, fields, and what is extra"
    )
    last: Mapping[str, Json] = Field(default={}, description="values of its last record")
    follow: tuple[str, ...] = Field(
        default=(), description="addresses it must lead to, among others"
    )
    removed: str | None = Field(
        default=None, description="the notice it shows in place of a listing that is gone"
    )
    issues: int = Field(default=0, ge=0, description="how many warnings and errors are right")


@dataclass(frozen=True, slots=True)
class SavedPage:
    """One saved page and what it must read as, where that was written down."""

    path: Path
    expected: Expected | None


def saved_pages(source: Source) -> tuple[SavedPage, ...]:
    """The saved pages of a source by file name; ConfigurationError for mistakes in expected.yml."""
    folder = source.saved
    if folder is None or not folder.is_dir():
        return ()
    expected = _expected(folder / EXPECTED)
    files = {
        path.name: path
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name != EXPECTED and not path.name.startswith(".")
    }
    return tuple(
        SavedPage(files.get(name, folder / name), expected.get(name))
        for name in sorted(files.keys() | expected.keys())
    )


def _expected(path: Path) -> Mapping[str, Expected]:
    if not path.is_file():
        return {}
    file = read_yaml(path)
    try:
        return TypeAdapter(dict[str, Expected]).validate_python(file.content or {})
    except ValidationError as error:
        raise explain_in(file, error) from error
