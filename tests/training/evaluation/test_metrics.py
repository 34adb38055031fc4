"""Figures against answers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from training.evaluation.metrics import (
    binned_error,
    calibration_error,
    in_top,
    kl_to_exact,
    mean_interval,
    wilson,
)


def test_excess_is_zero_only_for_the_exact_answer() -> None:
    """The exact posterior loses nothing against itself; another distribution loses its KL."""
    exact = np.array([[0.5, 0.5], [1.0, 0.0]])
    assert kl_to_exact(exact, exact) == pytest.approx([0, 0])
    assert kl_to_exact(exact, np.array([[0.25, 0.75], [0.5, 0.5]])) == pytest.approx(
        [0.5 * np.log(2) + 0.5 * np.log(2 / 3), np.log(2)]
    )


def test_ties_go_to_the_earlier_class() -> None:
    """Of two equally probable classes the earlier one is the first answer."""
    model = np.array([[0.4, 0.4, 0.2]])
    assert in_top(np.array([0]), model, 1).all()
    assert not in_top(np.array([1]), model, 1).any()
    assert in_top(np.array([1]), model, 2).all()


def test_wilson_interval_of_a_known_case() -> None:
    """9 of 10 gives the published interval 0.596 to 0.982."""
    found = wilson(9, 10, 0.95)
    assert (found.low, found.high) == pytest.approx((0.5958, 0.9821), abs=5e-4)


def test_a_model_that_overstates_is_miscalibrated_by_as_much() -> None:
    """Stating 0.9 where 0.6 holds is an error of 0.3 in each of two classes."""
    model = np.tile([0.9, 0.1], (10, 1))
    label = np.array([0] * 6 + [1] * 4)
    assert calibration_error(label, model, 10) == pytest.approx([0.3, 0.3])


def test_cases_of_a_bin_make_up_for_each_other_by_their_weight() -> None:
    """Of one bin, 0.1 too much counts twice beside 0.2 too little; another bin stands alone."""
    stated, true = np.array([0.5, 0.5, 0.9]), np.array([0.4, 0.7, 1.0])
    assert binned_error(stated, true, np.array([2.0, 1.0, 1.0])) == pytest.approx(0.1 / 4)
    assert binned_error(stated, true, np.array([1.0, 1.0, 2.0])) == pytest.approx(0.3 / 4)


def test_the_interval_of_a_constant_is_a_point() -> None:
    """Paired differences that are all alike leave no doubt."""
    found = mean_interval(np.full(10, -0.5), 0.95)
    assert (found.low, found.mean, found.high) == (-0.5, -0.5, -0.5)
