"""Tests of chance: p-values against those of scipy, and how they are corrected."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from scipy import stats

from serve.report.chance import (
    WHOLE_WORLD,
    answers_each,
    corrected,
    counts_differ,
    means_differ,
    ranks_differ,
)


@pytest.mark.parametrize(
    ("a", "n_a", "b", "n_b"),
    [(3, 10, 9, 12), (0, 1000, 12, 1000), (440, 1000, 560, 1000), (5, 100, 90, 9000)],
)
def test_counts_are_compared_exactly(a: int, n_a: int, b: int, n_b: int) -> None:
    """Fisher's p-value, also where cases are few or files differ in size."""
    exact = stats.fisher_exact([[a, n_a - a], [b, n_b - b]]).pvalue
    assert counts_differ(a, n_a, b, n_b) == pytest.approx(exact)


def test_a_whole_world_is_a_rate_that_is_known() -> None:
    """Beside a file of everybody the test is that of a binomial."""
    exact = stats.binomtest(30, 1000, 0.02).pvalue
    assert counts_differ(30, 1000, 0.02 * WHOLE_WORLD, WHOLE_WORLD) == pytest.approx(
        exact, rel=1e-4
    )


def test_ten_million_rows_are_compared() -> None:
    """Counts of any size have a p-value, the impossible ones 0."""
    assert 0.4 < counts_differ(2_000_300, 10**7, 1_999_000, 10**7) < 0.6
    assert counts_differ(1_000_000, 10**7, 9_000_000, 10**7) == 0.0


def test_nothing_differs_where_there_is_nothing() -> None:
    """No rows, no cases, and nothing but cases are no difference."""
    assert [counts_differ(*c) for c in ((0, 0, 3, 5), (0, 5, 0, 5), (5, 5, 5, 5))] == [1.0] * 3
    assert ranks_differ({}, {1.0: 3}) == ranks_differ({1.0: 2}, {1.0: 3}) == 1.0


def test_means_of_certain_answers_are_counts() -> None:
    """Probabilities of 0 and 1 are compared as counts are; surer means differ sooner."""
    certain = np.repeat([0.0, 1.0], [95, 5])
    assert answers_each(certain) == pytest.approx(1)
    assert answers_each(0.05 + (certain - 0.05) / 2) == pytest.approx(4)
    means, rows = (0.04, 0.06), (1000, 1000)
    assert means_differ(means, rows, 1.0) == counts_differ(40, 1000, 60, 1000)
    assert means_differ(means, rows, 4.0) == counts_differ(160, 4000, 240, 4000)


def test_ranks_are_those_of_mann_and_whitney() -> None:
    """Counted values give the p-value of the values themselves, ties corrected."""
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 50, 300), rng.integers(3, 50, 200)
    exact = stats.mannwhitneyu(x, y, use_continuity=False, method="asymptotic").pvalue
    found = ranks_differ(Counter(map(float, x.tolist())), Counter(map(float, y.tolist())))
    assert found == pytest.approx(exact)


def test_p_values_are_corrected_for_their_number() -> None:
    """Holm's: the least is multiplied by all, the next by the rest, and none falls behind."""
    assert corrected([0.02, 0.01, 0.5, 0.02]) == pytest.approx([0.06, 0.04, 0.5, 0.06])
