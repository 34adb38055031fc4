"""What each part of a model brings, on every kind of case: held against the others case by case."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from data_gen.world import World
from training.data.features import Cases
from training.data.vignettes import Answered
from training.evaluation.metrics import kl_to_exact, log_loss, mean_interval
from training.evaluation.triage import fresh_vignettes
from training.model.estimators import Estimator

Matrix = npt.NDArray[np.float64]
_CONFIDENCE = 0.95
_SEED = 740_001
_KEPT, _WRONG = 0.5, 0.05
WORDS = {
    "fresh": "fresh vignettes",
    "forms": "forms of any columns",
    "blanks": "half of the recorded cells blank",
    "wrong_cells": "5 % of the recorded yes/no cells wrong",
    "labelled": "labelled cases held out",
    "real": "real cases",
}
"""The sets of cases, by the names that metrics have."""


@dataclass(frozen=True)
class Measured:
    """Cases, and what probabilities (n_cases, n_conditions) lose on each of them, in nats."""

    cases: Cases
    loss: Callable[[Matrix], Matrix]
    figure: str
    """`excess` over the exact posterior, or `log-loss` where that is not known."""

    @classmethod
    def exactly(cls, vignettes: Answered) -> Measured:
        """By the exact posterior."""
        return cls(vignettes.cases, partial(kl_to_exact, vignettes.exact), "excess")

    @classmethod
    def by_label(cls, cases: Cases, label: npt.NDArray[np.int64]) -> Measured:
        """By what each case had."""
        return cls(cases, partial(log_loss, label), "log-loss")


def worse_records(world: World, rows: int) -> Iterator[tuple[str, Answered]]:
    """Vignettes of records worse than those learned from, with the exact posterior of each kind."""
    worlds = {"blanks": with_blanks(world, _KEPT), "wrong_cells": with_errors(world, _WRONG)}
    for name, other in worlds.items():
        yield name, fresh_vignettes(other, rows, _SEED)


def with_blanks(world: World, kept: float) -> World:
    """The same world, in which this share of the cells that were recorded still is."""
    rates = {name: rate * kept for name, rate in world.recording.rate.items()}
    return replace(world, recording=replace(world.recording, rate=rates))


def with_errors(world: World, share: float) -> World:
    """The same world, in which every setting errs in this share of the yes/no cells it records."""
    error = np.full_like(world.recording.error, share)
    return replace(world, recording=replace(world.recording, error=error))


def parts(model: Estimator, sets: Mapping[str, Measured]) -> dict[str, dict[str, Any]]:
    """The mean loss of every stage of a model on each set of cases, and what the last one brings.

    `change` is the mean difference of the last stage from the one before, `low` and `high` its
    paired interval; below 0 it brings something. A model of one stage has none of these.
    """
    return {name: _of(model, measured) for name, measured in sets.items() if len(measured.cases)}


def _of(model: Estimator, measured: Measured) -> dict[str, Any]:
    lost = [measured.loss(model.predict_proba(measured.cases, s)) for s in model.stages]
    means = (round(float(one.mean()), 6) for one in lost)
    found: dict[str, Any] = {"cases": len(measured.cases), "figure": measured.figure}
    found |= dict(zip(model.stages, means, strict=True))
    if len(lost) > 1:
        change = mean_interval(lost[-1] - lost[-2], _CONFIDENCE)
        ends = {"change": change.mean, "low": change.low, "high": change.high}
        found |= {name: round(value, 6) for name, value in ends.items()}
    return found
