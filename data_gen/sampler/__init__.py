"""Sampling synthetic patients and writing them to files."""

from data_gen.sampler.sample import Origin, Plan, origin_of, sample_tables, sample_to_files

__all__ = ["Origin", "Plan", "origin_of", "sample_tables", "sample_to_files"]
