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
_SMALLEST_ATOM = 30  # an atom of fewer vignettes joins the commonest one of its class


@dataclass(frozen=True)
class Hidden:
    """What is hidden behind each vignette, as codes from 0; -1 for not known."""

    atom: Labels  # (n_cases,)
    atom_class: Labels  # (a,) the class each atom belongs to
    traits: tuple[Labels, ...]  # each (n_cases,)
    shares: Array | None = None  # (n_cases, a) the atoms' exact posterior, where it is known


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
    atom_class = np.zeros(codes.max() + 1, dtype=np.int64)
    atom_class[codes[known]] = label[known]
    return Hidden(codes, atom_class, tuple(_codes(names, known) for names in traits.values()))


def hidden_from_shares(
    atom: npt.NDArray[np.object_],
    traits: Mapping[str, npt.NDArray[np.object_]],
    atoms: Mapping[str, int],
    shares: npt.NDArray[np.floating],
) -> Hidden:
    """Codes for names of hidden states, and the exact posterior of the atoms; None is not known.

    `atoms` names the columns of `shares` (n_cases, a) and the class (a code) of each.
    """
    known = np.array([name is not None for name in atom])
    place = {name: code for code, name in enumerate(atoms)}
    strange = sorted({str(name) for name in atom[known]} - set(place))
    if strange or shares.shape != (len(atom), len(place)):
        what = f"no share of {', '.join(strange[:5])}" if strange else f"shape {shares.shape}"
        raise ValueError(f"the shares of the atoms do not fit their names: {what}")
    codes = np.array([-1 if name is None else place[name] for name in atom], dtype=np.int64)
    total = np.maximum(shares.sum(axis=1, keepdims=True), TINY)
    return Hidden(
        codes,
        np.array(list(atoms.values()), dtype=np.int64),
        tuple(_codes(names, known) for names in traits.values()),
        (shares / total).astype(np.float32),
    )


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


def fit_atoms(
    start: Mixture, features: Array, hidden: Hidden, weight: Array, schedule: Schedule
) -> Mixture:
    """The mixture fitted to the exact posterior of its atoms, from `start`.

    It says more of a vignette than the posterior of the classes, and much more than the one atom
    that was drawn: from as many vignettes the fit strays half as far.
    """
    shares = hidden.shares
    if shares is None:
        return start
    rows = np.flatnonzero(hidden.atom >= 0)

    def gradient(mixture: Mixture, batch: Labels) -> list[Array]:
        here = rows[batch]
        return mixture.atom_gradient(features[here], shares[here], weight[here])

    return fit(start, gradient, len(rows), schedule)


def fit_additive(features: Array, target: Array, weight: Array, schedule: Schedule) -> Mixture:
    """A multinomial logistic model of the classes: one atom a class, no traits."""
    prior = np.average(target, axis=0, weights=weight)
    return fit_classes(additive(features.shape[1], prior), features, target, weight, schedule)


def fit_mixture(features: Array, hidden: Hidden, schedule: Schedule) -> Mixture:
    """A mixture fitted to the hidden states themselves, where they are known."""
    rows = np.flatnonzero(hidden.atom >= 0)
    seen, atom = features[rows], hidden.atom[rows]
    traits = [codes[rows] for codes in hidden.traits]
    sizes = [int(codes.max()) + 1 for codes in traits]
    state = np.ravel_multi_index(traits, sizes) if traits else np.zeros(len(rows), dtype=np.int64)

    def gradient(mixture: Mixture, batch: Labels) -> list[Array]:
        return mixture.hidden_gradient(seen[batch], atom[batch], state[batch])

    start = _blank(features.shape[1], atom, hidden.atom_class, sizes)
    return fit(start, gradient, len(rows), schedule)


def _blank(n_features: int, atom: Labels, atom_class: Labels, sizes: list[int]) -> Mixture:
    """A mixture without any effect yet: the shares of the atoms, and traits that say nothing."""
    count = np.bincount(atom, minlength=len(atom_class)) + 0.5  # an atom that was never drawn
    combinations = _combinations(sizes)
    return replace(
        additive(n_features, count / count.sum()),
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
