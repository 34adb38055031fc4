"""Frequency words as bands of probability: `usually` is frequent, and frequent is 30 to 79 %."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

BANDS: dict[str, tuple[str, ...]] = {
    "hpo-very-frequent": (
        "almost always",
        "characteristic",
        "characteristically",
        "characterized",
        "classic",
        "consistently",
        "defining",
        "hallmark",
        "highly predictable",
        "highly reproducible",
        "strictly",
    ),
    "hpo-frequent": (
        "common",
        "commonly",
        "frequently",
        "generally",
        "many",
        "most",
        "most common",
        "most commonly",
        "most frequently",
        "most often",
        "often",
        "tends to",
        "typical",
        "typically",
        "usually",
    ),
    "hpo-occasional": ("can", "could", "less commonly", "may", "not always", "sometimes"),
    "hpo-very-rare": ("rarely", "very rarely"),
}
"""The words of each band. A key is the row of studies.yaml that gives its limits: the classes of
the Human Phenotype Ontology for a finding given a disease."""


@dataclass(frozen=True)
class Band:
    """A class of frequency and its limits."""

    name: str
    low: float
    high: float


def band_of(word: str, studies: Mapping[str, Mapping[str, Any]]) -> Band | None:
    """The band of a word, with the limits that the studies give; None for any other word."""
    for row, words in BANDS.items():
        if word in words:
            limits = studies[row]
            return Band(row.removeprefix("hpo-").replace("-", " "), limits["low"], limits["high"])
    return None
