"""Sets of tests and findings as bits, against their definitions."""

from __future__ import annotations

from itertools import combinations

import pytest

from serve.overrides import RULES, logic
from serve.overrides import cut_sets as blocking
from serve.overrides.asking import FLAGS, NOT_ASKED
from serve.overrides.compiled import TESTS, read_tests
from serve.overrides.cut_sets import (
    FINDINGS_OF_TEST,
    IMPLIED,
    asked_bits,
    bits,
    blocks,
    known_bits,
    names,
)
from serve.overrides.logic import All, Any, Count, Expression, Is, Present, Test
from tests.serve.overrides.records import VOCABULARY

SUDDEN, DAYS = Is("onset", "sudden"), Is("onset", "days")
COLD, PALE, WEAK = Present("cool_limb"), Present("pale_limb"), Present("weakness")
FINDINGS = sorted({finding for test in TESTS for finding in logic.looks_at(test)})


def value(expression: Expression, failing: set[Test]) -> bool:
    """Whether an expression holds while some tests fail and all others hold."""
    match expression:
        case All():
            return all(value(part, failing) for part in expression.parts)
        case Any():
            return any(value(part, failing) for part in expression.parts)
        case Count():
            return sum(value(part, failing) for part in expression.parts) >= expression.least
    return expression not in failing


def smallest(expression: Expression) -> set[frozenset[Test]]:
    """The smallest sets of tests that must fail for an expression to fail, by trying every set."""
    found: set[frozenset[Test]] = set()
    every = list(dict.fromkeys(logic.tests(expression)))
    for size in range(len(every) + 1):
        for chosen in map(frozenset, combinations(every, size)):
            if not any(each <= chosen for each in found) and not value(expression, {*chosen}):
                found.add(chosen)
    return found


@pytest.mark.parametrize(
    "expression",
    [
        COLD,
        All(SUDDEN, DAYS),
        All(COLD, Any(COLD, PALE)),
        All(SUDDEN, Any(SUDDEN, DAYS)),
        All(Any(SUDDEN, DAYS), DAYS, Any(COLD, WEAK)),
        Any(All(SUDDEN, COLD), All(DAYS, COLD)),
        Count(1, COLD, PALE, WEAK),
        Count(2, COLD, PALE, WEAK),
        Count(3, COLD, PALE, WEAK),
        Count(2, SUDDEN, DAYS, COLD, Any(PALE, WEAK)),
        *(rule.when for rule in RULES if len({*logic.tests(rule.when)}) < 10),
    ],
    ids=str,
)
def test_blocks_are_the_smallest_sets_without_which_nothing_fires(expression: Expression) -> None:
    """Each block is a smallest set of tests whose failure fails the expression, and its findings.

    None is missing and none is there twice.
    """
    want = {
        (
            blocking.test_bits(some),
            bits(finding for test in some for finding in logic.looks_at(test)),
        )
        for some in smallest(expression)
    }
    assert sorted(blocks(expression)) == sorted(want)


def test_each_finding_and_each_test_has_a_bit_of_its_own() -> None:
    """Findings and tests are numbered from the lowest bit without a gap."""
    assert sorted(bits([name]) for name in FINDINGS) == [1 << k for k in range(len(FINDINGS))]
    assert [blocking.test_bits([test]) for test in TESTS] == [1 << k for k in range(len(TESTS))]
    assert bits(FINDINGS) == (1 << len(FINDINGS)) - 1
    assert [bits(logic.looks_at(test)) for test in TESTS] == list(FINDINGS_OF_TEST)


def test_a_finding_that_no_test_looks_at_is_no_member() -> None:
    """A set of findings leaves out those that no test looks at."""
    assert bits(["bmi"]) == bits([]) == 0
    assert bits(["bmi", "weakness"]) == bits(["weakness"])


def test_what_is_known_is_what_holds_and_what_is_blank() -> None:
    """Of the codes of a case, those of tests that hold are known, and findings left open blank."""
    assert known_bits(read_tests({})) == (0, bits(FINDINGS))
    assert known_bits([logic.FALSE] * len(TESTS)) == (0, 0)
    case = {"weakness": True, "cool_limb": False, "fever": False, "onset": "days"}
    true, blank = known_bits(read_tests(case))
    assert true == blocking.test_bits([WEAK, DAYS])
    assert blank == bits({*FINDINGS} - {"weakness", "cool_limb", "fever", "temperature_c", "onset"})


@pytest.mark.parametrize("codes", [0, len(TESTS) - 1, len(TESTS) + 1])
def test_codes_of_another_table_are_refused(codes: int) -> None:
    """There is one code for each test; too few or too many are an error."""
    with pytest.raises(ValueError, match=r"zip\(\)"):
        known_bits([0] * codes)


def test_names_come_in_the_order_asked_for() -> None:
    """A set is named in the order given, each finding once, and no finding outside it."""
    some = bits(["weakness", "cool_limb"])
    assert names(some, ["pale_limb", "weakness", "cool_limb", "weakness"]) == (
        "weakness",
        "cool_limb",
    )


def test_what_another_answer_implies_is_not_asked() -> None:
    """A "no" to weakness is one to a drop foot, to fever one to a temperature, and so on."""
    assert asked_bits(bits(["weakness", "foot_drop", "fever"])) == bits(["weakness", "fever"])
    assert asked_bits(bits(["foot_drop"])) == bits(["foot_drop"])
    for one, other in implications():
        assert asked_bits(bits([one, other, "limp"])) == bits([other, "limp"])


def test_every_implication_among_the_flags_is_used() -> None:
    """Where a "no" to one finding is one to another, and flags wait for both, one is asked."""
    assert implications() == set(IMPLIED)


def implications() -> set[tuple[str, str]]:
    """The pairs of findings in which a "no" to the second is one to the first, by the vocabulary.

    Only of findings that flags wait for and that can be asked.
    """
    waited = {name for flag in FLAGS for name in logic.findings(RULES[flag.place].when)} - NOT_ASKED
    relations = VOCABULARY.relations
    pairs = {(each.from_, each.finding) for each in relations.derived}
    for each in relations.implications:
        if each.if_.test == each.then.test == "is" and each.if_.value == each.then.value == 1:
            pairs.add((each.if_.finding, each.then.finding))
    return {pair for pair in pairs if waited.issuperset(pair)}
