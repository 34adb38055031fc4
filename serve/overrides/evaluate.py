"""The overrides' answer to one case: states, level, what fired, and what to ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress

from serve.overrides.asking import BACKGROUND, Recorded, open_flags, questions
from serve.overrides.compiled import decide, read_tests
from serve.overrides.cut_sets import known_bits
from serve.overrides.logic import TRUE, Case
from serve.overrides.rule import LEVELS, STATES, Rule
from serve.overrides.rules import RULES

_IDS = tuple(rule.id for rule in RULES)


@dataclass(frozen=True)
class OverrideResult:
    """What the overrides say of one case.

    `states` is "fired", "ruled_out" or "open" for every rule. `level` is the most urgent level of
    those that fired, None where none did. `fired` is most urgent first. `open_rules` are the flags
    worth asking about (see `asking`), `questions` the findings that would settle them, at most
    five, both most urgent first.
    """

    states: Mapping[str, str]
    level: str | None
    fired: tuple[Rule, ...]
    open_rules: tuple[Rule, ...]
    questions: tuple[str, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """`RULE_ID: text` for each rule that fired, most urgent first."""
        return tuple(f"{rule.id}: {rule.reason}" for rule in self.fired)


def states(case: Case) -> dict[str, str]:
    """The state of every rule, by id. Raises ValueError for a value that a finding cannot have."""
    return _named(decide(read_tests(case)))


def _named(codes: Iterable[int]) -> dict[str, str]:
    return dict(zip(_IDS, map(STATES.__getitem__, codes), strict=True))


def evaluate(case: Case) -> OverrideResult:
    """What the overrides say of a case; a finding absent from it, or None, is unknown.

    Raises ValueError for a value that a finding cannot have.
    """
    return judge(read_tests(case), blank=is_blank(case))


def is_blank(case: Case) -> bool:
    """Whether a case says nothing about the complaint: who the person is, and what is denied."""
    return all(v is None or v is False or finding in BACKGROUND for finding, v in case.items())


def judge(tests: Sequence[int], *, blank: bool = False) -> OverrideResult:
    """What the overrides say of a case given by the codes of `compiled.TESTS`.

    `blank` says that the case records nothing about the complaint.
    """
    codes = decide(tests)
    fired = tuple(compress(RULES, [code == TRUE for code in codes]))
    reached = fired[0].rank if fired else len(LEVELS)
    known = Recorded(*known_bits(tests))
    flags = open_flags(codes, reached, None if blank else known)
    return OverrideResult(
        states=_named(codes),
        level=fired[0].level if fired else None,
        fired=fired,
        open_rules=tuple(RULES[flag.place] for flag in flags),
        questions=questions(flags, known),
    )
