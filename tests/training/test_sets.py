"""Prediction sets hold the right condition as often as they promise."""

from __future__ import annotations

import numpy as np

from training.sets import coverage, least_probabilities, sets


def _cases(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of three classes from a model that is wrong about the third."""
    rng = np.random.default_rng(seed)
    label = rng.integers(0, 3, n)
    scores = rng.normal(size=(n, 3)) + np.eye(3)[label] * np.array([1.0, 1.0, 0.3])
    powers = np.exp(2 * scores)
    return powers / powers.sum(axis=1, keepdims=True), label


def test_each_class_is_covered_as_asked_even_by_a_poor_model() -> None:
    """On fresh cases each class stays in its sets 90 % of the time, whichever the model favours."""
    least = least_probabilities(*_cases(30_000, seed=1), coverage=0.9)
    model, label = _cases(30_000, seed=2)
    assert np.allclose(coverage(sets(model, least), label), 0.9, atol=0.01)


def test_no_set_is_empty() -> None:
    """The most probable class is in the set, even below every threshold."""
    inside = sets(np.array([[0.4, 0.35, 0.25]]), np.array([0.9, 0.9, 0.9]))
    assert inside.tolist() == [[True, False, False]]


def test_a_class_with_too_few_cases_is_never_left_out() -> None:
    """With so few cases that none may be left out, the threshold is 0."""
    model, label = _cases(30, seed=1)
    assert (least_probabilities(model, label, coverage=0.95) == 0).all()
