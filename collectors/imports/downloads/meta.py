"""Facebook's and Instagram's "download your information" as JSON.

Meta documents none of its fields; those read here are the ones that public tools for these
archives agree on (as of 2026-11-22): ``messages/inbox/…/message_1.json``, posts, comments, groups,
marketplace and the owner's profile. Text in it is UTF-8 taken for Latin-1, which is undone. People
are told by their names alone, so a name stands for nobody outside its conversation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from collectors.imports.content import Content
from collectors.imports.downloads.archive import Left, Part, any_begins, parts
from collectors.imports.downloads.meta_records import Owner, records, told_owner
from collectors.imports.formats import Beginning, Found
from collectors.imports.loose import parsed
from config.sources import Source
from model.canonical import Json
from model.errors import Skip
from model.evidence import Capture, Issue

_KEYS = (
    *("participants", "profile_v2", "comments_v2", "groups_joined_v2", "group_posts_v2"),
    *("group_comments_v2", "items_selling_v2", "items_sold_v2", "profile_user"),
)
_SHAPE = re.compile(rf'\{{\s*"(?:{"|".join(_KEYS)})"\s*:')
_THREAD = re.compile(r'"sender_name"\s*:.{0,2000}?"timestamp_ms"\s*:', re.S)
_FOREIGN = re.compile("[\x80-\xff]")
_MOST_DEEP = 60


def is_facebook(beginning: Beginning) -> bool:
    """A conversation, profile or list as Meta writes them, and no sign of Instagram."""
    return any_begins(beginning, _is_meta) and not any_begins(beginning, _is_instagram)


def is_instagram(beginning: Beginning) -> bool:
    return any_begins(beginning, _is_meta) and any_begins(beginning, _is_instagram)


def _is_meta(_name: str, text: str) -> bool:
    found = _SHAPE.match(text.lstrip("\ufeff \r\n\t"))
    return found is not None and ("participants" not in found[0] or bool(_THREAD.search(text)))


def _is_instagram(name: str, text: str) -> bool:
    return "instagram" in name.lower() or '"profile_user"' in text[:200]


def read_facebook(content: Content, capture: Capture, _source: Source | None) -> Iterator[Found]:
    yield from _Download(capture, "facebook").read(content)


def read_instagram(content: Content, capture: Capture, _source: Source | None) -> Iterator[Found]:
    yield from _Download(capture, "instagram").read(content)


def repaired(value: Json, depth: int = 0) -> Json:
    """The value with the UTF-8 that was taken for Latin-1 put right, all the way down."""
    if isinstance(value, str):
        return _repaired(value)
    if depth > _MOST_DEEP:
        return None
    if isinstance(value, list):
        return [repaired(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {_repaired(key): repaired(item, depth + 1) for key, item in value.items()}
    return value


def _repaired(text: str) -> str:
    if not _FOREIGN.search(text):
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


@dataclass(slots=True)
class _Download:
    """One download being read: first whose it is, then everything else."""

    capture: Capture
    platform: str
    owner: Owner = field(default_factory=Owner)

    def read(self, content: Content) -> Iterator[Found]:
        name = str(self.capture.reading.get("name", ""))
        for part in parts(content, name, Left()):
            if isinstance(part, Part) and "profile" in part.payload[:400].decode("latin-1"):
                self.owner = told_owner(self._value(part)) or self.owner
        left, number = Left(), 0
        for part in parts(content, name, left):
            if isinstance(part, Issue):
                yield part
                continue
            count = 0
            for found in self._part(part):
                yield found
                count += 1
            number += count
            if not count:
                left.add(part.name)
        yield from left.issues()
        if not number:
            raise Skip(f"nothing of a {self.platform} download that can be read")

    def _part(self, part: Part) -> Iterator[Found]:
        try:
            value = self._value(part, strict=True)
        except ValueError as error:
            yield Issue("error", f"{part.name} left out: no JSON: {error}", part.name)
            return
        yield from records(self.capture, self.platform, self.owner, value, part.name)

    def _value(self, part: Part, *, strict: bool = False) -> Mapping[str, Json] | list[Json]:
        try:
            value = repaired(parsed(part.payload))
        except ValueError:
            if strict:
                raise
            value = None
        return value if isinstance(value, dict | list) else {}
