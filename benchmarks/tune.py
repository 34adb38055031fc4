"""A search for the knobs of an estimator, by its excess on the validation part.

    python -m benchmarks.tune --estimator lightgbm --trials 20 --out benchmarks/tune.txt

Optuna's sampler (a tree of Parzen estimators, seeded) chooses what to try; the first trial has the
knobs of `params.yaml`, and every other one is held against it, case by case. The best of many is
partly luck: the test part, which nothing here sees, says what its knobs are worth.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
import optuna

from benchmarks.output import options, table, tell
from benchmarks.training_data import first, intervals_of, read_part
from training.data.features import Intervals
from training.data.vignettes import Vignettes
from training.evaluation.metrics import kl_to_exact
from training.model.estimators import estimator
from training.params import EstimatorName, TrainParams, read_params
from training.promotion.checks.check import of_means

Real = npt.NDArray[np.float64]
Knobs = dict[str, int | float]
_TAIL = 0.025


def _of_mixture(trial: optuna.Trial) -> Knobs:
    return {
        "epochs": trial.suggest_int("epochs", 16, 40),
        "learning_rate": trial.suggest_float("learning_rate", 0.005, 0.05, log=True),
        "first_epochs": trial.suggest_int("first_epochs", 2, 8),
    }


def _of_trees(trial: optuna.Trial) -> Knobs:
    return {
        "tree_rounds": trial.suggest_int("tree_rounds", 5, 80, log=True),
        "tree_leaves": trial.suggest_int("tree_leaves", 4, 16),
        "tree_learning_rate": trial.suggest_float("tree_learning_rate", 0.02, 0.3, log=True),
        "tree_min_data": trial.suggest_int("tree_min_data", 50, 1000, log=True),
        "tree_l2": trial.suggest_float("tree_l2", 0.1, 100.0, log=True),
    }


def _of_plain(trial: optuna.Trial) -> Knobs:
    return {
        "plain_rounds": trial.suggest_int("plain_rounds", 50, 600, log=True),
        "plain_leaves": trial.suggest_int("plain_leaves", 4, 16),
        "plain_learning_rate": trial.suggest_float("plain_learning_rate", 0.05, 0.3, log=True),
        "plain_min_data": trial.suggest_int("plain_min_data", 10, 200, log=True),
        "plain_l2": trial.suggest_float("plain_l2", 0.1, 50.0, log=True),
    }


def _of_both(trial: optuna.Trial) -> Knobs:
    return {**_of_mixture(trial), **_of_trees(trial)}


SPACES: Mapping[EstimatorName, Callable[[optuna.Trial], Knobs]] = {
    "mixture-trees": _of_both,
    "mixture": _of_mixture,
    "lightgbm": _of_plain,
    "hist-gradient-boosting": _of_plain,
}


@dataclass(frozen=True)
class Tried:
    """What a trial came to."""

    knobs: Knobs
    lost: Real  # (n_validation,) nats over the exact posterior, case by case
    seconds: float


@dataclass(frozen=True)
class Search:
    """Trials of one estimator, all on the same cases."""

    learn: Vignettes
    valid: Vignettes
    intervals: Intervals
    params: TrainParams

    def tried(self, knobs: Knobs) -> Tried:
        """The estimator with these knobs in place of those of the parameters."""
        begun = time.perf_counter()
        model = estimator(self.intervals, self.params.model_copy(update=knobs)).learn(self.learn)
        lost = kl_to_exact(self.valid.exact, model.predict_proba(self.valid.cases))
        return Tried(knobs, lost, time.perf_counter() - begun)

    def run(self, trials: int, seed: int) -> list[Tried]:
        """So many trials; the first has the knobs as they are."""
        found: list[Tried] = []
        space = SPACES[self.params.estimator]

        def objective(trial: optuna.Trial) -> float:
            found.append(self.tried(space(trial)))
            loss = float(found[-1].lost.mean())
            print(f"{len(found)}: {loss:.4f}, {found[-1].seconds:.0f} s", file=sys.stderr)
            return loss

        study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
        study.enqueue_trial(self.params.model_dump(), skip_if_exists=False)
        study.optimize(objective, trials)
        return found


def report(found: list[Tried], params: TrainParams, about: str) -> str:
    """Every trial beside the first, the best first, and its knobs as settings of `dvc exp run`."""
    now, ranked = found[0], sorted(found, key=lambda trial: float(trial.lost.mean()))
    rows: list[dict[str, Any]] = []
    for trial in ranked:
        (loss, _), within = of_means(trial.lost, now.lost, _TAIL)
        told = (None, None) if trial is now else (within.low, within.high)
        beside = dict(zip(("from", "to"), told, strict=True))
        rows.append({"excess": loss, **beside, "s": trial.seconds, **trial.knobs})
    names = dict.fromkeys(now.knobs, ".3g")
    formats = {"excess": ".4f", "from": "+.4f", "to": "+.4f", "s": ".0f", **names}
    best = " ".join(f"-S train.{name}={value:.4g}" for name, value in ranked[0].knobs.items())
    return "\n".join(
        [
            f"Knobs of {params.estimator}, by the excess on the validation part",
            about,
            "",
            "from, to: the 95 % interval of the paired difference from the knobs of params.yaml,",
            "whose row has none; s: seconds of fitting and asking",
            "",
            table(rows, formats),
            "",
            f".venv/bin/dvc exp run -S train.estimator={params.estimator} {best}",
            "",
        ]
    )


def main() -> None:
    """Search, print the trials, and write them."""
    parser = options(__doc__, vignettes=True)
    parser.add_argument("--estimator", choices=get_args(EstimatorName), default="mixture-trees")
    parser.add_argument("--trials", type=int, default=30)
    parser.add_argument("--rows", type=int, default=60_000, help="of the training vignettes")
    parser.add_argument("--valid-rows", type=int, default=20_000, help="of the validation part")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    params = read_params().train.model_copy(update={"estimator": given.estimator})
    learn = first(read_part(given.vignettes, "train"), given.rows)
    valid = first(read_part(given.vignettes, "validation"), given.valid_rows)
    search = Search(learn, valid, intervals_of(learn), params)
    found = search.run(given.trials, given.seed)
    about = (
        f"{len(learn):,} vignettes to learn from, {len(valid):,} to measure on; seed {given.seed}"
    )
    tell(report(found, params, about), given.out)


if __name__ == "__main__":
    main()
