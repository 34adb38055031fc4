"""What labelled cases change: vignettes are weighed until each condition's resemble its cases more.

    p'(case | condition)  =  p(case | condition) exp(weights . features(case) + constant)

Exponential tilting (Efron 1981, Canadian Journal of Statistics 9:139), fitted by penalised
likelihood for each condition apart. The knowledge stays the base: without cases nothing changes,
and each case counts for what it says of the findings written down in it. How common the conditions
are among the cases is not learned: the class mix is declared (`mix.yaml`), not collected.

As more rows of training data the same cases bring a third of that (benchmarks/labelled.txt): a
classifier learns only from the doubt that is left in a case, a tilt from every cell of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import logsumexp
from threadpoolctl import threadpool_limits

from training.intervals import Cases, Intervals
from training.vignettes import Vignettes

Real = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
_TRUST = 0.5
"""The penalty's deviation as a share of how far the numbers are found to be off. Findings that go
together tell the same thing twice: of 0.25, 0.5 and 1 this helps most (benchmarks/labelled.txt).
"""
_ROWS = 6000  # vignettes a condition that stand for it
_STEPS = 100
_BLOCK = 8192


@dataclass(frozen=True)
class Tilt:
    """How much likelier each condition makes a case than the knowledge alone says."""

    intervals: Intervals
    weights: Real  # (n_features, n_conditions)
    constant: Real  # (n_conditions,)

    def log_ratio(self, cases: Cases) -> Real:
        """(n_cases, n_conditions) log p'(case | condition) - log p(case | condition)."""
        out = np.empty((len(cases), len(self.constant)))
        with threadpool_limits(1, user_api="blas"):
            for rows in _blocks(len(cases)):
                features = self.intervals.indicators(cases[rows]).astype(np.float64)
                out[rows] = features @ self.weights + self.constant
        return out

    def log_weight(self, cases: Cases, exact: Real) -> Real:
        """(n_cases,) log p'(case) - log p(case), from the exact posterior (n, n_conditions)."""
        with np.errstate(divide="ignore"):
            out = logsumexp(np.log(exact) + self.log_ratio(cases), axis=1)
        return np.asarray(out)


def fit_tilt(
    intervals: Intervals,
    vignettes: Vignettes,
    cases: Cases,
    label: Labels,
    weight: float,
    trust: float = _TRUST,
) -> Tilt:
    """The tilt from vignettes to labelled cases (n_cases, n_findings), each counted `weight` times.

    What is recorded of a case, as against what the record says, tilts nothing: the weights of one
    finding's values average 0 over the vignettes of the condition in which it is known.
    """
    weights = np.zeros((len(intervals.column), vignettes.exact.shape[1]))
    constant = np.zeros(weights.shape[1])
    with threadpool_limits(1, user_api="blas"):
        parts = {
            int(k): (
                _features(intervals, vignettes.cases[np.flatnonzero(vignettes.label == k)[:_ROWS]]),
                _features(intervals, cases[label == k]),
            )
            for k in np.unique(label)
        }
        doubt = trust * heterogeneity(intervals.column, list(parts.values()))
        for k, (base, seen) in parts.items():
            if doubt > 0 and weight > 0:
                centre = _centre(base.mean(axis=0), intervals.column)
                found, constant[k] = _fit(base @ centre, seen @ centre, weight, doubt)
                weights[:, k] = centre @ found
    return Tilt(intervals, weights, constant)


def heterogeneity(column: Labels, parts: Sequence[tuple[Real, Real]]) -> float:
    """How far the log-odds of findings are off on average, beyond chance: a standard deviation.

    By moments, as DerSimonian and Laird (1986, Control Clin Trials 7:177) estimate it between
    studies: each pair is the features of vignettes and of cases of one condition; 0 where the
    cases scatter no more than cases of the knowledge would.
    """
    beyond = scale = 0.0
    for base, seen in parts:
        expected, known, rows = base.sum(axis=0), np.zeros(len(column)), np.zeros(len(column))
        for finding in np.unique(column):
            here = column == finding
            rows[here], known[here] = expected[here].sum(), seen[:, here].sum()
        share = expected / np.maximum(rows, 1)
        variance = known * share * (1 - share)
        off = seen.sum(axis=0) - known * share
        beyond += float((off**2 - variance * (1 + known / np.maximum(rows, 1))).sum())
        scale += float((variance**2).sum())
    return float(np.sqrt(max(beyond, 0.0) / scale)) if scale > 0 else 0.0


def corrected(vignettes: Vignettes, tilt: Tilt) -> Vignettes:
    """The vignettes as cases of the tilted world: weighed, with its exact posterior.

    Posterior, shares of atoms and log-evidence are exact for that world, since a tilt multiplies
    the likelihood of all atoms of a condition alike.
    """
    ratio = tilt.log_ratio(vignettes.cases)
    with np.errstate(divide="ignore"):
        joint = np.log(vignettes.exact) + ratio
    log_weight = logsumexp(joint, axis=1)
    weight = np.exp(log_weight)
    of_atom = ratio[:, list(vignettes.atoms.values())]
    shares = vignettes.shares * np.exp(of_atom - of_atom.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    return replace(
        vignettes,
        exact=np.exp(joint - log_weight[:, None]),
        log_evidence=vignettes.log_evidence + log_weight,
        shares=shares.astype(np.float32),
        weight=weight / weight.mean(),
    )


def _features(intervals: Intervals, cases: Cases) -> Real:
    return intervals.indicators(cases).astype(np.float64)


def _centre(mean: Real, column: Labels) -> Real:
    """(n_features, n_features) from features to features less their mean where they are known."""
    out = np.eye(len(column))
    for finding in np.unique(column):
        here = np.flatnonzero(column == finding)
        known = mean[here].sum()
        if known > 0:
            out[np.ix_(here, here)] -= (mean[here] / known)[None, :]
    return out


def _fit(base: Real, seen: Real, weight: float, doubt: float) -> tuple[Real, float]:
    """The weights that make `seen` likely under a tilted `base`, and minus their log-normaliser."""
    n, total = weight * len(seen), weight * seen.sum(axis=0)

    def loss(weights: Real) -> tuple[float, Real]:
        log_normaliser, mean = _tilted(base, weights)
        value = n * log_normaliser - total @ weights + weights @ weights / (2 * doubt**2)
        return float(value), n * mean - total + weights / doubt**2

    start = np.zeros(base.shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS}).x
    return found, -_tilted(base, found)[0]


def _tilted(base: Real, weights: Real) -> tuple[float, Real]:
    """Log of the mean of exp(base . weights), and the mean of base under these weights."""
    score = base @ weights
    top = score.max()
    power = np.exp(score - top)
    total = power.sum()
    return float(top + np.log(total / len(base))), (power @ base) / total


def _blocks(n: int) -> Iterator[slice]:
    for start in range(0, n, _BLOCK):
        yield slice(start, start + _BLOCK)
