"""The triage that scoring would give: overrides and the model's own estimate together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import TRIAGE_LEVELS, Vocabulary
from data_gen.vocabulary.complete import complete
from serve.overrides.matrix.results import flags_of
from serve.triage import combine
from training.data.features import Cases

URGENT = TRIAGE_LEVELS.index("urgent")


def triage_ranks(
    values: npt.NDArray[np.float64], probabilities: npt.NDArray[np.float64], vocabulary: Vocabulary
) -> npt.NDArray[np.int64]:
    """(n_cases,) places in TRIAGE_LEVELS. `values` is (n_cases, n_findings), NaN for unknown."""
    present = complete(values, vocabulary).present
    nothing = np.asarray(np.isnan(values).all(axis=1))
    level = flags_of(present, vocabulary).level
    return combine(level, probabilities, nothing, vocabulary).level


def decoded(cases: Cases) -> npt.NDArray[np.float64]:
    """Encoded cases as values again: NaN for unknown."""
    return np.where(cases < 0, np.nan, cases.astype(np.float64))


def condition_ranks(vocabulary: Vocabulary) -> npt.NDArray[np.int64]:
    """(n_conditions,) the triage level that each condition itself needs."""
    return np.array([TRIAGE_LEVELS.index(c.triage) for c in vocabulary.conditions])
