"""The two graph servers behind one driver: where each is reached and how it is kept up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

Dialect = Literal["arcadedb", "neo4j"]
"""Names the few places where the servers want different words: DDL and full text."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a server listens and who we are to it (user, password) when writing and reading.

    Passwords never show in a ``repr``. Where the server knows users who may only read, the reader
    is one of them. ``patience`` is for how many seconds the driver tries a write again.
    """

    uri: str
    writer: tuple[str, str] = field(repr=False)
    reader: tuple[str, str] = field(repr=False)
    database: str
    patience: float = 30.0


class Engine(Protocol):
    """A graph server that can be reached, and perhaps be brought up again."""

    @property
    def dialect(self) -> Dialect: ...

    @property
    def address(self) -> str:
        """Which graph this is, without secrets."""

    def present(self) -> bool | None:
        """Whether there are data, told without starting anything; None where only asking helps."""

    def endpoint(self) -> Endpoint:
        """Where to connect to, after starting what must be started; GraphError otherwise."""

    def recover(self) -> None:
        """After a lost connection: do what makes a new :meth:`endpoint` worth a try."""

    def discard(self) -> bool:
        """Throw all data away at once; False where that is not ours to do or others look on."""

    def close(self) -> None:
        """Let go of the server; stops it where this was its last user."""
