"""The components that a model tells apart: presentations, parts of another cause, and pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary.condition import TIME_FRAMES, TRIAGE_LEVELS, TimeFrame, Triage

Matrix = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
MIXES = ("training", "clinic", "safety")
"""The mixes of which every component has its share."""
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Component:
    """A diagnosis that is part of a condition, or of the first of a pair of them."""

    id: str
    condition: str
    """Whose probability it is part of."""
    name: str
    icd10: str
    triage: Triage
    within: TimeFrame
    why: str
    """What makes it as urgent as it is."""


@dataclass(frozen=True)
class Components:
    """The components of a bundle, in the order of its graph's output."""

    listed: tuple[Component, ...]
    place: Ints  # (n_components,) of the condition of each, among those of the vocabulary
    mixes: Mapping[str, Matrix]  # of each mix, the shares (n_components,), which sum to 1

    @classmethod
    def of(cls, manifest: Mapping[str, Any], conditions: Sequence[str]) -> Components | None:
        """Those that a bundle's manifest holds, or None where it has none.

        `conditions` are those of the vocabulary. Raises KeyError, TypeError or ValueError where the
        manifest holds something else.
        """
        held = manifest.get("components")
        if not held:
            return None
        listed = tuple(_component(entry) for entry in held)
        if len({component.id for component in listed}) < len(listed):
            raise ValueError("a component stands twice")
        mixes = {name: np.array([entry[name] for entry in held], dtype=float) for name in MIXES}
        for name, shares in mixes.items():
            if abs(shares.sum() - 1) > _TOLERANCE or not (shares > 0).all():
                raise ValueError(f"shares of components that are no mix: {name}")
        place = np.array([conditions.index(component.condition) for component in listed])
        return cls(listed, place, mixes)

    def weights(self, mix: str) -> Matrix:
        """(n_components,) new/old from the mix of training to another."""
        return np.asarray(self.mixes[mix] / self.mixes["training"])

    def by_condition(self, parts: Matrix, n_conditions: int) -> Matrix:
        """(n_cases, n_conditions) sums of `parts` (n_cases, n_components), each row by itself."""
        out = np.zeros((len(parts), n_conditions))
        for k in np.unique(self.place):
            out[:, k] = parts[:, self.place == k].sum(axis=1)
        return out


def _component(entry: Mapping[str, Any]) -> Component:
    texts = {name: entry[name] for name in Component.__dataclass_fields__}
    if not all(isinstance(text, str) for text in texts.values()):
        raise TypeError("a component is described by texts")
    if texts["triage"] not in TRIAGE_LEVELS or texts["within"] not in TIME_FRAMES:
        raise ValueError(f"{texts['id']}: no such level or time frame")
    return Component(**texts)
