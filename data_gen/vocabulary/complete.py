"""What follows from the cells of a case, and which of them contradict each other.

The rules are the relations of the vocabulary, read in both directions. Every row is treated alone:
its result never depends on the other rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary.load import Vocabulary
from data_gen.vocabulary.relation import Statement

Matrix = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
_ROUNDS = 3  # no chain of relations is longer; checked by the tests


@dataclass(frozen=True)
class Conflict:
    """Two or more recorded cells of one row that cannot all be right."""

    row: int
    findings: tuple[str, ...]
    relation: str


@dataclass(frozen=True)
class Completed:
    """Cases with what is implied filled in. All arrays are (n_cases, n_findings).

    `values` is for the model: conflicting cells are unknown there, and of two alternatives for one
    fact only the first is kept (minutes of walking become metres). `implied` marks the cells that
    follow from others of the row, recorded or not. `present` is for overrides: every cell as
    recorded or implied, and a yes/no finding is present wherever any cell supports it.
    """

    values: Matrix
    implied: Mask
    present: Matrix
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True)
class _Rule:
    """Where the premise holds, the consequence does; `gives` is its value where it has just one."""

    premise: Statement | str  # a finding id alone: "is known"
    then: Statement
    gives: float | None
    text: str


def complete(values: Matrix, vocabulary: Vocabulary) -> Completed:
    """Cases with implied cells filled and conflicts found.

    `values` is (n_cases, n_findings), NaN for unknown; it is not changed.
    """
    rules = _rules(vocabulary)
    out = values.copy()
    barred = np.zeros(out.shape, dtype=bool)
    conflicts = _strike(out, barred, rules, vocabulary)
    implied = np.zeros(out.shape, dtype=bool)
    for _ in range(_ROUNDS):
        _fill(out, implied, barred, rules, vocabulary)
    conflicts += _strike(out, barred, rules, vocabulary)
    implied &= ~barred
    _merge_alternatives(out, implied, vocabulary)
    return Completed(out, implied, _present(values, rules, vocabulary), tuple(conflicts))


def fill_implied(values: Matrix, vocabulary: Vocabulary) -> None:
    """Fill, in place, the unknown cells that others of the row imply. Nothing may conflict."""
    nothing = np.zeros((1, values.shape[1]), dtype=bool)
    scratch = np.zeros_like(values, dtype=bool)
    _fill(values, scratch, np.broadcast_to(nothing, values.shape), _rules(vocabulary), vocabulary)


def holds(values: Matrix, statement: Statement | str, vocabulary: Vocabulary) -> Mask:
    """Where a statement is known to hold: (n_cases,). An unknown cell never makes it hold."""
    if isinstance(statement, str):
        return ~np.isnan(values[:, vocabulary.column(statement)])
    column = values[:, vocabulary.column(statement.finding)]
    if statement.test == "is":
        return np.asarray(column == statement.value)
    if statement.test == "is_not":
        return np.asarray((column != statement.value) & ~np.isnan(column))
    if statement.test == "at_least":
        return np.asarray(column >= statement.value)
    return np.asarray(column < statement.value)


def opposite(statement: Statement) -> Statement:
    """The statement that holds exactly where this one, known, does not."""
    turned = {"is": "is_not", "is_not": "is", "at_least": "below", "below": "at_least"}
    return Statement(statement.finding, turned[statement.test], statement.value)  # type: ignore[arg-type]


@lru_cache(maxsize=4)
def _rules(vocabulary: Vocabulary) -> tuple[_Rule, ...]:
    pairs: list[tuple[Statement | str, Statement, str]] = []
    for implication in vocabulary.relations.implications:
        pairs.append((implication.if_, implication.then, implication.text))
        pairs.append((opposite(implication.then), opposite(implication.if_), implication.text))
    for derived in vocabulary.relations.derived:
        number = Statement(derived.from_, "at_least", derived.at_least)
        text = f"{derived.finding} is {derived.from_} of {derived.at_least:g} or more"
        pairs.append((number, Statement(derived.finding, "is", 1.0), text))
        pairs.append((opposite(number), Statement(derived.finding, "is", 0.0), text))
    for applies in vocabulary.relations.applies:
        text = f"{applies.finding} applies only with {applies.only_if}"
        pairs.append((applies.finding, Statement(applies.only_if, "is", 1.0), text))
    return tuple(_Rule(p, t, _only_value(t, vocabulary), text) for p, t, text in pairs)


def _only_value(statement: Statement, vocabulary: Vocabulary) -> float | None:
    """The one value a statement leaves a finding, or None where it leaves several."""
    if statement.test == "is":
        return statement.value
    finding = vocabulary.finding(statement.finding)
    size = 2 if finding.kind == "yes_no" else len(finding.values)
    if statement.test == "is_not" and size == 2:
        return 1.0 - statement.value
    return None


def _strike(
    out: Matrix, barred: Mask, rules: tuple[_Rule, ...], vocabulary: Vocabulary
) -> list[Conflict]:
    """Make the cells of every broken rule unknown, once all are found; say which."""
    found: dict[tuple[int, str], tuple[str, ...]] = {}
    for rule in rules:
        broken = holds(out, rule.premise, vocabulary)
        if not broken.any():
            continue
        broken &= holds(out, opposite(rule.then), vocabulary)
        ids = tuple(sorted((_finding_of(rule.premise), rule.then.finding)))
        for row in np.flatnonzero(broken).tolist():
            found.setdefault((row, rule.text), ids)
    for (row, _), clashing in found.items():
        columns = [vocabulary.column(finding) for finding in clashing]
        out[row, columns] = np.nan
        barred[row, columns] = True
    return [Conflict(row, ids, text) for (row, text), ids in found.items()]


def _finding_of(premise: Statement | str) -> str:
    return premise if isinstance(premise, str) else premise.finding


def _fill(
    out: Matrix,
    implied: Mask,
    barred: Mask,
    rules: tuple[_Rule, ...],
    vocabulary: Vocabulary,
) -> None:
    for rule in rules:
        if rule.gives is None:
            continue
        column = vocabulary.column(rule.then.finding)
        here = holds(out, rule.premise, vocabulary) & ~barred[:, column]
        implied[here, column] = True
        out[here & np.isnan(out[:, column]), column] = rule.gives


def _present(raw: Matrix, rules: tuple[_Rule, ...], vocabulary: Vocabulary) -> Matrix:
    out = raw.copy()
    for _ in range(_ROUNDS):
        for rule in rules:
            if rule.gives is None:
                continue
            column = vocabulary.column(rule.then.finding)
            here = holds(out, rule.premise, vocabulary)
            if vocabulary.finding(rule.then.finding).kind == "yes_no" and rule.gives == 1.0:
                out[here, column] = 1.0
            else:
                out[here & np.isnan(out[:, column]), column] = rule.gives
    return out


def _merge_alternatives(out: Matrix, implied: Mask, vocabulary: Vocabulary) -> None:
    for pair in vocabulary.relations.alternatives:
        first, second = vocabulary.column(pair.first), vocabulary.column(pair.second)
        high = vocabulary.findings[first].high or np.inf
        lone = np.isnan(out[:, first]) & ~np.isnan(out[:, second])
        out[lone, first] = np.minimum(out[lone, second] * pair.factor, high)
        out[:, second] = np.nan
        implied[:, second] = True
