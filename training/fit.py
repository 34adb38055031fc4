"""From vignettes, labelled cases and knobs to a fitted classifier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from data_gen.vocabulary import Vocabulary
from training.calibrate import TRAINING, calibrate
from training.classifier import LegPainClassifier
from training.conflict import conflicts
from training.facts import Facts
from training.intervals import Intervals, quantile_edges, vocabulary_intervals
from training.labelled import LabelledCases
from training.params import TrainParams
from training.tilt import corrected, fit_tilt
from training.vignettes import Vignettes

_BINS = 16  # of a number for which the knowledge has no edges


@dataclass(frozen=True)
class Fitted:
    """A classifier with all that a bundle says of it."""

    model: LegPainClassifier
    prediction_set: dict[str, Any]
    """The least probability of each condition in a set, as a manifest holds it."""
    labelled: dict[str, Any]
    """How many labelled cases it learned from, and where they and the knowledge disagree."""


def fit(vignettes: Vignettes, labelled: LabelledCases, facts: Facts, params: TrainParams) -> Fitted:
    """The classifier fitted to vignettes as the labelled cases, if there are any, correct them."""
    world, vocabulary = facts.world, facts.world.vocabulary
    model = classifier(vocabulary, vignettes, facts, params)
    tilt, told = None, {}
    if len(labelled):
        intervals = _intervals(vocabulary, vignettes, facts)
        rows = conflicts(labelled, vignettes, intervals, world, world.mix(TRAINING))
        told = {"fitted": len(labelled), "conditions": rows}
    if len(labelled) and params.labelled_weight > 0:
        given = labelled.cases, labelled.label, params.labelled_weight
        tilt = fit_tilt(_intervals(vocabulary, vignettes, facts), vignettes, *given)
        vignettes = corrected(vignettes, tilt)
    fit_classifier(model, vignettes)
    least = calibrate(model, vignettes, world, params, tilt)
    return Fitted(model, least.as_manifest(vocabulary.condition_ids), told)


def classifier(vocabulary: Vocabulary, vignettes: Vignettes, facts: Facts, params: TrainParams) -> (
    LegPainClassifier
):  # fmt: skip
    """The classifier that the knobs describe, not yet fitted."""
    return LegPainClassifier(
        intervals=_intervals(vocabulary, vignettes, facts),
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
        tree_max_bin=params.tree_max_bin,
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
        atom=vignettes.atom,
        traits=vignettes.traits,
        atoms=vignettes.atoms,
        shares=vignettes.shares,
        sample_weight=vignettes.weight,
    )


def _intervals(vocabulary: Vocabulary, vignettes: Vignettes, facts: Facts) -> Intervals:
    edges = {**quantile_edges(vignettes.cases, vocabulary, _BINS), **facts.edges}
    return vocabulary_intervals(vocabulary, edges)
