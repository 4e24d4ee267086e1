"""What the layouts of a source take from a page, and by which selector."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from collectors import html
from collectors.engines import places
from collectors.html import Node, Tree
from config.sources import NOT_CONTENT, Page, Rows, Sign, Source, Value


def layouts(source: Source, tree: Tree, url: str) -> tuple[str, ...]:
    """Names of the layouts whose signs hold on a page, in the order of the file; the first is used.

    What is no content comes first and under its own name, such as ``login``.
    """
    signs: list[tuple[str, Sequence[Sign]]]
    signs = [(kind, source.signs.get(kind, ())) for kind in NOT_CONTENT]
    signs += [(name, page.when) for name, page in source.pages.items()]
    return tuple(
        name for name, each in signs if any(places.holds(sign, tree, url) for sign in each)
    )


def selectors(page: Page, locator: str, kind: str) -> Mapping[str, str]:
    """By which selector each value of a record is read, by its name; rows by their kind."""
    parts = [part for part in page.rows if part.kind == kind] if locator else [page]
    found: dict[str, str] = {}
    for part in parts:
        for name, value in _values(part):
            told = _told(value, part)
            if told not in found.get(name, "").split(" | "):
                found[name] = " | ".join(filter(None, (found.get(name), told)))
    return found


def _values(part: Page | Rows) -> Iterator[tuple[str, Value]]:
    if part.id is not None:
        yield "id", part.id
    yield from part.fields.items()
    yield from part.extra.items()


def _told(value: Value, part: Page | Rows) -> str:
    """The way of one value in the words of the file."""
    told = ", ".join(value.select or (("the row",) if isinstance(part, Rows) else ("the page",)))
    if value.beside is not None:
        told += f" beside '{value.beside}'"
    if value.containing is not None:
        told += f" containing '{value.containing}'"
    return f"{told} @{value.attribute}" if value.attribute else told


def texts(page: Page, tree: Tree) -> Iterator[str]:
    """The text of every place that a layout reads, before it is turned into a value."""
    yield from _texts(page, tree.root)
    if page.pages is not None:
        yield from _of_value(page.pages, tree.root)
    for rows in page.rows:
        for row in places.select(tree.root, rows.select):
            yield from _texts(rows, row)


def _texts(part: Page | Rows, node: Node) -> Iterator[str]:
    for _, value in _values(part):
        yield from _of_value(value, node)


def _of_value(value: Value, node: Node) -> Iterator[str]:
    for place in places.places(node, value):
        if value.attribute is None:
            yield html.line(place)
        for inner in (value.fields or {}).values():
            yield from _of_value(inner, place)
