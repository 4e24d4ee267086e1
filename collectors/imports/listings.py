"""Rows of a listing table as documents: fields by name or map, times checked, text made safe."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from collectors.imports.column_map import (
    FIELDS,
    TEXT_FIELDS,
    ColumnMap,
    Hashed,
    Joined,
    Rule,
    rule_columns,
)
from collectors.imports.csv_rows import MAX_FIELD
from collectors.imports.json_rows import plain_number
from collectors.imports.rows import Row
from model.canonical import Json, short_digest
from model.clock import iso
from model.evidence import Capture, Document, Image, Issue

KINDS = frozenset(
    (
        *("listing", "profile", "group", "post", "comment", "message", "thread"),
        *("feedback", "page"),
    )
)

_NAMES = (*TEXT_FIELDS, "platform", "listing_id", "kind")
_ALIASES = {"handle": "seller", "id": "listing_id"}
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_BARE_NUMBER = re.compile(r"[0-9][0-9., '’]*")
_BETWEEN_IMAGES = re.compile(r"[|\n]+|[\s;,]+(?=https?://)")
_CODES = {"language": re.compile(r"[a-z]{2}"), "country": re.compile(r"[A-Z]{2}")}


class Step(NamedTuple):
    """How one field of every row is filled: from which columns, else with what."""

    name: str
    rule: Rule
    columns: tuple[str, ...]
    constant: str
    notation: str


@dataclass(frozen=True, slots=True)
class Table:
    """What holds for every row: the capture, the platform where none is told, and the map."""

    capture: Capture
    platform: str
    map: ColumnMap
    steps: tuple[Step, ...] = field(init=False)
    spoken_of: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", tuple(map(self._step, _NAMES)))
        object.__setattr__(self, "spoken_of", frozenset(self.map.named_columns))

    def _step(self, name: str) -> Step:
        rule = self.map.columns.get(name, name)
        constant = self.map.constants.get(name, "")
        return Step(name, rule, rule_columns(rule), constant, self.map.timestamps.get(name, ""))


@dataclass(slots=True)
class _Taking:
    """One row being read: what is still untouched, and what there is to say."""

    locator: str
    left: dict[str, Json]
    issues: list[Issue]

    def say(self, severity: str, what: str, key: str = "") -> None:
        self.issues.append(Issue(severity, f"{self.locator}: {what}", self.locator, key))


def read_row(row: Row, table: Table) -> tuple[Document | None, tuple[Issue, ...]]:
    """One row as a document, or None with an error among the issues."""
    if not row.values:
        return None, row.issues or (Issue("note", f"{row.locator}: empty", row.locator),)
    taking = _Taking(row.locator, _named(row.values, table), list(row.issues))
    fields = _fields(taking, table)
    images = _images(taking, table.map)
    why = _missing(fields, table)
    if why:
        taking.say("error", f"left out: {why}")
        return None, tuple(taking.issues)
    return _document(fields, images, taking, table), tuple(taking.issues)


def _document(
    fields: dict[str, str], images: tuple[Image, ...], taking: _Taking, table: Table
) -> Document:
    kind = fields.pop("kind", "listing").casefold()
    platform = fields.pop("platform", "") or table.platform
    native = fields.pop("listing_id", "") or _own_identity(kind, fields)
    _check_price(taking, fields)
    _check_codes(taking, fields)
    seen_at = _seen_at(taking, fields, table.capture)
    _check_time(taking, fields, "posted_at")
    return Document(
        capture_sha256=table.capture.sha256,
        source=table.capture.source,
        kind=kind,
        platform=platform.casefold(),
        native_id=native,
        locator=taking.locator,
        seen_at=seen_at,
        fields=fields,
        images=images,
        extra=_extra(taking),
    )


def _named(values: Mapping[str, Json], table: Table) -> dict[str, Json]:
    """The row's values without what is ignored or stands for nothing, our fields by our name."""
    named: dict[str, Json] = {}
    ignore, empty = table.map.ignore, table.map.empty
    for column, value in values.items():
        if column in ignore or _is_nothing(value, empty.get(column, ())):
            continue
        name = column if column in table.spoken_of else our_name(column)
        named[column if name in named or name in table.map.columns else name] = value
    return named


@lru_cache(maxsize=1024)
def our_name(column: str) -> str:
    """``Listing ID`` is ``listing_id``; a name that is none of ours stays as it is."""
    folded = re.sub(r"[\s-]+", "_", column.strip().casefold())
    folded = _ALIASES.get(folded, folded)
    return folded if folded in FIELDS else column


def _is_nothing(value: Json, spellings: tuple[str, ...]) -> bool:
    return value is None or (isinstance(value, str) and value.strip() in ("", *spellings))


def _fields(taking: _Taking, table: Table) -> dict[str, str]:
    """Every text field the row gives, by map, by name or as a constant."""
    fields: dict[str, str] = {}
    for step in table.steps:
        value = _by_rule(taking, step) or step.constant
        if value and step.notation:
            value = _converted(taking, step.name, value, step.notation)
        if value:
            fields[step.name] = value
    for step in table.steps:
        _take_away(taking, step)
    return fields


def _take_away(taking: _Taking, step: Step) -> None:
    """Drop what now stands in a field; what is no text, or was only hashed, stays."""
    if not isinstance(step.rule, Hashed):
        for column in step.columns:
            if isinstance(taking.left.get(column), str):
                del taking.left[column]


def _by_rule(taking: _Taking, step: Step) -> str:
    if len(step.columns) == 1 and step.rule == step.columns[0]:
        return _text(taking, step.name, step.columns[0])
    texts = [_text(taking, step.name, column) for column in step.columns]
    if isinstance(step.rule, Joined):
        return step.rule.join.join(filter(None, texts))
    return short_digest(texts) if any(texts) else ""


def _text(taking: _Taking, name: str, column: str) -> str:
    """The column's value as text; it stays in the row, for other fields may need it too."""
    value = taking.left.get(column)
    if value is None and "." in column:
        value = _inside(taking.left, column)
    if value is None:
        return ""
    if not isinstance(value, str):
        taking.say("warning", f"{column} is not text and stays with the other values", name)
        return ""
    clean, changed = storable(str(value).strip())
    if len(clean) > MAX_FIELD:
        taking.say("warning", f"{column} is cut at {MAX_FIELD:,} characters", name)
        clean = clean[:MAX_FIELD]
    if changed:
        taking.say("warning", f"{column} held NUL or broken characters, now U+FFFD", name)
    return clean


def _inside(values: Mapping[str, Json], column: str) -> Json:
    """``seller.name`` is ``name`` inside the object ``seller``; None where there is none."""
    value: Json = values
    for step in column.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def storable(text: str) -> tuple[str, bool]:
    """Text that any store can hold: NUL and lone surrogates replaced; and whether any were."""
    clean = _UNSTORABLE.sub("�", text)
    return clean, clean != text


def _missing(fields: Mapping[str, str], table: Table) -> str:
    """What the row lacks to be a record, in words; empty where it is one."""
    kind = fields.get("kind", "listing").casefold()
    if kind not in KINDS:
        return f"kind {kind[:40]!r} is none of {', '.join(sorted(KINDS))}"
    if not (fields.get("platform") or table.platform):
        return "no platform"
    if fields.get("listing_id") or fields.get("url"):
        return ""
    if kind == "profile":
        return "" if fields.get("seller") or fields.get("seller_id") else "a profile of nobody"
    return "neither listing_id nor url"


def _own_identity(kind: str, fields: Mapping[str, str]) -> str:
    """What identifies a row without ``listing_id``: its address; a profile's id or handle."""
    if kind == "profile":
        return fields.get("seller_id") or fields.get("seller") or fields["url"]
    return fields["url"]


def _check_price(taking: _Taking, fields: Mapping[str, str]) -> None:
    bare = _BARE_NUMBER.fullmatch(fields.get("price", ""))
    if bare and not fields.get("currency"):
        taking.say("warning", "the price is a bare number and no currency is given", "price")


def _check_codes(taking: _Taking, fields: Mapping[str, str]) -> None:
    for name, code in _CODES.items():
        value = fields.get(name)
        if value and not code.fullmatch(value):
            taking.say("note", f"{name} {value[:40]!r} is not a two-letter ISO code", name)


def _seen_at(taking: _Taking, fields: Mapping[str, str], capture: Capture) -> str:
    """``collected_at`` in UTC; the time of the capture where it is missing or lies after that."""
    moment = _check_time(taking, fields, "collected_at")
    if moment is None:
        return capture.captured_at
    if moment > datetime.fromisoformat(capture.captured_at) + timedelta(days=1):
        taking.say("warning", "collected_at lies after the import; its time is taken instead")
        return capture.captured_at
    return iso(moment)


def _check_time(taking: _Taking, fields: Mapping[str, str], name: str) -> datetime | None:
    value = fields.get(name)
    if not value:
        return None
    moment = parse_time(value)
    if moment is None:
        taking.say("note", f"{name} {value[:40]!r} is not ISO 8601; kept as written", name)
    return moment


def parse_time(value: str) -> datetime | None:
    """An ISO 8601 date or time in UTC (naive ones are taken as UTC), or None."""
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _converted(taking: _Taking, name: str, value: str, notation: str) -> str:
    """A time in a foreign notation as ISO 8601; kept as written, with a note, where it is not."""
    try:
        return iso(_NOTATIONS.get(notation, _strptime(notation))(value))
    except (ValueError, OverflowError, OSError):
        taking.say("note", f"{name} {value[:40]!r} is not {notation}; kept as written", name)
        return value


def _strptime(notation: str) -> Callable[[str], datetime]:
    def read(value: str) -> datetime:
        moment = datetime.strptime(value, notation)  # noqa: DTZ007 - the zone is set below
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    return read


_NOTATIONS: Mapping[str, Callable[[str], datetime]] = {
    "unix": lambda value: datetime.fromtimestamp(float(value), UTC),
    "unix_ms": lambda value: datetime.fromtimestamp(float(value) / 1000, UTC),
}


def _images(taking: _Taking, column_map: ColumnMap) -> tuple[Image, ...]:
    """Names and addresses of pictures; they are never opened or fetched here."""
    rule = column_map.columns.get("images", "images")
    found = [item for column in rule_columns(rule) for item in _image_items(taking, column)]
    return tuple(image for item in found if (image := _image(item)))


def _image_items(taking: _Taking, column: str) -> list[Json]:
    value = taking.left.pop(column, None)
    if isinstance(value, str) and value.startswith("["):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            taking.say("note", "images is no JSON list; read as names", "images")
    if isinstance(value, str):
        return list(_BETWEEN_IMAGES.split(value))
    return value if isinstance(value, list) else []


def _image(item: Json) -> Image | None:
    if isinstance(item, str) and item.strip():
        return Image(storable(item.strip())[0])
    if isinstance(item, Mapping) and isinstance(item.get("url"), str):
        alt = item.get("alt")
        return Image(storable(item["url"])[0], storable(alt)[0] if isinstance(alt, str) else "")
    return None


def _extra(taking: _Taking) -> dict[str, Json]:
    return {storable(name)[0]: _safe(plain_number(value)) for name, value in taking.left.items()}


def _safe(value: Json) -> Json:
    if isinstance(value, str):
        return storable(value)[0]
    if isinstance(value, list):
        return [_safe(item) for item in value]
    if isinstance(value, dict):
        return {storable(key)[0]: _safe(item) for key, item in value.items()}
    return value


def read_rows(rows: Iterator[Row], table: Table) -> Iterator[Document | Issue]:
    """Documents and issues in the order of the table."""
    for row in rows:
        document, issues = read_row(row, table)
        yield from issues
        if document is not None:
            yield document
