"""The one client of the graph: opens it, reads in READ access mode, writes with retries."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any, TypeVar

import neo4j
from neo4j.exceptions import (
    AuthError,
    DriverError,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
)
from neo4j.graph import Node, Path, Relationship

from config.settings import Workspace
from graph.engines import Dialect, Endpoint, Engine
from graph.engines.embedded import EmbeddedEngine
from graph.engines.neo4j import Neo4jEngine
from model.errors import GraphError

T = TypeVar("T")
Row = dict[str, Any]
_LOST = (ServiceUnavailable, SessionExpired)


class Graph:
    """A graph that connects on first use; a context manager that lets go of its engine.

    ``read`` never changes anything: it runs in READ access mode and its transaction is always
    rolled back, for engines that do not enforce the mode.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._endpoint: Endpoint | None = None
        self._drivers: dict[tuple[str, str], neo4j.Driver] = {}

    @property
    def dialect(self) -> Dialect:
        return self._engine.dialect

    @property
    def address(self) -> str:
        """Which graph this is; the same for the same graph, without secrets."""
        return self._engine.address

    def present(self) -> bool | None:
        """Whether the engine's data are there; None where only the server can tell."""
        return self._engine.present()

    def discard(self) -> bool:
        """Throw all data away at once, where the engine can and nobody else uses it."""
        self._disconnect()
        return self._engine.discard()

    def __enter__(self) -> Graph:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._disconnect()
        self._engine.close()

    def read(self, cypher: str, **params: object) -> Iterator[Row]:
        """Rows as plain values, streamed; GraphError where the server refuses.

        Where the connection is lost before the first row, one new one is tried.
        """
        rows = self._rows(cypher, params)
        try:
            first = next(rows, None)
        except _LOST:
            self._recover()
            rows = self._rows(cypher, params)
            first = _told(lambda: next(rows, None))
        except (Neo4jError, DriverError) as error:
            raise _explained(error) from error
        if first is not None:
            yield first
            yield from _telling(rows)

    def write(self, cypher: str, **params: object) -> list[Row]:
        """Run one statement in its own transaction, retried by the driver; its rows, if any.

        The statement must be idempotent: an unclear commit is tried again.
        """
        return self.transact([(cypher, params)])

    def transact(self, statements: Iterable[tuple[str, Mapping[str, object]]]) -> list[Row]:
        """Several idempotent statements in one transaction; the rows of all of them."""
        work = list(statements)

        def unit(transaction: neo4j.ManagedTransaction) -> list[Row]:
            return [
                _row(record)
                for cypher, params in work
                for record in transaction.run(cypher, dict(params))
            ]

        try:
            return self._execute(unit)
        except _LOST:
            self._recover()
            return _told(lambda: self._execute(unit))
        except (Neo4jError, DriverError) as error:
            raise _explained(error) from error

    def _execute(self, unit: Callable[[neo4j.ManagedTransaction], T]) -> T:
        endpoint = self._connected()
        driver = self._driver(endpoint, endpoint.writer)
        with driver.session(database=endpoint.database) as session:
            return session.execute_write(unit)

    def _rows(self, cypher: str, params: Mapping[str, object]) -> Iterator[Row]:
        endpoint = self._connected()
        driver = self._driver(endpoint, endpoint.reader)
        database, mode = endpoint.database, neo4j.READ_ACCESS
        with (
            driver.session(database=database, default_access_mode=mode) as session,
            session.begin_transaction() as transaction,
        ):
            for record in transaction.run(cypher, dict(params)):
                yield _row(record)
            transaction.rollback()

    def _connected(self) -> Endpoint:
        if self._endpoint is None:
            self._endpoint = self._engine.endpoint()
        return self._endpoint

    def _driver(self, endpoint: Endpoint, who: tuple[str, str]) -> neo4j.Driver:
        if who not in self._drivers:
            # the driver tells a terminal about every retry and unknown label; errors come to us
            logging.getLogger("neo4j").setLevel(logging.ERROR)
            self._drivers[who] = neo4j.GraphDatabase.driver(
                endpoint.uri,
                auth=who,
                user_agent="spoor",
                telemetry_disabled=True,
                max_transaction_retry_time=endpoint.patience,
                connection_timeout=15.0,
            )
        return self._drivers[who]

    def _disconnect(self) -> None:
        for driver in self._drivers.values():
            driver.close()
        self._drivers.clear()
        self._endpoint = None

    def _recover(self) -> None:
        self._disconnect()
        self._engine.recover()


def open_graph(workspace: Workspace) -> Graph:
    """The workspace's graph; nothing is started or connected before its first use."""
    settings = workspace.settings.graph
    if settings.engine == "neo4j":
        return Graph(Neo4jEngine(settings))
    return Graph(EmbeddedEngine(workspace.graph, settings.memory))


def _row(record: neo4j.Record) -> Row:
    return {
        str(key): plain(value) for key, value in zip(record.keys(), record.values(), strict=True)
    }


def plain(value: object) -> Any:
    """Nodes, relationships, paths and times as JSON values."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Node | Relationship | Path):
        return _structure(value)
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value.iso_format() if hasattr(value, "iso_format") else str(value)


def _structure(value: Node | Relationship | Path) -> Any:
    if isinstance(value, Node):
        return {"labels": sorted(value.labels)} | plain(dict(value))
    if isinstance(value, Relationship):
        return {"type": value.type} | plain(dict(value))
    return [plain(step) for step in value.nodes]


def _told(work: Callable[[], T]) -> T:
    try:
        return work()
    except (Neo4jError, DriverError) as error:
        raise _explained(error) from error


def _telling(rows: Iterator[Row]) -> Iterator[Row]:
    try:
        yield from rows
    except (Neo4jError, DriverError) as error:
        raise _explained(error) from error


def _explained(error: Exception) -> GraphError:
    """What the server or the driver said, in one line, with what to do about it."""
    said = getattr(error, "message", None) or str(error)
    line = " ".join(str(said).split())
    if isinstance(error, AuthError):
        return GraphError(
            f"the graph server refused our name or password: {line}",
            remedy="set SPOOR_NEO4J_PASSWORD or SPOOR_NEO4J_PASSWORD_FILE",
        )
    if isinstance(error, _LOST):
        return GraphError(
            f"the graph server is not reachable: {line}",
            remedy="check [graph] uri in spoor.toml and that the server runs",
        )
    return GraphError(f"the graph server refused: {line}")
