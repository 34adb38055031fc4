"""Measures of a claim in a study's two groups, each with its Monte Carlo error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Estimate:
    """A number and the standard error that sampling leaves in it."""

    value: float
    error: float


@dataclass(frozen=True)
class Share:
    """A share of people: what was counted, of how many."""

    p: float
    n: int

    @classmethod
    def of(cls, mask: Mask) -> Share:
        """The share of true values."""
        return cls(float(mask.mean()), len(mask))

    @property
    def log_variance(self) -> float:
        """The variance of log p by the delta method."""
        return (1 - self.p) / max(self.p, 1e-9) / self.n

    def other(self) -> Share:
        """The share of those left."""
        return Share(1 - self.p, self.n)

    def estimate(self) -> Estimate:
        """The share itself with its binomial error."""
        return Estimate(self.p, sqrt(self.p * (1 - self.p) / self.n))


def ratio(first: Share, second: Share) -> Estimate:
    """The first share over the second."""
    value = first.p / max(second.p, 1e-9)
    return Estimate(value, value * sqrt(first.log_variance + second.log_variance))


def odds_ratio(first: Share, second: Share) -> Estimate:
    """The odds of the first share over those of the second."""
    shares = (first, first.other(), second, second.other())
    value = ratio(first, first.other()).value / ratio(second, second.other()).value
    # the variance of log odds is 1 / (n p q) = var(log p) + var(log q) + 2 / n
    variance = sum(share.log_variance for share in shares) + 2 / first.n + 2 / second.n
    return Estimate(value, value * sqrt(variance))


def posterior(first: Share, second: Share, prior: float) -> Estimate:
    """P(case | claim) where this share of people are cases."""
    lr = ratio(first, second)
    odds = lr.value * prior / (1 - prior)
    value = odds / (1 + odds)
    return Estimate(value, value * (1 - value) * lr.error / max(lr.value, 1e-9))


def mean(values: npt.NDArray[np.float64]) -> Estimate:
    """The mean of what applies."""
    known = values[~np.isnan(values)]
    return Estimate(float(known.mean()), float(known.std() / sqrt(len(known))))


OF_TWO: dict[str, Callable[[Share, Share], Estimate]] = {
    "share": lambda cases, _: cases.estimate(),
    "sensitivity": lambda cases, _: cases.estimate(),
    "specificity": lambda _, others: others.other().estimate(),
    "likelihood_ratio_positive": ratio,
    "likelihood_ratio_negative": lambda cases, others: ratio(cases.other(), others.other()),
    "odds_ratio": odds_ratio,
}
"""The measures that need no more than how often the claim holds in cases and in others."""
