"""Copies among labelled cases: repeated rows, copied files, near copies of evaluation cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Finding, Vocabulary
from data_gen.vocabulary.words import write_cell
from serve.problem import Problem
from training.data.features import Cases, recorded
from training.data.labelled_files import Reading

_NAMED = 5  # rows that one message names
_ENOUGH = 5  # findings from which on a record that differs in one is taken for a copy
_ALIKE = 8
"""Findings in half a record from which on two that agree in it are taken for one patient: of 20,000
sampled patients no two do."""

Mask = npt.NDArray[np.bool_]


def without_repeats(keys: Sequence[str], found: Reading) -> tuple[Mask, list[Problem]]:
    """Which rows count: the first of those that agree in all they say and in their ids."""
    first: dict[tuple[str, str, str], int] = {}
    rows = [first.setdefault((*ids, key), row) for row, (ids, key) in
            enumerate(zip(found.ids, keys, strict=True))]  # fmt: skip
    kept = np.array([row == other for row, other in enumerate(rows)], dtype=np.bool_)
    files = [place.rpartition(":")[0] for place in found.places]
    copied = _copied_files(rows, files)
    told = [_copied_file(*pair, files.count(pair[0])) for pair in copied.items()]
    repeats = [row for row in np.flatnonzero(~kept).tolist() if files[row] not in copied]
    return kept, [*told, *_repeated_rows(repeats, rows, found.places)]


def _copied_files(rows: Sequence[int], files: Sequence[str]) -> dict[str, str]:
    """Each file all of whose rows repeat those of one other file, and that file."""
    others: dict[str, set[str]] = {}
    for row, other in enumerate(rows):
        others.setdefault(files[row], set()).add(files[other])
    return {one: other for one, found in others.items()
            for other in [min(found)] if len(found) == 1 and other != one}  # fmt: skip


def _copied_file(path: str, other: str, n_rows: int) -> Problem:
    message = (
        f"this is a copied file: each of its rows ({n_rows}) stands in {other} and counts once"
    )
    remedy = "delete it; where they are different patients, give each a case_id"
    return Problem("copied_file", path, message, remedy)


def _repeated_rows(
    repeats: Sequence[int], rows: Sequence[int], places: Sequence[str]
) -> Iterator[Problem]:
    if repeats:
        spots = _spots([(row, rows[row]) for row in repeats], places)
        message = f"{len(repeats)} rows repeat another, which counts once: {spots}"
        remedy = "delete them; where they are different patients, give each a case_id"
        yield Problem("repeated_row", "labelled cases", message, remedy)


def _spots(pairs: Sequence[tuple[int, int]], places: Sequence[str]) -> str:
    """Rows, each with the one that it repeats."""
    spots = ", ".join(f"{places[a]} ({places[b]})" for a, b in pairs[:_NAMED])
    return spots + (f" and {len(pairs) - _NAMED} more" if len(pairs) > _NAMED else "")


def contradictory(keys: Sequence[str], found: Reading) -> Iterator[Problem]:
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


def near_copies(
    cases: Cases, places: Sequence[str], theirs: Cases, ids: Sequence[str], vocabulary: Vocabulary
) -> Iterator[Problem]:
    """Rows that differ in one cell from a case of the evaluation which says enough to be known.

    `theirs` are those of the evaluation and `ids` their names; all are completed and encoded. Which
    kind of unknown a cell is makes no difference: a copy may lack some columns.
    """
    cases, theirs = recorded(cases), recorded(theirs)
    known = np.flatnonzero((theirs >= 0).sum(axis=1) >= _ENOUGH)
    for row, case in enumerate(cases):
        differ = theirs[known] != case
        for place in np.flatnonzero(differ.sum(axis=1) == 1).tolist():
            finding = vocabulary.findings[int(differ[place].argmax())]
            theirs_is, ours = (_cell(finding, float(one[finding.column]))
                               for one in (theirs[known[place]], case))  # fmt: skip
            message = (
                f"it differs in one cell from case {ids[known[place]]} of the evaluation: "
                f"{finding.id} is {theirs_is} there and {ours} here"
            )
            remedy = "delete it if it is that case: a model is not measured on what it learned from"
            yield Problem("near_evaluation_case", places[row], message, remedy)


def patients_of(cases: Cases, names: Sequence[str]) -> npt.NDArray[np.int64]:
    """(n_cases,) a number for each patient, from 0: rows of one name, or that are much alike.

    `names` are those of the patients, blank where none is told. Rows are alike that agree in every
    other finding, if these say enough: a record in which one cell was changed is still the same in
    one of its halves.
    """
    keys = [(row, (-1, name.encode())) for row, name in enumerate(names) if name]
    for half in (0, 1):
        part = recorded(cases)[:, half::2]
        enough = np.flatnonzero((part >= 0).sum(axis=1) >= _ALIKE)
        keys += [(row, (half, part[row].tobytes())) for row in enough.tolist()]
    first: dict[tuple[int, bytes], int] = {}
    parent = list(range(len(cases)))
    for row, key in keys:
        one, other = _root(parent, row), _root(parent, first.setdefault(key, row))
        parent[max(one, other)] = min(one, other)
    roots = np.array([_root(parent, row) for row in range(len(cases))], dtype=np.int64)
    return np.unique(roots, return_inverse=True)[1].astype(np.int64)


def _root(parent: list[int], row: int) -> int:
    """The first row of those that are joined, in few steps the next time."""
    while parent[row] != row:
        parent[row] = parent[parent[row]]
        row = parent[row]
    return row


def near_repeats(
    patient: npt.NDArray[np.int64], names: Sequence[str], places: Sequence[str]
) -> Iterator[Problem]:
    """Rows that nearly repeat another one, of a patient who is not said to be the same."""
    first: dict[int, int] = {}
    pairs = [(row, first.setdefault(of, row)) for row, of in enumerate(patient.tolist())]
    found = [(a, b) for a, b in pairs if a != b and (not names[a] or names[a] != names[b])]
    if found:
        spots = _spots(found, places)
        message = f"{len(found)} rows nearly repeat another, and each counts: {spots}"
        remedy = "delete those that are the same patient once more"
        yield Problem("near_repeat", "labelled cases", message, remedy)


def _cell(finding: Finding, value: float) -> str:
    return "blank" if value < 0 else write_cell(finding, value)
