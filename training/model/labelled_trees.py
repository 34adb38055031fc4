"""Trees that learn from labelled cases what the updated knowledge lacks.

They start from what the knowledge says of each case without having learned from it, so that what
is left to them is no echo of the case itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from training.data.labelled_rows import LabelledRows
from training.model.boosting import TreeSettings, fit_trees
from training.model.mixture import TINY, softmax

Real = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
_STEP = 5
_MOST = 40  # rounds
_CLEAR = 1.645
"""Standard errors by which trees must lower the log-loss: chance does so once in twenty."""


def fit_labelled_trees(
    rows: LabelledRows, mix: Real, threads: int, seed: int, weight: float = 1.0
) -> lgb.Booster | None:
    """Trees whose scores are added to the margin of each class; None where none helps.

    `mix` (n_classes,) is that of training; each case counts `weight` times. As many rounds as
    lower the log-loss of cases of the other folds most, if they lower it beyond chance. Cases as
    common as they happen to be labelled teach no mix: the shares of their conditions are added to
    the margin while trees grow, and a condition without a case takes no part.
    """
    if weight == 0:
        return None
    margin = _under_own_mix(rows, mix)
    settings = TreeSettings(
        rounds=_MOST, leaves=3, learning_rate=0.05, min_data=50, l2=2.0 / weight, max_bin=63,
        threads=threads, seed=seed,
    )  # fmt: skip
    return _grown(rows, margin, replace(settings, rounds=_rounds(rows, margin, settings)))


def _under_own_mix(rows: LabelledRows, mix: Real) -> Real:
    share = np.bincount(rows.label, minlength=len(mix)) / max(len(rows), 1)
    with np.errstate(divide="ignore"):
        moved = rows.margin + np.log(share / mix)
    return np.asarray(np.maximum(moved, np.log(TINY) * 2))


def _grown(rows: LabelledRows, margin: Real, settings: TreeSettings) -> lgb.Booster | None:
    least = settings.min_data
    if len(rows) < 2 * least:
        return None
    ends = np.partition(rows.cases, (least - 1, len(rows) - least), axis=0)
    if (ends[least - 1] == ends[-least]).all():  # no column can be split
        return None
    target = np.eye(margin.shape[1])[rows.label]
    return fit_trees(rows.cases, margin, target, settings, np.ones(len(rows), dtype=np.float32))


def _rounds(rows: LabelledRows, margin: Real, settings: TreeSettings) -> int:
    """How many rounds help most in cases that they have not seen."""
    folds = np.unique(rows.fold)
    if len(folds) < 2:
        return 0
    loss = np.zeros((_MOST // _STEP + 1, len(rows)))
    for fold in folds:
        here = rows.fold == fold
        booster = _grown(rows.of(~here), margin[~here], settings)
        loss[:, here] = list(_losses(booster, rows.of(here), margin[here]))
    best = int(loss.mean(axis=1).argmin())
    gain = np.bincount(rows.patient, loss[0] - loss[best])
    error = np.sqrt((gain**2).sum())
    return best * _STEP if gain.sum() > _CLEAR * error else 0


def _losses(booster: lgb.Booster | None, rows: LabelledRows, margin: Real) -> Iterator[Real]:
    """Log-loss (n_cases,) after none, `_STEP`, twice as many ... rounds."""
    own = np.arange(len(rows)), rows.label
    for start in range(-_STEP, _MOST, _STEP):
        if start >= 0 and booster is not None:
            margin = margin + booster.predict(rows.cases, start, _STEP, raw_score=True)
        yield -np.log(np.maximum(softmax(margin)[own], TINY))
