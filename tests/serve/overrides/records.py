"""Random records: cells of every kind, sparse or dense, with the odd combinations people write."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Vocabulary, load
from serve.overrides.compiled import TESTS
from serve.overrides.logic import AtLeast, Below, Derived

Matrix = npt.NDArray[np.float64]
VOCABULARY = load()


def random_records(
    rows: int,
    seed: int,
    recorded: float,
    present: float = 0.5,
    only: Collection[str] | None = None,
) -> Matrix:
    """Cases whose cells are each recorded with a chance; numbers crowd around the thresholds.

    `only` names the findings that may be recorded at all.
    """
    rng = np.random.default_rng(seed)
    values = np.full((rows, len(VOCABULARY.findings)), np.nan)
    for finding in VOCABULARY.findings:
        if only is not None and finding.id not in only:
            continue
        if finding.kind == "yes_no":
            cells = (rng.random(rows) < present).astype(float)
        elif finding.kind == "choice":
            cells = rng.integers(len(finding.values), size=rows).astype(float)
        else:
            cells = rng.choice(_numbers(finding.id), size=rows)
        values[:, finding.column] = np.where(rng.random(rows) < recorded, cells, np.nan)
    return values


def _numbers(finding: str) -> list[float]:
    at = [0.0, 37.0, 1000.0]
    for test in TESTS:
        if isinstance(test, AtLeast | Below) and test.finding == finding:
            at += [test.number, float(np.nextafter(test.number, 0)), test.number + 1]
        if isinstance(test, Derived) and test.measure == finding:
            at += [test.least, float(np.nextafter(test.least, 0))]
    return at


def as_case(row: npt.NDArray[np.float64], vocabulary: Vocabulary = VOCABULARY) -> dict[str, object]:
    """One row as the mapping that one case is given by."""
    case: dict[str, object] = {}
    for finding in vocabulary.findings:
        cell = float(row[finding.column])
        if np.isnan(cell):
            continue
        if finding.kind == "choice":
            case[finding.id] = finding.values[int(cell)]
        else:
            case[finding.id] = bool(cell) if finding.kind == "yes_no" else cell
    return case
