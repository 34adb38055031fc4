"""Figures of a model on cases whose answer is known. Probabilities are (n_cases, n_classes)."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import proportion

Matrix = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
BINS = 15
"""Bins of stated probability: the usual number, with which figures can be compared."""
_TINY = 1e-15  # a probability below this counts as this: about 35 nats


def kl_to_exact(exact: Matrix, model: Matrix) -> Matrix:
    """(n_cases,) nats lost against the exact posterior: the Kullback-Leibler divergence.

    Its mean is the expected log-loss above that of the exact posterior.
    """
    ratio = np.log(np.maximum(exact, _TINY)) - np.log(np.maximum(model, _TINY))
    out: Matrix = (exact * ratio).sum(axis=1)
    return out


def log_loss(label: Labels, model: Matrix) -> Matrix:
    """(n_cases,) negative log-probability of the right class."""
    out: Matrix = -np.log(np.maximum(model[np.arange(len(label)), label], _TINY))
    return out


def in_top(label: Labels, model: Matrix, k: int) -> npt.NDArray[np.bool_]:
    """(n_cases,) whether the right class is among the k most probable; ties go by class order."""
    order = np.argsort(-model, axis=1, kind="stable")[:, :k]
    out: npt.NDArray[np.bool_] = (order == label[:, None]).any(axis=1)
    return out


def calibration_error(label: Labels, model: Matrix, n_bins: int = BINS) -> Matrix:
    """(n_classes,) mean distance of stated from observed frequency, over bins of equal width.

    The class-wise expected calibration error of Kull and others (2019, arXiv 1910.12656).
    """
    n_classes = model.shape[1]
    errors = np.zeros(n_classes)
    for k in range(n_classes):
        stated, observed, count = reliability(label == k, model[:, k], n_bins)
        errors[k] = (np.abs(stated - observed) * count).sum() / len(label)
    return errors


def binned_error(stated: Matrix, true: Matrix, weight: Matrix) -> float:
    """Mean distance of a stated chance from the true one or from what came, over such bins.

    All are (n_cases,); `weight` is how much each case counts.
    """
    place = np.minimum((stated * BINS).astype(np.int64), BINS - 1)
    off = np.bincount(place, weight * (stated - true), BINS)
    return float(np.abs(off).sum() / weight.sum())


def reliability(
    hit: npt.NDArray[np.bool_], stated: Matrix, n_bins: int = BINS
) -> tuple[Matrix, Matrix, Matrix]:
    """Mean stated probability, observed frequency and count of each bin that holds a case."""
    place = np.minimum((stated * n_bins).astype(np.int64), n_bins - 1)
    count = np.bincount(place, minlength=n_bins).astype(np.float64)
    held = count > 0
    total = np.bincount(place, stated, n_bins)[held]
    hits = np.bincount(place, hit.astype(np.float64), n_bins)[held]
    return total / count[held], hits / count[held], count[held]


def confusion(label: Labels, model: Matrix) -> Matrix:
    """(n_classes, n_classes) of each row's cases, the share whose most probable class is each.

    The row of a class without cases holds zeros.
    """
    counts = np.zeros((model.shape[1], model.shape[1]))
    np.add.at(counts, (label, model.argmax(axis=1)), 1.0)
    return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1.0))


@dataclass(frozen=True)
class Proportion:
    """A count of a total, with Wilson's interval."""

    k: int
    n: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """The share k / n; not a number for nothing of nothing."""
        return self.k / self.n if self.n else float("nan")

    def as_dict(self) -> dict[str, float]:
        """What a JSON report holds."""
        share = round(self.share, 6)
        return {"k": self.k, "n": self.n, "share": share, "low": self.low, "high": self.high}


def wilson(k: int, n: int, confidence: float = 0.95) -> Proportion:
    """The proportion k of n with Wilson's interval, rounded as reports hold it."""
    if n == 0:
        return Proportion(0, 0, 0.0, 1.0)
    low, high = proportion.wilson(k / n, n, confidence)
    return Proportion(k, n, round(max(0.0, low), 6), round(min(1.0, high), 6))


@dataclass(frozen=True)
class Interval:
    """A mean with its normal interval."""

    mean: float
    low: float
    high: float


def mean_interval(values: Matrix, confidence: float) -> Interval:
    """The mean of independent values, such as paired differences, with its interval."""
    mean = float(values.mean())
    error = float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("inf")
    half = NormalDist().inv_cdf(0.5 + confidence / 2) * error
    return Interval(mean, mean - half, mean + half)
