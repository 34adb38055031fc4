"""Every rule against the decision table, in the states of everything it looks at."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pytest

from serve.overrides import RULES, Rule, logic
from serve.overrides.compiled import Decide, compile_rules
from serve.overrides.logic import All, Any, Count, Expression, Not, Test
from serve.overrides.rule import WITHIN as FRAMES
from tests.serve.overrides import grid
from tests.serve.overrides.decisions import LEVEL, LOWERED, OLD, UNLESS, WHEN, WITHIN
from tests.serve.overrides.decisions.asking import ASK_AFTER, ASK_IF

EACH_RULE = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
BY_ID = {rule.id: rule for rule in RULES}
LOWERABLE = [rule for rule in RULES if rule.lowering]


def test_the_table_and_the_rules_name_the_same_flags() -> None:
    """Every rule is in the decision table at its level and in its time, with the same guards."""
    assert {rule.id: rule.level for rule in RULES} == LEVEL
    assert {rule.id for rule in RULES if rule.unless} == set(UNLESS)
    assert {rule.id for rule in RULES if rule.old} == set(OLD)
    assert {rule.instead: rule.id for rule in RULES if rule.instead} == LOWERED
    assert set(WHEN) == set(LEVEL)
    for rule in RULES:
        assert rule.within == WITHIN.get(rule.id, FRAMES[rule.level][0])


@EACH_RULE
def test_every_state_agrees(rule: Rule) -> None:
    """A rule says what the decision table says in every state of its inputs, blanks included.

    Of a rule with millions of states, in parts of them around patients in whom it fires or not.
    """
    for axes in grid.parts_of(rule):
        want = np.broadcast_to(grid.expected(rule.id, axes), [len(a.settings) for a in axes])
        assert np.array_equal(grid.actual(rule, axes), want)


@EACH_RULE
def test_every_condition_alone_decides(rule: Rule) -> None:
    """For each test of a rule there are two cases that differ in it alone and in outcome.

    This is modified condition/decision coverage: no condition is idle, none is masked everywhere.
    Where a lowering waits for normal signs, the cases leave some of them blank.
    """
    if rule.instead:
        return  # its conditions are those of the emergency, whose cases these are
    axes = grid.axes_of_rule(rule)
    patients = grid.patients_of(rule, axes)
    outcome = grid.codes_at(rule, axes, patients)
    for test in rule.tests:
        number = next(i for i, axis in enumerate(axes) if axis.finding == test.finding)
        pairs = _pairs(rule, axes[number], test)
        assert pairs, test
        assert any(
            np.any(_moved(rule, axes, patients, outcome, (number, *pair))) for pair in pairs
        ), test


def _moved(
    rule: Rule,
    axes: tuple[grid.Axis, ...],
    patients: np.ndarray,
    outcome: grid.Codes,
    move: tuple[int, int, int],
) -> grid.Mask:
    """Which patients with one setting of an axis come out otherwise with another."""
    number, one, other = move
    here = patients[:, number] == one
    moved = patients[here]
    moved[:, number] = other
    return np.asarray(grid.codes_at(rule, axes, moved) != outcome[here])


def _pairs(rule: Rule, axis: grid.Axis, test: logic.Test) -> list[tuple[int, int]]:
    """Complete settings of an axis that differ in this test of the rule and in no other."""
    here = [each for each in rule.tests if each.finding == axis.finding]
    rows = np.stack(grid.codes_of(here, [axis]), axis=1)  # settings by tests
    return [
        (one, other)
        for one, other in combinations(axis.complete, 2)
        if np.flatnonzero(rows[one] != rows[other]).tolist() == [here.index(test)]
    ]


def negated_tests(expression: Expression) -> Iterator[Test]:
    """The tests that an expression asks to fail, in the order written."""
    if isinstance(expression, Not):
        yield from logic.tests(expression.part)
    elif isinstance(expression, All | Any | Count):
        for part in expression.parts:
            yield from negated_tests(part)


@EACH_RULE
def test_a_flag_that_turns_up_never_lowers_a_rule(rule: Rule) -> None:
    """Raising any test of a rule from absent to unknown to present never weakens it.

    What a guard asks for is the exception, and only where it is known: from unknown to present,
    or, where the guard asks for a normal sign, from unknown to absent.
    """
    if rule.instead:
        return  # it speaks where the emergency is lowered: see the test of the two together
    asked = [test for guard in rule.guards for test in logic.tests(guard)]
    normal = [test for guard in rule.guards for test in negated_tests(guard)]
    explains = {test for test in asked if asked.count(test) > normal.count(test)}
    decide = compile_rules([rule], rule.tests)
    for axes in grid.parts_of(rule):
        codes = grid.codes_of(rule.tests, axes)
        for place, test in enumerate(rule.tests):
            low, unknown, high = (_with(decide, codes, place, value) for value in (0, 2, 3))
            assert np.all(low <= unknown)
            assert test in explains or np.all(unknown <= high), test


def _with(decide: Decide, codes: list[grid.Codes], place: int, value: int) -> grid.Codes:
    """What a rule says over a grid on which one of its tests is set."""
    changed = [*codes]
    changed[place] = np.full([1] * codes[place].ndim, value, dtype=np.uint8)
    (result,) = decide(changed)
    return np.asarray(result)


@pytest.mark.parametrize("rule", LOWERABLE, ids=lambda rule: rule.id)
def test_a_lowered_emergency_is_urgent_and_no_less(rule: Rule) -> None:
    """In every state an emergency speaks or its urgent rule does, as without a lowering it would.

    Never both: together they say what the rule says without its lowering.
    """
    instead = BY_ID[LOWERED[rule.id]]
    bare = Rule("X-1", "urgent", rule.when, "", "a", (), "")
    for axes in grid.parts_of(rule):
        emergency, urgent = grid.actual(rule, axes), grid.actual(instead, axes)
        assert not np.any(emergency & urgent)
        assert np.array_equal(emergency | urgent, grid.actual(bare, axes))
    assert instead.level == "urgent"


def test_no_rule_looks_at_a_finding_the_table_does_not() -> None:
    """A rule and its decision look at the same findings."""
    for rule in RULES:
        decisions = [WHEN[rule.id], *([UNLESS[rule.id]] if rule.unless else [])]
        decisions += OLD.get(rule.id, ())
        asked = {finding for decision in decisions for finding in grid.asked(decision)}
        named = {test.finding for test in rule.tests}
        assert asked == named, rule.id
        assert {f for test in rule.tests for f in logic.looks_at(test)} == set(rule.findings)


def test_what_fires_a_rule_asks_for_nothing_absent() -> None:
    """Only a guard asks for what is known to fail."""
    for rule in RULES:
        for expression in (rule.when, rule.changed, *([rule.ask_if] if rule.ask_if else [])):
            assert not list(negated_tests(expression)), rule.id


def test_what_points_at_a_flag_agrees() -> None:
    """In every state, what makes an open flag worth asking about is what the table says."""
    rules = [rule for rule in RULES if not rule.instead]
    assert {rule.id for rule in rules if rule.ask_if} == set(ASK_IF)
    assert {rule.id: rule.ask_after for rule in rules if rule.ask_after} == ASK_AFTER
    for rule in rules:
        if rule.ask_if is None:
            continue
        axes = grid.axes_of(logic.findings(rule.ask_if))
        pointed = Rule("X-1", "urgent", rule.ask_if, "", "a", (), "")
        shape = [len(axis.settings) for axis in axes]
        want = np.broadcast_to(grid.certain(ASK_IF[rule.id], axes), shape)
        assert np.array_equal(grid.actual(pointed, axes) == logic.TRUE, want), rule.id
