"""Sampling synthetic patients and writing them to files."""

from data_gen.sampler.sample import Plan, sample_tables, sample_to_files

__all__ = ["Plan", "sample_tables", "sample_to_files"]
