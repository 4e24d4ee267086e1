"""The rules by which accounts are linked: weights, caps and exceptions of ``resolution.yml``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from config.settings import Workspace, explain
from model.errors import ConfigurationError
from model.identity import IDENTIFIER_LABELS
from model.native_ids import NATIVE_IDS

RULES_FILE = "resolution.yml"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class KindRule(_Section):
    """What one kind of identifier says; ``merges_up_to`` and ``links_up_to`` count accounts."""

    weight: float = Field(gt=0, lt=1)
    merges: Literal["alone", "together", "never"]
    merges_up_to: int = Field(default=2, ge=2)
    links_up_to: int = Field(ge=2, le=50)
    mentions: bool = True
    one_platform_up_to: int | None = Field(default=None, ge=1)


class HubRule(_Section):
    """When a thing shown by many sellers of one platform is the platform's own."""

    same_platform: int = Field(ge=2)
    same_platform_strong: int = Field(ge=1)
    platform_share: float = Field(gt=0, le=1)
    platform_share_from: int = Field(ge=2)
    platform_confined: float = Field(gt=0, le=1)


class AliasRule(_Section):
    """What an equal handle on two platforms says, and which handles say nothing."""

    weight: float = Field(gt=0, lt=1)
    up_to: int = Field(ge=2, le=50)
    shortest: int = Field(ge=1)
    full_length: int = Field(ge=1)
    generic: frozenset[str]


class IdentityRule(_Section):
    """What the id says that a platform itself gives an account, beside the handle."""

    weight: float = Field(default=0.99, gt=0, lt=1)
    weight_elsewhere: float = Field(default=0.5, gt=0, lt=1)
    stable_on: frozenset[str] = frozenset(NATIVE_IDS)
    handles_up_to: int = Field(default=5, ge=2, le=20)
    mixed_up_to: float = Field(default=0.1, ge=0, le=1)

    @field_validator("stable_on")
    @classmethod
    def _known(cls, platforms: frozenset[str]) -> frozenset[str]:
        if unknown := sorted(platforms - NATIVE_IDS.keys()):
            raise ValueError(f"no shape of ids is known for {', '.join(unknown)}")
        return platforms


class NetworkRule(_Section):
    """How actors are linked, how communities are searched, and how they are tested."""

    alias_factor: float = Field(ge=0, le=1)
    mention_factor: float = Field(ge=0, le=1)
    communities_from: int = Field(ge=3)
    resolutions: tuple[float, ...] = Field(min_length=1)
    seed: int
    min_actors: int = Field(ge=2)
    randomisations: int = Field(ge=0)
    early_stop: int = Field(ge=19)
    exposed_at: float = Field(gt=0, lt=1)


class ResolutionRules(_Section):
    """Everything ``resolution.yml`` says."""

    version: Literal[1]
    kinds: dict[str, KindRule]
    barred_contexts: frozenset[str]
    passed_on_contexts: frozenset[str] = frozenset()
    barred_at_once: frozenset[str]
    hub: HubRule
    conflicting: frozenset[str]
    alias: AliasRule
    native_id: IdentityRule = Field(default_factory=IdentityRule)
    bridge_from: int = Field(ge=2)
    network: NetworkRule

    @field_validator("kinds")
    @classmethod
    def _complete(cls, kinds: dict[str, KindRule]) -> dict[str, KindRule]:
        wrong = sorted(set(kinds) ^ set(IDENTIFIER_LABELS))
        if wrong:
            raise ValueError(f"kinds missing or unknown: {', '.join(wrong)}")
        return kinds

    def as_json(self) -> dict[str, Any]:
        """The rules as JSON values with sets sorted: the same rules, the same digest."""
        dumped: dict[str, Any] = _plain(self.model_dump())
        return dumped


def load_rules(path: Path | None = None, *, workspace: Workspace | None = None) -> ResolutionRules:
    """The rules of ``path``, else of the workspace's own file, else the shipped ones."""
    return read_rules(path or _own(workspace) or Path(__file__).with_name(RULES_FILE))


def read_rules(path: Path) -> ResolutionRules:
    """Read and check one rules file; ConfigurationError names file and key."""
    try:
        raw = yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: {' '.join(str(error).split())}") from error
    try:
        return ResolutionRules.model_validate(raw)
    except ValidationError as error:
        raise ConfigurationError(f"{path}: {explain(error)}") from error


def _own(workspace: Workspace | None) -> Path | None:
    if workspace is None:
        return None
    path = workspace.root / RULES_FILE
    return path if path.is_file() else None


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    return value
