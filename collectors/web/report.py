"""What became of one visit to a source, and what the vault remembers of the last ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from model.canonical import Json
from model.errors import CollectionError, SpoorError
from vault.vault import Vault


@dataclass(slots=True)
class CollectReport:
    """One run over one source.

    ``pages`` counts answers sealed, ``unchanged`` those of them that the vault held already,
    ``documents`` those that were not in the vault before, ``retries`` attempts put off,
    ``failures`` addresses given up by reason. ``traps`` counts links left out by rule, of each of
    which ``trap_examples`` has one. ``reason``, ``sentence`` and ``remedy`` tell of what ended the
    run early, else of the last page that failed. ``finished`` is false where the next run goes on
    from here: at ``paused_until`` (ISO 8601 UTC) where that is known. ``round_counts`` are the
    addresses of the whole round by what became of them, ``mirror`` the address asked last,
    ``circuits`` how often a new way through Tor was taken, ``quota`` how much of each budget of
    an interface is used today.
    """

    source: str
    started_at: str
    mandate: str = ""
    round: int = 0
    pages: int = 0
    unchanged: int = 0
    documents: int = 0
    media: int = 0
    waiting: int = 0
    retries: int = 0
    circuits: int = 0
    mirror: str = ""
    issue_counts: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    traps: Counter[str] = field(default_factory=Counter)
    trap_examples: dict[str, str] = field(default_factory=dict)
    round_counts: Mapping[str, int] = field(default_factory=dict)
    quota: Mapping[str, Json] = field(default_factory=dict)
    finished: bool = False
    failed: bool = False
    refused: bool = False
    paused: bool = False
    paused_until: str = ""
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

    def pause(self, error: CollectionError, until: str) -> None:
        """The run ends here because its time is up, and the next one goes on."""
        self.paused, self.paused_until = True, until
        self.reason = error.reason
        self.sentence, self.remedy = error.message, error.remedy or ""

    def trap(self, rule: str, url: str) -> None:
        """A link was left out by this rule."""
        self.traps[rule] += 1
        self.trap_examples.setdefault(rule, url)


def source_state(vault: Vault, source: str) -> dict[str, Json]:
    """Last success and last failure of a source: times, counts, and the failure in a sentence."""
    state = vault.get(_key(source))
    return state if isinstance(state, dict) else {}


def keep_state(vault: Vault, report: CollectReport, at: str) -> None:
    """Remember how this run went, beside what is remembered of the other kind."""
    state = source_state(vault, report.source)
    counts = {"at": at, "pages": report.pages, "documents": report.documents}
    state["last_run"] = {**counts, **_last_run(report)}
    if report.sentence and not report.paused:
        state["last_failure"] = {
            "at": at,
            "reason": report.reason,
            "sentence": report.sentence,
            "remedy": report.remedy,
        }
    if not report.failed and not report.refused:
        state["last_success"] = counts
    vault.put(_key(report.source), state)


def _last_run(report: CollectReport) -> dict[str, Json]:
    """What is told of a run besides its counts; what there is nothing of is left out."""
    told: dict[str, Json] = {"finished": report.finished, "waiting": report.waiting}
    more: dict[str, Json] = {
        "unchanged": report.unchanged,
        "failures": dict(report.failures),
        "traps": {
            rule: {"links": number, "example": report.trap_examples.get(rule, "")}
            for rule, number in sorted(report.traps.items())
        },
        "paused_until": report.paused_until,
        "paused_for": report.sentence if report.paused else "",
        "mirror": report.mirror,
        "circuits": report.circuits,
        "quota": dict(report.quota),
    }
    return told | {name: value for name, value in more.items() if value}


def _key(source: str) -> str:
    return f"source-state:{source}"
