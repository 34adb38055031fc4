"""Empirical Bayes: how far the knowledge is off, as a multiple of its stated intervals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from training.learn.expectation import Evidence
from training.learn.numbers import Number

Array = npt.NDArray[np.float64]
_GRID = np.linspace(0.0, 4.0, 161)
_CLEAR = 1.353
"""The gain in log-likelihood over a scale of 0 that chance exceeds once in twenty: half of 2.706,
since a scale cannot be below 0 (Self and Liang 1987, J Am Stat Assoc 82:605).
"""
_FEWEST = 0.05  # cases behind a value, below which nothing is seen of it


def fitted_scale(numbers: Sequence[Number], found: Evidence) -> float:
    """The multiple of all intervals that makes the cases likeliest; 0 where chance explains them.

    A score is normal around 0 with the variance I + I^2 t^2: I the information, t the deviation of
    the number by its prior, on the scale of the score. So the marginal likelihood of all cases is
    maximised (type II: Good 1965) without fitting any number.
    """
    score, information, variance, weight = _arrays(numbers, found)
    if not len(score):
        return 0.0
    spread = information + information**2 * variance * _GRID[:, None] ** 2
    log = -(weight * (np.log(spread) + score**2 / spread)).sum(axis=1) / 2
    best = int(log.argmax())
    return float(_GRID[best]) if log[best] - log[0] > _CLEAR else 0.0


def _arrays(numbers: Sequence[Number], found: Evidence) -> tuple[Array, Array, Array, Array]:
    rows = []
    for number, score, information in zip(numbers, found.score, found.information, strict=True):
        p = number.start
        single = np.ones(1) if number.kind == "shift" else p * (1 - p)
        free = 1.0 if len(p) == 1 else (len(p) - 1) / len(p)
        for s, i, one in zip(score, information, single, strict=True):
            if i > _FEWEST * one:
                rows.append((s, i, 1 / (number.patients * one), free))
    return tuple(np.array(rows).reshape(-1, 4).T)  # type: ignore[return-value]
