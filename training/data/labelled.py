"""Real labelled cases: read from a folder, kept apart from the evaluation, partly held out."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Vocabulary
from data_gen.vocabulary.complete import complete
from data_gen.vocabulary.words import write_cell
from serve.problem import Problem, RefusedError
from training.data.features import Cases, encode
from training.data.labelled_files import Reading, case_files, read_files
from training.data.real_cases import RealCases

__all__ = ["LabelledCases", "case_files", "read_labelled"]
_HELD_OUT = 5  # one case in so many is held out for the gate
_NAMED = 5  # rows that one message names
_ENOUGH = 5  # findings from which on a record that differs in one is taken for a copy

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

    def __len__(self) -> int:
        return len(self.label)

    def of(self, rows: Mask) -> LabelledCases:
        """Some of the cases."""
        return LabelledCases(
            self.values[rows], self.cases[rows], self.label[rows], self.held_out[rows], self.told
        )


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
        remedy = "make the folder, or correct train.labelled_cases in params.yaml"
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
    kept, repeats = _without_repeats(keys, found)
    held_out = np.array([_held_out(p or key) for (p, _), key in zip(found.ids, keys, strict=True)])
    told = (
        *found.told,
        *repeats,
        *_contradictory(keys, found),
        *_near_copies(cases, found, real, vocabulary),
    )
    return LabelledCases(values, cases, label, held_out.astype(np.bool_), told).of(kept)


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


def _without_repeats(keys: Sequence[str], found: Reading) -> tuple[Mask, list[Problem]]:
    """Which rows count: the first of those that agree in all they say and in their ids."""
    first: dict[tuple[str, str, str], int] = {}
    rows = [first.setdefault((*ids, key), row) for row, (ids, key) in
            enumerate(zip(found.ids, keys, strict=True))]  # fmt: skip
    repeats = [(row, other) for row, other in enumerate(rows) if row != other]
    kept = np.ones(len(keys), dtype=np.bool_)
    kept[[row for row, _ in repeats]] = False
    if not repeats:
        return kept, []
    spots = ", ".join(f"{found.places[row]} ({found.places[other]})" for row, other in
                      repeats[:_NAMED])  # fmt: skip
    more = f" and {len(repeats) - _NAMED} more" if len(repeats) > _NAMED else ""
    message = f"{len(repeats)} rows repeat another, which counts once: {spots}{more}"
    remedy = "delete them; where they are different patients, give each a case_id"
    return kept, [Problem("repeated_row", "labelled cases", message, remedy)]


def _contradictory(keys: Sequence[str], found: Reading) -> Iterator[Problem]:
    """Records that say the very same and have different conditions."""
    records = [key.rpartition("; ")[0] for key in keys]
    conditions: dict[str, set[int]] = {}
    for record, label in zip(records, found.label, strict=True):
        conditions.setdefault(record, set()).add(label)
    rows = [row for row, record in enumerate(records) if len(conditions[record]) > 1]
    if rows:
        spots = ", ".join(found.places[row] for row in rows[:_NAMED])
        message = f"{len(rows)} rows say the same as others of another condition: {spots}"
        yield Problem(
            "same_record", "labelled cases", message, "see that their conditions are right"
        )


def _unusable(
    values: npt.NDArray[np.float64],
    cases: Cases,
    places: Sequence[str],
    vocabulary: Vocabulary,
    real: RealCases,
) -> Iterator[Problem]:
    """Rows that say nothing, and rows that a report is measured on."""
    own = zip(_whole(real.values, vocabulary), real.ids, strict=True)
    of_reports = {row.tobytes(): name for row, name in own}
    for row, case, where in zip(values, cases, places, strict=True):
        if not np.isfinite(row).any():
            yield Problem("no_finding", where, "it has no finding at all", "delete the row")
        elif case.tobytes() in of_reports:
            message = f"it repeats case {of_reports[case.tobytes()]} of the evaluation"
            remedy = "delete the row: a model is not measured on what it learned from"
            yield Problem("evaluation_case", where, message, remedy)


def _near_copies(
    cases: Cases, found: Reading, real: RealCases, vocabulary: Vocabulary
) -> Iterator[Problem]:
    """Rows that differ in one cell from a case of the evaluation which says enough to be known."""
    theirs = _whole(real.values, vocabulary)
    known = np.flatnonzero((theirs >= 0).sum(axis=1) >= _ENOUGH)
    for row, case in enumerate(cases):
        differ = (theirs[known] != case).sum(axis=1)
        for place in known[differ == 1].tolist():
            message = f"it differs in one cell from case {real.ids[place]} of the evaluation"
            remedy = "delete it if it is that case: a model is not measured on what it learned from"
            yield Problem("near_evaluation_case", found.places[row], message, remedy)


def _whole(values: npt.NDArray[np.float64], vocabulary: Vocabulary) -> Cases:
    """Completed and encoded: two ways to write down the same findings are the same case."""
    return encode(complete(values, vocabulary).values)


def counts(labelled: LabelledCases, vocabulary: Vocabulary) -> str:
    """How many cases there are of each condition, in words."""
    found = Counter(labelled.label.tolist())
    each = ", ".join(f"{n} {vocabulary.condition_ids[k]}" for k, n in sorted(found.items()))
    held = int(labelled.held_out.sum())
    return f"{len(labelled)} labelled cases, {held} of them held out for the gate: {each or 'none'}"
