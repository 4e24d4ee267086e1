"""Worked examples become sources of a workspace."""

from __future__ import annotations

import pytest

from app.sources_add import add_source
from config.settings import Workspace
from config.sources import EXAMPLES, load_source
from model.errors import ConfigurationError


@pytest.mark.parametrize("example", sorted(path.stem for path in EXAMPLES.glob("*.yml")))
def test_every_example_can_be_taken_under_another_name(workspace: Workspace, example: str) -> None:
    path = add_source(workspace, example, "mine")
    source = load_source(path)
    before = load_source(EXAMPLES / f"{example}.yml")
    assert source.name == "mine"
    assert (source.engine, source.start, source.ask) == (before.engine, before.start, before.ask)
    assert path.read_text("utf-8").count("#") >= 1


def test_it_starts_where_it_is_told_to(workspace: Workspace) -> None:
    path = add_source(workspace, "mastodon", "instance", "https://one.example")
    assert load_source(path).start == ("https://one.example",)
    path = add_source(workspace, "feed", "board", "https://two.example/new.rss")
    assert load_source(path).start == ("https://two.example/new.rss",)


@pytest.mark.parametrize(
    ("example", "name", "start", "says"),
    [
        ("mastadon", None, None, "did you mean 'mastodon'"),
        ("mastodon", "Not A Name", None, "name"),
        ("mastodon", None, "ftp://x", "not an http or https address"),
        ("mastodon", "a", 'https://x" evil: [', "expected"),
    ],
)
def test_what_does_not_work_leaves_nothing(
    workspace: Workspace, example: str, name: str | None, start: str | None, says: str
) -> None:
    with pytest.raises(ConfigurationError, match=says):
        add_source(workspace, example, name, start)
    assert list(workspace.sources.iterdir()) == []


def test_nothing_is_overwritten(workspace: Workspace) -> None:
    add_source(workspace, "mastodon")
    with pytest.raises(ConfigurationError, match="is there already"):
        add_source(workspace, "mastodon")
