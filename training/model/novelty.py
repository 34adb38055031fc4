"""Novelty: how unlike anything the knowledge produces a case is, from 0 to 1.

It is the share of cases of the training world with about as many recorded findings that are less
unusual, by their log-evidence. More findings make any case less likely, so only cases with as many
are compared.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.model.log_evidence import Evidence
from training.model.mixture import Array

Real = npt.NDArray[np.float64]
_LEVELS = np.array([0.0, *np.arange(0.05, 0.951, 0.05), 0.975, 0.99, 0.995, 0.999, 1.0])
_FEWEST = 1500  # cases with as many findings that a group of counts holds, where it can
_NARROW = 1e-3  # nats: the least distance of two levels


@dataclass(frozen=True)
class Novelty:
    """Log-evidence, and where a case stands by it among cases with as many findings."""

    evidence: Evidence
    counts: Real  # (n_groups,) the least count of recorded findings of each group; the first is 0
    knots: Real  # (n_groups, n_levels) unlikeliness, which is minus log-evidence, at `levels`
    levels: Real  # (n_levels,) shares from 0 to 1

    def predict(self, cases: Array, features: Array) -> Real:
        """(n_cases,) novelty of encoded cases and their 0/1 features."""
        return self.rank(-self.evidence.predict(cases, features), recorded(cases))

    def rank(self, unlikely: Real, count: npt.NDArray[np.integer]) -> Real:
        """(n_cases,) the share of cases with as many findings that are less unlikely."""
        group = np.searchsorted(self.counts, count, side="right") - 1
        out = np.empty(len(unlikely))
        for k in range(len(self.counts)):
            here = group == k
            out[here] = np.interp(unlikely[here], self.knots[k], self.levels)
        return out


def recorded(cases: Array) -> npt.NDArray[np.int64]:
    """(n_cases,) how many cells are known."""
    return np.asarray((cases >= 0).sum(axis=1), dtype=np.int64)


def rank_novelty(evidence: Evidence, cases: Array, features: Array) -> Novelty:
    """Novelty by the ranks of these cases, which stand for the training world."""
    unlikely, count = -evidence.predict(cases, features), recorded(cases)
    counts = _groups(count)
    group = np.searchsorted(counts, count, side="right") - 1
    knots = np.stack([np.quantile(unlikely[group == k], _LEVELS) for k in range(len(counts))])
    steps = np.arange(len(_LEVELS)) * _NARROW
    knots = np.maximum.accumulate(knots - steps, axis=1) + steps  # strictly rising
    return Novelty(evidence, counts, knots, _LEVELS)


def _groups(count: npt.NDArray[np.int64]) -> Real:
    """The least count of each group: as fine as leaves each group enough cases."""
    held = np.bincount(count)
    starts, inside = [0.0], 0
    for k in range(len(held)):
        if inside >= _FEWEST and held[k:].sum() >= _FEWEST:
            starts.append(float(k))
            inside = 0
        inside += int(held[k])
    return np.array(starts)
