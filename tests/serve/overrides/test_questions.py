"""The questions for open flags, against what they are defined to be.

Which answers settle a flag is found here by trying every set of them.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations

import numpy as np

from serve.overrides import Rule, evaluate, logic
from serve.overrides.asking import MOST_QUESTIONS, NOT_ASKED
from serve.overrides.compiled import compile_rules
from serve.overrides.cut_sets import IMPLIED
from serve.overrides.logic import Case, Value
from tests.serve.overrides.records import as_case, random_records
from tests.serve.overrides.stories import EVERYDAY, HAZARDS

Questions = frozenset[str]
Cells = tuple[tuple[str, Value], ...]
CROWDED: list[Case] = [
    {
        "deep_calf_tenderness": True,
        "duration_days": 40.0,
        "previous_dvt": True,
        "colour_change_new": True,
    },
    {"upper_limb_symptoms": True, "weakness": True, "reflex_reduced": True},
]
"""Cases in which the flag left out could be settled in a short way and in a long one."""
CASES = CROWDED + [story.case for story in (*HAZARDS, *EVERYDAY)]
CASES += [
    as_case(row)  # type: ignore[misc]
    for recorded in (0.02, 0.05, 0.1, 0.2, 0.3)
    for row in random_records(150, seed=61, recorded=recorded, present=0.6)
]


def settling(rule: Rule, case: Case) -> list[Questions]:
    """The smallest sets of findings whose denial rules a rule out.

    Where no answer on the spot does, what waits for a device counts as denied.
    """
    cells = tuple((finding, case.get(finding)) for finding in logic.findings(rule.when))
    return _settling(rule, cells, frozenset()) or _settling(rule, cells, NOT_ASKED)


@cache
def _settling(rule: Rule, cells: Cells, denied: Questions) -> list[Questions]:
    asked = [name for name, value in cells if value is None and name not in NOT_ASKED]
    sets = [some for size in range(len(asked) + 1) for some in combinations(asked, size)]
    rows = [{*some, *denied, *(one for one, other in IMPLIED if other in some)} for some in sets]
    tests = list(dict.fromkeys(logic.tests(rule.when)))
    when = Rule("X-1", "urgent", rule.when, "", "", (), "")
    (codes,) = compile_rules([when], tests)([_codes(test, dict(cells), rows) for test in tests])
    found: list[Questions] = []
    for some, code in zip(sets, np.broadcast_to(codes, len(sets)), strict=True):
        if code == logic.FALSE and not any(each.issubset(some) for each in found):
            found.append(frozenset(some))
    return found


def _codes(test: logic.Test, case: Case, rows: list[set[str]]) -> np.ndarray:
    """The code of a test after each set of denials."""
    code, looked = logic.read(test, case), {*logic.looks_at(test)}
    denied = np.array([code == logic.UNKNOWN and bool(row & looked) for row in rows])
    return np.where(denied, np.uint8(logic.FALSE), np.uint8(code))


def together(rules: list[list[Questions]]) -> list[Questions]:
    """The sets of at most five that settle every one of some rules, smallest first."""
    unions = {Questions()}
    for ways in rules:
        longer = {union | way for union in unions for way in ways}
        unions = {union for union in longer if len(union) <= MOST_QUESTIONS}
    return sorted(unions, key=len)


def expected(rules: tuple[Rule, ...], case: Case) -> tuple[list[Questions], list[Questions]]:
    """The sets that settle as many flags as fit, in order; and what the first that does not needs.

    The latter is empty where all fit.
    """
    fitting: list[list[Questions]] = []
    left_out: list[list[Questions]] = []
    for rule in rules:
        ways = settling(rule, case)
        fits = bool(together([*fitting, ways]))
        (fitting if fits else left_out).append(ways)
    return together(fitting), left_out[0] if left_out else []


def test_the_questions_are_the_fewest_that_settle_the_flags_in_order() -> None:
    """First a smallest set that settles every flag that fits; then what the first other one needs.

    In order of urgency a flag fits if five answers settle it and all that fit before it. The first
    that does not fills the places left.
    """
    seen = {"all fit": 0, "one left out": 0, "nothing asked": 0}
    for case in CASES:
        result = evaluate(case)
        sets, rest = expected(result.open_rules, case)
        asked = result.questions
        first = [some for some in sets if len(some) == len(sets[0])]
        assert frozenset(asked[: len(sets[0])]) in first
        added = asked[len(sets[0]) :]
        if rest:
            shortest = [way for way in rest if len(way) == min(map(len, rest))]
            assert any(way.issuperset(added) for way in shortest)
            assert len(asked) == MOST_QUESTIONS
        else:
            assert not added
        seen["one left out" if rest else "all fit" if asked else "nothing asked"] += 1
    assert min(seen.values()) > 10, seen
