"""Real labelled cases: read from a folder, kept apart from the evaluation, partly held out."""

from __future__ import annotations

import csv
import difflib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Vocabulary
from data_gen.vocabulary.complete import complete
from serve.problem import Problem, RefusedError
from training.intervals import Cases, encode
from training.real import RealCases, row_values

CONDITION = "condition"
_ALSO = ("case_id", CONDITION, "narrative")  # columns of a case file that are no findings
_HELD_OUT = 5  # one case in so many is held out for the gate


@dataclass(frozen=True)
class LabelledCases:
    """Cases whose condition somebody has established. Every array has a row a case."""

    values: npt.NDArray[np.float64]  # (n_cases, n_findings) as recorded, NaN for unknown
    cases: Cases  # the same completed and encoded
    label: npt.NDArray[np.int64]  # (n_cases,) place of the condition in the vocabulary

    def __len__(self) -> int:
        return len(self.label)

    def of(self, rows: npt.NDArray[np.bool_]) -> LabelledCases:
        """Some of the cases."""
        return LabelledCases(self.values[rows], self.cases[rows], self.label[rows])

    @property
    def held_out(self) -> npt.NDArray[np.bool_]:
        """(n_cases,) whether a case is kept from training, by its content alone: a fifth of them.

        The same case is on the same side in any file and any order.
        """
        digests = (
            hashlib.sha256(row.tobytes() + int(code).to_bytes(2, "little")).digest()
            for row, code in zip(self.cases, self.label, strict=True)
        )
        return np.array([digest[0] % _HELD_OUT == 0 for digest in digests], dtype=np.bool_)


def case_files(folder: Path) -> list[Path]:
    """The CSV files of a folder, in the order of their names."""
    return sorted(folder.glob("*.csv"))


def read_labelled(folder: Path, vocabulary: Vocabulary, real: RealCases) -> LabelledCases:
    """The labelled cases of every CSV in a folder, in the case format with `condition`.

    None where there is no file. Raises RefusedError, with every problem at once, for a missing
    folder, a file without `condition`, an unknown column or condition, a cell that is no value, a
    row without a finding, and a row that repeats one of the evaluation's cases (`real`).
    """
    if not folder.is_dir():
        remedy = "make the folder, or correct train.labelled_cases in params.yaml"
        raise RefusedError(Problem("no_folder", str(folder), "there is no such folder", remedy))
    problems: list[Problem] = []
    values, label, places = [], [], []
    for path in case_files(folder):
        for number, row in _rows(path, vocabulary, problems):
            places.append(f"{path}:{number}")
            values.append(row_values(row, places[-1], vocabulary, problems))
            label.append(_condition(row, places[-1], vocabulary, problems))
    table = np.array(values, dtype=np.float64).reshape(-1, len(vocabulary.findings))
    problems += _unusable(table, places, vocabulary, real)
    if problems:
        raise RefusedError(*problems)
    cases = encode(complete(table, vocabulary).values)
    return LabelledCases(table, cases, np.array(label, dtype=np.int64))


def _rows(
    path: Path, vocabulary: Vocabulary, problems: list[Problem]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row with the line it ends on; nothing of a file whose header is wrong."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            wrong = list(_header(path, reader.fieldnames or (), vocabulary))
            problems += wrong
            for row in () if wrong else reader:
                if None in row or None in row.values():
                    message, remedy = "it has more or fewer cells than the header", "mend the row"
                    problems.append(
                        Problem("ragged_row", f"{path}:{reader.line_num}", message, remedy)
                    )
                else:
                    yield reader.line_num, row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        remedy = "save it as CSV, comma-separated, in UTF-8"
        problems.append(Problem("no_csv", str(path), str(error), remedy))


def _header(path: Path, names: object, vocabulary: Vocabulary) -> Iterator[Problem]:
    header = [str(name) for name in names]  # type: ignore[attr-defined]
    known = {*_ALSO, *vocabulary.finding_ids}
    if CONDITION not in header:
        remedy = "add the established condition of each case"
        yield Problem("no_condition", str(path), "there is no column `condition`", remedy)
    for name in sorted({name for name in header if header.count(name) > 1}):
        yield Problem("column_twice", str(path), f"column {name!r} stands twice", "keep one")
    for name in header:
        if name not in known:
            near = difflib.get_close_matches(name, sorted(known), n=1)
            remedy = f"did you mean {near[0]}?" if near else "delete it, or give it a finding's id"
            yield Problem("unknown_column", str(path), f"no finding is called {name!r}", remedy)


def _condition(
    row: dict[str, str], where: str, vocabulary: Vocabulary, problems: list[Problem]
) -> int:
    name = row[CONDITION].strip().lower()
    if name in vocabulary.condition_ids:
        return vocabulary.condition_ids.index(name)
    near = difflib.get_close_matches(name, vocabulary.condition_ids, n=1)
    remedy = f"did you mean {near[0]}?" if near else f"use one of {_all(vocabulary)}"
    problems.append(Problem("unknown_condition", where, f"condition is {name!r}", remedy))
    return 0


def _all(vocabulary: Vocabulary) -> str:
    return ", ".join(vocabulary.condition_ids)


def _unusable(
    values: npt.NDArray[np.float64], places: list[str], vocabulary: Vocabulary, real: RealCases
) -> Iterator[Problem]:
    """Rows that say nothing, and rows that a report is measured on."""
    of_reports = {
        row.tobytes(): name
        for row, name in zip(_whole(real.values, vocabulary), real.ids, strict=True)
    }
    for row, own, where in zip(values, _whole(values, vocabulary), places, strict=True):
        if np.isnan(row).all():
            yield Problem("no_finding", where, "it has no finding at all", "delete the row")
        elif own.tobytes() in of_reports:
            message = f"it repeats case {of_reports[own.tobytes()]} of the evaluation"
            remedy = "delete the row: a model is not measured on what it learned from"
            yield Problem("evaluation_case", where, message, remedy)


def _whole(values: npt.NDArray[np.float64], vocabulary: Vocabulary) -> Cases:
    """Completed and encoded: two ways to write down the same findings are the same case."""
    return encode(complete(values, vocabulary).values)
