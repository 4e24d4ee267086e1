"""The score counts pairs, and only pairs of the truth."""

from __future__ import annotations

import pytest

from app.rehearsal import World, score, truth
from model.canonical import Json


def _rows(groups: dict[str, str | None]) -> list[dict[str, Json]]:
    return [{"platform": "p", "handle": name, "actor": actor} for name, actor in groups.items()]


TRUE = {"accounts": _rows({"a": "1", "b": "1", "c": "1", "d": "2", "e": "2", "f": "3"})}


@pytest.mark.parametrize(
    ("found", "precision", "recall"),
    [
        ({"a": "x", "b": "x", "c": "x", "d": "y", "e": "y", "f": "z"}, 1.0, 1.0),
        ({"a": "x", "b": "x", "c": "y", "d": "z", "e": "z"}, 1.0, 0.5),
        ({"a": "x", "b": "x", "c": "x", "d": "x", "e": "x", "f": "x"}, 4 / 15, 1.0),
        ({"a": None, "b": None, "c": None}, 1.0, 0.0),
        ({}, 1.0, 0.0),
        ({"A": "x", "b ": "x", "stranger": "x", "other": "x"}, 1.0, 0.25),
    ],
)
def test_pairs_are_counted(found: dict[str, str | None], precision: float, recall: float) -> None:
    result = score(TRUE, _rows(found))
    assert result.precision == pytest.approx(precision)
    assert result.recall == pytest.approx(recall)


def test_the_truth_itself_scores_full_marks(world: World) -> None:
    true = truth(world)
    for field in ("actor", "network"):
        result = score(world, true["accounts"], field)
        assert (result.precision, result.recall, result.f1) == (1.0, 1.0, 1.0)
        assert result.true > 20


def test_networks_count_members_only(world: World) -> None:
    true = truth(world)
    outside = [row | {"network": "one"} for row in true["accounts"] if row["network"] is None]
    assert score(true, outside, "network").precision == 0.0
