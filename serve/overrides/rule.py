"""A rule: what fires it, what holds it back, what to say, and on what ground."""

from __future__ import annotations

from dataclasses import dataclass

from serve.overrides.logic import TRUE, Case, Expression, Test, evaluate, findings, tests

LEVELS = ("emergency", "urgent", "routine", "self_care")
"""Triage levels, most urgent first."""
STATES = {0: "ruled_out", 2: "open", 3: "fired"}
"""The state of a rule, by its code."""


@dataclass(frozen=True)
class Rule:
    """One override.

    It fires where `when` is known to hold, is ruled out where nothing could make it hold, and is
    open otherwise. `unless` is a declared guard: where it is known to hold the rule is ruled out;
    where it is unknown it holds nothing back. Emergencies have no guard. `sources` are statement
    ids of the documents, row ids of the studies, or `guideline: ...` and `judgement: ...`.
    `ask_if` and `ask_after` say what makes an open flag worth asking about (see `asking`): an
    expression, or the hazard of a rule that has fired.
    """

    id: str
    level: str
    when: Expression
    reason: str
    action: str
    sources: tuple[str, ...]
    hazard: str
    unless: Expression | None = None
    ask_if: Expression | None = None
    ask_after: str = ""

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise ValueError(f"{self.id}: {self.level!r} is not one of {', '.join(LEVELS)}")
        if self.level == "emergency" and self.unless is not None:
            raise ValueError(f"{self.id}: an emergency has no guard; lower its level or drop it")

    @property
    def rank(self) -> int:
        """The place of its level, 0 being the most urgent."""
        return LEVELS.index(self.level)

    @property
    def tests(self) -> tuple[Test, ...]:
        """Each yes/no test that it makes of a case, its guard's last."""
        guard = () if self.unless is None else tests(self.unless)
        return tuple(dict.fromkeys([*tests(self.when), *guard]))

    @property
    def findings(self) -> tuple[str, ...]:
        """The findings it looks at, its guard's last."""
        guard = () if self.unless is None else findings(self.unless)
        return tuple(dict.fromkeys([*findings(self.when), *guard]))

    def code(self, case: Case) -> int:
        """Its code for a case by walking the expressions: what faster ways must agree with."""
        if self.unless is not None and evaluate(self.unless, case) == TRUE:
            return 0
        return evaluate(self.when, case)
