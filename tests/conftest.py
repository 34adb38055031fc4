"""The knowledge of this checkout and its world, for all tests."""

from __future__ import annotations

import pytest

from data_gen.profiles import Knowledge
from data_gen.world import World
from tests import our_world


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """The knowledge of this checkout."""
    return our_world.knowledge()


@pytest.fixture(scope="session")
def world() -> World:
    """The world of that knowledge."""
    return our_world.world()
