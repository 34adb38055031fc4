"""Labelled cases beside what was said of each without having learned from it: a file of `learn`."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from serve.problem import Problem, RefusedError
from training.data.features import Cases

Codes = npt.NDArray[np.int64]
_COLUMNS = ("cases", "label", "patient", "fold", "margin")


@dataclass(frozen=True)
class LabelledRows:
    """What labelled trees learn from. Every array has a row a case."""

    cases: Cases  # (n_cases, n_findings) completed and encoded
    label: Codes  # (n_cases,) place of the condition in the vocabulary
    patient: Codes  # (n_cases,) a number from 0; rows that nearly repeat each other share one
    fold: Codes  # (n_cases,) all rows of a patient are of one
    margin: npt.NDArray[np.float64]
    """(n_cases, n_conditions) log-probabilities under the training mix, by a knowledge that has
    not learned from the cases of the fold."""

    def __len__(self) -> int:
        return len(self.label)

    def of(self, rows: npt.NDArray[np.bool_]) -> LabelledRows:
        """Some of the cases."""
        return LabelledRows(*(getattr(self, name)[rows] for name in _COLUMNS))

    def content(self) -> bytes:
        """The file, the same for the same rows."""
        stream = io.BytesIO()
        np.savez_compressed(stream, **{name: getattr(self, name) for name in _COLUMNS})
        return stream.getvalue()


def read_rows(path: Path, n_findings: int, n_conditions: int) -> LabelledRows | None:
    """The rows of a file; None where there is none, as without labelled cases.

    RefusedError for a file of another vocabulary.
    """
    if not path.exists():
        return None
    with np.load(path) as found:
        rows = LabelledRows(*(found[name] for name in _COLUMNS))
    if rows.cases.shape[1] != n_findings or rows.margin.shape[1] != n_conditions:
        remedy = "run `python -m training learn` again"
        raise RefusedError(Problem("other_rows", str(path), "it is of another vocabulary", remedy))
    return rows
