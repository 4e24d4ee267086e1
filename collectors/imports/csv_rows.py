"""The bytes of a CSV table as numbered rows, with a way back to firm ground after broken quotes.

Read strictly. Where a row's quotes do not balance, only its first line is given up; the rows
after it are believed again from the first one that is whole.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import NamedTuple

from collectors.imports.content import Content, as_content
from collectors.imports.decoding import Line, open_text, read_lines
from collectors.imports.rows import Row, bad_row
from model.evidence import Issue

MAX_FIELD = 1 << 20
"""Characters of one field; a longer one is an unbalanced quote or no listing."""

MAX_RECORD = 4 << 20
DELIMITERS = (",", ";", "\t", "|")


class Heading(NamedTuple):
    """The column names of a table, each once, and the delimiter between its fields."""

    columns: tuple[str, ...]
    delimiter: str
    issues: tuple[Issue, ...] = ()


class _Record(NamedTuple):
    """Cells of one record, or why there are none; ``clean`` where its quotes balance."""

    cells: list[str]
    line: int
    clean: bool
    why: str = ""


class _Lines:
    """Lines for the csv reader, which can be given back within a budget of characters."""

    def __init__(self, lines: Iterator[Line], budget: int) -> None:
        self._lines = lines
        self._returned: list[Line] = []
        self._budget = budget
        self._size = 0
        self.taken: list[Line] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._returned.pop() if self._returned else next(self._lines)
        self.taken.append(line)
        self._size += len(line.text)
        if not line.whole or self._size > MAX_RECORD:
            raise csv.Error(f"longer than {MAX_RECORD:,} characters")
        return line.text

    def begin(self) -> None:
        """What was taken is done with; a new record begins."""
        self.taken, self._size = [], 0

    def give_back(self) -> bool:
        """Return all lines of this record but the first; false where that is too much work."""
        rest = self.taken[1:]
        self._budget -= sum(len(line.text) for line in rest)
        if self._budget < 0:
            return False
        self._returned.extend(reversed(rest))
        return True


def read_heading(payload: bytes | Content, encoding: str, delimiter: str | None = None) -> Heading:
    """The first row that is not blank as column names; no columns where there is none."""
    cells: list[str] = []
    best = delimiter or ","
    for candidate in (delimiter,) if delimiter else DELIMITERS:
        found = next(_records(payload, encoding, candidate), None)
        if found and len(found.cells) > len(cells):
            cells, best = found.cells, candidate
    columns, issues = _distinct(cells)
    return Heading(columns, best, issues)


def csv_rows(payload: bytes | Content, encoding: str, heading: Heading) -> Iterator[Row]:
    """Every row after the headings; one that does not fit them is an issue."""
    lost = False
    for number, record in enumerate(_numbered(payload, encoding, heading.delimiter)):
        if record is None or number == 0:
            continue
        row = _row(number + 1, record, heading, lost=lost)
        lost = not record.clean or (lost and not row.values)
        yield row


def _numbered(payload: bytes | Content, encoding: str, delimiter: str) -> Iterator[_Record | None]:
    """Records from the headings on; None for a blank line, which counts but says nothing."""
    begun = False
    for record in _records(payload, encoding, delimiter, blank=True):
        begun = begun or bool(record.cells)
        if begun:
            yield record if record.cells or record.why else None


def _row(number: int, record: _Record, heading: Heading, *, lost: bool) -> Row:
    """One record against the headings. ``lost``: the quotes before it were broken."""
    where = f"line {record.line}"
    if record.why and not record.cells:
        return bad_row(number, f"{record.why} ({where})")
    cells = _without_trailing_empties(record.cells, len(heading.columns))
    if len(cells) != len(heading.columns):
        rest = ", after a row whose quotes do not balance" if lost else ""
        found = f"{len(cells)} fields under {len(heading.columns)} headings"
        return bad_row(number, f"{found} ({where}{rest})")
    if lost and not record.clean:
        return bad_row(number, f"goes on from a row whose quotes do not balance ({where})")
    if not any(cell.strip() for cell in cells):
        return bad_row(number, f"empty ({where})", severity="note")
    locator = f"row {number}"
    said = Issue("warning", f"{locator}: {record.why}; read as far as it goes ({where})", locator)
    values = dict(zip(heading.columns, cells, strict=True))
    return Row(locator, values, (said,) if record.why else ())


def _without_trailing_empties(cells: list[str], wanted: int) -> list[str]:
    if len(cells) > wanted and not any(cell.strip() for cell in cells[wanted:]):
        return cells[:wanted]
    return cells


def _records(
    payload: bytes | Content, encoding: str, delimiter: str, *, blank: bool = False
) -> Iterator[_Record]:
    csv.field_size_limit(MAX_FIELD)
    budget = 2 * as_content(payload).size + 16 * MAX_RECORD
    lines = _Lines(read_lines(open_text(payload, encoding)), budget)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _broken(lines, delimiter, str(error))
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
        else:
            if cells or blank:
                yield _Record(cells, lines.taken[0].number, _balanced(lines.taken))


def _broken(lines: _Lines, delimiter: str, why: str) -> _Record:
    """The first line of a failed record read alone and leniently; the others are given back."""
    first = lines.taken[0]
    if not lines.give_back():
        last = lines.taken[-1].number
        return _Record([], first.number, False, f"{why}; given up as far as line {last}")
    if not first.whole:
        return _Record([], first.number, True, why)
    try:
        cells = next(csv.reader([first.text], delimiter=delimiter))
    except csv.Error as error:
        return _Record([], first.number, _balanced([first]), str(error))
    return _Record(cells, first.number, _balanced([first]), "its quotes do not balance")


def _balanced(lines: list[Line]) -> bool:
    return sum(line.text.count('"') for line in lines) % 2 == 0


def _distinct(cells: list[str]) -> tuple[tuple[str, ...], tuple[Issue, ...]]:
    """Column names trimmed, numbered where they are empty or stand twice, and what was done."""
    names: dict[str, None] = {}
    issues: list[Issue] = []
    for number, cell in enumerate(cells, 1):
        name = cell.strip().lstrip("\ufeff") or f"column {number}"
        if name in names:
            issues.append(Issue("warning", f"heading {name[:60]!r} stands twice", "row 1"))
            name = f"{name} (column {number})"
        names[name] = None
    return tuple(names), tuple(issues)
