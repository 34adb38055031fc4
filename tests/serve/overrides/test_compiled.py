"""The generated function is the table, and only faster."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest

from serve.overrides import RULES, evaluate, logic, states
from serve.overrides.compiled import TESTS, decide, read_tests
from serve.overrides.logic import AtLeast, Below, Derived, Is, Present
from serve.overrides.matrix.states import read_matrix
from serve.overrides.rule import STATES
from tests.serve.overrides.records import VOCABULARY, as_case, random_records


def test_every_test_of_the_table_is_read_once() -> None:
    """TESTS holds each test of each rule once, by kind, so that a matrix can read it by kind."""
    every = {test for rule in RULES for test in rule.tests}
    every |= {test for rule in RULES if rule.ask_if for test in logic.tests(rule.ask_if)}
    assert set(TESTS) == every
    assert len(TESTS) == len(every)
    kinds = [(Present, Is, (AtLeast, Below), Derived).index(_kind(test)) for test in TESTS]
    assert kinds == sorted(kinds)


def _kind(test: logic.Test) -> object:
    return (AtLeast, Below) if isinstance(test, AtLeast | Below) else type(test)


@pytest.mark.parametrize(("recorded", "present"), [(0.0, 0.5), (0.1, 0.75), (0.5, 0.5), (1.0, 0.3)])
def test_one_case_is_decided_as_the_definition_says(recorded: float, present: float) -> None:
    """For random records, the compiled states are those of walking each rule's expressions."""
    for row in random_records(300, seed=11, recorded=recorded, present=present):
        case = as_case(row)
        want = {rule.id: STATES[rule.code(case)] for rule in RULES}  # type: ignore[arg-type]
        assert states(case) == want  # type: ignore[arg-type]
        assert evaluate(case).states == want  # type: ignore[arg-type]


@pytest.mark.parametrize("recorded", [0.1, 0.6, 1.0])
def test_tests_are_read_as_the_definition_says(recorded: float) -> None:
    """For random records, tests read in bulk, one by one and from a matrix have the same codes."""
    values = random_records(200, seed=12, recorded=recorded)
    matrix = read_matrix(values, VOCABULARY)
    for row, codes in zip(values, matrix, strict=True):
        case = as_case(row)
        want = [logic.read(test, case) for test in TESTS]  # type: ignore[arg-type]
        assert read_tests(case) == want == codes.tolist()  # type: ignore[arg-type]


@pytest.mark.parametrize("recorded", [0.0, 0.5, 1.0])
def test_an_ordinary_case_is_read_in_one_pass(recorded: float) -> None:
    """The slow way, test by test, is only for values that no finding has."""
    cases = [as_case(row) for row in random_records(20, seed=14, recorded=recorded)]
    want = [[logic.read(test, case) for test in TESTS] for case in cases]  # type: ignore[arg-type]
    blanks = {test.finding: None for test in TESTS}
    with patch.object(logic, "read", side_effect=AssertionError("read test by test")):
        assert [read_tests(case) for case in cases] == want  # type: ignore[arg-type]
        assert read_tests(blanks) == [logic.UNKNOWN] * len(TESTS)


@pytest.mark.parametrize("number", ["abi", "duration_days", "age_years", "severity"])
def test_nan_is_a_blank_beside_recorded_cells(number: str) -> None:
    """A NaN is unknown in a case that records everything else, too."""
    case = as_case(random_records(1, seed=15, recorded=1.0)[0])
    without = {finding: value for finding, value in case.items() if finding != number}
    want = read_tests(without)  # type: ignore[arg-type]
    assert read_tests({**case, number: float("nan")}) == want  # type: ignore[dict-item]


@pytest.mark.parametrize("finding", ["chest_pain", "onset", "abi", "fever", "temperature_c"])
def test_nan_is_a_blank_for_one_case(finding: str) -> None:
    """A NaN that reaches a case is unknown, whatever the kind of finding."""
    assert read_tests({finding: float("nan")}) == read_tests({})


@pytest.mark.parametrize(
    ("finding", "value"),
    [("chest_pain", "no"), ("onset", "Sudden"), ("abi", "low"), ("fever", "yes"), ("fever", [])],
)
def test_a_value_no_finding_has_is_an_error(finding: str, value: object) -> None:
    """A word where a finding has none is refused by name, never read as present or absent."""
    with pytest.raises(ValueError, match=f"^{finding}: "):
        evaluate({finding: value})  # type: ignore[dict-item]


def test_decide_takes_arrays_as_it_takes_integers() -> None:
    """The same function answers for integers and for arrays of bytes."""
    codes = read_matrix(random_records(50, seed=13, recorded=0.6), VOCABULARY)
    arrays = decide(list(codes.T))
    for place, row in enumerate(codes):
        one = decide(row.tolist())
        assert [int(np.broadcast_to(code, 50)[place]) for code in arrays] == list(one)
