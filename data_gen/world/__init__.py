"""The generative model as arrays, built once from the knowledge."""

from data_gen.world.components import Component
from data_gen.world.world import World, build_world, load_world

__all__ = ["Component", "World", "build_world", "load_world"]
