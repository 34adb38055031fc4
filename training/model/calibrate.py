"""Fresh cases of the training world, drawn to calibrate what a fitted classifier says.

They need no exact posterior, so that many are quickly drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from data_gen.inference import ExactPosterior
from data_gen.sampler.draw import Tables
from data_gen.sampler.files import spans
from data_gen.sampler.keyed import Draws
from data_gen.sampler.recording_process import sample_chunk
from data_gen.world.world import World
from serve.model.prediction_sets import Thresholds, form_code
from training.data.features import Cases, decoded, encoded
from training.data.vignettes import Vignettes
from training.model.classifier import LegPainClassifier
from training.model.conformal import thresholds
from training.model.estimators import Estimator
from training.params import TrainParams

# Seeds of draws that no vignettes are likely to share.
_SEED, _COMPLETE_SEED, _SET_SEED = 900_001, 900_002, 900_003
TRAINING = "training"
"""The class mix that vignettes are drawn from."""


@dataclass(frozen=True)
class Drawn:
    """Cases of a world and what they have."""

    values: npt.NDArray[np.float64]  # (n_cases, n_findings) as recorded, unknown not finite
    cases: Cases  # the same completed and encoded
    label: npt.NDArray[np.int64]  # (n_cases,)
    component: npt.NDArray[np.int64]  # (n_cases,) place among the components of the world

    def of(self, rows: slice | npt.NDArray[Any]) -> Drawn:
        """Some of the cases."""
        kept = (self.values, self.cases, self.label, self.component)
        parts: Iterator[Any] = (column[rows] for column in kept)
        return Drawn(*parts)


def draw(
    world: World, mix: npt.NDArray[np.float64], rows: int, seed: int, *, forms: bool = False
) -> Drawn:
    """Cases of a world under a mix of its components (n_components,), without posterior.

    With `forms`, each is asked only what a form of its own asks.
    """
    parts = list(_parts(world, mix, rows, seed, forms))
    return Drawn(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _parts(
    world: World, mix: npt.NDArray[np.float64], rows: int, seed: int, forms: bool
) -> Iterator[tuple[npt.NDArray[Any], ...]]:
    tables = Tables.of(world, mix)
    for span in spans(rows):
        draws = Draws(seed, span.start, span.size)
        sample = sample_chunk(tables, draws, with_truth=False, forms=forms)
        cases, hidden = encoded(sample.values, world.vocabulary), sample.hidden
        yield np.ascontiguousarray(sample.values), cases, hidden.condition, hidden.atom


def teach_novelty(
    model: LegPainClassifier,
    vignettes: Vignettes,
    world: World,
    params: TrainParams,
) -> None:
    """Teach a fitted classifier novelty.

    It is learned from vignettes and from complete records, and ranked among fresh ones.
    """
    mix = world.mix(TRAINING)
    fresh = draw(world, mix, params.calibration_rows // 6, _SEED, forms=True)
    whole = draw(world.complete(), mix, 2 * params.complete_rows, _COMPLETE_SEED)
    known = slice(None, params.complete_rows)
    found = ExactPosterior(world)(whole.values[known], mix, params.threads)
    some = slice(None, params.novelty_rows)
    model.fit_novelty(
        np.concatenate([vignettes.cases[some], whole.cases[known]]),
        np.concatenate([vignettes.log_evidence[some], found.log_evidence]),
        np.concatenate([fresh.cases, whole.cases[params.complete_rows :]]),
        params.novelty_rounds,
    )


def calibrate(model: Estimator, world: World, params: TrainParams) -> Thresholds:
    """The thresholds of an estimator's prediction sets, by as many cases of each condition."""
    equal = draw(world, world.even, params.calibration_rows, _SET_SEED, forms=True)
    told = model.predict_proba(equal.cases)
    forms = form_code(decoded(equal.cases), world.vocabulary)
    return thresholds(told, equal.label, forms, params.coverage)
