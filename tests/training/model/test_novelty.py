"""Novelty: from log-evidence to a share of cases that are less unusual."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.worlds import SmallWorld, small_world, yes_no_intervals
from training.model.classifier import LegPainClassifier


@pytest.fixture(scope="module")
def world() -> SmallWorld:
    """Cases of the world that is known."""
    return small_world(6000, seed=5)


@pytest.fixture(scope="module")
def model(world: SmallWorld) -> LegPainClassifier:
    """A classifier that tells novelty."""
    found = LegPainClassifier(intervals=yes_no_intervals(), epochs=8, tree_rounds=0, n_jobs=1)
    found.fit(world.cases, world.label, world.exact, **world.hidden)
    return found.fit_novelty(world.cases, world.log_evidence, world.cases, rounds=20)


def test_the_log_evidence_is_learned(model: LegPainClassifier) -> None:
    """On fresh cases the learned log-evidence follows the exact one."""
    fresh = small_world(2000, seed=6)
    features = model.intervals_.indicators(fresh.cases)
    found = model.novelty_.evidence.predict(fresh.cases, features)
    assert np.corrcoef(found, fresh.log_evidence)[0, 1] > 0.95


def test_novelty_is_a_rank_among_cases_as_well_known(model: LegPainClassifier) -> None:
    """In the known world novelty is spread evenly from 0 to 1, whatever the number of findings."""
    fresh = small_world(6000, seed=7)
    novelty, group = model.novelty(fresh.cases), model.novelty_.group(fresh.cases)
    assert len(np.unique(group)) > 2
    for here in (group == k for k in np.unique(group)):
        assert np.quantile(novelty[here], [0.25, 0.5, 0.75]) == pytest.approx(
            [0.25, 0.5, 0.75], abs=0.1
        )
    assert novelty.min() >= 0
    assert novelty.max() <= 1


def test_a_classifier_without_novelty_says_so(world: SmallWorld) -> None:
    """Asked for novelty that it has not learned, a classifier names what to call."""
    bare = LegPainClassifier(intervals=yes_no_intervals(), epochs=1, tree_rounds=0)
    bare.fit(world.cases, world.label)
    with pytest.raises(ValueError, match="fit_novelty"):
        bare.novelty(world.cases)
