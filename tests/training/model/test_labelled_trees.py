"""Trees of labelled cases: what they learn, and what must not make them grow."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
import pytest

from tests.training.worlds import N_CLASSES, small_world, yes_no_intervals
from training.bundles.onnx.graph import export
from training.data.labelled_rows import LabelledRows
from training.model.classifier import LegPainClassifier
from training.model.labelled_trees import fit_labelled_trees
from training.model.mixture import softmax

Real = npt.NDArray[np.float64]
N = 1500
EVEN = np.full(N_CLASSES, 1 / N_CLASSES)


@cache
def lacking() -> LabelledRows:
    """Cases of a small world beside the answers of a knowledge that cannot read two columns."""
    world = small_world(N, seed=5)
    seen = world.exact.copy()
    seen[world.cases[:, 1] == 1] = [0.2, 0.3, 0.5]
    margin = np.log(np.maximum(seen, 1e-12))
    own = np.arange(N)
    return LabelledRows(world.cases, world.label, own, own % 5, margin)


def agreeing() -> LabelledRows:
    """The same cases beside their exact posterior."""
    return replace(lacking(), margin=np.log(np.maximum(small_world(N, seed=5).exact, 1e-12)))


def _grown(rows: LabelledRows, mix: Real = EVEN, weight: float = 1.0) -> object:
    return fit_labelled_trees(rows, mix, 1, 0, weight)


def test_trees_learn_what_the_knowledge_lacks() -> None:
    """They lower the log-loss of cases that they have not seen."""
    booster = fit_labelled_trees(lacking(), EVEN, 1, 0)
    assert booster is not None
    fresh = small_world(3000, seed=6)
    blind = fresh.cases[:, 1] == 1
    margin = np.log(np.array([[0.2, 0.3, 0.5]])) + booster.predict(fresh.cases[blind])
    own = np.arange(blind.sum()), fresh.label[blind]
    before = -np.log(np.array([0.2, 0.3, 0.5])[fresh.label[blind]]).mean()
    assert -np.log(softmax(margin)[own]).mean() < before - 0.05


def test_none_grow_where_the_knowledge_is_right() -> None:
    """Nothing is left to learn beside the exact posterior."""
    assert _grown(agreeing()) is None


def test_a_weight_of_nought_grows_none() -> None:
    """Cases that do not count teach nothing, whatever the knowledge lacks."""
    assert _grown(lacking(), weight=0.0) is None


def test_no_mix_is_learned() -> None:
    """Cases of one condition three times as common as in training say nothing of how they look."""
    rows = agreeing()
    kept = (rows.label == 0) | (np.arange(N) % 3 == 0)
    assert _grown(rows.of(kept)) is None


def test_cases_of_one_condition_grow_none() -> None:
    """What only one condition's cases say cannot be told from its share."""
    rows = lacking()
    assert _grown(rows.of(rows.label == 1)) is None


def test_a_record_many_times_over_grows_none() -> None:
    """Whether it is one patient or is said to be many."""
    rows = lacking().of(np.zeros(N, dtype=np.int64))
    assert _grown(rows) is None
    assert _grown(replace(rows, patient=np.arange(N), fold=np.arange(N) % 5)) is None


def test_a_column_that_is_always_filled_grows_none() -> None:
    """The same value in every case tells no case from another."""
    rows = agreeing()
    cases = rows.cases.copy()
    cases[:, 0] = 1
    assert _grown(replace(rows, cases=cases)) is None


@pytest.mark.parametrize("components", [False, True], ids=["conditions", "components"])
def test_graph_and_estimator_agree(components: bool) -> None:
    """The trees are part of both, and move both."""
    world, rows = small_world(N, seed=5), lacking()
    model = LegPainClassifier(intervals=yes_no_intervals(), epochs=2, tree_rounds=2, n_jobs=1)
    known = {"components": world.components, "posterior": world.posterior} if components else {}
    model.fit(world.cases, world.label, world.exact, **world.hidden, **known)
    before = model.predict_proba(world.cases)
    model.fit_labelled(rows, EVEN, 1.0)
    after = model.predict_proba(world.cases)
    assert np.abs(after - before).max() > 0.01
    session = ort.InferenceSession(export(model).SerializeToString())
    (given,) = session.run(["probabilities"], {"cases": world.cases})
    assert np.abs(given - after).max() < 1e-6
    if components:
        (told,) = session.run(["components"], {"cases": world.cases})
        assert np.abs(told.reshape(N, N_CLASSES, 2).sum(axis=2) - after).max() < 1e-5
