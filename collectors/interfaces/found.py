"""What was found in one answer of an interface, put together as a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from collectors.feeds.entries import prose
from collectors.interfaces.answers import Notes
from collectors.interfaces.places import is_web
from collectors.records import PageReading, PageRecord
from model.canonical import Json

_DECIMAL = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,9})?")


@dataclass(slots=True)
class Found:
    """Records, what stands beside them, and the addresses to go on to, as they are found."""

    records: dict[tuple[str, str], PageRecord] = field(default_factory=dict)
    asides: dict[tuple[str, str], PageRecord] = field(default_factory=dict)
    follow: dict[str, None] = field(default_factory=dict)

    def add(self, record: PageRecord | None) -> None:
        """Another record; the first of an id counts."""
        if record is not None:
            self.records.setdefault((record.kind, record.native_id), record)

    def beside(self, record: PageRecord | None) -> None:
        """Somebody or something described on the side."""
        if record is not None:
            self.asides.setdefault((record.kind, record.native_id), record)

    def lead(self, *addresses: str) -> None:
        self.follow.update(dict.fromkeys(filter(None, addresses)))

    def is_older(self, since: str) -> bool:
        """Whether the last record that tells its time is from before ``since``.

        The last of a page ordered by time, not the oldest: what is pinned stands first.
        """
        times = [time for one in self.records.values() if (time := one.fields.get("posted_at"))]
        return bool(since and times and times[-1] < since)

    def reading(
        self, adapter: str, url: str, notes: Notes, *, kind: str = "results", removed: str = ""
    ) -> PageReading:
        """All of it as a page: ``kind``, or ``empty`` where nothing came."""
        asides = (one for key, one in self.asides.items() if key not in self.records)
        records = tuple(self.records.values())
        return PageReading(
            kind=kind if records or self.asides else "empty",
            adapter=adapter,
            url=url,
            platform=adapter,
            records=records,
            asides=tuple(asides),
            issues=notes.issues(),
            follow=tuple(self.follow),
            encoding="utf-8",
            removed=removed,
        )


def filled(fields: Mapping[str, str]) -> dict[str, str]:
    """The fields that say something."""
    return {name: value for name, value in fields.items() if value}


def told(extra: Mapping[str, Json]) -> dict[str, Json]:
    """What is extra without what is empty or false; a number 0 says something."""
    empty: tuple[Json, ...] = (None, "", [], {}, ())
    return {key: one for key, one in extra.items() if one is not False and one not in empty}


def plain(markup: str, base: str = "") -> tuple[str, tuple[str, ...]]:
    """The readable text of a piece of HTML, and the web addresses it links to."""
    written = prose(markup, base)
    return written.text, tuple(filter(is_web, written.links))


def web(addresses: Iterable[str]) -> tuple[str, ...]:
    """The web addresses among these, each once."""
    return tuple(dict.fromkeys(filter(is_web, addresses)))


def amount(written: str) -> str:
    """A price as the record format has it (``50.96``); empty for what is no decimal number."""
    return written if _DECIMAL.fullmatch(written) else ""
