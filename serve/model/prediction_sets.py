"""Prediction sets: the conditions that cannot be put aside.

A condition stays in a case's set where its probability is not lower than in all but a twentieth of
the patients who have it and of whom as much is recorded (conformal prediction for each class apart,
Vovk 2012, arXiv 1209.2673). So a set holds the cause in 95 % of the cases of each condition, of
sparse records and of full ones; it does not depend on how common the conditions are. Some three
sets in a thousand are empty: no condition is as probable there as in nearly all who have it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Thresholds:
    """The least probability of each condition in a set, by how many findings are recorded."""

    recorded: npt.NDArray[np.int64]  # (n_groups,) the fewest findings of each group, rising from 0
    least: Matrix  # (n_groups, n_conditions)

    @classmethod
    def of(cls, manifest: Mapping[str, Any], conditions: Sequence[str]) -> Thresholds | None:
        """Those that a bundle's manifest holds, or None where it has none.

        Raises KeyError, TypeError or ValueError where it holds something else.
        """
        held = manifest.get("prediction_set")
        if not held:
            return None
        least = np.array([held["least"][condition] for condition in conditions], dtype=float).T
        recorded = np.array(held["recorded"], dtype=np.int64)
        if least.shape != (len(recorded), len(conditions)) or not len(recorded) or recorded[0]:
            raise ValueError("thresholds and groups do not fit")
        return cls(recorded, np.ascontiguousarray(least))

    def as_manifest(self, conditions: Sequence[str]) -> dict[str, Any]:
        """What `of` reads."""
        least = dict(zip(conditions, self.least.T.tolist(), strict=True))
        return {"recorded": self.recorded.tolist(), "least": least}

    def group(self, recorded: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """(n_cases,) the group of each count of recorded findings."""
        return np.searchsorted(self.recorded, recorded, side="right") - 1

    def sets(self, probabilities: Matrix, recorded: npt.NDArray[np.int64]) -> Mask:
        """(n_cases, n_conditions) whether each condition is in the set; none for a row of NaN.

        `probabilities` are the model's own, under the mix it was trained in; `recorded` (n_cases,)
        counts the known cells of completed cases.
        """
        known = np.flatnonzero(~np.isnan(probabilities[:, 0]))
        inside = np.zeros(probabilities.shape, dtype=np.bool_)
        inside[known] = probabilities[known] >= self.least[self.group(recorded[known])]
        return inside
