"""The start of boosting: a mixture over the hidden states that the vignettes' truth names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import numpy.typing as npt

from training.descent import Schedule, fit
from training.mixture import Array, Mixture, additive

Labels = npt.NDArray[np.int64]
_SMALLEST_ATOM = 30  # an atom of fewer vignettes joins the commonest one of its class


@dataclass(frozen=True)
class Hidden:
    """What is hidden behind each vignette, as codes from 0; -1 for not known."""

    atom: Labels  # (n_cases,)
    traits: tuple[Labels, ...]  # each (n_cases,)


def hidden_from_labels(
    label: Labels, atom: npt.NDArray[np.object_], traits: Mapping[str, npt.NDArray[np.object_]]
) -> Hidden:
    """Codes for names of hidden states; None is not known. Rare atoms are merged.

    `label` (n_cases,) is the class of each case: an atom is a name within a class.
    """
    known = np.array([name is not None for name in atom])
    pairs = np.full(len(label), "", dtype=object)
    pairs[known] = [f"{k:04d}/{name}" for k, name in zip(label[known], atom[known], strict=True)]
    codes = _codes(pairs, known)
    for k in np.unique(label[known]):
        here = known & (label == k)
        found, counts = np.unique(codes[here], return_counts=True)
        rare = found[counts < _SMALLEST_ATOM]
        codes[here & np.isin(codes, rare)] = found[counts.argmax()]
    codes = _codes(codes.astype(object), known)
    return Hidden(codes, tuple(_codes(names, known) for names in traits.values()))


def _codes(names: npt.NDArray[np.object_], known: npt.NDArray[np.bool_]) -> Labels:
    out = np.full(len(names), -1, dtype=np.int64)
    out[known] = np.unique(names[known], return_inverse=True)[1]
    return out


def fit_classes(
    start: Mixture, features: Array, target: Array, weight: Array, schedule: Schedule
) -> Mixture:
    """The mixture fitted to class probabilities `target` (n_cases, n_classes), from `start`."""

    def gradient(mixture: Mixture, rows: Labels) -> list[Array]:
        return mixture.gradient(features[rows], target[rows], weight[rows])

    return fit(start, gradient, len(features), schedule)


def fit_additive(features: Array, target: Array, weight: Array, schedule: Schedule) -> Mixture:
    """A multinomial logistic model of the classes: one atom a class, no traits."""
    prior = np.average(target, axis=0, weights=weight)
    return fit_classes(additive(features.shape[1], prior), features, target, weight, schedule)


def first_guess(features: Array, label: Labels, hidden: Hidden, schedule: Schedule) -> Mixture:
    """A mixture fitted to the hidden states themselves, where they are known."""
    rows = np.flatnonzero(hidden.atom >= 0)
    seen, atom = features[rows], hidden.atom[rows]
    traits = [codes[rows] for codes in hidden.traits]
    sizes = [int(codes.max()) + 1 for codes in traits]
    state = np.ravel_multi_index(traits, sizes) if traits else np.zeros(len(rows), dtype=np.int64)

    def gradient(mixture: Mixture, batch: Labels) -> list[Array]:
        return mixture.hidden_gradient(seen[batch], atom[batch], state[batch])

    start = _blank(features.shape[1], atom, label[rows], sizes)
    return fit(start, gradient, len(rows), schedule)


def _blank(n_features: int, atom: Labels, label: Labels, sizes: list[int]) -> Mixture:
    """A mixture without any effect yet: the shares of the atoms, and traits that say nothing."""
    count = np.bincount(atom)
    atom_class = np.zeros(len(count), dtype=np.int64)
    atom_class[atom] = label
    combinations = _combinations(sizes)
    return replace(
        additive(n_features, count / len(atom)),
        atom_class=atom_class,
        combinations=combinations,
        traits=np.zeros((n_features, len(combinations)), dtype=np.float32),
        coupling=np.zeros((len(count), len(combinations)), dtype=np.float32),
    )


def _combinations(sizes: list[int]) -> Array:
    """(t, z): every combination of levels; the first level of each trait scores nothing."""
    n_scores = sum(size - 1 for size in sizes)
    columns = []
    for levels in product(*[range(size) for size in sizes]):
        column = [np.eye(size)[level, 1:] for size, level in zip(sizes, levels, strict=True)]
        columns.append(np.concatenate([np.zeros(0), *column]))
    return np.array(columns, dtype=np.float32).reshape(-1, n_scores).T.copy()
