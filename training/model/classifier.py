"""The classifier, with scikit-learn's interface and soft labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from training.data.features import Intervals, quantile_intervals
from training.data.labelled_rows import LabelledRows
from training.data.vignettes import Vignettes
from training.model.adam import Schedule
from training.model.boosting import TreeSettings, fit_trees
from training.model.fit_mixture import (
    Hidden,
    fit_additive,
    fit_classes,
    fit_components,
    fit_latent_states,
    hidden_from_labels,
    hidden_from_posterior,
)
from training.model.labelled_trees import fit_labelled_trees
from training.model.log_evidence import fit_evidence
from training.model.mixture import Array, Mixture, softmax
from training.model.novelty import Novelty, rank_novelty

Matrix = npt.NDArray[np.floating]
Names = npt.NDArray[np.object_]
Stage = Literal["additive", "mixture", "trees"]
_BLOCK = 8192


@dataclass(kw_only=True, eq=False, repr=False)
class LegPainClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Probabilities of the causes of leg pain, learned from soft labels.

    An additive model of 0/1 intervals, then a mixture of hidden states that starts from what the
    vignettes' truth names, then boosted trees on top. Without hidden states the mixture is the
    additive model. Input is a float32 matrix (n_cases, n_columns); blank
    cells are -1, those not asked -2.
    """

    intervals: Intervals | None = None
    n_bins: int = 16
    epochs: int = 30
    first_epochs: int = 6
    learning_rate: float = 0.01
    first_learning_rate: float = 0.03
    batch_size: int = 1000
    tree_rounds: int = 20
    tree_rows: int = 100_000
    tree_leaves: int = 15
    tree_learning_rate: float = 0.1
    tree_min_data: int = 100
    tree_l2: float = 1.0
    tree_max_bin: int = 63
    n_jobs: int = 2
    random_state: int = 0

    def fit(
        self,
        X: Any,  # noqa: N803 scikit-learn's name
        y: Any,
        soft: Matrix | None = None,
        *,
        classes: Any = None,
        component: Names | None = None,
        latent: Mapping[str, Names] | None = None,
        components: Mapping[str, Any] | None = None,
        posterior: Matrix | None = None,
        sample_weight: Any = None,
    ) -> LegPainClassifier:
        """The fitted classifier.

        `y` (n_cases,) are labels; `soft` (n_cases, n_classes), where given, are the probabilities
        to learn, in the order of `classes` (default: the sorted labels). `component` and `latent`
        name the hidden state behind each case, None for not known; where the posterior of the
        components is given, rows without one take no part in the mixture. `posterior`
        (n_cases, n_components) is that of the components, in the order of `components`, which
        names each and its class.
        """
        X, y = validate_data(self, X, y, dtype=np.float32)  # noqa: N806
        check_classification_targets(y)
        label = self._set_classes(y, classes)
        target = self._target(label, soft)
        weight = _check_sample_weight(sample_weight, X, dtype=np.float32, ensure_non_negative=True)
        weight /= weight.mean()
        self.intervals_ = self.intervals or quantile_intervals(X, self.n_bins)
        features = self.intervals_.indicators(X)
        self.additive_ = fit_additive(features, target, weight, self._schedule()).rounded()
        self.mixture_ = self.additive_
        self.components_ = None if posterior is None else tuple(components or ())
        if component is not None:
            hidden = self._hidden(label, component, latent or {}, components, posterior)
            self._fit_mixture(features, target, hidden, weight)
        self._fit_trees(X, features, target, weight)
        self.labelled_booster_: lgb.Booster | None = None
        self.novelty_: Novelty | None = None
        return self

    def fit_labelled(
        self, rows: LabelledRows, mix: npt.NDArray[np.float64], weight: float
    ) -> LegPainClassifier:
        """The same classifier with trees of labelled cases on top, where these help.

        `mix` (n_classes,) is that of the vignettes, and each case counts `weight` times.
        """
        seed = int(self.random_state or 0)
        self.labelled_booster_ = fit_labelled_trees(rows, mix, self.n_jobs, seed, weight)
        return self

    def learn(self, vignettes: Vignettes) -> LegPainClassifier:
        """The classifier fitted to the exact posteriors and hidden states of vignettes."""
        return self.fit(
            vignettes.cases,
            vignettes.label,
            vignettes.exact,
            classes=range(vignettes.exact.shape[1]),
            component=vignettes.component,
            latent=vignettes.latent,
            components=vignettes.components,
            posterior=vignettes.posterior,
        )

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The parts that it is made of, each on top of those before."""
        check_is_fitted(self)
        mixed: tuple[Stage, ...] = () if self.mixture_ is self.additive_ else ("mixture",)
        return ("additive", *mixed, *(() if self.booster_ is None else ("trees",)))

    def fit_novelty(
        self, cases: Array, log_evidence: npt.NDArray[np.float64], world: Array, rounds: int
    ) -> LegPainClassifier:
        """The same classifier, which now tells novelty: how unlike the training world a case is.

        Learned from the exact `log_evidence` (n_cases,) of encoded cases, and ranked among the
        cases `world`.
        """
        features = self.intervals_.indicators(cases)
        evidence = fit_evidence(
            self.mixture_,
            cases,
            features,
            log_evidence,
            self._schedule(),
            rounds,
            self.n_jobs,
        )
        self.novelty_ = rank_novelty(evidence, world, self.intervals_.indicators(world))
        return self

    def novelty(self, X: Any) -> npt.NDArray[np.float64]:  # noqa: N803
        """(n_cases,) from 0, like the training world, to 1, unlike anything in it."""
        check_is_fitted(self)
        if self.novelty_ is None:
            raise ValueError("this classifier was not fitted to tell novelty: call fit_novelty")
        X = validate_data(self, X, dtype=np.float32, reset=False)  # noqa: N806
        return self.novelty_.predict(X, self.intervals_.indicators(X))

    def predict_proba(self, X: Any, stage: Stage = "trees") -> npt.NDArray[np.float64]:  # noqa: N803
        """Probabilities (n_cases, n_classes) in the order of `classes_`.

        `stage` answers with the additive start, with the mixture, or with the trees on top.
        """
        return np.concatenate([self._block(block, stage) for block in self._blocks(X)])

    def predict_components(self, X: Any) -> npt.NDArray[np.float64]:  # noqa: N803
        """Probabilities (n_cases, n_components) in the order of `components_`.

        Those of a class sum to its own probability. ValueError where no components were learned.
        """
        blocks = self._blocks(X)
        if self.components_ is None:
            raise ValueError("this classifier knows no components: fit it with their posterior")
        return np.concatenate([self._component_block(block) for block in blocks])

    def predict(self, X: Any) -> npt.NDArray[Any]:  # noqa: N803
        """The most probable class of each case."""
        proba = self.predict_proba(X)
        labels: npt.NDArray[Any] = self.classes_[proba.argmax(axis=1)]
        return labels

    def _blocks(self, X: Any) -> list[Array]:  # noqa: N803
        """The cases as they were fitted, some at a time."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float32, reset=False)  # noqa: N806
        return [X[start : start + _BLOCK] for start in range(0, len(X), _BLOCK)]

    def _block(self, cases: Array, stage: Stage) -> npt.NDArray[np.float64]:
        model = self.additive_ if stage == "additive" else self.mixture_
        scores = model.scores(self.intervals_.indicators(cases))
        return self._probabilities(model, cases, scores, trees=stage == "trees")

    def _probabilities(
        self, model: Mixture, cases: Array, scores: Array, *, trees: bool
    ) -> npt.NDArray[np.float64]:
        margin = model.log_margin(scores.astype(np.float64))
        if trees and self.booster_ is not None:
            inputs = np.concatenate([cases, scores], axis=1)
            margin = margin + self.booster_.predict(inputs, raw_score=True, num_threads=self.n_jobs)
        if trees and self.labelled_booster_ is not None:
            raised = self.labelled_booster_.predict(cases, raw_score=True, num_threads=self.n_jobs)
            margin = margin + raised
        return np.asarray(softmax(margin), dtype=np.float64)

    def _component_block(self, cases: Array) -> npt.NDArray[np.float64]:
        scores = self.mixture_.scores(self.intervals_.indicators(cases))
        told = self._probabilities(self.mixture_, cases, scores, trees=True)
        return np.asarray(self.mixture_.split(scores.astype(np.float64), told))

    def _set_classes(self, y: npt.NDArray[Any], classes: Any) -> npt.NDArray[np.int64]:
        self.classes_ = np.unique(y) if classes is None else np.asarray(classes)
        place = {name: code for code, name in enumerate(self.classes_.tolist())}
        strange = sorted({str(name) for name in y.tolist() if name not in place})
        if strange:
            raise ValueError(f"labels that are not among the classes: {', '.join(strange[:5])}")
        return np.array([place[name] for name in y.tolist()], dtype=np.int64)

    def _target(self, label: npt.NDArray[np.int64], soft: Matrix | None) -> Array:
        n_classes = len(self.classes_)
        if soft is None:
            return np.eye(n_classes, dtype=np.float32)[label]
        soft = np.asarray(soft)
        if soft.shape != (len(label), n_classes):
            expected = (len(label), n_classes)
            raise ValueError(f"soft labels have the shape {soft.shape}, expected {expected}")
        if not np.isfinite(soft).all() or (soft < 0).any():
            raise ValueError("soft labels must be finite and not negative")
        return soft.astype(np.float32)

    def _schedule(self, *, first: bool = False) -> Schedule:
        epochs, rate = self.epochs, self.learning_rate
        if first:
            epochs, rate = self.first_epochs, self.first_learning_rate
        return Schedule(epochs, rate, self.batch_size, int(self.random_state or 0))

    def _hidden(
        self,
        label: npt.NDArray[np.int64],
        component: Names,
        latent: Mapping[str, Names],
        components: Mapping[str, Any] | None,
        posterior: Matrix | None,
    ) -> Hidden:
        if components is None or posterior is None:
            return hidden_from_labels(label, component, latent)
        place = {name: code for code, name in enumerate(self.classes_.tolist())}
        codes = {name: place[of_class] for name, of_class in components.items()}
        return hidden_from_posterior(component, latent, codes, np.asarray(posterior))

    def _fit_mixture(self, features: Array, target: Array, hidden: Hidden, weight: Array) -> None:
        guess = fit_latent_states(features, hidden, self._schedule(first=True))
        if hidden.posterior is None:
            fitted = fit_classes(guess, features, target, weight, self._schedule())
        else:
            fitted = fit_components(
                guess, features, hidden.component, hidden.posterior, weight, self._schedule()
            )
        self.mixture_ = fitted.rounded()

    def _fit_trees(self, cases: Array, features: Array, target: Array, weight: Array) -> None:
        rng = np.random.default_rng(self.random_state or 0)
        rows = np.sort(rng.permutation(len(cases))[: self.tree_rows])
        scores = self.mixture_.scores(features[rows])
        self.booster_ = fit_trees(
            np.concatenate([cases[rows], scores], axis=1),
            self.mixture_.log_margin(scores.astype(np.float64)),
            target[rows],
            self._tree_settings(),
            weight[rows],
        )

    def _tree_settings(self) -> TreeSettings:
        return TreeSettings(
            rounds=self.tree_rounds,
            leaves=self.tree_leaves,
            learning_rate=self.tree_learning_rate,
            min_data=self.tree_min_data,
            l2=self.tree_l2,
            max_bin=self.tree_max_bin,
            threads=self.n_jobs,
            seed=int(self.random_state or 0),
        )
