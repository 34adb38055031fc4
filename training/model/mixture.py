"""A mixture of hidden states: linear scores of states, summed into probabilities of classes.

A class is a sum over its components (a presentation, or a pair of conditions), a component a sum
over the levels of latent factors (burdens, the record's setting), as in the world the vignettes
come from:

    p(class | x)  ~  sum over components a of class, combinations z of levels:
                     exp(component_a . x + bias_a + latent_z . x + log_interaction_a,z)

With one component a class and no latent factors this is a multinomial logistic model: the additive
start. The exported graph is built from the same arrays as `forward` computes with.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Real = npt.NDArray[np.floating]
Labels = npt.NDArray[np.int64]
STEP = np.float32(2.0**-12)
"""Weights are multiples of this, so that sums of them below 4096 are exact in float32, whatever
the order: scores are then the same to the last bit in any library, thread count and batch."""
TINY = np.float32(1e-30)


@dataclass(frozen=True)
class Forward:
    """What the scores of cases lead to, in their precision."""

    joint: Real  # (n_cases, a) p(component | case), but for a factor of each case
    state: Real  # (n_cases, z) p(combination | case) without regard to the component
    interaction: Real  # (a, z)
    expected: Real  # (n_cases, a) of the interaction, over the combinations
    log_factor: Real  # (n_cases, 1) log of the factor left out of `joint`

    @property
    def posterior(self) -> Real:
        """(n_cases, a) of the components."""
        return np.asarray(self.joint / self.joint.sum(axis=1, keepdims=True))

    @property
    def log_sum(self) -> Real:
        """(n_cases,) log of the sum over all hidden states."""
        return np.asarray(np.log(self.joint.sum(axis=1)) + self.log_factor[:, 0])

    def through(self, residual: Real) -> tuple[Real, Real, Real]:
        """Gradients by the scores of components, combinations and pairs, from those of components.

        `residual` is (n_cases, a); combinations follow from their part in each component.
        """
        pulled = residual / np.maximum(self.expected, TINY)
        by_state = (pulled @ self.interaction) * self.state
        return residual, by_state, (pulled.T @ self.state) * self.interaction


@dataclass(frozen=True)
class Mixture:
    """Weights of a mixture; `n` features, `a` components, `t` latent scores, `z` combinations."""

    component_class: Labels  # (a,) the class each component belongs to
    combinations: Array  # (t, z) 1 where the combination has the level of that latent score
    components: Array  # (n, a)
    bias: Array  # (a,)
    latent: Array  # (n, t)
    log_interaction: Array  # (a, t)

    @property
    def n_classes(self) -> int:
        """The number of classes."""
        return int(self.component_class.max()) + 1

    @property
    def membership(self) -> Array:
        """(a, n_classes): 1 where the component belongs to the class."""
        return np.eye(self.n_classes, dtype=np.float32)[self.component_class]

    @property
    def weights(self) -> tuple[Array, Array, Array, Array]:
        """What is fitted, in the order of the gradients."""
        return self.components, self.bias, self.latent, self.log_interaction

    @property
    def linear(self) -> tuple[Array, Array]:
        """Weights (n, a + t) and bias (a + t,) of the scores: components, then latent factors."""
        none = np.zeros(self.latent.shape[1], dtype=self.bias.dtype)
        weights = np.concatenate([self.components, self.latent], axis=1)
        return weights, np.concatenate([self.bias, none])

    def interaction(self, precision: npt.DTypeLike) -> Real:
        """(a, z) how much likelier each combination makes each component."""
        of_levels = self.log_interaction.astype(precision) @ self.combinations.astype(precision)
        return np.asarray(np.exp(of_levels))

    def scores(self, features: Array) -> Array:
        """(n_cases, a + t) linear scores of the hidden states."""
        weights, bias = self.linear
        return np.asarray(features @ weights + bias)

    def forward(self, scores: Real) -> Forward:
        """What the scores (n_cases, a + t) lead to, in their precision."""
        component, latent = np.split(scores, [len(self.bias)], axis=1)
        combined = latent @ self.combinations.astype(scores.dtype)
        interaction = self.interaction(scores.dtype)
        top, high = component.max(axis=1, keepdims=True), combined.max(axis=1, keepdims=True)
        state = np.exp(combined - high)
        total = state.sum(axis=1, keepdims=True)
        state /= total
        expected = state @ interaction.T
        joint = np.exp(component - top) * expected
        return Forward(joint, state, interaction, expected, top + high + np.log(total))

    def log_margin(self, scores: Real) -> Real:
        """(n_cases, n_classes) log-probabilities of the classes, from the linear scores."""
        by_class = self.forward(scores).joint @ self.membership.astype(scores.dtype)
        share = by_class / by_class.sum(axis=1, keepdims=True)
        return np.asarray(np.log(np.maximum(share, TINY)))

    def split(self, scores: Real, probabilities: Real) -> Real:
        """(n_cases, a) the posterior of the components, where that of their classes is known.

        `probabilities` is (n_cases, n_classes): within a class the scores decide.
        """
        joint = self.forward(scores).joint
        by_class = joint @ self.membership.astype(scores.dtype)
        ratio = probabilities / np.maximum(by_class, TINY)
        return np.asarray(joint * np.take(ratio, self.component_class, axis=1))

    def class_gradient(self, features: Array, target: Array, weight: Array) -> list[Array]:
        """Gradient of the mean cross-entropy to `target` (n_cases, n_classes), as `weights`."""
        forward = self.forward(self.scores(features))
        ratio = target / np.maximum(forward.joint @ self.membership, TINY)
        shares = forward.joint * np.take(ratio, self.component_class, axis=1)
        return self._towards(features, forward, shares, weight)

    def component_gradient(self, features: Array, target: Array, weight: Array) -> list[Array]:
        """Gradient of the mean cross-entropy to `target` (n_cases, a), as `weights`."""
        return self._towards(features, self.forward(self.scores(features)), target, weight)

    def latent_gradient(self, features: Array, component: Labels, state: Labels) -> list[Array]:
        """Gradient of the mean log-loss of the hidden states themselves, as `weights`.

        `component` (n_cases,) and `state` (n_cases,), a place among the combinations, are known.
        """
        forward = self.forward(self.scores(features))
        by_component, by_state, by_pair = forward.through(forward.posterior)
        rows = np.arange(len(features))
        by_component[rows, component] -= 1.0
        by_state[rows, state] -= 1.0
        np.subtract.at(by_pair, (component, state), np.float32(1.0))
        scale = np.float32(1.0 / len(features))
        return [slope * scale for slope in self.chain(features, by_component, by_state, by_pair)]

    def _towards(
        self, features: Array, forward: Forward, target: Real, weight: Array
    ) -> list[Array]:
        residual = forward.posterior * target.sum(axis=1, keepdims=True) - target
        residual *= (weight / np.float32(len(features)))[:, None]
        return self.chain(features, *forward.through(residual))

    def chain(
        self, features: Array, by_component: Real, by_state: Real, by_pair: Real
    ) -> list[Array]:
        """The gradient by `weights` from those by the scores that `Forward.through` names."""
        combined = self.combinations.T
        return [
            features.T @ by_component,
            by_component.sum(axis=0),
            features.T @ (by_state @ combined),
            by_pair @ combined,
        ]

    def with_weights(self, weights: list[Array]) -> Mixture:
        """The same mixture with other weights, in the order of `weights`."""
        components, bias, latent, log_interaction = weights
        return replace(
            self, components=components, bias=bias, latent=latent, log_interaction=log_interaction
        )

    def rounded(self) -> Mixture:
        """The same mixture with the weights of its linear scores on the grid of `STEP`."""
        return replace(
            self,
            components=np.round(self.components / STEP) * STEP,
            bias=np.round(self.bias / STEP) * STEP,
            latent=np.round(self.latent / STEP) * STEP,
        )


def additive(n_features: int, prior: npt.NDArray[np.floating]) -> Mixture:
    """A multinomial logistic model of no effect yet: the prior (n_classes,) for every case."""
    n_classes = len(prior)
    return Mixture(
        component_class=np.arange(n_classes),
        combinations=np.zeros((0, 1), dtype=np.float32),
        components=np.zeros((n_features, n_classes), dtype=np.float32),
        bias=np.log(np.maximum(prior, TINY)).astype(np.float32),
        latent=np.zeros((n_features, 0), dtype=np.float32),
        log_interaction=np.zeros((n_classes, 0), dtype=np.float32),
    )


def softmax(scores: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Rows of probabilities, in the type of `scores`."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    out: npt.NDArray[np.floating] = powers / powers.sum(axis=1, keepdims=True)
    return out
