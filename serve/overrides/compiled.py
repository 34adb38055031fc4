"""The table of rules as one straight-line function, for one case or for arrays of cases.

`decide` is generated from the expressions in `rules/` when this module is imported; nothing here
restates a rule. Tests prove it equal to the walk in `logic.evaluate` for every state of every rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any as Anything

from serve.overrides import logic
from serve.overrides.logic import (
    All,
    AtLeast,
    Below,
    Case,
    Count,
    Derived,
    Expression,
    Is,
    Not,
    Present,
    Test,
)
from serve.overrides.rule import Rule
from serve.overrides.rules import RULES

_KINDS = (Present, Is, AtLeast | Below, Derived)
"""Kinds of tests that are read alike, in the order of TESTS."""

Decide = Callable[[Sequence[Anything]], tuple[Anything, ...]]


def distinct_tests(rules: Iterable[Rule]) -> tuple[Test, ...]:
    """Every test that the rules make, once: yes/no, then choices, numbers, derived."""
    every = {test for rule in rules for test in [*rule.tests, *_asked(rule)]}
    return tuple(sorted(every, key=_place))


def _asked(rule: Rule) -> Iterable[Test]:
    return () if rule.ask_if is None else logic.tests(rule.ask_if)


def _place(test: Test) -> tuple[int, str, str]:
    kind = [isinstance(test, each) for each in _KINDS].index(True)
    return kind, test.finding, str(test)


class _Writer:
    """Lines of Python that compute expressions from test codes, each distinct one once."""

    def __init__(self, tests: Sequence[Test]) -> None:
        self.names: dict[Expression, str] = {test: f"t{i}" for i, test in enumerate(tests)}
        self.lines = [f"    {', '.join(self.names.values())}, = tests"]

    def name(self, expression: Expression) -> str:
        if expression not in self.names:
            text = self._text(expression)
            self.names[expression] = f"e{len(self.names)}"
            self.lines.append(f"    {self.names[expression]} = {text}")
        return self.names[expression]

    def _text(self, expression: Expression) -> str:
        if isinstance(expression, Not):
            return f"negated({self.name(expression.part)})"
        assert isinstance(expression, All | logic.Any | Count)  # noqa: S101 - tests have names
        parts = [self.name(part) for part in expression.parts]
        if isinstance(expression, Count):
            return f"count({expression.least}, {', '.join(parts)})"
        return (" & " if isinstance(expression, All) else " | ").join(parts)

    def rule(self, rule: Rule) -> str:
        when, free = self.name(rule.when), self._free(rule)
        if rule.instead:
            return f"{when} & ~({free})"
        return f"{when} & {free}" if free else when

    def _free(self, rule: Rule) -> str:
        """All bits where no guard is known to hold, else none: one that could hold leaves all."""
        free = []
        if rule.unless is not None:
            free.append(self._not_known(rule.unless))
        if rule.old is not None:
            free.append(f"({self._not_known(rule.old)} | -({self.name(rule.changed)} & 1))")
        return " & ".join(free)

    def _not_known(self, guard: Expression) -> str:
        return f"(({self.name(guard)} & 1) - 1)"


def source(rules: Sequence[Rule], tests: Sequence[Test]) -> str:
    """Python for a function from the codes of `tests` to the codes of `rules`."""
    writer = _Writer(tests)
    results = [writer.rule(rule) for rule in rules]
    body = "\n".join([*writer.lines, f"    return {', '.join(results)},"])
    return f"def decide(tests):\n{body}\n"


def compile_rules(rules: Sequence[Rule], tests: Sequence[Test]) -> Decide:
    """The function that `source` writes."""
    namespace: dict[str, Anything] = {"count": logic.count, "negated": logic.negated}
    exec(source(rules, tests), namespace)  # noqa: S102 - text made above from our own table
    decide: Decide = namespace["decide"]
    return decide


TESTS = distinct_tests(RULES)
"""Every test of the table; the order of the codes that `decide` takes."""
decide = compile_rules(RULES, TESTS)
"""Codes of all tests, in order, to codes of all rules: integers, or arrays of unsigned bytes."""

_YES_NO = {True: logic.TRUE, False: logic.FALSE, None: logic.UNKNOWN}
_PRESENT = tuple(test.finding for test in TESTS if isinstance(test, Present))
_CHOICE = tuple(
    (
        test.finding,
        {
            word: logic.read(test, {test.finding: word})
            for word in (None, *logic.CHOICES[test.finding])
        },
    )
    for test in TESTS
    if isinstance(test, Is)
)
_NUMBER = tuple(
    (test.finding, test.number, isinstance(test, AtLeast))
    for test in TESTS
    if isinstance(test, AtLeast | Below)
)
_DERIVED = tuple(
    (test.finding, test.measure, test.least) for test in TESTS if isinstance(test, Derived)
)


def read_tests(case: Case) -> list[int]:
    """The codes of all TESTS for one case. Raises ValueError for a value that no test can read."""
    get: Callable[[str], Anything] = case.get
    try:
        codes = [_YES_NO[get(finding)] for finding in _PRESENT]
        codes += [words[get(finding)] for finding, words in _CHOICE]
        for finding, number, upwards in _NUMBER:
            value = get(finding)
            unknown = value is None or value != value
            codes.append(2 if unknown else 3 if (value >= number) == upwards else 0)
        for finding, measure, number in _DERIVED:
            code, value = _YES_NO[get(finding)], get(measure)
            if value is not None and value == value and code != 3:
                code = 3 if value >= number else 0
            codes.append(code)
    except (KeyError, TypeError):  # NaN for yes/no, or a value that no finding has
        return [logic.read(test, case) for test in TESTS]
    return codes
