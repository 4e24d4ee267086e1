"""The bytes of a JSON table as numbered rows: JSON Lines, or one array of objects.

A row is a mapping of column to value as written, or an issue that says why it is none. Row
numbers are those a spreadsheet shows (headings are row 1); in JSON Lines those of the lines.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from io import TextIOBase

from collectors.imports.content import Content
from collectors.imports.decoding import MAX_LINE, Line, open_text, read_lines
from collectors.imports.rows import Row, bad_row
from model.canonical import Json

MAX_DEPTH = 32
"""Levels of nesting of a JSON row; what lies deeper is no listing."""

_CHUNK = 1 << 16
_SPACE = re.compile(r"[ \t\r\n,]*")
_INTEGER = re.compile(r"-?[0-9]{1,18}")


class Written(str):
    """A JSON number with the digits it was written with."""

    __slots__ = ()


def json_rows(payload: bytes | Content, encoding: str) -> Iterator[Row]:
    """Rows of JSON Lines, of an array of objects, or of one object over several lines."""
    first = next((line for line in _lines(payload, encoding) if line.text.strip()), None)
    if first is None:
        return iter(())
    opening = first.text.strip("\ufeff \t\r\n")
    if opening.startswith("[") or opening == "{":
        return _array_rows(payload, encoding)
    return _line_rows(_lines(payload, encoding))


def plain_number(value: Json) -> Json:
    """``value`` with numbers as numbers again, all the way down."""
    if isinstance(value, Written):
        number = int(value) if _INTEGER.fullmatch(value) else float(value)
        return number if math.isfinite(number) else str(value)
    if isinstance(value, list):
        return [plain_number(item) for item in value]
    if isinstance(value, dict):
        return {key: plain_number(item) for key, item in value.items()}
    return value


def _lines(payload: bytes | Content, encoding: str) -> Iterator[Line]:
    return read_lines(open_text(payload, encoding))


def _line_rows(lines: Iterator[Line]) -> Iterator[Row]:
    for line in lines:
        text = line.text.strip().removeprefix("\ufeff")
        if not line.whole:
            yield bad_row(line.number, f"longer than {MAX_LINE:,} characters")
        elif text:
            yield _parsed(line.number, text)


def _parsed(number: int, text: str) -> Row:
    try:
        return _checked(number, _DECODER.decode(text))
    except (ValueError, RecursionError) as error:
        return bad_row(number, _why(error))


def _checked(number: int, value: Json) -> Row:
    if not isinstance(value, dict):
        return bad_row(number, "not a JSON object")
    if _depth(value) > MAX_DEPTH:
        return bad_row(number, f"nested deeper than {MAX_DEPTH} levels")
    return Row(f"row {number}", value)


def _array_rows(payload: bytes | Content, encoding: str) -> Iterator[Row]:
    """Objects one after the other; the first that is broken ends the table, and is said."""
    stream = open_text(payload, encoding)
    buffer, at, number = stream.read(_CHUNK).removeprefix("\ufeff").lstrip(), 0, 0
    if buffer.startswith("["):
        at = 1
    while True:
        number += 1
        at = _skip(buffer, at)
        if at == len(buffer) or buffer[at] == "]":
            more = stream.read(_CHUNK)
            if at == len(buffer) and more:
                buffer, at, number = more, 0, number - 1
                continue
            if (buffer[at + 1 :] + more).strip():
                yield bad_row(number, "something follows after the end of the array")
            return
        value, buffer, at, why = _next_value(stream, buffer, at)
        if why:
            yield bad_row(number, f"{why}; nothing after it was read")
            return
        yield _checked(number, value)


def _next_value(stream: TextIOBase, buffer: str, at: int) -> tuple[Json, str, int, str]:
    """The next value, the buffer that goes on, the place in it, and why there is no value.

    Reads twice as much each time the value goes beyond the buffer, so the work stays linear.
    """
    wanted = _CHUNK
    while True:
        try:
            value, end = _DECODER.raw_decode(buffer, at)
        except (ValueError, RecursionError) as error:
            more = stream.read(wanted) if len(buffer) - at < MAX_LINE else ""
            if not more or isinstance(error, RecursionError):
                return None, buffer, at, _why(error)
            buffer, at, wanted = buffer[at:] + more, 0, wanted * 2
        else:
            return value, buffer, end, ""


def _skip(buffer: str, at: int) -> int:
    found = _SPACE.match(buffer, at)
    return found.end() if found else at


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"the key {name[:60]!r} stands twice")
        found[name] = value
    return found


def _no_constant(name: str) -> Json:
    raise ValueError(f"{name} is no JSON value")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique,
    parse_float=Written,
    parse_int=Written,
    parse_constant=_no_constant,
)


def _why(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg} (character {error.colno})"
    return str(error)


def _depth(value: Json) -> int:
    """Levels of nesting, counted without recursion."""
    level, depth = [value], 0
    while level and depth <= MAX_DEPTH:
        inner = (
            item.values() if isinstance(item, dict) else item
            for item in level
            if isinstance(item, dict | list)
        )
        level = [item for items in inner for item in items]
        depth += 1
    return depth
