"""What resolution and network analysis need of the evidence store, and nothing more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Protocol

from model.canonical import Json
from model.facts import Statement
from model.findings import Judgement, Run

Finding = tuple[str, str, Mapping[str, Json]]
"""Kind, uid and payload of one row of a run."""


class Records(Protocol):
    """The part of the vault that is read and written here."""

    def statements(self, predicates: Collection[str] | None = None) -> Iterator[Statement]: ...

    def statements_digest(self) -> str: ...

    def judgements(self) -> list[Judgement]: ...

    def add_judgement(self, judgement: Judgement) -> None: ...

    def save_run(self, run: Run, findings: Iterable[Finding]) -> None: ...

    def latest_run(self, kind: str) -> Run | None: ...

    def findings(self, kind: str, finding_kind: str | None = None) -> Iterator[Finding]: ...
