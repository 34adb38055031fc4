"""What follows from the cells of a case, and which of them contradict each other.

The rules are the relations of the vocabulary, read in both directions. Every row is treated alone:
its result never depends on the other rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from data_gen.vocabulary.finding import NOT_ASKED
from data_gen.vocabulary.load import Vocabulary
from data_gen.vocabulary.relation import Statement, Test

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

    `values` is for the model: unknown is NaN for a blank and NOT_ASKED for what was not asked;
    conflicting cells are not known there, and of two alternatives for one fact only the first is
    kept (minutes of walking become metres). `implied` marks the cells that follow from others of
    the row, recorded or not. `present` is for overrides: every cell as recorded or implied, NaN for
    unknown of any kind, and a yes/no finding is present wherever any cell supports it.
    """

    values: Matrix
    implied: Mask
    present: Matrix
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True)
class _Sign:
    """A statement about a column."""

    column: int
    test: Test
    value: float

    def holds(self, values: Matrix) -> Mask:
        """Where the statement is known to hold: (n_cases,). A blank makes nothing hold."""
        cell = values[:, self.column]
        if self.test == "is":
            return np.asarray(cell == self.value)
        if self.test == "is_not":
            return np.asarray((cell != self.value) & ~np.isnan(cell))
        if self.test == "known":
            return ~np.isnan(cell)
        return np.asarray(cell >= self.value if self.test == "at_least" else cell < self.value)


@dataclass(frozen=True)
class _Rule:
    """Where the premise holds, the consequence does; `gives` is its value where it has just one."""

    premise: _Sign
    broken: _Sign
    column: int  # of the consequence
    gives: float | None
    wins: bool  # the consequence is a yes, which in doubt counts for overrides
    findings: tuple[str, ...]
    text: str


def complete(values: Matrix, vocabulary: Vocabulary) -> Completed:
    """Cases with implied cells filled and conflicts found.

    `values` is (n_cases, n_findings), NaN or NOT_ASKED for unknown; it is not changed.
    """
    rules = _rules(vocabulary)
    not_asked = np.isneginf(values)
    # In columns, for every rule reads and writes columns.
    known = np.asfortranarray(np.where(not_asked, np.nan, values))
    out = known.copy(order="F")
    barred = np.zeros(out.shape, dtype=bool, order="F")
    conflicts = _strike(out, barred, rules, vocabulary)
    implied = np.zeros(out.shape, dtype=bool, order="F")
    for _ in range(_ROUNDS):
        if not _fill(out, implied, barred, rules):
            break
    conflicts += _strike(out, barred, rules, vocabulary)
    implied &= ~barred
    _merge_alternatives(out, implied, vocabulary)
    conflicts += _out_of_order(out, barred, known, vocabulary)
    np.copyto(out, NOT_ASKED, where=(not_asked | barred) & np.isnan(out))
    return Completed(out, implied, _present(known, rules), tuple(conflicts))


def fill_implied(values: Matrix, vocabulary: Vocabulary) -> None:
    """Fill, in place, the unknown cells that others of the row imply. Nothing may conflict."""
    nothing = np.broadcast_to(np.zeros((1, values.shape[1]), dtype=bool), values.shape)
    _fill(values, np.zeros_like(values, dtype=bool), nothing, _rules(vocabulary))


@lru_cache(maxsize=4)
def _rules(vocabulary: Vocabulary) -> tuple[_Rule, ...]:
    pairs: list[tuple[Statement, Statement, str]] = []
    for implication in vocabulary.relations.implications:
        pairs.append((implication.if_, implication.then, implication.text))
        pairs.append((implication.then.opposite(), implication.if_.opposite(), implication.text))
    for derived in vocabulary.relations.derived:
        text = f"{derived.finding} is {derived.says}"
        pairs.append((derived.number, Statement(derived.finding, "is", 1.0), text))
        pairs.append((derived.number.opposite(), Statement(derived.finding, "is", 0.0), text))
    for applies in vocabulary.relations.applies:
        text = f"{applies.finding} applies only with {applies.only_if}"
        premise = Statement(applies.finding, "known")
        pairs.append((premise, Statement(applies.only_if, "is", 1.0), text))
    return tuple(_rule(premise, then, text, vocabulary) for premise, then, text in pairs)


def _rule(premise: Statement, then: Statement, text: str, vocabulary: Vocabulary) -> _Rule:
    gives = _only_value(then, vocabulary)
    return _Rule(
        premise=_sign(premise, vocabulary),
        broken=_sign(then.opposite(), vocabulary),
        column=vocabulary.column(then.finding),
        gives=gives,
        wins=gives == 1.0 and vocabulary.finding(then.finding).kind == "yes_no",
        findings=tuple(sorted((premise.finding, then.finding))),
        text=text,
    )


def _sign(statement: Statement, vocabulary: Vocabulary) -> _Sign:
    return _Sign(vocabulary.column(statement.finding), statement.test, statement.value)


def _only_value(statement: Statement, vocabulary: Vocabulary) -> float | None:
    """The one value a statement leaves a finding, or None where it leaves several."""
    if statement.test == "is":
        return statement.value
    if statement.test == "is_not" and len(vocabulary.finding(statement.finding).words) == 2:
        return 1.0 - statement.value
    return None


def _recorded(values: Matrix) -> list[bool]:
    """Whether any case says anything in a column: rules about the others have nothing to do."""
    some = np.asarray((~np.isnan(values)).any(axis=0))
    return [bool(column) for column in some]


def _strike(
    out: Matrix, barred: Mask, rules: tuple[_Rule, ...], vocabulary: Vocabulary
) -> list[Conflict]:
    """Make the cells of every broken rule unknown, once all are found; say which."""
    found: dict[tuple[int, str], tuple[str, ...]] = {}
    recorded = _recorded(out)
    for rule in rules:
        if not (recorded[rule.premise.column] and recorded[rule.column]):
            continue
        broken = rule.premise.holds(out) & rule.broken.holds(out)
        for row in np.flatnonzero(broken).tolist():
            found.setdefault((row, rule.text), rule.findings)
    for (row, _), clashing in found.items():
        columns = [vocabulary.column(finding) for finding in clashing]
        out[row, columns] = np.nan
        barred[row, columns] = True
    return [Conflict(row, ids, text) for (row, text), ids in found.items()]


def _out_of_order(
    out: Matrix, barred: Mask, known: Matrix, vocabulary: Vocabulary
) -> list[Conflict]:
    """Make numbers that exceed what bounds them unknown, with their bounds; say which.

    A number that came from its alternative is told by that, as it is in the `known` cells.
    """
    found = []
    second = {pair.first: pair.second for pair in vocabulary.relations.alternatives}
    for pair in vocabulary.relations.at_most:
        columns = [vocabulary.column(pair.finding), vocabulary.column(pair.than)]
        text = f"{pair.finding} is at most {pair.than}"
        for row in np.flatnonzero(out[:, columns[0]] > out[:, columns[1]]).tolist():
            worked_out = np.isnan(known[row, columns[0]])
            named = second[pair.finding] if worked_out else pair.finding
            found.append(Conflict(row, tuple(sorted((named, pair.than))), text))
            out[row, columns] = np.nan
            barred[row, columns] = True
    return found


def _fill(out: Matrix, implied: Mask, barred: Mask, rules: tuple[_Rule, ...]) -> bool:
    """Fill what follows from the cells, in place; whether any cell was filled."""
    recorded = _recorded(out)
    filled = False
    for rule in rules:
        if rule.gives is None or not recorded[rule.premise.column]:
            continue
        here = rule.premise.holds(out) & ~barred[:, rule.column]
        implied[here, rule.column] = True
        blank = here & np.isnan(out[:, rule.column])
        if blank.any():
            out[blank, rule.column] = rule.gives
            filled = recorded[rule.column] = True
    return filled


def _present(raw: Matrix, rules: tuple[_Rule, ...]) -> Matrix:
    out = raw.copy(order="F")
    for _ in range(_ROUNDS):
        if not _raise(out, rules):
            break
    return out


def _raise(out: Matrix, rules: tuple[_Rule, ...]) -> bool:
    """Fill what follows, in place, a yes also over a no; whether any cell was changed."""
    recorded = _recorded(out)
    changed = False
    for rule in rules:
        if rule.gives is None or not recorded[rule.premise.column]:
            continue
        cells = out[:, rule.column]
        other = cells != rule.gives if rule.wins else np.isnan(cells)
        here = rule.premise.holds(out) & other
        if here.any():
            out[here, rule.column] = rule.gives
            changed = recorded[rule.column] = True
    return changed


def _merge_alternatives(out: Matrix, implied: Mask, vocabulary: Vocabulary) -> None:
    for pair in vocabulary.relations.alternatives:
        first, second = vocabulary.column(pair.first), vocabulary.column(pair.second)
        high = vocabulary.findings[first].high or np.inf
        lone = np.isnan(out[:, first]) & ~np.isnan(out[:, second])
        out[lone, first] = np.minimum(out[lone, second] * pair.factor, high)
        out[:, second] = np.nan
        implied[:, second] = True
