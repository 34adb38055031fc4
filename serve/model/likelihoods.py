"""How often each value of a finding is met in each component: what an answer would say."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from serve.model.components import Components, Matrix

FILE = "likelihoods.npy"
_TOLERANCE = 1e-4
_TINY = 1e-12


@dataclass(frozen=True)
class Likelihoods:
    """P(value of a finding | component), whether or not anybody asks for it or writes it down."""

    of: Mapping[str, Matrix]
    """By finding, (n_components, n_values): no and yes, the values of a choice, or the bins of a
    number and last "it has no value"; rows sum to 1."""
    edges: Mapping[str, Matrix]
    """Of a number, the lower edges of its bins (n_bins,)."""

    @classmethod
    def read(cls, manifest: Mapping[str, Any], content: bytes) -> Likelihoods:
        """Those of a bundle. Raises KeyError, TypeError or ValueError for what is none."""
        table = np.load(io.BytesIO(content), allow_pickle=False).astype(np.float64)
        entries: Sequence[Mapping[str, Any]] = manifest["likelihoods"]
        names = [str(entry["finding"]) for entry in entries]
        ends = np.cumsum([entry["values"] for entry in entries])
        if table.shape != (len(manifest["components"]), int(ends[-1])):
            raise ValueError("the likelihoods have another shape than components and values")
        parts = np.split(table, ends[:-1], axis=1)
        if any(np.abs(part.sum(axis=1) - 1).max() > _TOLERANCE for part in parts):
            raise ValueError("likelihoods of a finding that do not sum to 1")
        edges = {e["finding"]: np.array(e["edges"]) for e in entries if "edges" in e}
        return cls(dict(zip(names, parts, strict=True)), edges)

    def present(self, findings: Sequence[str]) -> Matrix:
        """P(present | component) of some yes/no findings: (n_components, n_findings)."""
        return np.stack([self.of[name][:, 1] for name in findings], axis=1)


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
