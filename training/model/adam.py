"""Gradient descent in small batches (Adam): the quickest way measured to fit the mixtures.

On 80,000 vignettes, 20 passes reach in 1.3 s what L-BFGS reaches in 200 iterations and 16 s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data_gen.one_thread import one_blas_thread
from training.model.mixture import Array, Mixture

Rows = npt.NDArray[np.int64]
Weights = list[Array]
Gradient = Callable[[Weights, Rows], Weights]
_PARTS = 2
_DECAY, _DECAY_SQUARE = np.float32(0.9), np.float32(0.99)


@dataclass(frozen=True)
class Schedule:
    """How long and how fast weights move; the rate falls to 0 along a cosine.

    A pull of the weights towards where they began, or towards 0, was measured and only harmed.
    """

    epochs: int
    learning_rate: float
    batch_size: int
    seed: int


def fit(
    start: Mixture,
    gradient: Callable[[Mixture, Rows], Weights],
    n_cases: int,
    schedule: Schedule,
) -> Mixture:
    """The mixture that following `gradient`, of a mean over the rows given, leads to."""

    def of_weights(weights: Weights, rows: Rows) -> Weights:
        return gradient(start.with_weights(weights), rows)

    return start.with_weights(minimise(start.weights, of_weights, n_cases, schedule))


def minimise(
    start: Sequence[Array], gradient: Gradient, n_cases: int, schedule: Schedule
) -> Weights:
    """The weights that following `gradient`, of a mean over the rows given, leads to.

    Each batch is worked out in two halves side by side, added in their order: the result is the
    same on any machine that adds alike. The linear algebra within a half runs on one thread.
    """
    weights = [w.copy() for w in start]
    first = [np.zeros_like(w) for w in weights]
    second = [np.zeros_like(w) for w in weights]
    with one_blas_thread(), ThreadPoolExecutor(_PARTS) as pool:
        for step, (rows, rate) in enumerate(_batches(n_cases, schedule), start=1):
            for k, slope in enumerate(_in_parts(gradient, weights, rows, pool)):
                _move(weights[k], first[k], second[k], slope, step, rate)
    return weights


def _in_parts(
    gradient: Gradient, weights: Weights, rows: Rows, pool: ThreadPoolExecutor
) -> Weights:
    """The gradient of a batch: the mean over its parts, each counted by its rows."""
    parts = [part for part in np.array_split(rows, _PARTS) if len(part)]
    found = list(pool.map(lambda part: gradient(weights, part), parts))
    total = [slope * np.float32(len(parts[0]) / len(rows)) for slope in found[0]]
    for part, slopes in zip(parts[1:], found[1:], strict=True):
        for k, slope in enumerate(slopes):
            total[k] += slope * np.float32(len(part) / len(rows))
    return total


def _batches(n_cases: int, schedule: Schedule) -> Iterator[tuple[Rows, np.float32]]:
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
    """One step of Adam (Kingma and Ba 2015, arXiv 1412.6980), in place."""
    first += (1 - _DECAY) * (slope - first)
    second += (1 - _DECAY_SQUARE) * (slope * slope - second)
    mean = first / np.float32(1.0 - float(_DECAY) ** step)
    size = np.sqrt(second / np.float32(1.0 - float(_DECAY_SQUARE) ** step))
    weight -= rate * mean / (size + np.float32(1e-8))
