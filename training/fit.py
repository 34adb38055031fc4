"""From vignettes and knobs to a fitted classifier."""

from __future__ import annotations

from data_gen.vocabulary import Vocabulary
from training.classifier import LegPainClassifier
from training.facts import Facts
from training.intervals import quantile_edges, vocabulary_intervals
from training.params import TrainParams
from training.vignettes import Vignettes

_BINS = 16  # of a number for which the knowledge has no edges


def classifier(vocabulary: Vocabulary, vignettes: Vignettes, facts: Facts, params: TrainParams) -> (
    LegPainClassifier
):  # fmt: skip
    """The classifier that the knobs describe, not yet fitted."""
    edges = {**quantile_edges(vignettes.cases, vocabulary, _BINS), **facts.edges}
    return LegPainClassifier(
        intervals=vocabulary_intervals(vocabulary, edges),
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
    )
