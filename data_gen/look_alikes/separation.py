"""Which findings tell two conditions apart, and by how much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data_gen.look_alikes.marginals import Marginals
from data_gen.vocabulary import Vocabulary

Array = npt.NDArray[np.float64]
FINDINGS = 10


@dataclass(frozen=True)
class Separator:
    """A finding and how much of the doubt between two conditions its answer settles.

    `bits` is the mutual information between the finding and "which of the two", both being as
    likely (the Jensen-Shannon divergence; Lin 1991): 0 says nothing, 1 decides it.
    """

    finding: str
    bits: float


def separators(
    marginals: Marginals, vocabulary: Vocabulary, pair: tuple[str, str], count: int = FINDINGS
) -> list[Separator]:
    """The findings that separate a pair most, best first. Computed ones stand for their source."""
    first, second = (vocabulary.condition_ids.index(condition) for condition in pair)
    derived = {rule.finding for rule in vocabulary.relations.derived}
    found = [
        Separator(finding, information(table[first], table[second]))
        for finding, table in marginals.of.items()
        if finding not in derived
    ]
    return sorted(found, key=lambda s: (-round(s.bits, 9), s.finding))[:count]


def information(first: Array, second: Array) -> float:
    """The Jensen-Shannon divergence of two distributions (n_values,), in bits."""
    middle = (first + second) / 2
    return float((_divergence(first, middle) + _divergence(second, middle)) / 2)


def _divergence(p: Array, q: Array) -> float:
    some = p > 0
    return float((p[some] * np.log2(p[some] / q[some])).sum())
