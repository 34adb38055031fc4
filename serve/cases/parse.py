"""Cells to values: the words of a file's columns as the matrix of cases."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import get_args

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Finding, Vocabulary
from data_gen.vocabulary.finding import NOT_ASKED
from data_gen.vocabulary.words import (
    UNKNOWN,
    CellProblem,
    Code,
    is_blank,
    parse_cell,
    shown_word,
    word_key,
)
from serve.cases.column_mapping import ColumnReader, Key
from serve.cases.header import Header
from serve.columns import DictionaryColumn
from serve.issues import Issue, silenced

Matrix = npt.NDArray[np.float64]
UNREAD: tuple[str, ...] = get_args(Code)
"""The codes of issues about a cell that could not be read."""
_LONG = 100  # characters of a text from which on it is not kept: no value is written so
_REMEMBERED = 100_000  # distinct texts of a column whose values are kept between blocks


@dataclass(frozen=True)
class ParsedCases:
    """The matrix of cases, (n_cases, n_findings), and its bad cells.

    Unknown is NaN where a cell is blank, NOT_ASKED where it says nothing at all.
    """

    values: Matrix
    issues: Mapping[int, list[Issue]]  # by row
    words_met: frozenset[tuple[int, Key]] = frozenset()
    """The words of a mapping that some cell has, each with the place of its column."""


@dataclass
class Cache:
    """Values of texts already read, by column, so that a file's words are read once."""

    values: dict[int, dict[str, float | Issue]] = field(default_factory=dict)


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
    for place, issue in header.told:
        column = columns[place]
        filled = [code for code, text in enumerate(column.values) if not is_blank(text)]
        for row in np.flatnonzero(np.isin(column.codes, filled)).tolist():
            issues.setdefault(row, []).append(issue)
    for place, reading in header.readings:
        column = columns[place]
        known = cache.values.setdefault(place, {})
        if len(known) > _REMEMBERED:
            known.clear()
        parsed = [_remembered(text, reading, known) for text in column.values]
        bad = [code for code, value in enumerate(parsed) if isinstance(value, Issue)]
        numbers = [NOT_ASKED if isinstance(value, Issue) else value for value in parsed]
        read = header.unknowns.read(np.array(numbers, dtype=np.float64))
        values[:, reading.finding.column] = read[column.codes]
        if reading.words:
            met.update((place, key) for key in map(word_key, column.values) if key in reading.words)
        if bad:
            for row in np.flatnonzero(np.isin(column.codes, bad)).tolist():
                issue = parsed[column.codes[row]]
                assert isinstance(issue, Issue)  # noqa: S101 narrows the type
                issues.setdefault(row, []).append(issue)
    return ParsedCases(values, issues, frozenset(met))


def _remembered(text: str, reading: ColumnReader, known: dict[str, float | Issue]) -> float | Issue:
    if len(text) > _LONG:
        return value_of(text, reading)
    if text not in known:
        known[text] = value_of(text, reading)
    return known[text]


def value_of(text: str, reading: ColumnReader) -> float | Issue:
    """The value of a cell's text, as `parse_cell` gives it, or what is wrong with it."""
    word = reading.words.get(word_key(text)) if reading.words else None
    if word is None:
        if _replaced(text, reading):
            return _no_word(text, reading)
        word = text
    if reading.scale is not None:
        word = _scaled(word, reading.finding, reading.scale)
    return _parsed(word, reading)


def _replaced(text: str, reading: ColumnReader) -> bool:
    """Whether the mapping's words stand in place of the vocabulary's, which this text may be.

    Of a number they are a few codes beside the numbers themselves.
    """
    counted = reading.finding.kind == "number"
    return bool(reading.words) and not counted and text.strip().lower() not in UNKNOWN


def _no_word(text: str, reading: ColumnReader) -> Issue:
    code: Code = "bad_word" if reading.finding.kind == "yes_no" else "bad_choice"
    words = ", ".join(map(str, reading.words))
    message = f"{shown_word(text.strip())} is none of the words that the mapping gives this column"
    return _issue(code, reading, message, f"write one of {words}, or add it to the mapping")


def _scaled(word: str, finding: Finding, scale: tuple[float, float]) -> str:
    """A number in the finding's own unit; any other text as it is, to be told as it stands.

    What a number is, is read as anywhere else: its bounds alone are those of another unit.
    """
    number = parse_cell(replace(finding, low=None, high=None), word)
    if isinstance(number, CellProblem) or not math.isfinite(number):
        return word
    return repr(round(number * scale[0] + scale[1], 6))


def _parsed(word: str, reading: ColumnReader) -> float | Issue:
    parsed = parse_cell(reading.finding, word)
    if isinstance(parsed, CellProblem):
        return _issue(parsed.code, reading, parsed.message, parsed.remedy)
    return parsed


def _issue(code: Code, reading: ColumnReader, message: str, remedy: str) -> Issue:
    finding = reading.finding.id
    return Issue(code, finding, "; ".join(filter(None, (message, remedy, silenced(finding)))))
