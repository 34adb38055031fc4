"""The search behind the tuned settings of `benchmarks.peers`, on the part that is there to tune on.

    python -m benchmarks.tuning LightGBM --vignettes build/vignettes

It learns from `--rows` of the training vignettes; the log-loss of the labels of the validation part
decides, and stops boosting. From the settings of today, one after the other is moved to the best
of its values. Then the rounds are found afresh on `--all-rows`. Prints each trial; what it chose is
copied by hand.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.output import options
from benchmarks.peers import LIBRARIES, Given, Labels, Library, Settings
from benchmarks.training_data import first, intervals_of, read_part
from training.data.features import Intervals
from training.data.vignettes import Vignettes
from training.evaluation.metrics import log_loss

_MOST, _PATIENCE = 1500, 15
_Split = tuple[Any, Labels, Any, Labels]
Stopped = Callable[[Any, _Split], int]

OTHERS: Mapping[str, Mapping[str, Sequence[Any]]] = {
    "HistGradientBoosting": {"max_leaf_nodes": [4, 16], "l2_regularization": [20.0],
                             "max_features": [0.1], "learning_rate": [0.08]},
    "LightGBM": {"num_leaves": [4, 16], "reg_lambda": [20.0], "colsample_bytree": [0.1],
                 "learning_rate": [0.08]},
    "XGBoost": {"max_depth": [2, 4], "reg_lambda": [20.0], "colsample_bytree": [0.1],
                "learning_rate": [0.1]},
    "CatBoost": {"depth": [3, 6], "l2_leaf_reg": [10.0], "learning_rate": [0.1]},
    "logistic regression": {"C": [0.1, 0.3, 3.0]},
    "naive Bayes": {"alpha": [0.01, 0.1, 10.0]},
}  # fmt: skip
ROUNDS = {"HistGradientBoosting": "max_iter", "LightGBM": "n_estimators",
          "XGBoost": "n_estimators", "CatBoost": "iterations"}  # fmt: skip


def _stop_histograms(model: Any, split: _Split) -> int:
    model.set_params(early_stopping=True, n_iter_no_change=_PATIENCE)
    x, y, x_valid, y_valid = split
    model.fit(x, y, X_val=x_valid, y_val=y_valid)
    return int(np.argmax(model.validation_score_))


def _stop_lightgbm(model: Any, split: _Split) -> int:
    stop = importlib.import_module("lightgbm").early_stopping(_PATIENCE, verbose=False)
    model.fit(*split[:2], eval_X=split[2], eval_y=split[3], callbacks=[stop])
    return int(model.best_iteration_)


def _stop_xgboost(model: Any, split: _Split) -> int:
    model.set_params(early_stopping_rounds=_PATIENCE)
    model.fit(*split[:2], eval_set=[split[2:]], verbose=False)
    return int(model.best_iteration) + 1


def _stop_catboost(model: Any, split: _Split) -> int:
    model.fit(*split[:2], eval_set=split[2:], early_stopping_rounds=_PATIENCE)
    return int(model.get_best_iteration()) + 1


def _no_rounds(model: Any, split: _Split) -> int:
    model.fit(*split[:2])
    return 0


STOP: Mapping[str, Stopped] = {
    "HistGradientBoosting": _stop_histograms,
    "LightGBM": _stop_lightgbm,
    "XGBoost": _stop_xgboost,
    "CatBoost": _stop_catboost,
}


class Search:
    """Trials of one library on one split."""

    def __init__(
        self,
        library: Library,
        learn: Vignettes,
        valid: Vignettes,
        intervals: Intervals,
        threads: int,
    ) -> None:
        self.library = library
        self.given = Given(learn.cases, intervals, threads)
        features = library.features(self.given)
        self.split = features(learn.cases), learn.label, features(valid.cases), valid.label

    def trial(self, settings: Settings) -> tuple[float, int]:
        """The log-loss of the rows that were held back, and the rounds that it stopped at."""
        begun, name = time.perf_counter(), self.library.name
        most = {ROUNDS[name]: _MOST} if name in ROUNDS else {}
        model = self.library.make({**settings, **most}, self.given)
        rounds = STOP.get(name, _no_rounds)(model, self.split)
        loss = float(log_loss(self.split[3], model.predict_proba(self.split[2])).mean())
        seconds = time.perf_counter() - begun
        print(f"{loss:.4f} {rounds:5} rounds {seconds:6.1f} s {dict(settings)}", flush=True)
        return loss, rounds

    def best(self) -> Settings:
        """The settings that no single value of `OTHERS` improves on, one setting at a time."""
        settings = dict(self.library.tuned)
        least, _ = self.trial(settings)
        for name, values in OTHERS[self.library.name].items():
            for value in values:
                loss, _ = self.trial({**settings, name: value})
                if loss < least:
                    least, settings = loss, {**settings, name: value}
        return settings


def main() -> None:
    """Search for one library and print the trials."""
    parser = options(__doc__, vignettes=True)
    parser.add_argument("library", choices=[library.name for library in LIBRARIES])
    parser.add_argument("--all-rows", type=int, default=100_000)
    parser.add_argument("--rows", type=int, default=16_000, help="of them, for the search")
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    library = next(library for library in LIBRARIES if library.name == given.library)
    data = read_part(given.vignettes, "train")
    valid = read_part(given.vignettes, "validation")
    intervals = intervals_of(data)
    with threadpool_limits(given.threads):
        some, most = first(data, given.rows), first(data, given.all_rows)
        settings = Search(library, some, valid, intervals, given.threads).best()
        print(f"with {len(most)} rows:", flush=True)
        Search(library, most, valid, intervals, given.threads).trial(settings)


if __name__ == "__main__":
    main()
