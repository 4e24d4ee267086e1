"""What became of one visit to a source, and what the vault remembers of the last ones."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from model.canonical import Json
from model.errors import CollectionError, SpoorError
from vault.vault import Vault


@dataclass(slots=True)
class CollectReport:
    """One run over one source.

    ``pages`` counts answers sealed, ``documents`` those that were not in the vault before,
    ``failures`` pages that failed by reason. ``reason``, ``sentence`` and ``remedy`` tell of
    what ended the run early, else of the last page that failed. ``finished`` is false where
    the next run goes on from here.
    """

    source: str
    started_at: str
    mandate: str = ""
    pages: int = 0
    documents: int = 0
    waiting: int = 0
    issue_counts: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    finished: bool = False
    failed: bool = False
    refused: bool = False
    reason: str = ""
    sentence: str = ""
    remedy: str = ""

    def note(self, error: SpoorError, *, ends: bool) -> None:
        """Remember a failure; ``ends`` where it ended the run."""
        self.reason = error.reason if isinstance(error, CollectionError) else "refused"
        self.sentence, self.remedy = error.message, error.remedy or ""
        if ends:
            self.failed = True
        else:
            self.failures[self.reason] += 1


def source_state(vault: Vault, source: str) -> dict[str, Json]:
    """Last success and last failure of a source: times, counts, and the failure in a sentence."""
    state = vault.get(_key(source))
    return state if isinstance(state, dict) else {}


def keep_state(vault: Vault, report: CollectReport, at: str) -> None:
    """Remember how this run went, beside what is remembered of the other kind."""
    state = source_state(vault, report.source)
    counts = {"at": at, "pages": report.pages, "documents": report.documents}
    state["last_run"] = {**counts, "finished": report.finished, "waiting": report.waiting}
    if report.sentence:
        state["last_failure"] = {
            "at": at,
            "reason": report.reason,
            "sentence": report.sentence,
            "remedy": report.remedy,
        }
    if not report.failed:
        state["last_success"] = counts
    vault.put(_key(report.source), state)


def _key(source: str) -> str:
    return f"source-state:{source}"
