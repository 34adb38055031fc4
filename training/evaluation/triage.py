"""The triage that scoring would give, overrides and model apart and together; what is needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from data_gen.inference import ExactPosterior
from data_gen.vocabulary import TRIAGE_LEVELS, Condition, Vocabulary
from data_gen.vocabulary.complete import complete
from data_gen.world import Component, World
from serve.overrides.matrix.results import flags_of
from serve.triage import URGENT, Causes, combine, too_little
from training.bundles.loaded import Told
from training.data.vignettes import Answered, Vignettes
from training.model.calibrate import TRAINING, draw

Ints = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Triaged:
    """What triage says of n cases: places in TRIAGE_LEVELS, one more where nothing is called."""

    overrides: Ints  # (n_cases,) by the overrides alone
    model: Ints  # (n_cases,) by the model alone
    level: Ints  # (n_cases,) together
    risks: Matrix  # (n_cases, 2) of an emergency, and of urgent or above

    def of(self, rows: npt.NDArray[np.bool_]) -> Triaged:
        """The same of some of the cases."""
        return Triaged(self.overrides[rows], self.model[rows], self.level[rows], self.risks[rows])


def triaged(values: Matrix, told: Told, vocabulary: Vocabulary) -> Triaged:
    """The triage of cases (n_cases, n_findings), unknown not finite, of which a model told."""
    overrides = flags_of(complete(values, vocabulary).present, vocabulary).level
    few = too_little(values, vocabulary)
    found = combine(overrides, told.by_cause, few, told.causes)
    risks = np.stack([found.risk_emergency, found.risk_urgent], axis=1)
    return Triaged(overrides, found.model_level, found.level, risks)


def risks(causes: Causes, by_cause: Matrix) -> Matrix:
    """The risks (n_cases, 2), under the safety mix, of probabilities (n_cases, n_causes)."""
    need = causes.needed(causes.weighed(by_cause))
    return np.asarray(np.cumsum(need, axis=1)[:, : URGENT + 1])


def ranks(held: Sequence[Condition | Component]) -> Ints:
    """The triage level that each of some conditions or components itself needs: (n,)."""
    return np.array([TRIAGE_LEVELS.index(one.triage) for one in held])


def fresh_vignettes(world: World, rows: int, seed: int, *, forms: bool = False) -> Answered:
    """Vignettes that nothing has seen, with the exact posterior and the level that each needs.

    With `forms` two fifths are whole records, and the others are asked what a form asks.
    """
    mix = world.mix(TRAINING)
    drawn = draw(world, mix, rows, seed, forms=forms)
    exact = ExactPosterior(world)(drawn.values, mix, workers=2).probability
    needs = ranks(world.components)[drawn.component]
    return Answered(drawn.cases, drawn.label, exact, needs=needs)


def levelled(vignettes: Vignettes, world: World) -> Vignettes:
    """The same vignettes with what each needs; that of its condition for an unknown component."""
    ids = (component.id for component in world.components)
    rank = dict(zip(ids, ranks(world.components).tolist(), strict=True))
    own = ranks(world.vocabulary.conditions)[vignettes.label].tolist()
    needs = [rank.get(c, k) for c, k in zip(vignettes.component.tolist(), own, strict=True)]
    return replace(vignettes, needs=np.array(needs, dtype=np.int64))


def needed(cases: Answered, vocabulary: Vocabulary) -> Ints:
    """(n_cases,) the level that what each has needs: its component's, or its condition's."""
    return ranks(vocabulary.conditions)[cases.label] if cases.needs is None else cases.needs
