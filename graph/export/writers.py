"""Writes rows as JSON Lines, as CSV that a spreadsheet opens safely, or as GraphML."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import StringIO
from typing import Any
from xml.sax.saxutils import escape, quoteattr

Row = dict[str, Any]
Writer = Callable[[Iterable[Row], Sequence[str]], Iterator[str]]

_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection)."""


def jsonl(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[str]:
    """One JSON object a line, keys in the order of the columns, absent ones null."""
    for row in rows:
        told = {name: row.get(name) for name in columns}
        yield json.dumps(told, ensure_ascii=False, separators=(", ", ": ")) + "\n"


def graph_jsonl(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[str]:
    """Nodes and relationships as JSON objects that hold only their own keys."""
    for row in rows:
        told = {name: row[name] for name in columns if name in row}
        yield json.dumps(told, ensure_ascii=False, separators=(", ", ": ")) + "\n"


def csv_text(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[str]:
    """RFC 4180 with a byte order mark, by which Excel knows UTF-8; lists joined by ``; ``."""
    yield "\ufeff"
    yield _line(columns)
    for row in rows:
        yield _line([cell(row.get(name)) for name in columns])


def cell(value: Any) -> str | int | float:
    """A value as a cell. Text that a spreadsheet would take for a formula gets an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        value = "; ".join(value)
    elif not isinstance(value, str):
        value = json.dumps(value, ensure_ascii=False, sort_keys=True)
    plain = "".join(sign for sign in value if sign >= " " or sign in "\n\t")
    return f"'{plain}" if plain.startswith(_FORMULA) or value.startswith(_FORMULA) else plain


def _line(cells: Sequence[str | int | float]) -> str:
    out = StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def graphml(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[str]:
    """GraphML with a key for each property; lists as JSON text. Nodes come before edges."""
    del columns
    held = list(rows)
    keys = _keys(held)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
    for (place, name), (number, kind) in keys.items():
        attributes = f'id="d{number}" for="{place}" attr.name={quoteattr(name)}'
        yield f'<key {attributes} attr.type="{kind}"/>\n'
    yield '<graph edgedefault="directed">\n'
    for number, row in enumerate(held):
        yield from _element(row, number, keys)
    yield "</graph>\n</graphml>\n"


_Keys = dict[tuple[str, str], tuple[int, str]]


def _keys(rows: Iterable[Row]) -> _Keys:
    """A number and a type for every property of nodes and edges, sorted by name."""
    kinds: dict[tuple[str, str], set[str]] = {("node", "label"): {"string"}}
    kinds["edge", "label"] = {"string"}
    for row in rows:
        place = "node" if "node" in row else "edge"
        for name, value in row["properties"].items():
            kinds.setdefault((place, name), set()).add(_kind(value))
    numbered = enumerate(sorted(kinds))
    return {key: (number, _one_kind(kinds[key])) for number, key in numbered}


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "long"
    return "double" if isinstance(value, float) else "string"


def _one_kind(kinds: set[str]) -> str:
    if kinds == {"long", "double"}:
        return "double"
    return next(iter(kinds)) if len(kinds) == 1 else "string"


def _element(row: Row, number: int, keys: _Keys) -> Iterator[str]:
    if "node" in row:
        yield f"<node id={quoteattr(row['node'])}>"
        place, label = "node", row["label"]
    else:
        ends = f"source={quoteattr(row['from'])} target={quoteattr(row['to'])}"
        yield f'<edge id="e{number}" {ends}>'
        place, label = "edge", row["edge"]
    for name, value in [("label", label), *sorted(row["properties"].items())]:
        yield f'<data key="d{keys[place, name][0]}">{_xml(value)}</data>'
    yield f"</{place}>\n"


def _xml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, (str, int, float)):
        value = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return escape("".join(sign for sign in str(value) if _is_xml(sign)))


def _is_xml(sign: str) -> bool:
    """Whether XML 1.0 allows the code point at all."""
    code = ord(sign)
    return sign in "\t\n" or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code > 0xFFFF
