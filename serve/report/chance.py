"""Whether a difference is beyond chance: exact tests of counts, ranks, and many tests at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import erfc, sqrt

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]
ALPHA = 0.03
"""The chance that anything at all is flagged between two files of the same kind: one in twenty is
promised, and tests of means are not exact to the last."""
WHOLE_WORLD = 10**9
"""Rows of a file that holds what is expected exactly."""
_WIDE = 40  # standard deviations from the likeliest split, beyond which nothing is summed
_EFFECTIVE = 100  # times the rows, that means of probabilities may count as at most


def counts_differ(cases_a: float, rows_a: float, cases_b: float, rows_b: float) -> float:
    """The two-sided p-value of Fisher's exact test for two shares; exact at any size."""
    a, n_a, b, n_b = (round(number) for number in (cases_a, rows_a, cases_b, rows_b))
    cases, rows = a + b, n_a + n_b
    if not n_a or not n_b or not 0 < cases < rows:
        return 1.0
    mode = (cases + 1) * (n_a + 1) // (rows + 2)
    spread = sqrt(cases / rows * (1 - cases / rows) * n_a * (n_b / rows))
    half = int(_WIDE * spread) + 100
    low, high = max(0, cases - n_b, mode - half), min(cases, n_a, mode + half)
    if not low <= a <= high:
        return 0.0
    k = np.arange(low, high + 1, dtype=float)
    more = (cases - k[:-1]) * (n_a - k[:-1])
    less = k[1:] * (n_b - cases + k[1:])
    log_p = np.concatenate([[0.0], np.cumsum(np.log(more) - np.log(less))])
    log_p -= log_p.max()
    p = np.exp(log_p)
    return min(1.0, float(p[log_p <= log_p[a - low] + 1e-7].sum() / p.sum()))


def means_differ(means: tuple[float, float], rows: tuple[float, float], each: float) -> float:
    """The p-value for two means of probabilities, each row of which tells as much as `each` says.

    Each row counts as so many answers of yes or no, so that the test is exact where probabilities
    are 0 and 1, and careful where few rows carry the mean. WHOLE_WORLD rows are of a mean known.
    """
    n_a, n_b = (count if count == WHOLE_WORLD else count * each for count in rows)
    return counts_differ(means[0] * n_a, n_a, means[1] * n_b, n_b)


def answers_each(probabilities: Matrix) -> float:
    """The answers of yes or no whose share varies as much as the mean of (n_rows,) does, a row."""
    mean, variance = float(probabilities.mean()), float(probabilities.var())
    return min(_EFFECTIVE, max(1.0, mean * (1 - mean) / max(variance, 1e-12)))


def ranks_differ(first: Mapping[float, int], second: Mapping[float, int]) -> float:
    """The two-sided p-value of Mann and Whitney's test, from how often each value is met."""
    values = sorted({*first, *second})
    a = np.array([first.get(value, 0) for value in values], dtype=float)
    b = np.array([second.get(value, 0) for value in values], dtype=float)
    both, n_a, n_b = a + b, a.sum(), b.sum()
    rows = n_a + n_b
    if not n_a or not n_b:
        return 1.0
    rank = np.cumsum(both) - (both - 1) / 2
    ties = (both**3 - both).sum() / (rows * (rows - 1))
    variance = n_a * n_b / 12 * (rows + 1 - ties)
    if variance <= 0:
        return 1.0
    return erfc(abs(float(a @ rank) - n_a * (rows + 1) / 2) / sqrt(2 * variance))


def corrected(p_values: Sequence[float]) -> list[float]:
    """P-values corrected for their number (Holm 1979): under ALPHA, all are beyond chance."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    out, highest = [1.0] * len(p_values), 0.0
    for place, which in enumerate(order):
        highest = max(highest, min(1.0, p_values[which] * (len(p_values) - place)))
        out[which] = highest
    return out
