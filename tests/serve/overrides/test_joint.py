"""The findings that rules share, in every state together; and all findings, in random records."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from serve.overrides import LEVELS, RULES, Rule, logic
from serve.overrides.compiled import TESTS, decide
from serve.overrides.matrix.states import levels, rule_states
from tests.serve.overrides import grid
from tests.serve.overrides.records import VOCABULARY, random_records

SHARED = (
    "onset",
    "side",
    "swelling",
    "severe_pain",
    "fever",
    "weakness",
    "redness",
    "unwell",
    "numbness",
    "recent_leg_injury",
    "cool_limb",
    "joint_swelling",
)
AXES = grid.axes_of(SHARED)
SHAPE = tuple(len(axis.settings) for axis in AXES)
CODES = decide(grid.codes_of(TESTS, AXES))
GUARDS = {name for rule in RULES for guard in rule.guards for name in logic.findings(guard)}
LOWERING = {
    name
    for rule in RULES
    if rule.lowering
    for guard in rule.guards
    for name in logic.findings(guard)
}
URGENT = LEVELS.index("urgent")
MOST_FILLINGS = 5_000


def level(codes: Sequence[grid.Codes]) -> npt.NDArray[np.int8]:
    """The most urgent level fired in every state of the grid, len(LEVELS) for none."""
    out = np.full(SHAPE, len(LEVELS), dtype=np.int8)
    for rule, code in zip(RULES, codes, strict=True):
        np.minimum(out, np.where(code == logic.TRUE, rule.rank, len(LEVELS)), out=out)
    return out


REACHED = level(CODES)


def table_says(rule: Rule) -> grid.Codes:
    """The decision table on the shared grid, with every other finding of the rule blank."""
    inputs = grid.axes_of(rule.findings)
    shared = [axis for axis in AXES if axis in inputs]
    others = [grid.left_blank(axis) for axis in inputs if axis not in shared]
    shape = [len(axis.settings) for axis in shared]
    codes = np.broadcast_to(grid.expected(rule.id, [*shared, *others]), shape + [1] * len(others))
    return codes.reshape([len(axis.settings) if axis in shared else 1 for axis in AXES])


def test_the_shared_findings_are_those_that_most_rules_look_at() -> None:
    """The grid covers over a million states of findings that at least four rules share."""
    uses = Counter(test.finding for rule in RULES for test in rule.tests)
    assert all(uses[finding] >= 4 for finding in SHARED)
    assert grid.size(AXES) > 1_000_000


def fillings(rule: Rule) -> int:
    """How many complete patients the decision table has to be asked about for the shared grid."""
    return math.prod(len(axis.answers) for axis in grid.axes_of(rule.findings))


def test_every_shared_state_agrees() -> None:
    """In every state of the shared findings, rules are those of the decision table.

    Those that look at too much besides for every filling to be tried are compared in parts, by
    `test_rules.py`.
    """
    compared = [rule for rule in RULES if fillings(rule) <= MOST_FILLINGS]
    for rule, code in zip(RULES, CODES, strict=True):
        if rule in compared:
            wanted = table_says(rule)
            assert np.array_equal(np.broadcast_to(code, wanted.shape), wanted), rule.id
    assert len(compared) > len(RULES) / 3


@pytest.mark.parametrize("axis", AXES, ids=lambda axis: axis.finding)
def test_a_recorded_cell_never_lowers_the_level(axis: grid.Axis) -> None:
    """In every shared state, no cell lowers the level a blank had, but for those of guards.

    What lowers an emergency leaves it urgent.
    """
    number = AXES.index(axis)
    blank = REACHED.take(axis.settings.index({}), number)
    for place in range(len(axis.settings)):
        here = REACHED.take(place, number)
        lower = here > blank
        assert axis.finding in GUARDS or not lower.any()
        assert not np.any(lower & (blank < URGENT) & (here > URGENT))
        assert axis.finding in LOWERING or not np.any(lower & (blank < URGENT))


@pytest.mark.parametrize("recorded", [0.1, 0.5, 0.95])
def test_a_flag_that_turns_up_never_lowers_the_level(recorded: float) -> None:
    """In random records, no finding turned from absent or blank to present lowers the level.

    Only a declared guard does, and an emergency it lowers to urgent at most.
    """
    values = random_records(1_000, seed=7, recorded=recorded)
    for finding in VOCABULARY.findings:
        if finding.kind != "yes_no":
            continue
        absent, blank, present = (
            levels(rule_states(_with(values, finding.column, cell), VOCABULARY))
            for cell in (0.0, np.nan, 1.0)
        )
        before = np.minimum(absent, blank)
        lower = present > before
        assert finding.id in GUARDS or not lower.any(), finding.id
        emergency = lower & (before < URGENT)
        assert finding.id in LOWERING or not emergency.any(), finding.id
        assert not np.any(emergency & (present > URGENT))


def _with(values: npt.NDArray[np.float64], column: int, cell: float) -> npt.NDArray[np.float64]:
    changed = values.copy()
    changed[:, column] = cell
    return changed
