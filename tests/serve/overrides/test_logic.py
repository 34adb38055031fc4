"""Three-valued expressions mean what they are defined to mean."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from serve.overrides import logic
from serve.overrides.logic import FALSE, TRUE, UNKNOWN, AtLeast, Below, Count, Derived, Is, Present
from serve.overrides.rule import STATES, Rule

A, B, C = Present("fever"), Present("redness"), Present("warmth")
VALUES = {TRUE: True, FALSE: False, UNKNOWN: None}
CODES = (FALSE, UNKNOWN, TRUE)


def case_of(*codes: int) -> dict[str, bool | None]:
    """A case in which the tests have these codes."""
    return {test.finding: VALUES[code] for test, code in zip((A, B, C), codes, strict=False)}


@pytest.mark.parametrize(
    ("left", "right", "both", "either"),
    [
        (TRUE, TRUE, TRUE, TRUE),
        (TRUE, FALSE, FALSE, TRUE),
        (TRUE, UNKNOWN, UNKNOWN, TRUE),
        (FALSE, FALSE, FALSE, FALSE),
        (FALSE, UNKNOWN, FALSE, UNKNOWN),
        (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    ],
)
def test_kleene_tables(left: int, right: int, both: int, either: int) -> None:
    """*And* and *or* follow Kleene's tables, in both orders, on codes and on expressions."""
    for one, other in ((left, right), (right, left)):
        assert logic.evaluate(logic.All(A, B), case_of(one, other)) == both == one & other
        assert logic.evaluate(logic.Any(A, B), case_of(one, other)) == either == one | other


@pytest.mark.parametrize("least", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("codes", list(product(CODES, repeat=3)))
def test_count_is_certain_and_possible_by_counting(least: int, codes: tuple[int, ...]) -> None:
    """A count is certain by the certain ones and possible by the possible ones."""
    certain = sum(code == TRUE for code in codes) >= least
    possible = sum(code != FALSE for code in codes) >= least
    want = TRUE if certain else UNKNOWN if possible else FALSE
    assert logic.evaluate(Count(least, A, B, C), case_of(*codes)) == want
    arrays = [np.array([code], dtype=np.uint8) for code in codes]
    assert logic.count(least, *arrays)[0] == want  # type: ignore[arg-type,index]


@pytest.mark.parametrize(
    "expression",
    [
        logic.All(A, logic.Any(B, C)),
        logic.Any(logic.All(A, B), C),
        logic.All(logic.Any(A, B), logic.Any(A, C)),
        Count(2, A, B, C),
    ],
    ids=str,
)
def test_a_blank_decides_only_where_filling_it_cannot_matter(
    expression: logic.Expression,
) -> None:
    """A value is certain exactly where every way to fill the blanks gives it."""
    for codes in product(CODES, repeat=3):
        fillings = product(*((TRUE, FALSE) if code == UNKNOWN else (code,) for code in codes))
        outcomes = {logic.evaluate(expression, case_of(*filled)) for filled in fillings}
        want = outcomes.pop() if len(outcomes) == 1 else UNKNOWN
        assert logic.evaluate(expression, case_of(*codes)) == want


@pytest.mark.parametrize(
    "test", [A, AtLeast("abi", 1), Below("abi", 1), Is("side", "one")], ids=str
)
@pytest.mark.parametrize("value", [None, float("nan")])
def test_a_blank_is_unknown(test: logic.Test, value: float | None) -> None:
    """Absent from the case, None and NaN are unknown for every kind of test."""
    assert logic.read(test, {}) == UNKNOWN
    assert logic.read(test, {test.finding: value}) == UNKNOWN


@pytest.mark.parametrize(
    ("test", "value", "code"),
    [
        (A, True, TRUE),
        (A, False, FALSE),
        (A, 1.0, TRUE),
        (A, 0, FALSE),
        (Is("side", "one"), "one", TRUE),
        (Is("side", "one"), "both", FALSE),
        (AtLeast("abi", 0.9), 0.9, TRUE),
        (AtLeast("abi", 0.9), 0.8, FALSE),
        (Below("abi", 0.9), 0.9, FALSE),
        (Below("abi", 0.9), 0.8, TRUE),
    ],
)
def test_a_recorded_cell_answers(test: logic.Test, value: bool | str | float, code: int) -> None:
    """A recorded value makes a test hold or fail."""
    assert logic.read(test, {test.finding: value}) == code


@pytest.mark.parametrize(
    ("test", "value"),
    [
        (A, "no"),
        (A, "yes"),
        (A, 2.0),
        (Is("onset", "sudden"), "Sudden"),
        (Is("onset", "sudden"), 0.0),
        (AtLeast("abi", 0.9), "low"),
        (Below("abi", 0.9), "low"),
        (Derived("fever", "temperature_c", 38), "yes"),
    ],
)
def test_a_word_is_never_taken_for_an_answer(test: logic.Test, value: str | float) -> None:
    """A value that a finding cannot have is an error that names both; "no" is not true."""
    with pytest.raises(ValueError, match=rf"^{test.finding}: {value!r} is not a value"):
        logic.read(test, {test.finding: value})


@pytest.mark.parametrize(
    ("named", "measured", "code"),
    [
        (True, 39.0, TRUE),
        (True, 37.0, TRUE),
        (True, None, TRUE),
        (False, 39.0, TRUE),
        (False, 37.0, FALSE),
        (False, None, FALSE),
        (None, 39.0, TRUE),
        (None, 37.0, FALSE),
        (None, None, UNKNOWN),
    ],
)
def test_a_derived_finding_listens_to_both_cells(
    named: bool | None, measured: float | None, code: int
) -> None:
    """Fever holds if either cell says so, and fails if one denies it and none says so."""
    case = {"fever": named, "temperature_c": measured}
    assert logic.read(Derived("fever", "temperature_c", 38.0), case) == code


def test_walking_an_expression_finds_its_tests_and_findings_in_order() -> None:
    """Tests come in the order written, repeats included; findings once, each with its measure."""
    fever = Derived("fever", "temperature_c", 38.0)
    expression = logic.All(B, logic.Any(fever, Count(1, B, C)))
    assert list(logic.tests(expression)) == [B, fever, B, C]
    assert logic.findings(expression) == ("redness", "fever", "temperature_c", "warmth")


def rule(**changes: object) -> Rule:
    """A small rule."""
    fields: dict[str, object] = {
        "id": "X-1", "level": "urgent", "when": A, "reason": "", "action": "", "sources": (),
        "hazard": "",
    }  # fmt: skip
    return Rule(**{**fields, **changes})  # type: ignore[arg-type]


def test_an_emergency_has_no_guard() -> None:
    """A guard on an emergency is refused, with what to do instead."""
    with pytest.raises(ValueError, match=r"^X-1: an emergency has no guard; lower its level"):
        rule(level="emergency", unless=B)
    assert rule(level="emergency").unless is None


def test_a_level_is_one_of_four() -> None:
    """An unknown level is refused, with those there are."""
    with pytest.raises(ValueError, match=r"^X-1: 'soon' is not one of emergency, urgent, routine"):
        rule(level="soon")


@pytest.mark.parametrize("when", CODES)
@pytest.mark.parametrize("unless", CODES)
def test_a_guard_holds_back_only_where_it_is_known_to_hold(when: int, unless: int) -> None:
    """A guard that is present rules out; one that is absent or unknown changes nothing."""
    want = FALSE if unless == TRUE else when
    assert rule(unless=B).code(case_of(when, unless)) == want


def test_states_have_names() -> None:
    """Codes are named as people say them."""
    assert {code: STATES[code] for code in CODES} == {
        FALSE: "ruled_out", UNKNOWN: "open", TRUE: "fired",
    }  # fmt: skip


def test_a_rule_lists_the_tests_of_its_guard_last() -> None:
    """Tests and findings of a rule are its condition's, then its guard's, each once."""
    each = rule(when=logic.All(B, B, A), unless=logic.Any(C, C))
    assert each.tests == (B, A, C)
    assert each.findings == ("redness", "fever", "warmth")
    assert rule().rank == 1
