"""Every number at which a rule changes its mind."""

from __future__ import annotations

import numpy as np
import pytest

from serve.overrides import RULES, evaluate, logic
from serve.overrides.compiled import TESTS, read_tests
from serve.overrides.logic import AtLeast, Below, Derived, Test
from serve.overrides.matrix.states import read_matrix
from tests.serve.overrides.decisions import BANDS
from tests.serve.overrides.records import VOCABULARY

NUMBERS = [test for test in TESTS if isinstance(test, AtLeast | Below | Derived)]


def measure(test: Test) -> str:
    """The number that a test reads."""
    return test.measure if isinstance(test, Derived) else test.finding


def threshold(test: Test) -> float:
    """Where it changes its mind."""
    assert isinstance(test, AtLeast | Below | Derived)
    return test.least if isinstance(test, Derived) else test.number


def test_the_thresholds_are_those_of_the_decision_table() -> None:
    """Rules use the numbers of the decision table and no other."""
    used: dict[str, set[float]] = {}
    for test in NUMBERS:
        used.setdefault(measure(test), set()).add(threshold(test))
    assert used == {finding: set(numbers) for finding, numbers in BANDS.items()}


@pytest.mark.parametrize("test", NUMBERS, ids=str)
@pytest.mark.parametrize("where", ["just under", "at", "just over"])
def test_a_threshold_belongs_to_the_upper_band(test: Test, where: str) -> None:
    """At its number and just over, "at least" holds and "below" fails; just under, the reverse.

    For one case, for a matrix, and by the definition alike.
    """
    number = threshold(test)
    cell = {
        "just under": np.nextafter(number, -9),
        "at": number,
        "just over": np.nextafter(number, 999),
    }
    value = float(cell[where])
    upper = where != "just under"
    want = logic.TRUE if upper != isinstance(test, Below) else logic.FALSE
    row = np.full((1, len(VOCABULARY.findings)), np.nan)
    row[0, VOCABULARY.column(measure(test))] = value
    assert logic.read(test, {measure(test): value}) == want
    assert read_tests({measure(test): value})[TESTS.index(test)] == want
    assert read_matrix(row, VOCABULARY)[0, TESTS.index(test)] == want


@pytest.mark.parametrize(
    ("rule", "case", "fires"),
    [
        ("INF-6", {"temperature_c": 38.0}, True),
        ("INF-6", {"temperature_c": 37.9}, False),
        ("SEE-9", {"severity": 8.0}, True),
        ("SEE-9", {"severity": 7.9}, False),
        ("SEE-1", {"duration_days": 14.0}, True),
        ("SEE-1", {"duration_days": 13.9}, False),
        ("SEE-7", {"abi": 0.91}, False),
        ("SEE-7", {"abi": 0.9}, True),
        ("CLI-5", {"abi": 0.4}, False),
        ("CLI-5", {"abi": 0.39}, True),
        ("DVT-2", {"calf_difference_cm": 3.0}, True),
        ("DVT-2", {"calf_difference_cm": 2.9}, False),
        ("SEE-11", {"walking_distance_m": 10.0}, False),
        ("SEE-11", {"walking_distance_m": 9.0}, True),
        ("ALI-7", {"duration_days": 13.0, "cool_limb": True}, True),
        ("ALI-7", {"duration_days": 14.0, "onset": "gradual", "cool_limb": True}, False),
        ("ART-1", {"age_years": 39.0, "pulses_reduced": True}, True),
        ("ART-1", {"age_years": 40.0, "pulses_reduced": True}, False),
    ],
)
def test_the_documents_numbers_hold(rule: str, case: dict[str, float], fires: bool) -> None:
    """Weeks are fourteen days, fever is 38.0, severe is 8, an ABI of 0.90 or less is low."""
    assert (evaluate(case).states[rule] == "fired") is fires
    assert rule in {each.id for each in RULES}
