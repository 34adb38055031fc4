"""The triage that scoring would give, overrides and model apart and together; what is needed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import TRIAGE_LEVELS, Vocabulary
from data_gen.vocabulary.complete import complete
from data_gen.world import World
from serve.overrides.matrix.results import flags_of
from serve.triage import URGENT, Causes, combine, few_recorded
from training.bundles.loaded import Told
from training.data.vignettes import Answered, Vignettes

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
    few = few_recorded(values, vocabulary)
    found = combine(overrides, told.by_cause, few, told.causes)
    risks = np.stack([found.risk_emergency, found.risk_urgent], axis=1)
    return Triaged(overrides, found.model_level, found.level, risks)


def risks(causes: Causes, by_cause: Matrix) -> Matrix:
    """The risks (n_cases, 2), under the safety mix, of probabilities (n_cases, n_causes)."""
    need = causes.needed(causes.weighed(by_cause))
    return np.asarray(np.cumsum(need, axis=1)[:, : URGENT + 1])


def condition_ranks(vocabulary: Vocabulary) -> Ints:
    """(n_conditions,) the triage level that each condition itself needs."""
    return np.array([TRIAGE_LEVELS.index(c.triage) for c in vocabulary.conditions])


def component_ranks(world: World) -> Ints:
    """(n_components,) the triage level that each component of a world itself needs."""
    return np.array([TRIAGE_LEVELS.index(c.triage) for c in world.components])


def levelled(vignettes: Vignettes, world: World) -> Vignettes:
    """The same vignettes with what each needs; that of its condition for an unknown component."""
    ids = (component.id for component in world.components)
    rank = dict(zip(ids, component_ranks(world).tolist(), strict=True))
    own = condition_ranks(world.vocabulary)[vignettes.label].tolist()
    needs = [rank.get(c, k) for c, k in zip(vignettes.component.tolist(), own, strict=True)]
    return replace(vignettes, needs=np.array(needs, dtype=np.int64))


def needed(cases: Answered, vocabulary: Vocabulary) -> Ints:
    """(n_cases,) the level that what each has needs: its component's, or its condition's."""
    return condition_ranks(vocabulary)[cases.label] if cases.needs is None else cases.needs
