"""A case told in English."""

from data_gen.vocabulary.narrative.narrate import narrate

__all__ = ["narrate"]
