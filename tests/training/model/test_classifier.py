"""The classifier: what it learns, what it refuses, and that it repeats."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone

from tests.training.worlds import SmallWorld, small_world, yes_no_intervals
from training.evaluation.metrics import kl_to_exact
from training.model.classifier import LegPainClassifier


def _model(**changed: object) -> LegPainClassifier:
    settings = {
        "intervals": yes_no_intervals(),
        "epochs": 20,
        "batch_size": 100,
        "tree_rounds": 3,
        "n_jobs": 1,
    }
    return LegPainClassifier(**{**settings, **changed})


def _fit(model: LegPainClassifier, world: SmallWorld) -> LegPainClassifier:
    return model.fit(
        world.cases,
        world.label,
        world.exact,
        **world.hidden,
    )


@pytest.fixture(scope="module")
def world() -> SmallWorld:
    """Cases to learn from."""
    return small_world(4000, seed=1)


@pytest.fixture(scope="module")
def fitted(world: SmallWorld) -> LegPainClassifier:
    """A classifier that has learned from them."""
    return _fit(_model(), world)


def test_the_mixture_beats_the_additive_start(fitted: LegPainClassifier) -> None:
    """Where classes are mixtures, the start over hidden states is nearer to the exact answer."""
    fresh = small_world(2000, seed=2)
    lost = {
        stage: kl_to_exact(fresh.exact, fitted.predict_proba(fresh.cases, stage)).mean()
        for stage in ("additive", "mixture", "trees")
    }
    assert lost["mixture"] < 0.5 * lost["additive"]
    assert lost["trees"] < 0.5 * lost["additive"]


def test_the_posterior_of_components_says_more_than_drawn_ones() -> None:
    """From few vignettes, the fit to the components' posterior strays less than one to classes."""
    few, fresh = small_world(600, seed=3), small_world(2000, seed=2)
    known = few.hidden
    lost = []
    for more in ({}, {"components": few.components, "posterior": few.posterior}):
        model = _model(tree_rounds=0).fit(few.cases, few.label, few.exact, **known, **more)
        lost.append(kl_to_exact(fresh.exact, model.predict_proba(fresh.cases)).mean())
    assert lost[1] < lost[0]


def test_a_posterior_that_misses_a_component_is_refused(world: SmallWorld) -> None:
    """A drawn component without a column of the posterior is named."""
    components = dict(list(world.components.items())[1:])
    with pytest.raises(ValueError, match="0/kind 0"):
        _model().fit(
            world.cases,
            world.label,
            component=world.component,
            components=components,
            posterior=world.posterior[:, 1:],
        )


def test_the_same_seed_gives_the_same_weights(world: SmallWorld, fitted: LegPainClassifier) -> None:
    """Fitting again gives the same probabilities to the last bit."""
    again = _fit(_model(), world)
    assert np.array_equal(fitted.predict_proba(world.cases), again.predict_proba(world.cases))


def test_scores_do_not_depend_on_the_other_rows(
    world: SmallWorld, fitted: LegPainClassifier
) -> None:
    """The linear scores that trees see are exact: alone or in any order, the same to the bit."""
    mixture, intervals = fitted.mixture_, fitted.intervals_
    together = mixture.scores(intervals.indicators(world.cases[:50]))
    alone = [mixture.scores(intervals.indicators(world.cases[k : k + 1])) for k in range(50)]
    assert np.array_equal(together, np.concatenate(alone))


def test_without_hidden_states_the_start_is_additive(world: SmallWorld) -> None:
    """A fit on labels alone works, and its start is the multinomial logistic model."""
    model = _model(tree_rounds=0).fit(world.cases, world.label)
    assert model.mixture_ is model.additive_
    assert np.allclose(model.predict_proba(world.cases).sum(axis=1), 1.0)


def test_rows_of_unknown_origin_take_part(world: SmallWorld) -> None:
    """Cases without hidden states, as real labelled ones are, are learned from as well."""
    component = world.component.copy()
    component[::2] = None
    model = _model(tree_rounds=0).fit(
        world.cases, world.label, world.exact, component=component, latent={"trait": world.trait}
    )
    assert len(model.mixture_.bias) == 6


def test_a_clone_is_unfitted_and_alike(fitted: LegPainClassifier) -> None:
    """scikit-learn can copy the classifier's settings."""
    copy = clone(fitted)
    assert copy.get_params()["epochs"] == fitted.epochs
    assert not hasattr(copy, "mixture_")


@pytest.mark.parametrize(
    ("soft", "message"),
    [
        pytest.param(np.ones((3, 3)), "shape", id="other rows"),
        pytest.param(np.full((4000, 3), np.nan), "finite", id="not finite"),
        pytest.param(np.full((4000, 3), -1.0), "negative", id="negative"),
    ],
)
def test_bad_soft_labels_are_refused(world: SmallWorld, soft: np.ndarray, message: str) -> None:
    """Soft labels of another shape, or that are no probabilities, are refused with a reason."""
    with pytest.raises(ValueError, match=message):
        _model().fit(world.cases, world.label, soft)
