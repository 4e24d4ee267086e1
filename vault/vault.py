"""The vault: evidence of record, and everything that was read out of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

from config.settings import Workspace
from model.canonical import Json
from model.clock import Clock, iso, system_clock
from model.evidence import Capture, Document, Issue, Mandate
from model.facts import Statement
from model.findings import Judgement, Run
from vault import anchors, opening
from vault.captures import CaptureStore
from vault.custody import CustodyLog
from vault.derived import Derived
from vault.documents import DocumentStore
from vault.files import WarcFolder
from vault.frontier import Address, Frontier, Round
from vault.governance import Governance
from vault.held import unheld
from vault.lock import WriterLock, is_held
from vault.records import CustodyEntry, Damage, Sealed, Sealing
from vault.rounds import RoundStore
from vault.schema import HEAD
from vault.searches import SearchStore
from vault.session import Session
from vault.sightings import SightingStore
from vault.statements import StatementStore
from vault.verify import Progress, Verification
from vault.visits import Cursors, RequestLog

__all__ = [
    "Address",
    "CustodyEntry",
    "Damage",
    "Frontier",
    "Round",
    "Sealed",
    "Sealing",
    "Vault",
    "open_vault",
]

ROTATE_BYTES = 1_000_000_000


class Vault:
    """One open vault; a context manager. Every method that adds is durable when it returns,
    or at the end of the :meth:`batch` around it."""

    def __init__(
        self,
        session: Session,
        warc: WarcFolder,
        folder: Path,
        *,
        made_up: bool,
        lock: WriterLock | None,
    ) -> None:
        self.folder = folder
        self.repairs: list[str] = []
        self._session = session
        self._warc = warc
        self._lock = lock
        self._opened_at = session.heads
        self._custody = CustodyLog(session)
        self._captures = CaptureStore(
            session, self._custody, warc, folder / opening.WARC, made_up=made_up
        )
        self._governance = Governance(session, self._custody)
        self._statements = StatementStore(session, self._custody)
        self._documents = DocumentStore(session, self._custody, self._statements)
        self._derived = Derived(session, self._custody)
        self._rounds = RoundStore(session)
        self._requests = RequestLog(session)
        self._cursors = Cursors(session)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Commit what is pending, note where the chains stand, and let the next writer in."""
        try:
            try:
                self._requests.settle()
            finally:
                self._session.close()
                self._warc.close()
            if self._lock is not None and self._session.heads != self._opened_at:
                now = iso(self._session.clock())
                anchors.note(self.folder, now, self._session.heads)
        finally:
            if self._lock is not None:
                self._lock.release()

    def batch(self) -> AbstractContextManager[None]:
        """Many writes, one commit; after a crash all of them are there, or none.

        Other threads wait meanwhile, so it must be short (and have fewer than 2,000 writes). Each
        write stands for itself: an error undoes only its own.
        """
        return self._session.batch()

    def announce(self, repairs: Iterable[opening.Repair]) -> None:
        """Enter what was repaired into the custody log, and keep a sentence on each."""
        for repair in repairs:
            details = {"end": repair.end, "moved": repair.moved, "kept": repair.kept}
            self.record("repaired", repair.file, details)
            self.repairs.append(repair.sentence())

    def announced(self) -> set[str]:
        """Where the tails are kept whose repair the custody log knows of."""
        entries = (entry for entry in self.custody() if entry.action == "repaired")
        return {str(entry.details["kept"]) for entry in entries}

    # captures
    def seal(self, sealing: Sealing) -> Sealed:
        """Seal bytes before anyone parses them.

        An import of the same source and content (and, where it has one, URL and moment) gives
        the existing capture, ``new`` False; a fetched page is always a capture of its own.
        PolicyRefusal where made-up and real material would mix, or the mandate is not recorded.
        """
        return self._captures.seal(sealing)

    def payload(self, capture: Capture) -> bytes:
        """The sealed bytes, verified; EvidenceError where they are not what was sealed."""
        return self._captures.payload(capture)

    def pieces(self, capture: Capture) -> Iterator[bytes]:
        """The sealed bytes in pieces of at most 1 MiB; EvidenceError at the end if altered."""
        return self._captures.pieces(capture)

    def captures(self, after: int = 0) -> Iterator[Capture]:
        """Captures numbered above ``after``, in the order of sealing."""
        return self._captures.captures(after)

    def capture(self, sha256: str, source: str | None = None) -> Capture | None:
        """The first capture of this content."""
        return self._captures.capture(sha256, source)

    def capture_at(self, seq: int) -> Capture | None:
        """The capture of this number."""
        return self._captures.capture_at(seq)

    def export_capture(self, capture: Capture, path: Path) -> None:
        """Write a new WARC file ``path`` that holds this capture's record as it was sealed."""
        self._captures.export(capture, path)

    def verify(self, progress: Progress | None = None) -> Iterator[Damage]:
        """Check everything, and name each thing that is not as it was recorded.

        Changes nothing and may run beside a writer. ``progress`` is told bytes done and to do.
        """
        with self._session.snapshot() as connection:
            check = Verification(
                connection,
                self.folder,
                self.folder / opening.WARC,
                growing=self._is_growing,
                progress=progress,
            )
            yield from check.damages()

    def _is_growing(self, custody_seq: int) -> bool:
        """Whether someone else writes, or has written since custody entry ``custody_seq``."""
        if self._lock is not None:
            return self._session.is_changing(custody_seq)
        return is_held(self.folder / opening.LOCK) or self._custody.last() > custody_seq

    # custody and governance
    def record(
        self, action: str, subject: str, details: Mapping[str, Json], mandate: str | None = None
    ) -> None:
        """Enter into the custody log that the user of this vault did something now."""
        self._custody.append(action, subject, details, mandate)

    def custody(self) -> Iterator[CustodyEntry]:
        """The custody log from its beginning."""
        return self._custody.entries()

    def add_mandate(self, mandate: Mandate) -> None:
        """Record an authorisation; ConfigurationError where its id says something else."""
        self._governance.add_mandate(mandate)

    def end_mandate(self, identity: str, why: str) -> None:
        """End an authorisation now; ConfigurationError where there is none to end."""
        self._governance.end_mandate(identity, why)

    def mandates(self) -> list[Mandate]:
        """All mandates ever recorded, by id."""
        return self._governance.mandates()

    def mandate_for(self, source: str) -> Mandate | None:
        """The mandate that covers ``source`` now."""
        return self._governance.mandate_for(source)

    def add_judgement(self, judgement: Judgement) -> None:
        """Keep a person's verdict for good; the same one again adds nothing."""
        self._governance.add_judgement(judgement)

    def judgements(self) -> list[Judgement]:
        """In the order they were given."""
        return self._governance.judgements()

    # documents
    def add_documents(
        self,
        capture: Capture,
        reader: str,
        documents: Iterable[Document],
        issues: Iterable[Issue] = (),
    ) -> int:
        """All that ``reader`` (name/version) found in ``capture``, in one call.

        Returns how many documents are new. What a former reading of the capture found and this
        one did not is superseded, and so are its statements. ``issues`` is read last.
        """
        return self._documents.add(capture, reader, documents, issues)

    def unheld(self, capture: Capture, documents: Iterable[Document]) -> Iterator[Document]:
        """Those ``documents`` of ``capture`` that no earlier capture of its source has as they are.

        For material that repeats itself: a later export of a chat holds the former one.
        """
        return unheld(self._session, capture, documents)

    def read_by(self, capture: Capture) -> str | None:
        """The reader that read ``capture`` last; None where none did as it is to be read now."""
        return self._documents.read_by(capture)

    def unread(self, reader: str) -> Iterator[Capture]:
        """Captures whose last reading was not by ``reader`` (name/version), by number."""
        return self._captures.unread(reader)

    def documents(self, source: str | None = None) -> Iterator[Document]:
        """Current documents, in the order they were read."""
        return self._documents.documents(source)

    def document(self, uid: str) -> Document | None:
        """The current document of this uid."""
        return self._documents.document(uid)

    def issues(self, source: str | None = None) -> Iterator[tuple[Capture, Issue]]:
        """What the last reading of each capture reported."""
        return self._documents.issues(source)

    def unenriched(self, extractor: str) -> Iterator[Document]:
        """Current documents that ``extractor`` (name/version) has not yet read."""
        return self._documents.unenriched(extractor)

    # statements
    def add_statements(
        self, extractor: str, items: Iterable[tuple[str, Sequence[Statement]]]
    ) -> int:
        """For each document uid all statements ``extractor`` (name/version) makes of it.

        They replace what another version of the same extractor stated of that document; a
        document with no statements counts as read. Returns how many statements are new.
        """
        return self._statements.add(extractor, items)

    def statements(self, predicates: Collection[str] | None = None) -> Iterator[Statement]:
        """Statements that stand, by subject uid, predicate, object uid, id; streamed."""
        return self._statements.statements(predicates)

    def statement(self, identity: str) -> Statement | None:
        """The statement of this id, standing or superseded."""
        return self._statements.statement(identity)

    def stands(self, identity: str) -> bool:
        """Whether the statement of this id stands."""
        return self._statements.stands(identity)

    def statements_digest(self) -> str:
        """Equal for equal sets of standing statements; costs nothing."""
        return self._statements.digest()

    # visits: not evidence, but in the same transaction
    def frontier(self, source: str) -> Frontier:
        """The addresses of ``source``; one object hands out each of them once."""
        return Frontier(self._session, self._rounds, self._requests, source)

    def rounds(self, source: str) -> list[Round]:
        """All rounds of ``source``, the oldest first."""
        return self._rounds.rounds(source)

    def sightings(self, source: str) -> SightingStore:
        """The listings of ``source``, what became of them, and the proof."""
        return SightingStore(self._session, source)

    def searches(self, source: str) -> SearchStore:
        """What ``source`` is searched for, how often, and what that brought."""
        return SearchStore(self._session, source)

    def cursor(self, source: str, name: str) -> Json | None:
        """What was kept for ``source`` under ``name``; None where nothing was."""
        return self._cursors.get(source, name)

    def keep_cursor(self, source: str, name: str, value: Json) -> None:
        """Keep where ``source`` was read up to, in place of what was kept before."""
        self._cursors.keep(source, name, value)

    # runs and state
    def save_run(self, run: Run, findings: Iterable[tuple[str, str, Mapping[str, Json]]]) -> None:
        """Replace the last run of ``run.kind`` and its findings (kind, uid, payload)."""
        self._derived.save_run(run, findings)

    def latest_run(self, kind: str) -> Run | None:
        """The run of this kind that was saved last."""
        return self._derived.latest_run(kind)

    def findings(
        self, kind: str, finding_kind: str | None = None
    ) -> Iterator[tuple[str, str, Mapping[str, Json]]]:
        """Findings of the last run of ``kind`` as (kind, uid, payload), as they were given."""
        return self._derived.findings(kind, finding_kind)

    def get(self, key: str) -> Json | None:
        """Derived state kept under ``key``; None where there is none."""
        return self._derived.get(key)

    def put(self, key: str, value: Json) -> None:
        """Keep derived state under ``key``; not evidence."""
        self._derived.put(key, value)


def open_vault(
    workspace: Workspace,
    *,
    who: str | None = None,
    clock: Clock = system_clock,
    write: bool = True,
    rotate_bytes: int = ROTATE_BYTES,
) -> Vault:
    """Open the vault of ``workspace``, for the one writer or (``write=False``) for reading.

    A writer repairs what an interrupted one left behind, and tells in ``Vault.repairs``.
    VaultBusy where someone else writes, EvidenceError where sealed bytes are gone.
    """
    who = who or opening.user_at_host()
    warc = WarcFolder(
        workspace.vault / opening.WARC, workspace=workspace.settings.name, rotate_bytes=rotate_bytes
    )
    if not write:
        session = opening.reading_session(workspace.vault, clock, who)
        return Vault(session, warc, workspace.vault, made_up=workspace.made_up, lock=None)
    (workspace.vault / opening.WARC).mkdir(parents=True, exist_ok=True)
    lock = WriterLock(workspace.vault / opening.LOCK, who, iso(clock()))
    try:
        return _open_writer(workspace, warc, lock, clock, who)
    except BaseException:
        lock.release()
        raise


def _open_writer(
    workspace: Workspace, warc: WarcFolder, lock: WriterLock, clock: Clock, who: str
) -> Vault:
    folder = workspace.vault
    session, former = opening.writing_session(folder, clock, who)
    try:
        ends = opening.acknowledged_ends(session)
        opening.repair_tails(folder, ends, f"{clock():%Y%m%dT%H%M%SZ}")
    except BaseException:
        session.close()
        raise
    warc.resume(len(ends), list(ends.values())[-1] if ends else 0)
    vault = Vault(session, warc, folder, made_up=workspace.made_up, lock=lock)
    vault.announce(opening.repairs(folder, ends, vault.announced))
    if former not in (None, HEAD):
        vault.record("schema upgraded", opening.DATABASE, {"from": former, "to": HEAD})
    return vault
