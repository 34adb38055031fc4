"""The estimators that `train.estimator` names, and what the pipeline asks of each of them.

    mixture-trees            the default: a mixture of hidden states, and boosted trees on top
    mixture                  the same without the trees
    lightgbm                 plain boosted trees, fitted to the exact posterior
    hist-gradient-boosting   scikit-learn's plain boosted trees, fitted to drawn labels

`training.bundles.onnx.graph.export` makes a graph of each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt

from training.data.features import Intervals
from training.data.vignettes import Vignettes
from training.model.classifier import LegPainClassifier, Stage
from training.model.novelty import Novelty
from training.model.plain_boosting import SampledHistGradientBoosting, SoftLightGBM
from training.params import EstimatorName, TrainParams


class Estimator(Protocol):
    """A classifier as the pipeline fits, calibrates, exports, keeps and reports it."""

    @property
    def components_(self) -> tuple[str, ...] | None:
        """What it tells apart within the classes; None where it knows the classes alone."""

    @property
    def novelty_(self) -> Novelty | None:
        """What tells how unlike the vignettes a case is; None where it cannot."""

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The parts that it is made of, each on top of those before; the last is the whole."""

    def learn(self, vignettes: Vignettes) -> Self:
        """The estimator fitted to vignettes, by whatever it can use of their truth."""

    def predict_proba(self, X: Any, stage: Stage = ...) -> npt.NDArray[np.float64]:  # noqa: N803
        """Probabilities (n_cases, n_classes) of encoded cases, by the parts up to a stage."""


def estimator(intervals: Intervals, params: TrainParams) -> Estimator:
    """The estimator that the knobs describe, not yet fitted."""
    return ESTIMATORS[params.estimator](intervals, params)


def mixture_trees(intervals: Intervals, params: TrainParams) -> LegPainClassifier:
    """A mixture of hidden states with boosted trees on top, not yet fitted."""
    knobs = params.model_dump(include={field.name for field in fields(LegPainClassifier)})
    return LegPainClassifier(
        intervals=intervals, n_jobs=params.threads, random_state=params.seed, **knobs
    )


def _mixture(intervals: Intervals, params: TrainParams) -> Estimator:
    return mixture_trees(intervals, params.model_copy(update={"tree_rounds": 0}))


def _lightgbm(_: Intervals, params: TrainParams) -> Estimator:
    return SoftLightGBM(**_plain(params))


def _hist_gradient_boosting(_: Intervals, params: TrainParams) -> Estimator:
    return SampledHistGradientBoosting(**_plain(params))


def _plain(params: TrainParams) -> dict[str, Any]:
    """The knobs named `plain_`, as the estimators name them."""
    held = {name.partition("plain_"): value for name, value in params.model_dump().items()}
    named = {name: value for (_, plain, name), value in held.items() if plain}
    return {**named, "n_jobs": params.threads, "random_state": params.seed}


ESTIMATORS: Mapping[EstimatorName, Callable[[Intervals, TrainParams], Estimator]] = {
    "mixture-trees": mixture_trees,
    "mixture": _mixture,
    "lightgbm": _lightgbm,
    "hist-gradient-boosting": _hist_gradient_boosting,
}
