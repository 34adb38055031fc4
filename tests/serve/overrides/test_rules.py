"""Every rule against the decision table, in every state of everything it looks at."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from serve.overrides import RULES, Rule, logic
from serve.overrides.compiled import compile_rules
from tests.serve.overrides import grid
from tests.serve.overrides.decisions import LEVEL, UNLESS, WHEN
from tests.serve.overrides.decisions.asking import ASK_AFTER, ASK_IF

EACH_RULE = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def test_the_table_and_the_rules_name_the_same_flags() -> None:
    """Every rule is in the decision table at its level, with a guard where the table has one."""
    assert {rule.id: rule.level for rule in RULES} == LEVEL
    assert {rule.id for rule in RULES if rule.unless} == set(UNLESS)
    assert set(WHEN) == set(LEVEL)


@EACH_RULE
def test_every_state_agrees(rule: Rule) -> None:
    """A rule says what the decision table says in every state of its inputs, blanks included."""
    axes = grid.axes_of(rule.findings)
    want = np.broadcast_to(grid.expected(rule.id, axes), [len(a.settings) for a in axes])
    assert np.array_equal(grid.actual(rule, axes), want)


@EACH_RULE
def test_every_condition_alone_decides(rule: Rule) -> None:
    """For each test of a rule there are two complete cases that differ in it alone and in outcome.

    This is modified condition/decision coverage: no condition is idle, none is masked everywhere.
    """
    axes = [_complete(axis) for axis in grid.axes_of(rule.findings)]
    outcome = grid.actual(rule, axes)
    for test in rule.tests:
        number = next(i for i, axis in enumerate(axes) if axis.finding == test.finding)
        pairs = _pairs(rule, axes[number], test)
        assert pairs, test
        assert any(
            np.any(outcome.take(one, axis=number) != outcome.take(other, axis=number))
            for one, other in pairs
        ), test


def _complete(axis: grid.Axis) -> grid.Axis:
    """The axis without its blanks."""
    keep = [i for i, cells in enumerate(axis.settings) if len(cells) == len(axis.settings[0])]
    return grid.Axis(
        axis.finding,
        tuple(axis.settings[i] for i in keep),
        axis.answers,
        tuple(axis.compatible[i] for i in keep),
    )


def _pairs(rule: Rule, axis: grid.Axis, test: logic.Test) -> list[tuple[int, int]]:
    """Settings of an axis that differ in this test of the rule and in no other."""
    here = [each for each in rule.tests if each.finding == axis.finding]
    rows = np.stack(grid.codes_of(here, [axis]), axis=1)  # settings by tests
    return [
        (one, other)
        for one, other in combinations(range(len(rows)), 2)
        if np.flatnonzero(rows[one] != rows[other]).tolist() == [here.index(test)]
    ]


@EACH_RULE
def test_a_flag_that_turns_up_never_lowers_a_rule(rule: Rule) -> None:
    """Raising any test of a rule from absent to unknown to present never weakens it.

    The tests of a guard are the exception, and then only from unknown to present.
    """
    guard = set() if rule.unless is None else set(logic.tests(rule.unless))
    assert not guard & set(logic.tests(rule.when))
    axes = grid.axes_of(rule.findings)
    codes = grid.codes_of(rule.tests, axes)
    for place, test in enumerate(rule.tests):
        low, unknown, high = (_with(rule, codes, place, value) for value in (0, 2, 3))
        assert np.all(low <= unknown) or test in guard
        if test in guard:
            assert np.array_equal(low, unknown)
            assert np.all(high <= unknown)
        else:
            assert np.all(unknown <= high)


def _with(rule: Rule, codes: list[grid.Codes], place: int, value: int) -> grid.Codes:
    """What a rule says over a grid on which one of its tests is set."""
    changed = [*codes]
    changed[place] = np.full([1] * codes[place].ndim, value, dtype=np.uint8)
    (result,) = compile_rules([rule], rule.tests)(changed)
    return np.asarray(result)


def test_no_rule_looks_at_a_finding_the_table_does_not() -> None:
    """A rule and its decision look at the same findings."""
    for rule in RULES:
        decisions = [WHEN[rule.id], *([UNLESS[rule.id]] if rule.unless else [])]
        asked = {finding for decision in decisions for finding in grid.asked(decision)}
        named = {test.finding for test in rule.tests}
        assert asked == named, rule.id
        assert {f for test in rule.tests for f in logic.looks_at(test)} == set(rule.findings)


def test_what_points_at_a_flag_agrees() -> None:
    """In every state, what makes an open flag worth asking about is what the table says."""
    assert {rule.id for rule in RULES if rule.ask_if} == set(ASK_IF)
    assert {rule.id: rule.ask_after for rule in RULES if rule.ask_after} == ASK_AFTER
    for rule in RULES:
        if rule.ask_if is None:
            continue
        axes = grid.axes_of(logic.findings(rule.ask_if))
        pointed = Rule("X-1", "urgent", rule.ask_if, "", "", (), "")
        shape = [len(axis.settings) for axis in axes]
        want = np.broadcast_to(grid.certain(ASK_IF[rule.id], axes), shape)
        assert np.array_equal(grid.actual(pointed, axes) == logic.TRUE, want), rule.id
