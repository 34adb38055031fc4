"""Tests of the class mix of rows whose conditions nobody knows."""

from __future__ import annotations

import numpy as np
import pytest

from serve.report.class_mix import estimate_mix, likelihood_ratios, posterior
from tests.serve.report.months import EVEN, IDS, drawn, raised


def test_a_condition_four_times_as_common_is_found() -> None:
    """The estimate comes near the truth, where the scores' own mix is far from it."""
    mix = raised("infection", 4.0)
    found = estimate_mix(drawn(mix, 2000, 1)[1], EVEN)
    assert np.abs(found.share - mix).max() < 0.03 < np.abs(EVEN - mix).max()
    assert found.share.sum() == pytest.approx(1)
    assert found.gain > 0.02


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Of 90 % intervals over fifteen months and twenty conditions about nine in ten hold."""
    held = []
    for seed in range(15):
        mix = EVEN * 4.0 ** np.random.default_rng(seed).uniform(-1, 1, len(EVEN))
        mix /= mix.sum()
        found = estimate_mix(drawn(mix, 1000, 50 + seed)[1], EVEN)
        held.append((found.low <= mix) & (mix <= found.high))
    assert 0.87 <= np.mean(held) <= 0.93


def test_the_scores_mix_does_not_matter() -> None:
    """The same rows scored under another mix come to the same estimate, but for the prior."""
    _, told = drawn(raised("doms", 4.0), 2000, 5)
    other = raised("sciatica", 3.0)
    again = posterior(likelihood_ratios(told, EVEN), other)
    first, second = estimate_mix(told, EVEN), estimate_mix(again, other)
    assert np.abs(first.share - second.share).max() < 0.015


def test_a_condition_without_share_is_not_told() -> None:
    """What the scores ruled out beforehand stays out, and rows that have nothing else with it."""
    scored = np.where(np.array(IDS) == "doms", 0.0, EVEN)
    scored /= scored.sum()
    told = posterior(likelihood_ratios(drawn(EVEN, 500, 6)[1], EVEN), scored)
    found = estimate_mix(told, scored)
    assert found.share[IDS.index("doms")] == found.high[IDS.index("doms")] == 0
    assert found.share.sum() == pytest.approx(1)
    assert len(likelihood_ratios(np.eye(len(IDS)), scored)) == len(IDS) - 1


@pytest.mark.parametrize("rows", [0, 1, 10])
def test_few_rows_say_little(rows: int) -> None:
    """Without rows the estimate is the scores' own mix; intervals are wide, and hold it."""
    found = estimate_mix(drawn(EVEN, rows, 7)[1], EVEN)
    assert (found.low < EVEN).all()
    assert (found.high > EVEN).all()
    assert found.high.max() > 0.075
    assert np.isfinite(found.gain)
