"""``spoor extract``: JSON Lines of records in, JSON Lines of what was read out of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from enrich.reading import Reading
from model.canonical import Json
from model.facts import Observation


class Extracts(Protocol):
    """Anything that reads records."""

    def read(self, record: Mapping[str, str]) -> Reading: ...


@dataclass(slots=True)
class Tally:
    """How many lines were read, and how many of them were no record."""

    lines: int = 0
    problems: int = 0


def extract_lines(
    lines: Iterable[str], extractor: Extracts, tally: Tally | None = None
) -> Iterator[str]:
    """One line of JSON out for each line in, in the same order; empty lines are left out.

    A line that is no record gives ``{"id", "error", "line"}`` in its place, counted in
    ``tally.problems``; the rest goes on. Lines are given without their line ends.
    """
    tally = tally if tally is not None else Tally()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        tally.lines += 1
        record, problem = parse_record(line)
        if problem:
            tally.problems += 1
            yield _dump({"id": _id_of(record), "error": problem, "line": number})
        else:
            reading = extractor.read(text_of(record))
            yield _dump(as_json(record.get("id"), reading))


def parse_record(line: str) -> tuple[dict[str, Json], str]:
    """The record of one line, and what is wrong with it (empty where nothing is)."""
    try:
        record = json.loads(line)
    except RecursionError:
        return {}, "nested too deeply"
    except ValueError as error:
        return {}, f"not JSON: {error}"
    if not isinstance(record, dict):
        return {}, f"not an object but {type(record).__name__}"
    if record.get("text") is not None and not isinstance(record["text"], str):
        return record, "text is not a string"
    if not any(isinstance(value, str) for key, value in record.items() if key != "id"):
        return record, "no text: wanted id and text, or other fields of a listing"
    return record, ""


def text_of(record: Mapping[str, Json]) -> dict[str, str]:
    """The fields an extractor reads: strings as they are, numbers as JSON writes them."""
    fields: dict[str, str] = {}
    for name, value in record.items():
        if isinstance(value, str):
            fields[name] = value
        elif isinstance(value, int | float) and not isinstance(value, bool):
            fields[name] = json.dumps(value)
    return fields


def as_json(record_id: Json, reading: Reading) -> dict[str, Json]:
    """A reading in the public format of ``spoor extract``."""
    return {
        "id": record_id,
        "observations": [observation_json(one) for one in reading.observations],
        "relevance": {
            "label": reading.relevance.label,
            "score": reading.relevance.score,
            "reasons": list(reading.relevance.reasons),
        },
    }


def observation_json(one: Observation) -> dict[str, Json]:
    return {
        "kind": one.kind,
        "value": one.value,
        "text": one.text,
        "field": one.field,
        "start": one.start,
        "end": one.end,
        "confidence": one.confidence,
        "rule": one.rule,
        "attributes": dict(one.attributes),
    }


def _id_of(record: Mapping[str, Json]) -> Json:
    found = record.get("id")
    return found if isinstance(found, str | int) else None


def _dump(value: Mapping[str, Json]) -> str:
    """One line; characters UTF-8 cannot hold (lone surrogates) are escaped, as are line ends."""
    text = json.dumps(value, ensure_ascii=False)
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(value)
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("\x85", "\\u0085")
