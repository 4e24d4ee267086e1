"""The files of a download, one by one, whether it came as an archive or as a single file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from collectors.archives import Limits, zip_members
from collectors.imports.content import Content
from collectors.imports.formats import Beginning
from collectors.imports.loose import without_nothing
from model.canonical import Json
from model.errors import ConfigurationError, Skip
from model.evidence import Capture, Document, Image, Issue

LIMITS = Limits(member_bytes=256 << 20)
MAX_SINGLE = 256 << 20
_LOOKED_AT = 400
_SHOWN = 20


class Part(NamedTuple):
    """One file of a download that may be read."""

    name: str
    payload: bytes


@dataclass(slots=True)
class Left:
    """Files that were not read; nothing of them is lost, for the whole download is sealed."""

    names: list[str] = field(default_factory=list)
    number: int = 0

    def add(self, name: str) -> None:
        self.number += 1
        if len(self.names) < _SHOWN:
            self.names.append(name)

    def issues(self) -> Iterator[Issue]:
        if self.number:
            more = f" and {self.number - _SHOWN:,} more" if self.number > _SHOWN else ""
            said = f"{self.number:,} files of the download were not read: {', '.join(self.names)}"
            yield Issue("note", said + more)


class What(NamedTuple):
    """Of which kind a record is, what identifies it, and where it stands."""

    platform: str
    kind: str
    native_id: str
    locator: str


def any_begins(beginning: Beginning, tells: Callable[[str, str], bool]) -> bool:
    """Whether the file, or one of the first 400 JSON files in the archive, is told by its name
    and beginning."""
    if beginning.text:
        return tells(beginning.name, beginning.text)
    wanted = [one for one in beginning.members if is_data(one)][:_LOOKED_AT]
    return any(tells(one, beginning.look(one).decode("utf-8", "replace")) for one in wanted)


def is_data(name: str) -> bool:
    return name.lower().endswith((".json", ".js"))


def parts(content: Content, name: str, left: Left) -> Iterator[Part | Issue]:
    """Every file with data in it; the others are counted in ``left``."""
    if not content.head(4).startswith(b"PK\x03\x04"):
        if content.size > MAX_SINGLE:
            raise Skip(f"larger than {MAX_SINGLE:,} bytes")
        yield Part(name, content.whole())
        return

    def wanted(member: str) -> bool:
        if not is_data(member):
            left.add(member)
        return is_data(member)

    with content.seekable() as file:
        try:
            for member in zip_members(file, name, LIMITS, wanted):
                yield member if isinstance(member, Issue) else Part(member.name, member.payload)
        except ConfigurationError as error:
            raise Skip(error.message) from error


def record(
    capture: Capture,
    what: What,
    fields: Mapping[str, str],
    extra: Mapping[str, Json],
    *,
    images: tuple[str, ...] = (),
    links: tuple[str, ...] = (),
) -> Document:
    """One record of a download, without what says nothing."""
    return Document(
        capture_sha256=capture.sha256,
        source=capture.source,
        kind=what.kind,
        platform=what.platform,
        native_id=what.native_id,
        locator=what.locator,
        seen_at=capture.captured_at,
        fields={key: value for key, value in fields.items() if value},
        images=tuple(Image(one) for one in images if one),
        links=tuple(dict.fromkeys(filter(None, links))),
        extra=without_nothing(extra),
    )
