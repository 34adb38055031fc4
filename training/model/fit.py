"""From vignettes and knobs to a fitted classifier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from training.data.features import Intervals, quantile_edges, vocabulary_intervals
from training.data.knowledge_facts import Facts
from training.data.labelled_rows import LabelledRows
from training.data.vignettes import Vignettes
from training.model.calibrate import TRAINING, calibrate
from training.model.classifier import LegPainClassifier
from training.params import TrainParams

_BINS = 16  # of a number for which the knowledge has no edges


@dataclass(frozen=True)
class Fitted:
    """A classifier with all that a bundle says of it."""

    model: LegPainClassifier
    prediction_set: dict[str, Any]
    """The least probability of each condition in a set, as a manifest holds it."""

    @property
    def labelled_rounds(self) -> int:
        """How many trees a condition labelled cases have added."""
        booster = self.model.labelled_booster_
        return 0 if booster is None else int(booster.current_iteration())


def fit(
    vignettes: Vignettes,
    facts: Facts,
    params: TrainParams,
    labelled: LabelledRows | None = None,
    weight: float = 1.0,
) -> Fitted:
    """The classifier fitted to vignettes, then to labelled cases, each of which counts `weight`."""
    world = facts.world
    model = fit_classifier(classifier(intervals_of(vignettes, facts), params), vignettes)
    if labelled is not None:
        model.fit_labelled(labelled, world.class_mix(world.mix(TRAINING)), weight)
    least = calibrate(model, vignettes, world, params)
    return Fitted(model, least.as_manifest(world.vocabulary.condition_ids))


def intervals_of(vignettes: Vignettes, facts: Facts) -> Intervals:
    """The 0/1 features: bins by the knowledge where it has edges, by the vignettes elsewhere."""
    vocabulary = facts.world.vocabulary
    edges = {**quantile_edges(vignettes.cases, vocabulary, _BINS), **facts.edges}
    return vocabulary_intervals(vocabulary, edges)


def classifier(intervals: Intervals, params: TrainParams) -> LegPainClassifier:
    """The classifier that the knobs describe, not yet fitted."""
    return LegPainClassifier(
        intervals=intervals,
        epochs=params.epochs,
        first_epochs=params.first_epochs,
        last_epochs=params.last_epochs,
        learning_rate=params.learning_rate,
        batch_size=params.batch_size,
        first_learning_rate=params.first_learning_rate,
        last_learning_rate=params.last_learning_rate,
        tree_rounds=params.tree_rounds,
        tree_rows=params.tree_rows,
        tree_leaves=params.tree_leaves,
        tree_learning_rate=params.tree_learning_rate,
        tree_min_data=params.tree_min_data,
        tree_l2=params.tree_l2,
        n_jobs=params.threads,
        random_state=params.seed,
    )


def fit_classifier(model: LegPainClassifier, vignettes: Vignettes) -> LegPainClassifier:
    """The same classifier, fitted to the exact posteriors and hidden states of the vignettes."""
    return model.fit(
        vignettes.cases,
        vignettes.label,
        vignettes.exact,
        classes=range(vignettes.exact.shape[1]),
        component=vignettes.component,
        latent=vignettes.latent,
        components=vignettes.components,
        posterior=vignettes.posterior,
    )
