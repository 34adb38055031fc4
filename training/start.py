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
_ONE = 1.0  # added to every count


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


def fit_additive(features: Array, target: Array, schedule: Schedule, weight: Array) -> Mixture:
    """A multinomial logistic model of the classes: one atom a class, no traits."""
    prior = np.average(target, axis=0, weights=weight)
    return fit(additive(features.shape[1], prior), features, target, schedule, weight)


def first_guess(features: Array, label: Labels, hidden: Hidden, schedule: Schedule) -> Mixture:
    """A mixture put together from one logistic model for the atoms and one for each trait.

    The coupling of a trait with an atom is how much commoner the trait is there than overall.
    """
    rows = np.flatnonzero(hidden.atom >= 0)
    seen, atom = features[rows], hidden.atom[rows]
    atoms = _logistic(seen, atom, schedule)
    n_atoms = len(atoms.bias)
    atom_class = np.zeros(n_atoms, dtype=np.int64)
    atom_class[atom] = label[rows]
    traits, couplings, sizes = [], [], []
    for codes in hidden.traits:
        model = _logistic(seen, codes[rows], schedule)
        traits.append(model.atoms[:, 1:] - model.atoms[:, :1])
        couplings.append(_coupling(atom, codes[rows], model))
        sizes.append(len(model.bias))
    return replace(
        atoms,
        atom_class=atom_class,
        combinations=_combinations(sizes),
        traits=np.concatenate([atoms.traits, *traits], axis=1),
        coupling=np.concatenate([atoms.coupling, *couplings], axis=1),
    )


def _logistic(features: Array, codes: Labels, schedule: Schedule) -> Mixture:
    target = np.eye(int(codes.max()) + 1, dtype=np.float32)[codes]
    return fit(additive(features.shape[1], target.mean(axis=0)), features, target, schedule)


def _coupling(atom: Labels, codes: Labels, model: Mixture) -> Array:
    """(n_atoms, levels - 1): log odds of each level against the first, beyond the overall ones."""
    counts = np.zeros((int(atom.max()) + 1, len(model.bias)))
    np.add.at(counts, (atom, codes), 1.0)
    share = counts.sum(axis=0) / counts.sum()
    odds = np.log(counts + _ONE * len(share) * share) - np.log(share) + model.bias
    out: Array = (odds[:, 1:] - odds[:, :1]).astype(np.float32)
    return out


def _combinations(sizes: list[int]) -> Array:
    """(t, z): every combination of levels; the first level of each trait scores nothing."""
    n_scores = sum(size - 1 for size in sizes)
    columns = []
    for levels in product(*[range(size) for size in sizes]):
        column = [np.eye(size)[level, 1:] for size, level in zip(sizes, levels, strict=True)]
        columns.append(np.concatenate([np.zeros(0), *column]))
    return np.array(columns, dtype=np.float32).reshape(-1, n_scores).T.copy()
