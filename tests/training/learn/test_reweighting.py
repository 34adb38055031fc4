"""Tilting vignettes towards labelled cases, on a small world and on cases of the real one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from serve.problem import RefusedError
from tests.training.worlds import SmallWorld, small_world, yes_no_intervals
from training.data.features import Cases
from training.data.vignettes import Vignettes
from training.evaluation.metrics import kl_to_exact
from training.learn import reweighting
from training.learn.reweighting import (
    Tilt,
    _as_recorded,
    _mode,
    _moves,
    corrected,
    count,
    fit_tilt,
    heterogeneity,
    tilted_posterior,
)

Real = npt.NDArray[np.float64]
INTERVALS = yes_no_intervals()


def _vignettes(world: SmallWorld) -> Vignettes:
    posterior = world.posterior.astype(np.float32)
    return Vignettes(
        cases=world.cases,
        label=world.label,
        exact=world.exact,
        log_evidence=world.log_evidence,
        component=world.component,
        latent={"trait": world.trait},
        components=world.components,
        posterior=posterior,
    )


@pytest.fixture(scope="module")
def vignettes() -> Vignettes:
    """Many cases of the small world."""
    return _vignettes(small_world(20_000, 1))


def _other(world: SmallWorld) -> npt.NDArray[np.int64]:
    """Rows of a world in which each class has a finding of its own three times as often (odds)."""
    rng = np.random.default_rng(3)
    own = world.cases[np.arange(len(world.label)), world.label]
    keep = (own != 0) | (rng.random(len(own)) < 0.3)
    return np.flatnonzero(keep)


def _loss(model: Real, label: npt.NDArray[np.int64]) -> float:
    return float(-np.log(model[np.arange(len(label)), label]).mean())


def _tilt(vignettes: Vignettes, cases: Cases, label: npt.NDArray[np.int64], weight: float) -> Tilt:
    return fit_tilt(count(INTERVALS, vignettes, cases, label), vignettes, weight)


def _tilted(tilt: Tilt, world: SmallWorld, rows: npt.NDArray[np.int64]) -> Real:
    return tilted_posterior(world.exact[rows], tilt.log_ratio(world.cases[rows]))[0]


def test_cases_of_the_same_world_change_next_to_nothing(vignettes: Vignettes) -> None:
    """Where cases scatter as chance has it, the knowledge stays what it is."""
    cases = small_world(1000, 5)
    tilt = _tilt(vignettes, cases.cases, cases.label, 1.0)
    fresh = small_world(5000, 6)
    rows = np.arange(5000)
    assert kl_to_exact(fresh.exact, _tilted(tilt, fresh, rows)).mean() < 1e-3


def test_cases_of_another_world_are_told_better(vignettes: Vignettes) -> None:
    """Findings that are commoner in a condition than the knowledge says are learned."""
    cases, fresh = small_world(1500, 7), small_world(8000, 8)
    seen, rows = _other(cases), _other(fresh)
    tilt = _tilt(vignettes, cases.cases[seen], cases.label[seen], 1.0)
    label = fresh.label[rows]
    after = _loss(_tilted(tilt, fresh, rows), label)
    assert after < _loss(fresh.exact[rows], label) - 0.003


def test_cases_without_weight_change_nothing(vignettes: Vignettes) -> None:
    """A weight of 0 leaves the knowledge alone, however unlike the cases are."""
    cases = small_world(300, 9)
    tilt = _tilt(vignettes, 1 - np.abs(cases.cases), cases.label, 0.0)
    assert not tilt.log_ratio(vignettes.cases[:50]).any()


def test_what_is_blank_tilts_nothing(vignettes: Vignettes) -> None:
    """Cases that record less, but say the same where they do, are no different."""
    cases = small_world(2000, 10)
    rng = np.random.default_rng(1)
    sparse = np.where(rng.random(cases.cases.shape) < 0.5, np.float32(-1), cases.cases)
    tilt = _tilt(vignettes, sparse, cases.label, 1.0)
    blank = np.full((1, cases.cases.shape[1]), -1, dtype=np.float32)
    ratio = tilt.log_ratio(blank)
    assert np.ptp(ratio) < 0.05


def test_what_was_not_asked_tilts_nothing(vignettes: Vignettes) -> None:
    """Where nothing is asked the class mix stays, however far the findings of some classes move."""
    cases = small_world(1500, 7)
    seen = _other(cases)
    seen = seen[cases.label[seen] < 2]
    tilt = _tilt(vignettes, cases.cases[seen], cases.label[seen], 1.0)
    assert np.ptp(tilt.weights) > 0.5
    assert np.ptp(tilt.log_ratio(np.full((1, 8), -2, dtype=np.float32))) < 0.03


def test_corrected_vignettes_are_those_of_the_tilted_world(vignettes: Vignettes) -> None:
    """Weight, posterior, shares and log-evidence belong to one world, by their definitions."""
    cases = small_world(1500, 7)
    seen = _other(cases)
    tilt = _tilt(vignettes, cases.cases[seen], cases.label[seen], 1.0)
    found = corrected(vignettes, tilt)
    ratio = np.exp(tilt.log_ratio(vignettes.cases))
    joint = vignettes.exact * ratio
    weight = joint.sum(axis=1)
    assert np.allclose(found.exact, joint / weight[:, None])
    assert np.allclose(found.log_evidence - vignettes.log_evidence, np.log(weight))
    assert found.weight is not None
    assert np.allclose(found.weight, weight / weight.mean())
    of_class = np.array(list(vignettes.components.values()))
    by_class = np.stack([found.posterior[:, of_class == k].sum(axis=1) for k in range(3)], axis=1)
    assert np.allclose(by_class, found.exact, atol=1e-5)
    mean = (found.weight[:, None] * found.exact).mean(axis=0)
    assert np.allclose(mean, vignettes.exact.mean(axis=0), atol=0.02)  # the class mix stays


def test_heterogeneity_is_how_far_log_odds_are_off() -> None:
    """Rates moved by a normal of 0.5 log-odds are estimated as such; unmoved ones near 0."""
    rng = np.random.default_rng(0)
    n_findings, n_cases = 400, 300
    column = np.repeat(np.arange(n_findings), 2)
    stated = rng.uniform(0.2, 0.8, n_findings)
    for moved in (0.0, 0.5):
        log_odds = np.log(stated / (1 - stated)) + rng.normal(0, moved, n_findings)
        rate = 1 / (1 + np.exp(-log_odds))
        yes = (rng.random((n_cases, n_findings)) < rate).sum(axis=0)
        seen = np.stack([n_cases - yes, yes], axis=1).reshape(1, -1)
        recorded = np.stack([1 - stated, stated], axis=1).reshape(1, -1)
        both = np.vstack([seen] * 20), np.vstack([recorded] * 20)
        assert heterogeneity(*both, column) == pytest.approx(moved, abs=0.1)


def test_how_a_file_is_recorded_tilts_nothing(vignettes: Vignettes) -> None:
    """Cases of the same world, of which half of the noes are not written down, change little."""
    cases = small_world(3000, 12)
    rng = np.random.default_rng(2)
    quiet = (cases.cases == 0) & (rng.random(cases.cases.shape) < 0.5)
    told = np.where(quiet, np.float32(-1), cases.cases)
    tilt = _tilt(vignettes, told, cases.label, 1.0)
    fresh = small_world(5000, 6)
    assert kl_to_exact(fresh.exact, _tilted(tilt, fresh, np.arange(5000))).mean() < 2e-3


def test_a_condition_without_cases_is_left_alone(vignettes: Vignettes) -> None:
    """Only conditions with cases are tilted."""
    cases = small_world(1500, 7)
    rows = _other(cases)
    rows = rows[cases.label[rows] < 2]
    tilt = _tilt(vignettes, cases.cases[rows], cases.label[rows], 1.0)
    ratio = tilt.log_ratio(vignettes.cases[:100])
    assert ratio[:, :2].any()
    assert not ratio[:, 2].any()


@pytest.mark.parametrize("n_cases", [200, 5_000, 50_000, 1_000_000])
@pytest.mark.parametrize("seen", [(1.0, 0.0), (0.999, 0.001), (0.3, 0.7)], ids=str)
def test_the_fit_converges_however_many_cases(n_cases: int, seen: tuple[float, float]) -> None:
    """Counts that the knowledge holds for all but impossible are followed without overshooting."""
    counts = np.array(seen) * n_cases
    for rare in (1e-6, 1e-3, 0.5):
        log_share = np.log([rare, 1 - rare])
        moved = _mode(counts[None], log_share[None], 0.5)
        share = np.exp(log_share + moved)
        share /= share.sum()
        slope = counts - n_cases * share - moved / 0.5**2
        assert np.abs(slope).max() <= 2e-6 * n_cases


@pytest.mark.parametrize("n_cases", [20, 5_000, 1_000_000])
@pytest.mark.parametrize("rare", [1e-9, 1e-6, 1e-3, 0.2])
def test_a_file_is_fitted_until_its_counts_fit(n_cases: int, rare: float) -> None:
    """What is expected of a file adds up to its counts, however unlike the conditions' shares are.

    Where shares are all but disjoint a fit moves by little in each step long before it fits.
    """
    column = np.zeros(2, dtype=np.int64)
    share = np.array([[rare, 1 - rare], [1 - rare, rare], [0.5, 0.5]])
    seen = n_cases * np.array([[0.9, 0.1], [1.0, 0.0], [0.7, 0.3]])
    expected = _as_recorded(seen, share, column)
    off = (seen.sum(axis=1) @ expected) - seen.sum(axis=0)
    assert np.allclose(expected.sum(axis=1), 1)
    assert np.abs(off).max() <= 1e-6 * 3 * n_cases + 1  # the prior is worth less than a case
    factor = np.log(expected / share)
    assert np.allclose(np.ptp(factor[:, 0] - factor[:, 1]), 0, atol=1e-6)  # one factor for all


def test_a_fit_that_does_not_fit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the range in which counts are fitted there is a refusal with its remedy."""
    monkeypatch.setattr(reweighting, "_STEPS", 2)
    share, seen = np.array([[1e-9, 1 - 1e-9]]), np.array([[1e5, 10.0]])
    with pytest.raises(RefusedError, match="does not fit their counts within 2 steps") as caught:
        _as_recorded(seen, share, np.zeros(2, dtype=np.int64))
    assert "train.labelled_weight to 0" in str(caught.value)


def test_identical_cases_give_finite_moves() -> None:
    """One cell in every case of a condition moves it as far as the prior lets, and no other."""
    column = np.array([0, 0, 1, 1])
    seen = np.array([[40_000.0, 0, 0, 0], [0, 1.0, 0, 0]])
    recorded = np.array([[1e-4, 1 - 1e-4, 0.5, 0.5], [0.5, 0.5, 0.5, 0.5]])
    moved = _moves(seen, recorded, column, 0.7)
    assert np.isfinite(moved).all()
    assert moved[0, 0] > 0 > moved[0, 1]
    assert (moved[:, 2:] == 0).all()
