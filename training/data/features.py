"""Intervals: the 0/1 features of a case, in a form that the exported graph computes too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Finding, Vocabulary
from data_gen.vocabulary.complete import complete
from data_gen.vocabulary.finding import NOT_ASKED
from serve.model.predict import BLANK, UNASKED

Cases = npt.NDArray[np.float32]
_HALF = 0.5  # between two codes, and between blank (-1) and the lowest number (0)


@dataclass(frozen=True)
class Intervals:
    """Feature k is 1 where `low[k] <= case[column[k]] < high[k]`.

    A cell that was not asked is in none, so that it says nothing.
    """

    column: npt.NDArray[np.int64]  # (n_features,)
    low: Cases  # (n_features,)
    high: Cases  # (n_features,)
    names: tuple[str, ...]

    def of_values(self) -> Intervals:
        """Those of recorded values alone: a blank cell is in none of them either."""
        kept = np.flatnonzero(self.high > -_HALF)
        names = tuple(self.names[k] for k in kept)
        return Intervals(self.column[kept], self.low[kept], self.high[kept], names)

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
    """Completed cases as the model reads them: float32, -1 for blank, -2 for not asked."""
    asked = np.where(np.isneginf(values), UNASKED, values)
    return np.where(np.isnan(asked), BLANK, asked).astype(np.float32)


def encoded(values: npt.NDArray[np.float64], vocabulary: Vocabulary) -> Cases:
    """Recorded cases completed and encoded: two ways to write the same findings are one case."""
    return encode(complete(values, vocabulary).values)


def decoded(cases: Cases) -> npt.NDArray[np.float64]:
    """Encoded cases as values again: NaN for blank, NOT_ASKED for not asked."""
    known = np.where(cases == BLANK, np.nan, cases.astype(np.float64))
    return np.where(cases == UNASKED, NOT_ASKED, known)


def recorded(cases: Cases) -> Cases:
    """The same cases with every unknown cell blank: what they record, whatever was asked."""
    return np.maximum(cases, BLANK)


def asked_of(cases: Cases) -> npt.NDArray[np.int64]:
    """(n_cases,) how many findings of encoded cases were asked, answered or left blank."""
    return np.asarray((cases != UNASKED).sum(axis=1), dtype=np.int64)


def vocabulary_intervals(vocabulary: Vocabulary, edges: Mapping[str, Sequence[float]]) -> Intervals:
    """An interval for yes, no, each value of a choice and each bin of a number; and for blank.

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
    blank = finding.column, float(BLANK) - _HALF, float(BLANK) + _HALF, f"{finding.id} blank"
    if finding.kind == "number":
        if (finding.low or 0.0) < 0.0:
            raise ValueError(f"{finding.id}: a number below 0 collides with -1 for blank")
        bounds = [-_HALF, *edges[finding.id][1:-1], np.inf]
        return [blank, *_bins(finding.id, finding.column, bounds)]
    words = ("no", "yes") if finding.kind == "yes_no" else finding.values
    return [
        blank,
        *(
            (finding.column, code - _HALF, code + _HALF, f"{finding.id}={word}")
            for code, word in enumerate(words)
        ),
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
