"""States for a matrix of cases."""

from __future__ import annotations

import numpy as np
import pytest

from serve.overrides import LEVELS, RULES, evaluate
from serve.overrides.matrix.open_flags import known_of, open_flags, says_nothing
from serve.overrides.matrix.questions import questions_of
from serve.overrides.matrix.states import FIRED, OPEN, RULED_OUT, levels, read_matrix, rule_states
from tests.serve.overrides.records import VOCABULARY, as_case, random_records

NAMES = {FIRED: "fired", RULED_OUT: "ruled_out", OPEN: "open"}


@pytest.mark.parametrize("recorded", [0.0, 0.1, 0.5, 1.0])
def test_a_matrix_says_what_each_case_says(recorded: float) -> None:
    """States and level of each row are those of the same row as one case."""
    values = random_records(200, seed=21, recorded=recorded)
    states = rule_states(values, VOCABULARY)
    assert states.dtype == np.int8
    for row, found, level in zip(values, states, levels(states), strict=True):
        result = evaluate(as_case(row))  # type: ignore[arg-type]
        assert [NAMES[state] for state in found] == list(result.states.values())
        assert (*LEVELS, None)[level] == result.level


@pytest.mark.parametrize("rows", [0, 1, 4095, 4096, 4097, 8193])
def test_a_row_does_not_depend_on_its_neighbours(rows: int) -> None:
    """Any number of rows comes out as the same rows alone, across the edges of blocks."""
    values = random_records(8193, seed=22, recorded=0.3)
    states = rule_states(values, VOCABULARY)
    assert np.array_equal(rule_states(values[:rows], VOCABULARY), states[:rows])
    assert levels(states[:rows]).shape == (rows,)


def test_the_matrix_may_lie_in_memory_in_any_order() -> None:
    """Rows by columns or columns by rows, the states are the same."""
    values = random_records(50, seed=23, recorded=0.3)
    assert np.array_equal(
        rule_states(np.asfortranarray(values), VOCABULARY), rule_states(values, VOCABULARY)
    )


@pytest.mark.parametrize(
    ("finding", "cell"),
    [("fever", 2.0), ("chest_pain", 0.5), ("onset", 3.0), ("onset", 0.5), ("side", -1.0)],
)
def test_a_cell_that_is_no_value_is_refused(finding: str, cell: float) -> None:
    """A yes/no or choice cell that was not parsed is an error, never read as absent."""
    values = np.full((3, len(VOCABULARY.findings)), np.nan)
    values[1, VOCABULARY.column(finding)] = cell
    with pytest.raises(ValueError, match=rf"^{cell:g} is not a cell of a yes/no finding or choice"):
        rule_states(values, VOCABULARY)


@pytest.mark.parametrize("recorded", [0.0, 0.05, 0.1, 0.2])
def test_a_matrix_asks_what_each_case_asks(recorded: float) -> None:
    """Open flags and questions of each row are those of the same row as one case."""
    values = random_records(300, seed=24, recorded=recorded)
    states = rule_states(values, VOCABULARY)
    known = known_of(read_matrix(values, VOCABULARY), says_nothing(values, VOCABULARY))
    asked = open_flags(states, levels(states).astype(np.int64), known)
    questions = questions_of(asked, known.true, known.blank)
    for row, marks, asks in zip(values, asked, questions.each(), strict=True):
        result = evaluate(as_case(row))  # type: ignore[arg-type]
        assert tuple(RULES[k] for k in np.flatnonzero(marks)) == result.open_rules
        assert asks == result.questions
    assert questions.values[0] == ()


def test_the_first_cell_that_is_no_value_is_named() -> None:
    """Of several cells that are no value, the error names that of the first case."""
    values = np.full((3, len(VOCABULARY.findings)), np.nan)
    values[:, VOCABULARY.column("fever")] = [1.0, 4.0, 5.0]
    with pytest.raises(ValueError, match=r"^4 is not a cell"):
        rule_states(values, VOCABULARY)


def test_no_rule_fires_on_a_blank_case() -> None:
    """A case with no finding has no level, and every rule of it is open.

    But for those that speak instead of an emergency: nothing is known that lowers it.
    """
    states = rule_states(np.full((1, len(VOCABULARY.findings)), np.nan), VOCABULARY)
    assert np.array_equal(states[0] == OPEN, [not rule.instead for rule in RULES])
    assert states.shape == (1, len(RULES))
    assert levels(states).tolist() == [len(LEVELS)]
