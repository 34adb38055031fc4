"""Boosted trees on top of the start: what its sums of hidden states do not catch."""

from __future__ import annotations

from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from training.model.mixture import Array, softmax

Soft = npt.NDArray[np.floating]


@dataclass(frozen=True)
class TreeSettings:
    """How many trees a class, how large, and how carefully they grow."""

    rounds: int
    leaves: int
    learning_rate: float
    min_data: int
    l2: float
    max_bin: int
    threads: int
    seed: int


def fit_trees(
    inputs: Array, margin: Soft, target: Soft, settings: TreeSettings, weight: Array
) -> lgb.Booster | None:
    """Trees that move `margin` (n_cases, n_classes) towards `target`, or None where none can.

    No rounds, or too few cases to split, leave none. `inputs` (n_cases, n_columns) are the encoded
    cases beside the scores of the hidden states.
    """
    n_classes = target.shape[1]
    if settings.rounds == 0 or n_classes == 1 or len(inputs) < 2 * settings.min_data:
        return None

    def objective(scores: npt.NDArray[np.float64], _: lgb.Dataset) -> tuple[Soft, Soft]:
        probability = softmax(scores.reshape(len(target), n_classes, order="F"))
        mass = target.sum(axis=1, keepdims=True) * weight[:, None]
        slope = probability * mass - target * weight[:, None]
        curve = probability * (1.0 - probability) * mass * (n_classes / (n_classes - 1.0))
        return slope, np.maximum(curve, 1e-6)

    data = lgb.Dataset(
        inputs, label=np.zeros(len(inputs)), init_score=margin.astype(np.float64), params=_DATA
    )
    return lgb.train(_parameters(settings, n_classes, objective), data, settings.rounds)


def grow(inputs: Array, target: Soft, rounds: int, threads: int, seed: int) -> lgb.Booster | None:
    """Trees of least squares that give `target` (n_cases,) from `inputs`; None for no rounds."""
    if rounds == 0:
        return None
    settings = TreeSettings(rounds, 31, 0.2, 100, 1.0, 63, threads, seed)
    data = lgb.Dataset(inputs, label=target.astype(np.float32), params=_DATA)
    return lgb.train(_parameters(settings, 1, "regression"), data, rounds)


_DATA = {"verbosity": -1, "force_col_wise": True}
"""By columns each sum runs in the order of the rows, so that threads change nothing in a tree."""


def _parameters(settings: TreeSettings, n_classes: int, objective: object) -> dict[str, object]:
    return {
        **_DATA,
        "objective": objective,
        "num_class": n_classes,
        "learning_rate": settings.learning_rate,
        "num_leaves": settings.leaves,
        "min_data_in_leaf": settings.min_data,
        "lambda_l2": settings.l2,
        "max_bin": settings.max_bin,
        "num_threads": settings.threads,
        "deterministic": True,
        "seed": settings.seed,
    }
