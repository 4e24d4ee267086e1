"""A Neo4j server that somebody else runs, by URI; the password comes from the environment."""

from __future__ import annotations

from dataclasses import dataclass

from config.settings import GraphSettings, graph_password
from graph.engines import Dialect, Endpoint


@dataclass(frozen=True, slots=True)
class Neo4jEngine:
    """The server named in ``spoor.toml``; nothing is started or stopped."""

    settings: GraphSettings

    @property
    def dialect(self) -> Dialect:
        return "neo4j"

    @property
    def address(self) -> str:
        return f"{self.settings.uri}/{self.settings.database}"

    def present(self) -> bool | None:
        return None

    def endpoint(self) -> Endpoint:
        named = self.settings
        us = named.user, graph_password().get_secret_value()
        return Endpoint(named.uri, us, us, named.database)

    def recover(self) -> None:
        return None

    def discard(self) -> bool:
        return False

    def close(self) -> None:
        return None
