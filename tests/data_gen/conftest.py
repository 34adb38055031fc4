"""The knowledge and its world, built once for all tests of the generator."""

from __future__ import annotations

import pytest

from data_gen.profiles import Knowledge, load_knowledge
from data_gen.world import World, build_world


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """The knowledge of this checkout."""
    return load_knowledge()


@pytest.fixture(scope="session")
def world(knowledge: Knowledge) -> World:
    """The world of that knowledge."""
    return build_world(knowledge)
