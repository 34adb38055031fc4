"""Joint tables that are fitted quickly are those that are fitted slowly."""

from __future__ import annotations

import numpy as np
import pytest

from data_gen.world.joint import InfeasibleError, fit_joint

CODES = np.array([[0, 0], [0, 1], [1, 1]])  # the first implies the second


def test_a_quick_table_has_the_same_margins_and_odds() -> None:
    """Tables rest one by one, and come to what they would have come to together."""
    rng = np.random.default_rng(1)
    first = rng.uniform(0.01, 0.4, 200)
    second = first + rng.uniform(0.001, 0.5, 200)
    margins = [np.stack([1 - p, p], axis=-1) for p in (first, second)]
    slow, quick = (fit_joint(np.ones(3), CODES, margins, quick=q) for q in (False, True))
    assert np.abs(slow - quick).max() < 1e-7
    assert np.abs(quick[:, 2] - first).max() < 1e-8


def test_margins_that_cannot_be_are_refused_quickly_too() -> None:
    """What implies another cannot be commoner than it."""
    margins = [np.array([[0.5, 0.5]]), np.array([[0.8, 0.2]])]
    with pytest.raises(InfeasibleError):
        fit_joint(np.ones(3), CODES, margins, quick=True)
