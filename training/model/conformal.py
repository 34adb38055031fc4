"""Calibrates prediction sets, which `serve.model.prediction_sets` defines, on fresh cases."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from serve.model.prediction_sets import Thresholds

Real = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
_SHARES = (0.05, 0.15, 0.35, 0.65)
"""Of all cases, how many record less than the second, third, ... group: the sparse ones apart."""


def thresholds(model: Real, label: Labels, recorded: Labels, coverage: float) -> Thresholds:
    """Thresholds by the probabilities (n_cases, n_classes) of calibration cases.

    `recorded` (n_cases,) counts the known cells. In each group, the share `coverage` of the cases
    of each class keeps it in its set; a class with too few cases to leave one out is never put
    aside there.
    """
    groups = np.unique([0, *np.ceil(np.quantile(recorded, _SHARES)).astype(np.int64)])
    found = Thresholds(groups, np.zeros((len(groups), model.shape[1])))
    group = found.group(recorded)
    own = model[np.arange(len(label)), label]
    for g, k in np.ndindex(*found.least.shape):
        ranked = np.sort(own[(group == g) & (label == k)])
        left_out = int(np.floor((1.0 - coverage) * (len(ranked) + 1)))
        found.least[g, k] = ranked[left_out - 1] if left_out >= 1 else 0.0
    return found


def coverage(inside: npt.NDArray[np.bool_], label: Labels) -> Real:
    """(n_classes,) the share of each class's cases whose set holds it."""
    hit = inside[np.arange(len(label)), label]
    held = np.bincount(label, minlength=inside.shape[1])
    hits = np.bincount(label, weights=hit, minlength=inside.shape[1])
    return np.asarray(hits / np.maximum(held, 1))
