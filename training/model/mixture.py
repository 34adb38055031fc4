"""A mixture of hidden states: linear scores of states, summed into probabilities of classes.

A class is a sum over its atoms (a presentation, or a pair of conditions), an atom a sum over the
levels of hidden traits (burdens, the record's setting), as in the world the vignettes come from:

    p(class | x)  ~  sum over atoms a of class, trait combinations z:
                     exp(atom_a . x + bias_a + trait_z . x + coupling_a,z)

With one atom a class and no traits this is a multinomial logistic model: the additive start.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]
STEP = np.float32(2.0**-12)
"""Weights are multiples of this, so that sums of them below 4096 are exact in float32, whatever
the order: scores are then the same to the last bit in any library, thread count and batch."""
TINY = np.float32(1e-30)


@dataclass(frozen=True)
class Mixture:
    """Weights of a mixture; `n` features, `a` atoms, `t` trait scores, `z` trait combinations."""

    atom_class: Labels  # (a,) the class each atom belongs to
    combinations: Array  # (t, z) 1 where the combination has the trait level of that score
    atoms: Array  # (n, a)
    bias: Array  # (a,)
    traits: Array  # (n, t)
    coupling: Array  # (a, t)

    @property
    def n_classes(self) -> int:
        """The number of classes."""
        return int(self.atom_class.max()) + 1

    @property
    def membership(self) -> Array:
        """(a, n_classes): 1 where the atom belongs to the class."""
        return np.eye(self.n_classes, dtype=np.float32)[self.atom_class]

    @property
    def weights(self) -> tuple[Array, Array, Array, Array]:
        """What is fitted, in the order of `gradient`."""
        return self.atoms, self.bias, self.traits, self.coupling

    def scores(self, features: Array) -> Array:
        """(n_cases, a + t) linear scores of the hidden states."""
        return np.concatenate([features @ self.atoms + self.bias, features @ self.traits], axis=1)

    def log_margin(self, scores: Array) -> Array:
        """(n_cases, n_classes) log-probabilities of the classes, from the linear scores."""
        n_atoms = len(self.bias)
        joint, *_ = self._joint(scores[:, :n_atoms], scores[:, n_atoms:])
        by_class = joint @ self.membership
        out: Array = np.log(np.maximum(by_class / by_class.sum(axis=1, keepdims=True), TINY))
        return out

    def gradient(self, features: Array, target: Array, weight: Array) -> list[Array]:
        """Slopes of the mean cross-entropy to `target` (n_cases, n_classes), as `weights`."""
        joint, state, given, mixed = self._of(features)
        member = self.membership
        by_class = joint @ member
        total = by_class.sum(axis=1, keepdims=True)
        share = (target / np.maximum(by_class, TINY)) @ member.T
        residual = joint * (target.sum(axis=1, keepdims=True) / total - share)
        residual *= (weight / np.float32(len(features)))[:, None]
        return self.slopes(features, residual, *_by_trait(residual, state, given, mixed))

    def atom_gradient(self, features: Array, shares: Array, weight: Array) -> list[Array]:
        """Slopes of the mean cross-entropy to `shares` (n_cases, a) of the atoms, as `weights`."""
        joint, state, given, mixed = self._of(features)
        residual = joint / joint.sum(axis=1, keepdims=True) - shares
        residual *= (weight / np.float32(len(features)))[:, None]
        return self.slopes(features, residual, *_by_trait(residual, state, given, mixed))

    def hidden_gradient(self, features: Array, atom: Labels, state_of: Labels) -> list[Array]:
        """Slopes of the mean log-loss of the hidden states themselves, as `weights`.

        `atom` (n_cases,) and `state_of` (n_cases,), a place among the combinations, are known.
        """
        joint, state, given, mixed = self._of(features)
        residual = joint / joint.sum(axis=1, keepdims=True)
        by_state, by_pair = _by_trait(residual, state, given, mixed)
        rows = np.arange(len(features))
        residual[rows, atom] -= 1.0
        by_state[rows, state_of] -= 1.0
        np.subtract.at(by_pair, (atom, state_of), np.float32(1.0))
        scale = np.float32(1.0 / len(features))
        return [slope * scale for slope in self.slopes(features, residual, by_state, by_pair)]

    def with_weights(self, weights: list[Array]) -> Mixture:
        """The same mixture with other weights, in the order of `weights`."""
        atoms, bias, traits, coupling = weights
        return replace(self, atoms=atoms, bias=bias, traits=traits, coupling=coupling)

    def slopes(
        self, features: Array, by_atom: Array, by_state: Array, by_pair: Array
    ) -> list[Array]:
        """Slopes by the weights from those by the scores of atoms, combinations, and pairs."""
        combined = self.combinations.T
        return [
            features.T @ by_atom,
            by_atom.sum(axis=0),
            features.T @ (by_state @ combined),
            by_pair @ combined,
        ]

    def rounded(self) -> Mixture:
        """The same mixture with the weights of its linear scores on the grid of `STEP`."""
        return replace(
            self,
            atoms=np.round(self.atoms / STEP) * STEP,
            bias=np.round(self.bias / STEP) * STEP,
            traits=np.round(self.traits / STEP) * STEP,
        )

    def _of(self, features: Array) -> tuple[Array, Array, Array, Array]:
        """What `_joint` gives, for the 0/1 features of cases."""
        return self._joint(features @ self.atoms + self.bias, features @ self.traits)

    def _joint(self, atom: Array, trait: Array) -> tuple[Array, Array, Array, Array]:
        """Unnormalised p(atom), p(combination), p(combination given atom), and their product."""
        state = softmax(trait @ self.combinations)  # (n_cases, z)
        given = np.exp(self.coupling @ self.combinations)  # (a, z)
        mixed = state @ given.T  # (n_cases, a)
        joint = np.exp(atom - atom.max(axis=1, keepdims=True)) * mixed
        return joint, state, given, mixed


def _by_trait(residual: Array, state: Array, given: Array, mixed: Array) -> tuple[Array, Array]:
    """Slopes by the scores of combinations, and of pairs of atom and combination."""
    pulled = residual / np.maximum(mixed, TINY)
    by_state, by_pair = (pulled @ given) * state, (pulled.T @ state) * given
    return by_state.astype(np.float32, copy=False), by_pair.astype(np.float32, copy=False)


def additive(n_features: int, prior: npt.NDArray[np.floating]) -> Mixture:
    """A multinomial logistic model of no effect yet: the prior (n_classes,) for every case."""
    n_classes = len(prior)
    return Mixture(
        atom_class=np.arange(n_classes),
        combinations=np.zeros((0, 1), dtype=np.float32),
        atoms=np.zeros((n_features, n_classes), dtype=np.float32),
        bias=np.log(np.maximum(prior, TINY)).astype(np.float32),
        traits=np.zeros((n_features, 0), dtype=np.float32),
        coupling=np.zeros((n_classes, 0), dtype=np.float32),
    )


def softmax(scores: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Rows of probabilities, in the type of `scores`."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    out: npt.NDArray[np.floating] = powers / powers.sum(axis=1, keepdims=True)
    return out
