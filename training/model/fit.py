"""From vignettes and knobs to a fitted estimator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from training.data.features import Intervals, quantile_edges, vocabulary_intervals
from training.data.knowledge_facts import Facts
from training.data.vignettes import Vignettes
from training.model.calibrate import calibrate, teach_novelty
from training.model.classifier import LegPainClassifier
from training.model.estimators import Estimator, estimator
from training.params import TrainParams

_BINS = 16  # of a number for which the knowledge has no edges


@dataclass(frozen=True)
class Fitted:
    """An estimator with all that a bundle says of it."""

    model: Estimator
    prediction_set: dict[str, Any]
    """The least probability of each condition in a set, as a manifest holds it."""


def fit(vignettes: Vignettes, facts: Facts, params: TrainParams) -> Fitted:
    """The estimator that the knobs name, fitted to vignettes.

    What has no hidden states learns no novelty: that rests on them.
    """
    world = facts.world
    model = estimator(intervals_of(vignettes, facts), params).learn(vignettes)
    if isinstance(model, LegPainClassifier):
        teach_novelty(model, vignettes, world, params)
    least = calibrate(model, world, params)
    return Fitted(model, least.as_manifest(world.vocabulary.condition_ids))


def intervals_of(vignettes: Vignettes, facts: Facts) -> Intervals:
    """The 0/1 features: bins by the knowledge where it has edges, by the vignettes elsewhere."""
    vocabulary = facts.world.vocabulary
    edges = {**quantile_edges(vignettes.cases, vocabulary, _BINS), **facts.edges}
    return vocabulary_intervals(vocabulary, edges)
