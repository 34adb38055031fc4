"""Real published cases: never for training, always looked at."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import TRIAGE_LEVELS, Vocabulary
from data_gen.vocabulary.words import WORD_NOT_ASKED, CellProblem, parse_cell
from serve.problem import Problem, RefusedError


@dataclass(frozen=True)
class RealCases:
    """Cases with the diagnosis of their source and a judgement of their urgency."""

    ids: tuple[str, ...]
    values: npt.NDArray[np.float64]  # (n_cases, n_findings), NaN or NOT_ASKED for unknown
    label: npt.NDArray[np.int64]  # (n_cases,)
    triage: npt.NDArray[np.int64]  # (n_cases,) the least urgent level that is safe


def read_real_cases(path: Path, vocabulary: Vocabulary) -> RealCases:
    """The cases of a CSV in the case format, with `diagnosis` and `triage_expected`.

    Raises RefusedError, with every problem at once, for a missing file or column, a cell that is
    no value, or an unknown diagnosis or level: a report must not rest on a misread case.
    """
    rows = _rows(path)
    problems: list[Problem] = []
    found = [
        row_values(row, f"{path}:{number}", vocabulary, problems)
        for number, row in enumerate(rows, start=2)
    ]
    values = np.array(found, dtype=np.float64).reshape(-1, len(vocabulary.findings))
    label = _places(rows, "diagnosis", vocabulary.condition_ids, path, problems)
    triage = _places(rows, "triage_expected", TRIAGE_LEVELS, path, problems)
    if problems:
        raise RefusedError(*problems)
    return RealCases(tuple(row.get("case_id") or "" for row in rows), values, label, triage)


def row_values(
    row: Mapping[str, str], where: str, vocabulary: Vocabulary, problems: list[Problem]
) -> list[float]:
    """The findings of one row of a case file; cells that are no value are told.

    Unknown is NaN for an empty cell, NOT_ASKED for a finding that has no column.
    """
    out = []
    for finding in vocabulary.findings:
        value = parse_cell(finding, row.get(finding.id, WORD_NOT_ASKED) or "")
        if isinstance(value, CellProblem):
            place = f"{where}, column {finding.id}"
            problems.append(Problem(value.code, place, value.message, value.remedy))
            value = np.nan
        out.append(float(value))
    return out


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError) as error:
        remedy = "correct evaluate.real_cases in params.yaml"
        raise RefusedError(Problem("no_real_cases", str(path), str(error), remedy)) from None


def _places(
    rows: list[dict[str, str]],
    column: str,
    words: tuple[str, ...],
    path: Path,
    problems: list[Problem],
) -> npt.NDArray[np.int64]:
    out = np.zeros(len(rows), dtype=np.int64)
    for number, row in enumerate(rows):
        word = row.get(column) or ""
        if word in words:
            out[number] = words.index(word)
        else:
            message = f"{column} is {word!r}"
            remedy = f"use one of {', '.join(words)}"
            problems.append(Problem("bad_word", f"{path}:{number + 2}", message, remedy))
    return out
