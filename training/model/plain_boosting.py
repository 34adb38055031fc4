"""Plain boosted trees on the encoded cases: what boosting alone makes of the vignettes.

They know the classes alone: no hidden states, hence no components, and no novelty.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.utils.validation import check_is_fitted, validate_data
from threadpoolctl import threadpool_limits

from serve.problem import Problem, RefusedError
from training.data.vignettes import Vignettes
from training.model.boosting import TreeSettings, fit_trees
from training.model.classifier import Matrix, Stage
from training.model.mixture import TINY, Array, softmax
from training.model.novelty import Novelty

Labels = npt.NDArray[np.int64]
Real = npt.NDArray[np.float64]
_BINS = 255


@dataclass(kw_only=True, eq=False, repr=False)
class PlainBoosting(ClassifierMixin, BaseEstimator, ABC):  # type: ignore[misc]
    """Trees of each class that raise a margin which begins at the classes' shares.

    Input is a float32 matrix (n_cases, n_columns); blank cells are -1, those not asked -2, two
    values as any other. Classes are the codes from 0 on.
    """

    components_: ClassVar[tuple[str, ...] | None] = None
    novelty_: ClassVar[Novelty | None] = None
    stages: ClassVar[tuple[Stage, ...]] = ("trees",)

    rounds: int = 300
    learning_rate: float = 0.1
    leaves: int = 8
    min_data: int = 20
    l2: float = 1.0
    n_jobs: int = 2
    random_state: int = 0

    def learn(self, vignettes: Vignettes) -> Self:
        """The estimator fitted to vignettes."""
        return self.fit(vignettes.cases, vignettes.label, vignettes.exact)

    def fit(self, X: Any, y: Labels, soft: Matrix) -> Self:  # noqa: N803 scikit-learn's name
        """The fitted estimator.

        `y` (n_cases,) are labels drawn from the probabilities `soft` (n_cases, n_classes).
        """
        X = validate_data(self, X, dtype=np.float32)  # noqa: N806
        self.classes_ = np.arange(soft.shape[1])
        self._grow(X, y, soft)
        return self

    def predict_proba(self, X: Any, stage: Stage = "trees") -> Real:  # noqa: ARG002, N803
        """Probabilities (n_cases, n_classes); there is one stage."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float32, reset=False)  # noqa: N806
        with threadpool_limits(self.n_jobs):
            return np.asarray(softmax(self._margin(X)), dtype=np.float64)

    def predict(self, X: Any) -> Labels:  # noqa: N803
        """The most probable class of each case."""
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])

    @abstractmethod
    def _grow(self, cases: Array, label: Labels, soft: Matrix) -> None:
        """Set `start_` (n_classes,), the margin before any tree, and `trees_`."""

    @abstractmethod
    def _margin(self, cases: Array) -> Real:
        """(n_cases, n_classes) what the softmax is taken of."""


class SoftLightGBM(PlainBoosting):
    """LightGBM's trees, fitted to the exact posterior of each vignette."""

    def _grow(self, cases: Array, label: Labels, soft: Matrix) -> None:  # noqa: ARG002
        self.start_ = np.log(np.maximum(soft.mean(axis=0), TINY))
        settings = TreeSettings(
            self.rounds, self.leaves, self.learning_rate, self.min_data, self.l2, _BINS,
            self.n_jobs, self.random_state,
        )  # fmt: skip
        margin = np.tile(self.start_, (len(cases), 1))
        weight = np.ones(len(cases), dtype=np.float32)
        grown = fit_trees(cases, margin, soft, settings, weight)
        if grown is None:
            message = f"{len(cases)} vignettes do not make two leaves of {self.min_data}"
            remedy = "lower train.plain_min_data, or sample more vignettes"
            raise RefusedError(Problem("too_few_vignettes", "params.yaml", message, remedy))
        self.trees_: lgb.Booster = grown

    def _margin(self, cases: Array) -> Real:
        raised = self.trees_.predict(cases, raw_score=True, num_threads=self.n_jobs)
        return np.asarray(self.start_ + raised)


class SampledHistGradientBoosting(PlainBoosting):
    """scikit-learn's histogram boosting, which takes no soft labels: it learns drawn ones.

    The label of a vignette is a draw from its exact posterior already.
    """

    def _grow(self, cases: Array, label: Labels, soft: Matrix) -> None:
        self.trees_ = HistGradientBoostingClassifier(
            max_iter=self.rounds, learning_rate=self.learning_rate, max_leaf_nodes=self.leaves,
            min_samples_leaf=self.min_data, l2_regularization=self.l2, early_stopping=False,
            random_state=self.random_state,
        )  # fmt: skip
        missing = set(range(soft.shape[1])) - set(label.tolist())
        if missing:
            raise ValueError(f"no case of the classes {sorted(missing)}: give more cases")
        with threadpool_limits(self.n_jobs):
            self.trees_.fit(cases, label)
        self.start_ = self.trees_._baseline_prediction[0]

    def _margin(self, cases: Array) -> Real:
        return np.asarray(np.log(np.maximum(self.trees_.predict_proba(cases), TINY)))
