"""Real labelled cases: read from a folder, kept apart from the evaluation, partly held out."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Vocabulary, load
from data_gen.vocabulary.complete import complete
from data_gen.vocabulary.words import write_cell
from serve.problem import Problem, RefusedError
from training.data.copies import (
    contradictory,
    near_copies,
    near_repeats,
    patients_of,
    without_repeats,
)
from training.data.features import Cases, encode, encoded, recorded
from training.data.labelled_files import read_files
from training.data.real_cases import RealCases, read_real_cases
from training.params import Params
from training.paths import labelled_folder

_HELD_OUT = 5  # one case in so many is held out for the gate

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class LabelledCases:
    """Cases whose condition somebody has established. Every array has a row a case."""

    values: npt.NDArray[np.float64]  # (n_cases, n_findings) as recorded, NaN for unknown
    cases: Cases  # the same completed and encoded
    label: npt.NDArray[np.int64]  # (n_cases,) place of the condition in the vocabulary
    held_out: Mask  # (n_cases,) whether a case is kept from training for the gate: a fifth of them
    told: tuple[Problem, ...] = ()
    """What was passed over, or read in a way that a user would want to know."""
    file: npt.NDArray[np.int64] | None = None
    """(n_cases,) the number of the file of each, from 0; None: all are of one."""
    patient: npt.NDArray[np.int64] | None = None
    """(n_cases,) a number of each one's patient; None: all are of different ones."""

    def __len__(self) -> int:
        return len(self.label)

    def of(self, rows: Mask) -> LabelledCases:
        """Some of the cases."""
        kept = self.values[rows], self.cases[rows], self.label[rows], self.held_out[rows]
        named = (None if part is None else part[rows] for part in (self.file, self.patient))
        return LabelledCases(*kept, self.told, *named)


def read_labelled(folder: Path, vocabulary: Vocabulary, real: RealCases) -> LabelledCases:
    """The labelled cases of every CSV and Parquet file in a folder.

    They are read as `serve score` reads cases, by the mapping `columns.yaml` of the folder where
    there is one; the condition stands in a column `condition` or `diagnosis`. Rows that repeat
    another, its id included, count once. None where there is no file. Raises RefusedError, with
    every problem at once, for a missing folder, a file that cannot be read or names no condition,
    a row of broken shape, an unknown condition, a cell that is no value, a row without a finding,
    and a row that repeats one of the evaluation's cases (`real`).
    """
    if not folder.is_dir():
        remedy = "make the folder, or correct learn.labelled_cases in params.yaml"
        raise RefusedError(Problem("no_folder", str(folder), "there is no such folder", remedy))
    found = read_files(folder, vocabulary)
    values = np.array(found.values, dtype=np.float64).reshape(-1, len(vocabulary.findings))
    label = np.array(found.label, dtype=np.int64)
    completed = complete(values, vocabulary).values
    cases = encode(completed)
    problems = [*found.refused, *_unusable(values, cases, found.places, vocabulary, real)]
    if problems:
        raise RefusedError(*problems)
    keys = [_key(row, k, vocabulary) for row, k in zip(completed, label.tolist(), strict=True)]
    kept, repeats = without_repeats(keys, found)
    held_out = np.array([_held_out(p or key) for (p, _), key in zip(found.ids, keys, strict=True)])
    names = [patient for patient, _ in found.ids]
    patient = patients_of(cases, names)
    told = (
        *found.told,
        *repeats,
        *near_repeats(patient[kept], *_of(kept, names, found.places)),
        *contradictory(keys, found),
        *near_copies(cases, found.places, encoded(real.values, vocabulary), real.ids, vocabulary),
    )
    files = [place.rpartition(":")[0] for place in found.places]
    file = np.unique(np.array(files, dtype=str), return_inverse=True)[1].astype(np.int64)
    numbered = file, patient
    return LabelledCases(values, cases, label, held_out.astype(np.bool_), told, *numbered).of(kept)


def _of(rows: Mask, *lists: Sequence[str]) -> Iterator[list[str]]:
    """Some of the entries of each list."""
    for one in lists:
        yield [one[row] for row in np.flatnonzero(rows).tolist()]


def _key(row: npt.NDArray[np.float64], label: int, vocabulary: Vocabulary) -> str:
    """A case by what it says, in words: the same in any file, and after findings were added."""
    said = (
        f"{vocabulary.findings[k].id}={write_cell(vocabulary.findings[k], float(row[k]))}"
        for k in np.flatnonzero(np.isfinite(row))
    )
    return "; ".join([*sorted(said), vocabulary.condition_ids[label]])


def _held_out(key: str) -> bool:
    """Whether a patient, or a case of no named one, is on the gate's side, by that alone."""
    return hashlib.sha256(key.encode()).digest()[0] % _HELD_OUT == 0


def _unusable(
    values: npt.NDArray[np.float64],
    cases: Cases,
    places: Sequence[str],
    vocabulary: Vocabulary,
    real: RealCases,
) -> Iterator[Problem]:
    """Rows that say nothing, and rows that repeat what a report is measured on."""
    own = zip(recorded(encoded(real.values, vocabulary)), real.ids, strict=True)
    of_reports = {row.tobytes(): name for row, name in own}
    for row, case, where in zip(values, recorded(cases), places, strict=True):
        if not np.isfinite(row).any():
            yield Problem("no_finding", where, "it has no finding at all", "delete the row")
        elif case.tobytes() in of_reports:
            message = f"it repeats case {of_reports[case.tobytes()]} of the evaluation"
            remedy = "delete the row: a model is not measured on what it learned from"
            yield Problem("evaluation_case", where, message, remedy)


def labelled_cases(params: Params, vocabulary: Vocabulary) -> LabelledCases:
    """The labelled cases that the knobs name; RefusedError as `read_labelled`."""
    real = read_real_cases(params.evaluate.real_cases, vocabulary)
    return read_labelled(labelled_folder(params), vocabulary, real)


def check_labelled(params: Params) -> list[str]:
    """What is to be told of the labelled cases, and how many there are of each condition.

    Raises RefusedError as `read_labelled` does. Neither vignettes nor a candidate are needed.
    """
    vocabulary = load()
    labelled = labelled_cases(params, vocabulary)
    return [*map(str, labelled.told), counts(labelled, vocabulary)]


def counts(labelled: LabelledCases, vocabulary: Vocabulary) -> str:
    """How many cases there are of each condition, in words."""
    found = Counter(labelled.label.tolist())
    each = ", ".join(f"{n} {vocabulary.condition_ids[k]}" for k, n in sorted(found.items()))
    held = int(labelled.held_out.sum())
    return f"{len(labelled)} labelled cases, {held} of them held out for the gate: {each or 'none'}"
