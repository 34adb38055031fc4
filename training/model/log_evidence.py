"""The log-evidence of a case, learned from the exact one: how likely the knowledge makes it.

A mixture of the same atoms and traits as the classifier's, whose sum is not normalised:

    log p(x)  ~  log sum over atoms a, trait combinations z: exp(atom_a . x + trait_z . x + ..)
                 + common . x + trees(x)

One atom a condition instead of one a presentation or pair follows ordinary records as well, but
not complete records of a condition that the knowledge lacks (benchmarks/novelty.txt).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

from training.model.adam import Schedule, follow
from training.model.boosting import grow
from training.model.mixture import TINY, Array, Labels, Mixture

Real = npt.NDArray[np.float64]
_FAR = np.float32(10.0)  # nats beyond which an error counts in proportion, not squared (Huber)
_RIDGE = 1.0
_BLOCK = 8192


@dataclass(frozen=True)
class Evidence:
    """What predicts the log-evidence of a case from its features and cells."""

    mixture: Mixture
    common: Array  # (n_features,)
    constant: Array  # (1,)
    booster: lgb.Booster | None = None

    @property
    def weights(self) -> tuple[Array, ...]:
        """What is fitted, in the order of `gradient`."""
        return (*self.mixture.weights, self.common, self.constant)

    def with_weights(self, weights: list[Array]) -> Evidence:
        """The same with other weights, in the order of `weights`."""
        return replace(
            self,
            mixture=self.mixture.with_weights(weights[:-2]),
            common=weights[-2],
            constant=weights[-1],
        )

    def smooth(self, features: Array) -> Array:
        """(n_cases,) log-evidence without the trees."""
        return self._sum(features)[0]

    def predict(self, cases: Array, features: Array) -> Real:
        """(n_cases,) log-evidence of encoded cases and their 0/1 features."""
        blocks = range(0, len(features), _BLOCK)
        out = np.concatenate([self.smooth(features[k : k + _BLOCK]) for k in blocks])
        if self.booster is None:
            return out.astype(np.float64)
        return np.asarray(out + self.booster.predict(cases), dtype=np.float64)

    def gradient(self, features: Array, target: Array) -> list[Array]:
        """Slopes of the mean Huber loss to `target` (n_cases,), as `weights`."""
        found, atom, state, given, total = self._sum(features)
        error = np.clip(found - target, -_FAR, _FAR) / np.float32(len(features))
        share = (error / np.maximum(total, TINY))[:, None]
        by_atom = share * atom * (state @ given.T)
        by_state = share * state * (atom @ given)
        by_pair = ((share * atom).T @ state) * given
        slopes = self.mixture.slopes(features, by_atom, by_state, by_pair)
        return [*slopes, features.T @ error, error.sum(keepdims=True)]

    def _sum(self, features: Array) -> tuple[Array, Array, Array, Array, Array]:
        """The log-evidence, and the powers of atoms, combinations and pairs whose sum it is."""
        mixture = self.mixture
        score = features @ mixture.atoms + mixture.bias
        combined = (features @ mixture.traits) @ mixture.combinations
        top, high = score.max(axis=1, keepdims=True), combined.max(axis=1, keepdims=True)
        atom, state = np.exp(score - top), np.exp(combined - high)
        given = np.exp(mixture.coupling @ mixture.combinations)
        total = ((atom @ given) * state).sum(axis=1)
        level = (top + high)[:, 0] + features @ self.common + self.constant
        return np.asarray(level + np.log(total)), atom, state, given, total


def fit_evidence(
    mixture: Mixture,
    cases: Array,
    features: Array,
    log_evidence: Real,
    schedule: Schedule,
    tree_rounds: int,
    threads: int,
) -> Evidence:
    """The log-evidence as learned from the exact one (n_cases,), from a fitted mixture's start."""
    target = log_evidence.astype(np.float32)
    zero = np.zeros(features.shape[1], dtype=np.float32)
    start = Evidence(mixture, zero, np.zeros(1, dtype=np.float32))
    missing = log_evidence - start.predict(cases, features)
    ridge = _ridge(features, missing)
    start = replace(start, common=ridge[:-1].copy(), constant=ridge[-1:].copy())

    def gradient(weights: list[Array], rows: Labels) -> list[Array]:
        return start.with_weights(weights).gradient(features[rows], target[rows])

    found = start.with_weights(follow(start.weights, gradient, len(features), schedule))
    left = log_evidence - found.predict(cases, features)
    return replace(found, booster=grow(cases, left, tree_rounds, threads, schedule.seed))


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
