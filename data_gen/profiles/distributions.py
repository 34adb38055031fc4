"""Numbers as percentiles, and the probability of each of their bins."""

from __future__ import annotations

from math import erf, inf, log, sqrt

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
_Z95 = 1.6448536269514722  # the 95th percentile of the standard normal


def split_normal_cdf(x: float, low: float, median: float, high: float) -> float:
    """P(X < x) of a split normal with these 5th, 50th and 95th percentiles."""
    spread = (median - low if x < median else high - median) / _Z95
    return 0.5 * (1 + erf((x - median) / (spread * sqrt(2))))


def bin_probabilities(
    edges: tuple[float, ...], low: float, median: float, high: float, scale: str
) -> Array:
    """The probability of each bin [edge, next edge): (n_bins,), summing to 1.

    On the log scale the percentiles are those of the logarithm. What lies outside the edges is
    left out and the rest scaled up.
    """
    transform = _log if scale == "log" else float
    bounds = [transform(value) for value in (low, median, high)]
    below = np.array([split_normal_cdf(transform(edge), *bounds) for edge in edges])
    mass = np.diff(below)
    return np.asarray(mass / mass.sum())


def _log(value: float) -> float:
    return log(value) if value > 0 else -inf
