"""The sets of tests without which a rule cannot fire, as bits of integers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import combinations, product
from operator import or_

from serve.overrides import logic
from serve.overrides.compiled import TESTS
from serve.overrides.logic import All, Count, Expression, Test, looks_at

IMPLIED: tuple[tuple[str, str], ...] = (
    ("foot_drop", "weakness"),
    ("active_cancer", "cancer_history"),
    ("constant_pain", "rest_pain"),
    ("temperature_c", "fever"),
    ("severity", "severe_pain"),
    ("breathlessness_new", "breathlessness"),
    ("weak_on_rising", "weakness"),
    ("new_statin", "harmful_medicine"),
    ("leg_graft_or_stent", "cardiovascular_disease"),
)
"""Where the second is asked and denied, the first need not be asked."""

_FINDINGS = tuple(dict.fromkeys(name for test in TESTS for name in looks_at(test)))
_FINDING_BIT = {finding: 1 << place for place, finding in enumerate(_FINDINGS)}
_TEST_BIT = {test: 1 << place for place, test in enumerate(TESTS)}
_BITS_OF_TEST = tuple(_TEST_BIT.values())
_IMPLIED_BITS = tuple((_FINDING_BIT[one], _FINDING_BIT[other]) for one, other in IMPLIED)

Block = tuple[int, int]
"""A set of tests and the findings they look at: while none of the tests holds, no rule fires."""


def blocks(expression: Expression) -> list[Block]:
    """The smallest sets of tests that must all fail for an expression to fail."""
    assert not isinstance(expression, logic.Not)  # noqa: S101 - only guards negate
    if not isinstance(expression, All | logic.Any | Count):
        return [(_TEST_BIT[expression], bits(looks_at(expression)))]
    parts = [blocks(part) for part in expression.parts]
    fail = 1 if isinstance(expression, All) else len(parts)
    if isinstance(expression, Count):
        fail = len(parts) - expression.least + 1
    found = {
        (_union(tests for tests, _ in chosen), _union(findings for _, findings in chosen))
        for some in combinations(parts, fail)
        for chosen in product(*some)
    }
    return [b for b in found if not any(a != b and a[0] & b[0] == a[0] for a in found)]


def _union(sets: Iterable[int]) -> int:
    return reduce(or_, sets, 0)


def bits(findings: Iterable[str]) -> int:
    """A set of findings; those that no test looks at are left out."""
    return _union(_FINDING_BIT.get(finding, 0) for finding in findings)


def test_bits(tests: Iterable[Test]) -> int:
    """A set of tests."""
    return _union(_TEST_BIT[test] for test in tests)


def known_bits(codes: Sequence[int]) -> tuple[int, int]:
    """The tests that hold, and the findings that are blank, from the codes of TESTS."""
    true = blank = 0
    for test, findings, code in zip(_BITS_OF_TEST, FINDINGS_OF_TEST, codes, strict=True):
        if code == logic.TRUE:
            true |= test
        elif code == logic.UNKNOWN:
            blank |= findings
    return true, blank


def asked_bits(findings: int) -> int:
    """What of a set has to be asked: not what another finding in it implies when denied."""
    for one, other in _IMPLIED_BITS:
        if findings & other:
            findings &= ~one
    return findings


def names(findings: int, order: Iterable[str]) -> tuple[str, ...]:
    """The findings of a set, each once, in the order given."""
    return tuple(dict.fromkeys(name for name in order if _FINDING_BIT[name] & findings))


FINDINGS_OF_TEST = tuple(bits(looks_at(test)) for test in TESTS)
"""The findings that each of TESTS looks at, as a set."""
