"""The start of boosting: a mixture over the hidden states that the vignettes' truth names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import numpy.typing as npt

from training.model.adam import Schedule, fit
from training.model.mixture import TINY, Array, Mixture, additive

Labels = npt.NDArray[np.int64]
Names = npt.NDArray[np.object_]
_SMALLEST = 30  # a component of fewer vignettes joins the commonest one of its class


@dataclass(frozen=True)
class Hidden:
    """What is hidden behind each vignette, as codes from 0; -1 for not known."""

    component: Labels  # (n_cases,)
    component_class: Labels  # (a,) the class each component belongs to
    latent: tuple[Labels, ...]  # levels of each latent factor, (n_cases,)
    posterior: Array | None = None  # (n_cases, a) of the components, where it is known exactly


def hidden_from_labels(label: Labels, component: Names, latent: Mapping[str, Names]) -> Hidden:
    """Codes for names of hidden states; None is not known. Rare components are merged.

    `label` (n_cases,) is the class of each case: a component is a name within a class.
    """
    known = np.array([name is not None for name in component])
    pairs = np.full(len(label), "", dtype=object)
    named = zip(label[known], component[known], strict=True)
    pairs[known] = [f"{k:04d}/{name}" for k, name in named]
    codes = _codes(pairs, known)
    for k in np.unique(label[known]):
        here = known & (label == k)
        found, counts = np.unique(codes[here], return_counts=True)
        rare = found[counts < _SMALLEST]
        codes[here & np.isin(codes, rare)] = found[counts.argmax()]
    codes = _codes(codes.astype(object), known)
    component_class = np.zeros(codes.max() + 1, dtype=np.int64)
    component_class[codes[known]] = label[known]
    return Hidden(codes, component_class, tuple(_codes(names, known) for names in latent.values()))


def hidden_from_posterior(
    component: Names,
    latent: Mapping[str, Names],
    components: Mapping[str, int],
    posterior: npt.NDArray[np.floating],
) -> Hidden:
    """Codes for names of hidden states, and the exact posterior of the components.

    None is not known. `components` names the columns of `posterior` (n_cases, a) and the class (a
    code) of each.
    """
    known = np.array([name is not None for name in component])
    place = {name: code for code, name in enumerate(components)}
    strange = sorted({str(name) for name in component[known]} - set(place))
    if strange or posterior.shape != (len(component), len(place)):
        what = f"none of {', '.join(strange[:5])}" if strange else f"shape {posterior.shape}"
        raise ValueError(f"the posterior of the components does not fit their names: {what}")
    codes = np.array([-1 if name is None else place[name] for name in component], dtype=np.int64)
    total = np.maximum(posterior.sum(axis=1, keepdims=True), TINY)
    return Hidden(
        codes,
        np.array(list(components.values()), dtype=np.int64),
        tuple(_codes(names, known) for names in latent.values()),
        (posterior / total).astype(np.float32),
    )


def _codes(names: Names, known: npt.NDArray[np.bool_]) -> Labels:
    out = np.full(len(names), -1, dtype=np.int64)
    out[known] = np.unique(names[known], return_inverse=True)[1]
    return out


def fit_classes(
    start: Mixture, features: Array, target: Array, weight: Array, schedule: Schedule
) -> Mixture:
    """The mixture fitted to class probabilities `target` (n_cases, n_classes), from `start`."""

    def gradient(mixture: Mixture, rows: Labels) -> list[Array]:
        return mixture.class_gradient(features[rows], target[rows], weight[rows])

    return fit(start, gradient, len(features), schedule)


def fit_components(
    start: Mixture,
    features: Array,
    component: Labels,
    posterior: Array,
    weight: Array,
    schedule: Schedule,
) -> Mixture:
    """The mixture fitted to the exact posterior (n_cases, a) of its components, from `start`.

    It says more of a vignette than the posterior of the classes, and much more than the one
    component that was drawn: from as many vignettes the fit strays half as far. To fit the classes
    after it was measured: it brings them nothing, and takes the components further from the exact
    ones. Only rows whose `component` (n_cases,) is known, not -1, take part.
    """
    rows = np.flatnonzero(component >= 0)

    def gradient(mixture: Mixture, batch: Labels) -> list[Array]:
        here = rows[batch]
        return mixture.component_gradient(features[here], posterior[here], weight[here])

    return fit(start, gradient, len(rows), schedule)


def fit_additive(features: Array, target: Array, weight: Array, schedule: Schedule) -> Mixture:
    """A multinomial logistic model of the classes: one component a class, no latent factors."""
    prior = np.average(target, axis=0, weights=weight)
    return fit_classes(additive(features.shape[1], prior), features, target, weight, schedule)


def fit_latent_states(features: Array, hidden: Hidden, schedule: Schedule) -> Mixture:
    """A mixture fitted to the hidden states themselves, where they are known."""
    rows = np.flatnonzero(hidden.component >= 0)
    seen, component = features[rows], hidden.component[rows]
    levels = [codes[rows] for codes in hidden.latent]
    sizes = [int(codes.max()) + 1 for codes in levels]
    state = np.ravel_multi_index(levels, sizes) if levels else np.zeros(len(rows), dtype=np.int64)

    def gradient(mixture: Mixture, batch: Labels) -> list[Array]:
        return mixture.latent_gradient(seen[batch], component[batch], state[batch])

    start = _blank(features.shape[1], component, hidden.component_class, sizes)
    return fit(start, gradient, len(rows), schedule)


def _blank(
    n_features: int, component: Labels, component_class: Labels, sizes: list[int]
) -> Mixture:
    """A mixture without any effect yet: how common the components are."""
    count = np.bincount(component, minlength=len(component_class)) + 0.5  # some are never drawn
    combinations = _combinations(sizes)
    return replace(
        additive(n_features, count / count.sum()),
        component_class=component_class,
        combinations=combinations,
        latent=np.zeros((n_features, len(combinations)), dtype=np.float32),
        log_interaction=np.zeros((len(count), len(combinations)), dtype=np.float32),
    )


def _combinations(sizes: list[int]) -> Array:
    """(t, z): every combination of levels; the first level of each factor scores nothing."""
    n_scores = sum(size - 1 for size in sizes)
    columns = []
    for levels in product(*[range(size) for size in sizes]):
        column = [np.eye(size)[level, 1:] for size, level in zip(sizes, levels, strict=True)]
        columns.append(np.concatenate([np.zeros(0), *column]))
    return np.array(columns, dtype=np.float32).reshape(-1, n_scores).T.copy()
