"""The made-up worlds that the tests of this room share."""

from __future__ import annotations

import pytest

from app.rehearsal import World, make_world


@pytest.fixture(scope="session")
def world() -> World:
    return make_world(seed=7, accounts=120, networks=3)
