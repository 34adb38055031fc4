"""A case told in English."""

from data_gen.narrative.narrate import narrate

__all__ = ["narrate"]
