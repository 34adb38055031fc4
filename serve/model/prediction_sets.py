"""Prediction sets: the conditions that cannot be put aside.

A condition stays in a case's set where its probability is not lower than in all but a twentieth of
the patients who have it, who were asked about as much, age and sex or neither, and of whom the
model is about as sure
(conformal prediction for each class apart, Vovk 2012, arXiv 1209.2673). So a set holds the cause in
95 % of the cases of each condition, of a few answers and of whole records; it does not depend on
how common the conditions are. Some sets in a thousand are empty: no condition is as probable there
as in nearly all who have it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import NOT_ASKED, Vocabulary

Matrix = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
HANDFUL = 12
"""Answers, with what follows from them, that are still a handful of facts."""
KIND = 10_000
"""Of a form's code: what stands above is its kind, below how many findings it asks."""


@dataclass(frozen=True)
class Thresholds:
    """The least probability of each condition in a set, by what is asked and how sure the model is.

    A group of cases, by the code of their form, has several bands, by the highest probability of a
    case.
    """

    asked: Ints  # (n_groups,) the least form code of each group, rising from 0
    highest: Matrix  # (n_groups, n_bands - 1) the probability where each further band begins
    least: Matrix  # (n_groups, n_bands, n_conditions)

    @classmethod
    def of(cls, manifest: Mapping[str, Any], conditions: Sequence[str]) -> Thresholds | None:
        """Those that a bundle's manifest holds, or None where it has none.

        Raises KeyError, TypeError or ValueError where it holds something else.
        """
        held = manifest.get("prediction_set")
        if not held:
            return None
        least = np.array([held["least"][condition] for condition in conditions], dtype=float)
        asked = np.array(held["asked"], dtype=np.int64)
        highest = np.array(held["highest"], dtype=float)
        fits = highest.shape == (len(asked), least.shape[2] - 1) if least.ndim == 3 else False
        if not fits or least.shape[1] != len(asked) or asked[0] > 0:
            raise ValueError("thresholds and groups do not fit")
        return cls(asked, highest, np.ascontiguousarray(np.moveaxis(least, 0, 2)))

    def as_manifest(self, conditions: Sequence[str]) -> dict[str, Any]:
        """What `of` reads."""
        least = dict(zip(conditions, np.moveaxis(self.least, 2, 0).tolist(), strict=True))
        return {"asked": self.asked.tolist(), "highest": self.highest.tolist(), "least": least}

    def group(self, asked: Ints, highest: Matrix) -> tuple[Ints, Ints]:
        """The group and the band of each case: (n_cases,) both."""
        group = np.maximum(np.searchsorted(self.asked, asked, side="right") - 1, 0)
        band = (highest[:, None] >= self.highest[group]).sum(axis=1)
        return group, band

    def sets(self, probabilities: Matrix, asked: Ints) -> Mask:
        """(n_cases, n_conditions) whether each condition is in the set; none for a row of NaN.

        `probabilities` are the model's own, under the mix it was trained in; `asked` (n_cases,)
        are the codes of their forms, as `form_code` has them.
        """
        known = np.flatnonzero(~np.isnan(probabilities[:, 0]))
        own = probabilities[known]
        inside = np.zeros(probabilities.shape, dtype=np.bool_)
        inside[known] = own >= self.least[self.group(asked[known], own.max(axis=1))]
        return inside


def form_code(values: Matrix, vocabulary: Vocabulary) -> Ints:
    """(n_cases,) KIND times the kind of form of completed cases, plus how many findings it asks.

    Kinds 0 and 1 are up to HANDFUL answers without a blank, as callers give facts: they tell more
    than a form of as many columns, some of them left blank, of which 2 and 3 are. In kinds 1 and 3
    age or sex is asked, which say how much the rest means.
    """
    asked = values != NOT_ASKED
    size = asked.sum(axis=1)
    facts = (size <= HANDFUL) & ~np.isnan(values).any(axis=1)
    known = asked[:, [vocabulary.column(name) for name in ("age_years", "sex")]].any(axis=1)
    return np.asarray(KIND * (np.where(facts, 0, 2) + known) + size, dtype=np.int64)
