"""Repeated structure: the group of elements that are one record each, on a result page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from collectors.generic.outline import Element, Outline
from collectors.generic.sellers import account_name

FEWEST = 3
_CLASSES = 5
"""Classes of one element by which it may be alike to others."""

_LOOKED_AT = 400
"""Elements of one row among which its title is looked for."""


@dataclass(frozen=True, slots=True)
class Group:
    """Elements that repeat under one parent, and how much speaks for their being records."""

    rows: tuple[Element, ...]
    priced: int
    titled: int
    score: float

    @property
    def chars(self) -> int:
        return sum(row.chars for row in self.rows)


def groups(page: Outline) -> list[Group]:
    """All groups that could be records, the likeliest first."""
    found = []
    for parent in page.content():
        for rows in _repeated(parent.children):
            group = _rated(rows)
            if group is not None:
                found.append(group)
    return sorted(found, key=lambda group: (-group.score, group.rows[0].number))


def _repeated(children: Sequence[Element]) -> Iterable[tuple[Element, ...]]:
    """Children that are alike, by their first class or by any they share, where there are enough.

    Rows are set apart by further classes: featured, sold, on sale. Each set of rows comes once.
    """
    alike: dict[tuple[str, str], list[Element]] = {}
    for child in children:
        if not child.menu and child.chars:
            marks = {child.signature, *((child.tag, name) for name in _classes(child))}
            for mark in sorted(marks):
                alike.setdefault(mark, []).append(child)
    seen: set[tuple[int, ...]] = set()
    for rows in alike.values():
        numbers = tuple(row.number for row in rows)
        priced = all(row.prices for row in rows)
        fewest = 1 if _under_heads(rows[0]) else 2
        if numbers not in seen and (len(rows) >= FEWEST or (priced and len(rows) >= fewest)):
            seen.add(numbers)
            yield tuple(rows)


def _classes(child: Element) -> Iterable[str]:
    return child.names.split(" ")[1:_CLASSES] if " " in child.names else ()


def _under_heads(row: Element) -> bool:
    """Whether a row stands in a table whose columns are named."""
    table = row.parent if row.tag == "tr" else None
    if table is not None and table.tag == "tbody" and table.parent is not None:
        table = table.parent
    if table is None:
        return False
    heads = [each for each in table.inside() if each.tag == "th"]
    return len(heads) >= 3


def _rated(rows: tuple[Element, ...]) -> Group | None:
    """The group with its score; None where the rows have no titles to click on."""
    titles = [title_link(row) for row in rows]
    titled = sum(title is not None for title in titles)
    if titled * 10 < len(rows) * 6:
        return None
    addresses = {title.href for title in titles if title is not None}
    if len(addresses) * 10 < titled * 6:
        return None
    priced = sum(row.prices > 0 for row in rows)
    pictured = sum(row.images > 0 for row in rows)
    average = sum(row.chars for row in rows) / len(rows)
    richness = min(average, 400) / 100
    score = titled * (1 + 3 * priced / len(rows) + pictured / len(rows)) * richness
    return Group(rows, priced, titled, score)


def title_link(row: Element) -> Element | None:
    """The link that names the record: in a heading, else the longest text among the links."""
    best: Element | None = None
    best_rank = (-1, -1, -1)
    for element in islice(row.inside(), _LOOKED_AT):
        if element.tag != "a" or not element.href or element.href.startswith("#"):
            continue
        length = element.chars
        if length < 3 or length > 300:
            continue
        account = account_name(element.href) is not None
        rank = (int(not account), int(_in_heading(element, row)), length)
        if rank > best_rank:
            best, best_rank = element, rank
    return best


def _in_heading(element: Element, row: Element) -> bool:
    """Whether a link stands in, or holds, a heading or something classed as a title."""
    here: Element | None = element
    while here is not None and here is not row:
        if here.tag in ("h1", "h2", "h3", "h4", "h5") or "title" in here.names.lower():
            return True
        here = here.parent
    return any(child.tag in ("h2", "h3", "h4") for child in element.children)
