"""Every estimator that the knobs may name: what it learns, and what the pipeline makes of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import numpy as np
import onnxruntime as ort
import pytest

from serve import load
from serve.problem import RefusedError
from tests.training.projects import params
from tests.training.quiet import QUIET
from tests.training.worlds import small_world
from training import pipeline
from training.bundles.onnx.graph import export
from training.evaluation.metrics import kl_to_exact
from training.model.estimators import ESTIMATORS
from training.model.plain_boosting import PlainBoosting, SampledHistGradientBoosting, SoftLightGBM
from training.params import EstimatorName
from training.promotion.store.model_store import ModelStore

pytestmark = QUIET
CASES: list[dict[str, Any]] = [
    {"age_years": 67, "sex": "male", "site_calf": "yes", "relief_standing": "yes"},
    {
        "age_years": 30,
        "swelling": "yes",
        "warmth": "yes",
        "onset": "sudden",
        "recent_surgery": "yes",
    },
]
PLAIN = (SoftLightGBM, SampledHistGradientBoosting)


def test_every_name_of_the_knob_has_an_estimator() -> None:
    """The knob takes the names of the table, and no others."""
    assert set(ESTIMATORS) == set(get_args(EstimatorName))


@pytest.mark.parametrize("kind", PLAIN)
def test_plain_trees_learn_and_their_graph_agrees(kind: type[PlainBoosting]) -> None:
    """Trees alone come nearer to the exact answer than the classes' shares; the graph to 1e-6."""
    world, fresh = small_world(3000, seed=3), small_world(1000, seed=2)
    model = kind(rounds=30, n_jobs=1).fit(world.cases, world.label, world.exact)
    told = model.predict_proba(fresh.cases)
    shares = np.tile(world.exact.mean(axis=0), (1000, 1))
    assert kl_to_exact(fresh.exact, told).mean() < 0.5 * kl_to_exact(fresh.exact, shares).mean()
    session = ort.InferenceSession(export(model).SerializeToString())
    (given,) = session.run(None, {"cases": fresh.cases})
    assert np.abs(given - told).max() < 1e-6
    assert (model.components_, model.novelty_) == (None, None)


def test_soft_labels_teach_more_than_drawn_ones() -> None:
    """From the same cases, trees of exact posteriors are nearer than trees of labels."""
    world, fresh = small_world(1500, seed=3), small_world(1000, seed=2)
    soft, drawn = (k(n_jobs=1).fit(world.cases, world.label, world.exact) for k in PLAIN)
    lost = [kl_to_exact(fresh.exact, m.predict_proba(fresh.cases)).mean() for m in (soft, drawn)]
    assert lost[0] < 0.7 * lost[1]


def test_too_few_vignettes_for_a_leaf_are_refused() -> None:
    """The knob is named."""
    world = small_world(30, seed=3)
    with pytest.raises(RefusedError, match=r"train\.plain_min_data"):
        SoftLightGBM(min_data=20).fit(world.cases, world.label, world.exact)


def test_drawn_labels_need_every_class() -> None:
    """A class without a case has no trees, and is named."""
    world = small_world(200, seed=3)
    with pytest.raises(ValueError, match=r"classes \[2\]"):
        SampledHistGradientBoosting().fit(world.cases, world.label % 2, world.exact)


@pytest.mark.parametrize("name", sorted(set(ESTIMATORS) - {"mixture-trees"}))
def test_the_bundle_of_each_estimator_scores(name: EstimatorName, inside: Path) -> None:
    """Where it knows no components the answer names none, and triage says what it rests on."""
    pipeline.train(params(estimator=name, plain_rounds=2), pipeline.Places())
    scores = load(inside / "build/candidate").score(CASES)
    whole = name == "mixture"
    assert [bool(score.likely_components) for score in scores] == [whole, whole]
    assert [score.novelty is not None for score in scores] == [whole, whole]
    assert all(abs(sum(score.probabilities.values()) - 1) < 1e-9 for score in scores)
    said = " ".join(str(reason) for score in scores for reason in score.triage_reasons)
    assert ("by whole conditions" in said) == (not whole)
    manifest = json.loads((inside / "build/candidate/manifest.json").read_bytes())
    assert bool(manifest["components"]) == whole


@pytest.mark.usefixtures("unrecorded")
def test_an_experiment_with_plain_trees_is_measured_judged_and_not_promoted(
    inside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has one stage is reported without the others."""
    monkeypatch.setenv("DVC_EXP_BASELINE_REV", "0" * 40)
    store, places = ModelStore(inside / "models" / "leg_pain"), pipeline.Places()
    champion, knobs = store.champion_version(), params(estimator="lightgbm", plain_rounds=2)
    pipeline.train(knobs, places)
    assert not [key for key in pipeline.evaluate(knobs, places) if key.endswith("_start")]
    pipeline.gate(knobs, places)
    assert "an experiment promotes nothing" in pipeline.register(knobs, places)
    assert store.champion_version() == champion
