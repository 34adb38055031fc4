"""Which findings tell most about the condition, on average over a mix of components."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt

from serve.model.components import Components
from serve.model.likelihoods import Likelihoods

Matrix = npt.NDArray[np.float64]
_TINY = 1e-12


def most_telling(
    likelihoods: Likelihoods,
    components: Components,
    mix: Matrix,
    asked: Collection[str],
    most: int,
) -> list[str]:
    """The findings that are not asked, the one first whose answer tells most of the condition.

    By the mutual information of finding and condition, each finding by itself, where components
    are as common as `mix` (n_components,) has them.
    """
    of_condition = np.eye(components.place.max() + 1)[components.place].T  # (conditions, parts)
    found = {
        name: _information(of_condition @ (mix[:, None] * table))
        for name, table in likelihoods.of.items()
        if name not in asked
    }
    return sorted(found, key=lambda name: -found[name])[:most]


def _information(joint: Matrix) -> float:
    """The mutual information of rows and columns of a joint distribution, in nats."""
    apart = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    return float((joint * np.log((joint + _TINY) / (apart + _TINY))).sum())
