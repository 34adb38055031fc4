"""Novelty: how unlike anything the knowledge produces a case is, from 0 to 1.

It is the share of cases of the training world, asked and recorded about as much, that are less
unusual, by their log-evidence. More findings make any case less likely, so only cases with as many
are compared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from training.data.features import asked_of
from training.model.conformal import groups_of
from training.model.log_evidence import Evidence
from training.model.mixture import Array, Labels

Real = npt.NDArray[np.float64]
_LEVELS = np.array([0.0, *np.arange(0.05, 0.951, 0.05), 0.975, 0.99, 0.995, 0.999, 1.0])
_FEWEST = 1500  # cases that a group holds, where it can
_NARROW = 1e-3  # nats: the least distance of two levels


@dataclass(frozen=True)
class Novelty:
    """Log-evidence, and where a case stands by it among cases with as many findings.

    The place of a case is the band of its number of asked findings, times one more than there are
    findings, plus the number of recorded ones.
    """

    evidence: Evidence
    asked: Real  # (n_bands,) the least count of asked findings of each band; the first is 0
    starts: Real  # (n_groups,) the least place of each group; the first is 0
    knots: Real  # (n_groups, n_levels) unlikeliness, which is minus log-evidence, at `levels`
    levels: Real  # (n_levels,) shares from 0 to 1

    def predict(self, cases: Array, features: Array) -> Real:
        """(n_cases,) novelty of encoded cases and their 0/1 features."""
        group = self.group(cases)
        unlikely = -self.evidence.predict(cases, features)
        out = np.empty(len(unlikely))
        for k in range(len(self.starts)):
            here = group == k
            out[here] = np.interp(unlikely[here], self.knots[k], self.levels)
        return out

    def group(self, cases: Array) -> Labels:
        """(n_cases,) the group of each case, by what is asked and recorded of it."""
        place = _places(self.asked, cases)
        return np.asarray(np.searchsorted(self.starts, place, side="right") - 1)


def rank_novelty(evidence: Evidence, cases: Array, features: Array) -> Novelty:
    """Novelty by the ranks of these cases, which stand for the training world."""
    asked = groups_of(asked_of(cases)).astype(np.float64)
    width = cases.shape[1] + 1
    band, count = np.divmod(_places(asked, cases), width)
    starts = [_groups(count[band == k]) + k * width for k in range(len(asked))]
    found = Novelty(evidence, asked, np.concatenate(starts), np.zeros((0, 0)), _LEVELS)
    unlikely, group = -evidence.predict(cases, features), found.group(cases)
    knots = np.stack([np.quantile(unlikely[group == k], _LEVELS) for k in range(len(found.starts))])
    steps = np.arange(len(_LEVELS)) * _NARROW
    knots = np.maximum.accumulate(knots - steps, axis=1) + steps  # strictly rising
    return replace(found, knots=knots)


def _places(asked: Real, cases: Array) -> Labels:
    """(n_cases,) the place of each case, as `Novelty` says."""
    band = np.searchsorted(asked, asked_of(cases), side="right") - 1
    return np.asarray(band * (cases.shape[1] + 1) + (cases >= 0).sum(axis=1), dtype=np.int64)


def _groups(count: Labels) -> Real:
    """The least count of each group: as fine as leaves each group enough cases."""
    held = np.bincount(count)
    starts, inside = [0.0], 0
    for k in range(len(held)):
        if inside >= _FEWEST and held[k:].sum() >= _FEWEST:
            starts.append(float(k))
            inside = 0
        inside += int(held[k])
    return np.array(starts)
