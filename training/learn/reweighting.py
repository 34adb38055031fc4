"""What labelled cases change: vignettes are weighed until each condition's resemble its cases more.

    p'(case | condition)  =  p(case | condition) exp(weights . features(case) + constant)

Exponential tilting (Efron 1981, Canadian Journal of Statistics 9:139). The weights are how far the
log-odds of each value of a finding move in a condition, found value by value under a normal prior;
the constant makes the tilted vignettes of a condition sum to 1 again. The knowledge stays the base:
without cases nothing changes, and each case counts for what is written down in it. How common the
conditions are among the cases is not learned: the class mix is declared (`mix.yaml`).

As more rows of training data the same cases bring half of that (benchmarks/labelled.txt): a
classifier learns only from the doubt that is left in a case, a tilt from every cell of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp, softmax

from data_gen.one_thread import one_blas_thread
from serve.problem import Problem, RefusedError
from training.data.features import Cases, Intervals
from training.data.vignettes import Vignettes

Real = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
_SHRINKAGE = 0.7
"""The penalty's deviation as a share of how far the numbers are found to be off. Findings that go
together tell the same thing twice: 0.5 and 0.7 help alike, 1 less (benchmarks/labelled.txt).
"""
_ROWS = 6000  # vignettes a condition that stand for it
_FACTORS = 5.0
"""The deviation of the log-factors by which a file writes values down: next to no limit, so that
only a value that is never written down is held back from a factor of 0.
"""
_STEPS = 100
_FITS = 1e-6  # how far expected counts are off those seen, as a share of the cases, where it fits
_SMALL = 0.01
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
        with one_blas_thread():
            for rows in _blocks(len(cases)):
                features = self.intervals.indicators(cases[rows]).astype(np.float64)
                out[rows] = features @ self.weights + self.constant
        return out


def fit_tilt(
    counts: Counts, vignettes: Vignettes, weight: float, trust: float = _SHRINKAGE
) -> Tilt:
    """The tilt from vignettes to the counted labelled cases, each of which counts `weight` times.

    How a file was recorded tilts nothing: what all conditions share, such as noes that are written
    down where our settings leave a blank, is estimated and put aside. So cases of one condition
    alone teach nothing: how they present cannot be told from how they were written down. The values
    of a finding are scaled to a distribution again, each by itself, so that one which was not asked
    or is blank has nothing to make up for.
    """
    intervals, seen = counts.intervals, counts.seen
    column = intervals.column
    doubt = trust * heterogeneity(seen, counts.recorded, column)
    moved = np.zeros_like(seen)
    if doubt * weight > 0:
        moved = _moves(weight * seen, counts.recorded, column, doubt)
    weights = moved - np.log1p(_within(counts.share * np.expm1(moved), column))
    constant = np.zeros(len(weights))
    with one_blas_thread():
        for k in range(len(weights)):
            base = _features(intervals, vignettes, k).astype(np.float64)
            constant[k] = -np.log(np.exp(base @ weights[k]).mean())
    return Tilt(intervals, weights.T.copy(), constant)


@dataclass(frozen=True)
class Counts:
    """Labelled cases beside the knowledge, value by value: each (n_conditions, n_features)."""

    intervals: Intervals
    seen: Real  # cases that record the value
    share: Real  # of the vignettes that record the finding, those that record this value of it
    recorded: Real  # the same, as the file of the cases writes things down


def count(intervals: Intervals, vignettes: Vignettes, cases: Cases, label: Labels) -> Counts:
    """What labelled cases (n_cases, n_findings) record, and what is expected of them.

    Only recorded values count: that a cell is blank, or was not asked, tells of the file.
    """
    intervals = intervals.of_values()
    column, n_classes = intervals.column, vignettes.exact.shape[1]
    seen = np.zeros((n_classes, len(column)))
    share = np.zeros_like(seen)
    for k in range(n_classes):
        base = _features(intervals, vignettes, k).sum(axis=0, dtype=np.float64)
        share[k] = _shares(base + _SMALL, column)
        seen[k] = intervals.indicators(cases[label == k]).sum(axis=0)
    return Counts(intervals, seen, share, _as_recorded(seen, share, column))


def _features(intervals: Intervals, vignettes: Vignettes, k: int) -> Cases:
    return intervals.indicators(vignettes.cases[np.flatnonzero(vignettes.label == k)[:_ROWS]])


def heterogeneity(seen: Real, recorded: Real, column: Labels) -> float:
    """How far the log-odds of findings are off on average, beyond chance: a standard deviation.

    By moments, as DerSimonian and Laird (1986, Control Clin Trials 7:177) estimate it between
    studies: `seen` (n_classes, n_features) are counts among the cases, `recorded` the shares of
    each finding's values that are expected of them; 0 where cases scatter as chance has it.
    """
    known = _within(seen, column)
    variance = known * recorded * (1 - recorded)
    taken = variance / np.maximum(variance.sum(axis=0), 1e-300)  # by the factors of the file
    chance = variance * (1 + known / _ROWS - taken)
    beyond = ((seen - known * recorded) ** 2 - chance).sum()
    scale = (variance**2).sum()
    return float(np.sqrt(max(beyond, 0.0) / scale)) if scale > 0 else 0.0


def corrected(vignettes: Vignettes, tilt: Tilt) -> Vignettes:
    """The vignettes as cases of the tilted world: weighed, with its exact posterior.

    Posteriors and log-evidence are exact for that world, since a tilt multiplies the likelihood of
    all components of a condition alike.
    """
    ratio = tilt.log_ratio(vignettes.cases)
    exact, log_weight = tilted_posterior(vignettes.exact, ratio)
    weight = np.exp(log_weight)
    of_component = ratio[:, list(vignettes.components.values())]
    scale = np.exp(of_component - of_component.max(axis=1, keepdims=True))
    posterior = vignettes.posterior * scale
    posterior /= posterior.sum(axis=1, keepdims=True)
    return replace(
        vignettes,
        exact=exact,
        log_evidence=vignettes.log_evidence + log_weight,
        posterior=posterior.astype(np.float32),
        weight=weight / weight.mean(),
    )


def tilted_posterior(exact: Real, log_ratio: Real) -> tuple[Real, Real]:
    """The exact posterior (n_cases, n_conditions) of the tilted world, and each case's weight.

    The weight is log p'(case) - log p(case): how much likelier the tilt makes it.
    """
    with np.errstate(divide="ignore"):
        joint = np.log(exact) + log_ratio
    log_weight = np.asarray(logsumexp(joint, axis=1))
    return np.exp(joint - log_weight[:, None]), log_weight


def _within(table: Real, column: Labels) -> Real:
    """The sum over the values of a feature's finding, in the place of each: as `table`."""
    of_finding = column[:, None] == column[None, :]
    return np.asarray(table @ of_finding.astype(np.float64))


def _shares(counts: Real, column: Labels) -> Real:
    return np.asarray(counts / np.maximum(_within(counts, column), 1e-300))


def _as_recorded(seen: Real, share: Real, column: Labels) -> Real:
    """The knowledge's shares (n_classes, n_features) as the file records them.

    Each value has one factor for all conditions, by which it is written down more often than in our
    settings: the factors that give the counts of all conditions together.
    """
    out = share.copy()
    for values in _findings(column):
        rows = seen[:, values].any(axis=1)
        if rows.any():
            log_share = np.log(share[:, values])
            factor = _mode(seen[rows][:, values], log_share[rows], _FACTORS)
            out[:, values] = softmax(log_share + factor, axis=1)
    return out


def _moves(seen: Real, recorded: Real, column: Labels, doubt: float) -> Real:
    """How far each condition's log-odds move: the mode under a normal prior of that deviation."""
    moved = np.zeros_like(seen)
    for values in _findings(column):
        for k in np.flatnonzero(seen[:, values].any(axis=1)):
            log_share = np.log(recorded[k, values])
            moved[k, values] = _mode(seen[k : k + 1, values], log_share[None], doubt)
    return moved


def _findings(column: Labels) -> Iterator[Labels]:
    for finding in np.unique(column):
        yield np.flatnonzero(column == finding)


def _mode(seen: Real, log_share: Real, doubt: float) -> Real:
    """How far the log-odds of values (n_values,) move, in all rows alike, where counts say so.

    `seen` and `log_share` are (n_rows, n_values). The mode under a normal prior of deviation
    `doubt`, by Newton's method with halved steps: the penalised likelihood is strictly concave, so
    that it has one mode and every step rises. It is reached where expected counts fit those seen
    and the prior to a millionth of the cases; RefusedError where they do not come to that.
    """
    at, n, total = np.zeros(seen.shape[1]), seen.sum(axis=1), seen.sum(axis=0)

    def height(point: Real) -> float:
        likely = total @ point - n @ logsumexp(log_share + point, axis=1)
        return float(likely - point @ point / 2 / doubt**2)

    for _ in range(_STEPS):
        share = softmax(log_share + at, axis=1)
        slope = total - n @ share - at / doubt**2
        if np.abs(slope).max() <= _FITS * (1 + n.sum()):
            return at
        curve = np.diag(n @ share + 1 / doubt**2) - (share.T * n) @ share
        step = np.linalg.solve(curve, slope)
        size = 1.0
        while height(at + size * step) < height(at) and size > _FITS:
            size /= 2
        at = at + size * step
    raise _not_converged()


def _not_converged() -> RefusedError:
    message = f"the fit to the labelled cases does not fit their counts within {_STEPS} steps"
    remedy = "see `python -m training check-labelled`, or set train.labelled_weight to 0"
    return RefusedError(Problem("no_convergence", "labelled cases", message, remedy))


def _blocks(n: int) -> Iterator[slice]:
    for start in range(0, n, _BLOCK):
        yield slice(start, start + _BLOCK)
