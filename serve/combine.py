"""The final triage: the more urgent of the fired overrides and the model's own risk estimate.

**The model's level** is the one whose expected harm is least under its probabilities, given the
level each condition needs. Harm is counted in unnecessary same-day visits; the table is a stated
judgement, and its consequences are these:

- needing an emergency and being told "see a doctor some time" (60) is taken to be fifteen times
  as bad as a needless trip to an emergency department (4); being seen the same day instead of at
  once (20) five times as bad;
- needing the same day and being told to wait for an appointment (9) is nine times as bad as a
  needless same-day visit (1): `urgent` is called from a chance of about 10 %;
- against `urgent`, `emergency` is called from a chance of about 3 / (20 + 3) = 13 %; and from
  about 3 % an emergency alone is enough for `urgent`;
- a condition that needs a doctor and is cared for at home (2) is twice as bad as a needless
  routine appointment (1): `self_care` needs a chance of about two thirds.

An override only raises this level, and no probability reaches the overrides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import TRIAGE_LEVELS, Vocabulary
from serve.columns import triage_rank

Ints = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float64]

HARM: Matrix = np.array(
    # told: emergency, urgent, routine, self_care
    [
        [0.0, 20.0, 60.0, 80.0],  # needs emergency
        [3.0, 0.0, 9.0, 15.0],  # needs urgent
        [4.0, 1.0, 0.0, 2.0],  # needs routine
        [5.0, 2.0, 1.0, 0.0],  # needs self_care
    ]
)
ROUTINE = triage_rank("routine")
NONE = len(TRIAGE_LEVELS)
"""The rank of no level: no override fired, or no model answered."""


@dataclass(frozen=True)
class Triage:
    """Ranks in TRIAGE_LEVELS for n cases, and where each came from. Arrays are (n_cases,)."""

    level: Ints
    source: Ints  # a place in columns.SOURCES
    model_level: Ints  # NONE where no model answered
    emergency: Ints  # the model's chance of an emergency, in percent
    urgent: Ints  # the model's chance of a condition that needs the same day, in percent


def needed(probabilities: Matrix, vocabulary: Vocabulary) -> Matrix:
    """The probability of each triage level being the one needed: (n_cases, n_levels)."""
    levels = np.zeros((len(vocabulary.conditions), len(TRIAGE_LEVELS)))
    for place, condition in enumerate(vocabulary.conditions):
        levels[place, triage_rank(condition.triage)] = 1.0
    return probabilities @ levels


def model_level(need: Matrix) -> Ints:
    """The level of least expected harm, the more urgent where two tie; NONE for NaN rows."""
    harm = need @ HARM
    best = np.argmin(np.nan_to_num(harm, nan=np.inf), axis=1)
    return np.where(np.isnan(need).any(axis=1), NONE, best).astype(np.int64)


def combine(
    override_level: Ints, probabilities: Matrix, nothing_recorded: npt.NDArray[np.bool_],
    vocabulary: Vocabulary,
) -> Triage:  # fmt: skip
    """The final triage of n cases.

    `override_level` is the rank of the most urgent fired override, NONE where none fired. A case
    with nothing recorded is `routine`: its probabilities are only the class mix. Where neither
    overrides nor model give a level it is `routine` too, on the overrides' account.
    """
    need = needed(probabilities, vocabulary)
    model = model_level(need)
    model = np.where(nothing_recorded & (model != NONE), ROUTINE, model)
    silent = (override_level == NONE) & (model == NONE)
    override = np.where(silent, ROUTINE, override_level)
    source = np.where(override < model, 0, np.where(model < override, 1, 2))
    percent = np.rint(np.nan_to_num(need) * 100).astype(np.int64)
    return Triage(np.minimum(override, model), source, model, percent[:, 0], percent[:, 1])


def model_reason(level: int, emergency: int, urgent: int, *, recorded: bool) -> str:
    """Why the model calls a level, in words."""
    if not recorded:
        return "MODEL: nothing is recorded; see a doctor"
    called = TRIAGE_LEVELS[level].replace("_", "-")
    return (
        f"MODEL: {called} is the safest advice (chance of an emergency {emergency} %, "
        f"of a cause that needs the same day {urgent} %)"
    )


def top(probabilities: Matrix, count: int) -> Ints:
    """The `count` most probable conditions of each case, the earlier one where two tie."""
    order: Sequence[int] | Ints = np.argsort(-probabilities, axis=1, kind="stable")
    return np.asarray(order)[:, :count]
