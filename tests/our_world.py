"""The knowledge of this checkout and its world, built once in each process: they are only read."""

from __future__ import annotations

from functools import cache

from data_gen.profiles import Knowledge, load_knowledge
from data_gen.world import World, build_world


@cache
def knowledge() -> Knowledge:
    """Our own knowledge."""
    return load_knowledge()


@cache
def world() -> World:
    """Its world."""
    return build_world(knowledge())
