"""States of every override for a matrix of cases, from the same table as for one case.

`serve.overrides.compiled.decide` runs on arrays of test codes here and on integers there; this
module only reads the tests from columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Vocabulary
from serve.overrides.compiled import TESTS, decide
from serve.overrides.logic import TRUE, AtLeast, Below, Derived, Is, Present
from serve.overrides.rule import LEVELS
from serve.overrides.rules import RULES

Matrix = npt.NDArray[np.float64]
States = npt.NDArray[np.int8]
Codes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

FIRED, RULED_OUT, OPEN = 1, 0, -1
_STATE_OF_CODE = np.array([RULED_OUT, RULED_OUT, OPEN, FIRED], dtype=np.int8)
_BLOCK = 4096  # rows at a time: the codes of a block stay in the processor's cache
_RANKS = np.array([rule.rank for rule in RULES], dtype=np.int8)


@dataclass(frozen=True)
class _Columns:
    """Where each kind of test reads, in the order of TESTS. All are columns of a matrix."""

    present: npt.NDArray[np.intp]
    choice: npt.NDArray[np.intp]
    words: Matrix  # the cell that a choice's test asks for
    words_known: Matrix  # how many words the choice has
    number: npt.NDArray[np.intp]
    thresholds: Matrix
    upwards: Mask
    derived: npt.NDArray[np.intp]
    measure: npt.NDArray[np.intp]
    least: Matrix


def rule_states(values: Matrix, vocabulary: Vocabulary) -> States:
    """FIRED, RULED_OUT or OPEN for each case and rule: (n_cases, n_rules), in the order of RULES.

    `values` is (n_cases, n_findings) with columns in vocabulary order and NaN for unknown; give it
    `complete(...).present`. Raises ValueError for a yes/no or choice cell that is no value of it.
    """
    out = np.empty((len(values), len(RULES)), dtype=np.int8)
    for rows, codes in _blocks(values, vocabulary):
        out[rows] = states_of(codes)
    return out


def states_of(codes: Codes) -> States:
    """The same, from the codes of TESTS: (n_tests, n_cases)."""
    return np.asarray(_STATE_OF_CODE[np.stack(decide(list(codes)))].T)


def read_matrix(values: Matrix, vocabulary: Vocabulary) -> Codes:
    """The code of each test for each case: (n_cases, n_tests), in the order of `compiled.TESTS`.

    One row, as a list, is what `serve.overrides.judge` takes.
    """
    out = np.empty((len(values), len(TESTS)), dtype=np.uint8)
    for rows, codes in _blocks(values, vocabulary):
        out[rows] = codes.T
    return out


def levels(states: States) -> States:
    """The rank of the most urgent fired rule of each case, len(LEVELS) for none: (n_cases,)."""
    ranks: States = np.where(states == FIRED, _RANKS, np.int8(len(LEVELS)))
    most_urgent: States = ranks.min(axis=1, initial=len(LEVELS))
    return most_urgent


def _blocks(values: Matrix, vocabulary: Vocabulary) -> Iterator[tuple[slice, Codes]]:
    columns = _columns(vocabulary)
    for start in range(0, len(values), _BLOCK):
        rows = slice(start, start + _BLOCK)
        yield rows, _read(np.ascontiguousarray(values[rows].T), columns)


def _read(cells: Matrix, columns: _Columns) -> Codes:
    """The codes of TESTS, (n_tests, n_cases), for cells of (n_findings, n_cases)."""
    named = _yes_no(cells[columns.derived])
    measured = _number(cells[columns.measure], columns.least, np.True_)
    return np.concatenate(
        [
            _yes_no(cells[columns.present]),
            _choice(cells[columns.choice], columns),
            _number(cells[columns.number], columns.thresholds, columns.upwards),
            np.where((named == 2) | (measured == TRUE), measured, named),
        ]
    )


def _yes_no(cells: Matrix) -> Codes:
    yes = cells == 1
    unknown = _unknown(cells, (cells == 0) | yes)
    return _codes(yes, unknown)


def _choice(cells: Matrix, columns: _Columns) -> Codes:
    known = (cells >= 0) & (cells < columns.words_known) & (cells == np.floor(cells))
    return _codes(cells == columns.words, _unknown(cells, known))


def _unknown(cells: Matrix, known: Mask) -> Mask:
    unknown = np.isnan(cells)
    if not (known | unknown).all():
        odd = cells[~(known | unknown)][0]
        raise ValueError(f"{odd:g} is not a cell of a yes/no finding or choice; parse cases first")
    return unknown


def _number(cells: Matrix, thresholds: Matrix, upwards: Mask | np.bool_) -> Codes:
    return _codes((cells >= thresholds) == upwards, np.isnan(cells))


def _codes(holds: Mask, unknown: Mask) -> Codes:
    codes: Codes = np.where(unknown, np.uint8(2), holds.view(np.uint8) * np.uint8(TRUE))
    return codes


@lru_cache(maxsize=4)
def _columns_of(where: tuple[tuple[str, int, tuple[str, ...]], ...]) -> _Columns:
    place = {finding: column for finding, column, _ in where}
    words = {finding: values for finding, _, values in where}
    choice = [test for test in TESTS if isinstance(test, Is)]
    number = [test for test in TESTS if isinstance(test, AtLeast | Below)]
    derived = [test for test in TESTS if isinstance(test, Derived)]
    return _Columns(
        present=_places(place[test.finding] for test in TESTS if isinstance(test, Present)),
        choice=_places(place[test.finding] for test in choice),
        words=_column([words[test.finding].index(test.word) for test in choice]),
        words_known=_column([len(words[test.finding]) for test in choice]),
        number=_places(place[test.finding] for test in number),
        thresholds=_column([test.number for test in number]),
        upwards=np.array([[isinstance(test, AtLeast)] for test in number]),
        derived=_places(place[test.finding] for test in derived),
        measure=_places(place[test.measure] for test in derived),
        least=_column([test.least for test in derived]),
    )


def _columns(vocabulary: Vocabulary) -> _Columns:
    return _columns_of(tuple((f.id, f.column, f.values) for f in vocabulary.findings))


def _places(columns: Iterator[int]) -> npt.NDArray[np.intp]:
    return np.fromiter(columns, dtype=np.intp)


def _column(numbers: Sequence[float]) -> Matrix:
    return np.array(numbers, dtype=np.float64)[:, None]
