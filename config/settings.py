"""Workspaces and their ``spoor.toml``: found, read, checked; secrets only from the environment."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from model.errors import ConfigurationError

SETTINGS_FILE = "spoor.toml"
Tlp = Literal["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GraphSettings(_Section):
    """Which graph engine: the embedded default, or a Neo4j server by URI."""

    engine: Literal["embedded", "neo4j"] = "embedded"
    uri: str = "bolt://127.0.0.1:7687"
    user: str = "neo4j"
    database: str = "neo4j"
    memory: str = Field(default="512m", pattern=r"^[0-9]+[mg]$")


class TorSettings(_Section):
    """Which tor: a running one, or one of our own. An onion source without it is an error.

    ``control`` is ``HOST:PORT`` or ``unix:/path``. ``start`` is whether spoor starts its own tor
    in the workspace where none listens at ``socks`` (``if-needed``), or in any case. ``bridges``
    are bridge lines, ``transports`` lines such as ``obfs4 exec /usr/bin/obfs4proxy``; ``options``
    are further lines of its torrc. These three hold for our own tor only.
    """

    socks: str = "127.0.0.1:9050"
    control: str = "127.0.0.1:9051"
    start: Literal["never", "if-needed", "always"] = "never"
    executable: str = "tor"
    bootstrap_seconds: float = Field(default=180.0, gt=0)
    bridges: tuple[str, ...] = ()
    transports: tuple[str, ...] = ()
    options: Mapping[str, str | tuple[str, ...]] = Field(default={})


class EvidenceSettings(_Section):
    """How exports are marked, and who keeps the evidence."""

    organisation: str = ""
    tlp: Tlp = "AMBER"
    handling: str = "Intelligence only. A link is a hypothesis, not a fact."


class CollectionSettings(_Section):
    """How this organisation shows itself to the sites it reads, its default pace, and limits.

    ``max_ratio`` is how much larger than received an answer may be unpacked; ``blocked_images``
    a file of perceptual hashes of pictures that are never kept.
    """

    user_agent: str = "spoor/0.1 (read-only research)"
    delay_seconds: float = Field(default=2.0, ge=0)
    timeout_seconds: float = Field(default=60.0, gt=0)
    max_bytes: int = Field(default=20_000_000, gt=0)
    max_ratio: float = Field(default=200.0, gt=1)
    max_headers: int = Field(default=99, gt=0, le=99)
    sources_at_once: int = Field(default=4, ge=1, le=32)
    blocked_images: str = ""


class Settings(_Section):
    """The whole of ``spoor.toml``. ``material`` is fixed by ``spoor init``: never both."""

    name: str = "workspace"
    material: Literal["real", "made-up"] = "real"
    graph: GraphSettings = GraphSettings()
    tor: TorSettings = TorSettings()
    evidence: EvidenceSettings = EvidenceSettings()
    collection: CollectionSettings = CollectionSettings()


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder with ``spoor.toml``, ``sources/``, ``vault/``, ``graph/`` and ``exports/``."""

    root: Path
    settings: Settings

    @property
    def sources(self) -> Path:
        return self.root / "sources"

    @property
    def vault(self) -> Path:
        return self.root / "vault"

    @property
    def graph(self) -> Path:
        return self.root / "graph"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def tor(self) -> Path:
        return self.root / "tor"

    @property
    def exports(self) -> Path:
        return self.root / "exports"

    @property
    def made_up(self) -> bool:
        return self.settings.material == "made-up"


def find_workspace(
    given: Path | None = None,
    *,
    environment: Mapping[str, str] = os.environ,
    start: Path | None = None,
) -> Workspace:
    """The workspace named by ``given``, else ``SPOOR_WORKSPACE``, else found upwards of ``start``.

    Raises ConfigurationError where there is none, or its settings are wrong.
    """
    if given is None and environment.get("SPOOR_WORKSPACE"):
        given = Path(environment["SPOOR_WORKSPACE"])
    if given is not None:
        return load_workspace(given)
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / SETTINGS_FILE).is_file():
            return load_workspace(folder)
    raise ConfigurationError(
        f"no workspace: neither {here} nor a folder above it has a {SETTINGS_FILE}",
        remedy="make one with 'spoor init DIR', or name one with --workspace DIR",
    )


def load_workspace(root: Path) -> Workspace:
    """Read and check ``root/spoor.toml``; ConfigurationError names file and key."""
    path = root / SETTINGS_FILE
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"{path}: not found", remedy=f"make a workspace there with 'spoor init {root}'"
        ) from error
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}") from error
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        raise ConfigurationError(f"{path}: {explain(error)}") from error
    return Workspace(root.resolve(), settings)


def explain(error: ValidationError) -> str:
    """A validation error as one line of ``key: what is wrong`` parts, without the input."""
    parts = []
    for problem in error.errors(include_url=False, include_input=False):
        key = ".".join(str(step) for step in problem["loc"]) or "(top level)"
        parts.append(f"{key}: {problem['msg']}")
    return "; ".join(parts)


def graph_password(environment: Mapping[str, str] = os.environ) -> SecretStr:
    """Neo4j's password from ``SPOOR_NEO4J_PASSWORD``, or the file ``…_FILE`` names."""
    if named := environment.get("SPOOR_NEO4J_PASSWORD_FILE"):
        try:
            return SecretStr(Path(named).read_text("utf-8").strip())
        except OSError as error:
            raise ConfigurationError(
                f"SPOOR_NEO4J_PASSWORD_FILE: {named}: {error.strerror}"
            ) from error
    return SecretStr(environment.get("SPOOR_NEO4J_PASSWORD", ""))
