"""Everything that only SQLite understands: engine, pragmas, STRICT, triggers, partial indexes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Double,
    Engine,
    Integer,
    Text,
    create_engine,
    event,
    types,
)
from sqlalchemy.pool import NullPool, QueuePool, StaticPool
from sqlalchemy.types import TypeEngine

STRICT: Mapping[str, Any] = {"sqlite_strict": True}
"""Table option: SQLite refuses values of another type than the column's."""

CLUSTERED: Mapping[str, Any] = {"sqlite_strict": True, "sqlite_with_rowid": False}
"""Strict, and kept in the order of its primary key: for keys that are text."""

BIG: TypeEngine[int] = BigInteger().with_variant(Integer(), "sqlite")
"""64-bit integer; SQLite's INTEGER is one already."""

REAL: TypeEngine[float] = Double().with_variant(types.REAL(), "sqlite")
"""64-bit float; SQLite calls it REAL."""

UID: TypeEngine[str] = Text().with_variant(Text(collation="C"), "postgresql")
"""Text compared code point by code point, as SQLite does by itself: same order everywhere."""

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
    "PRAGMA temp_store=FILE",
    "PRAGMA cache_size=-65536",
    "PRAGMA wal_autocheckpoint=8000",
    "PRAGMA journal_size_limit=67108864",
)


def partial(condition: ColumnElement[bool]) -> dict[str, Any]:
    """Index options that restrict an index to the rows of ``condition``."""
    return {"sqlite_where": condition, "postgresql_where": condition}


def writing_engine(path: Path) -> Engine:
    """The engine of the one writer: a transaction takes the write lock when it begins."""
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=NullPool,
        connect_args={"timeout": 60, "check_same_thread": False},
    )
    _prepare(engine, _PRAGMAS, "BEGIN IMMEDIATE")
    return engine


def reading_engine(path: Path) -> Engine:
    """An engine that can not change anything; each transaction sees one moment."""
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=QueuePool,
        connect_args={"timeout": 60, "check_same_thread": False},
    )
    _prepare(engine, (*_PRAGMAS[2:], "PRAGMA query_only=ON"), "BEGIN")
    return engine


def empty_engine() -> Engine:
    """A database in memory, for reading a vault that nothing was written to yet."""
    engine = create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )
    _prepare(engine, ("PRAGMA foreign_keys=ON",), "")  # one connection: transactions would nest
    return engine


def _prepare(engine: Engine, pragmas: tuple[str, ...], begin: str) -> None:
    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN comes too late
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", connected)
    if begin:
        event.listen(engine, "begin", begun)


def protection(table: str, columns: tuple[str, ...] = ()) -> dict[str, str]:
    """Triggers by name that refuse DELETE, and UPDATE of ``columns`` (of all by default)."""
    of = f" OF {', '.join(columns)}" if columns else ""
    return {
        f"{table}_no_update": (
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE{of} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{table}: evidence is never changed'); END"
        ),
        f"{table}_no_delete": (
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{table}: evidence is never deleted'); END"
        ),
    }


def protect(connection: Connection, protected: Mapping[str, tuple[str, ...]]) -> None:
    """Make the triggers that keep ``protected`` tables append-only (SQLite only)."""
    if connection.dialect.name != "sqlite":
        return
    for table, columns in protected.items():
        for text in protection(table, columns).values():
            connection.exec_driver_sql(text)


def self_check(connection: Connection, protected: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """What is wrong with the database as a file, and which triggers are missing.

    Nothing is said of a database that is not SQLite: its server looks after itself.
    """
    if connection.dialect.name != "sqlite":
        return
    rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    there = {str(name): str(text) for name, text in rows}
    for table, columns in protected.items():
        for name, text in protection(table, columns).items():
            if there.get(name) != text:
                yield f"the trigger {name} that protects {table} is missing or was changed"
    for (message,) in connection.exec_driver_sql("PRAGMA quick_check(20)"):
        if message != "ok":
            yield str(message)
    for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"{table} row {row}: what it refers to in {parent} is missing"
