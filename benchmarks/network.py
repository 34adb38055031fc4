"""A small neural network on the 0/1 intervals, fitted to soft labels: one hidden layer."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from data_gen.one_thread import one_blas_thread
from training.model.adam import Rows, Schedule, Weights, minimise
from training.model.mixture import Array, softmax

Real = npt.NDArray[np.float64]


@dataclass
class Network:
    """Rectified units between the features and the classes' softmax; cross-entropy by Adam."""

    hidden: int = 256
    epochs: int = 15
    learning_rate: float = 0.003
    batch_size: int = 200
    decay: float = 1e-4
    """Draws the weights between units towards 0 with every step."""
    seed: int = 0
    weights: Weights = field(default_factory=list)

    def fit(self, features: Array, soft: Real) -> Network:
        """The network fitted to probabilities (n_cases, n_classes)."""
        target, rng = soft.astype(np.float32), np.random.default_rng(self.seed)
        sizes = features.shape[1], self.hidden, soft.shape[1]
        start: Weights = []
        for n_in, n_out in pairwise(sizes):
            # He and others 2015, arXiv 1502.01852
            start.append(rng.normal(0, np.sqrt(2 / n_in), (n_in, n_out)).astype(np.float32))
            start.append(np.zeros(n_out, dtype=np.float32))

        def gradient(weights: Weights, rows: Rows) -> Weights:
            return self._gradient(weights, features[rows], target[rows])

        schedule = Schedule(self.epochs, self.learning_rate, self.batch_size, self.seed)
        self.weights = minimise(start, gradient, len(features), schedule)
        return self

    def predict_proba(self, features: Array) -> Real:
        """Probabilities (n_cases, n_classes)."""
        with one_blas_thread():
            return np.asarray(softmax(_forward(self.weights, features)[1]), dtype=np.float64)

    def _gradient(self, weights: Weights, features: Array, target: Array) -> Weights:
        units, scores = _forward(weights, features)
        error = (softmax(scores) - target) / np.float32(len(features))
        back = (error @ weights[2].T) * (units > 0)
        decay = np.float32(self.decay)
        return [
            features.T @ back + decay * weights[0],
            back.sum(axis=0),
            units.T @ error + decay * weights[2],
            error.sum(axis=0),
        ]


def _forward(weights: Weights, features: Array) -> tuple[Array, Array]:
    """The hidden units (n_cases, hidden) and the classes' scores (n_cases, n_classes)."""
    units = np.maximum(features @ weights[0] + weights[1], np.float32(0))
    return units, units @ weights[2] + weights[3]
