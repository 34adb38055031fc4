"""The knowledge of Claudico and everything computed from it."""

from data_gen.frames import posterior, sample

__all__ = ["posterior", "sample"]
