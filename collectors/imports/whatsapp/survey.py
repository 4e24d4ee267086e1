"""The first of two passes over a chat: which stamps are its own, and how its dates are meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from collectors.imports.decoding import Line
from collectors.imports.whatsapp.order import Evidence, Order
from collectors.imports.whatsapp.stamps import Stamp, find_stamp
from model.evidence import Issue


@dataclass(slots=True)
class Survey:
    """What all lines of a chat tell together.

    ``endings`` counts stamps by how the line before ended. An iPhone ends messages with CR LF and
    the lines inside of one with LF alone, so there a stamp behind a bare LF is a quotation, or a
    forgery typed into a message.
    """

    styles: Counter[str] = field(default_factory=Counter)
    endings: Counter[str] = field(default_factory=Counter)
    evidence: dict[str, Evidence] = field(default_factory=dict)
    last: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    def take(self, stamp: Stamp, ending: str) -> None:
        self.styles[stamp.style] += 1
        self.endings[ending] += 1
        if self.last.get(stamp.style) != stamp.date:
            self.last[stamp.style] = stamp.date
            self.evidence.setdefault(stamp.style, Evidence()).add(stamp.date, stamp.separator)

    @property
    def style(self) -> str:
        """The kind of stamp that the chat's messages have."""
        return max(self.styles, key=lambda style: self.styles[style], default="")

    @property
    def is_strict(self) -> bool:
        """Whether messages begin behind CR LF only."""
        return self.endings["\r\n"] > self.endings["\n"] > 0

    def order(self, told: str, captured_at: str) -> Order:
        """How dates are meant; a message may be a day ahead of the capture, by its time zone."""
        latest = (date.fromisoformat(captured_at[:10]) + timedelta(days=1)).isoformat()
        return self.evidence[self.style].decide(told, latest)

    def issues(self, order: Order, told: str) -> Iterator[Issue]:
        """What there is to say about the chat as a whole."""
        evidence = self.evidence[self.style]
        others = sum(self.styles.values()) - self.styles[self.style]
        if others:
            what = "begin with a date in another notation than the rest; read as text"
            yield Issue("warning", f"{others:,} lines {what}")
        if self.is_strict:
            bare = self.endings["\n"]
            what = "begin with a date inside of a message, where anybody can type one; read as text"
            yield Issue("warning", f"{bare:,} lines {what}")
        if not order.is_sure:
            what = f"read as {_SHOWN[order.name]}: settle it with --date-order"
            said = f"nothing tells the day from the month in these dates; {what}"
            yield Issue("warning", said, key="date order")
        if back := evidence.scores[order.name].back:
            said = f"dates go back {back:,} times, as they never do in a chat as it is written out"
            yield Issue("warning", said, key="date order")
        if told and order.impossible:
            yield Issue("warning", f"{order.impossible:,} dates are impossible as {_SHOWN[told]}")


_SHOWN = {"dmy": "day/month/year", "mdy": "month/day/year", "ymd": "year/month/day"}


def survey(lines: Iterable[Line]) -> Survey:
    """Every stamp of a chat, each line looked at once."""
    found, ending = Survey(), "\r\n"
    for line in lines:
        text = line.text
        if (stamp := find_stamp(text)) is not None:
            found.take(stamp, ending or "\n")
        ending = ending_of(text) if line.number > 1 or text.strip() else ending
    return found


def ending_of(text: str) -> str:
    """How a line ends: with CR LF, or else with LF (or CR, or not at all)."""
    return "\r\n" if text.endswith("\r\n") else "\n"
