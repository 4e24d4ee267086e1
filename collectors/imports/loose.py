"""Values of somebody else's JSON taken without trust: a wrong type is nothing, never an error."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime

from collectors.imports.listings import storable
from model.canonical import Json
from model.clock import iso

MAX_TEXT = 1 << 20
MAX_ITEMS = 10_000


def text_of(value: Json) -> str:
    """Text as it can be stored, a whole number as its digits; empty for anything else."""
    if isinstance(value, str):
        return storable(value[:MAX_TEXT])[0]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**24:
        return str(value)
    return ""


def items_of(value: Json) -> list[Json]:
    """The items of a list, at most 10,000; none of anything else."""
    return value[:MAX_ITEMS] if isinstance(value, list) else []


def object_of(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def objects_of(value: Json) -> list[Mapping[str, Json]]:
    return [item for item in items_of(value) if isinstance(item, dict)]


def count_of(value: Json) -> int:
    """A count; 0 for what is none."""
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return value if is_count and 0 <= value < 10**15 else 0


def moment_of(value: Json) -> str:
    """ISO 8601 UTC of a time as ISO 8601, or of seconds or milliseconds since 1970; else empty."""
    try:
        if isinstance(value, str) and not value.isdecimal():
            found = datetime.fromisoformat(value.strip().removesuffix(" UTC"))
            return iso((found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC))
        number = float(value) if isinstance(value, int | float | str) else math.nan
        if isinstance(value, bool) or not 1e8 < number < 1e14:
            return ""
        return iso(datetime.fromtimestamp(number / 1000 if number > 1e11 else number, UTC))
    except (ValueError, OverflowError, OSError):
        return ""


def parsed(payload: bytes) -> Json:
    """A JSON document; ValueError for what is none, also where it is nested too deeply."""
    try:
        found: Json = json.loads(payload.decode("utf-8-sig", "replace"), parse_int=_number)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return found


def without_nothing(fields: Mapping[str, Json]) -> dict[str, Json]:
    """Only what says something."""
    return {key: value for key, value in fields.items() if value not in ("", None, [], {}, 0)}


def _number(digits: str) -> Json:
    return int(digits) if len(digits) < 25 else digits
