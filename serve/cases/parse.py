"""Cells to values: the words of a file's columns as the matrix of cases."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import get_args

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Vocabulary
from data_gen.vocabulary.finding import NOT_ASKED
from data_gen.vocabulary.words import WORD_NOT_ASKED, Code, is_blank, word_key
from serve.cases.header import Header
from serve.dictionary_column import DictionaryColumn
from serve.issues import Issue, silenced
from serve.mapping.reader import Key, ReadCell, Reader

Matrix = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
UNREAD: tuple[str, ...] = get_args(Code)
"""The codes of issues about a cell that could not be read."""
_LONG = 100  # characters of a text from which on it is not kept: no value is written so
_REMEMBERED = 100_000  # distinct texts of a column whose values are kept between blocks

Value = tuple[float, Issue | None]
"""The value of a cell, as `parse_cell` gives it, and what is to be told of it, if anything."""


@dataclass(frozen=True)
class ParsedCases:
    """The matrix of cases, (n_cases, n_findings), and its bad cells.

    Unknown is NaN where a cell is blank, NOT_ASKED where it says nothing at all.
    """

    values: Matrix
    issues: Mapping[int, list[Issue]]  # by row
    words_met: frozenset[tuple[int, Key]] = frozenset()
    """The words of a mapping that some cell has, each with the place of its column."""
    not_known: Sequence[tuple[int, Ints]] = ()
    """The columns of the matrix in which cases say "not known", each with the rows that do."""

    @property
    def declined(self) -> Mask:
        """(n_cases, n_findings) what was asked, and answered by "not known"."""
        out = np.zeros(self.values.shape, dtype=np.bool_)
        for column, rows in self.not_known:
            out[rows, column] = True
        return out


@dataclass
class Cache:
    """Values of texts already read, by column and finding, so that words are read once."""

    values: dict[tuple[int, int], dict[str, Value]] = field(default_factory=dict)


def parse_cases(
    columns: Mapping[int, DictionaryColumn[str]],
    header: Header,
    n_cases: int,
    vocabulary: Vocabulary,
    cache: Cache,
) -> ParsedCases:
    """The values of n cases whose columns are given by place. A bad cell is not known, and told.

    So is a cell in a column whose name is not quite a finding's (`Header.told`).
    """
    values = header.unknowns.nothing(n_cases, len(vocabulary.findings))
    issues: dict[int, list[Issue]] = {}
    met: set[tuple[int, Key]] = set()
    not_known: list[tuple[int, Ints]] = []
    for place, issue in header.told:
        column = columns[place]
        filled = [code for code, text in enumerate(column.values) if not is_blank(text)]
        for row in np.flatnonzero(np.isin(column.codes, filled)).tolist():
            issues.setdefault(row, []).append(issue)
    for place, reading in header.readings:
        column = columns[place]
        known = cache.values.setdefault((place, reading.finding.column), {})
        if len(known) > _REMEMBERED:
            known.clear()
        parsed = [_remembered(text, reading, known) for text in column.values]
        read = header.unknowns.read(_spread(parsed, column.codes, issues))
        values[:, reading.finding.column] = read
        not_known += _not_known(column, parsed, reading.finding.column)
        if reading.words:
            met.update((place, key) for key in map(word_key, column.values) if key in reading.words)
    for places, derivation in header.derived:
        cells = _together([columns[place] for place in places], n_cases)
        parsed = [_value(derivation.read(texts), derivation.finding.id) for texts in cells.values]
        read = header.unknowns.read(_spread(parsed, cells.codes, issues))
        values[:, derivation.finding.column] = read
    return ParsedCases(values, issues, frozenset(met), not_known)


def _not_known(
    column: DictionaryColumn[str], parsed: Sequence[Value], place: int
) -> Iterator[tuple[int, Ints]]:
    """The rows that say of a finding that it is not known, with the place of the finding."""
    pairs = enumerate(zip(column.values, parsed, strict=True))
    saying = [code for code, (text, value) in pairs if says_not_known(text, value)]
    if saying:
        yield place, np.flatnonzero(np.isin(column.codes, saying))


def says_not_known(text: str, value: Value) -> bool:
    """Whether a cell is an answer, "not known", and no cell that was left out or misread."""
    read, issue = value
    said = text.strip().lower()
    return read == NOT_ASKED and issue is None and said != WORD_NOT_ASKED and not is_blank(said)


def _spread(
    parsed: Sequence[Value], codes: npt.NDArray[np.int32] | Ints, issues: dict[int, list[Issue]]
) -> Matrix:
    """The value of each row, given those of the distinct cells; their issues are added."""
    bad = [code for code, (_, issue) in enumerate(parsed) if issue is not None]
    if bad:
        for row in np.flatnonzero(np.isin(codes, bad)).tolist():
            issue = parsed[codes[row]][1]
            assert issue is not None  # noqa: S101 narrows the type
            issues.setdefault(row, []).append(issue)
    return np.array([value for value, _ in parsed], dtype=np.float64)[codes]


def _together(
    columns: Sequence[DictionaryColumn[str]], n_cases: int
) -> DictionaryColumn[tuple[str, ...]]:
    """The cells of several columns, as one column of their combinations."""
    cells = DictionaryColumn[tuple[str, ...]](np.zeros(n_cases, np.int64), [()])
    for column in columns:
        cells = cells.joined(column, lambda before, cell: (*before, cell))
    return cells


def _remembered(text: str, reading: Reader, known: dict[str, Value]) -> Value:
    if len(text) > _LONG:
        return _value(reading.read(text), reading.finding.id)
    if text not in known:
        known[text] = _value(reading.read(text), reading.finding.id)
    return known[text]


def value_of(text: str, reading: Reader) -> float | Issue:
    """The value of a cell's text, as `parse_cell` gives it, or what is wrong with it."""
    value, issue = _value(reading.read(text), reading.finding.id)
    return value if issue is None else issue


def _value(cell: ReadCell, finding: str) -> Value:
    if not cell.code:
        return cell.value, None
    unread = not math.isfinite(cell.value)
    risk = silenced(finding) if unread else ""
    message = "; ".join(filter(None, (cell.message, cell.remedy, risk)))
    return NOT_ASKED if unread else cell.value, Issue(cell.code, finding, message)
