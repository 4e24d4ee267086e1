"""WARC files compared with the captures that were sealed into them, record by record."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO, cast

from model.errors import EvidenceError
from model.evidence import Capture
from vault.captures import verified
from vault.diagnosis import FilePlan, Place, diagnose
from vault.records import Damage


def check_file(
    folder: Path,
    plan: FilePlan,
    captures: Callable[[], Iterable[Capture]],
    edited: set[int],
    *,
    original: Callable[[Capture], Capture | None],
    growing: Callable[[], bool],
    advance: Callable[[int], None],
) -> Iterator[Damage]:
    """Damage in one file. Rows in ``edited`` are known to lie; their records are not compared.

    ``captures`` gives the file's captures by offset; it is called again, for another look, only
    where something is wrong. ``original`` gives the capture that a revisit refers to, where its
    row can be trusted. ``growing`` tells whether a writer may have added to the file since
    the plan was made; it is asked after the file was measured.
    """
    path = folder / plan.name
    if not path.is_file():
        yield Damage("missing", plan.name, f"{plan.name} is missing with all its records")
        return
    look = partial(_failing, edited=edited, original=original, advance=advance)
    wrong = dict(look(path, plan, captures()))
    size = path.stat().st_size
    open_end = size > plan.end and growing()
    if wrong or (size != plan.end and not open_end):
        places = [_place(one, wrong) for one in captures() if one.seq not in edited]
        yield from diagnose(path, replace(plan, open_end=open_end), places, edited)


def _failing(
    path: Path,
    plan: FilePlan,
    captures: Iterable[Capture],
    *,
    edited: set[int],
    original: Callable[[Capture], Capture | None],
    advance: Callable[[int], None],
) -> Iterator[tuple[int, str]]:
    """Numbers of captures that are not whole at their place, and why; 0 for the file's head."""
    with path.open("rb") as file:
        if hashlib.sha256(file.read(plan.header_length)).hexdigest() != plan.header_sha256:
            yield 0, "the warcinfo record is not the one that was written"
        end = plan.header_length
        for capture in captures:
            if capture.seq in edited:
                end = max(end, capture.offset + capture.length)
                continue
            if capture.offset != end:
                yield 0, "a record that no capture names stands between"
            end = capture.offset + capture.length
            if why := _wrong(file, capture, original(capture)):
                yield capture.seq, why
            advance(capture.length)
    if end != plan.end:
        yield 0, "a record that no capture names stands at the end"


def _wrong(file: IO[bytes], capture: Capture, first: Capture | None) -> str:
    """What is wrong with the record of ``capture`` at its place; empty where all is well."""
    tapped = _Tapped(file)
    try:
        for _ in verified(cast(IO[bytes], tapped), capture, first):
            pass
    except EvidenceError as error:
        return error.message
    if tapped.digest.hexdigest() != capture.member_sha256:
        return "its compressed bytes differ, though they hold the same content"
    return ""


class _Tapped:
    """A file that hashes what is read from it; seeking is allowed before the first reading."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def seek(self, offset: int) -> int:
        return self._file.seek(offset)

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


def _place(capture: Capture, wrong: dict[int, str]) -> Place:
    return Place(
        capture.seq,
        capture.record_id,
        capture.offset,
        capture.length,
        capture.member_sha256,
        wrong.get(capture.seq, ""),
    )
