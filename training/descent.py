"""Gradient descent in small batches (Adam): the quickest way measured to fit the mixtures.

On 80,000 vignettes, 20 passes reach in 1.3 s what L-BFGS reaches in 200 iterations and 16 s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # has no types

from training.mixture import Array, Mixture

_DECAY, _DECAY_SQUARE = np.float32(0.9), np.float32(0.99)


@dataclass(frozen=True)
class Schedule:
    """How long, how fast and how freely weights move; the rate falls to 0 along a cosine."""

    epochs: int
    learning_rate: float
    batch_size: int
    l2: float
    """Pull towards the weights that the fit began with."""
    seed: int


def fit(
    start: Mixture, features: Array, target: Array, schedule: Schedule, weight: Array | None = None
) -> Mixture:
    """The mixture fitted to `target` (n_cases, n_classes) by cross-entropy, from `start`.

    One thread of linear algebra: more would change the last digits, and gain nothing here.
    """
    anchor = start.weights
    weights = [w.copy() for w in anchor]
    first = [np.zeros_like(w) for w in weights]
    second = [np.zeros_like(w) for w in weights]
    mixture = _with(start, weights)
    with threadpool_limits(1, user_api="blas"):
        for step, (rows, rate) in enumerate(_batches(len(features), schedule), start=1):
            batch_weight = None if weight is None else weight[rows] / np.float32(len(rows))
            slopes = mixture.gradient(features[rows], target[rows], batch_weight)
            for k, slope in enumerate(slopes):
                if k % 2 == 0:  # the linear scores; biases and couplings move freely
                    slope += np.float32(schedule.l2) * (weights[k] - anchor[k])
                _move(weights[k], first[k], second[k], slope, step, rate)
    return mixture


def _with(start: Mixture, weights: list[Array]) -> Mixture:
    atoms, bias, traits, coupling = weights
    return replace(start, atoms=atoms, bias=bias, traits=traits, coupling=coupling)


def _batches(
    n_cases: int, schedule: Schedule
) -> Iterator[tuple[npt.NDArray[np.int64], np.float32]]:
    """The rows of each batch and the rate of its step."""
    rng = np.random.default_rng(schedule.seed)
    size = min(schedule.batch_size, n_cases)
    n_steps = schedule.epochs * (n_cases // size)
    step = 0
    for _ in range(schedule.epochs):
        order = rng.permutation(n_cases)
        for begin in range(0, n_cases - size + 1, size):
            rate = 0.5 * schedule.learning_rate * (1.0 + np.cos(np.pi * step / n_steps))
            yield order[begin : begin + size], np.float32(rate)
            step += 1


def _move(
    weight: Array, first: Array, second: Array, slope: Array, step: int, rate: np.float32
) -> None:
    first += (1 - _DECAY) * (slope - first)
    second += (1 - _DECAY_SQUARE) * (slope * slope - second)
    mean = first / np.float32(1.0 - float(_DECAY) ** step)
    size = np.sqrt(second / np.float32(1.0 - float(_DECAY_SQUARE) ** step))
    weight -= rate * mean / (size + np.float32(1e-8))
