"""Intervals: the 0/1 features of a case, in a form that the exported graph computes too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Finding, Vocabulary

Cases = npt.NDArray[np.float32]
UNKNOWN = np.float32(-1.0)
_HALF = 0.5  # between two codes, and between unknown (-1) and the lowest number (0)


@dataclass(frozen=True)
class Intervals:
    """Feature k is 1 where `low[k] <= case[column[k]] < high[k]`; an unknown cell is in none."""

    column: npt.NDArray[np.int64]  # (n_features,)
    low: Cases  # (n_features,)
    high: Cases  # (n_features,)
    names: tuple[str, ...]

    def indicators(self, cases: Cases) -> Cases:
        """The features (n_cases, n_features) of encoded cases (n_cases, n_columns), float32."""
        out = np.empty((len(cases), len(self.column)), dtype=np.float32)
        for k, column in enumerate(self.column):
            cell = cases[:, column]
            np.logical_and(
                cell >= self.low[k], cell < self.high[k], out=out[:, k], casting="unsafe"
            )
        return out


def encode(values: npt.NDArray[np.float64]) -> Cases:
    """Completed cases as the model reads them: float32, -1 for unknown."""
    return np.where(np.isfinite(values), values, UNKNOWN).astype(np.float32)


def vocabulary_intervals(vocabulary: Vocabulary, edges: Mapping[str, Sequence[float]]) -> Intervals:
    """An interval for yes, for no, for each value of a choice, and for each bin of a number.

    `edges` holds the inner and outer bin edges of each number, in rising order. The outermost bins
    are open, so that a number beyond them still counts.
    """
    rows = [row for finding in vocabulary.findings for row in _of_finding(finding, edges)]
    return _collect(rows)


def quantile_intervals(cases: npt.NDArray[np.floating], n_bins: int) -> Intervals:
    """Bins that hold about equal shares of the cases, for columns of no known meaning."""
    rows: list[_Row] = []
    for column in range(cases.shape[1]):
        levels = np.linspace(0.0, 1.0, n_bins + 1)[1:-1]
        inner = np.unique(np.quantile(cases[:, column], levels).astype(np.float32))
        bounds = [-np.inf, *inner[inner > cases[:, column].min()], np.inf]
        rows += _bins(f"x{column}", column, bounds)
    return _collect(rows)


def quantile_edges(cases: Cases, vocabulary: Vocabulary, n_bins: int) -> dict[str, list[float]]:
    """Bin edges of every number, holding about equal shares of its known cells."""
    found: dict[str, list[float]] = {}
    for finding in vocabulary.findings:
        if finding.kind != "number":
            continue
        known = cases[cases[:, finding.column] >= 0, finding.column].astype(np.float64)
        inner = np.quantile(known, np.linspace(0, 1, n_bins + 1)[1:-1]) if len(known) else []
        found[finding.id] = [float(finding.low or 0), *np.unique(inner).tolist(), np.inf]
    return found


_Row = tuple[int, float, float, str]


def _of_finding(finding: Finding, edges: Mapping[str, Sequence[float]]) -> list[_Row]:
    if finding.kind == "number":
        if (finding.low or 0.0) < 0.0:
            raise ValueError(f"{finding.id}: a number below 0 collides with -1 for unknown")
        return _bins(finding.id, finding.column, [-_HALF, *edges[finding.id][1:-1], np.inf])
    words = ("no", "yes") if finding.kind == "yes_no" else finding.values
    return [
        (finding.column, code - _HALF, code + _HALF, f"{finding.id}={word}")
        for code, word in enumerate(words)
    ]


def _bins(name: str, column: int, bounds: Sequence[float]) -> list[_Row]:
    return [(column, low, high, f"{name}:{low:g}..{high:g}") for low, high in pairwise(bounds)]


def _collect(rows: list[_Row]) -> Intervals:
    column, low, high, names = zip(*rows, strict=True)
    return Intervals(
        np.array(column, dtype=np.int64),
        np.array(low, dtype=np.float32),
        np.array(high, dtype=np.float32),
        names,
    )
