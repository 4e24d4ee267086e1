"""Transactions: each operation happens whole or not at all, and is durable once acknowledged."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Executable,
    Row,
    Select,
    Table,
    Transaction,
    event,
    select,
    update,
)
from sqlalchemy.exc import DatabaseError, OperationalError

from model.clock import Clock
from model.errors import EvidenceError
from vault.records import GENESIS
from vault.schema import heads
from vault.turns import Turns
from vault.waiting import Changes, Marks, Waiting

_MODULUS = 1 << 128
_NOTHING = "0" * 32
_OPERATIONS_A_COMMIT = 2_000  # bounds what a crash in a batch can cost
_ROWS_WAITING = 500
ASIDE: Mapping[str, Any] = {"aside": True}
"""Execution options of a query that what waits to be written does not concern."""


@dataclass(frozen=True, slots=True)
class Heads:
    """How far each append-only table has come. Kept beside the tables, to notice a cut tail.

    Counts and sums are those of the documents that are current and of the statements that
    stand, see :func:`added_up`.
    """

    capture_seq: int = 0
    capture_chain: str = GENESIS
    custody_seq: int = 0
    custody_chain: str = GENESIS
    document_seq: int = 0
    current_count: int = 0
    current_sum: str = _NOTHING
    statement_seq: int = 0
    standing_count: int = 0
    standing_sum: str = _NOTHING

    def with_current(self, begun: Iterable[str], ended: Iterable[str]) -> Heads:
        """With documents (by row digest) that became current or were superseded."""
        count, total = added_up(self.current_count, self.current_sum, begun, ended)
        return replace(self, current_count=count, current_sum=total)

    def with_standing(self, begun: Iterable[str], ended: Iterable[str]) -> Heads:
        """With statements (as ``extractor id``) that began or ceased to stand."""
        count, total = added_up(self.standing_count, self.standing_sum, begun, ended)
        return replace(self, standing_count=count, standing_sum=total)


def added_up(count: int, total: str, begun: Iterable[str], ended: Iterable[str]) -> tuple[int, str]:
    """Size and sum of a set after members came and went.

    The sum is that of the members' digests modulo 2¹²⁸: equal sets have equal sums, whatever
    the order, and a change costs nothing more than its own size.
    """
    number = int(total, 16)
    for sign, members in ((1, begun), (-1, ended)):
        for member in members:
            number += sign * int.from_bytes(hashlib.sha256(member.encode()).digest()[:16], "big")
            count += sign
    return count, f"{number % _MODULUS:032x}"


def _is_broken() -> EvidenceError:
    return EvidenceError(
        "the vault could not write a moment ago and takes nothing more",
        remedy="look at the disk, then start again: the vault repairs itself when opened",
    )


@contextmanager
def explained(place: str = "the vault's database") -> Iterator[None]:
    """What the database complains of by itself (disk, file, lock) as an EvidenceError."""
    try:
        yield
    except DatabaseError as error:
        if type(error) not in (DatabaseError, OperationalError):
            raise
        raise EvidenceError(
            f"{place}: {error.orig}",
            remedy="look at the disk and its free space; 'spoor vault verify' tells what is whole",
        ) from error


class Session:
    """The connection of one vault, the clock, and who is working.

    ``before_commit`` functions run inside the transaction, just before it is committed. Safe to
    use from several threads: batches, and operations outside of one, wait for one another.

    Rows given to :meth:`insert` and :meth:`change` wait until a statement names their table, or
    the commit, and are written together. An operation that does nothing else needs no savepoint;
    any other takes one at its first statement that changes something.
    """

    def __init__(self, *, writer: Engine | None, reader: Engine, clock: Clock, who: str) -> None:
        self.clock = clock
        self.who = who
        self.heads = self._stored = Heads()
        self.before_commit: list[Callable[[Connection], None]] = []
        self._reader = reader
        self._writer = writer.connect() if writer is not None else None
        self._transaction: Transaction | None = None
        self._waiting = Waiting()
        self._marks: Marks | None = None  # what waited when the operation began
        self._former: Changes = {}  # of that, what was written behind the operation's savepoint
        self._is_saved = False
        self._is_ours = False
        if writer is not None:
            event.listen(writer, "before_cursor_execute", self._before_statement)
        self._turns = Turns(self._commit)
        self._depth = 0
        self._operations = 0
        self._broken = False

    @property
    def is_sound(self) -> bool:
        """Whether it may write, and no commit has failed."""
        return self._writer is not None and not self._broken

    def start_from(self, found: Heads) -> None:
        """Go on where the database stands."""
        self.heads = self._stored = found

    @contextmanager
    def operation(self) -> Iterator[Connection]:
        """One change, whole or not at all; nested operations belong to the outermost one."""
        with self._turns.writing(), explained():
            connection = self._begin()
            if self._depth:
                yield connection
                return
            before = self.heads
            self._depth, self._marks = 1, self._waiting.marks()
            try:
                yield connection
                if self._is_saved:
                    self._execute("RELEASE SAVEPOINT operation")
            except BaseException:
                self.heads = before
                self._undo()
                raise
            finally:
                self._depth, self._marks, self._former, self._is_saved = 0, None, {}, False
                self._operations += 1
                if self._operations >= _OPERATIONS_A_COMMIT:
                    self.flush()

    def _undo(self) -> None:
        """Take back what the operation has changed so far."""
        self._waiting.cut(self._marks or {})
        if self._is_saved:
            self._execute("ROLLBACK TO SAVEPOINT operation")
            self._execute("RELEASE SAVEPOINT operation")
            self._waiting.put_back(self._former)

    def insert(self, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
        """Let new rows, each the values of all columns by name, be written in this operation.

        What is wrong with one is told when it is written, and may cost the whole transaction:
        for rows that the vault itself has numbered and checked.
        """
        names = _columns(table)
        self._waiting.add(table, [tuple([row[name] for name in names]) for row in rows])
        self._bound()

    def change(self, table: Table, statement: Executable, values: Mapping[str, Any]) -> None:
        """Let a statement that changes one row of ``table`` be written; as :meth:`insert`."""
        self._waiting.add(table, [values], statement)
        self._bound()

    def waiting(self, table: Table) -> Sequence[Sequence[Any]]:
        """New rows of a table that are not written yet, each in the order of its columns."""
        return self._waiting.rows(table)

    def _bound(self) -> None:
        if self._waiting.size >= _ROWS_WAITING:
            self._write_all()

    def _before_statement(
        self, _on: Connection, _cursor: Any, text: str, _values: Any, context: Any, _many: bool
    ) -> None:
        """Take the savepoint where it is due, and write what the statement is to see."""
        if self._is_ours:
            return
        aside = context is not None and context.execution_options.get("aside", False)
        concerned = self._waiting.size > 0 and not aside and self._waiting.concerns(text)
        if concerned:
            self._write_all()
        if not text.startswith("SELECT"):
            self._save()

    def _save(self) -> None:
        """Take the operation's savepoint, where there is one and it was not taken before."""
        if self._marks is not None and not self._is_saved:
            self._execute("SAVEPOINT operation")
            self._is_saved = True

    def _write_all(self) -> None:
        """Write what waits, so that only the operation's own part is undone with it."""
        if self._marks:
            if self._is_saved:
                self._former = self._waiting.before(self._marks)
            else:
                self._write(self._marks)
            self._marks = {}
        self._save()
        self._write()

    def _write(self, marks: Marks | None = None) -> None:
        """Write what waits; where that fails beyond a savepoint's reach, the vault is broken."""
        if self._writer is None or not self._waiting.size:
            return
        self._is_ours = True
        try:
            self._waiting.write(self._writer, marks)
        except BaseException:
            self._broken = self._broken or not self._is_saved
            raise
        finally:
            self._is_ours = False

    def _execute(self, text: str) -> None:
        if self._writer is None:
            return
        self._is_ours = True
        try:
            self._writer.exec_driver_sql(text)
        finally:
            self._is_ours = False

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Commits at the end instead of after every operation; other threads wait meanwhile.

        A crash leaves all of a batch or nothing, where it has fewer than 2,000 operations. What
        was completed is kept where the batch ends in an error: each operation stands for
        itself, and evidence that was seen is not thrown away.
        """
        with self._turns.writing():
            if not self._depth:
                self._operations = 0
            yield

    def flush(self) -> None:
        """Commit what this thread has pending; it is on the disk when this returns."""
        if self._turns.is_mine and not self._depth:
            self._turns.commit()

    def _commit(self) -> None:
        with explained():
            transaction, connection = self._transaction, self._writer
            if self._broken:
                raise _is_broken()
            if transaction is None or connection is None:
                return
            self._depth = 1
            try:
                for function in self.before_commit:
                    function(connection)
                self._write_all()
                if self.heads != self._stored:
                    connection.execute(update(heads), asdict(self.heads))
                transaction.commit()
                self._stored = self.heads
            except BaseException:
                self._broken = True
                self.heads = self._stored
                self._waiting.clear()
                if transaction.is_active:
                    transaction.rollback()
                raise
            finally:
                self._depth = 0
                self._operations = 0
                self._transaction = None

    def is_changing(self, custody_seq: int) -> bool:
        """Whether another thread writes, or one has since custody entry ``custody_seq``."""
        return self._turns.is_others or self.heads.custody_seq > custody_seq

    def read_heads(self) -> Heads:
        """Where the tables stand now, also where another process writes."""
        if self._writer is not None:
            return self.heads
        row = self.page(select(heads))[0]
        return Heads(**{field.name: row._mapping[field.name] for field in fields(Heads)})

    def page(
        self, query: Select[Any], values: Mapping[str, Any] | None = None
    ) -> Sequence[Row[Any]]:
        """All rows of a small query; sees what this thread has changed in a pending batch."""
        if self._turns.is_mine and self._transaction is not None and self._writer is not None:
            with explained():
                return self._writer.execute(query, values).all()
        with explained(), self._reader.connect() as connection:
            return connection.execute(query, values).all()

    @contextmanager
    def steady(self) -> Iterator[None]:
        """Meanwhile no other thread changes anything, and every change made so far is seen."""
        with self._turns.looking():
            yield

    def look(
        self, query: Select[Any], values: Mapping[str, Any] | None = None
    ) -> Sequence[Row[Any]]:
        """All rows of a small query, with every change that any thread has made so far."""
        with self.steady():
            return self.page(query, values)

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection that sees one moment, for as long as it is open; commits what is pending."""
        self.flush()
        with explained(), self._reader.connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        try:
            if not self._broken:
                with self._turns.writing():
                    """Its end commits what is pending."""
        finally:
            if self._writer is not None:
                self._writer.close()
                self._writer.engine.dispose()
            self._reader.dispose()

    def _begin(self) -> Connection:
        if self._writer is None:
            raise EvidenceError("the vault was opened for reading only")
        if self._broken:
            raise _is_broken()
        if self._transaction is None:
            self._transaction = self._writer.begin()
        return self._writer


@lru_cache(maxsize=64)
def _columns(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns)
