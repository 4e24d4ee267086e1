"""One reader of goods for all tests: building it takes a second."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from config.vocabularies import load_vocabulary
from enrich.goods import Goods
from model.facts import Observation

Read = Callable[..., list[Observation]]


@pytest.fixture(scope="session")
def goods() -> Goods:
    return Goods(load_vocabulary())


@pytest.fixture(scope="session")
def read(goods: Goods) -> Read:
    """Observations of one kind in a text; further fields as keywords."""

    def reading(kind: str, text: str, **fields: str) -> list[Observation]:
        record = {"text": text, **fields}
        return [one for one in goods.read(record) if one.kind == kind]

    return reading
