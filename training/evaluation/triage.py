"""The triage that scoring would give: overrides and the model's own estimate together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import TRIAGE_LEVELS, Vocabulary
from data_gen.vocabulary.complete import complete
from serve.overrides.matrix.results import flags_of
from serve.triage import combine, few_recorded
from training.bundles.loaded import Told

URGENT = TRIAGE_LEVELS.index("urgent")


def triage_ranks(
    values: npt.NDArray[np.float64], told: Told, vocabulary: Vocabulary
) -> npt.NDArray[np.int64]:
    """(n_cases,) places in TRIAGE_LEVELS of cases (n_cases, n_findings), unknown not finite."""
    present = complete(values, vocabulary).present
    few = few_recorded(values, vocabulary)
    level = flags_of(present, vocabulary).level
    return combine(level, told.by_cause, few, told.causes).level


def condition_ranks(vocabulary: Vocabulary) -> npt.NDArray[np.int64]:
    """(n_conditions,) the triage level that each condition itself needs."""
    return np.array([TRIAGE_LEVELS.index(c.triage) for c in vocabulary.conditions])
