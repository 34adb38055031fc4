"""The class mix of a file whose conditions nobody knows, from the probabilities of its rows.

Expectation-maximisation (Saerens, Latinne and Decaestecker 2002) with a prior: the logarithm of how
much commoner a condition is than in the mix of the scores is normal around 0. How far conditions
may be off is taken from the file itself: widths of the prior count by how probable they make its
rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]
APART = (0.15, 0.25, 0.35, 0.5, 0.7, 1.0, 1.4)
"""Standard deviations of the logarithm: from hardly another share, to four times as common."""
CONFIDENCE = 0.9
_STEPS, _STILL = 500, 1e-7
_FLOOR = 1e-300


@dataclass(frozen=True)
class ClassMix:
    """Shares of conditions, (n_conditions,) each; a condition without share cannot be told."""

    share: Matrix
    low: Matrix
    high: Matrix
    gain: float
    """Nats by which it makes a row likelier than the mix of the scores does, on average."""


def estimate_mix(probabilities: Matrix, scored: Matrix) -> ClassMix:
    """The mix of rows (n_rows, n_conditions) that were scored under a mix (n_conditions,).

    The interval of each share has CONFIDENCE; it tells chance, not a model that is wrong.
    """
    told = np.flatnonzero(scored > 0)
    ratio = likelihood_ratios(probabilities, scored)[:, told]
    fits = [_fitted(ratio, scored[told], apart) for apart in APART]
    shares, errors, evidence = (np.array(part) for part in zip(*fits, strict=True))
    credible = _softmax(evidence)
    share = credible @ shares
    error = np.sqrt(credible @ (errors**2 + (shares - share) ** 2))
    low, high = _interval(share, error)
    gain = float(np.log(np.maximum(ratio @ share, _FLOOR)).mean()) if len(ratio) else 0.0
    whole = np.zeros((3, len(scored)))
    whole[:, told] = share, low, high
    return ClassMix(whole[0], whole[1], whole[2], gain)


def likelihood_ratios(probabilities: Matrix, scored: Matrix) -> Matrix:
    """(n_rows, n_conditions) how much likelier each row is under a condition than on the whole.

    Rows to which the mix of the scores gives no chance are left out.
    """
    ratio = np.divide(probabilities, scored, out=np.zeros(probabilities.shape), where=scored > 0)
    return ratio[ratio @ scored > 0]


def posterior(ratio: Matrix, mix: Matrix) -> Matrix:
    """(n_rows, n_conditions) the probabilities of the same rows under another mix."""
    joint = ratio * mix
    return np.asarray(joint / np.maximum(joint.sum(axis=1, keepdims=True), _FLOOR))


def _fitted(ratio: Matrix, centre: Matrix, apart: float) -> tuple[Matrix, Matrix, float]:
    """The likeliest shares, their standard errors, and the log-evidence of so wide a prior."""
    rows, size = ratio.shape
    off, share = np.zeros(size), centre / centre.sum()
    precision = np.eye(size) / apart**2
    for _ in range(_STEPS):
        counts = share * (ratio.T @ (1 / np.maximum(ratio @ share, _FLOOR)))
        before = share
        for _ in range(3):  # Newton's steps; the sum is concave
            slope = counts - rows * share - off / apart**2
            off = off + np.clip(np.linalg.solve(rows * _spread(share) + precision, slope), -1, 1)
            share = _softmax(np.log(centre) + off)
        if np.abs(share - before).max() < _STILL:
            break
    told = posterior(ratio, share)
    lost = np.diag(told.sum(axis=0)) - told.T @ told  # what not knowing the conditions costs
    information = rows * _spread(share) - lost + precision
    error = _spread(share) @ np.linalg.inv(information) @ _spread(share)
    evidence = np.log(np.maximum(ratio @ share, _FLOOR)).sum() - (off**2).sum() / 2 / apart**2
    evidence -= size * np.log(apart) + np.linalg.slogdet(information)[1] / 2
    return share, np.sqrt(np.diag(error)), float(evidence)


def _spread(share: Matrix) -> Matrix:
    return np.asarray(np.diag(share) - np.outer(share, share))


def _softmax(scores: Matrix) -> Matrix:
    raised = np.exp(scores - scores.max())
    return np.asarray(raised / raised.sum())


def _interval(share: Matrix, error: Matrix) -> tuple[Matrix, Matrix]:
    """The interval of each share, symmetric on the scale of log odds."""
    z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
    rest = np.maximum(1 - share, 1e-12)
    odds, half = share / rest, z * error / np.maximum(share * rest, 1e-12)
    low, high = odds * np.exp(-half), odds * np.exp(np.minimum(half, 50))
    return low / (1 + low), high / (1 + high)
