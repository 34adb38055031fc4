"""A rule: what fires it, what holds it back, what to say, and on what ground."""

from __future__ import annotations

from dataclasses import dataclass, replace

from serve.overrides.logic import FALSE, TRUE, Case, Expression, Test, evaluate, findings, tests
from serve.overrides.signs import CHANGED

LEVELS = ("emergency", "urgent", "routine", "self_care")
"""Triage levels, most urgent first."""
WITHIN = {
    "emergency": ("now",),
    "urgent": ("today", "two days"),
    "routine": ("two weeks", "some weeks"),
}
"""The time frames of each level, most urgent first; the first is a rule's own unless it says."""
STATES = {0: "ruled_out", 2: "open", 3: "fired"}
"""The state of a rule, by its code."""


@dataclass(frozen=True)
class Lowering:
    """What lowers an emergency to `urgent`, never further: recorded normal signs.

    Where `by` is known to hold, the rule `id` speaks instead, with its own reason and action.
    """

    id: str
    by: Expression
    reason: str
    action: str


@dataclass(frozen=True)
class Rule:
    """One override.

    It fires where `when` is known to hold, is ruled out where nothing could make it hold, and is
    open otherwise. Guards hold it back where they are known to hold and nothing where they are
    unknown: `unless`, and `old`, a complaint of long standing, which gives way to a change on
    record (`changed`). An emergency has no guard; it may have a `lowering`: then, where that holds,
    or where the complaint is `old` without a change on record, an urgent rule speaks in its place
    (`lowered`, whose `instead` names the emergency).

    `within` is the time frame of the action. `sources` are statement ids of the documents, row ids
    of the studies, or `guideline: ...` and `judgement: ...`. `ask_if` and `ask_after` say what
    makes an open flag worth asking about (see `asking`): an expression, or the hazard of a rule
    that has fired. `approved_by` and `approved_on` name the clinician who signed the rule, and
    the day.
    """

    id: str
    level: str
    when: Expression
    reason: str
    action: str
    sources: tuple[str, ...]
    hazard: str
    within: str = ""
    unless: Expression | None = None
    old: Expression | None = None
    changed: Expression = CHANGED
    lowering: Lowering | None = None
    instead: str = ""
    ask_if: Expression | None = None
    ask_after: str = ""
    approved_by: str = ""
    approved_on: str = ""

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise ValueError(f"{self.id}: {self.level!r} is not one of {', '.join(LEVELS)}")
        if not self.within:
            object.__setattr__(self, "within", WITHIN[self.level][0])
        if self.within not in WITHIN[self.level]:
            raise ValueError(f"{self.id}: {self.within!r} is no time frame of {self.level}")
        if self.level == "emergency":
            self._check_emergency()

    def _check_emergency(self) -> None:
        if self.lowering is None and (self.unless or self.old):
            raise ValueError(f"{self.id}: an emergency has no guard; lower its level or drop it")
        if self.lowering is not None:
            object.__setattr__(self, "unless", self.lowering.by)

    @property
    def lowered(self) -> Rule | None:
        """The urgent rule that speaks where this emergency is lowered, if anything lowers it."""
        if self.lowering is None:
            return None
        return replace(
            self,
            id=self.lowering.id,
            level="urgent",
            within="",
            reason=self.lowering.reason,
            action=self.lowering.action,
            lowering=None,
            instead=self.id,
        )

    @property
    def rank(self) -> int:
        """The place of its level, 0 being the most urgent."""
        return LEVELS.index(self.level)

    @property
    def what_to_do(self) -> str:
        """The action with its time frame: `Today: see a doctor ...`."""
        when = self.within if self.within in ("now", "today") else f"within {self.within}"
        return f"{when.capitalize()}: {self.action[0].lower()}{self.action[1:]}"

    @property
    def guards(self) -> tuple[Expression, ...]:
        """The expressions that hold it back, without those that give way to a change."""
        return tuple(guard for guard in (self.unless, self.old) if guard is not None)

    @property
    def _expressions(self) -> tuple[Expression, ...]:
        changes = () if self.old is None else (self.changed,)
        return (self.when, *self.guards, *changes)

    @property
    def tests(self) -> tuple[Test, ...]:
        """Each yes/no test that it makes of a case, its guards' last."""
        return tuple(dict.fromkeys(test for each in self._expressions for test in tests(each)))

    @property
    def findings(self) -> tuple[str, ...]:
        """The findings it looks at, its guards' last."""
        return tuple(dict.fromkeys(name for each in self._expressions for name in findings(each)))

    def held_back(self, case: Case) -> bool:
        """Whether a guard is known to hold: `unless`, or `old` without a change on record."""
        if self.unless is not None and evaluate(self.unless, case) == TRUE:
            return True
        if self.old is None or evaluate(self.old, case) != TRUE:
            return False
        return evaluate(self.changed, case) != TRUE

    def code(self, case: Case) -> int:
        """Its code for a case by walking the expressions: what faster ways must agree with."""
        speaks = self.held_back(case) == bool(self.instead)
        return evaluate(self.when, case) if speaks else FALSE
