"""Which conditions are taken for each other, and what separates them."""

from data_gen.look_alikes.deciding import Deciding, find_deciding

__all__ = ["Deciding", "find_deciding"]
