"""The exported graph gives the estimator's probabilities."""

from __future__ import annotations

import numpy as np
import onnxruntime as ort
import pytest

from tests.training.worlds import small_world, yes_no_intervals
from training.bundles.onnx.graph import export
from training.bundles.onnx.trees import _not_above
from training.model.classifier import LegPainClassifier


@pytest.mark.parametrize("rounds", [0, 4], ids=["no trees", "trees"])
@pytest.mark.parametrize("hidden", [False, True], ids=["additive", "mixture"])
def test_graph_and_estimator_agree(rounds: int, hidden: bool) -> None:
    """On every kind of model the graph's probabilities are the estimator's to 1e-6."""
    world = small_world(3000, seed=3)
    model = LegPainClassifier(
        intervals=yes_no_intervals(), epochs=3, tree_rounds=rounds, tree_min_data=20, n_jobs=1
    )
    known = world.hidden if hidden else {}
    model.fit(world.cases, world.label, world.exact, **known)
    session = ort.InferenceSession(export(model).SerializeToString())
    (given,) = session.run(None, {"cases": world.cases})
    assert np.abs(given - model.predict_proba(world.cases)).max() < 1e-6


@pytest.mark.parametrize("rounds", [0, 4], ids=["no trees", "trees"])
def test_graph_and_estimator_agree_on_components(rounds: int) -> None:
    """The graph's components are the estimator's, and those of a class sum to its probability."""
    world = small_world(3000, seed=3)
    model = LegPainClassifier(
        intervals=yes_no_intervals(), epochs=3, tree_rounds=rounds, tree_min_data=20, n_jobs=1
    )
    model.fit(
        world.cases, world.label, world.exact, **world.hidden,
        components=world.components, posterior=world.posterior,
    )  # fmt: skip
    session = ort.InferenceSession(export(model).SerializeToString())
    told, components = session.run(["probabilities", "components"], {"cases": world.cases})
    assert np.abs(components - model.predict_components(world.cases)).max() < 1e-6
    sums = np.stack([components[:, 2 * k : 2 * k + 2].sum(axis=1) for k in range(3)], axis=1)
    assert np.abs(sums - told).max() < 1e-6


def test_a_threshold_keeps_every_case_on_its_side() -> None:
    """A double rounded down to float32 splits float32 values as the double does."""
    values = np.float32(0.1) + np.arange(-3, 4, dtype=np.float32) * np.float32(7.45e-9)
    for threshold in (0.1, 0.10000000149011612, float(np.nextafter(0.1, 1.0))):
        rounded = np.float32(_not_above(threshold))
        assert np.array_equal(values.astype(np.float64) <= threshold, values <= rounded)


def test_graph_and_estimator_agree_on_novelty() -> None:
    """The graph's novelty is the estimator's, for plain and for odd cases."""
    world = small_world(4000, seed=4)
    model = LegPainClassifier(intervals=yes_no_intervals(), epochs=3, tree_rounds=2, n_jobs=1)
    model.fit(
        world.cases,
        world.label,
        world.exact,
        **world.hidden,
    )
    model.fit_novelty(world.cases, world.log_evidence, world.cases, rounds=5)
    session = ort.InferenceSession(export(model).SerializeToString())
    odd = np.concatenate([world.cases, 1 - np.abs(world.cases), np.full((1, 8), -1, np.float32)])
    (given,) = session.run(["novelty"], {"cases": odd})
    assert np.abs(given - model.novelty(odd)).max() < 1e-4
