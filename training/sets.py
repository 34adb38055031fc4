"""Prediction sets: for each condition the least probability at which it stays in the set.

Conformal prediction for each class apart (Vovk 2012, arXiv 1209.2673): of the cases that have a
condition, the share `coverage` keeps it in their set, whatever the model. The most probable
condition is always in the set, so that none is empty.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Real = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


def least_probabilities(model: Real, label: Labels, coverage: float) -> Real:
    """(n_classes,) thresholds by the probabilities (n_cases, n_classes) of calibration cases.

    A class that is nearly always the most probable one is covered more often than asked for: its
    threshold is 1, and only the rule of the most probable condition keeps it in a set.
    """
    n_classes = model.shape[1]
    own = np.minimum(model[np.arange(len(label)), label], 1.0)
    own = np.where(model.argmax(axis=1) == label, 1.0, own)
    out = np.zeros(n_classes)
    for k in range(n_classes):
        ranked = np.sort(own[label == k])
        left_out = int(np.floor((1.0 - coverage) * (len(ranked) + 1)))
        out[k] = ranked[left_out - 1] if left_out >= 1 else 0.0
    return out


def sets(model: Real, least: Real) -> npt.NDArray[np.bool_]:
    """(n_cases, n_classes) whether each class is in the set of each case."""
    inside = model >= least
    inside[np.arange(len(model)), model.argmax(axis=1)] = True
    return np.asarray(inside)


def coverage(inside: npt.NDArray[np.bool_], label: Labels) -> Real:
    """(n_classes,) the share of each class's cases whose set holds it."""
    hit = inside[np.arange(len(label)), label]
    held = np.bincount(label, minlength=inside.shape[1])
    hits = np.bincount(label, weights=hit, minlength=inside.shape[1])
    return np.asarray(hits / np.maximum(held, 1))
