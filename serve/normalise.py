"""Cells to values: the words of a file's columns as the matrix of cases."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import get_args

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary import Finding, Vocabulary
from data_gen.vocabulary.words import CellProblem, Code, parse_cell
from serve.mapping import Reading
from serve.overrides.rule import LEVELS
from serve.overrides.rules import RULES
from serve.rows import Coded

Matrix = npt.NDArray[np.float64]
UNREAD: tuple[str, ...] = get_args(Code)
"""The codes of issues about a cell that could not be read."""
_URGENT = LEVELS.index("urgent")
_TOLD = 3  # hazards that are named
_LONG = 100  # characters of a text from which on it is not kept: no value is written so
_REMEMBERED = 100_000  # distinct texts of a column whose values are kept between blocks


@dataclass(frozen=True)
class Issue:
    """One thing to report about a case: a stable code, the finding it is about, and words."""

    code: str
    finding: str
    message: str


@dataclass(frozen=True)
class Normalised:
    """The matrix of cases, (n_cases, n_findings) with NaN for unknown, and its bad cells."""

    values: Matrix
    issues: Mapping[int, list[Issue]]  # by row


@dataclass
class Cache:
    """Values of texts already read, by column, so that a file's words are read once."""

    values: dict[int, dict[str, float | Issue]] = field(default_factory=dict)


def normalise(
    columns: Mapping[int, Coded],
    readings: tuple[tuple[int, Reading], ...],
    n_cases: int,
    vocabulary: Vocabulary,
    cache: Cache,
) -> Normalised:
    """The values of n cases whose columns are given by place. A bad cell is unknown, and told."""
    values = np.full((n_cases, len(vocabulary.findings)), np.nan, order="F")
    issues: dict[int, list[Issue]] = {}
    for place, reading in readings:
        column = columns[place]
        known = cache.values.setdefault(place, {})
        if len(known) > _REMEMBERED:
            known.clear()
        parsed = [_remembered(text, reading, known) for text in column.texts]
        bad = [code for code, value in enumerate(parsed) if isinstance(value, Issue)]
        numbers = [math.nan if isinstance(value, Issue) else value for value in parsed]
        values[:, reading.finding.column] = np.array(numbers, dtype=np.float64)[column.codes]
        if bad:
            for row in np.flatnonzero(np.isin(column.codes, bad)).tolist():
                issue = parsed[column.codes[row]]
                assert isinstance(issue, Issue)  # noqa: S101 narrows the type
                issues.setdefault(row, []).append(issue)
    return Normalised(values, issues)


def _remembered(text: str, reading: Reading, known: dict[str, float | Issue]) -> float | Issue:
    if len(text) > _LONG:
        return value_of(text, reading)
    if text not in known:
        known[text] = value_of(text, reading)
    return known[text]


def value_of(text: str, reading: Reading) -> float | Issue:
    """The value of a cell's text, NaN for unknown, or what is wrong with it."""
    word = reading.words.get(text.strip().lower(), text)
    if reading.scale is not None:
        word = _scaled(word, reading.finding, reading.scale)
    return _parsed(word, reading)


def _scaled(word: str, finding: Finding, scale: tuple[float, float]) -> str:
    """A number in the finding's own unit; any other text as it is, to be told as it stands.

    What a number is, is read as anywhere else: its bounds alone are those of another unit.
    """
    number = parse_cell(replace(finding, low=None, high=None), word)
    if isinstance(number, CellProblem) or math.isnan(number):
        return word
    return repr(round(number * scale[0] + scale[1], 6))


def _parsed(word: str, reading: Reading) -> float | Issue:
    parsed = parse_cell(reading.finding, word)
    if isinstance(parsed, CellProblem):
        parts = (parsed.message, parsed.remedy, _silenced(reading.finding.id))
        return Issue(parsed.code, reading.finding.id, "; ".join(filter(None, parts)))
    return parsed


@lru_cache
def _silenced(finding_id: str) -> str:
    """What may be missed where a cell of this finding is not read; nothing where no rule looks."""
    looking = [rule for rule in RULES if finding_id in rule.findings and rule.rank <= _URGENT]
    hazards = list(dict.fromkeys(rule.hazard.replace("_", " ") for rule in looking))
    if not hazards:
        return ""
    others = f" and {len(hazards) - _TOLD} more" if len(hazards) > _TOLD else ""
    return (
        f"unread, it may keep overrides silent ({', '.join(hazards[:_TOLD])}{others}): correct it"
    )
