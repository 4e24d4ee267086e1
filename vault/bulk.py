"""Rows put into a table: many at once, or in place of those that are there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table, insert
from sqlalchemy.dialects import postgresql


def insert_rows(connection: Connection, table: Table, rows: Iterable[Sequence[Any]]) -> None:
    """Insert ``rows``, each the values of all columns in the order of the table's.

    Values go to the driver as they are: for columns of text and numbers only.
    """
    text, positional = _statement(connection.dialect, table)
    if positional:
        values: list[Any] = [tuple(row) for row in rows]
    else:
        names = [column.name for column in table.columns]
        values = [dict(zip(names, row, strict=True)) for row in rows]
    if values:
        connection.exec_driver_sql(text, values)


def upsert(table: Table) -> postgresql.Insert:
    """An insert that takes ON CONFLICT, in the words that PostgreSQL and SQLite share."""
    return postgresql.insert(table)


@lru_cache(maxsize=64)
def _statement(dialect: Dialect, table: Table) -> tuple[str, bool]:
    compiled = insert(table).compile(dialect=dialect)
    return str(compiled), compiled.positional
