"""Calibrates prediction sets, which `serve.model.prediction_sets` defines, on fresh cases."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from serve.model.prediction_sets import KIND, Thresholds

Real = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
_SHARES = np.array([0.0, 0.05, 0.13, 0.26, 0.45, 0.71, 1.0])
"""Of all findings, how many are asked at least in each group: whole records have their own."""
_FACTS = np.array([0, 6])
"""The least number of answers in each group of facts alone."""
_FORMS, _KINDS = 2, 4
"""The first kind of form that is no handful of facts, and how many kinds there are."""
_BANDS = (0.25, 0.5, 0.75)
"""Of the cases of a group, how many have a lower highest probability than each further band."""


def groups_of(asked: Labels) -> Labels:
    """The least number of findings asked in each group, rising from 0; none without cases."""
    return _held(np.ceil(_SHARES * asked.max()).astype(np.int64), asked)


def _held(starts: Labels, codes: Labels) -> Labels:
    groups = starts[np.unique(np.searchsorted(starts, codes, side="right") - 1)]
    return np.asarray(np.concatenate([[0], groups[1:]]))


def _of_forms(codes: Labels) -> Labels:
    """The least form code of each group, rising from 0; none without cases (n_cases,)."""
    sizes = np.ceil(_SHARES * (codes % KIND).max()).astype(np.int64)
    starts = [KIND * kind + (_FACTS if kind < _FORMS else sizes) for kind in range(_KINDS)]
    return _held(np.concatenate(starts), codes)


def thresholds(model: Real, label: Labels, asked: Labels, coverage: float) -> Thresholds:
    """Thresholds by the probabilities (n_cases, n_classes) of calibration cases.

    `asked` (n_cases,) are the codes of their forms, as `form_code` has them. In each group and
    band, the share `coverage` of the cases of each class keeps it in its set; a class with too few
    cases to leave one out is never put aside there.
    """
    groups, highest = _of_forms(asked), model.max(axis=1)
    group = np.searchsorted(groups, asked, side="right") - 1
    bands = np.stack([np.quantile(highest[group == g], _BANDS) for g in range(len(groups))])
    found = Thresholds(groups, bands, np.zeros((len(groups), len(_BANDS) + 1, model.shape[1])))
    place = np.ravel_multi_index((*found.group(asked, highest), label), found.least.shape)
    own = model[np.arange(len(label)), label]
    for cell, least in np.ndenumerate(found.least):
        here = place == np.ravel_multi_index(cell, found.least.shape)
        found.least[cell] = _threshold(own[here], coverage, float(least))
    return found


def _threshold(own: Real, coverage: float, nothing: float) -> float:
    """The probability that the share `coverage` reach; `nothing` where there are too few."""
    left_out = int(np.floor((1.0 - coverage) * (len(own) + 1)))
    return float(np.partition(own, left_out - 1)[left_out - 1]) if left_out else nothing


def coverage(inside: npt.NDArray[np.bool_], label: Labels) -> Real:
    """(n_classes,) the share of each class's cases whose set holds it."""
    hit = inside[np.arange(len(label)), label]
    held = np.bincount(label, minlength=inside.shape[1])
    hits = np.bincount(label, weights=hit, minlength=inside.shape[1])
    return np.asarray(hits / np.maximum(held, 1))
