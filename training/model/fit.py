"""From vignettes and knobs to a fitted estimator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from training.data.features import Intervals, quantile_edges, vocabulary_intervals
from training.data.knowledge_facts import Facts
from training.data.labelled_rows import LabelledRows
from training.data.vignettes import Vignettes
from training.model.calibrate import TRAINING, calibrate, teach_novelty
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

    @property
    def labelled_rounds(self) -> int:
        """How many trees a condition labelled cases have added."""
        model = self.model
        booster = model.labelled_booster_ if isinstance(model, LegPainClassifier) else None
        return 0 if booster is None else int(booster.current_iteration())


def fit(
    vignettes: Vignettes,
    facts: Facts,
    params: TrainParams,
    labelled: LabelledRows | None = None,
    weight: float = 1.0,
) -> Fitted:
    """The estimator that the knobs name, fitted to vignettes, its trees to labelled cases as well.

    Each labelled case counts `weight`. What has no hidden states has no margin for such trees to
    begin from, and learns no novelty: both rest on them.
    """
    world = facts.world
    model = estimator(intervals_of(vignettes, facts), params).learn(vignettes)
    if isinstance(model, LegPainClassifier):
        if labelled is not None and model.tree_rounds:
            model.fit_labelled(labelled, world.class_mix(world.mix(TRAINING)), weight)
        teach_novelty(model, vignettes, world, params)
    least = calibrate(model, world, params)
    return Fitted(model, least.as_manifest(world.vocabulary.condition_ids))


def intervals_of(vignettes: Vignettes, facts: Facts) -> Intervals:
    """The 0/1 features: bins by the knowledge where it has edges, by the vignettes elsewhere."""
    vocabulary = facts.world.vocabulary
    edges = {**quantile_edges(vignettes.cases, vocabulary, _BINS), **facts.edges}
    return vocabulary_intervals(vocabulary, edges)
