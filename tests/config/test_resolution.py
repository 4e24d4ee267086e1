"""The shipped linking rules are complete, a workspace's own replace them, mistakes are named."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from config import resolution
from config.resolution import load_rules
from config.settings import Workspace
from model.canonical import digest
from model.errors import ConfigurationError
from model.identity import IDENTIFIER_LABELS

SHIPPED = Path(resolution.__file__).with_name("resolution.yml")


def changed(path: Path, key: str, value: object) -> Path:
    raw = yaml.safe_load(SHIPPED.read_text("utf-8"))
    raw[key] = value
    path.write_text(yaml.safe_dump(raw), encoding="utf-8")
    return path


def test_the_shipped_rules_know_every_kind() -> None:
    rules = load_rules()
    assert rules.kinds.keys() == IDENTIFIER_LABELS.keys()
    assert rules.kinds["pgp_key"].merges == "alone"
    assert "null" in rules.alias.generic
    assert digest(rules.as_json()) == digest(load_rules().as_json())


def test_a_workspaces_own_rules_win(workspace: Workspace) -> None:
    changed(workspace.root / "resolution.yml", "bridge_from", 7)
    assert load_rules(workspace=workspace).bridge_from == 7


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("kinds", {}, "kinds missing or unknown: bank_account"),
        ("bridge_from", 1, "bridge_from"),
        ("unheard_of", 1, "unheard_of"),
        ("native_id", {"stable_on": ["lounge"]}, "no shape of ids is known for lounge"),
    ],
)
def test_a_mistake_is_named_by_file_and_key(tmp_path, key, value, says) -> None:
    path = changed(tmp_path / "rules.yml", key, value)
    with pytest.raises(ConfigurationError, match=says) as raised:
        load_rules(path)
    assert str(path) in str(raised.value)


def test_a_file_that_is_not_yaml_or_not_there_is_named(tmp_path) -> None:
    broken = tmp_path / "broken.yml"
    broken.write_text("kinds: [", encoding="utf-8")
    for path in (broken, tmp_path / "none.yml"):
        with pytest.raises(ConfigurationError, match=path.name):
            load_rules(path)
