"""The log-evidence of a case, learned from the exact one: how likely the knowledge makes it.

A mixture of the same hidden states as the classifier's, whose sum is not normalised, and what all
of its components have in common:

    log p(x)  ~  log sum over components a, combinations z: exp(component_a . x + latent_z . x + ..)
                 + trees(x)

One component a condition instead of one a presentation or pair follows ordinary records as well,
but not complete records of a condition that the knowledge lacks (benchmarks/novelty.txt).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from training.model.adam import Schedule, minimise
from training.model.boosting import grow
from training.model.mixture import Array, Labels, Mixture

Real = npt.NDArray[np.float64]
_FAR = np.float32(10.0)  # nats beyond which an error counts in proportion, not squared (Huber)
_RIDGE = 1.0
_BLOCK = 8192


@dataclass(frozen=True)
class Evidence:
    """What predicts the log-evidence of a case from its features and cells."""

    mixture: Mixture
    booster: lgb.Booster | None = None

    def predict(self, cases: Array, features: Array) -> Real:
        """(n_cases,) log-evidence of encoded cases and their 0/1 features."""
        out = _log_sums(self.mixture, features)
        return out if self.booster is None else np.asarray(out + self.booster.predict(cases))


def fit_evidence(
    mixture: Mixture,
    cases: Array,
    features: Array,
    log_evidence: Real,
    schedule: Schedule,
    tree_rounds: int,
    threads: int,
) -> Evidence:
    """The log-evidence as learned from the exact one (n_cases,), from a fitted mixture's start.

    What a feature adds for all components alike is a weight of its own while it is fitted.
    """
    target = log_evidence.astype(np.float32)

    def gradient(weights: list[Array], rows: Labels) -> list[Array]:
        return _gradient(mixture, weights, features[rows], target[rows])

    ridge = _ridge(features, log_evidence - _log_sums(mixture, features))
    start = [*mixture.weights, ridge[:-1], ridge[-1:]]
    *weights, common, constant = minimise(start, gradient, len(features), schedule)
    found = mixture.with_weights(weights)
    found = replace(
        found, components=found.components + common[:, None], bias=found.bias + constant
    )
    left = log_evidence - _log_sums(found, features)
    return Evidence(found, grow(cases, left, tree_rounds, threads, schedule.seed))


def _gradient(
    mixture: Mixture, weights: list[Array], features: Array, target: Array
) -> list[Array]:
    """Gradient of the mean Huber loss to `target` (n_cases,), as `weights`."""
    *own, common, constant = weights
    mixture = mixture.with_weights(own)
    forward = mixture.forward(mixture.scores(features))
    found = forward.log_sum + features @ common + constant
    error = np.clip(found - target, -_FAR, _FAR) / np.float32(len(features))
    residual = error[:, None] * forward.posterior
    slopes = mixture.chain(features, *forward.through(residual))
    return [*slopes, features.T @ error, error.sum(keepdims=True)]


def _log_sums(mixture: Mixture, features: Array) -> Real:
    blocks = (features[k : k + _BLOCK] for k in range(0, len(features), _BLOCK))
    sums = [mixture.forward(mixture.scores(block).astype(np.float64)).log_sum for block in blocks]
    return np.concatenate(sums).astype(np.float64)


def _ridge(features: Array, target: Real) -> Array:
    """(n_features + 1,) weights and constant of least squares, drawn a little towards 0."""
    n = features.shape[1] + 1
    square, moment = np.zeros((n, n)), np.zeros(n)
    for k in range(0, len(features), _BLOCK):
        block = features[k : k + _BLOCK].astype(np.float64)
        block = np.column_stack([block, np.ones(len(block))])
        square += block.T @ block
        moment += block.T @ target[k : k + _BLOCK]
    return np.linalg.solve(square + _RIDGE * np.eye(n), moment).astype(np.float32)
