"""Other kinds of model on the same vignettes: how each is made, takes cases, and is kept.

Boosted trees get the encoded cases with unknown as missing;
logistic regression gets the 0/1 intervals of our additive start, where an unknown cell is in none;
naive Bayes gets one category for each interval and one for unknown.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from training.data.features import Cases, Intervals

Labels = npt.NDArray[np.int64]
Real = npt.NDArray[np.float64]
Settings = Mapping[str, Any]
_SEED = 0
_IMPROBABLE = 0.005


class Missing:
    """Cases with unknown as not a number. A column that was never known stays as it is."""

    def __init__(self, cases: Cases) -> None:
        # HistGradientBoostingClassifier refuses a column without any value.
        self._known = (cases >= 0).any(axis=0)

    def __call__(self, cases: Cases) -> Any:
        """Cases as boosted trees take them."""
        return np.where((cases < 0) & self._known, np.float32("nan"), cases)


class Indicators:
    """The 0/1 intervals, of which two in three are 0, as a sparse matrix."""

    def __init__(self, intervals: Intervals) -> None:
        self._intervals = intervals

    def __call__(self, cases: Cases) -> Any:
        """Cases as logistic regression takes them."""
        return csr_matrix(self._intervals.indicators(cases))


class Categories:
    """A category for each interval of a column, from 1, and 0 for unknown."""

    def __init__(self, intervals: Intervals) -> None:
        n_columns = int(intervals.column.max()) + 1
        self._low = [intervals.low[intervals.column == k] for k in range(n_columns)]
        self.sizes = [len(low) + 1 for low in self._low]

    def __call__(self, cases: Cases) -> Any:
        """Cases as naive Bayes takes them."""
        columns = [np.searchsorted(low, cases[:, k], "right") for k, low in enumerate(self._low)]
        return np.stack(columns, axis=1)


def soft_rows(exact: Real) -> tuple[Labels, Labels, Real]:
    """Soft labels for what takes weights: the place, the label and the weight of each row.

    A case stands once for each cause that is not improbable, weighed by its probability.
    """
    rows, label = np.nonzero(exact >= _IMPROBABLE)
    return rows, label, exact[rows, label]


@dataclass(frozen=True)
class Given:
    """What a model may know before it learns."""

    cases: Cases
    intervals: Intervals
    threads: int


@dataclass(frozen=True)
class Library:
    """One kind of model."""

    name: str
    make: Callable[[Settings, Given], Any]
    """The estimator with these settings."""
    features: Callable[[Given], Callable[[Cases], Any]]
    """What turns cases into the estimator's input."""
    tuned: Settings
    """Settings chosen on training vignettes, as the comment at `LIBRARIES` tells."""
    keep: Callable[[Any, Path], object] = joblib.dump
    """Writes the fitted estimator to a file."""


def _boosted_histograms(settings: Settings, _: Given) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(random_state=_SEED, **settings)


def _lightgbm(settings: Settings, given: Given) -> Any:
    made = importlib.import_module("lightgbm").LGBMClassifier
    return made(n_jobs=given.threads, random_state=_SEED, verbosity=-1, **settings)


def _xgboost(settings: Settings, given: Given) -> Any:
    made = importlib.import_module("xgboost").XGBClassifier
    return made(n_jobs=given.threads, random_state=_SEED, **settings)


def _catboost(settings: Settings, given: Given) -> Any:
    made = importlib.import_module("catboost").CatBoostClassifier
    quiet = {"verbose": False, "allow_writing_files": False}
    return made(thread_count=given.threads, random_seed=_SEED, **quiet, **settings)


def _logistic(settings: Settings, _: Given) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(**settings)


def _naive_bayes(settings: Settings, given: Given) -> Any:
    from sklearn.naive_bayes import CategoricalNB

    return CategoricalNB(min_categories=Categories(given.intervals).sizes, **settings)


# How they were found: by log-loss of labels on training vignettes that were held back, in a search
# that was cut short. Learning from 16,000 vignettes:
#   LightGBM, 3 trials: 4 leaves 0.563, 8 0.566, 16 0.579; 8 taken, in half the rounds
#   XGBoost, 5: depth 3 0.561, 2 0.563, 4 0.569; l2 20 0.567; a tenth of the columns 0.555
#   CatBoost, 3: depth 3 0.553, 4 0.560, 6 0.581
#   HistGradientBoosting, none: the shape of LightGBM
# A tenth of the columns, found for XGBoost, was taken for LightGBM and HistGradientBoosting too; no
# other learning rate was tried. Rounds are by early stopping from 40,000: HistGradientBoosting 335,
# LightGBM 514, XGBoost 557, CatBoost 1,059, each raised by about a fifth for 100,000, which is a
# guess (from 16,000 to 40,000 XGBoost's rose by 13 %, CatBoost's by 28 %). From 30,000: logistic
# regression, C of 0.01, 0.03, 0.1, 0.3, 1; naive Bayes, alpha of 0.01, 0.1, 1, 10, 100, of which
# 0.1 and 1 differ by 0.0001.
LIBRARIES = (
    Library(
        "HistGradientBoosting",
        _boosted_histograms,
        lambda given: Missing(given.cases),
        {"max_iter": 400, "max_leaf_nodes": 8, "learning_rate": 0.15, "l2_regularization": 5.0,
         "max_features": 0.1, "min_samples_leaf": 20, "early_stopping": False},
    ),
    Library(
        "LightGBM",
        _lightgbm,
        lambda given: Missing(given.cases),
        {"n_estimators": 620, "num_leaves": 8, "learning_rate": 0.15, "reg_lambda": 5.0,
         "colsample_bytree": 0.1, "min_child_samples": 20},
        keep=lambda model, path: model.booster_.save_model(path),
    ),
    Library(
        "XGBoost",
        _xgboost,
        lambda given: Missing(given.cases),
        {"n_estimators": 670, "max_depth": 3, "learning_rate": 0.2, "reg_lambda": 5.0,
         "colsample_bytree": 0.1, "subsample": 0.8},
        keep=lambda model, path: path.write_bytes(model.get_booster().save_raw("ubj")),
    ),
    Library(
        "CatBoost",
        _catboost,
        lambda given: Missing(given.cases),
        {"iterations": 1270, "depth": 3, "learning_rate": 0.2, "l2_leaf_reg": 3.0, "rsm": 0.1,
         "bootstrap_type": "Bernoulli", "subsample": 0.5},
        keep=lambda model, path: model.save_model(path),
    ),
    Library("logistic regression", _logistic, lambda given: Indicators(given.intervals),
            {"C": 0.3, "max_iter": 400}),
    Library("naive Bayes", _naive_bayes, lambda given: Categories(given.intervals),
            {"alpha": 0.1}),
)  # fmt: skip
