"""What happened to a WARC file in which something is wrong: each cause named once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vault.records import Damage
from vault.scan import Found, Hole, scan

_NAMED = 12


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record belongs, and what a first look found wrong there (empty: nothing)."""

    seq: int
    record_id: str
    offset: int
    length: int
    sha256: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class FilePlan:
    """What a WARC file should be: its warcinfo record, and where its last record ends.

    ``open_end``: a writer may be at work behind that end.
    """

    name: str
    header_length: int
    header_sha256: str
    end: int
    open_end: bool = False


def diagnose(
    path: Path, plan: FilePlan, places: Sequence[Place], edited: set[int]
) -> Iterator[Damage]:
    """Compare what stands in the file with where it belongs.

    ``places`` by offset, without the captures whose rows were ``edited``.
    """
    lengths = {0: plan.header_length} | {one.offset: one.length for one in places}
    view = _View(plan, path.stat().st_size, list(scan(path, lengths)))
    yield from _header(view)
    kept = [one for one in places if view.holds(one)]
    order = sorted(kept, key=lambda one: view.by_id[one.record_id].offset)
    moved = any(view.by_id[one.record_id].offset != one.offset for one in kept)
    here = {one.seq for one in kept}
    lost = [one for one in places if one.seq not in here]
    altered = [one for one in lost if view.is_altered(one)]
    cut = [one for one in lost if one not in altered and not moved and view.is_cut(one)]
    yield from (_altered(view, one) for one in altered)
    yield from (_removed(view, one) for one in lost if one not in altered and one not in cut)
    yield from _truncated(view, cut)
    yield from _swapped(view, kept, order)
    yield from _strangers(view, {one.record_id for one in places}, edited)
    yield from _loose_bytes(view, [*altered, *cut])
    yield from (_altered(view, one) for one in kept if one.why and not moved)


class _View:
    """A scanned file beside its plan."""

    def __init__(self, plan: FilePlan, size: int, seen: list[Found | Hole]) -> None:
        self.plan = plan
        self.size = size
        limit = plan.end if plan.open_end else size
        self.records = [part for part in seen if isinstance(part, Found) and part.offset < limit]
        self.holes = [part for part in seen if isinstance(part, Hole) and part.start < limit]
        self.by_id = {part.record_id: part for part in reversed(self.records)}

    def holds(self, one: Place) -> bool:
        """Whether the record is there, byte for byte, wherever."""
        found = self.by_id.get(one.record_id)
        return found is not None and found.sha256 == one.sha256

    def is_altered(self, one: Place) -> bool:
        """Whether the record is there in another wording, or its bytes are no record any more."""
        if one.record_id in self.by_id:
            return True
        return not self.is_cut(one) and any(h.start <= one.offset < h.end for h in self.holes)

    def is_cut(self, one: Place) -> bool:
        """Whether the file ends before the record does."""
        return one.offset + one.length > self.size


def _header(view: _View) -> Iterator[Damage]:
    first = view.records[0] if view.records else None
    if first is not None and (first.offset, first.sha256) == (0, view.plan.header_sha256):
        return
    if view.size == 0:
        return
    message = f"{view.plan.name}: the warcinfo record at its beginning was altered or removed"
    yield Damage("altered", f"{view.plan.name} byte 0", message)


def _altered(view: _View, one: Place) -> Damage:
    message = f"{view.plan.name}: the record of capture {one.seq} was altered"
    return Damage("altered", _place(view, one.offset), f"{message}: {one.why}".rstrip(": "))


def _removed(view: _View, one: Place) -> Damage:
    message = f"{view.plan.name}: the record of capture {one.seq} was removed"
    return Damage("removed", _place(view, one.offset), message)


def _truncated(view: _View, cut: list[Place]) -> Iterator[Damage]:
    if not cut and view.size:
        return
    lost = f"; with it went {_captures([one.seq for one in cut])}" if cut else ""
    message = f"{view.plan.name} ends at byte {view.size} of {view.plan.end}{lost}"
    yield Damage("truncated", _place(view, view.size), message)


def _swapped(view: _View, kept: list[Place], order: list[Place]) -> Iterator[Damage]:
    wrong = [one.seq for one, other in zip(kept, order, strict=True) if one != other]
    if wrong:
        message = f"{view.plan.name}: {_captures(wrong)} stand in another order than sealed"
        yield Damage("swapped", f"{view.plan.name} {_captures(wrong)}", message)


def _strangers(view: _View, known: set[str], edited: set[int]) -> Iterator[Damage]:
    """Records that no row names, and second copies of those that one names."""
    for part in view.records:
        if part.offset == 0 and part.kind == "warcinfo":
            continue
        if part.sequence.isdecimal() and int(part.sequence[:15]) in edited:
            continue
        twice = view.by_id[part.record_id] is not part
        if part.record_id in known and not twice:
            continue
        what = "a second copy of" if twice else "no row names"
        message = f"{view.plan.name}: {what} record {part.record_id or 'without id'}"
        told = f", which calls itself capture {part.sequence[:15]}" if part.sequence else ""
        yield Damage("added", _place(view, part.offset), message + told)


def _loose_bytes(view: _View, explained: list[Place]) -> Iterator[Damage]:
    for hole in view.holes:
        if hole.start < view.plan.header_length:
            continue  # said of the warcinfo record already
        if any(hole.start <= one.offset < hole.end for one in explained):
            continue
        message = f"{view.plan.name}: bytes {hole.start} to {hole.end} are no record"
        yield Damage("added", _place(view, hole.start), message)


def _place(view: _View, offset: int) -> str:
    return f"{view.plan.name} byte {offset}"


def _captures(numbers: list[int]) -> str:
    named = ", ".join(str(number) for number in numbers[:_NAMED])
    more = len(numbers) - _NAMED
    return f"captures {named}" + (f" and {more} more" if more > 0 else "")
